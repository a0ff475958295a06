// Diagnostics as text and as JSON, their order, and near names.

import BorelSource
import Foundation
import Testing

@Suite struct RenderTests {
  /// A diagnostic at the first place where a word stands in a text.
  private func rendered(
    _ text: String, at word: String, label: String = "", secondary: [(String, String)] = [], notes: [String] = [],
    hint: String? = nil, color: Bool = false
  ) throws -> String {
    var sources = SourceMap()
    let file = sources.add(SourceFile(name: "schools.ppl", text: text))
    func span(_ word: String) throws -> Span {
      let range = try #require(text.range(of: word))
      let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
      return Span(file: file, start: start, end: start + word.utf8.count)
    }
    let diagnostic = Diagnostic(
      code: "test", "message", at: try span(word), label: label,
      secondary: try secondary.map { .init(try span($0.0), $0.1) }, notes: notes, hint: hint)
    return render(diagnostic, in: sources, color: color)
  }

  @Test func theStyleOfTheReference() throws {
    let text = "\n\n\n\n    theta[j] ~ normal(mu, tau)\n"
    #expect(
      try rendered(
        text, at: "tau", label: "here, at theta[2]", notes: ["in model schools, called from line 11"],
        hint: "tau can be negative") == """
          error: message
            --> schools.ppl:5:27
             |
           5 |     theta[j] ~ normal(mu, tau)
             |                           ^^^ here, at theta[2]
             = in model schools, called from line 11
             = hint: tau can be negative

          """)
  }

  @Test func tabsAndWideAndCombiningCharacters() throws {
    #expect(
      try rendered("\tab\tcd", at: "cd") == """
        error: message
          --> schools.ppl:1:5
           |
         1 |     ab  cd
           |         ^^

        """)
    #expect(
      try rendered("日本 e\u{301} x", at: "x") == """
        error: message
          --> schools.ppl:1:7
           |
         1 | 日本 e\u{301} x
           |        ^

        """)
    #expect(try rendered("日本", at: "本").contains("   |   ^^\n"))
  }

  @Test func severalPlaces() throws {
    let text = "let a = f(b, c)\nlet d = a\n\n\n\n\n\n\n\nend"
    #expect(
      try rendered(text, at: "f", secondary: [("c", "this"), ("end", "and this")]) == """
        error: message
           --> schools.ppl:1:9
            |
          1 | let a = f(b, c)
            |         ^    - this
        ...
         10 | end
            | --- and this

        """)
  }

  @Test func spanOverSeveralLines() throws {
    #expect(
      try rendered("f(a,\n  b,\n  c)", at: "(a,\n  b,\n  c)", label: "all of this") == """
        error: message
          --> schools.ppl:1:2
           |
         1 | f(a,
           |  ^^^
         2 |   b,
         3 |   c)
           |   ^^ all of this

        """)
  }

  @Test func placesInTwoFiles() {
    var sources = SourceMap()
    let first = sources.add(SourceFile(name: "a.ppl", text: "let x = 1"))
    let second = sources.add(SourceFile(name: "b.ppl", text: "let x = 2"))
    let diagnostic = Diagnostic(
      code: "test", "defined twice", at: Span(file: second, start: 4, end: 5),
      secondary: [.init(Span(file: first, start: 4, end: 5), "first here")])
    #expect(
      render(diagnostic, in: sources) == """
        error: defined twice
          --> b.ppl:1:5
           |
         1 | let x = 2
           |     ^
          ::: a.ppl:1:5
           |
         1 | let x = 1
           |     - first here

        """)
  }

  @Test func withoutPlace() {
    #expect(render(Diagnostic(.warning, code: "test", "no file"), in: SourceMap()) == "warning: no file\n")
  }

  @Test func longLinesAreCut() throws {
    let text = String(repeating: "a ", count: 5000) + "here" + String(repeating: " b", count: 5000)
    let lines = try rendered(text, at: "here").split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count < 230 })
    let source = Array(lines[3])
    let carets = Array(lines[4])
    let column = try #require(carets.firstIndex(of: "^"))
    #expect(String(source[column..<column + 4]) == "here")
    #expect(carets.filter { $0 == "^" }.count == 4)
  }

  @Test func controlCharactersDoNotReachTheTerminal() throws {
    let text = try rendered("let x = \"\u{1B}[31m\u{7F}\u{202E}\"", at: "x", label: "\u{1B}[2J", hint: "a\nb")
    #expect(!text.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x7F || $0.value == 0x202E })
    #expect(text.contains("hint: a b\n"))
    #expect(try rendered("x", at: "x", color: true).contains("\u{1B}[1;31merror"))
  }

  @Test func spansOutsideTheFileAreClamped() {
    var sources = SourceMap()
    let file = sources.add(SourceFile(name: "a.ppl", text: "ab"))
    for span in [
      Span(file: file, start: 1, end: 99), Span(file: file, start: 50, end: 99), Span(file: file, start: 2, end: 2),
    ] {
      #expect(render(Diagnostic(code: "test", "m", at: span), in: sources).contains("1 | ab\n"))
    }
  }

  @Test func json() throws {
    var sources = SourceMap()
    let file = sources.add(SourceFile(name: "a \"b\".ppl", text: "σ = 1\nx\n"))
    let diagnostic = Diagnostic(
      .warning, code: "some-code", "a \"quoted\"\n\u{1}", at: Span(file: file, start: 7, end: 8), label: "here",
      secondary: [.init(Span(file: file, start: 0, end: 2), "there")], notes: ["one"], hint: nil)
    let line = renderJSON(diagnostic, in: sources)
    #expect(!line.contains("\n"))
    let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["code"] as? String == "some-code")
    #expect(object["severity"] as? String == "warning")
    #expect(object["message"] as? String == "a \"quoted\"\n\u{1}")
    #expect(object["file"] as? String == "a \"b\".ppl")
    #expect(object["line"] as? Int == 2 && object["column"] as? Int == 1)
    #expect(object["end_line"] as? Int == 2 && object["end_column"] as? Int == 2)
    #expect(object["notes"] as? [String] == ["one"])
    #expect(object["hint"] is NSNull)
    let related = try #require((object["related"] as? [[String: Any]])?.first)
    #expect(related["end_column"] as? Int == 2 && related["label"] as? String == "there")
  }

  @Test func collectorSortsAndDropsRepeats() {
    var sources = SourceMap()
    let file = sources.add(SourceFile(name: "a.ppl", text: "abc"))
    func at(_ start: Int, _ severity: Diagnostic.Severity = .error) -> Diagnostic {
      Diagnostic(severity, code: "c\(start)", "m", at: Span(file: file, start: start, end: start + 1))
    }
    var collector = DiagnosticCollector()
    collector.add(contentsOf: [at(2), at(0, .warning), at(2), Diagnostic(code: "none", "m"), at(1)])
    #expect(collector.sorted.map(\.code) == ["none", "c0", "c1", "c2"])
    #expect(collector.errorCount == 3)
  }

  @Test(arguments: [
    ("nromal", "normal"), ("Normal", "normal"), ("normla", "normal"), ("nrmal", "normal"), ("bet", "beta"),
    ("hlaf_normal", "half_normal"), ("x", nil), ("banana", nil), ("normal", nil), ("GAMMA", "gamma"),
  ]) func nearNames(name: String, expected: String?) {
    let names = ["normal", "half_normal", "beta", "gamma", "poisson", "y"]
    #expect(closestMatch(to: name, among: names) == expected)
  }
}
