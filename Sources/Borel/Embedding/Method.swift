// Which algorithm runs, with its settings, and what it gives back.

import BorelDraws
import BorelExact
import BorelInference
import BorelMCMC
import BorelNumerics
import BorelSMC
import BorelSemantics

/// An inference algorithm with its settings.
public enum Method: Sendable, Equatable {
  /// NUTS, Hamiltonian Monte Carlo or a random walk over the continuous choices, by the model's gradient. Discrete choices are updated
  /// one by one in between; a model whose structure is random is sampled by `metropolisHastings` instead, and a note says so.
  case hamiltonian(HamiltonianSettings = .init())
  /// Single-site Metropolis-Hastings over traces. `draws` and `warmup` count per chain; of `thin` iterations one is kept.
  case metropolisHastings(draws: Int = 1000, warmup: Int = 500, chains: Int = 4, thin: Int = 1)
  /// Weighted executions from the prior.
  case importance(draws: Int = 1000)
  /// Accepted executions from the prior, at most `attempts` of them tried.
  case rejection(draws: Int = 1000, attempts: Int = 10_000_000)
  /// A bootstrap particle filter that resamples when the effective size falls below `threshold` times `particles`.
  case sequentialMonteCarlo(particles: Int = 1000, resampling: Resampling = .systematic, threshold: Double = 0.5)
  /// Every execution of a model with finitely many choices, at most `limit` of them.
  case enumeration(limit: Int = 10_000_000)

  /// NUTS with Stan's defaults.
  public static func nuts(
    draws: Int = 1000, warmup: Int = 1000, chains: Int = 4, targetAcceptance: Double = 0.8
  ) -> Method {
    .hamiltonian(
      HamiltonianSettings(draws: draws, warmup: warmup, chains: chains, targetAcceptance: targetAcceptance))
  }

  /// False for exact enumeration, which draws no random numbers.
  public var isRandom: Bool {
    if case .enumeration = self { false } else { true }
  }
}

/// The result of a method.
struct InferenceOutcome: Sendable {
  var result: InferenceResult
  /// Of an enumeration with too many executions for one table: the law of each choice in a table of its own.
  var marginals: [Draws] = []
}

extension Method {
  func run(
    _ program: some Program, random: RandomStream, control: RunControl
  ) throws(Failure) -> InferenceOutcome {
    switch self {
    case .hamiltonian(let settings):
      // Programs without a density of their own are sampled as traces.
      return try settings.overTraces.run(program, random: random, control: control)
    case .importance(let draws):
      return InferenceOutcome(
        result: try ImportanceSampling(draws: draws).run(program, random: random, control: control))
    case .rejection(let draws, let attempts):
      let rejection = RejectionSampling(draws: draws, maximumExecutions: attempts)
      return InferenceOutcome(result: try rejection.run(program, random: random, control: control))
    case .metropolisHastings(let draws, let warmup, let chains, let thin):
      var metropolis = TraceMetropolis(chains: chains, warmup: warmup, draws: draws)
      metropolis.thin = thin
      return InferenceOutcome(result: try metropolis.run(program, random: random, control: control))
    case .sequentialMonteCarlo(let particles, let resampling, let threshold):
      let filter = ParticleFilter(particles: particles, threshold: threshold, resampler: resampling.resampler)
      return InferenceOutcome(result: try filter.run(program, random: random, control: control))
    case .enumeration(let limit):
      let enumeration = Enumeration(maximumExecutions: limit)
      let result = try enumeration.run(program, control: control)
      let draws = result.joint ?? result.draws
      return InferenceOutcome(
        result: InferenceResult(draws: draws, failures: result.failures, executions: result.executions),
        marginals: result.joint == nil ? result.marginals.map(table(of:)) : [])
    }
  }
}

/// The law of one choice as a table of weighted draws; a last draw without the choice has the rest of the weight.
private func table(of marginal: EnumerationResult.Marginal) -> Draws {
  var recorder = DrawsRecorder()
  var rest = 1.0
  for (value, logProbability) in zip(marginal.law.values, marginal.law.logProbabilities) {
    recorder.beginDraw(logWeight: logProbability)
    recorder.record(value, as: marginal.address.description)
    rest -= exponential(logProbability)
  }
  // Rounding alone must not look like a choice that is sometimes not made.
  if rest > 1e-9 { recorder.beginDraw(logWeight: logarithm(rest)) }
  return Draws(chains: [recorder], isExact: true)
}
