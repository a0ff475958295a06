// All the texts of a session: the program, its imports, the parts of the standard library that it uses, and its data.

import BorelDataIO
import BorelSema
import BorelSource
import BorelStandardLibrary
import BorelSyntax
import Synchronization

/// Owns the source map and finds the files that a program asks for. Programs that run may read data from any thread.
final class SourceStore: ModuleLoader, Sendable {
  private let map = Mutex(SourceMap())

  /// The texts so far.
  var sources: SourceMap { map.withLock { $0 } }

  /// Adds a text and parses it.
  func parse(_ file: SourceFile) -> (id: FileID, result: ParseResult) {
    let (id, sources) = map.withLock { map in (map.add(file), map) }
    return (id, BorelSyntax.parse(id, in: sources))
  }

  // MARK: Data

  /// Reads a data file; a relative path starts at the working directory or, where there is no such file, at the folder of a program.
  func loadData(
    _ path: String, besides program: FileID? = nil,
    _ read: (String, inout SourceMap) throws(DataFailure) -> LoadedData
  ) throws(DataFailure) -> LoadedData {
    do throws(DataFailure) {
      return try add(path, read)
    } catch {
      guard error.diagnostic.code == "file-missing", let program else { throw error }
      let other = Paths.resolve(path, relativeTo: sources[program].name)
      guard other != path else { throw error }
      do throws(DataFailure) {
        return try add(other, read)
      } catch let second {
        throw second.diagnostic.code == "file-missing" ? error : second
      }
    }
  }

  private func add(
    _ path: String, _ read: (String, inout SourceMap) throws(DataFailure) -> LoadedData
  ) throws(DataFailure) -> LoadedData {
    let result: Result<LoadedData, DataFailure> = map.withLock { map in
      do throws(DataFailure) { return .success(try read(path, &map)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  // MARK: ModuleLoader

  func module(at path: String, importedFrom file: FileID) throws(ModuleFailure) -> Module {
    let resolved = Paths.resolve(path, relativeTo: sources[file].name)
    do throws(DataFailure) {
      let source = SourceFile(name: resolved, utf8: try readFile(resolved))
      return module(source, identity: Paths.canonical(resolved))
    } catch {
      guard error.reason == .missing else { throw .unreadable(error.diagnostic.message) }
      throw error.diagnostic.code == "file-is-directory" ? .isDirectory : .missing
    }
  }

  func library(_ name: String) -> Module? {
    if let file = StandardLibrary.distributions[name] { return libraryModule(file) }
    return Self.libraryFunctions[name].map(libraryModule)
  }

  var libraryNames: [String] { (Array(StandardLibrary.distributions.keys) + Self.libraryFunctions.keys).sorted() }

  private func libraryModule(_ file: StandardLibrary.File) -> Module {
    let name = "stdlib/" + file.path
    return module(SourceFile(name: name, text: file.text), identity: name)
  }

  private func module(_ source: SourceFile, identity: String) -> Module {
    let (id, result) = parse(source)
    return Module(
      identity: identity, file: id, source: source, tree: result.tree, diagnostics: result.diagnostics)
  }

  /// Where functions and models of the library are defined: the files of `stdlib/` itself.
  private static let libraryFunctions: [String: StandardLibrary.File] = {
    var places: [String: StandardLibrary.File] = [:]
    for file in StandardLibrary.files where !file.path.contains("/") {
      var scratch = SourceMap()
      let id = scratch.add(SourceFile(name: file.path, text: file.text))
      for statement in BorelSyntax.parse(id, in: scratch).tree.statements {
        switch statement.kind {
        case .function(let declaration): places[declaration.name.text] = file
        case .model(let declaration): places[declaration.name.text] = file
        case .distribution(let declaration): places[declaration.name.text] = file
        default: break
        }
      }
    }
    return places
  }()
}
