// Lists between brackets, and what to say where an element or a comma is missing.

import BorelSource

extension Parser {
  /// A list between brackets, elements separated by commas, one more comma allowed at its end.
  ///
  /// Sets `height` to the largest height of the elements.
  mutating func parseList<Element>(
    opening: TokenKind, closing: TokenKind, of what: String, element: (inout Parser) -> Element
  ) -> [Element] {
    let opener = index
    advance()
    var elements: [Element] = []
    var tallest = 0
    while kind != closing {
      if kind == .endOfFile {
        failUnclosed(opener, closing)
        break
      }
      if kind == .comma {
        fail(
          Diagnostic(
            code: "missing-element", "expected \(article(what)) before `,`", at: tokenSpan))
        panicking = false
        advance()
        continue
      }
      height = 0
      elements.append(element(&self))
      tallest = max(tallest, height)
      if take(.comma) { continue }
      if kind == closing { break }
      if !recoverInList(opener: opener, closing: closing) {
        height = tallest
        return elements
      }
    }
    advance()
    height = tallest
    return elements
  }

  private func article(_ noun: String) -> String {
    noun.first.map { "aeiou".contains($0) } == true ? "an \(noun)" : "a \(noun)"
  }

  /// After an element neither `,` nor the closing bracket follows: reports it and finds the next element.
  ///
  /// Returns false when the list cannot be continued; then nothing more belongs to it.
  private mutating func recoverInList(opener: Int, closing: TokenKind) -> Bool {
    let partner = Int(tokens[opener].partner)
    if partner < index {
      failUnclosed(opener, closing)
      return false
    }
    if kind == .semicolon {
      fail(
        Diagnostic(
          code: "unexpected-token", "expected `,` or `\(closing.spelling)`, found `;`", at: tokenSpan,
          hint: "elements are separated by commas"))
    } else {
      failExpecting("`,` or `\(closing.spelling)`", hint: operandHint)
    }
    while index < partner, kind != .comma { skipOne() }
    if index >= tokens.count - 1 { return false }
    panicking = false
    _ = take(.comma)
    return true
  }

  /// A hint for an operand that follows another without an operator.
  var operandHint: String? {
    guard index > 0 else { return nil }
    switch kind {
    case .assign: return "`=` assigns; comparison is ==, and a named argument is written name: e"
    case .question: return "a choice between values is written if c { a } else { b }"
    case .pipe: return "write f(x)"
    case .fatArrow: return "parameters of a lambda are names: x => e, (x, y) => e"
    case .thinArrow: return "a function without name is written x => e"
    case .forKeyword: return "there are no comprehensions; write map(xs, x => e)"
    case .plusPlus: return "write x += 1"
    case .colon: return "named arguments and record keys are names; a slice is a..<b"
    case .integer, .real, .string, .trueKeyword, .falseKeyword, .nullKeyword, .leftBracket:
      return tokens[index - 1].kind.isName ? "arguments go in parentheses: \(text(of: tokens[index - 1]))(...)" : nil
    default: return nil
    }
  }
}
