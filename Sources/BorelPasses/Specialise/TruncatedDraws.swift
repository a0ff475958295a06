// Specialises draws from truncated distributions: by rejection, else by a search in the tail that keeps its digits.

import BorelIR
import BorelSource

/// A distribution on an interval, with the masses around and in it; the logs are those that the virtual machine computes.
struct TruncatedMass {
  var base: AbstractDistribution
  var lower: LoopOperand?
  var upper: LoopOperand?
  /// log P(X before the interval), log P(X behind it), log P(X in it).
  var before = LoopOperand.real(-.infinity)
  var behind = LoopOperand.real(-.infinity)
  var inside = LoopOperand.real(0)
  /// True where the interval lies in the upper half of the distribution.
  var isUpperHalf = LoopOperand.bool(false)
}

extension Specialiser {
  private static let logHalf = LoopOperand.real(-0.6931471805599453)

  mutating func drawnTruncated(
    _ base: AbstractDistribution, _ lower: LoopOperand?, _ upper: LoopOperand?, at span: Span
  ) throws(NotNative) -> AbstractValue {
    let scalar: LoopScalar = try isDiscrete(base) ? .int : .real
    try requireOrder(lower, upper, at: span)
    let mass = try mass(of: base, lower, upper, at: span)
    let result = builder.declare(scalar == .int ? .int(0) : .real(0), scalar, name: "draw")
    let isOpen = builder.declare(.bool(true), .bool, name: "is_open")
    // At least a quarter of the draws are kept: 200 misses in a row have probability below 1e-24.
    try when(builder.apply(.less, .real(-1.4), mass.inside), at: span) { (this) throws(NotNative) in
      try this.forLoop(.int(0), .int(200)) { (this, _) throws(NotNative) in
        try this.when(this.builder.read(isOpen), at: span) { (this) throws(NotNative) in
          let x = try this.drawnNumber(base, at: span)
          guard this.builder.program.scalar(of: x) == scalar else {
            throw NotNative(.construct, "draws of a truncated Bool run on the virtual machine", at: span)
          }
          this.builder.append(.store(result, [], x))
          var isOutside = this.builder.apply(.not, this.builder.apply(.equal, x, x))
          if let lower {
            isOutside = this.builder.apply(
              .or, isOutside, this.builder.apply(.not, this.builder.apply(.lessOrEqual, lower, x)))
          }
          if let upper {
            isOutside = this.builder.apply(
              .or, isOutside, this.builder.apply(.not, this.builder.apply(.lessOrEqual, x, upper)))
          }
          this.builder.append(.store(isOpen, [], isOutside))
        }
      }
    }
    try when(builder.read(isOpen), at: span) { (this) throws(NotNative) in
      var x = try this.inverted(mass, at: span)
      if let lower { x = this.builder.apply(.maximum, x, lower) }
      if let upper { x = this.builder.apply(.minimum, x, upper) }
      this.builder.append(.store(result, [], x))
    }
    return .scalar(builder.read(result))
  }

  mutating func mass(
    of base: AbstractDistribution, _ lower: LoopOperand?, _ upper: LoopOperand?, at span: Span
  ) throws(NotNative) -> TruncatedMass {
    var mass = TruncatedMass(base: base, lower: lower, upper: upper)
    // For whole numbers, the mass before `lower` is P(X <= lower - 1).
    let isDiscrete = try scalarOfBounds(lower, upper, of: base, at: span) == .int
    let start = lower.map { isDiscrete ? builder.apply(.subtract, $0, .int(1)) : $0 }
    if let start { mass.before = try tailMass(.logLower, base, start, at: span) }
    if let upper { mass.behind = try tailMass(.logUpper, base, upper, at: span) }
    let (before, behind) = (mass.before, mass.behind)
    mass.isUpperHalf = builder.apply(.less, Self.logHalf, before)
    mass.inside = try logBetween(start, upper, base, before: before, behind: behind, at: span)
    require(builder.apply(.less, .real(-.infinity), mass.inside), .parameter)
    return mass
  }

