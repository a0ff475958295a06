// The read-eval-print loop: reads whole inputs, evaluates them in one session, shows values, and survives errors.

import Borel

/// An interactive session over any source of lines.
public final class REPL {
  private let lines: any LineSource
  private let write: (String) -> Void
  private let complain: (String) -> Void
  private let color: Bool
  private let names: CompletionSource
  /// Runs the evaluation of an input, so that a shell can catch Ctrl-C around it.
  public var aroundInput: (() -> Void) -> Void = { $0() }
  let session: Session
  /// True once an input has failed; a script piped in ends with a failure then.
  public private(set) var hasFailed = false
  private var isDone = false

  /// - Parameters:
  ///   - write: receives results, with their line breaks.
  ///   - complain: receives messages, with their line breaks.
  public init(
    session: Session, lines: any LineSource, names: CompletionSource, color: Bool = false,
    write: @escaping (String) -> Void, complain: @escaping (String) -> Void
  ) {
    self.session = session
    self.lines = lines
    self.names = names
    self.color = color
    self.write = write
    self.complain = complain
  }

  /// Reads and evaluates until the end of input or `:quit`.
  public func run() {
    if lines.isInteractive { write("Borel \(borelVersion). :help lists the commands, :quit leaves.\n") }
    names.update(session.completionNames)
    while !isDone {
      switch readInput() {
      case .text(let input):
        aroundInput { handle(input) }
        names.update(session.completionNames)
      case .interrupted: continue
      case .end:
        if lines.isInteractive { write("\n") }
        return
      }
    }
  }

  /// Reads lines until they make a whole input.
  private func readInput() -> InputLine {
    var input = ""
    while true {
      switch lines.nextLine(prompt: input.isEmpty ? "borel> " : "  ...> ") {
      case .interrupted: return .interrupted
      case .end:
        // What has been typed is evaluated, so that its error is seen.
        return input.isEmpty ? .end : .text(input)
      case .text(let line):
        let isBlank = line.allSatisfy(\.isWhitespace)
        if input.isEmpty, isBlank { continue }
        // At a terminal a blank line ends an input that would go on.
        if isBlank, lines.isInteractive { return remembered(input) }
        input += input.isEmpty ? Self.withoutPrompt(line) : "\n" + Self.withoutPrompt(line)
        if input.hasPrefix(":") || input.hasPrefix("?") || !session.isIncomplete(input) { return remembered(input) }
      }
    }
  }

  private func remembered(_ input: String) -> InputLine {
    lines.remember(input)
    return .text(input)
  }

  /// A line pasted from another session loses its prompt.
  private static func withoutPrompt(_ line: String) -> String {
    for prompt in ["borel> ", "  ...> "] where line.hasPrefix(prompt) { return String(line.dropFirst(prompt.count)) }
    return line
  }

  private func handle(_ input: String) {
    do throws(BorelError) {
      if input.hasPrefix(":") {
        try command(String(input.dropFirst()))
      } else if input.hasPrefix("?") {
        try command("doc " + input.dropFirst())
      } else {
        try evaluate(input)
      }
    } catch {
      hasFailed = true
      complain(error.rendered(color: color))
    }
  }

  private func evaluate(_ input: String) throws(BorelError) {
    let value = try session.evaluate(input)
    guard !input.hasSuffix(";"), let text = value.text else { return }
    write(text + "\n")
  }

  // MARK: Commands

  private func command(_ line: String) throws(BorelError) {
    let parts = line.split(separator: " ", maxSplits: 1)
    let word = parts.first.map(String.init) ?? ""
    let argument = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
    let exact = REPLCommand.all.filter { $0.name == word }
    let matches = exact.isEmpty ? REPLCommand.all.filter { !word.isEmpty && $0.name.hasPrefix(word) } : exact
    guard matches.count == 1, let command = matches.first else {
      hasFailed = true
      let names = (matches.isEmpty ? REPLCommand.all : matches).map { ":" + $0.name }.joined(separator: " ")
      complain(
        matches.isEmpty
          ? "error: there is no command `:\(word)`; the commands are \(names)\n"
          : "error: `:\(word)` could be any of \(names)\n")
      return
    }
    switch try command.perform(session, String(argument)) {
    case .text(let text): if !text.isEmpty { write(text.hasSuffix("\n") ? text : text + "\n") }
    case .quit: isDone = true
    }
  }
}
