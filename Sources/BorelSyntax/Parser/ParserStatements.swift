// Statements and blocks; what each kind of statement looks like inside stands in files of its own.

import BorelSource

extension Parser {
  mutating func parseFile() -> SyntaxTree {
    SyntaxTree(statements: parseStatements(inBlock: false))
  }

  /// `{ ... }`; without the brace, reports it missing and returns an empty block.
  mutating func parseBlock(after keyword: String) -> Block {
    guard kind == .leftBrace else {
      failMissingBrace(after: keyword)
      height = 1
      return Block(statements: [], span: endOfPrevious)
    }
    guard depth < Parser.maximumDepth else {
      failTooDeep()
      let first = index
      skipOne()
      height = 1
      return Block(statements: [], span: span(from: first))
    }
    depth += 1
    let outer = (bareRecordsAllowed, readsColonRanges, atStatementLevel)
    (bareRecordsAllowed, readsColonRanges) = (true, true)
    defer {
      depth -= 1
      (bareRecordsAllowed, readsColonRanges, atStatementLevel) = outer
    }
    let first = index
    tokens[index].role = .block
    advance()
    let wasPanicking = panicking
    let statements = parseStatements(inBlock: true)
    panicking = wasPanicking
    if kind == .rightBrace { advance() } else { failUnclosed(first, .rightBrace) }
    height += 1
    return Block(statements: statements, span: span(from: first))
  }

  private mutating func failMissingBrace(after keyword: String) {
    if kind == .colon {
      fail(
        Diagnostic(
          code: "missing-brace", "expected `{` after \(keyword), found `:`", at: tokenSpan,
          hint: "a body is written { ... }, not by indentation"))
    } else {
      failExpecting("`{` after \(keyword)", hint: "the body is written { ... }")
    }
  }

  /// Statements up to `}` or the end; sets `height` to the largest of their heights.
  private mutating func parseStatements(inBlock: Bool) -> [Statement] {
    var statements: [Statement] = []
    var tallest = 0
    while true {
      while kind == .semicolon { advance() }
      if kind == .endOfFile { break }
      if kind == .rightBrace {
        if inBlock { break }
        failUnmatched()
        while kind == .rightBrace { advance() }
        continue
      }
      let before = index
      panicking = false
      if !inBlock { reportedTooDeep = false }
      tokens[index].beginsParsedStatement = true
      height = 1
      statements.append(parseStatement())
      tallest = max(tallest, height)
      if index == before, !atStatementEnd || kind == .rightParen || kind == .rightBracket {
        panicking = true
        advance()
      }
      if !atStatementEnd {
        failEndOfStatement(first: before)
        synchronize()
      }
      if index == before, kind != .rightBrace { advance() }
    }
    height = tallest
    return statements
  }

  private mutating func failUnmatched() {
    panicking = false
    fail(
      Diagnostic(code: "unmatched-bracket", "this `\(text())` closes nothing", at: tokenSpan, hint: "remove it"))
  }

  // MARK: One statement

  private mutating func parseStatement() -> Statement {
    let first = index
    switch kind {
    case .letKeyword, .varKeyword: return parseBinding()
    case .fnKeyword where kind(ahead: 1) != .leftParen: return parseFunction()
    case .modelKeyword where startsDeclaration: return parseModel()
    case .modelKeyword where kind(ahead: 1) == .leftBrace && isOnLine(ahead: 1): return parseModel()
    case .distributionKeyword where startsDeclaration: return parseDistribution()
    case .forKeyword: return parseFor()
    case .whileKeyword:
      advance()
      let condition = parseCondition()
      let conditionHeight = height
      let body = parseBlock(after: "while")
      height = max(height, conditionHeight)
      return statement(.whileLoop(condition, body), from: first)
    case .breakKeyword:
      advance()
      return statement(.breakLoop, from: first)
    case .continueKeyword:
      advance()
      return statement(.continueLoop, from: first)
    case .returnKeyword:
      advance()
      let value = atStatementEnd ? nil : parseExpression()
      return statement(.returnValue(value), from: first)
    case .importKeyword: return parseImport()
    case .observeKeyword: return parseObserve()
    case .rightParen, .rightBracket:
      failUnmatched()
      return Statement(.error, tokenSpan)
    case .elseKeyword:
      fail(
        Diagnostic(
          code: "else-without-if", "`else` without an `if` before it", at: tokenSpan,
          hint: "else follows the } of an if"))
      return Statement(.error, tokenSpan)
    case .identifier:
      if let foreign = parseForeignStatement() { return foreign }
    default: break
    }
    return parseSimpleStatement()
  }

  /// `model`/`distribution` and a name on the same line.
  private var startsDeclaration: Bool { kind(ahead: 1).isName && isOnLine(ahead: 1) }

