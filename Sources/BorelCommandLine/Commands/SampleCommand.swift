// `borel sample`: runs inference on a model of a file with data from files.

import ArgumentParser
import Borel

/// The algorithms by the names that users type.
enum MethodName: String, CaseIterable, ExpressibleByArgument {
  case nuts, hmc
  case randomWalk = "random-walk"
  case mh, importance, smc, rejection, enumerate

  /// The methods that move along the gradient, or by steps of their scale, in unconstrained space.
  static let continuous: [MethodName] = [.nuts, .hmc, .randomWalk]
  static let chains: [MethodName] = continuous + [.mh]
}

struct SampleCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw from the posterior of a model given data.",
    discussion: """
      Runs the statements of the file, then inference on its model, and prints a summary.

        borel sample schools.ppl --data schools.json --seed 1 --output fit.csv
        borel sample schools.ppl --data schools.json --method smc --particles 10000 --output draws.csv
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(help: "nuts, hmc, random-walk, mh, importance, smc, rejection or enumerate.")
  var method: MethodName = .nuts

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draws, per chain for nuts, hmc, random-walk and mh. (default: 1000)", valueName: "n"))
  var draws: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Iterations before the first draw of a chain. (default: 1000, 500 for mh)", valueName: "n"))
  var warmup: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Independent chains. (default: 4)", valueName: "n"))
  var chains: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Keep one of so many iterations. (default: 1)", valueName: "n"))
  var thin: Int?

  @OptionGroup(title: "NUTS, HMC and random walk") var hamiltonian: HamiltonianOptions
  @OptionGroup var starts: StartOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("Particles of smc. (default: 1000)", valueName: "n"))
  var particles: Int?

  @Option(help: ArgumentHelp("How smc resamples: \(Resampling.names). (default: systematic)", valueName: "scheme"))
  var resampling: Resampling?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "smc resamples when the effective sample size falls below this share of the particles. (default: 0.5)",
      valueName: "share"))
  var threshold: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Executions that rejection tries, or that enumerate looks at, before giving up. (default: 10000000, 1000000)",
      valueName: "n"))
  var limit: Int?

  @OptionGroup(title: "Randomness") var random: RandomOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Files of nuts, hmc and random-walk") var files: FitOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  /// Options by method; one that has no meaning for the method is a mistake worth telling.
  func validate() throws {
    let given: [(name: String, value: Int?, methods: [MethodName])] = [
      ("--draws", draws, MethodName.chains + [.importance, .rejection]), ("--warmup", warmup, MethodName.chains),
      ("--chains", chains, MethodName.chains), ("--thin", thin, MethodName.chains), ("--particles", particles, [.smc]),
      ("--limit", limit, [.rejection, .enumerate]),
    ]
    for (name, value, methods) in given {
      guard let value else { continue }
      guard methods.contains(method) else { throw meaningless(name, methods) }
      let least = name == "--warmup" ? 0 : 1
      if value < least { throw ValidationError("\(name) must be at least \(least), got \(value)") }
    }
    if !MethodName.continuous.contains(method),
      let name = hamiltonian.given ?? files.given ?? (starts.`init` == nil ? nil : "--init")
    {
      throw meaningless(name, MethodName.continuous)
    }
    if resampling != nil, method != .smc { throw meaningless("--resampling", [.smc]) }
    if let threshold {
      guard method == .smc else { throw meaningless("--threshold", [.smc]) }
      if !(threshold >= 0 && threshold <= 1) {
        throw ValidationError("--threshold must lie between 0 and 1, got \(threshold)")
      }
    }
  }

  private func meaningless(_ name: String, _ methods: [MethodName]) -> ValidationError {
    let names = methods.map(\.rawValue).joined(separator: " and ")
    return ValidationError("\(name) means nothing to --method \(method.rawValue); it belongs to \(names)")
  }

  private func chosen(for model: BoundModel) throws -> Method {
    switch method {
    case .nuts, .hmc, .randomWalk:
      var settings = try hamiltonian.settings
      settings.algorithm = HamiltonianSettings.Algorithm(rawValue: method.rawValue) ?? .nuts
      settings.draws = draws ?? settings.draws
      settings.warmup = warmup ?? settings.warmup
      settings.chains = chains ?? settings.chains
      settings.thin = thin ?? settings.thin
      settings.start = try starts.start(for: model, chains: settings.chains, seed: random.seed)
      return .hamiltonian(settings)
    case .mh:
      return .metropolisHastings(draws: draws ?? 1000, warmup: warmup ?? 500, chains: chains ?? 4, thin: thin ?? 1)
    case .importance: return .importance(draws: draws ?? 1000)
    case .rejection: return .rejection(draws: draws ?? 1000, attempts: limit ?? 10_000_000)
    case .smc:
      return .sequentialMonteCarlo(
        particles: particles ?? 1000, resampling: resampling ?? .systematic, threshold: threshold ?? 0.5)
    case .enumerate: return .enumeration(limit: limit ?? 1_000_000)
    }
  }

  /// The files that chains are streamed to; nil where the draws are written at the end, as JSON or to standard output.
  private func destination() throws -> FitDestination? {
    guard MethodName.continuous.contains(method), let path = output.output, let paths = FitPaths(path) else {
      if files.resume {
        throw ValidationError("--resume needs the --output of the run to go on with: fit.csv or fit.zarr")
      }
      return nil
    }
    var destination = FitDestination(paths)
    destination.keep = output.save
    destination.drop = output.drop
    destination.resumes = files.resume
    destination.significantDigits = files.sigFigs
    destination.checkpointInterval = files.checkpoint ?? destination.checkpointInterval
    destination.data = data.data
    destination.assignments = data.assignments
    return destination
  }

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, random: random)
    if try shell.dump(program) { return }
    let destination = try destination()
    let model = try shell.model(of: program, data)
    let posterior = try shell.watching {
      try model.sample(method: try chosen(for: model), seed: random.seed, to: destination)
    }
    try shell.finish(
      posterior, output, isWritten: destination != nil,
      treeDepth: MethodName.chains.contains(method) ? hamiltonian.maxDepth ?? 10 : nil)
  }
}

extension Resampling: ExpressibleByArgument {
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
