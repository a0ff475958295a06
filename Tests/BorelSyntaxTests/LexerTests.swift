// Tokens, their layout, and the values of literals.

import BorelSource
import BorelSyntax
import Testing

@Suite struct LexerTests {
  private func kinds(_ text: String) -> [TokenKind] {
    var sources = SourceMap()
    let file = sources.add(SourceFile(name: "test.ppl", text: text))
    return lex(file, in: sources).tokens.map(\.kind).dropLast()
  }

  private func dump(_ text: String) -> String {
    var sources = SourceMap()
    let file = sources.add(SourceFile(name: "test.ppl", text: text))
    return dumpTokens(file, in: sources)
  }

  @Test func everySpellingIsItsToken() {
    for kind in TokenKind.allCases where !kind.spelling.isEmpty {
      #expect(kinds(kind.spelling) == [kind], "\(kind.spelling)")
    }
  }

  @Test func numbersAndRanges() {
    #expect(kinds("1..<n") == [.integer, .rangeHalfOpen, .identifier])
    #expect(kinds("1...2") == [.integer, .rangeClosed, .integer])
    #expect(kinds("1.5..<2.5") == [.real, .rangeHalfOpen, .real])
    #expect(kinds("2.*x") == [.integer, .dotStar, .identifier])
    #expect(kinds("2.^x") == [.integer, .dotCaret, .identifier])
    #expect(kinds("1e5 1E-3 1_000 x.y") == [.real, .real, .integer, .identifier, .dot, .identifier])
  }

  @Test func lineBreaksEndStatements() {
    #expect(dump("a\nb") == "1:1 identifier a\nnewline\n2:1 identifier b\n2:2 endOfFile\n")
    for joined in [
      "a +\nb", "a\n+ b", "(a\nb)", "[a\nb]", "f(\n)", "a\n.b", "a =\nb", "{\na", "x =>\ny", "a ~\nb", "let\na",
    ] {
      #expect(!dump(joined).contains("newline"), "\(joined)")
    }
    for split in ["a\n-b", "a\n(b)", "a\n[b]", "a\n{b", "(x => { a\nb })", "a\n!b", "a\nvia", "}\nb"] {
      #expect(dump(split).contains("newline"), "\(split)")
    }
    #expect(!dump("}\nelse").contains("newline"))
  }

  @Test func literalValues() {
    func value(_ text: String) -> String { dumpTree(parsed(text).result.tree) }
    #expect(value("9223372036854775807") == "9223372036854775807\n")
    #expect(value("-9223372036854775808") == "-9223372036854775808\n")
    #expect(value("1_000.5e-1") == "100.05\n")
    #expect(value("4.9e-324") == "5e-324\n")
    #expect(value("0.1") == "0.1\n")
    #expect(value(#""a\t\"\\\u{3C3}\n""#) == #""a\t\"\\σ\n""# + "\n")
  }

  @Test func malformedLiterals() {
    for text in [
      "9223372036854775808", "-9223372036854775808^2", "1e999", "1.", ".5", "1_", "2x", "1e", "0x1F", "\"abc",
      "\"\\q\"",
      "\"\\u{}\"", "\"\\u{110000}\"", "\"\\u{D800}\"", "'a'", "$", "\u{0}", "/* a", "“a”", "a × b", "x\u{A0}+ 1",
    ] {
      #expect(parsed(text).result.hasErrors, "\(text)")
    }
  }

  @Test func bytesThatAreNotText() {
    var sources = SourceMap()
    for bytes: [UInt8] in [
      [0xFF], [0x22, 0xC0, 0x80, 0x22], [0x2F, 0x2F, 0xE9], [0x78, 0xED, 0xA0, 0x80], [0xE2, 0x82],
    ] {
      let file = sources.add(SourceFile(name: "test.ppl", utf8: bytes))
      #expect(parse(file, in: sources).diagnostics.map(\.code) == ["invalid-utf8"])
    }
  }

  @Test func byteOrderMarkAndCarriageReturns() {
    #expect(kinds("\u{FEFF}a\r\nb") == [.identifier, .identifier])
    #expect(dump("a\r\nb").contains("newline"))
  }
}
