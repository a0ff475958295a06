// The types of calls: functions, primitives by their rows, values that are called.

import BorelIR
import BorelSource
import BorelValues

extension TypeChecker {
  // MARK: Functions

  func callType(_ id: FunctionID, _ arguments: [CoreExpression?], _ span: Span) -> ShapeType {
    checkArguments(arguments, program[id].parameters, of: program[id].name, span)
    return summary(id)
  }

  /// Checks arguments against the types that parameters declare; one size name stands for one size.
  @discardableResult
  func checkArguments(_ arguments: [CoreExpression?], _ parameters: [CoreParameter], of name: String, _ span: Span)
    -> [ShapeType]
  {
    var sizes: [String: (Int, Span)] = [:]
    return zip(arguments, parameters).map { argument, parameter in
      guard let argument else { return .unknown }
      let type = type(of: argument)
      guard let declaration = parameter.type else { return type }
      let known = sizes
      if let expected = mismatch(type, declaration, sizes: &sizes, at: argument.span) {
        report(
          "type-mismatch", "`\(parameter.name)` of \(name) must be \(expected), got \(type.text)", at: argument.span,
          secondary: expected.contains(" with ") ? sizePlace(declaration, known) : [],
          hint: hint(for: declaration, type))
      }
      return type
    }
  }

  /// The argument that fixed a size.
  private func sizePlace(_ type: CoreType, _ sizes: [String: (Int, Span)]) -> [Diagnostic.Label] {
    for case .named(let name) in type.sizes {
      if let (count, span) = sizes[name] { return [.init(span, "here \(name) is \(count)")] }
    }
    return []
  }

  private func hint(for declaration: CoreType, _ type: ShapeType) -> String? {
    switch (declaration.name, type) {
    case ("Int", .real): return "make it an Int with `int(x)` or `round(x)`, or divide with `div(a, b)`"
    case (_, .distribution): return "draw from it first: `x ~ ...`, or `sample(...)`"
    case ("Real", _) where type.isNumber && !declaration.sizes.isEmpty,
      ("Int", _) where type.isNumber && !declaration.sizes.isEmpty:
      return "an array of one element is `[x]`"
    default: return nil
    }
  }

  // MARK: Called values

  func callValueType(_ callee: CoreExpression, _ arguments: [CoreArgument], _ span: Span) -> ShapeType {
    let type = type(of: callee)
    for argument in arguments { _ = self.type(of: argument.value) }
    switch type {
    case .function(let least, let most):
      let count = arguments.count
      if let most, count > most {
        report(
          "wrong-arity",
          "this function takes \(most == 0 ? "no arguments" : (least == most ? "" : "at most ") + number(most)), got \(count)",
          at: arguments[most].value.span, label: "too many")
      } else if count < least {
        report(
          "missing-argument", "this function takes \(least == most ? "" : "at least ")\(number(least)), got \(count)",
          at: span)
      }
    case .bool, .int, .real, .number:
      report(
        "not-callable", "\(type.text) cannot be called", at: callee.span,
        hint: "to multiply write `*`; an element is read with `x[i]`")
    case .array, .list, .tuple, .record:
      report("not-callable", "\(type.text) cannot be called", at: callee.span, hint: "an element is read with `x[i]`")
    case .null, .string, .distribution, .range:
      report("not-callable", "\(type.text) cannot be called", at: callee.span)
    case .model(_, isApplied: true):
      report(
        "not-callable", "a model that has its arguments cannot be called", at: callee.span,
        hint: "run it with `s ~ m` in a model, or `simulate(m)`")
    default: break
    }
    return .unknown
  }

  private func number(_ count: Int) -> String { count == 1 ? "1 argument" : "\(count) arguments" }

  // MARK: Primitives

