// Proposes one of the other values of a small finite support, all equally likely.

import BorelSemantics
import BorelValues

/// For Bool and for finite supports of up to 64 values: any value but the current one. Symmetric.
public struct OtherValue: SiteProposal {
  private static let limit = 64

  public init() {}

  public var isScaled: Bool { false }

  public func applies(to value: Value, in support: Support) -> Bool {
    switch support {
    case .booleans: true
    case .finite(let values): values.count > 1 && values.count <= OtherValue.limit
    case .integers(let lower?, let upper?): lower < upper && isSmall(lower, upper)
    default: false
    }
  }

  public func propose<Source: RandomSource>(
    from value: Value, in support: Support, scale: Double, using random: inout Source
  ) -> ProposedValue? {
    switch support {
    case .booleans: return value.asBool.map { ProposedValue(.bool(!$0)) }
    case .integers(let lower?, let upper?):
      guard let current = value.asInt else { return nil }
      let other = lower + random.uniformInt(below: upper - lower)
      return ProposedValue(.int(other < current ? other : other + 1))
    case .finite(let values):
      let key = ValueKey(value)
      let others = values.filter { ValueKey($0) != key }
      guard others.count < values.count else { return nil }
      return ProposedValue(others[random.uniformInt(below: others.count)])
    default: return nil
    }
  }
}

/// Whether an interval of integers is small enough to propose all values alike.
func isSmall(_ lower: Int, _ upper: Int) -> Bool {
  let (span, overflow) = upper.subtractingReportingOverflow(lower)
  return !overflow && span < 64
}
