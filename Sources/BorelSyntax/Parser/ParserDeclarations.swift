// Functions, models, distributions, their parameters and types.

import BorelSource

extension Parser {
  /// `fn f(x, scale = 1.0) -> Real { ... }` or `fn f(x) = e`
  mutating func parseFunction() -> Statement {
    let first = index
    advance()
    let name = parseDeclaredName("a function name")
    let parameters = parseOptionalParameters(required: true)
    let parametersHeight = height
    var resultType: TypeAnnotation?
    if kind == .colon, kind(ahead: 1).isName, isOnLine(ahead: 1) {
      note(
        Diagnostic(
          code: "colon-result", "the type of a result does not follow `:`", at: tokenSpan,
          hint: "write fn \(name.text)(...) -> \(text(ahead: 1))"))
      resultType = parseTypeAfterColon()
    }
    if take(.thinArrow) { resultType = parseType() }
    let body = parseFunctionBody(after: "fn")
    height = max(height, parametersHeight)
    return statement(
      .function(FunctionDeclaration(name: name, parameters: parameters, resultType: resultType, body: body)),
      from: first)
  }

  /// `model m(x) { ... }`; the parameter list may be left out.
  mutating func parseModel() -> Statement {
    let first = index
    advance()
    var name = Name("", endOfPrevious)
    if kind == .leftBrace {
      note(
        Diagnostic(
          code: "unnamed-model", "a model needs a name", at: span(from: first),
          hint: "write model m(x) { ... }; data become parameters of the model"))
    } else {
      name = parseDeclaredName("a model name")
    }
    let parameters = parseOptionalParameters(required: false)
    let parametersHeight = height
    if kind == .assign {
      fail(
        Diagnostic(
          code: "model-expression", "a model has a body in braces", at: tokenSpan,
          hint: "write model \(name.text) { ... }"))
    }
    let body = parseBlock(after: "model")
    height = max(height, parametersHeight)
    return statement(
      .model(ModelDeclaration(name: name, parameters: parameters, body: body)), from: first)
  }

  /// `distribution d(mu, b) on Real where b > 0 { logpdf(x) = ... }`
  mutating func parseDistribution() -> Statement {
    let first = index
    advance()
    let name = parseDeclaredName("a distribution name")
    let parameters = parseOptionalParameters(required: true)
    var tallest = height
    let outer = bareRecordsAllowed
    bareRecordsAllowed = false
    var support = missingExpression()
    if kind == .onKeyword {
      tokens[index].startsStatement = false
      advance()
      support = parseExpression()
      tallest = max(tallest, height)
    } else {
      failExpecting(
        "`on` and the support", hint: "write distribution \(name.text)(...) on Real where ... { ... }")
    }
    var conditions: [Expression] = []
    if kind == .whereKeyword {
      tokens[index].startsStatement = false
      tokens[index].role = .clause
      advance()
      repeat {
        conditions.append(parseExpression())
        tallest = max(tallest, height)
      } while take(.comma)
    }
    bareRecordsAllowed = outer
    let methods = parseMethods()
    height = max(tallest, height)
    return statement(
      .distribution(
        DistributionDeclaration(
          name: name, parameters: parameters, support: support, conditions: conditions, methods: methods)),
      from: first)
  }

  private mutating func parseMethods() -> [DistributionDeclaration.Method] {
    guard kind == .leftBrace else {
      failExpecting("`{` and the methods of the distribution", hint: "write { logpdf(x) = ... }")
      return []
    }
    let opener = index
    tokens[index].role = .block
    advance()
    let wasPanicking = panicking
    var methods: [DistributionDeclaration.Method] = []
    var tallest = 0
    while true {
      while kind == .semicolon { advance() }
      if kind == .rightBrace || kind == .endOfFile { break }
      panicking = false
      let before = index
      tokens[index].beginsParsedStatement = true
      if kind.isName {
        let name = takeName()
        let parameters = parseOptionalParameters(required: true)
        tallest = max(tallest, height)
        let body = parseFunctionBody(after: "\(name.text)(...)")
        tallest = max(tallest, height)
        methods.append(.init(name: name, parameters: parameters, body: body))
      } else {
        failExpecting(
          "a method", hint: kind == .fnKeyword ? "write logpdf(x) = e, without fn" : "write logpdf(x) = e")
        if kind == .rightParen || kind == .rightBracket { advance() }
      }
      if !atStatementEnd {
        failExpecting("the end of the line", hint: operandHint)
        synchronize()
      }
      if index == before { advance() }
    }
    panicking = wasPanicking
    if kind == .rightBrace { advance() } else { failUnclosed(opener, .rightBrace) }
    height = tallest + 1
    return methods
  }

