// `borel laplace`: draws from the Gaussian at a posterior's mode.

import ArgumentParser
import Borel

struct LaplaceCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "laplace", abstract: "Approximate the posterior by a Gaussian at its mode.",
    discussion: """
      The Gaussian over unconstrained space has the mode of the posterior and its second derivatives there. The Pareto k-hat tells whether the draws \
      stand for the posterior.

        borel laplace regression.ppl --data regression.json --seed 1 --output draws.csv
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("Draws.", valueName: "n"))
  var draws = 1000

  @Flag(
    inversion: .prefixedNo,
    help: "Approximate the density over unconstrained space; without it, around the mode of the parameters themselves.")
  var jacobian = true

  @OptionGroup(title: "Search") var start: StartOptions
  @OptionGroup(title: "Search") var search: SearchOptions
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
    var settings = LaplaceSettings(draws: draws)
    settings.mode = search.settings
    settings.mode.includesJacobian = jacobian
    settings.mode.start = try start.start(for: model)
    let found = try shell.watching { try model.laplace(settings, seed: random.seed) }
    try shell.finish(found.posterior, output)
  }
}
