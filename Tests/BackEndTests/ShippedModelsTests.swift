// The models that are shipped: both back ends agree on every example and every benchmark, and native code with Stan's references.

import Borel
import Foundation
import Testing

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// What a model of an example is given, and where it runs.
private struct Shipped: Sendable {
  /// "folder/file.ppl model"
  var name: String
  /// Values by name, as JSON.
  var data: [String: String]
  /// Part of the reason to stay on the virtual machine; nil for a model that is native.
  var obstacle: String?

  init(_ name: String, _ data: [String: String] = [:], machineOnly obstacle: String? = nil) {
    self.name = name
    self.data = data
    self.obstacle = obstacle
  }
}

private let disasters = column("coal_mining/coal_mining.csv", "disasters")
private let walk = "[0.9, 0.8, 0.7, 0.0, -0.025, -5.0]"

private let shipped: [Shipped] = [
  Shipped("bridgestan/places.ppl places"),
  Shipped(
    "bridgestan/schools.ppl schools",
    ["sigma": "[15, 10, 16, 11, 9, 11, 10, 18]", "y": "[28, 8, -3, 7, -1, 1, 18, 12]"]),
  Shipped("bridgestan/shares.ppl shares", ["n": "10", "k": "[2, 3, 5]"]),
  Shipped(
    "lotka_volterra/lotka_volterra.ppl pelts",
    [
      "year": column("lotka_volterra/pelts.csv", "year"), "hare": column("lotka_volterra/pelts.csv", "hare"),
      "lynx": column("lotka_volterra/pelts.csv", "lynx"),
    ]),
  Shipped("ab_test/ab_test.ppl conversion", ["visitors": "[1000, 1000]", "sales": "[101, 128]"]),
  Shipped("coal_mining/coal_mining.ppl change", ["n": "\(count(disasters))", "disasters": disasters]),
  Shipped("dirichlet_process/dirichlet_process.ppl walk", ["stick": "null"], machineOnly: "not a function"),
  Shipped(
    "dirichlet_process/dirichlet_process.ppl clusters", ["n": "3", "alpha": "1", "x": "[-6.3, 0.4, 5.0]"],
    machineOnly: "`mem`"),
  Shipped(
    "eight_schools/eight_schools.ppl schools",
    ["sigma": "[15, 10, 16, 11, 9, 11, 10, 18]", "y": "[28, 8, -3, 7, -1, 1, 18, 12]"]),
  Shipped(
    "eight_schools/noncentred.ppl schools",
    ["sigma": "[15, 10, 16, 11, 9, 11, 10, 18]", "y": "[28, 8, -3, 7, -1, 1, 18, 12]"]),
  Shipped("grammar/grammar.ppl noun_phrase", ["depth": "0"], machineOnly: "known only at run time"),
  Shipped("grammar/grammar.ppl sentence", machineOnly: "known only at run time"),
  Shipped(
    "grammar/grammar.ppl parse", ["words": "\"she sees man with telescope\""], machineOnly: "known only at run time"),
  Shipped("hidden_markov/hidden_markov.ppl chain", ["n": "6", "y": walk]),
  Shipped("hidden_markov/sixteen.ppl chain", ["n": "6", "y": walk]),
  Shipped("intervention/intervention.ppl clinic", ["open": "true"]),
  Shipped(
    "linear_regression/forbes.ppl boiling",
    [
      "temperature": column("linear_regression/forbes.csv", "temperature"),
      "log_pressure": column("linear_regression/forbes.csv", "pressure"),
    ]),
  Shipped(
    "logistic_regression/challenger.ppl damage",
    [
      "temperature": column("logistic_regression/challenger.csv", "temperature"),
      "damaged": column("logistic_regression/challenger.csv", "damaged"),
    ]),
  Shipped("monty_hall/monty_hall.ppl game", ["choice": "0"], machineOnly: "an array in one branch"),
  Shipped(
    "poisson_regression/nightingale.ppl deaths",
    [
      "army": column("poisson_regression/nightingale.csv", "army"),
      "month": column("poisson_regression/nightingale.csv", "month"),
      "after": column("poisson_regression/nightingale.csv", "after"),
      "disease": column("poisson_regression/nightingale.csv", "disease"),
    ]),
  Shipped("pragmatics/pragmatics.ppl literal_listener", ["word": "\"blue\""], machineOnly: "index"),
  Shipped("pragmatics/pragmatics.ppl speaker", ["object": "0", "alpha": "1"], machineOnly: "index"),
  Shipped("pragmatics/pragmatics.ppl pragmatic_listener", ["word": "0", "alpha": "1"], machineOnly: "`marginal`"),
  Shipped("sprinkler/sprinkler.ppl hard", ["wet": "false"]),
  Shipped("sprinkler/sprinkler.ppl soft"),
  Shipped("state_space/state_space.ppl growth", ["n": "6", "y": "[0.3, 1.2, 4.1, 0.2, 7.7, 2.0]"]),
]

