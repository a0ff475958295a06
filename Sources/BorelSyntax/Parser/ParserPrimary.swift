// Primary expressions: literals, names, brackets, records, lambdas, `if` and `expect`.

import BorelSource

extension Parser {
  mutating func parsePrimary() -> Expression {
    let first = index
    height = 1
    if atLineStart, !token.beginsParsedStatement {
      failPrimary()
      return missingExpression()
    }
    switch kind {
    case .integer: return parseInteger()
    case .real: return parseReal()
    case .string:
      let value = stringValue(UnsafeBufferPointer(rebasing: bytes[Int(token.start)..<Int(token.end)]))
      advance()
      return Expression(.string(value), span(from: first))
    case .trueKeyword, .falseKeyword:
      let value = kind == .trueKeyword
      advance()
      return Expression(.bool(value), span(from: first))
    case .nullKeyword:
      advance()
      return Expression(.null, span(from: first))
    case .leftParen: return parseParenthesized()
    case .leftBracket:
      return nested { parser in
        let elements = parser.parseBracketed { parser in
          parser.parseList(opening: .leftBracket, closing: .rightBracket, of: "element") { $0.parseExpression() }
        }
        return parser.node(.array(elements), from: first)
      }
    case .leftBrace: return parseRecord()
    case .ifKeyword: return parseConditional()
    case .expectKeyword:
      advance()
      let block = parseBlock(after: "expect")
      return node(.expect(block), from: first)
    case .fnKeyword: return parseAnonymousFunction()
    case .invalid:
      panicking = true
      advance()
      return missingExpression()
    default: break
    }
    if kind.isName {
      if kind == .identifier, let mistaken = parseForeignPrimary() { return mistaken }
      let name = text()
      advance()
      return Expression(.name(name), span(from: first))
    }
    failPrimary()
    return missingExpression()
  }

  /// A node whose children's largest height is `height`.
  mutating func node(_ kind: @autoclosure () -> Expression.Kind, from first: Int) -> Expression {
    let span = span(from: first)
    return grow(height) ? Expression(kind(), span) : Expression(.error, span)
  }

  private mutating func failPrimary() {
    var hint: String?
    switch kind {
    case .starStar where index > 0: hint = "powers are written x^2"
    case .underscore: hint = "`_` has no value; it stands for what is not needed, as in let (a, _) = t"
    case .elseKeyword: hint = "`else` follows the } of an if"
    case _ where kind.isInfix: hint = index > 0 ? "`\(text())` needs a value on its left" : nil
    case _ where kind.isKeyword: hint = "`\(kind.spelling)` is a keyword and cannot be a name"
    default: break
    }
    failExpecting("an expression", hint: hint)
  }

  // MARK: Numbers

  private mutating func parseInteger() -> Expression {
    let first = index
    var value = 0
    var overflows = false
    for offset in Int(token.start)..<Int(token.end) {
      let c = bytes[offset]
      if c == UInt8(ascii: "_") { continue }
      let (product, productOverflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflows) = product.addingReportingOverflow(Int(c &- 0x30))
      overflows = overflows || productOverflows || sumOverflows
      value = sum
    }
    if overflows {
      note(
        Diagnostic(
          code: "integer-overflow", "this integer is too large", at: tokenSpan,
          hint: "the largest is 9223372036854775807; a Real is written with a point, as in 1.0e30"))
      value = .max
    }
    advance()
    return Expression(.integer(value), span(from: first))
  }

  private mutating func parseReal() -> Expression {
    let first = index
    var digits = text()
    if digits.utf8.contains(UInt8(ascii: "_")) { digits.removeAll { $0 == "_" } }
    if digits.utf8.last == UInt8(ascii: ".") { digits.removeLast() }
    let value = Double(digits) ?? .nan
    if !value.isFinite {
      note(
        Diagnostic(
          code: "real-overflow", "this number is too large", at: tokenSpan,
          hint: "the largest Real is 1.797e308; infinity is written infinity()"))
    }
    advance()
    return Expression(.real(value), span(from: first))
  }

  // MARK: Parentheses and lambdas

