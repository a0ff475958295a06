// `borel enumerate`: the exact posterior of a model whose free choices are finite.

import ArgumentParser
import Borel

struct EnumerateCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "enumerate", abstract: "Compute the exact posterior of a discrete model.",
    discussion: "Visits every execution; the probabilities and the log evidence are exact.")

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("Executions to visit before giving up.", valueName: "n"))
  var limit = 1_000_000

  @OptionGroup(title: "Randomness") var random: RandomOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be at least 1, got \(limit)") }
  }

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, random: random)
    if try shell.dump(program) { return }
    let model = try shell.model(of: program, data)
    try shell.finish(try shell.watching { try model.enumerate(limit: limit) }, output)
  }
}
