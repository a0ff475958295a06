// `borel simulate`: draws from a model without inference, every variable random that the data do not give.

import ArgumentParser
import Borel

struct SimulateCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Draw all variables of a model from their distributions.",
    discussion: """
      One draw is printed as JSON, or as many as --draws says are summarised and written with --output. Variables that the data name
      keep their values.
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("How many executions.", valueName: "n"))
  var draws = 1

  @OptionGroup(title: "Randomness") var random: RandomOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func validate() throws {
    if draws < 1 { throw ValidationError("--draws must be at least 1, got \(draws)") }
  }

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, random: random)
    if try shell.dump(program) { return }
    let model = try shell.model(of: program, data)
    if draws == 1, output.output == nil {
      let trace = try shell.watching { try model.simulate(seed: random.seed) }
      console.output(trace.json)
      return try shell.end()
    }
    let simulations = try shell.watching { try model.simulate(draws: draws, seed: random.seed) }
    try shell.finish(simulations, output)
  }
}
