// A program behind a pseudo-terminal, as a person would use it: types text, waits for what appears.

import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct TerminalError: Error, CustomStringConvertible {
  let description: String
}

/// Starts a program with a terminal of its own as its standard streams.
final class PseudoTerminal {
  private let controller: Int32
  private let process: pid_t
  /// Everything the program has written.
  private(set) var transcript = ""
  /// How much of the transcript `expect` has used up.
  private var position = 0
  private var hasExited = false

  init(_ program: String, _ arguments: [String], environment: [String: String]) throws {
    guard let (controller, terminal) = Self.open() else {
      throw TerminalError(description: "no pseudo-terminal: \(String(cString: strerror(errno)))")
    }
    self.controller = controller
    var size = winsize(ws_row: 40, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(controller, UInt(TIOCSWINSZ), &size)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // A session leader that opens a terminal gets it as its controlling one, and with it Ctrl-C.
    // Threads of the test runner block or ignore signals, and a child would inherit that.
    posix_spawnattr_setflags(&attributes, Self.newSession | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for signal in [SIGINT, SIGTSTP, SIGALRM] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
    }
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    posix_spawn_file_actions_addclose(&actions, controller)

    var argumentPointers: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var environmentPointers: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var identifier = pid_t()
    let code = posix_spawn(&identifier, program, &actions, &attributes, &argumentPointers, &environmentPointers)
    guard code == 0 else { throw TerminalError(description: "\(program): \(String(cString: strerror(code)))") }
    process = identifier
  }

  #if os(Linux)
  /// POSIX_SPAWN_SETSID, which Glibc hides from Swift.
  private static let newSession: Int16 = 0x80

  /// A pseudo-terminal and the path of its other end, by the requests TIOCSPTLCK and TIOCGPTN: Glibc hides posix_openpt.
  private static func open() -> (controller: Int32, terminal: String)? {
    let controller = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var unlocked: Int32 = 0
    var number: UInt32 = 0
    guard controller >= 0, ioctl(controller, 0x4004_5431, &unlocked) == 0, ioctl(controller, 0x8004_5430, &number) == 0
    else { return nil }
    return (controller, "/dev/pts/\(number)")
  }
  #else
  private static let newSession = Int16(POSIX_SPAWN_SETSID)

  private static func open() -> (controller: Int32, terminal: String)? {
    let controller = posix_openpt(O_RDWR | O_NOCTTY)
    guard controller >= 0, grantpt(controller) == 0, unlockpt(controller) == 0, let name = ptsname(controller) else {
      return nil
    }
    return (controller, String(cString: name))
  }
  #endif

  deinit {
    // After `waitForExit` the number may belong to another process.
    if !hasExited {
      var status: Int32 = 0
      kill(process, SIGKILL)
      waitpid(process, &status, 0)
    }
    close(controller)
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(controller, bytes, bytes.count)
  }

  /// Waits until the program has written `text` after what was expected before.
  func expect(_ text: String, seconds: Int = 60) throws {
    for _ in 0..<seconds * 20 {
      let rest = String(transcript.dropFirst(position))
      if let range = rest.range(of: text) {
        position += rest.distance(from: rest.startIndex, to: range.upperBound)
        return
      }
      var status = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
      guard poll(&status, 1, 50) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(controller, &buffer, buffer.count)
      guard count > 0 else { break }
      transcript += Self.plain(String(decoding: buffer[..<count], as: UTF8.self))
    }
    throw TerminalError(description: "`\(text)` did not appear; the terminal shows\n\(transcript)")
  }

  /// Waits for the program to end; its exit code, or 128 and the signal that ended it.
  func waitForExit(seconds: Int = 60) throws -> Int32 {
    for _ in 0..<seconds * 20 {
      var status: Int32 = 0
      if waitpid(process, &status, WNOHANG) == process {
        hasExited = true
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
      }
      // Output that nobody reads could keep it from ending.
      var poller = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
      if poll(&poller, 1, 50) > 0 {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(controller, &buffer, buffer.count)
        if count > 0 {
          transcript += Self.plain(String(decoding: buffer[..<count], as: UTF8.self))
        } else {
          // The terminal is closed before the process can be waited for, and poll returns at once from then on.
          usleep(50_000)
        }
      }
    }
    throw TerminalError(description: "the program does not end; the terminal shows\n\(transcript)")
  }

  /// Without carriage returns and escape sequences.
  private static func plain(_ text: String) -> String {
    text.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "").replacing("\r", with: "")
  }
}
