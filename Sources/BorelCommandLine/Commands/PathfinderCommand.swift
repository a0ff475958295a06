// `borel pathfinder`: draws from Gaussians along the paths of optimisations.

import ArgumentParser
import Borel

struct PathfinderCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "pathfinder",
    abstract: "Approximate the posterior quickly, by the best Gaussians along paths to its mode.",
    discussion: """
      Several optimisations start at random; the best Gaussian along each path is drawn from, and the draws are resampled by importance. The Pareto \
      k-hat tells whether the result stands for the posterior; where it does not, the draws are still good starts for chains.

        borel pathfinder schools.ppl --data schools.json --seed 1
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("Draws of the result.", valueName: "n"))
  var draws = 1000

  @Option(parsing: .unconditional, help: ArgumentHelp("Paths.", valueName: "n"))
  var paths = 4

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Draws of each path, to resample from.", valueName: "n"))
  var pathDraws = 1000

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Draws by which the Gaussians of a path are compared.", valueName: "n"))
  var elboDraws = 25

  @Option(parsing: .unconditional, help: ArgumentHelp("Steps that L-BFGS remembers.", valueName: "n"))
  var history = 6

  @Option(parsing: .unconditional, help: ArgumentHelp("The most iterations of each path.", valueName: "n"))
  var iterations = 1000

  @Flag(inversion: .prefixedNo, help: "Resample by importance; without it the result are all draws of all paths.")
  var resample = true

  @OptionGroup(title: "Search") var start: StartOptions
  @OptionGroup(title: "Randomness") var random: RandomOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func validate() throws {
    let counts = [
      ("--draws", draws, 1), ("--paths", paths, 1), ("--path-draws", pathDraws, 1), ("--elbo-draws", elboDraws, 2),
      ("--history", history, 1), ("--iterations", iterations, 1),
    ]
    for (name, value, least) in counts where value < least {
      throw ValidationError("\(name) must be at least \(least), got \(value)")
    }
  }

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, random: random)
    if try shell.dump(program) { return }
    let model = try shell.model(of: program, data)
    var settings = PathfinderSettings()
    settings.draws = draws
    settings.paths = paths
    settings.pathDraws = pathDraws
    settings.boundDraws = elboDraws
    settings.history = history
    settings.iterations = iterations
    settings.resamples = resample
    settings.start = try start.start(for: model)
    let found = try shell.watching { try model.pathfinder(settings, seed: random.seed) }
    try shell.finish(found.posterior, output)
  }
}
