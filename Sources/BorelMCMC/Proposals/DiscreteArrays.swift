// Proposals for choices that are arrays of Bool or Int.

import BorelSemantics
import BorelValues

/// One element drawn uniformly is flipped, or moved by one up or down. Symmetric; the density rejects steps out of the support.
public struct ElementStep: SiteProposal {
  public init() {}

  public var isScaled: Bool { false }

  public func applies(to value: Value, in support: Support) -> Bool {
    guard support.isDiscrete, let array = value.asArray else { return false }
    return array.kind != .real && array.count > 0
  }

  public func propose<Source: RandomSource>(
    from value: Value, in support: Support, scale: Double, using random: inout Source
  ) -> ProposedValue? {
    guard let next = value.asArray?.copy() else { return nil }
    let index = random.uniformInt(below: next.count)
    if next.kind == .bool {
      next.storage[index] ^= 1
    } else {
      next.storage[index] &+= random.uniformInt(below: 2) == 1 ? 1 : .max
    }
    return ProposedValue(.object(next))
  }
}

/// One unit moves from an element to another, as counts with a fixed sum need it. Symmetric.
public struct IntegerTransfer: SiteProposal {
  public init() {}

  public var isScaled: Bool { false }

  public func applies(to value: Value, in support: Support) -> Bool {
    guard support.isDiscrete, let array = value.asArray else { return false }
    return array.kind == .int && array.count > 1
  }

  public func propose<Source: RandomSource>(
    from value: Value, in support: Support, scale: Double, using random: inout Source
  ) -> ProposedValue? {
    guard let next = value.asArray?.copy() else { return nil }
    let (giver, taker) = twoIndices(below: next.count, using: &random)
    next.storage[taker] &+= 1
    next.storage[giver] &-= 1
    return ProposedValue(.object(next))
  }
}
