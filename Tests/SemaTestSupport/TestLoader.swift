// A module loader over the files of the repository, and one call from text to analysis.

import BorelSema
import BorelSource
import BorelStandardLibrary
import BorelSyntax
import Foundation

/// Loads imports from a folder, and library definitions from the embedded standard library.
public final class TestLoader: ModuleLoader {
  public private(set) var sources = SourceMap()
  /// Relative paths start here.
  let folder: URL

  public init(folder: URL = FileManager.default.temporaryDirectory) { self.folder = folder }

  /// Parses a text under a name.
  public func parse(_ name: String, _ utf8: [UInt8]) -> Module {
    let source = SourceFile(name: name, utf8: utf8)
    let file = sources.add(source)
    let result = BorelSyntax.parse(file, in: sources)
    return Module(identity: name, file: file, source: source, tree: result.tree, diagnostics: result.diagnostics)
  }

  public func module(at path: String, importedFrom file: FileID) throws(ModuleFailure) -> Module {
    let parent = sources[file].name.split(separator: "/").dropLast()
    var parts: [Substring] = []
    for part in parent + path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    let name = parts.joined(separator: "/")
    let url = folder.appending(path: name)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else { throw .missing }
    if isDirectory.boolValue { throw .isDirectory }
    guard let data = FileManager.default.contents(atPath: url.path) else { throw .unreadable("no permission") }
    return parse(name, [UInt8](data))
  }

  public func library(_ name: String) -> Module? {
    if let file = StandardLibrary.distributions[name] { return parse("stdlib/" + file.path, Array(file.text.utf8)) }
    return Self.functions[name].map { parse("stdlib/" + $0.path, Array($0.text.utf8)) }
  }

  public let libraryNames = StandardLibrary.distributions.keys.sorted() + functions.keys.sorted()

  /// Functions of the library that are written in the language, with the files that define them.
  private static let functions: [String: StandardLibrary.File] = {
    var places: [String: StandardLibrary.File] = [:]
    for library in StandardLibrary.files where !library.path.contains("/") {
      var sources = SourceMap()
      let file = sources.add(SourceFile(name: library.path, text: library.text))
      for statement in BorelSyntax.parse(file, in: sources).tree.statements {
        if case .function(let declaration) = statement.kind { places[declaration.name.text] = library }
      }
    }
    return places
  }()
}

/// A text that has been parsed and analyzed.
public struct Analyzed {
  public var analyzer: Analyzer
  public var analysis: Analysis
  /// Those of the parser, then those of the analyzer.
  public var diagnostics: [Diagnostic]
  public var sources: SourceMap

  public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
  /// The codes of all diagnostics, in order.
  public var codes: [String] { diagnostics.map(\.code) }
  public var text: String { render(diagnostics, in: sources) }
}

/// Parses and analyzes a text, after what another analyzer has seen where one is given.
public func analyze(
  _ text: String, name: String = "test.ppl", folder: URL? = nil, after analyzer: Analyzer = Analyzer(),
  loader: TestLoader? = nil
) -> Analyzed {
  let loader = loader ?? folder.map { TestLoader(folder: $0) } ?? TestLoader()
  let module = loader.parse(name, Array(text.utf8))
  var analyzer = analyzer
  let analysis = analyzer.analyze(module.tree, file: module.file, source: module.source, loader: loader)
  return Analyzed(
    analyzer: analyzer, analysis: analysis, diagnostics: module.diagnostics + analysis.diagnostics,
    sources: loader.sources)
}

/// The folder of the package.
public let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
