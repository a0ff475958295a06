// Runs an execution to its end into a trace, every free choice made by the caller.

import BorelSource
import BorelValues

extension Execution {
  /// Runs to the end and returns the program's value; `choose` gives the value of each free choice while the execution is stopped at it,
  /// `observing` is called at each observation.
  ///
  /// Choices, weights and the value go into `trace`. A failure of the program, an undefined weight and a repeated address are
  /// thrown. With `stopsAtZero` the run ends as soon as an observation or factor has weight -inf, and the result is nil.
  @inlinable
  @discardableResult
  public mutating func complete(
    into trace: inout Trace, stopsAtZero: Bool = false,
    observing: (inout Self) throws(Failure) -> Void = { _ in },
    choosing choose: (inout Self, Address) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    while true {
      switch advance() {
      case .sample(let address):
        let value = try choose(&self, address)
        let logDensity = try score(value)
        try record(address, value, logDensity, isObserved: false, into: &trace)
        resume(with: value)
      case .observe(let address, let value):
        try observing(&self)
        let logDensity = try score(value)
        if let address {
          try record(address, value, logDensity, isObserved: true, into: &trace)
        } else {
          trace.addLogWeight(logDensity)
        }
        if stopsAtZero, logDensity == -.infinity { return nil }
      case .factor(let logWeight):
        trace.addLogWeight(try score(factor: logWeight))
        if stopsAtZero, logWeight == -.infinity { return nil }
      case .finished(let value):
        trace.value = value
        return value
      case .failed(let failure):
        throw failure
      }
    }
  }

  @inlinable
  func record(
    _ address: Address, _ value: Value, _ logDensity: Double, isObserved: Bool, into trace: inout Trace
  ) throws(Failure) {
    let choice = Choice(
      address: address, value: value, logDensity: logDensity, isObserved: isObserved, span: pendingSpan)
    if let earlier = trace.record(choice) {
      throw duplicateAddress(address, first: earlier.span, second: choice.span)
    }
  }
}
