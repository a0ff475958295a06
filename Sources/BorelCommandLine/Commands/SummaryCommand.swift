// `borel summary`: the table and the verdicts of draws in files, of Borel or of CmdStan.

import ArgumentParser
import Borel

struct SummaryCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "summary", abstract: "Summarise files of draws and say what is wrong with them.",
    discussion: """
        borel summary fit_1.csv fit_2.csv fit_3.csv fit_4.csv
        borel summary fit_*.csv --save 'theta*' --json

      Files are Stan CSV, one a chain, as Borel and CmdStan write them, or a Zarr group. Problems go to standard error, one warning each, with a code
      that borel explain knows; --strict makes them the exit code.
      """)

  @Argument(help: ArgumentHelp("Files of draws.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Only the variables that match, such as 'theta*'; can be given several times.", valueName: "pattern"))
  var save: [String] = []

  @Option(help: ArgumentHelp("Not the variables that match; can be given several times.", valueName: "pattern"))
  var drop: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Elements of an array that are shown; of more the first and the last.", valueName: "n"))
  var elements = 24

  @Flag(help: "Print the summary of all elements as JSON, verdicts included.")
  var json = false

  @OptionGroup(title: "Messages") var messages: MessageOptions

  func validate() throws {
    if elements < 4 { throw ValidationError("--elements must be at least 4, got \(elements)") }
  }

  func run(_ console: Console) throws {
    let fit = try SavedPosterior(contentsOf: files)
    let shown = try fit.posterior.selecting(keep: save, drop: drop)
    let verdicts = shown.verdicts(maximumTreeDepth: fit.maximumTreeDepth)
    if json {
      console.output(shown.summaryJSON(verdicts: verdicts))
    } else {
      console.output(shown.summaryText(elementLimit: elements) + "\n")
    }
    try console.report(verdicts, messages)
  }
}

extension Console {
  /// Prints warnings, unless messages are off, and ends with their exit code under `--strict`.
  func report(_ verdicts: [Diagnostic], _ messages: MessageOptions) throws {
    if !messages.quiet {
      for verdict in verdicts {
        message(BorelError(.data, [verdict]).rendered(color: usesColor(messages.color)))
      }
    }
    if messages.strict, !verdicts.isEmpty { throw Exit(.warnings) }
  }
}