  /// `(e)` or `(a, b)`; the parentheses of `(x) => e` have been seen by `parseLambda`.
  private mutating func parseParenthesized() -> Expression {
    let first = index
    return nested { parser in
      if let lambda = parser.parseLambda() {
        parser.note(
          Diagnostic(
            code: "lambda-operand", "a lambda beside an operator needs parentheses", at: lambda.span,
            hint: "write ((x) => e)"))
        return lambda
      }
      let elements = parser.parseBracketed { parser in
        parser.parseList(opening: .leftParen, closing: .rightParen, of: "expression") { $0.parseExpression() }
      }
      let span = parser.span(from: first)
      switch elements.count {
      case 0:
        parser.fail(
          Diagnostic(
            code: "empty-parentheses", "expected an expression between the parentheses", at: span,
            hint: "a function without parameters is written () => e; nothing is null"))
        parser.height = 1
        return Expression(.error, span)
      case 1:
        if parser.tokens[parser.index - 1].kind == .rightParen, parser.index >= 2,
          parser.tokens[parser.index - 2].kind == .comma
        {
          parser.note(
            Diagnostic(code: "one-tuple", "a tuple has at least two elements", at: span, hint: "remove the comma"))
        }
        return Expression(elements[0].kind, span)
      default:
        return parser.node(.tuple(elements), from: first)
      }
    }
  }

  /// `x => e`, `(x, y) => e`, `x => { ... }`; nil when no lambda begins here.
  mutating func parseLambda() -> Expression? {
    let first = index
    var parameters: [Parameter]
    if kind.isName, kind(ahead: 1) == .fatArrow {
      parameters = [Parameter(name: takeName())]
      height = 1
    } else if kind == .underscore, kind(ahead: 1) == .fatArrow {
      parameters = [Parameter(name: takeName())]
      height = 1
    } else if kind == .leftParen, token.partner > index, Int(token.partner) + 1 < tokens.count,
      tokens[Int(token.partner) + 1].kind == .fatArrow
    {
      parameters = parseParameters()
      // A mistake in the list leaves the place before its end.
      while kind != .fatArrow, kind != .endOfFile { skipOne() }
    } else {
      return nil
    }
    let parametersHeight = height
    advance()
    let body = parseArrowBody()
    height = max(height, parametersHeight)
    return node(.lambda(parameters, body), from: first)
  }

  private mutating func parseArrowBody() -> FunctionBody {
    guard kind == .leftBrace else { return .expression(parseExpression()) }
    if noteRecordBody() { return .expression(parseBracketed { $0.parseExpression() }) }
    return .block(parseBlock(after: "=>"))
  }

  /// `x => {a: 1}` reads as a block; true when it was meant as a record.
  private mutating func noteRecordBody() -> Bool {
    let key = kind(ahead: 1)
    guard key.isName || key == .string, kind(ahead: 2) == .colon else { return false }
    note(
      Diagnostic(
        code: "record-body", "`{` after `=>` begins a block", at: tokenSpan,
        hint: "put the record in parentheses: x => ({a: 1})"))
    return true
  }

  /// `fn(x) { ... }` without a name, and the like.
  private mutating func parseAnonymousFunction() -> Expression {
    let first = index
    guard kind(ahead: 1) == .leftParen else {
      failPrimary()
      return missingExpression()
    }
    note(
      Diagnostic(
        code: "anonymous-function", "a function without name is not written with `\(text())`", at: tokenSpan,
        hint: "write x => e, (x, y) => e, or x => { ... }"))
    advance()
    let parameters = parseParameters()
    let parametersHeight = height
    _ = take(.fatArrow) || take(.assign)
    let body = parseArrowBody()
    height = max(height, parametersHeight)
    return node(.lambda(parameters, body), from: first)
  }

  /// `lambda x: e` and `function(x) e`.
  private mutating func parseForeignPrimary() -> Expression? {
    let length = token.end - token.start
    if length == 8, bareRecordsAllowed, kind(ahead: 1) == .leftParen, text() == "function", token.partner < 0,
      let after = closing(of: index + 1), isOperandStart(after)
    {
      return parseAnonymousFunction()
    }
    guard length == 6, text() == "lambda", isOnLine(ahead: 1), kind(ahead: 1).isName || kind(ahead: 1) == .colon
    else { return nil }
    let place = tokenSpan
    fail(
      Diagnostic(
        code: "anonymous-function", "a function without name is not written with `lambda`", at: place,
        hint: "write x => e, or (x, y) => e"))
    return skippedExpression()
  }

  /// The index after the bracket that matches an opening one.
  func closing(of opener: Int) -> Int? {
    let partner = Int(tokens[opener].partner)
    return partner > opener && partner + 1 < tokens.count ? partner + 1 : nil
  }

  /// A token on the same line that begins an operand, so that the parentheses before it are no call.
  private func isOperandStart(_ index: Int) -> Bool {
    let token = tokens[index]
    guard !token.onNewLine else { return false }
    switch token.kind {
    case .leftBrace, .integer, .real, .string: return true
    default: return token.kind.isName
    }
  }

  // MARK: Records

