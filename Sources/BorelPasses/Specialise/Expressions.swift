// Specialises expressions.

import BorelIR
import BorelSource
import BorelValues

extension Specialiser {
  mutating func evaluate(_ e: CoreExpression) throws(NotNative) -> AbstractValue {
    let span = e.span
    switch e.kind {
    case .constant(let value): return try constant(value, at: span)
    case .local(let local): return try value(of: local, at: span, lends: true)
    case .capture(let index):
      guard frame.captures.indices.contains(index) else {
        throw NotNative(.internalError, "a captured variable is missing", at: span)
      }
      return frame.captures[index]
    case .global(let id): return try global(id, at: span)
    case .function(let id): return .function(id)
    case .model(let id): return .modelDefinition(id)
    case .distribution(let id): return .distributionDefinition(id)
    case .primitive(let id): return .primitive(id)
    case .closure(let id, let captured): return .closure(id, try evaluate(captured))
    case .currentClosure:
      guard let closure = frame.closure else { throw NotNative(.internalError, "no closure runs here", at: span) }
      return closure
    case .callFunction(let id, let arguments):
      return try call(id, try evaluate(arguments), captures: [], closure: nil, at: span)
    case .callPrimitive(let id, let arguments): return try primitive(id, arguments, at: span)
    case .applyModel(let id, let arguments):
      return .model(try applyModel(id, try evaluate(arguments), at: span))
    case .applyDistribution(let id, let arguments):
      return .distribution(try applyDistribution(id, try evaluate(arguments), at: span))
    case .callValue(let function, let arguments): return try callValue(function, arguments, at: span)
    case .array(let parts): return try arrayLiteral(try evaluate(parts), at: span)
    case .tuple(let parts): return .tuple(try evaluate(parts))
    case .record(let fields):
      var result: [(key: String, value: AbstractValue)] = []
      for field in fields { result.append((field.key, try evaluate(field.value))) }
      return .record(result)
    case .range(let lower, let upper, let closed):
      let first = try int(try evaluate(lower), "the lower end of the range", at: lower.span)
      var last = try int(try evaluate(upper), "the upper end of the range", at: upper.span)
      if closed { last = builder.apply(.add, last, .int(1)) }
      let size = builder.apply(.maximum, builder.apply(.subtract, last, first), .int(0))
      return .array(
        AbstractArray(
          scalar: .int, sizes: [size],
          source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
            this.builder.apply(.add, first, indices[0])
          }))
    case .index(let base, let subscripts): return try index(base, subscripts, at: span)
    case .field(let base, let key):
      guard case .record(let fields) = try evaluate(base) else {
        throw NotNative(.construct, "`.\(key)` of something that is not a record", at: span)
      }
      guard let field = fields.first(where: { $0.key == key }) else {
        throw NotNative(.construct, "the record has no field `\(key)`", at: span)
      }
      return field.value
    case .tupleElement(let base, let index, let count):
      switch try evaluate(base) {
      case .tuple(let parts) where parts.count == count && parts.indices.contains(index): return parts[index]
      default: throw NotNative(.construct, "a pattern of \(count) parts does not fit", at: span)
      }
    case .and(let a, let b): return try logical(a, b, isAnd: true, at: span)
    case .or(let a, let b): return try logical(a, b, isAnd: false, at: span)
    case .conditional(let test, let a, let b):
      let condition = try bool(try evaluate(test), "a condition", at: test.span)
      if case .bool(let isTrue) = condition { return try evaluate(isTrue ? a : b) }
      return try branches(
        condition, changing: [], at: span,
        then: { (this) throws(NotNative) in try this.evaluate(a) },
        else: { (this) throws(NotNative) in try this.evaluate(b) })
    case .block(let statements, let value):
      if containsReturn(statements) { throw NotNative(.construct, "`return` inside an expression", at: span) }
      _ = try execute(statements[...])
      return try evaluate(value)
    case .condition:
      throw NotNative(.construct, "a submodel with conditions of its own", at: span)
    case .sample(let site, let source): return try sample(site, source, at: span)
    }
  }

  mutating func evaluate(_ parts: [CoreExpression]) throws(NotNative) -> [AbstractValue] {
    var result: [AbstractValue] = []
    for part in parts { result.append(try evaluate(part)) }
    return result
  }

  private mutating func evaluate(_ parts: [CoreExpression?]) throws(NotNative) -> [AbstractValue?] {
    var result: [AbstractValue?] = []
    for part in parts {
      if let part { result.append(try evaluate(part)) } else { result.append(nil) }
    }
    return result
  }

  // MARK: Leaves

  func constant(_ value: Value, at span: Span) throws(NotNative) -> AbstractValue {
    switch value {
    case .null: return .null
    case .bool(let b): return .scalar(.bool(b))
    case .int(let n): return .scalar(.int(n))
    case .real(let x): return .scalar(.real(x))
    case .object(let object):
      if let text = object as? StringObject { return .string(text.string) }
      throw NotNative(.construct, "a constant of this kind", at: span)
    }
  }

  /// The value of a local; `lends` where somebody may keep it.
  mutating func value(of local: LocalID, at span: Span?, lends: Bool = false) throws(NotNative) -> AbstractValue {
    guard frame.locals.indices.contains(local.index), let binding = frame.locals[local.index] else {
      throw NotNative(.construct, "`\(name(of: local))` may have no value here", at: span)
    }
    switch binding {
    case .value(let value): return value
    case .mutable(let variable): return .scalar(builder.read(variable))
    case .array(let variable, _):
      if lends { frame.locals[local.index] = .array(variable, isLent: true) }
      return .array(arrayValue(variable))
    case .scalars(let variables):
      let parts = variables.map { builder.read($0) }
      return .array(
        AbstractArray(
          scalar: variables.first.map { builder.program[$0].scalar } ?? .real, sizes: [.int(variables.count)],
          source: .listed(parts)))
    case .site(let number): return try siteValue(number, at: span)
    case .built(let variable): return .array(arrayValue(variable))
    case .growing:
      throw NotNative(.construct, "`\(name(of: local))` is read while it grows", at: span)
    }
  }

  private mutating func global(_ id: GlobalID, at span: Span) throws(NotNative) -> AbstractValue {
    guard core.globals.indices.contains(id.index), let argument = request.globals[id] else {
      throw NotNative(.construct, "a global variable without a value", at: span)
    }
    let name = core.globals[id.index].name
    return try given(argument, [name], isGlobal: true, name: name, at: span)
  }

  // MARK: Calls of values

  private mutating func callValue(
    _ function: CoreExpression, _ arguments: [CoreArgument], at span: Span
  ) throws(NotNative) -> AbstractValue {
    let callee = try evaluate(function)
    var values: [(label: String?, value: AbstractValue)] = []
    for argument in arguments { values.append((argument.label, try evaluate(argument.value))) }
    return try apply(callee, values, at: span, calleeSpan: function.span, spans: arguments.map(\.value.span))
  }

  /// A function value applied to arguments.
  mutating func apply(
    _ callee: AbstractValue, _ values: [(label: String?, value: AbstractValue)], at span: Span,
    calleeSpan: Span? = nil, spans: [Span] = []
  ) throws(NotNative) -> AbstractValue {
    switch callee {
    case .function(let id):
      return try call(id, try placed(values, core[id].parameters, at: span), captures: [], closure: nil, at: span)
    case .closure(let id, let captured):
      return try call(
        id, try placed(values, core[id].parameters, at: span), captures: captured, closure: callee, at: span)
    case .primitive(let id):
      return try primitive(id, values: values.map(\.value), at: span, spans: spans)
    case .distributionDefinition(let id):
      let arguments = try placed(values, core[id].parameters, at: span)
      return .distribution(try applyDistribution(id, arguments, at: span))
    case .modelDefinition(let id):
      let function = core[core[id].function]
      return .model(try applyModel(id, try placed(values, function.parameters, at: span), at: span))
    default:
      throw NotNative(.unknownFunction, "\(callee.kindName) is called", at: calleeSpan ?? span)
    }
  }

  /// Arguments in the order of the parameters, nil where the default applies.
  private func placed(
    _ values: [(label: String?, value: AbstractValue)], _ parameters: [CoreParameter], at span: Span
  ) throws(NotNative) -> [AbstractValue?] {
    var result = [AbstractValue?](repeating: nil, count: parameters.count)
    var next = 0
    for (label, value) in values {
      if let label {
        guard let index = parameters.firstIndex(where: { $0.name == label }) else {
          throw NotNative(.construct, "no parameter `\(label)`", at: span)
        }
        result[index] = value
      } else {
        guard next < parameters.count else { throw NotNative(.construct, "too many arguments", at: span) }
        result[next] = value
        next += 1
      }
    }
    return result
  }

  mutating func applyModel(
    _ id: ModelID, _ arguments: [AbstractValue?], at span: Span
  ) throws(NotNative) -> AbstractModel {
    let function = core[core[id].function]
    var values: [AbstractValue] = []
    for (index, parameter) in function.parameters.enumerated() {
      if index < arguments.count, let argument = arguments[index] {
        values.append(argument)
      } else if let defaultValue = parameter.defaultValue {
        values.append(try call(defaultValue, values, captures: [], closure: nil, at: span))
      } else {
        throw NotNative(.construct, "model \(core[id].name) lacks `\(parameter.name)`", at: span)
      }
    }
    return AbstractModel(id: id, arguments: values)
  }

  // MARK: Logic

  private mutating func logical(
    _ a: CoreExpression, _ b: CoreExpression, isAnd: Bool, at span: Span
  ) throws(NotNative) -> AbstractValue {
    let first = try bool(try evaluate(a), "an operand of `\(isAnd ? "&&" : "||")`", at: a.span)
    if case .bool(let known) = first {
      return known == isAnd ? .scalar(try bool(try evaluate(b), "an operand", at: b.span)) : .scalar(first)
    }
    return try branches(
      first, changing: [], at: span,
      then: { (this) throws(NotNative) in isAnd ? try this.evaluate(b) : .scalar(.bool(true)) },
      else: { (this) throws(NotNative) in isAnd ? .scalar(.bool(false)) : try this.evaluate(b) })
  }

  // MARK: Conversions

  mutating func bool(_ value: AbstractValue, _ what: String, at span: Span?) throws(NotNative) -> LoopOperand {
    guard case .scalar(let operand) = value, builder.program.scalar(of: operand) == .bool else {
      throw NotNative(.construct, "\(what) must be a Bool, not \(value.kindName)", at: span)
    }
    return operand
  }

  mutating func int(_ value: AbstractValue, _ what: String, at span: Span?) throws(NotNative) -> LoopOperand {
    guard case .scalar(let operand) = value, builder.program.scalar(of: operand) == .int else {
      throw NotNative(.construct, "\(what) must be an Int, not \(value.kindName)", at: span)
    }
    return operand
  }

  /// A number as a Real.
  mutating func real(_ value: AbstractValue, _ what: String, at span: Span?) throws(NotNative) -> LoopOperand {
    guard case .scalar(let operand) = value, builder.program.scalar(of: operand) != .bool else {
      throw NotNative(.construct, "\(what) must be a number, not \(value.kindName)", at: span)
    }
    return builder.real(operand)
  }

  mutating func array(_ value: AbstractValue, _ what: String, at span: Span?) throws(NotNative) -> AbstractArray {
    guard case .array(let array) = value else {
      throw NotNative(.construct, "\(what) must be an array, not \(value.kindName)", at: span)
    }
    return array
  }
}
