// Specialises distributions: application, combination, log densities, cdfs.

import BorelIR
import BorelSource

extension Specialiser {
  // MARK: Application

  mutating func applyDistribution(
    _ id: DistributionID, _ arguments: [AbstractValue?], at span: Span
  ) throws(NotNative) -> AbstractDistribution {
    guard core.distributions.indices.contains(id.index) else {
      throw NotNative(.internalError, "no such distribution", at: span)
    }
    let definition = core[id]
    var values: [AbstractValue] = []
    var isElement: [Bool] = []
    var shape: [LoopOperand]?
    for (index, parameter) in definition.parameters.enumerated() {
      var value: AbstractValue
      if index < arguments.count, let argument = arguments[index] {
        value = argument
      } else if let defaultValue = parameter.defaultValue {
        value = try call(defaultValue, values, captures: [], closure: nil, at: span)
      } else {
        throw NotNative(.construct, "\(definition.name) lacks `\(parameter.name)`", at: span)
      }
      let isArrayParameter = !(parameter.type?.sizes.isEmpty ?? true)
      switch value {
      case .scalar(let operand):
        if parameter.type?.name != "Int", parameter.type?.name != "Bool" {
          value = .scalar(builder.real(operand))
        }
        isElement.append(false)
      case .array(let array):
        isElement.append(!isArrayParameter)
        if !isArrayParameter {
          if let shape {
            guard shape.count == array.rank else {
              throw NotNative(.construct, "the parameters of \(definition.name) have different ranks", at: span)
            }
            for (a, b) in zip(shape, array.sizes) { requireEqual(a, b, .shape) }
          } else {
            shape = array.sizes
          }
        } else if case .elements(false, _) = array.source {
          // Formulas read array parameters more than once.
          value = .array(arrayValue(try materialise(array, name: parameter.name)))
        }
      case .list(let parts) where parts.isEmpty:
        throw NotNative(.construct, "`\(parameter.name)` of \(definition.name) is empty", at: span)
      default:
        throw NotNative(.construct, "`\(parameter.name)` of \(definition.name) is \(value.kindName)", at: span)
      }
      values.append(value)
    }
    if let shape { return .product(id, values, isElement: isElement, sizes: shape) }
    try checkSizes(definition, values)
    try checkConditions(definition, values, at: span)
    return .plain(id, values)
  }

  /// One size name stands for one size, across all parameters.
  private mutating func checkSizes(
    _ definition: CoreDistribution, _ values: [AbstractValue]
  ) throws(NotNative) {
    var known: [String: LoopOperand] = [:]
    for (parameter, value) in zip(definition.parameters, values) {
      if case .scalar(let operand) = value, builder.program.scalar(of: operand) == .int {
        known[parameter.name] = operand
      }
    }
    for (parameter, value) in zip(definition.parameters, values) {
      guard let sizes = parameter.type?.sizes, case .array(let array) = value, sizes.count == array.rank else {
        continue
      }
      for (size, operand) in zip(sizes, array.sizes) {
        switch size {
        case .fixed(let n): requireEqual(operand, .int(n), .shape)
        case .any: break
        case .named(let name):
          if let other = known[name] { requireEqual(operand, other, .shape) } else { known[name] = operand }
        }
      }
    }
  }

  private mutating func checkConditions(
    _ definition: CoreDistribution, _ values: [AbstractValue], at span: Span
  ) throws(NotNative) {
    for condition in definition.conditions {
      let holds = try method(condition.function, values, at: span)
      require(try bool(holds, "a condition of \(definition.name)", at: span), .parameter)
    }
  }

  /// Inlines a method; its statements count as the place where the distribution is used.
  mutating func method(
    _ id: FunctionID, _ arguments: [AbstractValue], at span: Span
  ) throws(NotNative) -> AbstractValue {
    let outer = methodSpan
    methodSpan = outer ?? span
    let result = try call(id, arguments, captures: [], closure: nil, at: span)
    methodSpan = outer
    builder.span = outer ?? span
    return result
  }

  // MARK: Structure

  /// The parts of a distribution whose elements are independent: its shape and the distribution at given indices.
  func elements(
    of distribution: AbstractDistribution
  ) -> (
    sizes: [LoopOperand],
    at: (inout Specialiser, [LoopOperand], Span) throws(NotNative) -> AbstractDistribution
  )? {
    switch distribution {
    case .product(let id, let values, let isElement, let sizes):
      return (
        sizes,
        { (this, indices, span) throws(NotNative) in
          var scalars: [AbstractValue?] = []
          for (value, isElement) in zip(values, isElement) {
            if isElement, case .array(let array) = value {
              scalars.append(.scalar(try this.element(array, indices)))
            } else {
              scalars.append(value)
            }
          }
          return try this.applyDistribution(id, scalars, at: span)
        }
      )
    case .repeated(let base, let sizes):
      return (sizes, { (_, _, _) throws(NotNative) in base })
    case .truncated(let base, let lower, let upper):
      guard let inner = elements(of: base) else { return nil }
      return (
        inner.sizes,
        { (this, indices, span) throws(NotNative) in
          .truncated(try inner.at(&this, indices, span), lower: lower, upper: upper)
        }
      )
    case .censored(let base, let lower, let upper):
      guard let inner = elements(of: base) else { return nil }
      return (
        inner.sizes,
        { (this, indices, span) throws(NotNative) in
          .censored(try inner.at(&this, indices, span), lower: lower, upper: upper)
        }
      )
    default: return nil
    }
  }