  /// `{a: 1, "leaf/x": 2, 3: 1.5}`
  private mutating func parseRecord() -> Expression {
    let first = index
    guard bareRecordsAllowed else {
      fail(
        Diagnostic(
          code: "record-in-head", "`{` begins the body here", at: tokenSpan,
          label: "expected an expression before it", hint: "a record in a condition goes in parentheses: ({a: 1})"))
      return missingExpression()
    }
    tokens[index].role = .record
    guard looksLikeRecord else {
      failBlock()
      return skippedGroup()
    }
    return nested { parser in
      let fields: [RecordField] = parser.parseBracketed { parser in
        parser.parseList(opening: .leftBrace, closing: .rightBrace, of: "field") { $0.parseField() }
      }
      return parser.node(.record(fields), from: first)
    }
  }

  /// A brace followed by `}`, by a key and `:`, or by something that can only be a mistaken key.
  private var looksLikeRecord: Bool {
    switch kind(ahead: 1) {
    case .rightBrace: return true
    case .string, .integer, .real, .comma: return kind(ahead: 2) == .colon || kind(ahead: 2) == .comma
    case .endOfFile: return true
    case let key where key.isName || key.isKeyword:
      switch kind(ahead: 2) {
      case .colon: return true
      case .assign, .comma, .rightBrace: return true
      default: return false
      }
    default: return false
    }
  }

  private mutating func failBlock() {
    fail(
      Diagnostic(
        code: "block-as-expression", "expected a record after `{`", at: tokenSpan,
        hint: "a record is {a: 1, b: 2}; a block only follows if, else, for, while, fn, model, expect or =>"))
  }

  /// Skips the bracketed group that begins here.
  private mutating func skippedGroup() -> Expression {
    let first = index
    skipOne()
    height = 1
    return Expression(.error, span(from: first))
  }

  private mutating func parseField() -> RecordField {
    let keySpan = tokenSpan
    var key = RecordField.Key.name("")
    switch kind {
    case .string:
      key = .string(stringValue(UnsafeBufferPointer(rebasing: bytes[Int(token.start)..<Int(token.end)])))
      advance()
    case .integer:
      if case .integer(let value) = parseInteger().kind { key = .integer(value) }
    case _ where kind.isName:
      key = .name(text())
      advance()
    case _ where kind.isKeyword:
      note(
        Diagnostic(
          code: "keyword-as-name", "`\(kind.spelling)` is a keyword", at: keySpan,
          hint: "write \"\(kind.spelling)\": ..."))
      key = .name(text())
      advance()
    default:
      failExpecting("a key", hint: "keys are names, strings or integers")
      return RecordField(key: key, keySpan: keySpan, value: missingExpression())
    }
    if kind == .assign {
      note(
        Diagnostic(code: "equals-field", "a field is written with `:`", at: tokenSpan, hint: "write key: value"))
    } else if kind != .colon {
      var hint: String?
      if case .name(let name) = key, kind == .comma || kind == .rightBrace { hint = "write {\(name): \(name)}" }
      failExpecting("`:` after the key", hint: hint)
      return RecordField(key: key, keySpan: keySpan, value: missingExpression())
    }
    advance()
    return RecordField(key: key, keySpan: keySpan, value: parseExpression())
  }

  // MARK: if

  private static let foreignElseIf: Set<String> = ["elif", "elseif", "elsif"]

  /// `if c { a } else if d { b } else { c }`
  private mutating func parseConditional() -> Expression {
    let first = index
    return nested { parser in
      parser.advance()
      let condition = parser.parseCondition()
      var tallest = parser.height
      if parser.kind == .identifier, parser.text() == "then" {
        parser.note(
          Diagnostic(
            code: "foreign-keyword", "`then` is not needed", at: parser.tokenSpan,
            hint: "write if c { a } else { b }"))
        parser.advance()
      }
      let thenBlock = parser.parseBlock(after: "if")
      tallest = max(tallest, parser.height)
      var elseBlock: Block?
      if parser.kind == .elseKeyword {
        parser.advance()
        elseBlock = parser.kind == .ifKeyword ? parser.parseElseIf() : parser.parseBlock(after: "else")
      } else if parser.kind == .identifier, Parser.foreignElseIf.contains(parser.text()) {
        parser.note(
          Diagnostic(
            code: "foreign-keyword", "`\(parser.text())` is not a keyword", at: parser.tokenSpan,
            hint: "write else if"))
        elseBlock = parser.parseElseIf()
      }
      if elseBlock != nil { tallest = max(tallest, parser.height) }
      parser.height = tallest
      return parser.node(.conditional(condition, thenBlock, else: elseBlock), from: first)
    }
  }

  private mutating func parseElseIf() -> Block {
    let inner = parseConditional()
    // The statement and the block that hold the inner `if`.
    height += 2
    return Block(statements: [Statement(.expression(inner), inner.span)], span: inner.span)
  }
}
