// Lines typed at a terminal, through GNU readline: editing, history in a file, completion of names, Ctrl-C.

import CReadline
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One line of input, or why there is none.
public enum InputLine: Equatable, Sendable {
  case text(String)
  /// Ctrl-C: the line is dropped.
  case interrupted
  case end
}

/// Where the read-eval-print loop gets its lines from.
public protocol LineSource: AnyObject {
  /// True where a person reads the prompt.
  var isInteractive: Bool { get }
  func nextLine(prompt: String) -> InputLine
  /// Remembers a whole input, which may have several lines.
  func remember(_ input: String)
}

/// What the completion callbacks see, global as readline's own state is; they are plain C functions and cannot capture.
private let completion = Mutex<CompletionState>(CompletionState())

private struct CompletionState: Sendable {
  var complete: (@Sendable (_ lineBefore: String, _ word: String) -> [String])?
  var candidates: [String] = []
}

/// Lines from GNU readline; there can be one per process.
public final class TerminalLines: LineSource {
  public let isInteractive = true
  private let historyPath: String?

  /// - Parameters:
  ///   - historyPath: the file that keeps the history, nil for none.
  ///   - complete: candidates for the word under the cursor, given the text of the line before it.
  public init(
    historyPath: String?, complete: @escaping @Sendable (_ lineBefore: String, _ word: String) -> [String]
  ) {
    self.historyPath = historyPath
    completion.withLock { $0.complete = complete }
    // Words end at blanks and operators; dots belong to a word so that `post.mu` completes as a whole. Readline keeps the pointers.
    borel_readline_prepare(
      strdup("borel"), strdup(" \t\n\"'`@$><=;|&{}()[]+-*/^%!,~"),
      { text, start, _ in
        guard let text, let buffer = borel_readline_buffer() else { return nil }
        let line = String(cString: buffer)
        let before = String(decoding: line.utf8.prefix(Int(start)), as: UTF8.self)
        let word = String(cString: text)
        completion.withLock { $0.candidates = ($0.complete?(before, word) ?? []).reversed() }
        return borel_readline_matches(text) { _, _ in
          completion.withLock { state in state.candidates.popLast() }.flatMap { strdup($0) }
        }
      })
    using_history()
    if let historyPath {
      read_history(historyPath)
      stifle_history(5000)
    }
  }

  public func nextLine(prompt: String) -> InputLine {
    var isInterrupted: Int32 = 0
    guard let line = borel_readline_line(prompt, &isInterrupted) else {
      return isInterrupted != 0 ? .interrupted : .end
    }
    defer { free(line) }
    return .text(String(cString: line))
  }

  public func remember(_ input: String) {
    add_history(input)
    guard let historyPath else { return }
    // Written after every input, so that a killed session loses nothing.
    write_history(historyPath)
  }
}
