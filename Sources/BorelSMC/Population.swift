// A population of weighted executions and the operations that sequential Monte Carlo is made of: spawn, advance, resample.

import BorelDraws
import BorelInference
import BorelSemantics
import BorelSource
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Weighted executions of one program.
///
/// A population is properly weighted: Z̃ (1/n) Σ wᵢ f(i), with Z̃ the evidence collected by past resamplings, has the expectation that the
/// program's unnormalised posterior gives to f. Every operation keeps this. Executions need not make the same number of
/// observations: in the k-th step each that is still running goes to its k-th one, and those that have ended keep their weights.
public struct Population<Run: Execution>: Sendable {
  var particles: [Particle<Run>]
  /// The evidence collected by past resamplings.
  private var collectedLogEvidence = 0.0
  /// Π over the resamplings of (1 - Σ W²) / (1 - Σ O²/n²) with O the numbers of offspring, for `logEvidenceError`.
  private var pairFactor = 1.0
  /// How often the population was advanced.
  public private(set) var step = 0
  public private(set) var failures = NumericalFailureLog()

  /// `count` executions before their first effect, all of weight 1.
  public init<P: Program>(spawning count: Int, of program: P) where P.Run == Run {
    let run = program.start()
    particles = (0..<max(count, 1)).map { Particle(run: run, root: $0) }
    if count > 1 { pairFactor = Double(count) / Double(count - 1) }
  }

  public var count: Int { particles.count }
  /// Whether any execution has still to be run.
  public var isRunning: Bool { particles.contains { $0.isRunning } }
  /// The log weights since the last resampling.
  public var logWeights: [Double] { particles.map(\.logWeight) }
  /// Kish's effective sample size of the weights.
  public var effectiveSize: Double { effectiveSampleSize(ofLogarithms: logWeights) }
  /// The log of the unbiased estimate of the evidence of all observations so far.
  public var logEvidence: Double { collectedLogEvidence + logMeanExp(logWeights) }

  /// Runs every execution to its next observation or factor, or to its end.
  ///
  /// Particle i of step k draws from `random.child(k).child(i)`.
  public mutating func advance<Source: RandomSource>(
    using random: Source, control: RunControl = .init()
  ) throws(Failure) {
    let stream = random.child(UInt64(step))
    step += 1
    let count = particles.count
    let blockSize = max(16, (count + 127) / 128)
    let logs = try particles.withUnsafeMutableBufferPointer { buffer throws(Failure) in
      let shared = SharedParticles(buffer: buffer)
      return try parallelMap((count + blockSize - 1) / blockSize, threads: control.threads) { block throws(Failure) in
        var failures = NumericalFailureLog()
        for index in block * blockSize..<min((block + 1) * blockSize, count) where shared.buffer[index].isRunning {
          var random = stream.child(UInt64(index))
          if let failure = try shared.buffer[index].advance(using: &random) { failures.record(failure) }
        }
        return failures
      }
    }
    for log in logs { failures.merge(log) }
  }

  /// Replaces the particles by `count` descendants of equal weight; the mean weight goes into the evidence.
  ///
  /// A population whose weights are all zero stays as it is.
  public mutating func resample<Source: RandomSource>(
    by resampler: some Resampler, count: Int? = nil, using random: inout Source
  ) {
    let count = max(count ?? particles.count, 1)
    let logWeights = logWeights
    guard let weights = normalizedWeights(ofLogarithms: logWeights) else { return }
    collectedLogEvidence += logMeanExp(logWeights)
    let offspring = resampler.offspring(of: weights, count: count, using: &random)
    let total = Double(count * count)
    let pairs = 1 - offspring.reduce(0) { $0 + Double($1 * $1) } / total
    pairFactor *= (1 - weights.reduce(0) { $0 + $1 * $1 }) / pairs
    var next: [Particle<Run>] = []
    next.reserveCapacity(count)
    for (index, copies) in offspring.enumerated() where copies > 0 {
      particles[index].logWeight = 0
      for _ in 0..<copies { next.append(particles[index]) }
    }
    particles = next
  }

  /// The standard error of `logEvidence`, from how the weight is spread over the descendants of the first particles.
  ///
  /// √V with V = 1 - c (1 - Σₖ Sₖ²), Sₖ the share of the weight that descends from first particle k, and c the factor by which
  /// resampling and the finite number of particles lower the chance that two particles have different first ancestors: (n / (n - 1))^(r + 1)
  /// in expectation for r multinomial resamplings (Lee and Whiteley 2018, section 3). Without resampling it is the error of importance
  /// sampling. nil for a single particle, for weights that are all zero and where the estimate V is negative; 1 where all
  /// weight has one ancestor, and then it says little.
  public var logEvidenceError: Double? {
    guard count > 1, let weights = normalizedWeights(ofLogarithms: logWeights) else { return nil }
    var shares: [Int: Double] = [:]
    for (particle, weight) in zip(particles, weights) { shares[particle.root, default: 0] += weight }
    // Summed in the order of the roots, for the order of a dictionary differs from run to run.
    let different = 1 - shares.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * $1.value }
    let variance = different > 0 ? 1 - pairFactor * different : 1
    return variance > -1e-12 ? sqrt(max(variance, 0)) : nil
  }

  /// The values of the executions that have ended, with their log weights since the last resampling.
  public var results: [(value: Value, logWeight: Double)] {
    particles.compactMap { particle in
      if case .finished(let value) = particle.status { (value, particle.logWeight) } else { nil }
    }
  }

  /// Where most particles of weight zero stopped, for messages.
  var placeOfDeath: Span? {
    var counts: [Span: Int] = [:]
    var best: (span: Span, count: Int)?
    for particle in particles {
      guard let span = particle.span, particle.logWeight == -.infinity else { continue }
      counts[span, default: 0] += 1
      if let count = counts[span], count > best?.count ?? 0 { best = (span, count) }
    }
    return best?.span
  }
}

/// Particles of which every thread changes others.
private struct SharedParticles<Run: Execution>: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<Particle<Run>>
}
