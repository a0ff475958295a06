// What users of Stan, R, Python and Julia type by habit at the start of a statement, and what to write instead.

import BorelSource

extension Parser {
  /// Words that begin a function definition elsewhere.
  private static let functionWords: Set<String> = ["def", "function", "func", "fun", "defn", "proc"]
  /// Words that begin a binding elsewhere.
  private static let bindingWords: [String: String] = [
    "const": "let", "val": "let", "auto": "let", "mut": "var", "local": "let",
  ]
  /// Blocks of a Stan program.
  private static let stanBlocks: [String: String] = [
    "data": "data become parameters of the model: model m(x, y) { ... }",
    "parameters": "parameters are declared where they are drawn: mu ~ normal(0, 1)",
    "functions": "functions are written fn f(x) { ... } at the top of the file",
    "transformed": "transformed data and parameters are let bindings",
    "generated": "generated quantities are let bindings and the model's return value",
  ]
  /// Words that declare a variable with its type elsewhere.
  private static let typeWords: Set<String> = [
    "int", "real", "vector", "row_vector", "matrix", "simplex", "cov_matrix", "corr_matrix",
    "cholesky_factor_corr", "cholesky_factor_cov", "ordered", "positive_ordered", "unit_vector", "array",
    "double", "float", "bool", "string", "num",
  ]
  private static let statementHints: [String: String] = [
    "print": "write print(x)",
    "elif": "write else if after the } of the if",
    "elseif": "write else if after the } of the if",
    "unless": "write if !c { ... }",
    "until": "write while !c { ... }",
    "repeat": "write while true { ... }, or for k in 0..<n { ... }",
    "loop": "write while true { ... }",
    "do": "write while c { ... }; do(m, {x: 1}) intervenes on a model",
    "switch": "write if a { ... } else if b { ... }",
    "match": "write if a { ... } else if b { ... }",
    "from": "write import \"file.ppl\"",
    "using": "write import \"file.ppl\"",
    "include": "write import \"file.ppl\"",
    "require": "write import \"file.ppl\"",
    "library": "write import \"file.ppl\"",
    "class": "use records: {a: 1, b: 2}",
    "struct": "use records: {a: 1, b: 2}",
    "type": "types are checked without being declared",
    "public": "everything in a file can be imported",
    "sample": "write x ~ d, or sample(d)",
    "try": "there are no exceptions",
    "async": "write fn f(x) { ... }",
    "factor": "write factor(logw)",
    "condition": "write observe e ~ d, or condition a model with m | {y: ys}",
  ]

  /// A statement that another language would understand; nil when it is none.
  mutating func parseForeignStatement() -> Statement? {
    let next = kind(ahead: 1)
    guard isOnLine(ahead: 1), next.isName || next == .leftBrace else { return nil }
    let word = text()
    let place = tokenSpan
    if next.isName, Parser.functionWords.contains(word), kind(ahead: 2) == .leftParen {
      note(Diagnostic(code: "foreign-keyword", "`\(word)` is not a keyword", at: place, hint: "write fn"))
      return parseFunction()
    }
    if next.isName, let replacement = Parser.bindingWords[word] {
      note(
        Diagnostic(code: "foreign-keyword", "`\(word)` is not a keyword", at: place, hint: "write \(replacement)"))
      return parseBinding()
    }
    if let hint = Parser.stanBlocks[word], next == .leftBrace || kind(ahead: 2) == .leftBrace {
      let first = index
      fail(
        Diagnostic(code: "stan-block", "a program has no `\(word)` block", at: place, hint: hint))
      advance()
      if kind != .leftBrace { advance() }
      skipOne()
      height = 1
      return Statement(.error, span(from: first))
    }
    return nil
  }

  /// Reports that a statement goes on where it should have ended.
  mutating func failEndOfStatement(first: Int) {
    let firstToken = tokens[first]
    var hint = operandHint
    if firstToken.kind == .identifier, index == first + 1 || index == first + 2 {
      let word = text(of: firstToken)
      if let known = Parser.statementHints[word] {
        hint = known
      } else if Parser.typeWords.contains(word) || Parser.functionWords.contains(word) {
        hint =
          Parser.functionWords.contains(word)
          ? "a function is written fn f(x) { ... }"
          : "variables are not declared with a type: write x ~ d, let x = e or var x = e"
      }
    }
    switch kind {
    case .assign where hint == nil: hint = "left of = stands a name, x[i] or r.a"
    case .tilde: hint = "left of ~ stands a variable: x or x[i]"
    case .comma where hint == nil: hint = "a tuple is written (a, b)"
    case .viaKeyword: hint = "via belongs to a choice: x ~ d via reparam"
    case .inKeyword: hint = "membership is tested with contains(xs, x)"
    case .rightParen, .rightBracket:
      fail(
        Diagnostic(code: "unmatched-bracket", "this `\(text())` closes nothing", at: tokenSpan, hint: "remove it"))
      return
    default: break
    }
    fail(
      Diagnostic(
        code: "expected-newline", "expected the end of the statement, found \(describe(token))", at: tokenSpan,
        hint: hint ?? "statements end at a line break or `;`"))
  }
}
