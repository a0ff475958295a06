// All the texts of a session: the program, its imports and the parts of the standard library that it uses.

import BorelSema
import BorelSource
import BorelStandardLibrary
import BorelSyntax

/// Owns the source map and finds the files that a program asks for.
final class SourceStore: ModuleLoader {
  private(set) var sources = SourceMap()
  /// Definitions of `prelude.ppl`, found by parsing it once when a name is asked for that no distribution has.
  private var preludeNames: Set<String>?
  private static let preludePath = "prelude.ppl"

  /// Adds a text and parses it.
  func parse(_ file: SourceFile) -> (id: FileID, result: ParseResult) {
    let id = sources.add(file)
    return (id, BorelSyntax.parse(id, in: sources))
  }

  // MARK: ModuleLoader

  func module(at path: String, importedFrom file: FileID) throws(ModuleFailure) -> Module {
    let resolved = Files.resolve(path, relativeTo: sources[file].name)
    do {
      let source = SourceFile(name: resolved, utf8: try Files.read(resolved))
      return module(source, identity: Files.canonical(resolved))
    } catch {
      switch error {
      case .missing: throw .missing
      case .isDirectory: throw .isDirectory
      case .other(let reason): throw .unreadable(reason)
      }
    }
  }

  func library(_ name: String) -> Module? {
    if let file = StandardLibrary.distributions[name] { return libraryModule(file) }
    guard let prelude = Self.prelude, namesOfPrelude().contains(name) else { return nil }
    return libraryModule(prelude)
  }

  var libraryNames: [String] { (Array(StandardLibrary.distributions.keys) + namesOfPrelude()).sorted() }

  private static let prelude = StandardLibrary.files.first { $0.path == preludePath }

  private func libraryModule(_ file: StandardLibrary.File) -> Module {
    let name = "stdlib/" + file.path
    return module(SourceFile(name: name, text: file.text), identity: name)
  }

  private func module(_ source: SourceFile, identity: String) -> Module {
    let (id, result) = parse(source)
    return Module(
      identity: identity, file: id, source: source, tree: result.tree, diagnostics: result.diagnostics)
  }

  private func namesOfPrelude() -> Set<String> {
    if let preludeNames { return preludeNames }
    var names: Set<String> = []
    if let prelude = Self.prelude {
      var scratch = SourceMap()
      let id = scratch.add(SourceFile(name: prelude.path, text: prelude.text))
      for statement in BorelSyntax.parse(id, in: scratch).tree.statements {
        switch statement.kind {
        case .function(let declaration): names.insert(declaration.name.text)
        case .model(let declaration): names.insert(declaration.name.text)
        case .distribution(let declaration): names.insert(declaration.name.text)
        default: break
        }
      }
    }
    preludeNames = names
    return names
  }
}
