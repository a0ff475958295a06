// Initial value problems of systems of ordinary differential equations, with sensitivities.

import CBorel

/// Solves y' = f(t, y) by the integrators that compiled models use as well: the same steps, the same solution.
///
/// `rk45` is the explicit pair of orders 5 and 4 of Dormand and Prince (1980) with its continuous extension, for systems that are not
/// stiff; `bdf` are the numerical differentiation formulas of orders 1 to 5 of Shampine and Reichelt (1997), for stiff ones. The local error of
/// each step, as a root mean square over the states of error / (absolute + relative |y|), stays below 1. Sensitivities are the derivatives of the
/// discrete solution with its steps held fixed; they do not change the steps.
public struct DifferentialEquations {
  public enum Method: Sendable {
    case rk45, bdf
  }

  /// f(t, y) into the last argument; false stops the integration.
  public typealias Derivative = (Double, UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Bool
  /// df/dy, states x states, and df/dp, states x parameters, row-major, the latter where it is asked for; false stops the integration.
  public typealias Jacobian =
    (Double, UnsafePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>?) -> Bool

  public var method: Method
  public var states: Int
  public var parameters = 0
  public var relativeTolerance: Double
  public var absoluteTolerance: Double
  /// Accepted and rejected steps together.
  public var maximumSteps: Int

  public init(
    _ method: Method, states: Int, parameters: Int = 0, relativeTolerance: Double, absoluteTolerance: Double,
    maximumSteps: Int
  ) {
    self.method = method
    self.states = states
    self.parameters = parameters
    self.relativeTolerance = relativeTolerance
    self.absoluteTolerance = absoluteTolerance
    self.maximumSteps = maximumSteps
  }

  /// How an integration ended.
  public enum Outcome: Sendable, Equatable {
    case solved
    /// A function returned false.
    case stopped
    case failed(NumericalFailure)
  }

  /// The solution at ascending times, times x states; without a Jacobian, `bdf` takes differences.
  public func solve(
    from start: Double, _ initial: [Double], at times: [Double], into solution: UnsafeMutablePointer<Double>,
    derivative: Derivative, jacobian: Jacobian? = nil
  ) -> Outcome {
    run(start, initial, times, solution, nil, [], derivative, jacobian)
  }

  /// The solution and its sensitivities, times x states x columns, the columns being the parameters and then the initial state, as wanted.
  public func solve(
    from start: Double, _ initial: [Double], at times: [Double], into solution: UnsafeMutablePointer<Double>,
    sensitivities: UnsafeMutablePointer<Double>, to wanted: Columns, derivative: Derivative,
    jacobian: @escaping Jacobian
  ) -> Outcome {
    run(start, initial, times, solution, sensitivities, wanted, derivative, jacobian)
  }

  /// What sensitivities are wanted to.
  public struct Columns: OptionSet, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
    public static let parameters = Columns(rawValue: Int32(borel_ode_by_parameters))
    public static let initial = Columns(rawValue: Int32(borel_ode_by_initial))
  }

  // MARK: Calling C

  private func run(
    _ start: Double, _ initial: [Double], _ times: [Double], _ solution: UnsafeMutablePointer<Double>,
    _ sensitivities: UnsafeMutablePointer<Double>?, _ wanted: Columns, _ derivative: Derivative, _ jacobian: Jacobian?
  ) -> Outcome {
    guard initial.count == states, relativeTolerance > 0, absoluteTolerance > 0, maximumSteps >= 0 else {
      return .failed(NumericalFailure("the tolerances must be positive"))
    }
    return withoutActuallyEscaping(derivative) { derivative in
      call(start, initial, times, solution, sensitivities, wanted, Functions(derivative, jacobian))
    }
  }

  /// What the C functions find behind their context.
  private final class Functions {
    let derivative: Derivative
    let jacobian: Jacobian?
    init(_ derivative: @escaping Derivative, _ jacobian: Jacobian?) {
      self.derivative = derivative
      self.jacobian = jacobian
    }
  }

  private func call(
    _ start: Double, _ initial: [Double], _ times: [Double], _ solution: UnsafeMutablePointer<Double>,
    _ sensitivities: UnsafeMutablePointer<Double>?, _ wanted: Columns, _ functions: Functions
  ) -> Outcome {
    var problem = borel_ode()
    problem.states = states
    problem.parameters = parameters
    problem.relative = relativeTolerance
    problem.absolute = absoluteTolerance
    problem.max_steps = maximumSteps
    problem.derivative = { context, t, y, slope in
      guard let context, let y, let slope else { return 1 }
      return Unmanaged<Functions>.fromOpaque(context).takeUnretainedValue().derivative(t, y, slope) ? 0 : 1
    }
    if functions.jacobian != nil {
      problem.jacobian = { context, t, y, byState, byParameter in
        guard let context, let y, let byState,
          let jacobian = Unmanaged<Functions>.fromOpaque(context).takeUnretainedValue().jacobian
        else { return 1 }
        return jacobian(t, y, byState, byParameter) ? 0 : 1
      }
    }
    let solver = method == .rk45 ? borel_ode_rk45 : borel_ode_bdf
    let columns = sensitivities == nil ? 0 : borel_ode_columns(&problem, wanted.rawValue)
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: borel_ode_memory(&problem, solver, columns))
    defer { memory.deallocate() }
    var reached = start
    let status = withExtendedLifetime(functions) {
      problem.context = Unmanaged.passUnretained(functions).toOpaque()
      return borel_ode_solve(
        &problem, solver, wanted.rawValue, start, initial, times.count, times, memory, solution, sensitivities, &reached
      )
    }
    switch status {
    case borel_ode_ok: return .solved
    case borel_ode_stopped: return .stopped
    default: return .failed(failure(status, reached, times.last ?? start))
    }
  }

  private func failure(_ status: Int, _ time: Double, _ end: Double) -> NumericalFailure {
    // Six decimals say where it was; more would be the last rounding errors.
    let reached = abs(time) < 1e9 ? (time * 1e6).rounded() / 1e6 : time
    switch status {
    case borel_ode_too_many_steps:
      let hint = method == .rk45 ? "; a stiff system needs the BDF solver" : ""
      return NumericalFailure("\(maximumSteps) steps came to time \(reached) only, of \(end)\(hint)")
    case borel_ode_step_too_small:
      return NumericalFailure(
        "no step is small enough for the tolerance at time \(reached): the solution has a singularity there, or the derivative jumps"
      )
    case borel_ode_not_finite:
      return NumericalFailure("the derivative is not finite at the start, time \(reached)")
    default: return NumericalFailure("the times must be finite, ascending, and not before the start")
    }
  }
}