/// A column of a CSV file as a JSON array.
private func column(_ path: String, _ name: String) -> String {
  let url = root.appending(path: "examples/\(path)")
  let lines = ((try? String(contentsOf: url, encoding: .utf8)) ?? "").split(whereSeparator: \.isNewline)
  let header = lines.first?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
  guard let place = header.firstIndex(of: name) else { return "[]" }
  return "[\(lines.dropFirst().map { String($0.split(separator: ",")[place]) }.joined(separator: ", "))]"
}

private func count(_ json: String) -> Int { json.split(separator: ",").count }

/// The definitions of a program and its literal arrays, without the statements that run inference.
private func definitions(_ path: String) throws -> (text: String, models: [String]) {
  let text = try String(contentsOf: root.appending(path: "examples/\(path)"), encoding: .utf8)
  var chunks: [[Substring]] = []
  var depth = 0
  for line in text.split(separator: "\n") where !line.hasPrefix("//") {
    if depth == 0 { chunks.append([]) }
    chunks[chunks.count - 1].append(line)
    for character in line {
      if "([{".contains(character) { depth += 1 }
      if ")]}".contains(character) { depth -= 1 }
    }
  }
  let kept = chunks.filter { chunk in
    guard let first = chunk.first else { return false }
    return ["model ", "fn ", "distribution "].contains { first.hasPrefix($0) }
      || first.hasPrefix("let ") && first.contains(" = [")
  }
  let models = kept.compactMap { chunk -> String? in
    guard let first = chunk.first, first.hasPrefix("model ") else { return nil }
    return String(first.dropFirst(6).prefix { $0.isLetter || $0.isNumber || $0 == "_" })
  }
  return (kept.joined().joined(separator: "\n") + "\n", models)
}

@Suite struct ShippedModelsTests {
  private static func bound(_ entry: Shipped) throws -> BoundModel {
    let parts = entry.name.split(separator: " ").map(String.init)
    let model = try Model(source: try definitions(parts[0]).text, named: parts[1])
    return try model.bind(files: [], assignments: entry.data.map { "\($0)=\($1)" }.sorted())
  }

  @Test(arguments: shipped.map(\.name)) func examplesAgree(name: String) throws {
    let entry = try #require(shipped.first { $0.name == name })
    if let obstacle = entry.obstacle {
      // A model may ask for arguments that are no data.
      guard let bound = try? Self.bound(entry) else { return }
      let text = try? bound.backEndText()
      #expect(text.map { $0.contains("on the virtual machine") && $0.contains(obstacle) } ?? true, "\(text ?? "")")
      return
    }
    try checkAgreement(try Self.bound(entry), name)
  }

