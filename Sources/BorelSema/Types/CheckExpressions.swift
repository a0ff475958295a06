// The types of expressions: constants, variables, literals, indices, fields.

import BorelIR
import BorelSource
import BorelValues

extension TypeChecker {
  func type(of expression: CoreExpression) -> ShapeType {
    if poisoned.contains(expression.span), case .constant = expression.kind { return .unknown }
    guard depth < Lowerer.maximumNesting else { return .unknown }
    depth += 1
    defer { depth -= 1 }
    switch expression.kind {
    case .constant(let value): return constantType(value)
    case .local(let id): return frame.locals.indices.contains(id.index) ? frame.locals[id.index] : .unknown
    case .capture(let index): return frame.captures.indices.contains(index) ? frame.captures[index] : .unknown
    case .global(let id): return globals[id] ?? .unknown
    case .function(let id): return functionType(program[id].parameters)
    case .model(let id): return .model(id, isApplied: false)
    case .distribution(let id): return functionType(program[id].parameters)
    case .primitive(let id):
      let row = PrimitiveTable[id]
      let least = row.parameters.count { $0.defaultValue == nil } - (row.isVariadic ? 1 : 0)
      return .function(least: max(0, least), most: row.isVariadic ? nil : row.parameters.count)
    case .closure(let id, let captured):
      meetClosure(id, captured.map { type(of: $0) })
      return functionType(program[id].parameters)
    case .currentClosure: return functionType(frame.function.parameters)
    case .callFunction(let id, let arguments): return callType(id, arguments, expression.span)
    case .callPrimitive(let id, let arguments): return primitiveType(id, arguments, expression.span)
    case .applyModel(let id, let arguments):
      checkArguments(
        arguments, program[program[id].function].parameters, of: program[id].name, expression.span)
      return .model(id, isApplied: true)
    case .applyDistribution(let id, let arguments): return applyType(id, arguments, expression.span)
    case .callValue(let callee, let arguments): return callValueType(callee, arguments, expression.span)
    case .array(let elements): return arrayType(elements.map { type(of: $0) })
    case .tuple(let elements): return .tuple(elements.map { type(of: $0) })
    case .record(let fields):
      var types: [String: ShapeType] = [:]
      for field in fields { types[field.key] = type(of: field.value) }
      return .record(types)
    case .range(let lower, let upper, _):
      checkBound(lower)
      checkBound(upper)
      return .range
    case .index(let base, let subscripts): return indexed(type(of: base), subscripts, base.span)
    case .field(let base, let name):
      let start = Int(base.span.end)
      let fieldSpan = Span(
        file: expression.span.file, start: min(start + 1, Int(expression.span.end)), end: Int(expression.span.end))
      return checkField(type(of: base), name, fieldSpan)
    case .tupleElement(let base, let index, let count): return elementType(of: base, index, count, expression.span)
    case .and(let left, let right), .or(let left, let right): return logicType(left, right)
    case .conditional(let condition, let then, let otherwise):
      checkCondition(condition)
      return conditionalType(then, otherwise)
    case .block(let statements, let value):
      run(statements)
      return frame.isDead ? .unknown : type(of: value)
    case .condition(let model, let record):
      let conditioned = type(of: model)
      let given = type(of: record)
      checkConditioning(conditioned, model, given, record)
      return .model(nil, isApplied: true)
    case .sample(_, let source): return eventType(source, what: "the argument of `sample`")
    }
  }

  private func conditionalType(_ then: CoreExpression, _ otherwise: CoreExpression) -> ShapeType {
    var results: [ShapeType] = []
    func follow(_ expression: CoreExpression) {
      let result = type(of: expression)
      if !frame.isDead { results.append(result) }
    }
    branch {
      follow(then)
    } or: {
      follow(otherwise)
    }
    guard let first = results.first else { return .unknown }
    return results.dropFirst().reduce(first) { $0.joined($1) }
  }

  private func constantType(_ value: Value) -> ShapeType {
    switch value {
    case .null: .null
    case .bool(let bit): .bool(bit)
    case .int(let number): .int(number)
    case .real(let number): .real(number)
    case .object: value.asString.map { .string($0) } ?? .unknown
    }
  }

  private func functionType(_ parameters: [CoreParameter]) -> ShapeType {
    .function(least: parameters.count { $0.defaultValue == nil }, most: parameters.count)
  }

  private func arrayType(_ elements: [ShapeType]) -> ShapeType {
    guard let first = elements.first else { return .unknown }
    if elements.contains(where: { $0.isUnknown || $0.isNullable }) { return .unknown }
    var kind: ElementKind? = first.elementKind
    var shape = first.rank == nil ? nil : (first.shape ?? [])
    for element in elements.dropFirst() {
      kind = kind.flatMap { $0.combined(element.elementKind) }
      guard let known = shape, element.rank != nil else {
        shape = nil
        continue
      }
      let other = element.shape ?? []
      shape = known.count == other.count && !zip(known, other).contains { a, b in a != b } ? known : nil
      // Sizes that are not known may differ, and then the literal is a list.
      if known.contains(nil) || other.contains(nil) { return .unknown }
    }
    guard let kind, kind != .unknown, let shape else {
      return elements.contains { $0.elementKind == .unknown && $0.rank != nil } ? .unknown : .list(elements.count)
    }
    if shape.contains(nil), elements.count > 1 { return .unknown }
    return .numbers(kind, [elements.count] + shape)
  }