  /// log P(start < X <= end), given log P(X <= start) and log P(X > end).
  mutating func logBetween(
    _ start: LoopOperand?, _ end: LoopOperand?, _ base: AbstractDistribution, before: LoopOperand, behind: LoopOperand,
    at span: Span
  ) throws(NotNative) -> LoopOperand {
    let result = try either(
      builder.apply(.less, Self.logHalf, before), at: span,
      then: { (this) throws(NotNative) in
        guard let start else { return .scalar(.real(.nan)) }
        let behindStart = try this.tailMass(.logUpper, base, start, at: span)
        return .scalar(try this.scalarFunction("log_diff_exp", [behindStart, behind], at: span))
      },
      else: { (this) throws(NotNative) in
        try this.either(
          this.builder.apply(.less, Self.logHalf, behind), at: span,
          then: { (this) throws(NotNative) in
            guard let end else { return .scalar(.real(.nan)) }
            let beforeEnd = try this.tailMass(.logLower, base, end, at: span)
            return .scalar(try this.scalarFunction("log_diff_exp", [beforeEnd, before], at: span))
          },
          else: { (this) throws(NotNative) in
            let outside = this.builder.apply(
              .add, try this.scalarFunction("exp", [before], at: span),
              try this.scalarFunction("exp", [behind], at: span))
            return .scalar(try this.scalarFunction("log1p", [this.builder.apply(.negate, outside)], at: span))
          })
      })
    return try real(result, "a probability", at: span)
  }

  /// The log of a tail's mass, with its limits at infinite bounds.
  private mutating func tailMass(
    _ tail: Tail, _ base: AbstractDistribution, _ x: LoopOperand, at span: Span
  ) throws(NotNative) -> LoopOperand {
    guard builder.program.scalar(of: x) == .real else { return try self.tail(tail, base, at: x, span: span) }
    let isUpper = tail == .logUpper
    let mass = try either(
      builder.apply(.less, builder.apply(.absolute, x), .real(.infinity)), at: span,
      then: { (this) throws(NotNative) in .scalar(try this.tail(tail, base, at: x, span: span)) },
      else: { (this) throws(NotNative) in
        // NaN stays one.
        let isStart = this.builder.apply(.less, x, .real(0))
        let isEnd = this.builder.apply(.less, .real(0), x)
        return .scalar(
          this.builder.apply(
            .select, isStart, .real(isUpper ? 0 : -.infinity),
            this.builder.apply(.select, isEnd, .real(isUpper ? -.infinity : 0), x)))
      })
    return try real(mass, "a probability", at: span)
  }

  // MARK: Inversion

  /// The quantile of a uniform number in the interval, from the tail in which the interval lies.
  private mutating func inverted(_ mass: TruncatedMass, at span: Span) throws(NotNative) -> LoopOperand {
    let u = try uniform(at: span)
    let logU = try scalarFunction("log", [u], at: span)
    let logRest = try scalarFunction("log1p", [builder.apply(.negate, u)], at: span)
    // P(X > x) is between the tails behind both ends, P(X <= x) between those before them.
    func target(_ outside: LoopOperand, _ this: inout Specialiser) throws(NotNative) -> LoopOperand {
      let all = try this.scalarFunction("log_sum_exp", [outside, mass.inside], at: span)
      return try this.scalarFunction(
        "log_sum_exp", [this.builder.apply(.add, logU, all), this.builder.apply(.add, logRest, outside)], at: span)
    }
    let goal = try either(
      mass.isUpperHalf, at: span,
      then: { (this) throws(NotNative) in .scalar(try target(mass.behind, &this)) },
      else: { (this) throws(NotNative) in .scalar(try target(mass.before, &this)) })
    return try lowest(mass, logMass: try real(goal, "a probability", at: span), at: span)
  }

