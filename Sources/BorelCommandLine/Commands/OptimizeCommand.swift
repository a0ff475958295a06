// `borel optimize`: the parameters at which a model's log density is highest.

import ArgumentParser
import Borel

struct OptimizeCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "optimize", abstract: "Find the posterior mode, or maximum likelihood, of a model given data.",
    discussion: """
      L-BFGS from a random start, with Stan's tolerances. Without the Jacobian, the default, the result is the mode of the parameters as the model has \
      them: with flat priors, maximum likelihood.

        borel optimize schools.ppl --data schools.json --seed 1
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Flag(
    inversion: .prefixedNo,
    help: "Find the mode over unconstrained space: include the log-Jacobian of the map from there.")
  var jacobian = false

  @OptionGroup(title: "Search") var start: StartOptions
  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup(title: "Randomness") var random: RandomOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, random: random)
    if try shell.dump(program) { return }
    let model = try shell.model(of: program, data)
    var settings = search.settings
    settings.includesJacobian = jacobian
    settings.start = try start.start(for: model)
    let found = try shell.watching { try model.optimize(settings, seed: random.seed) }
    let kept = try found.selecting(keep: output.save, drop: output.drop)
    if let path = output.output { try kept.posterior.write(to: path) }
    if output.output != "-" { console.output(output.json ? kept.json : kept.description + "\n") }
    try shell.end(wasInterrupted: found.reason == .cancelled)
  }
}

/// How L-BFGS searches and when it stops.
struct SearchOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Steps that L-BFGS remembers.", valueName: "n"))
  var history = 5

  @Option(parsing: .unconditional, help: ArgumentHelp("The most iterations of L-BFGS.", valueName: "n"))
  var iterations = 2000

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop when the log density changes by less. (default: 1e-12)", valueName: "x"))
  var tolObj: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop when it changes by less, relative to its size, in units of 2^-52. (default: 1e4)", valueName: "x"))
  var tolRelObj: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop when the gradient is shorter. (default: 1e-8)", valueName: "x"))
  var tolGrad: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop when what the gradient promises is less, relative to the log density, in units of 2^-52. (default: 1e7)",
      valueName: "x"))
  var tolRelGrad: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop when the parameters change by less. (default: 1e-8)", valueName: "x"))
  var tolParam: Double?

  func validate() throws {
    for (name, value) in [("--history", history), ("--iterations", iterations)] where value < 1 {
      throw ValidationError("\(name) must be at least 1, got \(value)")
    }
    for (name, value) in [
      ("--tol-obj", tolObj), ("--tol-rel-obj", tolRelObj), ("--tol-grad", tolGrad), ("--tol-rel-grad", tolRelGrad),
      ("--tol-param", tolParam),
    ] {
      if let value, !(value >= 0 && value.isFinite) {
        throw ValidationError("\(name) must be at least 0, got \(value)")
      }
    }
  }

  var settings: OptimizationSettings {
    var settings = OptimizationSettings()
    settings.history = history
    settings.stopping.iterations = iterations
    if let tolObj { settings.stopping.objective = tolObj }
    if let tolRelObj { settings.stopping.relativeObjective = tolRelObj }
    if let tolGrad { settings.stopping.gradient = tolGrad }
    if let tolRelGrad { settings.stopping.relativeGradient = tolRelGrad }
    if let tolParam { settings.stopping.parameters = tolParam }
    return settings
  }
}
