// `borel sbc`: simulation-based calibration of a model and a method.

import ArgumentParser
import Borel

struct CalibrationCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "sbc", abstract: "Check that a method samples the posterior of a model: simulation-based calibration.",
    discussion: """
      Draws parameters and data from the model, samples the posterior of the data, and ranks each true value among the draws. If
      the ranks are not uniform, the sampler, the density or the model is wrong (`borel explain sbc`).

        borel sbc model.ppl --observe y --simulations 500
        borel sbc truth.ppl --observe y --fit-model approximation.ppl
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(
    help: ArgumentHelp(
      "A variable that is data when the model is fitted, such as 'y*'; can be given several times. (default: y)",
      valueName: "pattern"))
  var observe: [String] = []

  @Option(help: ArgumentHelp("Fit the model of another file to the simulated data.", valueName: "file"))
  var fitModel: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("How often parameters and data are drawn.", valueName: "n"))
  var simulations = 200

  @Option(help: "nuts, hmc, random-walk or mh.")
  var method: MethodName = .nuts

  @Option(parsing: .unconditional, help: ArgumentHelp("Draws that a true value is ranked among.", valueName: "n"))
  var ranks = 99

  @Option(parsing: .unconditional, help: ArgumentHelp("Of so many draws one is ranked.", valueName: "n"))
  var thin = 10

  @Option(parsing: .unconditional, help: ArgumentHelp("Iterations before the first draw.", valueName: "n"))
  var warmup = 500

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The probability with which a right sampler fails.", valueName: "probability"))
  var falseAlarmRate = 0.001

  @OptionGroup(title: "Sampler") var hamiltonian: HamiltonianOptions
  @OptionGroup(title: "Randomness") var random: RandomOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions
  @Flag(help: "Print one line of JSON instead of the table.")
  var json = false

  func validate() throws {
    guard MethodName.chains.contains(method) else {
      throw ValidationError(
        "--method \(method.rawValue) cannot be calibrated; it must make chains: nuts, hmc, random-walk or mh")
    }
    for (name, value) in [("--simulations", simulations), ("--ranks", ranks), ("--thin", thin)] where value < 1 {
      throw ValidationError("\(name) must be at least 1, got \(value)")
    }
    if warmup < 0 { throw ValidationError("--warmup must be at least 0, got \(warmup)") }
    if !(falseAlarmRate > 0 && falseAlarmRate < 1) {
      throw ValidationError("--false-alarm-rate must lie between 0 and 1, got \(falseAlarmRate)")
    }
    if method == .mh, let name = hamiltonian.given { throw ValidationError("\(name) means nothing to --method mh") }
  }

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, random: random)
    if try shell.dump(program) { return }
    let model = try shell.model(of: program, data)
    var fitted: BoundModel?
    if let fitModel {
      fitted = try Model(contentsOf: fitModel, options: shell.options).bind(
        files: data.data, assignments: data.assignments)
    }
    var settings = CalibrationSettings(
      simulations: simulations, ranks: ranks, observed: observe.isEmpty ? ["y"] : observe, warmup: warmup, thin: thin,
      falseAlarmRate: falseAlarmRate)
    if method == .mh {
      settings.method = .metropolisHastings()
    } else {
      var sampler = try hamiltonian.settings
      sampler.algorithm = HamiltonianSettings.Algorithm(rawValue: method.rawValue) ?? .nuts
      settings.method = .hamiltonian(sampler)
    }
    let report = try shell.watching { try model.calibrate(settings, fitting: fitted, seed: random.seed) }
    console.output((json ? report.json : report.description) + "\n")
    try shell.end()
    if !report.passes { throw Exit(.failure) }
  }
}
