// Bootstrap sequential Monte Carlo: executions go from observation to observation, and are resampled when their weights get uneven.

import BorelDraws
import BorelInference
import BorelSemantics
import BorelSource

/// The bootstrap particle filter for any program (Gordon, Salmond and Smith 1993; Del Moral, Doucet and Jasra 2006).
///
/// After each observation the particles are resampled if their effective sample size is below `threshold` times their number. The
/// result are the executions with their final weights; the evidence estimate is unbiased.
public struct ParticleFilter: Sendable {
  public var particles: Int
  /// 0 never resamples, 1 always does unless all weights are equal.
  public var threshold: Double
  public var resampler: any Resampler
  public var recordsValue = true

  public init(
    particles: Int = 1000, threshold: Double = 0.5, resampler: any Resampler = SystematicResampler()
  ) {
    self.particles = max(particles, 1)
    self.threshold = threshold
    self.resampler = resampler
  }

  /// Draws, evidence and failures. All particles having weight zero is an error that tells where.
  public func run<P: Program, Source: RandomSource>(
    _ program: P, random: Source, control: RunControl = .init()
  ) throws(Failure) -> InferenceResult {
    let (population, wasCancelled) = try population(of: program, random: random, control: control)
    if population.logEvidence == -.infinity {
      throw allWeightsZero(
        "each of the \(grouped(population.count)) particles", population.failures, at: population.placeOfDeath)
    }
    return try result(of: population, wasCancelled: wasCancelled)
  }

  /// The population after the last observation; one whose weights are all zero has log evidence -inf.
  public func population<P: Program, Source: RandomSource>(
    of program: P, random: Source, control: RunControl = .init()
  ) throws(Failure) -> (population: Population<P.Run>, wasCancelled: Bool) {
    try control.reserve(particles, "particles", bytesEach: MemoryLayout<Particle<P.Run>>.stride + 256)
    let moves = random.child(0)
    let selections = random.child(1)
    var population = Population(spawning: particles, of: program)
    while true {
      try population.advance(using: moves, control: control)
      control.progress?(
        Progress(phase: "observations", completed: population.step, total: nil, failures: population.failures.count))
      guard population.isRunning else { return (population, false) }
      if control.isCancelled() { return (population, true) }
      if population.effectiveSize < threshold * Double(population.count) {
        var random = selections.child(UInt64(population.step))
        population.resample(by: resampler, using: &random)
      }
    }
  }

  private func result<Run: Execution>(
    of population: Population<Run>, wasCancelled: Bool
  ) throws(Failure) -> InferenceResult {
    var recorder = TraceRecorder(recordsValue: recordsValue)
    for particle in population.particles where particle.logWeight > -.infinity {
      guard case .finished(let value) = particle.status else { continue }
      recorder.record(try ChoiceHistory.choices(particle.history), value: value, logWeight: particle.logWeight)
    }
    let evidence = Draws.Estimate(population.logEvidence, standardError: population.logEvidenceError)
    var table = Draws(chains: [recorder.draws], logEvidence: wasCancelled ? nil : evidence)
    table.notes = population.failures.notes
    let warning = unevenWeightsWarning(
      effectiveSize: population.effectiveSize, of: population.count, hint: "use more particles")
    return InferenceResult(
      draws: table, failures: population.failures, executions: population.count, wasCancelled: wasCancelled,
      warnings: warning.map { [$0] } ?? [])
  }
}
