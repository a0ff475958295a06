// truncate(d, lower, upper): a distribution restricted to an interval.

import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// p(x) / P(lower <= X <= upper) on [lower, upper], both ends included.
///
/// The mass is computed on the log scale in the tail where it loses nothing, so truncation ten standard deviations out keeps its digits.
struct Truncation: DistributionCombination {
  let base: DistributionObject
  /// -inf and inf for no bound.
  let lower, upper: Double
  /// log P(X before the interval) and log P(X behind it).
  let logBefore, logBehind: Double
  /// log P(lower <= X <= upper).
  let logMass: Double
  /// True where the interval lies in the upper half of the distribution.
  let isUpperHalf: Bool

  var components: [DistributionObject] { [base] }

  init<Caller: MethodCaller>(
    _ base: DistributionObject, lower: Value, upper: Value, _ caller: inout Caller
  ) throws(Failure) {
    self.base = base
    self.lower = try Self.bound(lower, "lower", of: "truncate") ?? -.infinity
    self.upper = try Self.bound(upper, "upper", of: "truncate") ?? .infinity
    try Self.checkOrder(self.lower, self.upper, of: "truncate")
    try Self.checkBase(base, name: "truncate", &caller)
    // For whole numbers, the mass before `lower` is P(X <= lower - 1).
    let start = base.isDiscrete ? self.lower.rounded(.up) - 1 : self.lower
    let end = base.isDiscrete ? self.upper.rounded(.down) : self.upper
    logBefore = start == -.infinity ? -.infinity : try base.cdf(at: start, tail: .logLower, &caller)
    logBehind = end == .infinity ? -.infinity : try base.cdf(at: end, tail: .logUpper, &caller)
    isUpperHalf = logBefore > -0.6931471805599453
    if isUpperHalf {
      let behindStart = try base.cdf(at: start, tail: .logUpper, &caller)
      logMass = logDiffExp(behindStart, logBehind)
    } else if logBehind > -0.6931471805599453 {
      let beforeEnd = try base.cdf(at: end, tail: .logLower, &caller)
      logMass = logDiffExp(beforeEnd, logBefore)
    } else {
      logMass = log1p(-(exp(logBefore) + exp(logBehind)))
    }
    guard logMass > -.infinity else {
      throw .numerical(
        code: "empty-truncation",
        "\(base.text) has no mass between \(Value.shortText(of: self.lower)) and \(Value.shortText(of: self.upper))")
    }
  }

  static func bound(_ value: Value, _ parameter: String, of name: String) throws(Failure) -> Double? {
    if case .null = value { return nil }
    guard let x = value.asReal else {
      throw .user(
        code: "wrong-type", "`\(parameter)` of \(name) must be a number or null, got \(value.kindDescription)")
    }
    if x.isNaN {
      throw .numerical(code: "invalid-parameter", "`\(parameter)` of \(name) must be a number, got NaN")
    }
    return x
  }

  static func checkOrder(_ lower: Double, _ upper: Double, of name: String) throws(Failure) {
    guard lower < upper || lower == upper && lower.isFinite else {
      throw .numerical(
        code: "invalid-parameter",
        "`lower` of \(name) must be <= upper (\(Value.shortText(of: upper))), got \(Value.shortText(of: lower))")
    }
  }

  static func checkBase<Caller: MethodCaller>(
    _ base: DistributionObject, name: String, _ caller: inout Caller
  ) throws(Failure) {
    switch try base.support(&caller) {
    case .reals, .integers, .booleans: break
    case .finite where base.combination is PointMass || base.combination is FiniteDistribution: break
    default:
      throw .user(
        code: "invalid-argument", "\(name) needs a distribution of single numbers, got \(base.name)")
    }
    guard base.hasCDF else {
      throw .user(code: "missing-method", "\(name) needs a distribution with a cdf, which \(base.name) has not")
    }
  }

  static func text(_ name: String, _ base: DistributionObject, _ lower: Double, _ upper: Double) -> String {
    func bound(_ x: Double) -> String { x.isInfinite ? "null" : Value.shortText(of: x) }
    return "\(name)(\(base.text), \(bound(lower)), \(bound(upper)))"
  }

  var name: String { "truncate" }
  var text: String { Self.text(name, base, lower, upper) }
  var isDiscrete: Bool { base.isDiscrete }

