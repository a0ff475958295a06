// Specialises cdfs, and what truncation and censoring make of them.

import BorelIR
import BorelSource

extension Specialiser {
  enum Tail: String {
    case lower = "cdf"
    case upper = "ccdf"
    case logLower = "logcdf"
    case logUpper = "logccdf"

    var isUpper: Bool { self == .upper || self == .logUpper }
    var isLog: Bool { self == .logLower || self == .logUpper }
  }

  /// P(X <= x), P(X > x) or its log, from the method that answers it or from another.
  mutating func tail(
    _ tail: Tail, _ distribution: AbstractDistribution, at x: LoopOperand, span: Span
  ) throws(NotNative) -> LoopOperand {
    guard case .plain(let id, let values) = distribution else {
      return try combinedTail(tail, distribution, at: x, span: span)
    }
    let (low, high) = edges(try support(of: distribution, at: span))
    return try atEdges(tail, x, low, high, includesStart: core[id].support.kind.isDiscrete, at: span) {
      (this) throws(NotNative) in
      try this.tailInside(tail, id, values, at: x, span: span)
    }
  }

  /// The ends of an interval, nil where it has none.
  func edges(_ support: LoopSupport) -> (low: LoopOperand?, high: LoopOperand?) {
    switch support.kind {
    case .positive, .nonNegative: (.real(0), nil)
    case .count: (.int(0), nil)
    case .unitInterval: (.real(0), .real(1))
    case .above, .intAbove: (support.arguments[0], nil)
    case .below: (nil, support.arguments[0])
    case .interval, .intInterval: (support.arguments[0], support.arguments[1])
    default: (nil, nil)
    }
  }

  /// A probability inside the support, and its limits at and beyond the support's ends; with `includesStart`, the first value has mass.
  mutating func atEdges(
    _ tail: Tail, _ x: LoopOperand, _ low: LoopOperand?, _ high: LoopOperand?, includesStart: Bool, at span: Span,
    inside: @escaping (inout Specialiser) throws(NotNative) -> LoopOperand
  ) throws(NotNative) -> LoopOperand {
    func limit(atStart: Bool) -> AbstractValue {
      switch tail {
      case .lower: .scalar(.real(atStart ? 0 : 1))
      case .upper: .scalar(.real(atStart ? 1 : 0))
      case .logLower: .scalar(.real(atStart ? -.infinity : 0))
      case .logUpper: .scalar(.real(atStart ? 0 : -.infinity))
      }
    }
    func choose(
      _ test: LoopOperand, atStart: Bool, _ this: inout Specialiser,
      _ rest: (inout Specialiser) throws(NotNative) -> AbstractValue
    ) throws(NotNative) -> AbstractValue {
      if case .bool(let isBeyond) = test { return isBeyond ? limit(atStart: atStart) : try rest(&this) }
      return try this.branches(
        test, changing: [], at: span, then: { (_) throws(NotNative) in limit(atStart: atStart) }, else: rest)
    }
    let value = { (this: inout Specialiser) throws(NotNative) -> AbstractValue in .scalar(try inside(&this)) }
    let belowEnd = { (this: inout Specialiser) throws(NotNative) -> AbstractValue in
      guard let high else { return try value(&this) }
      return try choose(try this.combine(.lessOrEqual, high, x, at: span), atStart: false, &this, value)
    }
    guard let low else { return try real(try belowEnd(&self), "a probability", at: span) }
    let test = includesStart ? try combine(.less, x, low, at: span) : try combine(.lessOrEqual, x, low, at: span)
    return try real(try choose(test, atStart: true, &self, belowEnd), "a probability", at: span)
  }