  func primitiveType(_ id: PrimitiveID, _ arguments: [CoreExpression], _ span: Span) -> ShapeType {
    let row = PrimitiveTable[id]
    if let type = operatorType(row.name, arguments, span) { return type }
    var types: [ShapeType] = []
    for (index, argument) in arguments.enumerated() {
      let type = type(of: argument)
      types.append(type)
      guard let parameter = row.parameters.indices.contains(index) ? row.parameters[index] : row.parameters.last else {
        continue
      }
      // Defaults that the lowering filled in are right by definition.
      if argument.span == span { continue }
      check(type, against: parameter, of: row, at: argument.span)
    }
    return result(of: row, types)
  }

  private func check(_ type: ShapeType, against parameter: Primitive.Parameter, of row: Primitive, at span: Span) {
    if type.isUnknown { return }
    func wrong(_ expected: String, _ hint: String? = nil) {
      report(
        "type-mismatch", "`\(parameter.name)` of \(row.name) must be \(expected), got \(type.text)", at: span,
        hint: hint)
    }
    func wrongNumber(_ expected: String) {
      var hint: String?
      switch type {
      case .distribution: hint = "draw from it first: `x ~ ...`, or `sample(...)`"
      case .model: hint = "run it first: `s ~ m(...)` in a model, or `simulate(m)`"
      case .string: hint = nil
      case .array where !row.isElementwise: hint = "use an element, `x[i]`, or a reduction such as `sum(x)`"
      default: break
      }
      wrong(expected, hint)
    }
    switch parameter.type {
    case .any, .null, .collection, .tuple, .list, .like: break
    case .bool: if type.isNeverBool, type.shape == nil { wrong("a Bool") }
    case .int:
      if type.isNeverNumeric || isFraction(type) { wrongNumber("an Int") }
      if type.shape != nil, !row.isElementwise { wrongNumber("an Int") }
    case .real, .number:
      if type.isNeverNumeric { wrongNumber("a number") }
      if type.shape != nil, !row.isElementwise, row.parameters.count > 0 { wrongNumber("a number") }
    case .string:
      if type.isNumber || type.isNeverNumeric, !isString(type) { wrong("a string") }
    case .array(let rank):
      // `mean(d)` and its kin answer for distributions too.
      if case .distribution = type, Lowerer.methodArities[row.name] != nil { return }
      checkArray(type, rank: rank, wrong)
    case .record:
      if type.isNumber || isString(type) || type.shape != nil || isCallable(type) {
        wrong("a record", "records are written `{name: value}`")
      }
    case .function:
      if type.isNumber || isString(type) || type.shape != nil || type == .null || isRecord(type) {
        wrong("a function", "a function of one argument is written `x => ...`")
      }
    case .distribution:
      if type.isNumber || isString(type) || type.shape != nil || type == .null {
        wrong("a distribution", "such as `normal(0, 1)`")
      }
    case .model: checkModel(type, wrong)
    case .host(let name):
      switch type {
      case .bool, .int, .real, .number, .string, .null, .array, .function, .distribution, .range:
        wrong("aeiou".contains(name.prefix(1)) ? "an \(name)" : "a \(name)")
      case .model:
        wrong("a \(name)", name == "posterior" ? "run an inference first: `mh(m)`, `importance(m)` or `smc(m)`" : nil)
      default: break
      }
    }
  }

  private func checkArray(_ type: ShapeType, rank: Int?, _ wrong: (String, String?) -> Void) {
    let expected =
      switch rank {
      case 1: "a vector"
      case 2: "a matrix"
      case .some(let rank): "an array of \(rank) dimensions"
      case nil: "an array"
      }
    if type.isNumber || type.isNeverNumeric {
      if case .range = type { return }
      wrong(expected, type.isNumber ? "an array of one element is `[x]`" : nil)
    } else if let rank, let shape = type.shape, shape.count != rank {
      wrong(expected, nil)
    }
  }