  func contains(_ value: Value) -> Bool {
    guard let x = value.asReal ?? value.asBool.map({ $0 ? 1 : 0 }) else { return false }
    return x >= lower && x <= upper
  }

  /// By rejection where most draws are kept, else by inverting the cdf in the tail that keeps its digits.
  func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    if logMass > -1.4 {
      // At least a quarter of the draws are kept: 200 misses in a row have probability below 1e-24.
      for _ in 0..<200 {
        let value = try base.draw(&caller)
        if contains(value) { return value }
      }
    }
    let u = caller.random.uniform()
    let x: Double
    if isUpperHalf {
      // P(X > x) between the tails at both ends.
      let behindStart = logBehind == -.infinity ? logMass : logSumExp([logBehind, logMass])
      let target = logSumExp([log(u) + behindStart, log1p(-u) + logBehind])
      x = try QuantileSearch(base).lowest(logMass: target, tail: .logUpper, within: (lower, upper), &caller)
    } else {
      let beforeEnd = logSumExp([logBefore, logMass])
      let target = logSumExp([log(u) + beforeEnd, log1p(-u) + logBefore])
      x = try QuantileSearch(base).lowest(logMass: target, tail: .logLower, within: (lower, upper), &caller)
    }
    let clamped = min(max(x, lower), upper)
    return try base.conform(.real(clamped), { "a draw is" }, &caller) ?? .real(clamped)
  }

  func logDensity<Caller: MethodCaller>(of value: Value, _ caller: inout Caller) throws(Failure) -> Double {
    guard contains(value) else { return -.infinity }
    return try base.logDensity(of: value, &caller) - logMass
  }

  func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    try base.conform(value, subject, &caller)
  }

  func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support {
    switch try base.support(&caller) {
    case .reals(let a, let b): return .reals(lower: max(a, lower), upper: min(b, upper))
    case .integers(let a, let b):
      let low = lower > -.infinity ? Int(clamping: lower.rounded(.up)) : nil
      let high = upper < .infinity ? Int(clamping: upper.rounded(.down)) : nil
      return .integers(
        lower: a.map { low.map { [a] in max($0, a ?? $0) } ?? $0 } ?? low,
        upper: b.map { high.map { [b] in min($0, b ?? $0) } ?? $0 } ?? high)
    case .booleans: return .finite([.bool(false), .bool(true)].filter(contains))
    case .finite(let values): return .finite(values.filter(contains))
    case let other: return other
    }
  }

  func cdf<Caller: MethodCaller>(
    at x: Double, tail: CDFTail, _ caller: inout Caller
  ) throws(Failure) -> Double {
    let place = isDiscrete ? x.rounded(.down) : x
    if place < lower || (!isDiscrete && place == lower) { return tail.limit(atStart: true) }
    if place >= upper { return tail.limit(atStart: false) }
    let logPart: Double
    if tail.isUpper {
      // P(x < X <= upper)
      logPart =
        isUpperHalf
        ? logDiffExp(try base.cdf(at: place, tail: .logUpper, &caller), logBehind)
        : try massBetween(place, upper, &caller)
    } else {
      logPart =
        isUpperHalf
        ? logDiffExp(logSumExp([logBehind, logMass]), try base.cdf(at: place, tail: .logUpper, &caller))
        : logDiffExp(try base.cdf(at: place, tail: .logLower, &caller), logBefore)
    }
    let result = min(0, logPart - logMass)
    return tail.isLog ? result : exp(result)
  }

  /// log P(a < X <= b) for an interval that starts in the lower half.
  private func massBetween<Caller: MethodCaller>(
    _ a: Double, _ b: Double, _ caller: inout Caller
  ) throws(Failure) -> Double {
    let before = try base.cdf(at: a, tail: .logLower, &caller)
    if before > -0.6931471805599453 {
      return logDiffExp(try base.cdf(at: a, tail: .logUpper, &caller), logBehind)
    }
    if logBehind > -0.6931471805599453 {
      return logDiffExp(try base.cdf(at: b, tail: .logLower, &caller), before)
    }
    return log1p(-(exp(before) + exp(logBehind)))
  }

  func quantile<Caller: MethodCaller>(_ p: Double, _ caller: inout Caller) throws(Failure) -> Double {
    try QuantileSearch(DistributionObject(self)).quantile(p, &caller)
  }
}