  private func logicType(_ left: CoreExpression, _ right: CoreExpression) -> ShapeType {
    checkOperandOfLogic(left)
    branch {
      checkOperandOfLogic(right)
    } or: {
    }
    return .bool(nil)
  }

  private func checkOperandOfLogic(_ operand: CoreExpression) {
    let type = type(of: operand)
    guard type.isNeverBool else { return }
    report("type-mismatch", "`&&`, `||` and `!` need a Bool, got \(type.text)", at: operand.span)
  }

  /// A bound of a range; returns its type.
  @discardableResult
  func checkBound(_ bound: CoreExpression) -> ShapeType {
    let type = type(of: bound)
    switch type {
    case .unknown, .int, .number, .host: break
    case .real:
      report(
        "type-mismatch", "a range counts through integers, and this is \(type.text)", at: bound.span,
        hint: "use `div(a, b)` for integer division, or `int(x)`")
    case .array, .list, .string, .record, .tuple:
      report(
        "type-mismatch", "a bound of a range must be an Int, got \(type.text)", at: bound.span,
        hint: "for its number of elements write `len(...)`")
    default: report("type-mismatch", "a bound of a range must be an Int, got \(type.text)", at: bound.span)
    }
    return type
  }

  /// What a loop over a value sees.
  func elementType(_ sequence: ShapeType, _ span: Span) -> ShapeType {
    switch sequence {
    case .range: return .int(nil)
    case .array(let elements, let shape):
      guard let shape else { return .unknown }
      return shape.count == 1 ? .scalar(elements.kind) : .numbers(elements.kind, Array(shape.dropFirst()))
    case .int, .number, .real:
      report(
        "not-iterable", "a loop needs a range or an array, got \(sequence.text)", at: span,
        hint: "to count write `for i in 0..<n`")
    case .string, .record, .tuple, .null, .bool, .function, .distribution, .model:
      report("not-iterable", "a loop needs a range or an array, got \(sequence.text)", at: span)
    default: break
    }
    return .unknown
  }

  /// One of the parts that a pattern takes a value into.
  private func elementType(of base: CoreExpression, _ index: Int, _ count: Int, _ span: Span) -> ShapeType {
    let type = type(of: base)
    switch type {
    case .tuple(let elements):
      if elements.count == count { return elements[index] }
      report(
        "wrong-pattern", "this takes a tuple of \(count) apart, and the value is \(type.text)", at: span,
        hint: "write \(elements.count) names, with `_` for those that are not needed")
    case .bool, .int, .real, .number, .null, .function, .distribution, .model, .string:
      report("wrong-pattern", "this takes a tuple of \(count) apart, and the value is \(type.text)", at: span)
    default: break
    }
    return .unknown
  }

  // MARK: Fields

  @discardableResult
  func checkField(_ base: ShapeType, _ name: String, _ span: Span) -> ShapeType {
    switch base {
    case .record(let fields):
      if let type = fields[name] { return type }
      let near = closestMatch(to: name, among: fields.keys.sorted())
      let list = fields.keys.sorted().prefix(8).map { "`\($0)`" }.joined(separator: ", ")
      report(
        "unknown-field", "the record has no field `\(name)`", at: span,
        hint: near.map { "did you mean `\($0)`?" } ?? (list.isEmpty ? nil : "its fields are \(list)"))
    case .model:
      report(
        "unknown-field", "a model has no fields", at: span,
        hint: "run it first: `simulate(m).\(name)`, or take the column of a posterior")
    case .distribution:
      report(
        "unknown-field", "a distribution has no fields", at: span,
        hint: "ask it with functions: `logpdf(d, x)`, `cdf(d, x)`, `mean(d)`")
    case .array, .list:
      var hint: String?
      if ["length", "size", "count", "len"].contains(name) { hint = "write `len(x)`" }
      if ["shape", "T", "sum", "mean", "max", "min"].contains(name) {
        hint = "write `\(name == "T" ? "transpose" : name)(x)`"
      }
      report("unknown-field", "\(base.text) has no fields", at: span, hint: hint)
    case .null, .bool, .int, .real, .number, .string, .tuple, .range, .function:
      report("unknown-field", "\(base.text) has no fields", at: span)
    case .unknown, .host: break
    }
    return .unknown
  }

  // MARK: Indices

