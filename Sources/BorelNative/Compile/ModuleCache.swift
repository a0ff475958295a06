// Compiled models by the content of what they are made from, in a private directory.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A directory of compiled models, and of the object file that every model's library has in common.
///
/// An entry is `<key>.so` with the SHA-256 of key and content in `<key>.sum`, the key being the SHA-256 of source, flags, compiler and processor. The
/// directory is the user's own, closed to others and no link; entries are written elsewhere and renamed. An entry whose checksum
/// does not agree, or that is another's, is never loaded: it is built anew.
public struct ModuleCache: Sendable {
  public let directory: String
  public let capacity: Int

  /// The cache of this user: `$XDG_CACHE_HOME/borel/native`, or `~/.cache/borel/native`; nil where there is no home.
  public static var standard: ModuleCache? {
    if let base = Files.environment("XDG_CACHE_HOME"), base.hasPrefix("/") {
      return ModuleCache(directory: base + "/borel/native")
    }
    return Files.environment("HOME").map { ModuleCache(directory: $0 + "/.cache/borel/native") }
  }

  /// Keeps at most `capacity` models, the least recently used go first.
  public init(directory: String, capacity: Int = 256) {
    self.directory = directory
    self.capacity = capacity
  }

  /// The directory in a state that is safe to load from, made where there is none; a reason where it is not.
  func open() -> String? {
    if let slash = directory.lastIndex(of: "/") { Files.makeDirectories(String(directory[..<slash])) }
    do throws(Files.Failure) {
      try Files.privateDirectory(directory)
      return nil
    } catch {
      return error.message
    }
  }

  private func library(_ key: String) -> String { directory + "/" + key + ".so" }
  private func checksum(_ key: String) -> String { directory + "/" + key + ".sum" }

  /// The path of a sound entry.
  func find(_ key: String) -> String? { content(key) == nil ? nil : library(key) }

  /// The bytes of a sound entry.
  func content(_ key: String) -> [UInt8]? {
    guard let bytes = Files.read(library(key)), let sum = Files.read(checksum(key)),
      String(decoding: sum, as: UTF8.self) == sha256(Array(key.utf8) + bytes)
    else { return nil }
    utimes(library(key), nil)
    return bytes
  }

  /// Puts a file that was made elsewhere into the cache.
  func store(_ bytes: [UInt8], as key: String) throws(Files.Failure) {
    let folder = try Files.temporaryDirectory(in: directory)
    defer { Files.removeDirectory(folder) }
    try Files.write(bytes, to: folder + "/entry", mode: 0o600)
    try store(folder + "/entry", as: key, from: folder)
  }

  /// Moves a finished library into the cache.
  func store(_ path: String, as key: String, from folder: String) throws(Files.Failure) {
    chmod(path, 0o700)
    guard let bytes = Files.read(path) else { throw Files.Failure("read", path) }
    let sumFile = folder + "/sum"
    try Files.write(Array(sha256(Array(key.utf8) + bytes).utf8), to: sumFile, mode: 0o600)
    guard rename(path, library(key)) == 0 else { throw Files.Failure("store", library(key)) }
    guard rename(sumFile, checksum(key)) == 0 else { throw Files.Failure("store", checksum(key)) }
    prune(keeping: key)
  }

  /// Drops the entries used longest ago, and what interrupted builds left behind.
  private func prune(keeping key: String) {
    let names = Files.names(in: directory)
    let now = time(nil)
    for name in names where name.hasPrefix("borel-") {
      let path = directory + "/" + name
      if let info = Files.info(path), now - modified(info) > 3600 { Files.removeDirectory(path) }
    }
    var entries: [(time: Int, key: String)] = []
    for name in names where name.hasSuffix(".so") {
      let entry = String(name.dropLast(3))
      if let info = Files.info(library(entry)) { entries.append((modified(info), entry)) }
    }
    guard entries.count > capacity else { return }
    entries.sort { $0.time < $1.time }
    for (_, old) in entries.prefix(entries.count - capacity) where old != key {
      unlink(checksum(old))
      unlink(library(old))
    }
  }

  private func modified(_ info: stat) -> Int {
    #if canImport(Darwin)
    info.st_mtimespec.tv_sec
    #else
    info.st_mtim.tv_sec
    #endif
  }
}
