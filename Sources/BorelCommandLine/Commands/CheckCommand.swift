// `borel check`: reports errors and warnings without running anything.

import ArgumentParser
import Borel

struct CheckCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check programs without running them.",
    discussion:
      "Exits with 0 when no file has an error. With --json, one JSON object per message goes to standard output.")

  @Argument(help: ArgumentHelp("The programs, - for standard input.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Print a stage of the pipeline: \(Stage.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "stage"))
  var dump: Stage?

  @Flag(help: "Print the messages as JSON, one object a line.")
  var json = false

  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run(_ console: Console) throws {
    var hasErrors = false
    var hasWarnings = false
    for file in files {
      let session = Session(options: RunOptions())
      if let dump {
        console.output(try session.dump(dump, ofFile: file))
        continue
      }
      let result = try session.check(file)
      hasErrors = hasErrors || result.hasErrors
      hasWarnings = hasWarnings || !result.diagnostics.isEmpty
      if json {
        for line in result.jsonLines { console.output(line + "\n") }
      } else if !result.diagnostics.isEmpty {
        console.message(result.rendered(color: console.usesColor(messages.color)))
      }
    }
    if hasErrors { throw Exit(.failure) }
    if hasWarnings, messages.strict { throw Exit(.warnings) }
  }
}
