// Standard output and standard error: results and messages, buffering, colour, and readers that go away.

import Borel
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// When to colour messages.
enum ColorMode: String, CaseIterable, Sendable {
  case auto, always, never
}

/// The two output streams of the process. Results go to `output`, everything else to `message`.
final class Console: Sendable {
  private struct State {
    var buffer: [UInt8] = []
    /// True while a progress line stands on the terminal without its line break.
    var hasProgressLine = false
  }

  private let state = Mutex(State())
  let inputIsTerminal = isatty(STDIN_FILENO) == 1
  let outputIsTerminal = isatty(STDOUT_FILENO) == 1
  let errorIsTerminal = isatty(STDERR_FILENO) == 1
  private static let bufferSize = 1 << 16

  /// Whether messages are coloured: on a terminal, unless `NO_COLOR` is set or the terminal is dumb.
  func usesColor(_ mode: ColorMode) -> Bool {
    switch mode {
    case .always: true
    case .never: false
    case .auto: errorIsTerminal && environment("NO_COLOR") == nil && environment("TERM") != "dumb"
    }
  }

  /// Writes a result to standard output; on a terminal at once, otherwise when the buffer is full or at the end.
  func output(_ text: String) {
    state.withLock { state in
      clearProgress(&state)
      state.buffer.append(contentsOf: text.utf8)
      if outputIsTerminal || state.buffer.count >= Self.bufferSize { flush(&state) }
    }
  }

  /// Writes a message to standard error after everything that was output before it.
  func message(_ text: String) {
    state.withLock { state in
      clearProgress(&state)
      flush(&state)
      send(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: STDERR_FILENO)
    }
  }

  /// Replaces the progress line on the terminal; the empty text removes it.
  func progress(_ text: String) {
    guard errorIsTerminal else { return }
    state.withLock { state in
      clearProgress(&state)
      guard !text.isEmpty else { return }
      send(Array(text.utf8), to: STDERR_FILENO)
      state.hasProgressLine = true
    }
  }

  func flush() {
    state.withLock { state in
      clearProgress(&state)
      flush(&state)
    }
  }

  private func flush(_ state: inout State) {
    guard !state.buffer.isEmpty else { return }
    let bytes = state.buffer
    state.buffer.removeAll(keepingCapacity: true)
    send(bytes, to: STDOUT_FILENO)
  }

  private func clearProgress(_ state: inout State) {
    guard state.hasProgressLine else { return }
    send(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
    state.hasProgressLine = false
  }

  private func send(_ bytes: [UInt8], to descriptor: Int32) {
    guard let code = Self.write(bytes, to: descriptor) else { return }
    if code == EPIPE { _exit(ExitStatus.brokenPipe.rawValue) }
    // Where messages cannot be written there is nobody to tell.
    if descriptor == STDOUT_FILENO {
      let message = "error: standard output cannot be written: \(String(cString: strerror(code)))\n"
      _ = Self.write(Array(message.utf8), to: STDERR_FILENO)
    }
    _exit(ExitStatus.output.rawValue)
  }

  /// Writes all bytes; the number of the error where that fails.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest))
        if count < 0, errno != EINTR { return errno }
        rest = rest.dropFirst(max(count, 0))
      }
      return nil
    }
  }
}

private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
  write(descriptor, buffer.baseAddress, buffer.count)
}

/// A variable of the environment, nil where it is unset or empty.
func environment(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}
