// The options of samplers that follow the gradient.

import ArgumentParser
import Borel

/// How step size, metric and trajectories are chosen, by Stan's names where it has them.
struct HamiltonianOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The acceptance that the step size is tuned to. (default: 0.8)", valueName: "share"))
  var adaptDelta: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("A trajectory of nuts has at most 2^n - 1 steps. (default: 10)", valueName: "n"))
  var maxDepth: Int?

  @Option(
    help: ArgumentHelp(
      "The inverse metric: auto, unit, diagonal, dense or low-rank. (default: auto)", valueName: "kind"))
  var metric: MetricKind?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The first step size; left out, one is searched for.", valueName: "size"))
  var stepSize: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The share by which the step size varies. (default: 0)", valueName: "share"))
  var jitter: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The time that a trajectory of hmc takes. (default: 2π)", valueName: "time"))
  var intTime: Double?

  @Option(
    help: ArgumentHelp(
      "Take step sizes and metrics from an earlier fit, fit.csv or fit.zarr, instead of adapting the metric.",
      valueName: "fit"))
  var metricFrom: String?

  @Option(
    help: ArgumentHelp(
      "Stop as soon as this holds for every element: 'ess_bulk>=400 && rhat<1.01'.", valueName: "rule"))
  var until: String?

  @Flag(help: "Keep the iterations of warm-up in the files.")
  var saveWarmup = false

  @Option(help: ArgumentHelp("Plants an error in the sampler: prefers-new-half.", visibility: .hidden))
  var plantFault: HamiltonianSettings.Fault?

  func validate() throws {
    if let adaptDelta, !(adaptDelta > 0 && adaptDelta < 1) {
      throw ValidationError("--adapt-delta must lie between 0 and 1, got \(adaptDelta)")
    }
    if let maxDepth, !(1...30).contains(maxDepth) {
      throw ValidationError("--max-depth must lie between 1 and 30, got \(maxDepth)")
    }
    for (name, value) in [("--step-size", stepSize), ("--int-time", intTime)] {
      if let value, !(value > 0 && value.isFinite) { throw ValidationError("\(name) must be positive, got \(value)") }
    }
    if let jitter, !(jitter >= 0 && jitter < 1) {
      throw ValidationError("--jitter must be at least 0 and less than 1, got \(jitter)")
    }
  }

  /// The first option that was given, for a method that has none of them.
  var given: String? {
    let options: [(String, Bool)] = [
      ("--adapt-delta", adaptDelta != nil), ("--max-depth", maxDepth != nil), ("--metric", metric != nil),
      ("--step-size", stepSize != nil), ("--jitter", jitter != nil), ("--int-time", intTime != nil),
      ("--metric-from", metricFrom != nil), ("--until", until != nil), ("--save-warmup", saveWarmup),
    ]
    return options.first { $0.1 }?.0
  }

  var settings: HamiltonianSettings {
    get throws {
      var settings = HamiltonianSettings()
      if let adaptDelta { settings.targetAcceptance = adaptDelta }
      if let maxDepth { settings.maximumDepth = maxDepth }
      if let metric { settings.metric = metric }
      settings.stepSize = stepSize
      if let jitter { settings.jitter = jitter }
      if let intTime { settings.integrationTime = intTime }
      settings.savesWarmup = saveWarmup
      settings.fault = plantFault
      if let metricFrom {
        guard metric == nil else { throw ValidationError("--metric and --metric-from exclude each other") }
        guard let paths = FitPaths(metricFrom) else {
          throw ValidationError("--metric-from needs a fit, fit.csv or fit.zarr, got \(metricFrom)")
        }
        try settings.useAdaptation(of: paths)
      }
      if let until { settings.until = try StoppingRule(parsing: until) }
      return settings
    }
  }
}

/// How draws that are streamed are written.
struct FitOptions: ParsableArguments {
  @Flag(help: "Go on with a run that was interrupted or killed: same model, data and options, same --output.")
  var resume = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Digits of the numbers in CSV files; left out, all that it takes.", valueName: "n"))
  var sigFigs: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seconds between two checkpoints of a chain. (default: 5)", valueName: "seconds"))
  var checkpoint: Double?

  func validate() throws {
    if let sigFigs, !(1...17).contains(sigFigs) {
      throw ValidationError("--sig-figs must lie between 1 and 17, got \(sigFigs)")
    }
    if let checkpoint, !(checkpoint >= 0) {
      throw ValidationError("--checkpoint must be at least 0, got \(checkpoint)")
    }
  }

  /// The first option that was given.
  var given: String? {
    resume ? "--resume" : sigFigs != nil ? "--sig-figs" : checkpoint != nil ? "--checkpoint" : nil
  }
}

extension HamiltonianSettings.Fault: ExpressibleByArgument {}
extension MetricKind: ExpressibleByArgument {}
