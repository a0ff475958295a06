// A log density over unconstrained space with its gradient: what gradient-based samplers and optimisers see of a model.

/// A log density over ℝⁿ that can be evaluated, with its gradient, by any number of threads.
public protocol DensityTarget: Sendable {
  /// n
  var dimension: Int { get }
  /// An evaluator for one thread.
  func makeEvaluator() throws(Failure) -> any DensityEvaluator
}

/// One thread's evaluator of a log density and its gradient.
public protocol DensityEvaluator: AnyObject {
  var dimension: Int { get }

  /// log p at a point of n numbers, -inf where it has none or fails numerically; writes n derivatives, whose values mean nothing there.
  func evaluate(at position: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>) -> Double

  /// Why the last evaluation failed, where it failed numerically and the reason is known.
  var lastFailure: Failure? { get }
}

extension DensityEvaluator {
  public var lastFailure: Failure? { nil }
}