  /// A statement whose children's largest height is `height`.
  mutating func statement(_ kind: @autoclosure () -> Statement.Kind, from first: Int) -> Statement {
    let span = span(from: first)
    return grow(height) ? Statement(kind(), span) : Statement(.error, span)
  }

  private mutating func parseFor() -> Statement {
    let first = index
    advance()
    let inParentheses = kind == .leftParen && kind(ahead: 1).isName && kind(ahead: 2) == .inKeyword
    if inParentheses {
      note(
        Diagnostic(
          code: "for-parentheses", "the head of `for` has no parentheses", at: tokenSpan,
          hint: "write for i in a..<b { ... }"))
      advance()
    }
    let pattern = parsePattern(after: "for")
    if kind == .inKeyword {
      advance()
    } else {
      failExpecting(
        "`in`",
        hint: kind == .comma ? "a pair is written for (a, b) in e { ... }" : "a loop is written for i in a..<b { ... }")
    }
    let sequence = parseCondition(ofLoop: true)
    let sequenceHeight = height
    if inParentheses { _ = take(.rightParen) }
    let body = parseBlock(after: "for")
    height = max(height, sequenceHeight)
    return statement(.forLoop(pattern, sequence, body), from: first)
  }

  private mutating func parseImport() -> Statement {
    let first = index
    advance()
    guard kind == .string else {
      failExpecting("a file name", hint: "write import \"file.ppl\"")
      return Statement(.error, span(from: first))
    }
    let pathSpan = tokenSpan
    let path = stringValue(UnsafeBufferPointer(rebasing: bytes[Int(token.start)..<Int(token.end)]))
    advance()
    return statement(.importFile(path, pathSpan: pathSpan), from: first)
  }

  private mutating func parseObserve() -> Statement {
    let first = index
    advance()
    let value = parseExpression()
    let valueHeight = height
    if !take(.tilde) {
      failExpecting("`~`", hint: "write observe e ~ d")
      return Statement(.error, span(from: first))
    }
    let distribution = parseExpression()
    noteTruncation()
    height = max(height, valueHeight)
    return statement(.observe(value, distribution), from: first)
  }

  /// An expression, an assignment, or a choice `x ~ d`.
  private mutating func parseSimpleStatement() -> Statement {
    let first = index
    warnLeadingMinus()
    let left = nested { parser in
      if let lambda = parser.parseLambda() { return lambda }
      parser.atStatementLevel = true
      defer { parser.atStatementLevel = false }
      return parser.parseOperatorsOfStatement()
    }
    let leftHeight = height
    if atStatementEnd { return statement(.expression(left), from: first) }
    switch kind {
    case .tilde: return parseChoice(choiceTarget(left), from: first)
    case .assign, .plusAssign, .minusAssign, .starAssign, .slashAssign, .colonAssign: break
    case .less where isArrowAssignment: break
    default: return statement(.expression(left), from: first)
    }
    if !left.isAssignable, !left.isError { failTarget(left) }
    if kind == .plusAssign, !declaresTarget, case .name("target") = left.kind {
      note(
        Diagnostic(
          code: "target-increment", "there is no `target` to add to", at: span(from: first),
          hint: "write factor(logw), or y ~ normal(mu, sigma)"))
    }
    var operation = AssignmentOperator.assign
    if kind == .colonAssign || kind == .less {
      noteForeignAssignment()
    } else {
      operation = AssignmentOperator(rawValue: kind.spelling) ?? .assign
      advance()
    }
    let value = parseExpression()
    height = max(height, leftHeight)
    return statement(.assignment(target: left, operation, value), from: first)
  }

  private mutating func failTarget(_ left: Expression) {
    var hint = "left of = stands a name, x[i] or r.a"
    if case .tuple = left.kind { hint = "a tuple is taken apart with let (a, b) = e" }
    if case .binary = left.kind { hint = "comparison is written ==" }
    if case .call(let callee, _) = left.kind, case .name(let name) = callee.kind {
      hint = "a function is defined with fn \(name)(x) = e"
    }
    fail(Diagnostic(code: "bad-assignment", "this cannot be assigned to", at: left.span, hint: hint))
  }

  /// A line `- x` begins a statement, though it looks like the rest of the line before.
  private mutating func warnLeadingMinus() {
    guard kind == .minus, token.onNewLine, index > 0, index + 1 < tokens.count else { return }
    switch tokens[index - 1].kind {
    case .semicolon, .leftBrace, .rightBrace: return
    default: break
    }
    guard tokens[index + 1].start > token.end else { return }
    note(
      Diagnostic(
        .warning, code: "leading-minus", "a line that begins with `-` is a statement of its own", at: tokenSpan,
        hint: "to continue the line before, end it with `-`"))
  }
}

extension Expression {
  var isError: Bool {
    if case .error = kind { true } else { false }
  }
}
