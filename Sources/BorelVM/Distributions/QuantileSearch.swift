// Quantiles by search in a cdf, for definitions that have no quantile of their own.

import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The smallest x with P(X <= x) >= p by bracketing and bisection.
///
/// Works on the upper tail for p > 1/2 so that quantiles beyond 1 - 2^-53 of the mass keep their digits when the tail is given on the
/// log scale. Bisection halves the bits between two doubles, not their distance, so it ends within 64 + 64 steps.
struct QuantileSearch {
  private let distribution: DistributionObject

  init(_ distribution: DistributionObject) { self.distribution = distribution }

  func quantile<Caller: MethodCaller>(_ p: Double, _ caller: inout Caller) throws(Failure) -> Double {
    p <= 0.5
      ? try lowest(logMass: log(p), tail: .logLower, &caller)
      : try lowest(logMass: log1p(-p), tail: .logUpper, &caller)
  }

  /// The smallest x whose lower tail has at least this log mass, or whose upper tail has at most this log mass.
  ///
  /// Given bounds narrow the search: the result is known to lie between them, both included.
  func lowest<Caller: MethodCaller>(
    logMass: Double, tail: CDFTail, within bounds: (lower: Double, upper: Double)? = nil, _ caller: inout Caller
  ) throws(Failure) -> Double {
    var (low, high): (Double, Double)
    switch try distribution.support(&caller) {
    case .reals(let lower, let upper): (low, high) = (lower, upper)
    case .integers(let lower, let upper):
      // Below the smallest value nothing is reached.
      (low, high) = (lower.map { Double($0) - 1 } ?? -.infinity, upper.map(Double.init) ?? .infinity)
    case .booleans: (low, high) = (-1, 1)
    default: throw .missing("quantile", of: distribution.name)
    }
    let isDiscrete = distribution.isDiscrete
    if let bounds {
      low = max(low, isDiscrete ? bounds.lower.rounded(.up) - 1 : bounds.lower)
      high = min(high, isDiscrete ? bounds.upper.rounded(.down) : bounds.upper)
    }
    if isLowest(logMass, tail) { return isDiscrete && low > -.infinity ? low + 1 : low }
    if isHighest(logMass, tail) { return high }
    func reached(_ x: Double, _ caller: inout Caller) throws(Failure) -> Bool {
      let mass = try distribution.cdf(at: x, tail: tail, &caller)
      return tail.isUpper ? mass <= logMass : mass >= logMass
    }
    // A bracket by steps that double, from the finite end or from zero.
    if low == -.infinity && high == .infinity {
      if try reached(0, &caller) { high = 0 } else { low = 0 }
    }
    var step = 1.0
    while high == .infinity {
      let x = low + step
      if x == .infinity { return x }
      if try reached(x, &caller) { high = x } else { low = x }
      step *= 2
    }
    while low == -.infinity {
      let x = high - step
      if x == -.infinity { return x }
      if try reached(x, &caller) { high = x } else { low = x }
      step *= 2
    }
    while true {
      let middle: Double
      if isDiscrete {
        if high - low <= 1 { return high }
        middle = (low / 2 + high / 2).rounded(.down)
        if middle <= low || middle >= high { return high }
      } else {
        middle = Self.between(low, high)
        if middle <= low || middle >= high { return high }
      }
      if try reached(middle, &caller) { high = middle } else { low = middle }
    }
  }

  private func isLowest(_ logMass: Double, _ tail: CDFTail) -> Bool {
    tail.isUpper ? logMass >= 0 : logMass == -.infinity
  }

  private func isHighest(_ logMass: Double, _ tail: CDFTail) -> Bool {
    tail.isUpper ? logMass == -.infinity : logMass >= 0
  }

  /// The double half way between two in the order of their bits.
  private static func between(_ a: Double, _ b: Double) -> Double {
    let (low, high) = (key(a), key(b))
    return value(low + (high - low) / 2)
  }

  private static func key(_ x: Double) -> UInt64 {
    let bits = x.bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }

  private static func value(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
  }
}