  /// Checks an index along a dimension of a known or unknown size.
  func checkIndex(_ index: ShapeType, _ span: Span, bound: Int?) {
    switch index {
    case .int(let value?):
      if value < 0 {
        report(
          "index-out-of-range", "the index \(value) is negative", at: span,
          hint: "indices start at 0; the last element is `x[len(x) - 1]`")
      } else if let bound, value >= bound {
        report(
          "index-out-of-range",
          "the index \(value) is out of range: there \(bound == 1 ? "is 1 element" : "are \(bound) elements")",
          at: span, hint: bound == 0 ? nil : "indices start at 0, so the last one is \(bound - 1)")
      }
    case .real:
      report(
        "type-mismatch", "an index must be an Int, got \(index.text)", at: span,
        hint: "use `div(a, b)` for integer division, or `int(x)`")
    case .null, .tuple, .record, .function, .distribution, .model, .bool:
      report("type-mismatch", "an index must be an Int, got \(index.text)", at: span)
    default: break
    }
  }

  /// The type of `base[subscripts]`.
  func indexed(_ base: ShapeType, _ subscripts: [CoreSubscript], _ span: Span) -> ShapeType {
    switch base {
    case .array(let elements, let shape): return indexedArray(elements.kind, shape, subscripts, span)
    case .list(let count):
      if case .index(let index)? = subscripts.first { checkIndex(type(of: index), index.span, bound: count) }
      follow(subscripts.dropFirst())
      return .unknown
    case .record(let fields):
      if subscripts.count == 1, case .index(let index) = subscripts[0], case .string(let name?) = type(of: index) {
        return fields[name] ?? .unknown
      }
    case .bool, .int, .real, .number:
      report(
        "not-indexable", "\(base.text) cannot be indexed", at: span,
        hint: "only arrays, lists, strings and records have elements")
    case .null, .range:
      report("not-indexable", "\(base.text) cannot be indexed", at: span)
    case .function, .distribution:
      report("not-indexable", "\(base.text) cannot be indexed", at: span, hint: "to call it use parentheses: `f(x)`")
    case .model:
      report("not-indexable", "a model cannot be indexed", at: span, hint: "run it first: `simulate(m)[\"x\"]`")
    case .unknown, .string, .tuple, .host: break
    }
    follow(subscripts[...])
    return .unknown
  }

  /// Looks for errors inside subscripts of which nothing else is known.
  private func follow(_ subscripts: ArraySlice<CoreSubscript>) {
    for part in subscripts {
      switch part {
      case .index(let index): _ = type(of: index)
      case .range(let lower, let upper, _, _):
        checkBound(lower)
        checkBound(upper)
      case .all: break
      }
    }
  }

  private func indexedArray(_ kind: ElementKind, _ shape: [Int?]?, _ subscripts: [CoreSubscript], _ span: Span)
    -> ShapeType
  {
    if let shape, subscripts.count > shape.count {
      follow(subscripts[...])
      report(
        "too-many-indices",
        "\(ShapeType.text(of: shape)) has \(shape.count == 1 ? "one dimension" : "\(shape.count) dimensions"), and here are \(subscripts.count) indices",
        at: subscripts[shape.count].span ?? span, label: "too many")
      return .unknown
    }
    var remaining: [Int?] = []
    for (position, part) in subscripts.enumerated() {
      let bound = shape?[position]
      switch part {
      case .all: remaining.append(bound)
      case .index(let index):
        let type = type(of: index)
        if case .string = type {
          report("type-mismatch", "an index must be an Int, got \(type.text)", at: index.span)
        }
        checkIndex(type, index.span, bound: bound)
        // An array as an index selects several elements.
        if !type.isNumber { return .unknown }
      case .range(let lower, let upper, let closed, let rangeSpan):
        remaining.append(checkSlice(checkBound(lower), checkBound(upper), closed, rangeSpan, bound))
      }
    }
    guard let shape else { return .unknown }
    remaining += shape[subscripts.count...]
    return remaining.isEmpty ? .scalar(kind) : .numbers(kind, remaining)
  }

  /// The size of a slice where its bounds are known.
  private func checkSlice(_ lower: ShapeType, _ upper: ShapeType, _ closed: Bool, _ span: Span, _ bound: Int?) -> Int? {
    guard case .int(let first?) = lower, case .int(let last?) = upper else { return nil }
    let (end, overflow) = last.addingReportingOverflow(closed ? 1 : 0)
    guard !overflow else { return nil }
    if first < 0 || end < first || (bound.map { end > $0 } ?? false) {
      let size = bound.map { " of \($0) elements" } ?? ""
      report(
        "index-out-of-range", "the slice \(first)\(closed ? "..." : "..<")\(last) does not lie inside the array\(size)",
        at: span)
      return nil
    }
    return end - first
  }
}

extension CoreSubscript {
  fileprivate var span: Span? {
    switch self {
    case .index(let index): index.span
    case .range(_, _, _, let span), .all(let span): span
    }
  }
}

extension ShapeType {
  fileprivate var isNullable: Bool { self == .null }
}
