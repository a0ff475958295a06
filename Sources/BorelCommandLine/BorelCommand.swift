// The root command: its sub-commands, and how a run begins and ends.

import ArgumentParser
import Borel
import BorelSource

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct BorelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "borel",
    abstract: "A probabilistic programming language.",
    discussion: "Results go to standard output, messages to standard error. Exit codes: docs/command-line.md.",
    version: borelVersion,
    subcommands: [
      RunCommand.self, SampleCommand.self, SummaryCommand.self, LooCommand.self, OptimizeCommand.self,
      LaplaceCommand.self, PathfinderCommand.self,
      SimulateCommand.self, PriorCommand.self, PredictCommand.self,
      CalibrationCommand.self, EnumerateCommand.self, CheckCommand.self,
      FormatCommand.self, ExplainCommand.self, EmitLoopCommand.self, EmitCCommand.self, CompileCommand.self,
      REPLCommand.self,
      VersionCommand.self,
    ])
}

/// A sub-command; what it throws becomes messages and an exit code.
protocol Subcommand: ParsableCommand {
  /// How messages look.
  var messages: MessageOptions { get }
  func run(_ console: Console) throws
}

/// Runs the command with the process's arguments and exits.
public func runCommandLine() -> Never {
  // A reader that goes away is noticed when writing.
  signal(SIGPIPE, SIG_IGN)
  let console = Console()
  let status = execute(Array(CommandLine.arguments.dropFirst()), console)
  console.flush()
  exit(status.rawValue)
}

private func execute(_ arguments: [String], _ console: Console) -> ExitStatus {
  let command: any ParsableCommand
  do {
    if let message = unknownCommand(arguments) {
      console.message(message)
      return .usage
    }
    command = try BorelCommand.parseAsRoot(arguments)
    guard let command = command as? any Subcommand else {
      var other = command
      try other.run()
      return .success
    }
    return execute(command, console)
  } catch {
    return explain(error, console)
  }
}

private func execute(_ command: any Subcommand, _ console: Console) -> ExitStatus {
  do {
    try command.run(console)
    return .success
  } catch let exit as Exit {
    return exit.status
  } catch let error as BorelError {
    console.message(error.rendered(color: console.usesColor(command.messages.color)))
    return ExitStatus(error.kind)
  } catch {
    return explain(error, console)
  }
}

/// Prints what ArgumentParser has to say: help on standard output, everything else on standard error.
private func explain(_ error: any Error, _ console: Console) -> ExitStatus {
  let code = BorelCommand.exitCode(for: error)
  let text = BorelCommand.fullMessage(for: error)
  if code.isSuccess {
    console.output(text.hasSuffix("\n") ? text : text + "\n")
    return .success
  }
  console.message(text.hasPrefix("Error: ") ? "error: " + text.dropFirst(7) : text)
  return .usage
}

/// A message where the first argument is no command, with the nearest one that is.
private func unknownCommand(_ arguments: [String]) -> String? {
  guard let first = arguments.first, !first.hasPrefix("-") else { return nil }
  let names = BorelCommand.configuration.subcommands.map { $0._commandName } + ["help"]
  if names.contains(first) { return nil }
  if first.hasSuffix(".ppl") {
    return "error: `\(first)` is not a command; to run the program: borel run \(first)"
  }
  let suggestion = closestMatch(to: first, among: names).map { "; did you mean `\($0)`?" } ?? ""
  return
    "error: there is no command `\(first)`\(suggestion)\nThe commands are \(names.dropLast().joined(separator: ", ")); see borel --help."
}