  /// The smallest x whose lower tail has at least this log mass, or whose upper tail has at most this log mass: a bracket by steps that
  /// double, from the finite end or from zero, then bisection.
  private mutating func lowest(
    _ mass: TruncatedMass, logMass: LoopOperand, at span: Span
  ) throws(NotNative) -> LoopOperand {
    let isDiscrete = try isDiscrete(mass.base)
    let scalar: LoopScalar = isDiscrete ? .int : .real
    let one = isDiscrete ? LoopOperand.int(1) : .real(1)
    // What stands for no end; whole numbers of this size are given up.
    let far = isDiscrete ? LoopOperand.int(1 << 61) : .real(.infinity)
    let nowhere = isDiscrete ? LoopOperand.int(-1 << 61) : .real(-.infinity)
    var (low, high) = try range(of: mass.base, at: span)
    // Below the smallest value nothing is reached.
    if isDiscrete { low = low.map { builder.apply(.subtract, $0, .int(1)) } }
    if let lower = mass.lower {
      let start = isDiscrete ? builder.apply(.subtract, lower, .int(1)) : lower
      low = low.map { builder.apply(.maximum, $0, start) } ?? start
    }
    if let upper = mass.upper { high = high.map { builder.apply(.minimum, $0, upper) } ?? upper }

    let lowest = builder.declare(low ?? nowhere, scalar, name: "low")
    let highest = builder.declare(high ?? far, scalar, name: "high")
    let step = builder.declare(one, scalar, name: "step")
    let (isUpper, base) = (mass.isUpperHalf, mass.base)
    let isAll = builder.apply(.lessOrEqual, .real(0), logMass)
    let isNothing = builder.apply(.equal, logMass, .real(-.infinity))
    let isAtLow = builder.apply(.select, isUpper, isAll, isNothing)
    let isAtHigh = builder.apply(.select, isUpper, isNothing, isAll)
    try when(isAtLow, at: span) { (this) throws(NotNative) in
      let end = this.builder.read(lowest)
      this.builder.append(.store(highest, [], isDiscrete && low != nil ? this.builder.apply(.add, end, one) : end))
    }
    let goesOn = builder.declare(
      builder.apply(.not, builder.apply(.or, isAtLow, isAtHigh)), .bool, name: "goes_on")
    // At most 1100 steps find a bracket, and 70 halve it down to neighbours.
    let isBracketed = isKnownFinite(low) && isKnownFinite(high)
    try forLoop(.int(0), .int(isBracketed ? 100 : 1200)) { (this, _) throws(NotNative) in
      try this.when(this.builder.read(goesOn), at: span) { (this) throws(NotNative) in
        let (l, h, s) = (this.builder.read(lowest), this.builder.read(highest), this.builder.read(step))
        let isOpenBelow = this.builder.apply(.equal, l, nowhere)
        let isOpenAbove = this.builder.apply(.equal, h, far)
        let isOpen = this.builder.apply(.or, isOpenBelow, isOpenAbove)
        let middle =
          isDiscrete
          ? this.builder.apply(.floorDivide, this.builder.apply(.add, l, h), .int(2)) : try this.between(l, h, at: span)
        var x = this.builder.apply(.select, isOpenBelow, this.builder.apply(.subtract, h, s), middle)
        x = this.builder.apply(.select, isOpenAbove, this.builder.apply(.add, l, s), x)
        x = this.builder.apply(
          .select, this.builder.apply(.and, isOpenBelow, isOpenAbove), isDiscrete ? .int(0) : .real(0), x)
        let isBeyond = this.builder.apply(.lessOrEqual, far, this.builder.apply(.absolute, x))
        let areNeighbours = this.builder.apply(
          .and, this.builder.apply(.not, isOpen),
          this.builder.apply(
            .or, this.builder.apply(.lessOrEqual, x, l), this.builder.apply(.lessOrEqual, h, x)))
        try this.when(isBeyond, at: span) { (this) throws(NotNative) in this.builder.append(.store(highest, [], x)) }
        _ = try this.branches(
          this.builder.apply(.or, isBeyond, areNeighbours), changing: [], at: span,
          then: { (this) throws(NotNative) in
            this.builder.append(.store(goesOn, [], .bool(false)))
            return .null
          },
          else: { (this) throws(NotNative) in
            let isReached = try this.isReached(x, base, isUpper, logMass, at: span)
            this.builder.append(.store(highest, [], this.builder.apply(.select, isReached, x, h)))
            this.builder.append(.store(lowest, [], this.builder.apply(.select, isReached, l, x)))
            let isOneSided = this.builder.apply(.notEqual, isOpenBelow, isOpenAbove)
            this.builder.append(
              .store(step, [], this.builder.apply(.select, isOneSided, this.builder.apply(.add, s, s), s)))
            return .null
          })
      }
    }
    require(builder.apply(.not, builder.read(goesOn)), .failure)
    return builder.read(highest)
  }

