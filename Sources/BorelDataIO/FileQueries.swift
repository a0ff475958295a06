// Whether a file is there, and how to be rid of it.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// True where something exists at the path.
public func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Removes a file; it is no error where there is none.
public func deleteFile(_ path: String) { unlink(path) }

/// A lock on a file that other processes see; it ends with this object or the process.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Nil where another process holds the lock, or where the file cannot be opened.
  public init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    // A file system without locks is no reason not to run.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      return nil
    }
  }

  deinit { close(descriptor) }
}

/// Removes what writers that were killed have left beside files: `fit_metric_1.json.1234.part` for the prefix `fit_`.
public func removeUnfinishedFiles(withPrefix prefix: String) {
  let slash = prefix.lastIndex(of: "/")
  let folder = slash.map { String(prefix[...$0]) } ?? ""
  let start = slash.map { String(prefix[prefix.index(after: $0)...]) } ?? prefix
  for name in folderNames(folder.isEmpty ? "." : folder) ?? [] where name.hasPrefix(start) && name.hasSuffix(".part") {
    deleteFile(folder + name)
  }
}
