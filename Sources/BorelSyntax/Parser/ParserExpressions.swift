// Expressions: operators by precedence, and the operators of other languages.

import BorelSource

/// How tightly an infix operator binds; larger is tighter.
private enum Precedence {
  static let conditioning = 1
  static let or = 2
  static let and = 3
  static let equality = 4
  static let comparison = 5
  static let range = 6
  static let sum = 7
  static let product = 8
}

/// What an infix token means.
private struct Infix {
  var precedence: Int
  var binary: BinaryOperator?
  var closedRange = false

  init?(_ kind: TokenKind) {
    switch kind {
    case .bar: (precedence, binary) = (Precedence.conditioning, .condition)
    case .orOr: (precedence, binary) = (Precedence.or, .or)
    case .andAnd: (precedence, binary) = (Precedence.and, .and)
    case .equalEqual: (precedence, binary) = (Precedence.equality, .equal)
    case .notEqual: (precedence, binary) = (Precedence.equality, .notEqual)
    case .less: (precedence, binary) = (Precedence.comparison, .less)
    case .lessEqual: (precedence, binary) = (Precedence.comparison, .lessOrEqual)
    case .greater: (precedence, binary) = (Precedence.comparison, .greater)
    case .greaterEqual: (precedence, binary) = (Precedence.comparison, .greaterOrEqual)
    case .rangeHalfOpen: (precedence, binary) = (Precedence.range, nil)
    case .rangeClosed: (precedence, binary, closedRange) = (Precedence.range, nil, true)
    case .plus: (precedence, binary) = (Precedence.sum, .add)
    case .minus: (precedence, binary) = (Precedence.sum, .subtract)
    case .star, .matrixProduct: (precedence, binary) = (Precedence.product, .multiply)
    case .slash, .integerDivide: (precedence, binary) = (Precedence.product, .divide)
    case .percent, .percentPercent: (precedence, binary) = (Precedence.product, .remainder)
    case .dotStar: (precedence, binary) = (Precedence.product, .elementMultiply)
    case .dotSlash: (precedence, binary) = (Precedence.product, .elementDivide)
    default: return nil
    }
  }
}

extension Parser {
  /// `expression = lambda | conditioning`
  mutating func parseExpression() -> Expression {
    nested { parser in
      let outer = parser.atStatementLevel
      parser.atStatementLevel = false
      defer { parser.atStatementLevel = outer }
      return parser.parseLambda() ?? parser.parseOperators(Precedence.conditioning)
    }
  }

  /// An expression inside brackets, where `{` is a record again.
  mutating func parseBracketed<T>(_ body: (inout Parser) -> T) -> T {
    let outer = (bareRecordsAllowed, readsColonRanges)
    bareRecordsAllowed = true
    readsColonRanges = true
    defer { (bareRecordsAllowed, readsColonRanges) = outer }
    return body(&self)
  }

  /// The expression before a block, where `{` begins the block.
  mutating func parseCondition(ofLoop isLoop: Bool = false) -> Expression {
    let outer = (bareRecordsAllowed, readsColonRanges)
    bareRecordsAllowed = false
    readsColonRanges = isLoop
    defer { (bareRecordsAllowed, readsColonRanges) = outer }
    let left = parseExpression()
    guard kind == .assign, !atLineStart else { return left }
    let leftHeight = height
    note(
      Diagnostic(
        code: "assignment-in-condition", "`=` assigns; it does not compare", at: tokenSpan, hint: "write =="))
    let operatorSpan = tokenSpan
    advance()
    let right = parseExpression()
    return binary(.equal, left, leftHeight, right, operatorSpan)
  }

  private mutating func binary(
    _ operation: BinaryOperator, _ left: Expression, _ leftHeight: Int, _ right: Expression, _ operatorSpan: Span
  ) -> Expression {
    let span = left.span.union(right.span)
    guard grow(max(leftHeight, height)) else { return Expression(.error, span) }
    return Expression(.binary(operation, left, right, operatorSpan: operatorSpan), span)
  }

  // MARK: Operators

  mutating func parseOperatorsOfStatement() -> Expression { parseOperators(Precedence.conditioning) }

  private mutating func parseOperators(_ minimum: Int) -> Expression {
    var left = parseUnary()
    var leftHeight = height
    // `a < b < c` and its like are errors: the level at which no second operator may follow.
    var closedLevel = 0
    while !atLineStart {
      if kind == .identifier, let word = wordOperator() {
        guard word.precedence >= minimum else { break }
        noteWordOperator()
        left = parseRight(of: word, left, leftHeight)
        leftHeight = height
        continue
      }
      if kind == .colon, minimum <= Precedence.range, isColonRange {
        note(
          Diagnostic(
            code: "colon-range", "a range is not written with `:`", at: tokenSpan,
            hint: "write a...b, which includes b, or a..<b, which does not; indices start at 0"))
        var infix = Infix(.rangeClosed)
        infix?.closedRange = true
        if let infix { left = parseRight(of: infix, left, leftHeight) }
        leftHeight = height
        continue
      }
      guard let infix = Infix(kind), infix.precedence >= minimum else { break }
      if infix.precedence == Precedence.comparison, atStatementLevel, isArrowAssignment, left.isAssignable { break }
      if infix.precedence == closedLevel { noteChain(infix) }
      noteForeignOperator()
      left = parseRight(of: infix, left, leftHeight)
      leftHeight = height
      switch infix.precedence {
      case Precedence.equality, Precedence.comparison, Precedence.range: closedLevel = infix.precedence
      default: closedLevel = 0
      }
    }
    height = leftHeight
    return left
  }

