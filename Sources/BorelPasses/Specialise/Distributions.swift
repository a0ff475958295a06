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
    case .ordered(let base, let size):
      let kind = try support(of: base, at: span).kind
      return LoopSupport(kind == .positive || kind == .nonNegative ? .positiveOrdered : .ordered, [size])
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
    switch distribution {
    case .censored: return []
    case .truncated(let base, _, _): return try valueSizes(of: base, at: span)
    case .mixture(_, let components):
      // That they agree is seen where they are scored or drawn.
      if let first = components.first, elements(of: first) == nil { return try valueSizes(of: first, at: span) }
    default: break
    }
    let support = try support(of: distribution, at: span)
    let arguments = support.arguments
    switch support.kind {
    case .vector, .simplex, .ordered, .positiveOrdered, .unitVector, .counts: return [arguments[0]]
    case .matrix: return [arguments[0], arguments[1]]
    case .covariance, .correlation, .covarianceCholesky, .correlationCholesky: return [arguments[0], arguments[0]]
    default: return []
    }
  }
}
