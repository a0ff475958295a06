// Bindings: `let` and `var`, the patterns on their left, and assignment as other languages write it.

import BorelSource

extension Parser {
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
  mutating func noteForeignAssignment() {
    let first = index
    let isArrow = kind == .less
    advance()
    if isArrow { advance() }
    let place = span(from: first)
    note(
      Diagnostic(
        code: "foreign-assignment", "`\(isArrow ? "<-" : ":=")` is not assignment", at: place, hint: "write ="))
  }

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
