// Random walks of choices that are real arrays: one element, all elements, or a transfer between two elements.

import BorelSemantics
import BorelValues

/// x'ᵢ = xᵢ + s ε for one element drawn uniformly. Symmetric.
///
/// For arrays on all of ℝⁿ, and for vectors with a constraint that leaves room around them, such as positive or ordered
/// ones, where the density rejects steps out of the support. Not for vectors on a simplex or a sphere, which have no room.
public struct ElementWalk: SiteProposal {
  public init() {}

  public var isScaled: Bool { true }

  public func applies(to value: Value, in support: Support) -> Bool {
    guard case .continuous(let shape, let unconstrained) = support, let array = value.asArray, array.kind == .real,
      array.count > 0
    else { return false }
    return unconstrained || (shape.count == 1 && !isOnSimplex(array) && !isOnSphere(array))
  }

  public func propose<Source: RandomSource>(
    from value: Value, in support: Support, scale: Double, using random: inout Source
  ) -> ProposedValue? {
    guard let next = value.asArray?.copy() else { return nil }
    next.reals[random.uniformInt(below: next.count)] += scale * random.symmetricIncrement()
    return ProposedValue(.object(next))
  }
}

/// x' = x + s ε in every element. Symmetric; for arrays on all of ℝⁿ.
public struct BlockWalk: SiteProposal {
  public init() {}

  public var isScaled: Bool { true }

  public func applies(to value: Value, in support: Support) -> Bool {
    guard case .continuous(_, true) = support, let array = value.asArray else { return false }
    return array.kind == .real && array.count > 1
  }

  public func propose<Source: RandomSource>(
    from value: Value, in support: Support, scale: Double, using random: inout Source
  ) -> ProposedValue? {
    guard let next = value.asArray?.copy() else { return nil }
    for index in 0..<next.count { next.reals[index] += scale * random.symmetricIncrement() }
    return ProposedValue(.object(next))
  }
}

/// x'ᵢ = xᵢ + δ, x'ⱼ = xⱼ - δ with δ = s ε / n for two elements drawn uniformly. Symmetric; for vectors on a simplex.
public struct Transfer: SiteProposal {
  public init() {}

  public var isScaled: Bool { true }

  public func applies(to value: Value, in support: Support) -> Bool {
    guard case .continuous(let shape, false) = support, let array = value.asArray else { return false }
    return shape.count == 1 && array.kind == .real && array.count > 1 && isOnSimplex(array)
  }

  public func propose<Source: RandomSource>(
    from value: Value, in support: Support, scale: Double, using random: inout Source
  ) -> ProposedValue? {
    guard let next = value.asArray?.copy() else { return nil }
    let (giver, taker) = twoIndices(below: next.count, using: &random)
    let amount = scale / Double(next.count) * random.symmetricIncrement()
    next.reals[taker] += amount
    next.reals[giver] -= amount
    return ProposedValue(.object(next))
  }
}

/// Two different indices, all pairs equally likely.
func twoIndices<Source: RandomSource>(below count: Int, using random: inout Source) -> (Int, Int) {
  let first = random.uniformInt(below: count)
  let second = random.uniformInt(below: count - 1)
  return (first, second < first ? second : second + 1)
}

/// Whether the elements are not negative and sum to 1, within rounding.
private func isOnSimplex(_ array: ArrayObject) -> Bool {
  var sum = 0.0
  for index in 0..<array.count {
    guard array.reals[index] >= 0 else { return false }
    sum += array.reals[index]
  }
  return abs(sum - 1) < 1e-6
}

/// Whether the squares sum to 1, within rounding.
private func isOnSphere(_ array: ArrayObject) -> Bool {
  var sum = 0.0
  for index in 0..<array.count { sum += array.reals[index] * array.reals[index] }
  return abs(sum - 1) < 1e-6
}