  private mutating func tailInside(
    _ tail: Tail, _ id: DistributionID, _ values: [AbstractValue], at x: LoopOperand, span: Span
  ) throws(NotNative) -> LoopOperand {
    let methods = core[id].methods
    let (isUpper, isLog) = (tail.isUpper, tail.isLog)
    let point = AbstractValue.scalar(core[id].support.kind.isDiscrete ? x : builder.real(x))
    func number(_ method: FunctionID, _ this: inout Specialiser) throws(NotNative) -> LoopOperand {
      try this.real(try this.method(method, values + [point], at: span), "a probability", at: span)
    }
    let same = methods[isUpper ? "ccdf" : "cdf"]
    let sameLog = methods[isUpper ? "logccdf" : "logcdf"]
    let other = methods[isUpper ? "cdf" : "ccdf"]
    let otherLog = methods[isUpper ? "logcdf" : "logccdf"]
    if isLog {
      if let sameLog { return try number(sameLog, &self) }
      if let same { return try scalarFunction("log", [try number(same, &self)], at: span) }
      if let otherLog { return try scalarFunction("log1m_exp", [try number(otherLog, &self)], at: span) }
      if let other {
        return try scalarFunction("log1p", [builder.apply(.negate, try number(other, &self))], at: span)
      }
    } else {
      if let same { return try number(same, &self) }
      if let sameLog { return try scalarFunction("exp", [try number(sameLog, &self)], at: span) }
      if let other { return builder.apply(.subtract, .real(1), try number(other, &self)) }
      if let otherLog {
        return builder.apply(
          .negate, try scalarFunction("expm1", [try number(otherLog, &self)], at: span))
      }
    }
    throw NotNative(.construct, "\(core[id].name) has no cdf", at: span)
  }

  /// log P(lower <= X <= upper).
  mutating func logMass(
    _ base: AbstractDistribution, _ lower: LoopOperand?, _ upper: LoopOperand?, at span: Span
  ) throws(NotNative) -> LoopOperand {
    var start = lower
    if try isDiscrete(base), let lower {
      guard builder.program.scalar(of: lower) == .int else {
        throw NotNative(.construct, "a bound of a truncated discrete distribution is not an Int", at: span)
      }
      start = builder.apply(.subtract, lower, .int(1))
    }
    switch (start, upper) {
    case (nil, nil): return .real(0)
    case (let a?, nil): return try tail(.logUpper, base, at: a, span: span)
    case (nil, let b?): return try tail(.logLower, base, at: b, span: span)
    case (let a?, let b?):
      let before = try tail(.logLower, base, at: a, span: span)
      // The difference of the two tails on the side where they are small.
      let isUpperHalf = builder.apply(.less, .real(-0.6931471805599453), before)
      let result = try branches(
        isUpperHalf, changing: [], at: span,
        then: { (this) throws(NotNative) in
          let x = try this.tail(.logUpper, base, at: a, span: span)
          let y = try this.tail(.logUpper, base, at: b, span: span)
          return .scalar(try this.scalarFunction("log_diff_exp", [x, y], at: span))
        },
        else: { (this) throws(NotNative) in
          let y = try this.tail(.logLower, base, at: b, span: span)
          return .scalar(try this.scalarFunction("log_diff_exp", [y, before], at: span))
        })
      return try real(result, "a probability", at: span)
    }
  }

  mutating func censored(
    _ base: AbstractDistribution, _ value: AbstractValue, _ lower: LoopOperand?, _ upper: LoopOperand?, at span: Span
  ) throws(NotNative) -> LoopOperand {
    guard case .scalar(let x) = value else {
      throw NotNative(.construct, "a censored distribution of arrays", at: span)
    }
    if try isDiscrete(base) { throw NotNative(.construct, "a censored discrete distribution", at: span) }
    let point = builder.real(x)
    var result: (inout Specialiser) throws(NotNative) -> AbstractValue = { (this) throws(NotNative) in
      .scalar(try this.formula(base, value, at: span))
    }
    if let upper {
      let inner = result
      result = { (this) throws(NotNative) in
        try this.branches(
          this.builder.apply(.lessOrEqual, upper, point), changing: [], at: span,
          then: { (this) throws(NotNative) in .scalar(try this.tail(.logUpper, base, at: upper, span: span)) },
          else: inner)
      }
    }
    if let lower {
      let inner = result
      result = { (this) throws(NotNative) in
        try this.branches(
          this.builder.apply(.lessOrEqual, point, lower), changing: [], at: span,
          then: { (this) throws(NotNative) in .scalar(try this.tail(.logLower, base, at: lower, span: span)) },
          else: inner)
      }
    }
    return try real(try result(&self), "a log density", at: span)
  }
}
