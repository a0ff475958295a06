// `borel prior`: draws of all variables before data are seen.

import ArgumentParser
import Borel

struct PriorCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "prior", abstract: "Draw all variables of a model from the prior, data included.",
    discussion: """
      Each draw is an execution of the model: no Markov chain, no convergence to check. Variables that the data name are random as well, so
      that the prior predictive distribution of the data is seen; their values in the data only matter where the model's arguments depend on them.

        borel prior schools.ppl --data schools.json --draws 1000 --output prior.csv
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("How many executions.", valueName: "n"))
  var draws = 1000

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
    try shell.finish(try shell.watching { try model.prior(draws: draws, seed: random.seed) }, output)
  }
}
