// A symmetric random walk over integers whose support is infinite or large.

import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// k' = k ± m with m uniform on 1, …, M and M the scale rounded up. Symmetric; the density rejects steps out of the support.
public struct IntegerWalk: SiteProposal {
  public init() {}

  public var isScaled: Bool { true }

  public func applies(to value: Value, in support: Support) -> Bool {
    switch support {
    case .integers(let lower?, let upper?): !isSmall(lower, upper)
    case .integers: true
    default: false
    }
  }

  public func propose<Source: RandomSource>(
    from value: Value, in support: Support, scale: Double, using random: inout Source
  ) -> ProposedValue? {
    guard let current = value.asInt else { return nil }
    let widest = Int(min(max(scale.rounded(.up), 1), 1e15))
    let size = 1 + random.uniformInt(below: widest)
    let isUp = random.uniformInt(below: 2) == 1
    let (next, overflow) = isUp ? current.addingReportingOverflow(size) : current.subtractingReportingOverflow(size)
    return overflow ? nil : ProposedValue(.int(next))
  }
}
