// The few file operations of the cache, with their errors.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files by plain system calls.
enum Files {
  struct Failure: Error {
    var message: String
    init(_ operation: String, _ path: String) {
      message = "cannot \(operation) \(path): \(String(cString: strerror(errno)))"
    }
    init(message: String) { self.message = message }
  }

  static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_uid == geteuid(),
      info.st_mode & 0o022 == 0, info.st_size >= 0, info.st_size < 1 << 30
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
    var filled = 0
    while filled < bytes.count {
      let n = bytes.withUnsafeMutableBytes { systemRead(file, $0.baseAddress.map { $0 + filled }, $0.count - filled) }
      if n <= 0 { return nil }
      filled += n
    }
    return bytes
  }

  static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(Failure) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard file >= 0 else { throw Failure("create", path) }
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let n = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress.map { $0 + written }, $0.count - written) }
      if n <= 0 { throw Failure("write", path) }
      written += n
    }
  }

  static func info(_ path: String) -> stat? {
    var info = stat()
    return lstat(path, &info) == 0 ? info : nil
  }

  /// A directory of the given mode that nobody else can write to: made where there is none; not a link, not another's.
  static func privateDirectory(_ path: String) throws(Failure) {
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw Failure("make the directory", path) }
    guard let info = info(path) else { throw Failure("look at", path) }
    guard info.st_mode & S_IFMT == S_IFDIR else { throw Failure(message: "\(path) is no directory") }
    guard info.st_uid == geteuid() else { throw Failure(message: "\(path) belongs to somebody else") }
    guard info.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0 else { throw Failure("close to others", path) }
  }

  static func makeDirectories(_ path: String) {
    var prefix = ""
    for part in path.split(separator: "/") {
      prefix += "/" + part
      mkdir(prefix, 0o700)
    }
  }

  /// A new directory of our own below `parent`.
  static func temporaryDirectory(in parent: String) throws(Failure) -> String {
    var template = Array((parent + "/borel-XXXXXX").utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer -> Bool in
      guard let start = buffer.baseAddress else { return false }
      return mkdtemp(start) != nil
    }
    guard made else { throw Failure("make a directory in", parent) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes a directory and the files in it.
  static func removeDirectory(_ path: String) {
    for name in names(in: path) { unlink(path + "/" + name) }
    rmdir(path)
  }

  /// Makes the directories that lead from `base`, which is there, to `path`.
  static func makeDirectories(_ path: String, below base: String) {
    var prefix = base
    for part in path.dropFirst(base.count).split(separator: "/") {
      prefix += "/" + part
      mkdir(prefix, 0o700)
    }
  }

  /// Removes a directory with all that is below it.
  static func removeTree(_ path: String) {
    for name in names(in: path) {
      let inner = path + "/" + name
      if let info = info(inner), info.st_mode & S_IFMT == S_IFDIR { removeTree(inner) } else { unlink(inner) }
    }
    rmdir(path)
  }

  static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  static func environment(_ name: String) -> String? {
    guard let text = getenv(name) else { return nil }
    let value = String(cString: text)
    return value.isEmpty ? nil : value
  }
}

// Inside the enumeration, `read` and `write` mean its own functions.
private func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  guard let buffer else { return 0 }
  return read(file, buffer, count)
}
private func systemWrite(_ file: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  guard let buffer else { return 0 }
  return write(file, buffer, count)
}
