// What the parser builds, what it says about mistakes, and that no input is too much for it.

import BorelSource
import BorelSyntax
import Testing

@Suite struct ParserTests {
  private func tree(_ text: String) -> String {
    let (result, _) = parsed(text)
    #expect(!result.hasErrors, "\(text)\n\(errors(text))")
    return dumpTree(result.tree)
  }

  @Test(arguments: [
    ("-x^2", "(- (^ x 2))"),
    ("2^-x^2", "(^ 2 (- (^ x 2)))"),
    ("2^3^2", "(^ 2 (^ 3 2))"),
    ("2 .^ 3 .^ 2", "(.^ 2 (.^ 3 2))"),
    ("a - b - c", "(- (- a b) c)"),
    ("a / b * c % d", "(% (* (/ a b) c) d)"),
    ("a + b .* c", "(+ a (.* b c))"),
    ("a..<b + 1", "(..< a (+ b 1))"),
    ("a...b == c", "(== (... a b) c)"),
    ("a < b == c < d", "(== (< a b) (< c d))"),
    ("a == b && c || d", "(|| (&& (== a b) c) d)"),
    ("m | a || b", "(| m (|| a b))"),
    ("m | {y: 1} | {z: 2}", "(| (| m {y: 1}) {z: 2})"),
    ("x => m | y", "(lambda (x) (| m y))"),
    ("!a == b", "(== (! a) b)"),
    ("-a * b", "(* (- a) b)"),
    ("f(x)(y)[i].a", "(. (index (call (call f x) y) i) a)"),
    ("X[:, 1..<3]", "(index X : (..< 1 3))"),
    ("(x, y = 2) => x", "(lambda (x, y = 2) x)"),
    ("() => {}", "lambda()"),
    ("f(a, b: 2)", "(call f a b: 2)"),
    ("{on: 1, \"a/b\": 2, 3: 4}", "{on: 1, \"a/b\": 2, 3: 4}"),
  ]) func expressions(text: String, expected: String) {
    #expect(tree(text) == expected + "\n")
  }

  @Test func parenthesesOnlyWidenTheSpan() throws {
    let statement = try #require(parsed("((a + b))").result.tree.statements.first)
    guard case .expression(let value) = statement.kind, case .binary = value.kind else {
      Issue.record("not a sum")
      return
    }
    #expect(value.span.start == 0 && value.span.end == 9)
  }

  @Test func newlinesAndMinus() {
    #expect(tree("let y = a\n-b\n") == "let y = a\n(- b)\n")
    #expect(tree("let y = a\n+ b\n") == "let y = (+ a b)\n")
    #expect(parsed("let y = a\n  - b\n").result.diagnostics.map(\.code) == ["leading-minus"])
    #expect(tree("f\n(a)") == "f\na\n")
    #expect(tree("x ~ d\n  via s") == "choice x ~ d via s\n")
    #expect(tree("return\nx") == "return\nx\n")
  }

  /// Habits from other languages are met with what to write instead.
  @Test(arguments: [
    ("x <- 3", "foreign-assignment", "="),
    ("x := 3", "foreign-assignment", "="),
    ("let x := 3", "foreign-assignment", "="),
    ("def f(x) { x }", "foreign-keyword", "write fn"),
    ("function f(x) { x }", "foreign-keyword", "write fn"),
    ("let f = function(x) { x }", "anonymous-function", "x => e"),
    ("let f = lambda x: x", "anonymous-function", "x => e"),
    ("if a { 1 } elif b { 2 }", "foreign-keyword", "else if"),
    ("if a then { 1 }", "foreign-keyword", "if c { a }"),
    ("a and b", "word-operator", "&&"),
    ("a or b", "word-operator", "||"),
    ("let a = not b", "word-operator", "!"),
    ("x ** 2", "foreign-operator", "x^2"),
    ("A %*% B", "foreign-operator", "A * B"),
    ("a %% b", "foreign-operator", "a % b"),
    ("a %/% b", "foreign-operator", "div(a, b)"),
    ("a & b", "foreign-operator", "&&"),
    ("a === b", "foreign-operator", "=="),
    ("X'", "foreign-operator", "transpose(X)"),
    ("a × b", "non-ascii-operator", "*"),
    ("a ≤ b", "non-ascii-operator", "<="),
    ("a − b", "non-ascii-operator", "-"),
    ("target += 1", "target-increment", "factor"),
    ("if x = 3 { 1 }", "assignment-in-condition", "=="),
    ("if x > 0\n  y", "unexpected-token", "{ ... }"),
    ("if x > 0: y", "missing-brace", "indentation"),
    ("let s = 'a'", "single-quotes", "\"a\""),
    ("let s = “a”", "smart-quotes", "straight"),
    ("for i in 1:n { }", "colon-range", "a...b"),
    ("for (i in 1...n) { }", "for-parentheses", "for i in"),
    ("x[1:3]", "colon-range", "a..<b"),
    ("# comment", "hash-comment", "//"),
    ("y ~ normal(0, 1) T[0, 1]", "stan-truncation", "truncate"),
    ("data { int n; }", "stan-block", "parameters of the model"),
    ("int n;", "expected-newline", "let x = e"),
    ("a < b < c", "chained-comparison", "a < b && b < c"),
    ("f(x, scale = 2)", "equals-argument", "scale: ..."),
    ("let r = {a = 1}", "equals-field", "key: value"),
    ("let r = {a, b}", "unexpected-token", "{a: a}"),
    ("let v = c ? a : b", "expected-newline", "if c { a } else { b }"),
    ("let f = x -> x", "expected-newline", "x => e"),
    ("xs |> f", "expected-newline", "f(x)"),
    ("i++", "expected-newline", "x += 1"),
    ("let x ~ d", "let-choice", "without let"),
    ("x[i][j] ~ d", "bad-choice", "x[i, j]"),
    ("(a, b) = t", "bad-assignment", "let (a, b) = e"),
    ("f(x) = x^2", "bad-assignment", "fn f(x) = e"),
    ("a + b ~ d", "bad-choice", "observe e ~ d"),
    ("model { a ~ d }", "unnamed-model", "model m(x)"),
    ("let x = 2y", "malformed-number", "2 * y"),
    ("let x = .5", "malformed-number", "0.5"),
    ("df$x", "unknown-character", "data.x"),
    ("print \"a\"", "expected-newline", "print(x)"),
    ("x => {a: 1}", "record-body", "({a: 1})"),
    ("let f(x) = x + 1", "let-function", "fn f(x) = e"),
    ("fn f(x): Real { x }", "colon-result", "-> Real"),
    ("let a, b = t", "unexpected-token", "let (a, b) = e"),
    ("for a, b in t { }", "unexpected-token", "for (a, b) in e"),
    ("return a, b", "expected-newline", "(a, b)"),
    ("let ys = [x^2 for x in xs]", "unexpected-token", "map(xs, x => e)"),
    ("const x = 1", "foreign-keyword", "let"),
    ("1...2...3", "chained-range", "a...b"),
    ("1..2", "bad-range", "a..<b"),
  ]) func slips(text: String, code: String, hint: String) throws {
    let (result, _) = parsed(text)
    let first = try #require(result.diagnostics.first)
    #expect(first.code == code)
    #expect((first.hint ?? "").contains(hint), "\(first.hint ?? "")")
    #expect(result.diagnostics.count == 1, "\(errors(text))")
  }

