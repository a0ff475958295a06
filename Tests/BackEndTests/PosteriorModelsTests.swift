// The models of examples/posteriordb and examples/sbc are native, and both back ends agree on them.

import Borel
import Foundation
import Testing

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

private func models(_ folder: String) -> [String] {
  let path = root.appending(path: "examples/\(folder)").path
  let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  return names.filter { $0.hasSuffix(".ppl") }.map { String($0.dropLast(4)) }.sorted()
}

@Suite struct PosteriorModelsTests {
  static let posteriordb = root.appending(path: "../shared/posteriordb")
  static let hasData = FileManager.default.fileExists(atPath: posteriordb.appending(path: "data").path)

  /// The data set of a model, by the names of the references: data-model.
  private static func data(_ model: String) throws -> String? {
    let folder = posteriordb.appending(path: "reference")
    let suffix = "-\(model).json"
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(suffix) }
      .map { posteriordb.appending(path: "data/\($0.dropLast(suffix.count)).json").path }
  }

  @Test(.enabled(if: hasData, "the data are not beside the project"), arguments: models("posteriordb"))
  func posteriorsAgree(name: String) throws {
    let path = root.appending(path: "examples/posteriordb/\(name).ppl").path
    let data = try #require(try Self.data(name), "there is no reference of \(name)")
    let bound = try Model(contentsOf: path).bind(files: [data])
    // Differences of solutions of differential equations see the integrator's steps, which are as exact as 1e-6.
    try checkAgreement(bound, name, draws: 5, differences: name == "lotka_volterra" ? 1e-3 : 1e-4)
    for (part, machine, native) in try bound.compareReturnValues(positions: 3, seed: 1) {
      #expect(machine.count == native.count, "\(name): \(part)")
      for (a, b) in zip(machine, native) { #expect(abs(a - b) <= 1e-9 * max(1, abs(a)), "\(name): \(part)") }
    }
  }

  @Test func allPosteriorsAreThere() { #expect(models("posteriordb").count == 20) }

  @Test(arguments: models("sbc")) func calibrationModelsAgree(name: String) throws {
    let model = try Model(contentsOf: root.appending(path: "examples/sbc/\(name).ppl").path)
    let drawn = try #require(try model.bind().exampleChoices(seed: 7).first { $0.name == "y" })
    let elements = drawn.elements.map { drawn.isBool ? "\($0 != 0)" : drawn.isInt ? "\(Int($0))" : "\($0)" }
    var text = elements
    for size in drawn.shape.reversed() {
      text = stride(from: 0, to: text.count, by: max(size, 1)).map {
        "[\(text[$0..<min($0 + size, text.count)].joined(separator: ", "))]"
      }
    }
    try checkAgreement(try model.bind(files: [], assignments: ["y=\(text[0])"]), name)
  }
}
