// Random choices: what may stand left and right of `~`.

import BorelSource

extension Parser {
  /// The left side of `~` as a choice target; anything else is reported.
  mutating func choiceTarget(_ left: Expression) -> ChoiceTarget {
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
  mutating func parseChoice(_ target: ChoiceTarget, from first: Int) -> Statement {
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
  mutating func noteTruncation() {
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
}