  @Test func severalErrorsNoCascade() {
    let text = """
      let a = (1 +
      let b = 2 3
      f(x, , y)
      model m {
        x ~ normal(0 1)
        y ~ )
        let = 4
      }
      let good = a + b
      """
    let lines = parsed(text).result.diagnostics.compactMap { $0.primary?.span }.map { span in
      text.utf8.prefix(Int(span.start)).filter { $0 == 0x0A }.count + 1
    }
    #expect(lines == [1, 2, 3, 5, 6, 7])
  }

  @Test func unclosedBracketPointsAtTheOpener() throws {
    let text = "let a = f(x, y\nlet b = 2\n"
    let (result, sources) = parsed(text)
    #expect(
      render(result.diagnostics, in: sources) == """
        error: this `(` is never closed
          --> test.ppl:1:10
           |
         1 | let a = f(x, y
           |          ^ opened here
           |               - expected `)` here

        """)
    #expect(dumpTree(result.tree) == "let a = (call f x y)\nlet b = 2\n")
  }

  @Test func misalignedBraceIsSuspected() throws {
    let text = "model m {\n  for i in x {\n    a ~ d\n\n  return a\n}\n"
    let diagnostic = try #require(parsed(text).result.diagnostics.first)
    #expect(diagnostic.code == "unclosed-bracket")
    #expect(diagnostic.secondary.contains { $0.span.start == 23 })
  }

  @Test(arguments: [
    ("model m {", true), ("f(1,", true), ("let x = [1, 2", true), ("let x = 1 +", true), ("let x =", true),
    ("fn f(x)", true), ("x =>", true), ("if a", true), ("/* a", true), ("x ~", true), ("f(x => {\n  a\n", true),
    ("for i in x", true), ("{a:", true), ("", false), ("let x = 1", false), ("f(1))", false), ("\"abc", false),
    ("let = 1", false), ("f(1,, ", false), ("if a { 1 }", false), ("let x = 1 2 (", false), (")", false),
  ]) func incomplete(text: String, expected: Bool) {
    #expect(parsed(text).result.isIncomplete == expected, "\(text)")
    #expect(parsed(text + "\n").result.isIncomplete == expected, "\(text)")
  }

  @Test(arguments: [
    "(", "[", "{a: ", "f(", "x[", "-", "!", "if a { ", "x => ", "1 + ", "2^", "expect { ", "if a { 1 } else ",
    "x => { ",
    "a | ", "model m { ", "for i in x { ", "let (", "f(1).", "a[1]", "b(2)", ")", "}", "let x = ", "/*", "'", "\"", "“",
  ]) func deepInputs(piece: String) {
    let text = "y = " + String(repeating: piece, count: 100_000 / piece.utf8.count)
    let (result, _) = parsed(text)
    #expect(result.diagnostics.count <= 101)
    #expect(result.tree.isSame(as: parsed(text).result.tree))
  }

  @Test func nestingHasItsOwnMessage() {
    for text in [
      String(repeating: "(", count: 1000) + "1" + String(repeating: ")", count: 1000),
      (0..<2000).map { _ in "1" }.joined(separator: " + "), "f" + String(repeating: "(1)", count: 2000),
      String(repeating: "if a { 1 } else ", count: 1000) + "{ 2 }",
    ] {
      #expect(
        parsed(text).result.diagnostics.map(\.code) == ["nested-too-deeply"], "\(text.prefix(20))\n\(errors(text))")
    }
    let fine = (0..<400).map { _ in "1" }.joined(separator: " + ")
    #expect(!parsed(fine).result.hasErrors)
  }

  @Test func errorsAreLimited() {
    let (result, _) = parsed(String(repeating: "let = 1\n", count: 1000))
    #expect(result.diagnostics.count == 101)
    #expect(result.diagnostics.last?.code == "too-many-errors")
  }
}
