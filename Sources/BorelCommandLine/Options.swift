// Options that several commands share.

import ArgumentParser
import Borel

/// How messages look.
struct MessageOptions: ParsableArguments {
  @Option(help: "Colour messages: auto (on a terminal), always or never.")
  var color: ColorMode = .auto

  @Flag(name: [.short, .long], help: "No progress and no notes on standard error; errors are still shown.")
  var quiet = false

  @Flag(help: "Exit with code 3 when there were warnings.")
  var strict = false
}

/// What a program may use.
struct LimitOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Loop iterations and calls that one execution may make.", valueName: "n"))
  var maxSteps = 1_000_000_000

  @Option(parsing: .unconditional, help: ArgumentHelp("How deep calls may nest.", valueName: "n"))
  var maxDepth = 65_536

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Megabytes that the arrays and lists of one execution may hold.", valueName: "MB"))
  var maxMemory = 512

  func validate() throws {
    for (name, value) in [("--max-steps", maxSteps), ("--max-depth", maxDepth), ("--max-memory", maxMemory)]
    where value < 1 {
      throw ValidationError("\(name) must be at least 1, got \(value)")
    }
    if maxDepth > 1 << 24 { throw ValidationError("--max-depth can be at most \(1 << 24), got \(maxDepth)") }
    if maxMemory > 1 << 24 { throw ValidationError("--max-memory can be at most \(1 << 24), got \(maxMemory)") }
  }
}

/// Which random numbers are drawn, and by how many threads.
struct RandomOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Random numbers follow from this number alone. Left out, one is drawn and shown on standard error.",
      valueName: "n"))
  var seed: UInt64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads to use; results do not depend on it. 0 means one per processor.", valueName: "n"))
  var threads = 0

  func validate() throws {
    if threads < 0 || threads > 4096 { throw ValidationError("--threads must lie between 0 and 4096, got \(threads)") }
  }
}

/// The data that a model is given.
struct DataOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "A JSON or CSV file. Keys that name a parameter of the model become its arguments, keys that name a random variable become observations. Can be given several times.",
      valueName: "file"))
  var data: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("One more key, with a JSON value: --set n=10 --set 'y=[1, 0, 1]'.", valueName: "key=value"))
  var assignments: [String] = []

  @Option(help: ArgumentHelp("The model to use; left out, the one named main or else the last one.", valueName: "name"))
  var model: String?
}

/// Where results go.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Write the draws to a file, CSV or JSON by its ending; - is standard output.", valueName: "file")
  )
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Keep only the variables that match, such as 'theta*'; can be given several times.", valueName: "pattern"))
  var save: [String] = []

  @Option(
    help: ArgumentHelp("Leave out the variables that match; can be given several times.", valueName: "pattern"))
  var drop: [String] = []

  @Flag(help: "Print the summary as JSON.")
  var json = false
}

extension ColorMode: ExpressibleByArgument {}
