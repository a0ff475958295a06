// Statements and blocks.

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

  /// `let p: T = e`
  mutating func parseBinding() -> Statement {
    let first = index
    let isMutable = kind == .varKeyword
    let keyword = text()
    advance()
    let pattern = parsePattern(after: keyword)
    if isMutable, case .name(let name) = pattern, name.text == "target" { declaresTarget = true }
    let type = kind == .colon ? parseTypeAfterColon() : nil
    if kind == .tilde, case .name(let name) = pattern {
      note(
        Diagnostic(
          code: "let-choice", "`~` binds its variable itself", at: span(from: first),
          hint: "write \(name.text) ~ ... without \(keyword)"))
      return parseChoice(ChoiceTarget(name: name, indices: [], span: name.span), from: first)
    }
    if kind == .leftParen, !atLineStart, case .name(let name) = pattern, let equals = closing(of: index),
      tokens[equals].kind == .assign
    {
      return parseLetFunction(name, keyword: keyword, from: first)
    }
    var hint = "\(keyword) gives a name a value: \(keyword) x = e"
    if kind == .comma { hint = "a tuple is taken apart with \(keyword) (a, b) = e" }
    if kind == .colonAssign || kind == .less && kind(ahead: 1) == .minus && token.end == tokens[index + 1].start {
      noteForeignAssignment()
    } else if kind == .equalEqual {
      note(
        Diagnostic(
          code: "foreign-operator", "`==` compares; it does not give a value", at: tokenSpan, hint: "write ="))
      advance()
    } else if !take(.assign) {
      failExpecting("`=`", hint: hint)
      let value = missingExpression()
      return statement(
        .binding(Binding(isMutable: isMutable, pattern: pattern, type: type, value: value)), from: first)
    }
    let value = parseExpression()
    return statement(
      .binding(Binding(isMutable: isMutable, pattern: pattern, type: type, value: value)), from: first)
  }

  /// `let f(x) = e`, as in ML: reported, then read as a function.
  private mutating func parseLetFunction(_ name: Name, keyword: String, from first: Int) -> Statement {
    note(
      Diagnostic(
        code: "let-function", "`\(keyword)` does not define functions", at: tokens[first].span(in: file),
        hint: "write fn \(name.text)(x) = e"))
    let parameters = parseParameters()
    let parametersHeight = height
    advance()
    let value = parseExpression()
    height = max(height, parametersHeight)
    return statement(
      .function(FunctionDeclaration(name: name, parameters: parameters, body: .expression(value))), from: first)
  }

  /// Consumes `:=` or `<-` and says to write `=`.
  private mutating func noteForeignAssignment() {
    let first = index
    let isArrow = kind == .less
    advance()
    if isArrow { advance() }
    let place = span(from: first)
    note(
      Diagnostic(
        code: "foreign-assignment", "`\(isArrow ? "<-" : ":=")` is not assignment", at: place, hint: "write ="))
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

  // MARK: Choices

  /// The left side of `~` as a choice target; anything else is reported.
  private mutating func choiceTarget(_ left: Expression) -> ChoiceTarget {
    switch left.kind {
    case .name(let text): return ChoiceTarget(name: Name(text, left.span), indices: [], span: left.span)
    case .index(let base, let subscripts):
      if case .name(let text) = base.kind {
        var indices: [Expression] = []
        for item in subscripts {
          switch item {
          case .expression(let index): indices.append(index)
          case .all(let span):
            fail(
              Diagnostic(
                code: "bad-choice", "`:` cannot stand left of `~`", at: span,
                hint: "a whole array is drawn with x ~ iid(d, n)"))
          }
        }
        return ChoiceTarget(name: Name(text, base.span), indices: indices, span: left.span)
      }
      if case .index(let inner, let outer) = base.kind, case .name(let text) = inner.kind {
        fail(
          Diagnostic(
            code: "bad-choice", "left of `~` all indices stand in one pair of brackets", at: left.span,
            hint: "write \(text)[i, j] ~ d"))
        let indices = (outer + subscripts).compactMap { item -> Expression? in
          if case .expression(let index) = item { index } else { nil }
        }
        return ChoiceTarget(name: Name(text, inner.span), indices: indices, span: left.span)
      }
    default: break
    }
    if !left.isError {
      var hint = "to condition on a value write observe e ~ d"
      if case .tuple = left.kind { hint = "draw one variable, then take it apart: t ~ d, let (a, b) = t" }
      fail(
        Diagnostic(
          code: "bad-choice", "left of `~` stands a variable: x or x[i]", at: left.span, hint: hint))
    }
    return ChoiceTarget(name: Name("", left.span), indices: [], span: left.span)
  }

  /// `~ d via strategy`, the target having been read.
  private mutating func parseChoice(_ target: ChoiceTarget, from first: Int) -> Statement {
    let targetHeight = height
    let wasPanicking = panicking
    advance()
    let distribution = parseExpression()
    var tallest = max(targetHeight, height)
    noteTruncation()
    var strategy: Expression?
    if kind == .viaKeyword, !atLineStart || kind(ahead: 1).isName && isOnLine(ahead: 1) {
      tokens[index].startsStatement = false
      advance()
      if kind.isName, !atLineStart {
        strategy = parsePostfix()
      } else {
        failExpecting("a strategy after `via`", hint: "such as reparam, reinforce, enumerate or mvd")
        strategy = missingExpression()
      }
      tallest = max(tallest, height)
    }
    height = tallest
    if wasPanicking, target.name.text.isEmpty { return statement(.error, from: first) }
    return statement(.choice(target, distribution, strategy: strategy), from: first)
  }

  /// `T[L, U]` after a distribution, as in Stan.
  private mutating func noteTruncation() {
    guard kind == .identifier, !atLineStart, token.end - token.start == 1, text() == "T",
      kind(ahead: 1) == .leftBracket
    else { return }
    note(
      Diagnostic(
        code: "stan-truncation", "truncation is not written `T[...]`", at: tokenSpan,
        hint: "write truncate(d, lower, upper)"))
    advance()
    skipOne()
  }

  // MARK: Patterns

  /// A name, `_`, or `(p, q)`.
  mutating func parsePattern(after keyword: String) -> Pattern {
    let first = index
    if kind.isName { return .name(takeName()) }
    if kind == .underscore {
      advance()
      return .wildcard(span(from: first))
    }
    if kind == .leftParen, depth < Parser.maximumDepth {
      depth += 1
      defer { depth -= 1 }
      let parts = parseList(opening: .leftParen, closing: .rightParen, of: "name") {
        $0.parsePattern(after: keyword)
      }
      height += 1
      let span = span(from: first)
      if parts.count < 2 {
        note(
          Diagnostic(
            code: "one-tuple", "a tuple has at least two elements", at: span, hint: "remove the parentheses"))
        return parts.first ?? .wildcard(span)
      }
      return .tuple(parts, span)
    }
    let hint = kind.isKeyword ? "`\(kind.spelling)` is a keyword and cannot be a name" : nil
    failExpecting("a name after `\(keyword)`", hint: hint)
    return .wildcard(endOfPrevious)
  }
}

extension Expression {
  var isError: Bool {
    if case .error = kind { true } else { false }
  }
}
