// Reading whole files and writing them in one step, with errors in words.

import BorelSource

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The bytes of a file; `-` is standard input.
///
/// Spans count bytes in 32 bits, so a file of 2 GiB or more is refused.
public func readFile(_ path: String) throws(DataFailure) -> [UInt8] {
  try readFile(path, sizeLimit: Int(Int32.max))
}

/// Files that no span points into may be larger.
func readFile(_ path: String, sizeLimit: Int) throws(DataFailure) -> [UInt8] {
  let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw readFailure(path, errno) }
  defer { if descriptor != STDIN_FILENO { close(descriptor) } }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw readFailure(path, errno) }
  guard status.st_mode & S_IFMT != S_IFDIR else { throw readFailure(path, EISDIR) }
  func tooLarge() -> DataFailure {
    DataFailure(.malformed, code: "file-too-large", "\(shown(path)) is larger than 2 GiB")
  }
  guard Int(status.st_size) < sizeLimit else { throw tooLarge() }

  var bytes: [UInt8] = []
  var capacity = max(Int(status.st_size) + 1, 65_536)
  while true {
    // Appends what one call reads; a pipe is read in growing pieces.
    var failure: Int32 = 0
    let piece = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = 0
      while count < buffer.count {
        let got = read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
        if got > 0 {
          count += got
        } else if got == 0 {
          break
        } else if errno != EINTR {
          failure = errno
          break
        }
      }
    }
    guard failure == 0 else { throw readFailure(path, failure) }
    let isLast = piece.count < capacity
    if bytes.isEmpty { bytes = piece } else { bytes += piece }
    guard bytes.count < sizeLimit else { throw tooLarge() }
    if isLast { return bytes }
    capacity = min(capacity * 2, 1 << 28)
  }
}

/// Where results go.
public enum OutputTarget: Sendable {
  case standardOutput
  case file(String)

  /// `-` is standard output.
  public init(path: String) { self = path == "-" ? .standardOutput : .file(path) }
}

/// Writes all bytes. A regular file appears under its name only when it is complete; what was there stays until then.
public func writeFile(_ bytes: [UInt8], to target: OutputTarget) throws(DataFailure) {
  switch target {
  case .standardOutput:
    if let code = writeAll(bytes, STDOUT_FILENO) { throw writeFailure("standard output", code) }
  case .file(let path):
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw writeFailure(path, EISDIR) }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      // A pipe or a device: nothing to replace.
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw writeFailure(path, errno) }
      defer { close(descriptor) }
      if let code = writeAll(bytes, descriptor) { throw writeFailure(path, code) }
      return
    }
    if exists, access(path, W_OK) != 0 { throw writeFailure(path, errno) }
    try replaceFile(path, with: bytes, mode: exists ? status.st_mode & 0o7777 : nil)
  }
}

private func replaceFile(
  _ path: String, with bytes: [UInt8], mode: mode_t?, isDurable: Bool = false
) throws(DataFailure) {
  // The target of a symbolic link is replaced, not the link.
  var real = path
  if let resolved = realpath(path, nil) {
    real = String(cString: resolved)
    free(resolved)
  }
  let temporary = "\(real).\(getpid()).part"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw writeFailure(path, errno) }
  var code = writeAll(bytes, descriptor)
  if code == nil, let mode, fchmod(descriptor, mode) != 0 { code = errno }
  if code == nil, isDurable { code = flush(descriptor) }
  // Some file systems report a full disk only here.
  if close(descriptor) != 0, code == nil { code = errno }
  if code == nil, rename(temporary, real) != 0 { code = errno }
  if let code {
    unlink(temporary)
    throw writeFailure(path, code)
  }
}

/// Writes bytes so that after a crash, even of the machine, the file holds either these or what it held before.
///
/// The bytes go to a file beside it that then takes its name; file and folder are flushed to the device.
public func writeAtomically(_ bytes: [UInt8], to path: String) throws(DataFailure) {
  try replaceFile(path, with: bytes, mode: nil, isDurable: true)
  var folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  if folder.isEmpty { folder = "/" }
  let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw writeFailure(path, errno) }
  defer { close(descriptor) }
  if let code = flush(descriptor) { throw writeFailure(path, code) }
}

/// Waits until what was written to a descriptor is on its device; nil, or the error's number.
func flush(_ descriptor: Int32) -> Int32? {
  while fsync(descriptor) != 0 {
    switch errno {
    case EINTR: continue
    // Pipes, devices and some network folders have nothing to flush.
    case EINVAL, EROFS, ENOTSUP: return nil
    default: return errno
    }
  }
  return nil
}

/// nil, or the error's number.
private func writeAll(_ bytes: [UInt8], _ descriptor: Int32) -> Int32? {
  bytes.withUnsafeBytes { buffer -> Int32? in
    var done = 0
    while done < buffer.count {
      let written = write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      if written >= 0 {
        done += written
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}

/// A path as messages show it.
func shown(_ path: String) -> String { path == "-" ? "standard input" : path }

private func readFailure(_ path: String, _ code: Int32) -> DataFailure {
  switch code {
  case ENOENT, ENOTDIR:
    DataFailure(
      .missing, code: "file-missing", "there is no file \(path)",
      hint: path.hasPrefix("/") ? nil : "relative paths start at the directory where borel was started")
  case EISDIR:
    DataFailure(.missing, code: "file-is-directory", "\(path) is a directory, expected a file")
  case EACCES, EPERM:
    DataFailure(.malformed, code: "file-unreadable", "\(path) cannot be read: no permission")
  default:
    DataFailure(
      .malformed, code: "file-unreadable", "\(shown(path)) cannot be read: \(String(cString: strerror(code)))")
  }
}

private func writeFailure(_ path: String, _ code: Int32) -> DataFailure {
  return DataFailure(.output, code: "output-unwritable", "\(path) cannot be written: \(writeReason(code))")
}

/// What an error's number means for somebody who writes.
func writeReason(_ code: Int32) -> String {
  switch code {
  case ENOENT: "its directory does not exist"
  case ENOTDIR: "a part of its path is not a directory"
  case EISDIR: "it is a directory"
  case EACCES, EPERM: "no permission"
  case ENOSPC, EDQUOT: "the disk is full"
  case EFBIG: "it would be larger than allowed"
  case EROFS: "the file system is read-only"
  case EPIPE: "the reader has gone"
  default: String(cString: strerror(code))
  }
}
