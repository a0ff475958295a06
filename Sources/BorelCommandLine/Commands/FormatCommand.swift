// `borel fmt`: rewrites programs in the one layout.

import ArgumentParser
import Borel

struct FormatCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Format programs in place.",
    discussion:
      "Without files, formats standard input to standard output. A program with syntax errors is left as it is.")

  @Argument(help: ArgumentHelp("The programs, - for standard input.", valueName: "file"))
  var files: [String] = []

  @Flag(help: "Change nothing; list the files that are not formatted and exit with 1 if there are any.")
  var check = false

  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run(_ console: Console) throws {
    var isClean = true
    for file in files.isEmpty ? ["-"] : files {
      do {
        let result = try FormattedProgram(contentsOf: file)
        if check {
          guard result.hasChanged else { continue }
          isClean = false
          console.output((file == "-" ? "<stdin>" : file) + "\n")
        } else if file == "-" {
          console.output(result.text)
        } else {
          try result.save()
        }
      } catch {
        isClean = false
        console.message(error.rendered(color: console.usesColor(messages.color)))
        // A file that is not there is not a program with errors.
        if files.count <= 1 { throw Exit(ExitStatus(error.kind)) }
      }
    }
    if !isClean { throw Exit(.failure) }
  }
}
