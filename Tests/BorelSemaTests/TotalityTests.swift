// Large, deep and broken programs: the analyzer always answers.

import SemaTestSupport
import Testing

@Suite struct TotalityTests {
  static let programs: [(name: String, text: String)] = [
    ("nested loops", nested("for i in 0..<2 {", "x = x + 1", "}", 200, in: "fn f() { var x = 0\n", "}")),
    ("nested conditions", nested("if x > 0 {", "x = 2", "}", 200, in: "fn f() { var x = 0\n", "}")),
    ("nested lambdas", nested("(x => ", "x", ")", 200, in: "let f = ", "")),
    ("nested slices", nested("x[", "0", "..<2]", 200, in: "let x = [1]\nprint(", ")")),
    ("nested arrays", nested("[", "1", "]", 200, in: "let x = ", "")),
    ("nested functions", nested("fn f() {", "1", "}", 200, in: "", "")),
    ("a long sum", "let x = 1" + String(repeating: " + 1", count: 5_000)),
    ("many choices", "model m(n) {\n" + (0..<3_000).map { "  x\($0) ~ normal(n, 1)\n" }.joined() + "}"),
    (
      "many branches",
      "model m(n) {\n" + (0..<3_000).map { "  if n > \($0) { x\($0) ~ normal(n, 1) }\n" }.joined() + "}"
    ),
    (
      "many loops",
      "fn f(n) {\n" + (0..<3_000).map { "  for i\($0) in 0..<n { var a = i\($0)\n a += 1 }\n" }.joined() + "}"
    ),
    ("many unknown names", (0..<3_000).map { "print(unknown\($0))\n" }.joined()),
    (
      "a chain of calls",
      (0..<3_000).map { "fn f\($0)(x) = f\($0 + 1)(x) + f\($0 + 1)(x)\n" }.joined() + "fn f3000(x) = x"
    ),
    (
      "a chain of deep calls",
      (0..<40).map { "fn f\($0)(x) = x" + String(repeating: " + 1", count: 300) + " + f\($0 + 1)(x)\n" }.joined()
        + "fn f40(x) = x"
    ),
    (
      "a chain of distributions",
      (0..<40).map {
        """
        distribution d\($0)(a, b = logpdf(d\($0 + 1)(1), 1) + logpdf(d\($0 + 1)(2), 1)) on Real where a > b {
          logpdf(x) = logpdf(d\($0 + 1)(a), x) + logpdf(d\($0 + 1)(1), x)
          sample() = a
        }

        """
      }.joined() + "distribution d40(a) on Real { logpdf(x) = -a\n sample() = a }\nlet d = d0(1)"
    ),
    ("a growing record", "fn f() {\n var r = {a: 0}\n" + (0..<2_000).map { " r.f\($0) = \($0)\n" }.joined() + " r\n}"),
  ]

  private static func nested(
    _ open: String, _ inner: String, _ close: String, _ depth: Int, in head: String, _ tail: String
  ) -> String {
    head + String(repeating: open, count: depth) + inner + String(repeating: close, count: depth) + tail
  }

  @Test(arguments: programs) func answers(name: String, text: String) {
    let result = analyze(text)
    // With the text unchanged the answer is the same.
    #expect(result.codes == analyze(text).codes)
  }
}
