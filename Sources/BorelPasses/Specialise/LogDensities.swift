// Specialises log densities, with the membership of values in supports.

import BorelIR
import BorelSource

extension Specialiser {
  /// log p(value); with `isInside`, the value is known to lie in the support.
  mutating func logDensity(
    _ distribution: AbstractDistribution, _ value: AbstractValue, isInside: Bool, at span: Span
  ) throws(NotNative) -> LoopOperand {
    if let elements = elements(of: distribution) {
      let array = try array(value, "the value of a product", at: span)
      for (a, b) in zip(array.sizes, elements.sizes) { requireEqual(a, b, .shape) }
      return try sum(over: elements.sizes) { (this, indices) throws(NotNative) in
        let element = try elements.at(&this, indices, span)
        return try this.logDensity(element, try this.part(array, indices), isInside: isInside, at: span)
      }
    }
    return try scored(distribution, value, isInside: isInside, at: span)
  }

  /// log p(value) of a value that is given as data: outside of the support the whole evaluation is -inf.
  mutating func logDensity(
    ofGiven value: AbstractValue, _ distribution: AbstractDistribution, at span: Span
  ) throws(NotNative) -> LoopOperand {
    require(try memberships(of: distribution, value, rejectsNaN: true, at: span), .support)
    return try formula(distribution, value, at: span)
  }

  private mutating func scored(
    _ distribution: AbstractDistribution, _ value: AbstractValue, isInside: Bool, at span: Span
  ) throws(NotNative) -> LoopOperand {
    let support = isInside ? nil : try memberships(of: distribution, value, at: span)
    guard let support, support != .bool(true) else { return try formula(distribution, value, at: span) }
    let result = try branches(
      support, changing: [], at: span,
      then: { (this) throws(NotNative) in .scalar(try this.formula(distribution, value, at: span)) },
      else: { (_) throws(NotNative) in .scalar(.real(-.infinity)) })
    return try real(result, "a log density", at: span)
  }

  mutating func formula(
    _ distribution: AbstractDistribution, _ value: AbstractValue, at span: Span
  ) throws(NotNative) -> LoopOperand {
    switch distribution {
    case .plain(let id, let values):
      guard let logpdf = core[id].methods["logpdf"] else {
        throw NotNative(.construct, "\(core[id].name) has no logpdf", at: span)
      }
      var value = value
      if case .array(let array) = value, case .elements(false, _) = array.source {
        value = .array(arrayValue(try materialise(array, name: "x")))
      }
      return try real(try method(logpdf, values + [value], at: span), "a log density", at: span)
    case .mixture(let weights, let components):
      var terms: [LoopOperand] = []
      for (weight, component) in zip(weights, components) {
        let density = try logDensity(component, value, isInside: true, at: span)
        terms.append(builder.apply(.add, try scalarFunction("log", [weight], at: span), density))
      }
      if terms.count == 1 { return terms[0] }
      return try logSumExp(
        AbstractArray(scalar: .real, sizes: [.int(terms.count)], source: .listed(terms)), at: span)
    case .truncated(let base, let lower, let upper):
      let density = try formula(base, value, at: span)
      return builder.apply(.subtract, density, try logMass(base, lower, upper, at: span))
    case .censored(let base, let lower, let upper):
      return try censored(base, value, lower, upper, at: span)
    case .ordered(let base, let size):
      let array = try array(value, "an ordered value", at: span)
      let total = try sum(over: [size]) { (this, indices) throws(NotNative) in
        try this.formula(base, try this.part(array, indices), at: span)
      }
      let factorial = try scalarFunction("log_factorial", [builder.real(size)], at: span)
      return builder.apply(.add, total, factorial)
    case .product, .repeated: throw NotNative(.internalError, "a product is scored by elements", at: span)
    }
  }

  /// Whether a value lies in the support.
  private mutating func memberships(
    of distribution: AbstractDistribution, _ value: AbstractValue, rejectsNaN: Bool = false, at span: Span
  ) throws(NotNative) -> LoopOperand {
    if case .censored(let base, let lower, let upper) = distribution {
      var inside = try memberships(of: base, value, at: span)
      guard case .scalar(let x) = value else { return inside }
      // A bound itself has mass wherever it lies.
      for bound in [lower, upper].compactMap({ $0 }) {
        inside = builder.apply(.or, inside, try combine(.equal, x, bound, at: span))
      }
      if let lower { inside = builder.apply(.and, inside, try combine(.lessOrEqual, lower, x, at: span)) }
      if let upper { inside = builder.apply(.and, inside, try combine(.lessOrEqual, x, upper, at: span)) }
      return inside
    }
    if case .truncated(let base, let lower, let upper) = distribution, case .scalar(let x) = value {
      var inside = try memberships(of: base, value, at: span)
      if let lower { inside = builder.apply(.and, inside, try combine(.lessOrEqual, lower, x, at: span)) }
      if let upper { inside = builder.apply(.and, inside, try combine(.lessOrEqual, x, upper, at: span)) }
      return inside
    }
    let support = try support(of: distribution, at: span)
    let arguments = support.arguments
    func less(_ a: LoopOperand, _ b: LoopOperand, orEqual: Bool, _ this: inout Specialiser) throws(NotNative)
      -> LoopOperand
    {
      try this.combine(orEqual ? .lessOrEqual : .less, a, b, at: span)
    }
    guard case .scalar(let x) = value else { return .bool(true) }
    if builder.program.scalar(of: x) == .bool { return .bool(true) }
    switch support.kind {
    case .real: return rejectsNaN ? try notNaN(x) : .bool(true)
    case .bool, .int: return .bool(true)
    case .positive: return try less(.real(0), x, orEqual: false, &self)
    case .nonNegative: return try less(.real(0), x, orEqual: true, &self)
    case .count: return try less(.int(0), x, orEqual: true, &self)
    case .above: return try less(arguments[0], x, orEqual: false, &self)
    case .below: return try less(x, arguments[0], orEqual: false, &self)
    case .intAbove: return try less(arguments[0], x, orEqual: true, &self)
    case .unitInterval, .interval, .intInterval:
      let low: LoopOperand = support.kind == .unitInterval ? .real(0) : arguments[0]
      let high: LoopOperand = support.kind == .unitInterval ? .real(1) : arguments[1]
      return builder.apply(.and, try less(low, x, orEqual: true, &self), try less(x, high, orEqual: true, &self))
    default: return .bool(true)
    }
  }

  private mutating func notNaN(_ x: LoopOperand) throws(NotNative) -> LoopOperand {
    builder.program.scalar(of: x) == .real ? builder.apply(.equal, x, x) : .bool(true)
  }
}
