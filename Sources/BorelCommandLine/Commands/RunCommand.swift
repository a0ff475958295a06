// `borel run`: runs a script.

import ArgumentParser
import Borel

/// A program and the stage of it to show.
struct ProgramOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The program, - for standard input.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "Print a stage of the pipeline instead of running: \(Stage.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "stage"))
  var dump: Stage?
}

extension Stage: ExpressibleByArgument {}

struct RunCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a script.",
    discussion: """
      With --data the keys of the files are the fields of the global `data`; a script that reads its own files does not need it.
      """)

  @OptionGroup var program: ProgramOptions

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "A JSON or CSV file, read into the global `data`; can be given several times.", valueName: "file"))
  var data: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("One more field of `data`, with a JSON value: --set n=10.", valueName: "key=value"))
  var assignments: [String] = []

  @OptionGroup(title: "Randomness") var random: RandomOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, random: random)
    if try shell.dump(program) { return }
    try shell.watching {
      let session = Session(options: shell.options)
      if !data.isEmpty || !assignments.isEmpty { try session.define("data", files: data, assignments: assignments) }
      _ = try session.load(program.file)
    }
    try shell.end()
  }
}
