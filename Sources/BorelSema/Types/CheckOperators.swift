// The types of operators, with the shapes that they need.

import BorelIR
import BorelSource

extension TypeChecker {
  /// The type of an operator's value, nil where the primitive is no operator.
  func operatorType(_ name: String, _ arguments: [CoreExpression], _ span: Span) -> ShapeType? {
    if arguments.count == 1 {
      switch name {
      case "negate": return negated(type(of: arguments[0]), arguments[0])
      case "!":
        let type = type(of: arguments[0])
        if type.isNeverBool, type.shape == nil {
          report("type-mismatch", "`!` needs a Bool, got \(type.text)", at: arguments[0].span)
        }
        if case .bool(let value) = type { return .bool(value.map(!)) }
        return .unknown
      default: return nil
      }
    }
    guard arguments.count == 2 else { return nil }
    switch name {
    case "+", "-", "*", "/", "%", "^", ".*", "./", ".^":
      let left = type(of: arguments[0])
      let right = type(of: arguments[1])
      return arithmetic(name, left, right, arguments, span)
    case "<", "<=", ">", ">=": return order(name, arguments, span)
    case "==", "!=": return equality(name, arguments, span)
    default: return nil
    }
  }

  private func negated(_ type: ShapeType, _ operand: CoreExpression) -> ShapeType {
    if type.isNeverNumeric || type.isBool {
      reportOperand("-", type, operand)
      return .unknown
    }
    switch type {
    case .int(let value): return .int(value.flatMap { $0 == .min ? nil : -$0 })
    case .real(let value): return .real(value.map { -$0 })
    case .number, .array: return type
    default: return .unknown
    }
  }

  // MARK: Arithmetic

  private func reportOperand(_ name: String, _ type: ShapeType, _ operand: CoreExpression) {
    var hint: String?
    switch type {
    case .distribution:
      hint = "draw from it first: `x ~ ...` on a line of its own, or `sample(...)`"
    case .model: hint = "run it first: `s ~ m(...)` in a model, or `simulate(m)`"
    case .function: hint = "to call a function write its arguments in parentheses"
    case .bool: hint = "`if b { 1 } else { 0 }` makes a number of a Bool"
    case .null: hint = "a function gives the value of its last expression, or that of `return`"
    case .string: hint = name == "+" ? "`+` joins two strings; make one of the number with `str(x)`" : nil
    default: break
    }
    report("type-mismatch", "`\(name)` needs numbers, got \(type.text)", at: operand.span, hint: hint)
  }

  private func arithmetic(
    _ name: String, _ left: ShapeType, _ right: ShapeType, _ operands: [CoreExpression], _ span: Span
  ) -> ShapeType {
    if name == "+", case .string(let a) = left, case .string(let b) = right {
      if let a, let b, a.utf8.count + b.utf8.count < 1000 { return .string(a + b) }
      return .string(nil)
    }
    for (type, other, operand) in [(left, right, operands[0]), (right, left, operands[1])]
    where type.isNeverNumeric || type.isBool {
      // Of a string and something unknown, the sum may be two strings joined.
      if name == "+", case .string = type, !other.isNumber, other.shape == nil, !other.isNeverNumeric {
        return .unknown
      }
      reportOperand(name, type, operand)
      return .unknown
    }
    if let shape = shapes(name, left, right, span) { return shape }
    guard left.rank == 0, right.rank == 0 else { return .unknown }
    return scalars(name, left, right)
  }

  private func scalars(_ name: String, _ left: ShapeType, _ right: ShapeType) -> ShapeType {
    if name == "/" || name == "./" {
      guard let a = left.constant, let b = right.constant else { return .real(nil) }
      return .real(a / b)
    }
    guard left.isNumber, right.isNumber else { return .unknown }
    if case .int(let a) = left, case .int(let b) = right {
      guard name != "^", name != ".^" else { return .number }
      guard let a, let b else { return .int(nil) }
      switch name {
      case "+": return .int(checked(a.addingReportingOverflow(b)))
      case "-": return .int(checked(a.subtractingReportingOverflow(b)))
      case "*", ".*": return .int(checked(a.multipliedReportingOverflow(by: b)))
      default: return .int(nil)
      }
    }
    if left == .number || right == .number { return left.isReal || right.isReal ? .real(nil) : .number }
    guard let a = left.constant, let b = right.constant else { return .real(nil) }
    switch name {
    case "+": return .real(a + b)
    case "-": return .real(a - b)
    case "*", ".*": return .real(a * b)
    default: return .real(nil)
    }
  }

  private func checked(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
    result.overflow ? nil : result.partialValue
  }

  // MARK: Shapes

