// Paths of imported files, and program files as texts.

import BorelDataIO
import BorelSource

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

enum Paths {
  /// The absolute path without links and dots, or the path itself where there is no such file.
  static func canonical(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// A path as seen from the folder that holds `file`; absolute paths stay.
  static func resolve(_ path: String, relativeTo file: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return String(file[...slash]) + path
  }
}

/// The text of a program; `-` is standard input.
func programSource(at path: String) throws(BorelError) -> SourceFile {
  do throws(DataFailure) {
    return SourceFile(name: path == "-" ? "<stdin>" : path, utf8: try readFile(path))
  } catch {
    // What is wrong with a program file is not the data's fault.
    throw BorelError(.noInput, [error.diagnostic])
  }
}