  private mutating func parseRight(of infix: Infix, _ left: Expression, _ leftHeight: Int) -> Expression {
    let operatorSpan = tokenSpan
    let outer = atStatementLevel
    atStatementLevel = false
    defer { atStatementLevel = outer }
    advance()
    let right = parseOperators(infix.precedence + 1)
    if let operation = infix.binary { return binary(operation, left, leftHeight, right, operatorSpan) }
    let span = left.span.union(right.span)
    guard grow(max(leftHeight, height)) else { return Expression(.error, span) }
    return Expression(.range(left, right, closed: infix.closedRange), span)
  }

  private mutating func noteChain(_ infix: Infix) {
    switch infix.precedence {
    case Precedence.range:
      note(Diagnostic(code: "chained-range", "a range has two ends", at: tokenSpan, hint: "write a..<b or a...b"))
    case Precedence.equality:
      note(
        Diagnostic(
          code: "chained-comparison", "comparisons cannot be chained", at: tokenSpan,
          hint: "write a == b && b == c"))
    default:
      note(
        Diagnostic(
          code: "chained-comparison", "comparisons cannot be chained", at: tokenSpan,
          hint: "write a < b && b < c"))
    }
  }

  /// `and`, `or` between operands on one line.
  private func wordOperator() -> Infix? {
    guard token.end - token.start <= 3, isOnLine(ahead: 0) else { return nil }
    switch text() {
    case "and": return Infix(.andAnd)
    case "or": return Infix(.orOr)
    default: return nil
    }
  }

  private mutating func noteWordOperator() {
    let word = text()
    note(
      Diagnostic(
        code: "word-operator", "`\(word)` is not an operator", at: tokenSpan,
        hint: word == "and" ? "write &&" : "write ||"))
  }

  private mutating func noteForeignOperator() {
    let replacement: String
    switch kind {
    case .matrixProduct: replacement = "the matrix product is written A * B"
    case .percentPercent: replacement = "the remainder is written a % b"
    case .integerDivide: replacement = "integer division is written div(a, b)"
    default: return
    }
    note(
      Diagnostic(
        code: "foreign-operator", "`\(kind.spelling)` is not an operator", at: tokenSpan, hint: replacement))
  }

  /// `1:n`, not the colon that ends a line in Python.
  private var isColonRange: Bool {
    guard readsColonRanges, isOnLine(ahead: 1) else { return false }
    switch kind(ahead: 1) {
    case .integer, .real, .leftParen, .minus: return true
    case let next: return next.isName
    }
  }

  /// `x <- e` with spaces around the arrow, as in R.
  var isArrowAssignment: Bool {
    guard kind == .less, kind(ahead: 1) == .minus, index > 0, index + 2 < tokens.count else { return false }
    let minus = tokens[index + 1]
    return token.end == minus.start && tokens[index - 1].end < token.start && minus.end < tokens[index + 2].start
  }

  // MARK: Prefix operators and powers

  private mutating func parseUnary() -> Expression {
    switch kind {
    case .minus, .bang:
      return parsePrefix(kind == .minus ? .negate : .not)
    case .identifier where token.end - token.start == 3 && isWordNot:
      note(
        Diagnostic(code: "word-operator", "`not` is not an operator", at: tokenSpan, hint: "write !"))
      return parsePrefix(.not)
    default:
      return parsePower()
    }
  }

  private var isWordNot: Bool {
    guard text() == "not", isOnLine(ahead: 1) else { return false }
    switch kind(ahead: 1) {
    case .trueKeyword, .falseKeyword, .integer, .real: return true
    case .identifier: return true
    default: return false
    }
  }

  private mutating func parsePrefix(_ operation: UnaryOperator) -> Expression {
    let first = index
    tokens[index].role = .prefix
    if operation == .negate, kind(ahead: 1) == .integer, let smallest = smallestInteger() { return smallest }
    return nested { parser in
      parser.advance()
      let operand = parser.parseUnary()
      let span = parser.span(from: first)
      guard parser.grow(parser.height) else { return Expression(.error, span) }
      return Expression(.unary(operation, operand), span)
    }
  }

  /// `-9223372036854775808`, whose digits alone are too large for an integer.
  private mutating func smallestInteger() -> Expression? {
    let digits = tokens[index + 1]
    guard digits.end - digits.start >= 19 else { return nil }
    let text = text(of: digits).filter { $0 != "_" }
    guard text == "9223372036854775808", kind(ahead: 2) != .caret, kind(ahead: 2) != .dotCaret else { return nil }
    let first = index
    advance()
    advance()
    height = 1
    return Expression(.integer(.min), span(from: first))
  }

  private mutating func parsePower() -> Expression {
    let first = index
    let base = parsePostfix()
    let operation: BinaryOperator
    switch kind {
    case .caret: operation = .power
    case .dotCaret: operation = .elementPower
    case .starStar: operation = .power
    default: return base
    }
    if atLineStart { return base }
    if kind == .starStar {
      note(
        Diagnostic(
          code: "foreign-operator", "`**` is not an operator", at: tokenSpan, hint: "powers are written x^2"))
    }
    let baseHeight = height
    let operatorSpan = tokenSpan
    return nested { parser in
      parser.advance()
      let exponent = parser.parseUnary()
      let span = parser.span(from: first)
      guard parser.grow(max(baseHeight, parser.height)) else { return Expression(.error, span) }
      return Expression(.binary(operation, base, exponent, operatorSpan: operatorSpan), span)
    }
  }
}

extension Expression {
  /// A name, index or member expression: what can stand left of `=`.
  var isAssignable: Bool {
    switch kind {
    case .name, .index, .member: true
    default: false
    }
  }
}
