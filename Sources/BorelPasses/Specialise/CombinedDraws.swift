// Specialises draws from combinations of distributions, in the order in which the virtual machine takes random numbers.

import BorelIR
import BorelSource

extension Specialiser {
  // MARK: Mixtures

  /// A component by the place at which the cumulative sum of the weights passes a uniform number, then a draw from it.
  mutating func drawnMixture(
    _ weights: [LoopOperand], _ components: [AbstractDistribution], at span: Span
  ) throws(NotNative) -> AbstractValue {
    var left = try uniform(at: span)
    var place = LoopOperand.int(0)
    var isFound = LoopOperand.bool(false)
    for (index, weight) in weights.enumerated() {
      // One of weight zero is never chosen, the last of the others where rounding leaves something.
      let isPossible = builder.apply(.less, .real(0), weight)
      left = builder.apply(.subtract, left, weight)
      let isNext = builder.apply(.and, builder.apply(.not, isFound), isPossible)
      place = builder.apply(.select, isNext, .int(index), place)
      isFound = builder.apply(
        .or, isFound, builder.apply(.and, isPossible, builder.apply(.less, left, .real(0))))
    }
    return try drawn(components[...], place, at: span)
  }

  private mutating func drawn(
    _ components: ArraySlice<AbstractDistribution>, _ place: LoopOperand, at span: Span
  ) throws(NotNative) -> AbstractValue {
    guard let first = components.first else { throw NotNative(.internalError, "an empty mixture", at: span) }
    if components.count == 1 { return try drawn(first, at: span) }
    return try either(
      builder.apply(.equal, place, .int(components.startIndex)), at: span,
      then: { (this) throws(NotNative) in try this.drawn(first, at: span) },
      else: { (this) throws(NotNative) in try this.drawn(components.dropFirst(), place, at: span) })
  }

  // MARK: Censoring and order

  /// A draw clamped to the bounds.
  mutating func drawnCensored(
    _ base: AbstractDistribution, _ lower: LoopOperand?, _ upper: LoopOperand?, at span: Span
  ) throws(NotNative) -> AbstractValue {
    try requireOrder(lower, upper, at: span)
    let scalar = try scalarOfBounds(lower, upper, of: base, at: span)
    var x = try drawnNumber(base, at: span)
    guard builder.program.scalar(of: x) == scalar else {
      throw NotNative(.construct, "draws of a censored Bool run on the virtual machine", at: span)
    }
    if let lower { x = builder.apply(.maximum, x, lower) }
    if let upper { x = builder.apply(.minimum, x, upper) }
    return .scalar(x)
  }

  /// Independent draws in ascending order.
  mutating func drawnOrdered(
    _ base: AbstractDistribution, _ size: LoopOperand, at span: Span
  ) throws(NotNative) -> AbstractValue {
    let draws = builder.allocate(try isDiscrete(base) ? .int : .real, sizes: [size], name: "draws")
    try forEachElement([size]) { (this, indices) throws(NotNative) in
      this.builder.append(.store(draws, indices, try this.drawnNumber(base, at: span)))
    }
    return .array(try sorted(arrayValue(draws)))
  }

  // MARK: Parts

  /// A draw that is one number, an Int or Bool where the distribution is discrete.
  mutating func drawnNumber(_ distribution: AbstractDistribution, at span: Span) throws(NotNative) -> LoopOperand {
    guard case .scalar(let x) = try drawn(distribution, at: span) else {
      throw NotNative(.construct, "a draw is no number", at: span)
    }
    return try isDiscrete(distribution) ? x : builder.real(x)
  }

  mutating func uniform(at span: Span) throws(NotNative) -> LoopOperand {
    guard let id = PrimitiveTable.ids["standard_uniform"] else {
      throw NotNative(.internalError, "no primitive `standard_uniform`", at: span)
    }
    return try real(try draw(id, [], at: span), "a draw", at: span)
  }

  /// The type of the numbers that the bounds limit; bounds of another type stay on the virtual machine.
  func scalarOfBounds(
    _ lower: LoopOperand?, _ upper: LoopOperand?, of base: AbstractDistribution, at span: Span
  ) throws(NotNative) -> LoopScalar {
    let scalar: LoopScalar = try isDiscrete(base) ? .int : .real
    for bound in [lower, upper] {
      guard let bound else { continue }
      guard builder.program.scalar(of: bound) == scalar else {
        throw NotNative(.construct, "a bound of a discrete distribution is not an Int", at: span)
      }
    }
    return scalar
  }

  mutating func requireOrder(_ lower: LoopOperand?, _ upper: LoopOperand?, at span: Span) throws(NotNative) {
    guard let lower, let upper else { return }
    require(try combine(.lessOrEqual, lower, upper, at: span), .parameter)
  }

  /// `branches` on a condition that may be known beforehand.
  mutating func either(
    _ test: LoopOperand, at span: Span, then: (inout Specialiser) throws(NotNative) -> AbstractValue,
    else otherwise: (inout Specialiser) throws(NotNative) -> AbstractValue
  ) throws(NotNative) -> AbstractValue {
    if case .bool(let isTrue) = test { return try isTrue ? then(&self) : otherwise(&self) }
    return try branches(test, changing: [], at: span, then: then, else: otherwise)
  }

  mutating func when(
    _ test: LoopOperand, at span: Span, _ body: (inout Specialiser) throws(NotNative) -> Void
  ) throws(NotNative) {
    _ = try either(
      test, at: span,
      then: { (this) throws(NotNative) in
        try body(&this)
        return .null
      }, else: { (_) throws(NotNative) in .null })
  }
}