  private func checkModel(_ type: ShapeType, _ wrong: (String, String?) -> Void) {
    switch type {
    case .bool, .int, .real, .number, .string, .null, .array, .list, .record, .tuple, .range: wrong("a model", nil)
    case .distribution: wrong("a model", "write `model m { x ~ ... }` around the distribution")
    case .function: wrong("a model", "define it with `model` instead of `fn`")
    case .model(let id, isApplied: false): checkApplied(id, wrong)
    case .host(let name): wrong("a model", name == "posterior" ? "this has been run already" : nil)
    case .unknown, .model: break
    }
  }

  private func checkApplied(_ id: ModelID?, _ wrong: (String, String?) -> Void) {
    guard let id else { return }
    let parameters = program[program[id].function].parameters.filter { $0.defaultValue == nil }
    if parameters.isEmpty { return }
    let list = parameters.map(\.name).joined(separator: ", ")
    wrong("a model with its arguments", "write `\(program[id].name)(\(list))`")
  }

  private func isString(_ type: ShapeType) -> Bool { if case .string = type { true } else { false } }
  private func isRecord(_ type: ShapeType) -> Bool { if case .record = type { true } else { false } }

  private func isCallable(_ type: ShapeType) -> Bool {
    switch type {
    case .function, .distribution, .model: true
    default: false
    }
  }

  private func isFraction(_ type: ShapeType) -> Bool {
    if case .real(let value?) = type { value != value.rounded() } else { false }
  }

  private func result(of row: Primitive, _ arguments: [ShapeType]) -> ShapeType {
    if row.isElementwise {
      guard arguments.allSatisfy({ $0.rank != nil }) else { return .unknown }
      let shapes = arguments.compactMap(\.shape)
      let kind: ElementKind =
        switch row.result {
        case .bool: .bool
        case .int: .int
        case .real: .real
        default: .number
        }
      return shapes.first.map { .numbers(kind, $0) } ?? .scalar(kind)
    }
    // A parameter that takes anything may be given an array, and then some functions answer elementwise.
    let mayMap = zip(row.parameters, arguments).contains { parameter, argument in
      switch parameter.type {
      case .any, .real, .number, .int, .bool: argument.rank != 0
      default: false
      }
    }
    if mayMap, [.bool, .int, .real, .number].contains(row.result) { return .unknown }
    switch row.result {
    case .null: return .null
    case .bool: return .bool(nil)
    case .int: return .int(nil)
    case .real: return .real(nil)
    case .number: return .number
    case .string: return .string(nil)
    case .array(let rank): return .numbers(.unknown, rank.map { Array(repeating: nil, count: $0) })
    case .distribution: return .distribution(nil, event: .unknown)
    case .model: return .model(nil, isApplied: true)
    case .host(let name): return .host(name)
    case .function: return .function(least: 0, most: nil)
    case .like(let index):
      guard arguments.indices.contains(index) else { return .unknown }
      guard case .array(let elements, let shape) = arguments[index] else { return arguments[index].widened }
      // The shape is the argument's; Ints may have become Reals, and Bools numbers.
      return .numbers([.int, .real, .number].contains(elements.kind) ? .number : .unknown, shape)
    case .any, .list, .collection, .tuple, .record: return .unknown
    }
  }

  // MARK: Conditioning

  func checkConditioning(_ model: ShapeType, _ expression: CoreExpression, _ given: ShapeType, _ record: CoreExpression)
  {
    var isModel = true
    checkModel(model) { _, hint in
      var hint = hint
      if model.isNumber || model.shape != nil { hint = "`|` conditions a model on a record; \"or\" is `||`" }
      if case .bool = model { hint = "\"or\" is `||`" }
      self.report(
        "type-mismatch",
        "the left side of `|` must be a model\({ if case .model = model { " with its arguments" } else { "" } }()), got \(model.text)",
        at: expression.span, hint: hint)
      isModel = false
    }
    guard isModel else { return }
    switch given {
    case .record, .unknown, .host: break
    default:
      report(
        "type-mismatch", "the right side of `|` must be a record of what was seen, got \(given.text)", at: record.span,
        hint: "write `m | {y: ...}` with the names of random variables")
    }
  }
}
