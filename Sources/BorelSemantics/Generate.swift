// Runs a program forward: every free choice is drawn from its own distribution, the observations give the weight.

import BorelValues

/// A trace with its importance weight.
public struct WeightedTrace: Sendable {
  public var trace: Trace
  /// `trace.logLikelihood`, or -inf where the execution failed numerically.
  public var logWeight: Double
  /// Why the execution has weight zero, where it failed numerically.
  public var failure: Failure?

  public init(trace: Trace, logWeight: Double, failure: Failure? = nil) {
    self.trace = trace
    self.logWeight = logWeight
    self.failure = failure
  }
}

extension Program {
  /// A trace whose free choices are drawn from their own distributions; a numerical failure is thrown like any other.
  public func simulate<Source: RandomSource>(using random: inout Source) throws(Failure) -> Trace {
    var trace = Trace()
    var run = start()
    try run.complete(into: &trace) { (run, _) throws(Failure) in try random.drawValue(from: &run) }
    return trace
  }

  /// A weighted trace: w = Π p(observation | choices) · Π exp(factor), so that E[w f(trace)] = Z E[f | data] for every f.
  ///
  /// A numerical failure gives weight zero. `stopsAtZero` ends the execution, and the trace, where the weight becomes zero.
  public func generate<Source: RandomSource>(
    using random: inout Source, stopsAtZero: Bool = false
  ) throws(Failure) -> WeightedTrace {
    var trace = Trace()
    var run = start()
    do throws(Failure) {
      try run.complete(into: &trace, stopsAtZero: stopsAtZero) { (run, _) throws(Failure) in
        try random.drawValue(from: &run)
      }
      return WeightedTrace(trace: trace, logWeight: trace.logLikelihood)
    } catch {
      guard error.kind == .numerical else { throw error }
      return WeightedTrace(trace: trace, logWeight: -.infinity, failure: error)
    }
  }
}
