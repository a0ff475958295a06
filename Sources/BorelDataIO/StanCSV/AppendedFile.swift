// A file that grows at its end through a large buffer, and that an error leaves with whole lines.

import BorelDraws

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Lines on their way to a file.
final class AppendedFile {
  let path: String
  private let descriptor: Int32
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var used = 0
  /// Bytes of the file, those that are still in memory left out.
  private var written: Int
  private var isClosed = false
  /// What the first error was; nothing is written behind it.
  private var failure: SinkFailure?

  /// All bytes, those in memory included.
  var count: Int { written + used }

  /// Makes the file or, with `keeping`, cuts it off behind that many bytes.
  init(_ path: String, keeping kept: Int? = nil) throws(SinkFailure) {
    self.path = path
    let flags = O_RDWR | O_CLOEXEC | (kept == nil ? O_CREAT | O_TRUNC : 0)
    var descriptor = open(path, flags, 0o666)
    // Devices and pipes may only be written to.
    if descriptor < 0, kept == nil { descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw SinkFailure(path: path, reason: writeReason(errno)) }
    self.descriptor = descriptor
    capacity = 1 << 18
    buffer = .allocate(capacity: capacity)
    written = kept ?? 0
    guard let kept else { return }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size >= kept else {
      throw SinkFailure(
        path: path,
        reason: "it holds \(max(size, 0)) bytes, fewer than the \(kept) of the checkpoint: it was changed since")
    }
    guard ftruncate(descriptor, off_t(kept)) == 0, lseek(descriptor, off_t(kept), SEEK_SET) == kept else {
      throw SinkFailure(path: path, reason: writeReason(errno))
    }
  }

  deinit {
    if !isClosed {
      try? flush()
      close(descriptor)
    }
    buffer.deallocate()
  }

  /// Memory behind what was added so far, with room for `count` bytes; `commit` says how many were used.
  func room(_ count: Int) throws(SinkFailure) -> UnsafeMutablePointer<UInt8> {
    if used + count > capacity {
      try flush()
      if count > capacity {
        buffer.deallocate()
        capacity = count
        buffer = .allocate(capacity: capacity)
      }
    }
    return buffer + used
  }

  func commit(_ count: Int) { used += count }

  func append(_ bytes: [UInt8]) throws(SinkFailure) {
    let target = try room(bytes.count)
    bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { target.update(from: start, count: source.count) }
    }
    commit(bytes.count)
  }

  /// Hands what is in memory to the system.
  func flush() throws(SinkFailure) {
    if let failure { throw failure }
    var done = 0
    while done < used {
      let count = write(descriptor, buffer + done, used - done)
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        let failure = SinkFailure(path: path, reason: writeReason(errno))
        self.failure = failure
        keepWholeLines(done)
        throw failure
      }
    }
    written += used
    used = 0
  }

  /// After an error: the part of the buffer that was written ends with a line.
  private func keepWholeLines(_ done: Int) {
    var whole = done
    while whole > 0, buffer[whole - 1] != 0x0A { whole -= 1 }
    written += whole
    used = 0
    // Where even this fails the reader leaves out the unfinished row.
    _ = ftruncate(descriptor, off_t(written))
  }

  /// Hands everything to the device.
  func synchronize() throws(SinkFailure) {
    try flush()
    if let code = BorelDataIO.flush(descriptor) { throw SinkFailure(path: path, reason: writeReason(code)) }
  }

  /// The first bytes of the file.
  func start(_ count: Int) throws(SinkFailure) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      initialized = 0
      while initialized < count {
        let got = pread(
          descriptor, target.baseAddress.map { $0 + initialized }, count - initialized, off_t(initialized))
        if got > 0 {
          initialized += got
        } else if got == 0 {
          break
        } else if errno != EINTR {
          failure = errno
          break
        }
      }
    }
    guard failure == 0 else { throw SinkFailure(path: path, reason: writeReason(failure)) }
    return bytes
  }

  /// Replaces bytes that are in the file already.
  func replace(_ bytes: [UInt8], at offset: Int) throws(SinkFailure) {
    try flush()
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { source in
        pwrite(descriptor, source.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw SinkFailure(path: path, reason: writeReason(errno))
      }
    }
  }

  func finish() throws(SinkFailure) {
    guard !isClosed else { return }
    try flush()
    isClosed = true
    // Some file systems report a full disk only here.
    if close(descriptor) != 0 { throw SinkFailure(path: path, reason: writeReason(errno)) }
  }
}