  // MARK: Parts

  private mutating func parseDeclaredName(_ what: String) -> Name {
    if kind.isName { return takeName() }
    let hint = kind.isKeyword ? "`\(kind.spelling)` is a keyword and cannot be a name" : nil
    failExpecting(what, hint: hint)
    let place = tokenSpan
    if kind.isKeyword { advance() }
    return Name("", place)
  }

  private mutating func parseOptionalParameters(required: Bool) -> [Parameter] {
    height = 0
    if kind == .leftParen, !atLineStart {
      tokens[index].role = .postfix
      return parseParameters()
    }
    if required { failExpecting("`(` and the parameters") }
    return []
  }

  private mutating func parseFunctionBody(after keyword: String) -> FunctionBody {
    if kind == .assign {
      advance()
      return .expression(parseExpression())
    }
    if kind == .fatArrow {
      note(
        Diagnostic(
          code: "arrow-body", "the body of a named function follows `=`", at: tokenSpan, hint: "write fn f(x) = e"))
      advance()
      if kind != .leftBrace { return .expression(parseExpression()) }
    }
    if kind != .leftBrace, kind != .colon {
      failExpecting("`{` or `=` after \(keyword)", hint: "write fn f(x) { ... } or fn f(x) = e")
      return .expression(missingExpression())
    }
    return .block(parseBlock(after: keyword))
  }

  /// `(x, n: Int, scale = 1.0)`
  mutating func parseParameters() -> [Parameter] {
    parseBracketed { parser in
      parser.parseList(opening: .leftParen, closing: .rightParen, of: "parameter") { $0.parseParameter() }
    }
  }

  private mutating func parseParameter() -> Parameter {
    height = 1
    guard kind.isName || kind == .underscore else {
      let hint =
        kind.isKeyword
        ? "`\(kind.spelling)` is a keyword and cannot be a name"
        : kind == .leftParen ? "take a tuple apart in the body: let (a, b) = t" : nil
      failExpecting("a parameter name", hint: hint)
      return Parameter(name: Name("", endOfPrevious))
    }
    let name = takeName()
    if kind.isName, !atLineStart {
      fail(
        Diagnostic(
          code: "type-before-name", "a type stands after the name", at: name.span,
          hint: "write \(text()): \(name.text)"))
      return Parameter(name: name)
    }
    let type = kind == .colon ? parseTypeAfterColon() : nil
    let defaultValue = take(.assign) ? parseExpression() : nil
    return Parameter(name: name, type: type, defaultValue: defaultValue)
  }

  mutating func parseTypeAfterColon() -> TypeAnnotation {
    advance()
    return parseType()
  }

  /// `Real`, `Int[n]`, `Real[n, k]`
  private mutating func parseType() -> TypeAnnotation {
    let first = index
    guard kind.isName else {
      failExpecting("a type", hint: "types are Bool, Int, Real, String, and arrays such as Real[n, k]")
      return TypeAnnotation(name: Name("", endOfPrevious), sizes: [], span: endOfPrevious)
    }
    let name = takeName()
    var sizes: [TypeAnnotation.Size] = []
    if kind == .leftBracket, !atLineStart {
      let opener = index
      tokens[index].role = .postfix
      sizes = parseList(opening: .leftBracket, closing: .rightBracket, of: "size") { parser in
        let span = parser.tokenSpan
        switch parser.kind {
        case .integer:
          let text = parser.text().filter { $0 != "_" }
          parser.advance()
          return .integer(Int(text) ?? .max, span)
        case .underscore:
          parser.advance()
          return .any(span)
        case _ where parser.kind.isName: return .name(parser.takeName())
        default:
          parser.failExpecting("a size", hint: "a size is a name, a number or _")
          return .any(span)
        }
      }
      if sizes.isEmpty {
        note(
          Diagnostic(
            code: "missing-size", "the sizes of the array are missing", at: tokens[opener].span(in: file),
            hint: "write Real[n], or Real[_] for any size"))
      }
      height = 1
    }
    return TypeAnnotation(name: name, sizes: sizes, span: span(from: first))
  }
}
