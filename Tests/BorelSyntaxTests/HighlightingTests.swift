// The TextMate grammar is well formed and knows the same words and operators as the lexer.

import BorelSyntax
import Foundation
import Testing

@Suite struct HighlightingTests {
  private func grammar() throws -> [String: Any] {
    let data = try Data(contentsOf: Repository.root.appending(path: "grammar/borel.tmLanguage.json"))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// All `match`, `begin` and `end` patterns below a node.
  private func patterns(_ node: Any) -> [String] {
    if let list = node as? [Any] { return list.flatMap(patterns) }
    guard let object = node as? [String: Any] else { return [] }
    return object.flatMap { key, value in
      if ["match", "begin", "end"].contains(key), let pattern = value as? String { return [pattern] }
      return patterns(value)
    }
  }

  private func group(_ name: String) throws -> [String] {
    let repository = try #require(try grammar()["repository"] as? [String: Any])
    return patterns(try #require(repository[name]))
  }

  private func words(_ pattern: String) -> [String] {
    guard let open = pattern.firstIndex(of: ":"), let close = pattern.lastIndex(of: ")") else { return [] }
    return pattern[pattern.index(after: open)..<close].split(separator: "|").map(String.init)
  }

  @Test func patternsCompile() throws {
    let all = patterns(try grammar())
    #expect(all.count > 20)
    for pattern in all { #expect(throws: Never.self) { try NSRegularExpression(pattern: pattern) } }
  }

  @Test func keywordsAreTheLexers() throws {
    let listed = try (group("keywords") + group("constants")).flatMap(words)
    #expect(listed.sorted() == TokenKind.keywords.map(\.spelling).sorted())
  }

  @Test func includesLead() throws {
    let text = try Repository.text("grammar/borel.tmLanguage.json")
    let repository = try #require(try grammar()["repository"] as? [String: Any])
    for match in text.matches(of: /"include": "#([a-z-]+)"/) {
      #expect(repository[String(match.1)] != nil, "#\(match.1)")
    }
  }

  /// Each operator of the language is matched from its beginning to its end by some pattern.
  @Test func operatorsAreMatched() throws {
    let expressions = try (group("operators") + group("choices")).map { try NSRegularExpression(pattern: $0) }
    let operators =
      BinaryOperator.allCases.map(\.rawValue) + AssignmentOperator.allCases.map(\.rawValue) + [
        "..<", "...", "=>", "->", "~", "!",
      ]
    for text in operators {
      let range = NSRange(location: 0, length: text.utf16.count)
      let matched = expressions.contains { $0.firstMatch(in: text, range: range)?.range == range }
      #expect(matched, "\(text)")
    }
  }
}
