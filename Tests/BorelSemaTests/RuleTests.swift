// Which diagnostics a program gets, by code; the wording is in Tests/Golden/bad.

import BorelSema
import SemaTestSupport
import Testing

@Suite struct RuleTests {
  static let wrong: [(text: String, codes: [String])] = [
    ("print(x)", ["unknown-name"]),
    ("print(x, x)\nprint(x)", ["unknown-name"]),
    ("let x = 1\nlet x = 2", ["duplicate-definition"]),
    ("fn f(x, x) = x", ["duplicate-parameter"]),
    ("fn f(x) { x = 1 }", ["assign-to-constant"]),
    ("fn f() { var n = 0\n let g = () => { n = 1 } }", ["assign-to-captured"]),
    ("var n = 0\nfn f() { n = 1 }", ["assign-to-global"]),
    ("fn f(x) = x\nprint(f())", ["missing-argument"]),
    ("fn f(x) = x\nprint(f(1, 2))", ["wrong-arity"]),
    ("fn f(x) = x\nprint(f(y: 2))", ["unknown-label"]),
    ("fn f(x, y) = x\nprint(f(1, x: 2))", ["argument-given-twice"]),
    ("fn f(x, y) = x\nprint(f(x: 1, 2))", ["positional-after-named"]),
    ("fn f() { x ~ normal(0, 1)\n x }", ["random-in-fn"]),
    ("x ~ normal(0, 1)\nprint(x)", ["random-outside-model"]),
    ("let f = x => sample(normal(x, 1))", ["random-outside-model"]),
    ("model m { fn g() = sample(normal(0, 1))\n x ~ normal(g(), 1) }", ["random-in-fn"]),
    ("break", ["outside-loop"]),
    ("return 1", ["return-outside-function"]),
    ("fn f() { model m { } }", ["misplaced-model"]),
    ("fn f() { import \"x.ppl\" }", ["misplaced-import"]),
    ("import \"x.ppl\"", ["import-not-found"]),
    ("model m { x ~ normal(0, 1)\n x ~ normal(0, 1) }", ["duplicate-address"]),
    ("model m(c) { if c { x ~ normal(0, 1)\n x ~ normal(0, 1) } }", ["duplicate-address"]),
    ("model m(n) { for i in 0..<n { x ~ normal(0, 1) } }", ["duplicate-address"]),
    ("model m(n) { for i in 0..<n { for j in 0..<n { x ~ normal(0, 1) } } }", ["duplicate-address"]),
    ("model m { let f = () => { x ~ normal(0, 1)\n x ~ normal(0, 1) }\n f() }", ["duplicate-address"]),
    ("model m { x ~ normal(0, 1)\n x[0] ~ normal(0, 1) }", ["address-rank"]),
    ("model m(x) { x ~ normal(0, 1) }", ["choice-of-existing"]),
    ("model m { y ~ normal(x, 1)\n x ~ normal(0, 1) }", ["used-before-choice"]),
    ("model m { x ~ 3 }", ["not-a-distribution"]),
    ("model m { x ~ normal(0, 1) via magic }", ["unknown-strategy"]),
    ("let e = expect { 1 }", ["not-available"]),
    ("let p = nuts(1)", ["not-available"]),
    ("let r = {a: 1, a: 2}", ["duplicate-field"]),
    ("fn f(x) { let y = if x { 1 }\n y }", ["missing-else"]),
    ("fn f(x: Itn) = x", ["unknown-type"]),
    ("distribution d(a) on Reel { logpdf(x) = 0\n sample() = a }", ["unknown-support"]),
    ("distribution d(a) on Interval(a) { logpdf(x) = 0\n sample() = a }", ["wrong-arity"]),
    ("distribution d(a) on Real { logpdf(x) = 0 }", ["missing-method"]),
    ("distribution d(a) on Real { logpdf(x) = 0\n sample() = a\n pdf(x) = 1 }", ["unknown-method"]),
    ("model m { let e = standard_normal()\n x ~ normal(e, 1) }", ["random-primitive"]),
    ("fn f(x) { return x\n print(x) }", ["unreachable-code"]),
    ("model m { let k = 3\n x ~ normal(0, 1) }", ["unused-variable"]),
    ("var x = 1\nx == 2\nprint(x)", ["unused-comparison"]),
    ("model m { x ~ normal(0, 1) }\nprint(simulate(m() | {z: 1}))", ["unknown-name"]),
    ("model m { x ~ normal(0, 1) }\nprint(simulate(m() | {x: 1} | {\"z[1]\": 1}))", ["unknown-name"]),
    ("model m(s) { x ~ normal(0, s) }\nprint(simulate(do(m(1), {s: 1})))", ["not-random"]),
    ("model m(s) { return s }", ["empty-model"]),
    ("print(true + 1)", ["type-mismatch"]),
    // Types and shapes.
    ("print(\"a\" * 2)", ["type-mismatch"]),
    ("if 1 { print(1) }", ["type-mismatch"]),
    ("print([1, 2] + [1, 2, 3])", ["shape-mismatch"]),
    ("print([[1, 2, 3]] * [1, 2])", ["shape-mismatch"]),
    ("let x = [1, 2]\nprint(x[2])", ["index-out-of-range"]),
    ("let x = [1, 2]\nprint(x[0, 0])", ["too-many-indices"]),
    ("let x = 3\nprint(x[0])", ["not-indexable"]),
    ("let x = 3\nprint(x(0))", ["not-callable"]),
    ("let f = x => x\nprint(f(1, 2))", ["wrong-arity"]),
    ("let r = {a: 1}\nprint(r.b)", ["unknown-field"]),
    ("let (a, b) = (1, 2, 3)\nprint(a, b)", ["wrong-pattern"]),
    ("for i in 3 { print(i) }", ["not-iterable"]),
    ("model m { x ~ normal(0, -1) }", ["parameter-out-of-range"]),
    ("model m { x ~ normal(\"a\", 1) }", ["type-mismatch"]),
    ("model m { x ~ normal }", ["not-a-distribution"]),
    ("model m(a) { x ~ normal(a, 1) }\nprint(simulate(m))", ["type-mismatch"]),
    ("fn f(X: Real[n, k], y: Real[n]) = y\nprint(f([[1, 2]], [1, 2]))", ["type-mismatch"]),
    ("model m { x ~ multi_normal([0, 0, 0], [[1, 0], [0, 1]]) }", ["type-mismatch"]),
    ("let x: Int = \"a\"", ["type-mismatch"]),
    ("fn f(c) { var x = 1\n if c { x = 2.5 }\n x[0] }", ["not-indexable"]),
    ("fn f(n) { var x = 0\n for i in 0..<n { x += 0.5 }\n x.y }", ["unknown-field"]),
  ]

