// The formatter's style, and its two laws on every program of the repository.

import BorelSource
import BorelSyntax
import Testing

@Suite struct FormatTests {
  @Test(arguments: Repository.goodPrograms) func keepsTreeAndComments(path: String) throws {
    let text = try Repository.text(path)
    let formatted = try #require(format(text))
    let (before, _) = parsed(text)
    let (after, _) = parsed(formatted)
    #expect(after.tree.isSame(as: before.tree))
    #expect(after.comments.count == before.comments.count)
    #expect(format(formatted) == formatted)
    #expect(!formatted.split(separator: "\n", omittingEmptySubsequences: false).contains { $0.hasSuffix(" ") })
  }

  @Test func refusesErrors() { #expect(format("let = 1") == nil) }

  @Test(arguments: [
    ("", ""),
    ("x=1;y=2", "x = 1\ny = 2\n"),
    ("\n\n\na\n\n\n\nb\n\n", "a\n\nb\n"),
    ("mu   ~ normal( 0,5 )", "mu ~ normal(0, 5)\n"),
    ("let x = -a^2+b .* c/( d-e )", "let x = -a^2 + b .* c / (d - e)\n"),
    ("for i in 0 ..< n {s+=x[ i ]}", "for i in 0..<n { s += x[i] }\n"),
    ("if a {b}\nelse {c}", "if a { b } else { c }\n"),
    ("if a {b} else {\nc}", "if a {\n  b\n} else {\n  c\n}\n"),
    ("fn f(x:Real[n,k],s=1.0)->Real=x", "fn f(x: Real[n, k], s = 1.0) -> Real = x\n"),
    ("model m {}", "model m {}\n"),
    ("model m{x~d}", "model m {\n  x ~ d\n}\n"),
    ("let f=(x,y)=>{x+y}", "let f = (x, y) => { x + y }\n"),
    ("post=nuts( m(s)|{y:ys},chains:4 )", "post = nuts(m(s) | {y: ys}, chains: 4)\n"),
    ("X[:,j]", "X[:, j]\n"),
    ("[1,2,]", "[1, 2]\n"),
    ("f(a, // one\n  b)", "f(\n  a,  // one\n  b\n)\n"),
    ("// a\nx = 1 // b\n\n\n// c", "// a\nx = 1  // b\n\n// c\n"),
    ("fn f() { // why\n  1\n}", "fn f() {  // why\n  1\n}\n"),
    ("let m = [\n[1,2],[3,4]]", "let m = [\n  [1, 2],\n  [3, 4]\n]\n"),
    ("model m\n{\n x ~ d\n   via s }", "model m {\n  x ~ d via s\n}\n"),
    ("a /* b */ + c", "a /* b */ + c\n"),
  ]) func style(text: String, expected: String) { #expect(format(text) == expected) }

  @Test func longLines() {
    let name = String(repeating: "n", count: 40)
    #expect(
      format("f(\(name), \(name), \(name))") == "f(\n  \(name),\n  \(name),\n  \(name)\n)\n")
    #expect(format("let x = \(name) + \(name) * \(name)") == "let x = \(name) +\n    \(name) * \(name)\n")
    #expect(
      format("g(\(name), x => { \(name); \(name) })")
        == "g(\(name), x => {\n  \(name)\n  \(name)\n})\n")
    let numbers = (1...40).map(String.init).joined(separator: ", ")
    let formatted = format("let x = [\(numbers)]") ?? ""
    #expect(formatted.split(separator: "\n").count == 4)
    #expect(formatted.split(separator: "\n").allSatisfy { $0.utf8.count <= formatWidth })
  }
}
