// Log density and gradient of a native model over unconstrained space.

import BorelNative
import BorelSource

extension BoundModel {
  public func nativeGradient() throws(BorelError) -> NativeGradient {
    try NativeGradient(nativeDensity(includesChecks: false), self)
  }
}

/// One thread's evaluator of log density and gradient.
///
/// Discrete choices that are not observed have no place in the position: density and gradient are those of the continuous choices
/// at values of the discrete ones that are held fixed, those of one execution until others are given.
public final class NativeGradient {
  /// Keeps the values of the discrete choices.
  private let function: FunctionAtChoices
  private let evaluator: NativeEvaluator
  private let sources: SourceMap
  /// The patterns of the discrete choices that are held fixed, such as `z[_]`.
  public let fixedSites: [String]
  public var dimension: Int { evaluator.dimension }

  init(_ density: NativeDensity, _ bound: BoundModel) throws(BorelError) {
    sources = bound.model.store.sources
    fixedSites = density.programs.givenSites.map(\.pattern)
    do throws(NativeFailure) {
      function = try FunctionAtChoices(density, "log_density_gradient", choices: density.trial)
      evaluator = function.evaluator
    } catch {
      throw BorelError(.program, [error.diagnostic], sources: sources)
    }
  }

  /// The log density at a point, -inf where it has none; writes the gradient.
  public func evaluate(at position: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>) -> Double {
    var value = 0.0
    return evaluator.evaluate(at: position, value: &value, gradient: gradient) == .ok ? value : -.infinity
  }
}
