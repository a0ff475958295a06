// The files of a Zarr group: folders, and chunks that appear whole.

import BorelDraws

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The names in a folder, nil where there is none.
func folderNames(_ path: String) -> [String]? {
  guard let folder = opendir(path) else { return nil }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    // The name's array is longer than what Swift's tuple tells of some systems; it ends with a zero.
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
        String(cString: $0)
      }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

func makeFolder(_ path: String) throws(SinkFailure) {
  guard mkdir(path, 0o777) != 0, errno != EEXIST else { return }
  throw SinkFailure(path: path, reason: writeReason(errno))
}

/// Removes a folder with everything in it; links are removed, not followed.
func removeFolder(_ path: String) throws(SinkFailure) {
  for name in folderNames(path) ?? [] {
    let inner = "\(path)/\(name)"
    var status = stat()
    if lstat(inner, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      try removeFolder(inner)
    } else if unlink(inner) != 0 {
      throw SinkFailure(path: inner, reason: writeReason(errno))
    }
  }
  if rmdir(path) != 0 { throw SinkFailure(path: path, reason: writeReason(errno)) }
}

/// Writes a file that appears under its name when it is complete.
func writeWhole(_ bytes: [UInt8], to path: String) throws(SinkFailure) {
  let code = bytes.withUnsafeBytes { writeWhole($0, to: path) }
  if let code { throw SinkFailure(path: path, reason: writeReason(code)) }
}

private func writeWhole(_ bytes: UnsafeRawBufferPointer, to path: String) -> Int32? {
  let temporary = path + ".part"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { return errno }
  var code = write(bytes, descriptor, at: 0)
  if close(descriptor) != 0, code == nil { code = errno }
  if code == nil, rename(temporary, path) != 0 { code = errno }
  if code != nil { unlink(temporary) }
  return code
}

/// Replaces bytes within a file that is there already and has at least `size` bytes.
func overwrite(_ path: String, _ bytes: [UInt8], at offset: Int, size: Int) throws(SinkFailure) {
  let descriptor = open(path, O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw SinkFailure(path: path, reason: writeReason(errno)) }
  let found = Int(lseek(descriptor, 0, SEEK_END))
  guard found == size else {
    close(descriptor)
    throw SinkFailure(path: path, reason: "it has \(max(found, 0)) bytes, expected \(size): it was changed since")
  }
  var code = bytes.withUnsafeBytes { write($0, descriptor, at: offset) }
  if close(descriptor) != 0, code == nil { code = errno }
  if let code { throw SinkFailure(path: path, reason: writeReason(code)) }
}

/// Hands a file that is there to the device.
func flushFile(_ path: String) throws(SinkFailure) {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw SinkFailure(path: path, reason: writeReason(errno)) }
  let code = flush(descriptor)
  close(descriptor)
  if let code { throw SinkFailure(path: path, reason: writeReason(code)) }
}

/// False where there was no such file.
func removeFile(_ path: String) throws(SinkFailure) -> Bool {
  if unlink(path) == 0 { return true }
  if errno == ENOENT { return false }
  throw SinkFailure(path: path, reason: writeReason(errno))
}

private func write(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, at offset: Int) -> Int32? {
  var done = 0
  while done < bytes.count {
    let count = pwrite(
      descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
    if count >= 0 {
      done += count
    } else if errno != EINTR {
      return errno
    }
  }
  return nil
}
