// delta(x): all mass at one value.

import BorelSemantics
import BorelValues

/// P(X = x) = 1; a discrete distribution over any value.
struct PointMass: DistributionCombination {
  let value: Value

  var name: String { "delta" }
  var text: String { "delta(\(value.shortText))" }
  var isDiscrete: Bool { true }

  func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value { value }

  func logDensity<Caller: MethodCaller>(of value: Value, _ caller: inout Caller) throws(Failure) -> Double {
    ValueKey(value) == ValueKey(self.value) ? 0 : -.infinity
  }

  func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    ValueKey(value) == ValueKey(self.value) ? self.value : nil
  }

  func shape<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Int] { value.asArray?.shape ?? [] }
  func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support { .finite([value]) }

  func cdf<Caller: MethodCaller>(
    at x: Double, tail: CDFTail, _ caller: inout Caller
  ) throws(Failure) -> Double {
    guard let place = value.asReal else { throw .missing(tail.rawValue, of: "delta of \(value.kindDescription)") }
    return tail.limit(atStart: x < place)
  }

  func quantile<Caller: MethodCaller>(_ p: Double, _ caller: inout Caller) throws(Failure) -> Double {
    guard let place = value.asReal else { throw .missing("quantile", of: "delta of \(value.kindDescription)") }
    return place
  }

  func mean<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    guard value.asReal != nil || value.asArray != nil else { throw .missing("mean", of: name) }
    return value
  }

  func variance<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    guard value.asReal != nil else { throw .missing("variance", of: name) }
    return .real(0)
  }
}