  /// The support of a distribution that has no independent elements.
  mutating func support(of distribution: AbstractDistribution, at span: Span) throws(NotNative) -> LoopSupport {
    switch distribution {
    case .plain(let id, let values):
      let support = core[id].support
      var arguments: [LoopOperand] = []
      for argument in support.arguments {
        let value = try method(argument, values, at: span)
        guard case .scalar(let operand) = value else {
          throw NotNative(.construct, "a bound of the support of \(core[id].name) is not a number", at: span)
        }
        arguments.append(isSize(support.kind) ? operand : builder.real(operand))
      }
      return LoopSupport(support.kind, arguments)
    case .mixture(_, let components):
      guard let first = components.first else { throw NotNative(.internalError, "an empty mixture", at: span) }
      let support = try support(of: first, at: span)
      for component in components.dropFirst() {
        let other = try self.support(of: component, at: span)
        guard other.kind == support.kind, other.arguments == support.arguments else {
          throw NotNative(.construct, "the components of a mixture have different supports", at: span)
        }
      }
      return support
    case .truncated(let base, let lower, let upper):
      return try restricted(try support(of: base, at: span), lower, upper, at: span)
    case .ordered(_, let size): return LoopSupport(.ordered, [size])
    case .censored: throw NotNative(.construct, "a censored variable that is not observed", at: span)
    case .product, .repeated: throw NotNative(.internalError, "a product has no support of its own", at: span)
    }
  }

  /// True where the arguments of a support are sizes or whole bounds rather than Reals.
  private func isSize(_ kind: SupportKind) -> Bool {
    switch kind {
    case .above, .below, .interval: false
    default: true
    }
  }

  private mutating func restricted(
    _ support: LoopSupport, _ lower: LoopOperand?, _ upper: LoopOperand?, at span: Span
  ) throws(NotNative) -> LoopSupport {
    if support.kind.isDiscrete { return support }
    var low: LoopOperand?
    var high: LoopOperand?
    switch support.kind {
    case .real: break
    case .positive, .nonNegative: low = .real(0)
    case .unitInterval: (low, high) = (.real(0), .real(1))
    case .above: low = support.arguments[0]
    case .below: high = support.arguments[0]
    case .interval: (low, high) = (support.arguments[0], support.arguments[1])
    default: throw NotNative(.construct, "a truncated distribution of arrays", at: span)
    }
    if let lower { low = low.map { builder.apply(.maximum, $0, lower) } ?? lower }
    if let upper { high = high.map { builder.apply(.minimum, $0, upper) } ?? upper }
    switch (low, high) {
    case (nil, nil): return LoopSupport(.real)
    case (let low?, nil): return LoopSupport(.above, [low])
    case (nil, let high?): return LoopSupport(.below, [high])
    case (let low?, let high?): return LoopSupport(.interval, [low, high])
    }
  }

  /// The sizes of a draw; empty for scalars.
  mutating func valueSizes(of distribution: AbstractDistribution, at span: Span) throws(NotNative) -> [LoopOperand] {
    if case .censored = distribution { return [] }
    let support = try support(of: distribution, at: span)
    let arguments = support.arguments
    switch support.kind {
    case .vector, .simplex, .ordered, .positiveOrdered, .unitVector, .counts: return [arguments[0]]
    case .matrix: return [arguments[0], arguments[1]]
    case .covariance, .correlation, .covarianceCholesky, .correlationCholesky: return [arguments[0], arguments[0]]
    default: return []
    }
  }

  // MARK: Log densities

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

