// A random walk of a real choice on the scale on which its support is the whole line.

import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// y' = y + s ε with y = x, log(x - a), -log(b - x) or logit((x - a) / (b - a)) for no, a lower, an upper or two bounds.
///
/// ε has a symmetric law, so q(x | x') / q(x' | x) = (dx/dy)(x') / (dx/dy)(x).
public struct RealWalk: SiteProposal {
  public init() {}

  public var isScaled: Bool { true }

  public func applies(to value: Value, in support: Support) -> Bool {
    if case .reals = support { true } else { false }
  }

  public func propose<Source: RandomSource>(
    from value: Value, in support: Support, scale: Double, using random: inout Source
  ) -> ProposedValue? {
    guard case .reals(let lower, let upper) = support, let x = value.asReal else { return nil }
    let increment = scale * random.symmetricIncrement()
    switch (lower.isFinite, upper.isFinite) {
    case (false, false):
      return ProposedValue(.real(x + increment))
    case (true, false):
      // dx/dy = x - a
      let distance = x - lower
      let next = lower + distance * exp(increment)
      guard distance > 0, next > lower, next.isFinite else { return nil }
      return ProposedValue(.real(next), logRatio: log(next - lower) - log(distance))
    case (false, true):
      let distance = upper - x
      let next = upper - distance * exp(-increment)
      guard distance > 0, next < upper, next.isFinite else { return nil }
      return ProposedValue(.real(next), logRatio: log(upper - next) - log(distance))
    case (true, true):
      // dx/dy = (x - a) (b - x) / (b - a)
      guard x > lower, x < upper else { return nil }
      let y = log(x - lower) - log(upper - x) + increment
      let share = exp(-abs(y)) / (1 + exp(-abs(y)))
      let next = y < 0 ? lower + (upper - lower) * share : upper - (upper - lower) * share
      guard next > lower, next < upper else { return nil }
      return ProposedValue(
        .real(next), logRatio: log(next - lower) + log(upper - next) - log(x - lower) - log(upper - x))
    }
  }
}
