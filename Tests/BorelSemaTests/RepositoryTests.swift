// No false alarms: every program of the repository and every distribution of the library is analyzed.

import BorelStandardLibrary
import Foundation
import SemaTestSupport
import Testing

private let examples: [String] = {
  let walk = FileManager.default.enumerator(atPath: packageRoot.appending(path: "examples").path)
  return (walk?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".ppl") }.sorted()
}()

@Suite struct RepositoryTests {
  @Test(arguments: examples) func examplesAreRight(path: String) throws {
    let text = try String(contentsOf: packageRoot.appending(path: "examples/\(path)"), encoding: .utf8)
    let result = analyze(text, name: path, folder: packageRoot.appending(path: "examples"))
    #expect(result.diagnostics.isEmpty, "\(result.text)")
  }

  @Test(arguments: StandardLibrary.distributions.keys.sorted()) func distributionsAreRight(name: String) {
    let result = analyze("let d = \(name)")
    #expect(result.diagnostics.isEmpty, "\(result.text)")
    #expect(result.analyzer.program.distributions.contains { $0.name == name })
  }
}