  @Test(arguments: wrong) func wrongProgram(text: String, codes: [String]) {
    let result = analyze(text)
    #expect(result.codes == codes, "\(text)\n\(result.text)")
  }

  /// Programs that look suspicious and are right.
  static let right: [String] = [
    // Addresses that are chosen at most once.
    "model m(c) { if c { x ~ normal(0, 1) } else { x ~ normal(1, 1) }\n return x }",
    "model m(c) { if c { x ~ normal(0, 1)\n return x }\n x ~ normal(1, 1)\n return x }",
    "model m(n) { for i in 0..<n { if i == 2 { x ~ normal(0, 1) } } }",
    "model m(n) { for i in 0..<n { x ~ normal(0, 1)\n break } }",
    "model m { for i in 0..<1 { x ~ normal(0, 1) } }",
    "model m(a, b) { if a { x ~ normal(0, 1) }\n if b { x ~ normal(0, 1) } }",
    "model m { let f = mem(i => { x ~ normal(i, 1)\n x })\n y ~ normal(f(0) + f(1), 1) }",
    // Reading what an earlier pass has chosen.
    "model m(n) { for t in 0..<n { let last = if t == 0 { 0 } else { x[t - 1] }\n x[t] ~ normal(last, 1) } }",
    "model m(n) { x[0] ~ normal(0, 1)\n for t in 1..<n { x[t] ~ normal(x[t - 1], 1) }\n return x }",
    "model m(n) { var going = n > 0\n var i = 0\n while going { x[i] ~ normal(0, 1)\n going = x[i] > 0\n i += 1 } }",
    // Names.
    "let y = [1.0]\nmodel m { y ~ normal(0, 1) }\nprint(simulate(m() | {y: y[0]}, seed: 1).y)",
    "fn even(n) = if n == 0 { true } else { odd(n - 1) }\nfn odd(n) = if n == 0 { false } else { even(n - 1) }",
    "fn f(x) { let x = x + 1\n x }",
    "fn f() = later\nlet later = 3\nprint(f())",
    "fn exp2x(x) = x\nfn exp(x) = exp2x(x)\nprint(exp(2))",
    "fn f(n) { fn g(k) = if k == 0 { 0 } else { g(k - 1) }\n g(n) }",
    "model m { let _unused = 3\n x ~ normal(0, 1) }",
    "model m { sample(normal(0, 1)) }\nmodel k { s ~ m()\n t ~ m }",
    "model k { z ~ normal(0, 1) }\nmodel m { s ~ k()\n let f = mem(i => sample(normal(i, 1)))\n x ~ normal(f(1), 1) }\n"
      + "print(simulate(m() | {x: 1, \"s/z\": 2} | {s: {z: 2}, \"f(1)/sample#1\": 3}))",
    "model m { for i in 0..<3 { y[i] ~ normal(0, 1) } }\nprint(logdensity(m(), {y: [1, 2, 3]}), simulate(m() | {y: {1: 2}}))",
    // Types that are not certain.
    "fn f(x) = x + \"a\"",
    "fn f(c, x) = if c { x } else { x[0] }",
    "fn f(c) { var x = 1\n if c { x = [1, 2] }\n x[0] }",
    "fn f(n) { var x = 0\n for i in 0..<n { x = [x, i] }\n x[0] }",
    "fn f(xs) { for x in xs { print(x.a) } }",
    "fn f(a: Real[n], b: Real[m]) = a + b",
    "fn f(X: Real[n, k], v: Real[k]) = X * v\nprint(f([[1, 2]], [1, 2]))",
    "let x = [1.0, 2.0]\nprint(x[0] + x[1], x / 2, 2 * x, x .* x, -x, exp(x), x > 0)",
    "let A = [[1, 2], [3, 4]]\nprint(A * A, A * [1, 2], [1, 2] * A, A[0], A[:, 1], A[0, 1], A[0..<1, :])",
    "let m = cumsum([true, false])\nprint(m[0] + 1)",
    "let r = {a: 1}\nprint(r[\"a\"], r.a)",
    "let t = (1, \"a\")\nlet (n, s) = t\nprint(s + \"b\", n + 1)",
    "let xs = [1, \"a\", null]\nprint(xs[0])",
    "fn f(x: Real, n: Int) = x * n\nprint(f(1, 2), f(1.5, 2))",
    "model m { x ~ normal([1, 2, 3], 1)\n y ~ normal(x, [1, 2, 3]) }",
    "model m(d) { x ~ d\n y ~ d(1) }",
    "model m { mu ~ normal(0, 1)\n observe 3 ~ normal(mu, 1)\n factor(-mu^2) }",
    "let s = if 1 < 2 { \"a\" } else { 3 }\nprint(s)",
    "model m { x ~ uniform(0, 1) }\nlet post = importance(m(), draws: 10, seed: 1)\nprint(post.x, post.anything)",
    "print(1 == 1.0, \"a\" == \"b\", \"a\" < \"b\", null == 1)",
    "fn f(x) { if x > 0 { return \"positive\" }\n return x }\nprint(f(1))",
    "let x = 1e308 * 10\nlet n = 9223372036854775807\nprint(x, n + 1, -n)",
    "distribution d(xs) on Real { logpdf(x) = len(xs) * x\n sample() = standard_normal() }\nmodel m { x ~ d(\"text\") }",
  ]

  @Test(arguments: right) func rightProgram(text: String) {
    let result = analyze(text)
    #expect(result.codes.isEmpty, "\(text)\n\(result.text)")
  }
}

@Suite struct GuideTests {
  /// Every code has its explanation.
  @Test func codesAreExplained() {
    let codes = Set(RuleTests.wrong.flatMap(\.codes))
    #expect(codes.filter { AnalyzerGuide.entries[$0] == nil } == [])
  }
}
