// censor(d, lower, upper): a distribution whose draws are clamped to an interval.

import BorelSemantics
import BorelValues

/// X clamped to [lower, upper]: at a bound all the mass beyond it, between the bounds the density of X.
///
/// log p(lower) = log P(X <= lower), log p(upper) = log P(X >= upper), from the log cdfs.
struct Censoring: DistributionCombination {
  let base: DistributionObject
  let lower, upper: Double

  var components: [DistributionObject] { [base] }

  init<Caller: MethodCaller>(
    _ base: DistributionObject, lower: Value, upper: Value, _ caller: inout Caller
  ) throws(Failure) {
    self.base = base
    self.lower = try Truncation.bound(lower, "lower", of: "censor") ?? -.infinity
    self.upper = try Truncation.bound(upper, "upper", of: "censor") ?? .infinity
    try Truncation.checkOrder(self.lower, self.upper, of: "censor")
    try Truncation.checkBase(base, name: "censor", &caller)
    if base.isDiscrete, let bound = [self.lower, self.upper].first(where: { $0.isFinite && $0 != $0.rounded() }) {
      throw .user(
        code: "invalid-argument",
        "the bounds of censor must be whole numbers for \(base.name), got \(Value.shortText(of: bound))")
    }
  }

  var name: String { "censor" }
  var text: String { Truncation.text(name, base, lower, upper) }
  var isDiscrete: Bool { base.isDiscrete }

  func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    let value = try base.draw(&caller)
    guard let x = value.asReal else { return value }
    let clamped = min(max(x, lower), upper)
    if clamped == x { return value }
    return isDiscrete ? .int(Int(clamping: clamped)) : .real(clamped)
  }

  func logDensity<Caller: MethodCaller>(of value: Value, _ caller: inout Caller) throws(Failure) -> Double {
    guard let x = value.asReal else { return try base.logDensity(of: value, &caller) }
    if x < lower || x > upper { return -.infinity }
    if lower == upper { return 0 }
    if x == lower { return try base.cdf(at: x, tail: .logLower, &caller) }
    if x == upper { return try base.cdf(at: isDiscrete ? x - 1 : x, tail: .logUpper, &caller) }
    return try base.logDensity(of: value, &caller)
  }

  func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    try base.conform(value, subject, &caller)
  }

  func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support {
    switch try base.support(&caller) {
    case .reals: return .reals(lower: lower, upper: upper)
    case .integers(let a, let b):
      let (low, high) = (lower.isFinite ? Int(clamping: lower) : nil, upper.isFinite ? Int(clamping: upper) : nil)
      return .integers(
        lower: Self.clamped(a, low, high, fallback: low), upper: Self.clamped(b, low, high, fallback: high))
    case let other: return other
    }
  }

  private static func clamped(_ end: Int?, _ low: Int?, _ high: Int?, fallback: Int?) -> Int? {
    guard let end else { return fallback }
    return min(max(end, low ?? end), high ?? max(end, low ?? end))
  }

  func cdf<Caller: MethodCaller>(
    at x: Double, tail: CDFTail, _ caller: inout Caller
  ) throws(Failure) -> Double {
    if x < lower { return tail.limit(atStart: true) }
    if x >= upper { return tail.limit(atStart: false) }
    return try base.cdf(at: x, tail: tail, &caller)
  }

  func quantile<Caller: MethodCaller>(_ p: Double, _ caller: inout Caller) throws(Failure) -> Double {
    min(max(try base.quantile(p, &caller), lower), upper)
  }
}