  private mutating func formula(
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
    if case .censored(let base, _, _) = distribution { return try memberships(of: base, value, at: span) }
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

  // MARK: Tails

  enum Tail: String {
    case lower = "cdf"
    case upper = "ccdf"
    case logLower = "logcdf"
    case logUpper = "logccdf"
  }

  /// P(X <= x), P(X > x) or its log, from the method that answers it or from another.
  mutating func tail(
    _ tail: Tail, _ distribution: AbstractDistribution, at x: LoopOperand, span: Span
  ) throws(NotNative) -> LoopOperand {
    guard case .plain(let id, let values) = distribution else {
      throw NotNative(.construct, "the cdf of a combination of distributions", at: span)
    }
    let methods = core[id].methods
    let isUpper = tail == .upper || tail == .logUpper
    let isLog = tail == .logLower || tail == .logUpper
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
  private mutating func logMass(
    _ base: AbstractDistribution, _ lower: LoopOperand?, _ upper: LoopOperand?, at span: Span
  ) throws(NotNative) -> LoopOperand {
    guard case .plain(let id, _) = base else {
      throw NotNative(.construct, "a truncated combination of distributions", at: span)
    }
    let isDiscrete = core[id].support.kind.isDiscrete
    var start = lower
    if isDiscrete, let lower {
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

  private mutating func censored(
    _ base: AbstractDistribution, _ value: AbstractValue, _ lower: LoopOperand?, _ upper: LoopOperand?, at span: Span
  ) throws(NotNative) -> LoopOperand {
    guard case .scalar(let x) = value else {
      throw NotNative(.construct, "a censored distribution of arrays", at: span)
    }
    if case .plain(let id, _) = base, core[id].support.kind.isDiscrete {
      throw NotNative(.construct, "a censored discrete distribution", at: span)
    }
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

  // MARK: Primitives

  /// The primitives on distributions by name; nil for any other.
  mutating func distributionPrimitive(
    _ name: String, _ values: [AbstractValue], at span: Span, spans: [Span]
  ) throws(NotNative) -> AbstractValue? {
    func distribution(_ index: Int) throws(NotNative) -> AbstractDistribution {
      guard index < values.count, case .distribution(let distribution) = values[index] else {
        throw NotNative(.unknownDistribution, "`\(name)` needs a distribution that is known beforehand", at: span)
      }
      return distribution
    }
    func bound(_ index: Int, _ this: inout Specialiser) throws(NotNative) -> LoopOperand? {
      guard index < values.count else { return nil }
      if case .null = values[index] { return nil }
      guard case .scalar(let operand) = values[index] else {
        throw NotNative(.construct, "a bound of `\(name)` is \(values[index].kindName)", at: span)
      }
      return operand
    }
    switch name {
    case "iid":
      return .distribution(
        .repeated(try distribution(0), sizes: try sizes(values.dropFirst(), name, at: span)))
    case "truncate":
      let base = try distribution(0)
      var low = try bound(1, &self)
      var high = try bound(2, &self)
      if case .plain(let id, _) = base, !core[id].support.kind.isDiscrete {
        low = low.map { builder.real($0) }
        high = high.map { builder.real($0) }
      }
      return .distribution(.truncated(base, lower: low, upper: high))
    case "censor":
      let low = try bound(1, &self).map { builder.real($0) }
      let high = try bound(2, &self).map { builder.real($0) }
      return .distribution(.censored(try distribution(0), lower: low, upper: high))
    case "ordered":
      guard values.count == 2 else { return nil }
      return .distribution(.ordered(try distribution(0), size: try int(values[1], "the size of `ordered`", at: span)))
    case "mixture":
      guard case .array(let weights)? = values.first else { return nil }
      var parts = Array(values.dropFirst())
      if parts.count == 1, case .list(let listed) = parts[0] { parts = listed }
      var components: [AbstractDistribution] = []
      for part in parts {
        guard case .distribution(let component) = part else {
          throw NotNative(.unknownDistribution, "a component of the mixture is \(part.kindName)", at: span)
        }
        components.append(component)
      }
      requireEqual(weights.sizes[0], .int(components.count), .shape)
      var operands: [LoopOperand] = []
      var total = LoopOperand.real(0)
      for index in components.indices {
        let weight = builder.real(try element(weights, [.int(index)]))
        require(builder.apply(.lessOrEqual, .real(0), weight), .parameter)
        operands.append(weight)
        total = builder.apply(.add, total, weight)
      }
      let off = builder.apply(.absolute, builder.apply(.subtract, total, .real(1)))
      require(builder.apply(.lessOrEqual, off, .real(1e-6)), .parameter)
      return .distribution(.mixture(weights: operands, components))
    case "logpdf", "pdf":
      guard values.count == 2 else { return nil }
      let density = try logDensity(try distribution(0), values[1], isInside: false, at: span)
      return .scalar(name == "pdf" ? try scalarFunction("exp", [density], at: span) : density)
    case "cdf", "ccdf", "logcdf", "logccdf":
      guard values.count == 2, let tail = Tail(rawValue: name), case .scalar(let x) = values[1] else { return nil }
      return .scalar(try self.tail(tail, try distribution(0), at: x, span: span))
    case "mean", "variance":
      guard case .plain(let id, let parameters) = try distribution(0), let method = core[id].methods[name] else {
        return nil
      }
      return try self.method(method, parameters, at: span)
    default: return nil
    }
  }
}