  /// The least interval with all values of a distribution of numbers; nil where it has no end.
  private mutating func range(
    of distribution: AbstractDistribution, at span: Span
  ) throws(NotNative) -> (low: LoopOperand?, high: LoopOperand?) {
    func joined(
      _ a: LoopOperand?, _ b: LoopOperand?, _ function: LoopFunction, _ this: inout Specialiser
    ) -> LoopOperand? {
      guard let a, let b else { return nil }
      return this.builder.apply(function, a, b)
    }
    func narrowed(
      _ a: LoopOperand?, _ b: LoopOperand?, _ function: LoopFunction, _ this: inout Specialiser
    ) -> LoopOperand? {
      guard let a, let b else { return a ?? b }
      return this.builder.apply(function, a, b)
    }
    switch distribution {
    case .mixture(_, let components):
      guard let first = components.first else { return (nil, nil) }
      var (low, high) = try range(of: first, at: span)
      for component in components.dropFirst() {
        let next = try range(of: component, at: span)
        low = joined(low, next.low, .minimum, &self)
        high = joined(high, next.high, .maximum, &self)
      }
      return (low, high)
    case .truncated(let base, let lower, let upper):
      let (low, high) = try range(of: base, at: span)
      return (narrowed(low, lower, .maximum, &self), narrowed(high, upper, .minimum, &self))
    case .censored(let base, let lower, let upper):
      // A bound beyond the values has all the mass.
      let (low, high) = try range(of: base, at: span)
      return (
        narrowed(narrowed(low, lower, .maximum, &self), low.flatMap { _ in upper }, .minimum, &self),
        narrowed(narrowed(high, upper, .minimum, &self), high.flatMap { _ in lower }, .maximum, &self)
      )
    default: return edges(try support(of: distribution, at: span))
    }
  }

  private func isKnownFinite(_ end: LoopOperand?) -> Bool {
    switch end {
    case .int?: true
    case .real(let x)?: x.isFinite
    case .variable(let variable)?: builder.program[variable].scalar == .int
    default: false
    }
  }

  private mutating func isReached(
    _ x: LoopOperand, _ base: AbstractDistribution, _ isUpper: LoopOperand, _ logMass: LoopOperand, at span: Span
  ) throws(NotNative) -> LoopOperand {
    let result = try either(
      isUpper, at: span,
      then: { (this) throws(NotNative) in
        .scalar(this.builder.apply(.lessOrEqual, try this.tail(.logUpper, base, at: x, span: span), logMass))
      },
      else: { (this) throws(NotNative) in
        .scalar(this.builder.apply(.lessOrEqual, logMass, try this.tail(.logLower, base, at: x, span: span)))
      })
    return try bool(result, "a comparison", at: span)
  }

  /// A double between two that are no neighbours, one of these where they are: the geometric mean where they are of different
  /// magnitude, so that 70 steps lead anywhere.
  private mutating func between(_ a: LoopOperand, _ b: LoopOperand, at span: Span) throws(NotNative) -> LoopOperand {
    let isNegative = builder.apply(.lessOrEqual, b, .real(0))
    let near = builder.apply(.select, isNegative, builder.apply(.negate, b), a)
    let away = builder.apply(.select, isNegative, builder.apply(.negate, a), b)
    let start = builder.apply(.maximum, near, .real(.leastNonzeroMagnitude))
    let geometric = builder.apply(
      .multiply, try scalarFunction("sqrt", [start], at: span), try scalarFunction("sqrt", [away], at: span))
    let arithmetic = builder.apply(
      .add, builder.apply(.multiply, .real(0.5), near), builder.apply(.multiply, .real(0.5), away))
    let isWide = builder.apply(.less, builder.apply(.multiply, .real(4), start), away)
    let middle = builder.apply(.select, isWide, geometric, arithmetic)
    let hasZero = builder.apply(.and, builder.apply(.less, a, .real(0)), builder.apply(.less, .real(0), b))
    return builder.apply(
      .select, hasZero, .real(0), builder.apply(.select, isNegative, builder.apply(.negate, middle), middle))
  }
}
