// Every code that a message can carry is explained by `borel explain`.

import Borel
import Foundation
import Testing

@Suite struct GuideCoverageTests {
  /// Codes as the sources spell them: `code: "name"`, `code = "name"`, `code: String = "name"`.
  private func codes() throws -> Set<String> {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let walk = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    var codes: Set<String> = []
    while let file = walk?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /\bcode(?:: String)?(?::| =) "([a-z0-9-]+)"/) { codes.insert(String(match.1)) }
    }
    return codes
  }

  @Test func everyCodeIsExplained() throws {
    let codes = try codes()
    #expect(codes.count > 100)
    let session = Session(options: RunOptions())
    let missing = codes.sorted().filter { (try? session.documentation(of: $0))?.contains("\($0): ") != true }
    #expect(missing == [])
  }
}
