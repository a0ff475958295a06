// `borel predict`: further data at the draws of a fit.

import ArgumentParser
import Borel

struct PredictCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Draw data from the posterior predictive distribution of a fit.",
    discussion: """
      At each draw of the fit the model is executed with the values of the draw; every other variable is drawn: replicated data, data at new
      predictors, members of a new group.

        borel sample schools.ppl --data schools.json --output fit.csv
        borel predict schools.ppl --data schools.json --fit fit_*.csv --output predicted.csv
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Files of the fit: Stan CSV, one a chain, or a Zarr group.", valueName: "file"))
  var fit: [String]

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draws of the fit to use, evenly spread. (default: all)", valueName: "n"))
  var draws: Int?

  @OptionGroup(title: "Randomness") var random: RandomOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func validate() throws {
    if fit.isEmpty { throw ValidationError("--fit needs the files of a fit") }
    if let draws, draws < 1 { throw ValidationError("--draws must be at least 1, got \(draws)") }
  }

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, random: random)
    if try shell.dump(program) { return }
    let saved = try SavedPosterior(contentsOf: fit)
    let model = try shell.model(of: program, data)
    try shell.finish(
      try shell.watching { try model.predict(from: saved, limit: draws, seed: random.seed) }, output)
  }
}
