// Log density and gradient of a native model over unconstrained space.

import BorelNative
import BorelSource

extension BoundModel {
  public func nativeGradient() throws(BorelError) -> NativeGradient {
    try NativeGradient(nativeDensity(includesChecks: false), self)
  }
}

/// One thread's evaluator of log density and gradient.
public final class NativeGradient {
  private let evaluator: NativeEvaluator
  public var dimension: Int { evaluator.dimension }

  init(_ density: NativeDensity, _ bound: BoundModel) throws(BorelError) {
    do throws(NativeFailure) { evaluator = try density.evaluator("log_density_gradient") } catch {
      throw BorelError(.program, [error.diagnostic], sources: bound.model.store.sources)
    }
  }

  /// The log density at a point, -inf where it has none; writes the gradient.
  public func evaluate(at position: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>) -> Double {
    var value = 0.0
    return evaluator.evaluate(at: position, value: &value, gradient: gradient) == .ok ? value : -.infinity
  }
}
