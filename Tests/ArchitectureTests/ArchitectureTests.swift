// Reads the manifest and every import line: an arrow may only point to a lower layer, and only where the manifest draws it.

import Foundation
import Testing

/// The layers of `docs/architecture.md`; siblings share a number and never import each other.
private let layers: [String: Int] = [
  "CGSL": 0, "COpenBLAS": 0, "CReadline": 0, "CBorel": 0, "CBorelMath": 0, "CBorelNative": 0, "CBorelVM": 0,
  "BorelSource": 1, "BorelNumerics": 1, "BorelValues": 1, "BorelDraws": 1, "BorelRoutines": 1,
  "BorelSyntax": 2, "BorelIR": 2, "BorelDataIO": 2, "BorelConvergence": 2,
  "BorelSemantics": 3, "BorelSema": 3, "BorelPasses": 3, "BorelStandardLibrary": 3,
  "BorelInference": 4, "BorelVM": 4, "BorelNative": 4,
  "BorelMCMC": 5, "BorelSMC": 5, "BorelExact": 5, "BorelOptimize": 5,
  "Borel": 6, "BorelREPL": 7, "BorelCommandLine": 8, "BorelMain": 9,
]

/// Programs for developers; they may import any library.
private let tools: Set<String> = [
  "borel-bench", "borel-fuzz", "borel-files", "borel-convergence", "InferenceTestSupport",
]

/// The one Swift target that each C module stands behind.
private let ownersOfC = [
  "CGSL": "BorelNumerics", "COpenBLAS": "BorelNumerics", "CBorel": "BorelNumerics", "CReadline": "BorelREPL",
  "CBorelVM": "BorelVM", "CBorelNative": "BorelRoutines",
]

@Suite struct ArchitectureTests {
  let root: URL
  let dependencies: [String: Set<String>]

  init() throws {
    root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let manifest = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
    dependencies = Self.dependencies(in: manifest)
  }

  /// The internal dependencies of every target, read from the manifest's text.
  static func dependencies(in manifest: String) -> [String: Set<String>] {
    var result: [String: Set<String>] = [:]
    let targets = manifest.split(separator: /\.(?:target|executableTarget|systemLibrary)\(/).dropFirst()
    for target in targets {
      guard let name = target.firstMatch(of: /name: "([^"]+)"/)?.1 else { continue }
      var names: Set<String> = []
      if let list = target.firstMatch(of: /dependencies: \[((?:[^\[\]])*)\]/)?.1 {
        let own = list.replacing(/\.product\([^)]*\)/, with: "")
        for match in own.matches(of: /"([^"]+)"/) { names.insert(String(match.1)) }
      }
      result[String(name)] = names
    }
    return result
  }

  func swiftFiles(of target: String) -> [URL] {
    let folder = root.appending(path: "Sources/\(target)")
    guard let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else { return [] }
    return walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
  }

  func imports(of file: URL) throws -> Set<String> {
    let text = try String(contentsOf: file, encoding: .utf8)
    let pattern =
      /(?m)^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |internal |private |package )?import (?:struct |class |enum |func )?(\w+)/
    return Set(text.matches(of: pattern).map { String($0.1) })
  }

  @Test func everyTargetHasALayer() {
    let libraries = dependencies.keys.filter { !$0.hasSuffix("Tests") && !$0.hasSuffix("TestSupport") }
    for name in libraries where !tools.contains(name) && name != "embed-standard-library" {
      #expect(layers[name] != nil, "\(name) stands in Package.swift but in no layer of docs/architecture.md")
    }
    for name in layers.keys { #expect(dependencies[name] != nil, "\(name) is no target") }
  }

  @Test func arrowsOnlyPointDown() {
    for (name, layer) in layers {
      for dependency in dependencies[name] ?? [] {
        guard let lower = layers[dependency] else { continue }
        if layer == 0 && lower == 0 { continue }  // a C target may include a system library's headers
        #expect(lower < layer, "\(name) (layer \(layer)) depends on \(dependency) (layer \(lower))")
      }
    }
  }

  @Test func importsAreDeclared() throws {
    for name in layers.keys {
      for file in swiftFiles(of: name) {
        for module in try imports(of: file) where layers[module] != nil {
          #expect(
            dependencies[name]?.contains(module) == true,
            "\(file.lastPathComponent) of \(name) imports \(module), which its target does not declare")
        }
      }
    }
  }

  @Test func everyCModuleStandsBehindOneTarget() throws {
    for name in layers.keys {
      for file in swiftFiles(of: name) {
        for module in try imports(of: file) {
          guard let owner = ownersOfC[module] else { continue }
          #expect(owner == name, "\(file.lastPathComponent) of \(name) imports \(module), which stands behind \(owner)")
        }
      }
    }
  }

  @Test func inferenceAndLanguageMeetAtSemanticsOnly() {
    let language: Set = ["BorelSyntax", "BorelSema", "BorelIR", "BorelVM", "BorelNative"]
    let inference: Set = ["BorelInference", "BorelMCMC", "BorelSMC", "BorelExact", "BorelOptimize"]
    for name in inference { #expect(dependencies[name]?.isDisjoint(with: language) == true) }
    for name in language { #expect(dependencies[name]?.isDisjoint(with: inference) == true) }
  }

  @Test func librariesDoWithoutFoundation() throws {
    for name in layers.keys {
      for file in swiftFiles(of: name) {
        let modules = try imports(of: file)
        #expect(!modules.contains("Foundation"), "\(name)/\(file.lastPathComponent) imports Foundation")
      }
    }
  }

  /// The checks above read the manifest as text: this one makes sure that the reading finds what is there.
  @Test func theManifestIsRead() {
    #expect(dependencies["BorelVM"]?.isSuperset(of: ["BorelSemantics", "BorelIR"]) == true)
    #expect(dependencies["BorelCommandLine"]?.contains("Borel") == true)
    #expect(dependencies.count > 20)
  }
}