  /// The type of an operation between arrays or an array and a number; nil where neither is known to be an array.
  private func shapes(_ name: String, _ left: ShapeType, _ right: ShapeType, _ span: Span) -> ShapeType? {
    let kind: ElementKind =
      name == "/" || name == "./" ? .real : left.elementKind.combined(right.elementKind) ?? .unknown
    switch (left, right) {
    case (.array(_, let a), .array(_, let b)):
      guard let a, let b else { return .unknown }
      switch name {
      case "+", "-", ".*", "./", ".^": return elementwise(name, a, b, kind, span)
      case "*": return product(a, b, kind, span)
      case "/", "%":
        report(
          "shape-mismatch", "`\(name)` divides by a number, and both sides are arrays", at: span,
          hint: name == "/" ? "for elements use `./`; to solve a linear system use `solve(A, b)`" : nil)
        return .unknown
      default: return .unknown
      }
    case (.array(_, let shape), _) where right.isNumber, (_, .array(_, let shape)) where left.isNumber:
      guard let shape, kind != .unknown, name != "^", name != ".^" else { return .unknown }
      return .numbers(kind, shape)
    case (.array, _), (_, .array): return .unknown
    default: return nil
    }
  }

  private func elementwise(_ name: String, _ a: [Int?], _ b: [Int?], _ kind: ElementKind, _ span: Span) -> ShapeType {
    let fits =
      a.count == b.count
      && !zip(a, b).contains { first, second in
        if let first, let second { first != second } else { false }
      }
    guard fits else {
      report(
        "shape-mismatch",
        "`\(name)` needs equal shapes, got \(ShapeType.text(of: a)) and \(ShapeType.text(of: b))", at: span,
        hint: "nothing is stretched to fit; one side may be a single number")
      return .unknown
    }
    return .numbers(kind, zip(a, b).map { $0 ?? $1 })
  }

  /// The linear-algebra product.
  private func product(_ a: [Int?], _ b: [Int?], _ kind: ElementKind, _ span: Span) -> ShapeType {
    func differ(_ first: Int?, _ second: Int?) -> Bool {
      if let first, let second { first != second } else { false }
    }
    func mismatch(_ hint: String) -> ShapeType {
      report(
        "shape-mismatch", "`*` cannot multiply \(ShapeType.text(of: a)) by \(ShapeType.text(of: b))", at: span,
        hint: hint)
      return .unknown
    }
    switch (a.count, b.count) {
    case (2, 2):
      if differ(a[1], b[0]) {
        return mismatch("the columns of the first must be as many as the rows of the second; for elements use `.*`")
      }
      return .numbers(kind, [a[0], b[1]])
    case (2, 1):
      if differ(a[1], b[0]) {
        return mismatch(
          a[0] == b[0]
            ? "did you mean `transpose(A) * x`?" : "the matrix must have as many columns as the vector elements")
      }
      return .numbers(kind, [a[0]])
    case (1, 2):
      if differ(a[0], b[0]) { return mismatch("the matrix must have as many rows as the vector elements") }
      return .numbers(kind, [b[1]])
    case (1, 1):
      if differ(a[0], b[0]) { return mismatch("vectors of different lengths; for elements use `.*`") }
      return .unknown
    default: return .unknown
    }
  }

  // MARK: Comparisons

  private func order(_ name: String, _ operands: [CoreExpression], _ span: Span) -> ShapeType {
    let left = type(of: operands[0])
    let right = type(of: operands[1])
    for (type, operand) in [(left, operands[0]), (right, operands[1])] {
      switch type {
      case .null, .tuple, .record, .function, .distribution, .model, .range:
        var hint: String?
        if case .distribution = type { hint = "draw from it first: `x ~ ...`, or `sample(...)`" }
        report("type-mismatch", "`\(name)` orders numbers and strings, got \(type.text)", at: operand.span, hint: hint)
        return .unknown
      default: break
      }
    }
    switch (left, right) {
    case (.string, .string): return .bool(nil)
    case (.string, _) where right.isNumber || right.shape != nil, (_, .string) where left.isNumber || left.shape != nil:
      report(
        "type-mismatch", "`\(name)` cannot order \(left.text) and \(right.text)", at: span,
        hint: "compare two numbers or two strings")
      return .unknown
    default: break
    }
    if let a = left.constant, let b = right.constant {
      switch name {
      case "<": return .bool(a < b)
      case "<=": return .bool(a <= b)
      case ">": return .bool(a > b)
      default: return .bool(a >= b)
      }
    }
    if left.isNumber, right.isNumber { return .bool(nil) }
    if let shape = shapes("<", left, right, span), case .array(_, let known) = shape { return .numbers(.bool, known) }
    return .unknown
  }

  private func equality(_ name: String, _ operands: [CoreExpression], _ span: Span) -> ShapeType {
    let left = type(of: operands[0])
    let right = type(of: operands[1])
    func isString(_ type: ShapeType) -> Bool { if case .string = type { true } else { false } }
    if (isString(left) && right.isNumber) || (left.isNumber && isString(right)) {
      report(
        "type-mismatch", "\(left.text) and \(right.text) are never equal", at: span,
        hint: "compare two numbers or two strings", severity: .warning)
    }
    if let a = left.constant, let b = right.constant { return .bool((a == b) == (name == "==")) }
    if left.shape != nil || right.shape != nil || left.isUnknown || right.isUnknown { return .unknown }
    return .bool(nil)
  }
}

extension ShapeType {
  fileprivate var isReal: Bool { if case .real = self { true } else { false } }
  fileprivate var isBool: Bool { if case .bool = self { true } else { false } }
}
