// Run-time errors point at the right characters, and limits end what would not end.

import BorelSemantics
import BorelVM
import Testing

@Suite struct FailureTests {
  @Test(arguments: [
    ("fn f(x, i) { x[i] }\nf([1, 2, 3], 5)", "i", "index 5 is out of range for an array of 3 elements (0..<3)"),
    (
      "fn f(x, i, j) { x[i][j] }\nf([[1, 2], [3, 4]], 2, 0)", "i",
      "index 2 is out of range for dimension 0 of an array of shape [2, 2] (0..<2)"
    ),
    (
      "fn f(x, i, j) { x[i][j] }\nf([[1, 2], [3, 4]], 0, 2)", "j",
      "index 2 is out of range for an array of 2 elements (0..<2)"
    ),
    ("fn f(x, i, j) { x[i][j] }\nf([1, 2], 0, 0)", "x[i]", "an Int has no elements"),
    ("fn f(x, i, j) { x[i][j] }\nf(1, 0, 0)", "x", "an Int has no elements"),
    ("fn f(a, b) { a + b }\nf(1, {q: 1})", "b", "`+` needs numbers, got a record"),
    (
      "let n = 9223372036854775807\nfn g(k) { k + 1 }\ng(n)", "k + 1",
      "the result of 9223372036854775807 + 1 is too large for an Int"
    ),
    ("fn f(k) { div(1, k) }\nf(0)", "k", "division by zero: div(1, 0)"),
    ("fn f(k) { if k { 1 } else { 2 } }\nf(3)", "k", "a condition must be a Bool, got an Int"),
    ("fn f(x) { x(1) }\nf(2)", "x", "an Int cannot be called"),
    ("fn f(r) { r.alpa }\nf({alpha: 1})", "r.alpa", "there is no `alpa` in this record"),
    (
      "fn f(a, b) { a + b }\nf([1, 2], [1, 2, 3])", "a + b",
      "`+` needs equal shapes: the left side has length 2, the right side length 3"
    ),
    ("fn f(n) { for i in 0..<n { } }\nf(2.5)", "n", "the end of a range must be an Int, got a Real"),
    ("assert(1 > 2, \"no\")", "1 > 2", "no"),
  ])
  func message(_ text: String, _ place: String, _ message: String) throws {
    let (failure, found) = try TestProgram(text).failure()
    #expect(failure.kind == .user)
    #expect(failure.diagnostic.message == message)
    #expect(found == place)
  }

  @Test func calls() throws {
    let program = try TestProgram("fn inner(k) {\n  div(1, k)\n}\nfn outer(k) {\n  inner(k)\n}\nouter(0)")
    let (failure, _) = try program.failure()
    #expect(failure.diagnostic.calls.map(\.callee) == ["function inner", "function outer"])
    let lines = failure.diagnostic.calls.compactMap { $0.span.map { program.sources.location(of: $0).line } }
    #expect(lines == [5, 7])
  }

  @Test func limits() throws {
    let deep = try TestProgram("fn f(n) { 1 + f(n + 1) }\nf(0)").failure().failure
    #expect(deep.kind == .limit)
    #expect(deep.diagnostic.code == "depth-limit")
    let endless = try TestProgram("var x = 0\nwhile true { x = x + 1 }", limits: Limits(steps: 100_000)).failure()
      .failure
    #expect(endless.diagnostic.code == "step-limit")
    let large = try TestProgram("zeros(200000000)").failure().failure
    #expect(large.diagnostic.code == "memory-limit")
    let growing = try TestProgram(
      "var l = [[1, 2], [\"a\"]]\nwhile true { l = append(l, zeros(1000)) }", limits: Limits(memory: 10_000_000)
    ).failure().failure
    #expect(growing.diagnostic.code == "memory-limit")
  }

  @Test func garbageIsNotCounted() throws {
    let text = "var s = 0.0\nfor i in 0..<20000 { s = s + sum(ones(1000)) }\ns"
    let value = try TestProgram(text, limits: Limits(memory: 1_000_000)).run()
    #expect(value.asReal == 2e7)
  }
}
