// When an optimisation ends, by Stan's rules and tolerances.

/// When to stop; a tolerance of 0 turns its rule off. The defaults are Stan's.
public struct StoppingRules: Sendable, Equatable {
  /// |f' - f|
  public var objective = 1e-12
  /// |f' - f| / max(|f'|, |f|, 1), in units of 2^-52.
  public var relativeObjective = 1e4
  /// ‖∇f‖
  public var gradient = 1e-8
  /// ∇f' H ∇f / max(|f|, 1) with the inverse-Hessian estimate H, in units of 2^-52.
  public var relativeGradient = 1e7
  /// ‖x' - x‖
  public var parameters = 1e-8
  public var iterations = 2000

  public init() {}

  /// Why to stop after a step, nil to go on. `gain` is ∇f' H ∇f.
  func reason(from old: DensityPoint, to new: DensityPoint, gain: Double, iteration: Int) -> StoppingReason? {
    let change = abs(new.value - old.value)
    let size = max(abs(new.value), abs(old.value), 1)
    if norm(new.gradient) < gradient { return .gradient }
    if norm(difference(new.position, old.position)) < parameters { return .parameters }
    if change < objective { return .objective }
    if gain / max(abs(new.value), 1) < relativeGradient * 0x1p-52 { return .relativeGradient }
    if change / size < relativeObjective * 0x1p-52 { return .relativeObjective }
    return iteration >= iterations ? .iterations : nil
  }
}

/// Why an optimisation ended.
public enum StoppingReason: String, Sendable, CaseIterable {
  case gradient, parameters, objective
  case relativeGradient = "relative gradient"
  case relativeObjective = "relative objective"
  /// There is nothing to optimise.
  case noParameters = "no parameters"
  /// No step uphill raises the log density, and what could be gained is below what rounding allows to see.
  case precision
  /// No step uphill raises the log density, although the gradient says that there is something to gain.
  case lineSearch = "line search"
  /// The log density is infinite.
  case unbounded
  case iterations
  case cancelled

  /// The optimum was found as well as the tolerances ask.
  public var isConverged: Bool {
    switch self {
    case .gradient, .parameters, .objective, .relativeGradient, .relativeObjective, .noParameters, .precision: true
    case .lineSearch, .unbounded, .iterations, .cancelled: false
    }
  }

  /// A sentence without its full stop.
  public var explanation: String {
    switch self {
    case .gradient: "converged: the gradient is zero to the tolerance"
    case .parameters: "converged: the parameters change less than the tolerance"
    case .objective: "converged: the log density changes less than the tolerance"
    case .relativeGradient: "converged: the gradient is zero relative to the log density"
    case .relativeObjective: "converged: the log density changes less than the tolerance, relative to its size"
    case .noParameters: "there are no continuous parameters"
    case .precision: "converged: the log density cannot be raised beyond its rounding errors"
    case .lineSearch: "not converged: no step uphill raises the log density"
    case .unbounded: "not converged: the log density grows without bound"
    case .iterations: "not converged: the limit of iterations was reached"
    case .cancelled: "not converged: the run was cancelled"
    }
  }
}
