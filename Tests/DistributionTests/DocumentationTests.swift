// docs/distributions.md lists every distribution as its file declares it, and the batteries have a row for each.

import BorelDataIO
import BorelStandardLibrary
import Testing

@Suite struct DocumentationTests {
  @Test func everyDistributionIsListed() throws {
    let root = Laboratory.folder.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(
      separator: "/")
    let page = String(decoding: try readFile(root + "/docs/distributions.md"), as: UTF8.self)
    for (name, file) in StandardLibrary.distributions {
      let sentence = file.text.split(separator: "\n").first.map { $0.dropFirst(3) } ?? ""
      let flat = file.text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
      let start = try #require(flat.range(of: "distribution \(name)("), "\(name).ppl has no declaration")
      let head = flat[start.upperBound...].prefix { $0 != "{" }.dropLast()
      let parts = head.split(separator: ") on ", maxSplits: 1)
      let declared = head.hasPrefix(") on ") ? ["", head.dropFirst(5)] : parts
      let support = declared[1].split(separator: " where ", maxSplits: 1)
      let condition = support.count > 1 ? "`\(support[1])`" : ""
      let row = "| `\(name)(\(declared[0]))` | `\(support[0])` | \(condition) | \(sentence) |"
      #expect(page.contains(row), "docs/distributions.md lacks\n\(row)")
    }
  }

  @Test func everyDistributionHasARow() {
    let rows = Set(ScalarBattery.rows.map(\.name) + arrayRows.map(\.name))
    #expect(Set(StandardLibrary.distributions.keys) == rows)
    #expect(rows.count >= 62)
  }
}

extension String {
  /// The first place of a text.
  fileprivate func range(of text: String) -> Range<String.Index>? { firstRange(of: text) }
}