  /// Every model of every example is in the table.
  @Test func theTableIsComplete() throws {
    let folder = root.appending(path: "examples")
    var missing: [String] = []
    // PosteriorModelsTests takes the models of two folders.
    let elsewhere = ["embedding", "posteriordb", "sbc"]
    for example in try FileManager.default.contentsOfDirectory(atPath: folder.path) where !elsewhere.contains(example) {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: example).path)) ?? []
      for file in files where file.hasSuffix(".ppl") {
        for model in try definitions("\(example)/\(file)").models {
          let name = "\(example)/\(file) \(model)"
          if !shipped.contains(where: { $0.name == name }) { missing.append(name) }
        }
      }
    }
    #expect(missing == [])
  }

  // MARK: Benchmarks

  /// Folder of the model, by data set.
  static let benchmarks = [
    "eight_schools": "eight_schools", "logistic_1000x20": "logistic", "logistic_10000x50": "logistic", "radon": "radon",
    "sv": "sv", "gp": "gp", "mixture": "mixture", "hmm": "hmm", "ar5": "ar5",
  ]

  /// The data that borel-bench draws, written once.
  static let data: URL? = {
    let besides = CommandLine.arguments.first.map { URL(filePath: $0).deletingLastPathComponent() }
    let programs = [besides, root.appending(path: ".build/release")].compactMap { $0?.appending(path: "borel-bench") }
    guard let program = programs.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
      return nil
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "borel-benchmarks-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = program
    process.arguments = ["data", folder.path]
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    return process.terminationStatus == 0 ? folder : nil
  }()

  private static func benchmark(_ name: String) throws -> BoundModel {
    let folder = try #require(data, "borel-bench is not built")
    let path = root.appending(path: "Sources/borel-bench/gradients/\(benchmarks[name] ?? "")/model.ppl").path
    return try Model(contentsOf: path).bind(files: [folder.appending(path: "\(name).json").path])
  }

  @Test(arguments: benchmarks.keys.sorted()) func benchmarksAgree(name: String) throws {
    try checkAgreement(try Self.benchmark(name), name, draws: name.hasPrefix("logistic_10000") ? 2 : 5)
  }

  private struct Reference: Decodable {
    var dimension: Int
    var differences: [Double]
    var places: [Int]
    var gradients: [[Double]]
    var squares: [Double]
  }

  /// Log densities up to a constant and gradients are those of Stan's models, at the points of `.ci/bench-peers`.
  ///
  /// To 1e-8, which is what sums of ten thousand terms in another order leave.
  @Test func gradientsAreThoseOfStan() throws {
    let url = root.appending(path: "Tests/BackEndTests/StanReferences.json")
    let references = try JSONDecoder().decode([String: Reference].self, from: Data(contentsOf: url))
    #expect(references.count == 7)
    for (name, reference) in references {
      let native = try Self.benchmark(name).nativeGradient()
      #expect(native.dimension == reference.dimension)
      var state: UInt64 = 1
      var first: Double?
      for (point, difference) in reference.differences.enumerated() {
        let q = (0..<native.dimension).map { _ in
          state = 6_364_136_223_846_793_005 &* state &+ 1_442_695_040_888_963_407
          return Double(state >> 11) / 9_007_199_254_740_992 - 0.5
        }
        var gradient = [Double](repeating: 0, count: q.count)
        let value = native.evaluate(at: q, gradient: &gradient)
        let offset = first ?? value
        first = offset
        #expect(abs(value - offset - difference) <= 1e-8 * max(1, abs(value)), "\(name), point \(point)")
        let size = max(1, gradient.map(abs).max() ?? 1)
        for (place, slope) in zip(reference.places, reference.gradients[point]) {
          #expect(abs(gradient[place] - slope) <= 1e-8 * size, "\(name), point \(point), component \(place)")
        }
        let squares = gradient.reduce(0) { $0 + $1 * $1 }
        #expect(abs(squares - reference.squares[point]) <= 1e-8 * max(1, squares), "\(name), point \(point)")
      }
    }
  }
}
