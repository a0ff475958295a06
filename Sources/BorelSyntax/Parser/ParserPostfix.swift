// What follows a value: calls, indices and members.

import BorelSource

extension Parser {
  mutating func parsePostfix() -> Expression {
    let first = index
    var value = parsePrimary()
    var valueHeight = height
    while !atLineStart {
      switch kind {
      case .leftParen:
        tokens[index].role = .postfix
        let arguments = parseArguments()
        let span = span(from: first)
        value = grow(max(valueHeight, height)) ? Expression(.call(value, arguments), span) : Expression(.error, span)
      case .leftBracket:
        tokens[index].role = .postfix
        let subscripts = parseSubscripts()
        let span = span(from: first)
        value = grow(max(valueHeight, height)) ? Expression(.index(value, subscripts), span) : Expression(.error, span)
      case .dot:
        advance()
        guard kind.isName, !atLineStart else {
          failMemberName()
          height = valueHeight
          return Expression(.error, span(from: first))
        }
        let name = takeName()
        let span = span(from: first)
        value = grow(valueHeight) ? Expression(.member(value, name), span) : Expression(.error, span)
      default:
        height = valueHeight
        return value
      }
      valueHeight = height
    }
    height = valueHeight
    return value
  }

  private mutating func failMemberName() {
    switch kind {
    case .integer, .real:
      failExpecting("a name after `.`", hint: "elements of a tuple are taken apart with let (a, b) = t")
    case _ where kind.isKeyword:
      failExpecting(
        "a name after `.`", hint: "`\(kind.spelling)` is a keyword; write [\"\(kind.spelling)\"] instead")
    default: failExpecting("a name after `.`")
    }
  }

  mutating func takeName() -> Name {
    let name = Name(text(), tokenSpan)
    advance()
    return name
  }

  /// `(a, label: b)`
  private mutating func parseArguments() -> [Argument] {
    parseBracketed { parser in
      parser.parseList(opening: .leftParen, closing: .rightParen, of: "argument") { parser in
        var label: Name?
        if parser.kind.isName || parser.kind.isKeyword {
          if parser.kind(ahead: 1) == .colon {
            if !parser.kind.isName {
              parser.note(
                Diagnostic(
                  code: "keyword-as-name", "`\(parser.kind.spelling)` is a keyword", at: parser.tokenSpan,
                  hint: "choose another name"))
            }
            label = parser.takeName()
            parser.advance()
          } else if parser.kind(ahead: 1) == .assign {
            let name = parser.text()
            label = parser.takeName()
            parser.note(
              Diagnostic(
                code: "equals-argument", "named arguments are written with `:`", at: parser.tokenSpan,
                hint: "write \(name): ..."))
            parser.advance()
          }
        }
        return Argument(label: label, value: parser.parseExpression())
      }
    }
  }

  /// `[i, :, 1..<5]`
  private mutating func parseSubscripts() -> [Subscript] {
    let opener = tokenSpan
    let subscripts: [Subscript] = parseBracketed { parser in
      parser.parseList(opening: .leftBracket, closing: .rightBracket, of: "index") { parser in
        if parser.kind == .colon {
          let span = parser.tokenSpan
          parser.advance()
          parser.height = 1
          if parser.kind != .comma, parser.kind != .rightBracket {
            parser.fail(
              Diagnostic(
                code: "colon-range", "a slice is not written with `:`", at: span,
                hint: "write 0..<n for the first n, or : alone for all"))
          }
          return .all(span)
        }
        return .expression(parser.parseExpression())
      }
    }
    if subscripts.isEmpty {
      note(
        Diagnostic(
          code: "empty-index", "an index is missing", at: opener.union(endOfPrevious),
          hint: "write x[i], or x[:] for all"))
    }
    return subscripts
  }
}
