// A program that runs beside this one: compilers and linkers.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program that was started with its input closed. `wait` has to be called once.
struct RunningProgram {
  private let process: pid_t
  /// Where its output is read from; -1 where it was not started.
  private let output: Int32
  /// Why it was not started.
  private let failure: String

  init(_ arguments: [String]) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      (process, output, failure) = (0, -1, "no pipe: \(String(cString: strerror(errno)))")
      return
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
    #else
    var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    var cArguments: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    cArguments.append(nil)
    defer { for argument in cArguments { free(argument) } }
    var process = pid_t()
    let status = posix_spawn(&process, arguments[0], &actions, nil, cArguments, environ)
    close(ends[1])
    guard status == 0 else {
      close(ends[0])
      (self.process, output, failure) = (0, -1, String(cString: strerror(status)))
      return
    }
    (self.process, output, failure) = (process, ends[0], "")
  }

  /// The exit status, 128 and the signal for a program that a signal ended, -1 where it was not started; and what it wrote.
  func wait() -> (status: Int32, output: String) {
    guard output >= 0 else { return (-1, failure) }
    defer { close(output) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let n = read(output, &buffer, buffer.count)
      if n < 0, errno == EINTR { continue }
      if n <= 0 { break }
      if text.count < 1 << 16 { text += buffer[..<n] }
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return (-1, String(cString: strerror(errno))) }
    }
    // Exit status in the second byte, the signal in the low seven bits.
    let code = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
    return (code, String(decoding: text, as: UTF8.self))
  }
}
