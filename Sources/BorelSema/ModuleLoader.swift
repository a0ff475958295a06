// How the analyzer gets at other files: imports and the standard library, found and parsed by the driver.

import BorelSource
import BorelSyntax

/// A parsed file.
public struct Module: Sendable {
  /// Equal for two imports of the same file, such as its canonical path.
  public var identity: String
  public var file: FileID
  public var source: SourceFile
  public var tree: SyntaxTree
  /// What the parser had to say.
  public var diagnostics: [Diagnostic]

  public init(
    identity: String, file: FileID, source: SourceFile, tree: SyntaxTree, diagnostics: [Diagnostic] = []
  ) {
    self.identity = identity
    self.file = file
    self.source = source
    self.tree = tree
    self.diagnostics = diagnostics
  }
}

/// Why a file could not be imported.
public enum ModuleFailure: Error, Sendable, Equatable {
  case missing
  case isDirectory
  /// With the system's reason.
  case unreadable(String)
}

/// Finds and parses files; implemented by the driver, which owns the source map.
public protocol ModuleLoader: AnyObject {
  /// The file at a path written in an `import` of another file; relative paths start at that file's folder.
  func module(at path: String, importedFrom file: FileID) throws(ModuleFailure) -> Module
  /// The standard library's file that defines a name, nil where there is none.
  func library(_ name: String) -> Module?
  /// All names that `library` knows, for suggestions and completion.
  var libraryNames: [String] { get }
}

/// A loader that knows no files, for tests and tools that look at one text alone.
public final class NoModules: ModuleLoader {
  public init() {}
  public func module(at path: String, importedFrom file: FileID) throws(ModuleFailure) -> Module {
    throw .missing
  }
  public func library(_ name: String) -> Module? { nil }
  public var libraryNames: [String] { [] }
}
