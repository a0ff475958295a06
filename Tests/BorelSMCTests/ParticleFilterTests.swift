// The particle filter itself summed over all of its randomness, then whole runs, edge cases and threads.

import BorelDraws
import BorelExact
import BorelInference
import BorelNumerics
import BorelSMC
import BorelSemantics
import BorelValues
import InferenceTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// E[Ẑ Σ W f] by value of the program, which must be the unnormalised posterior.
func denotedMeasure(
  of filter: ParticleFilter, on program: ProcessProgram
) throws -> [ValueKey: Double] {
  var measure: [ValueKey: Double] = [:]
  try forEachOutcome { (source: inout EnumeratingSource) throws(Failure) -> [(ValueKey, Double)] in
    let population = try filter.population(of: program, random: source).population
    let logScale = population.logEvidence - logMeanExp(population.logWeights) - log(Double(population.count))
    return population.results.map { (ValueKey($0.value), exp(logScale + $0.logWeight)) }
  } visit: { particles, probability in
    for (value, weight) in particles { measure[value, default: 0] += probability * weight }
  }
  return measure
}

/// The largest difference between that and the enumerated posterior times the evidence.
func error(of filter: ParticleFilter, on program: ProcessProgram) throws -> Double {
  let exact = try Enumeration().run(program)
  let measure = try denotedMeasure(of: filter, on: program)
  var error = 0.0
  for (value, logProbability) in zip(exact.posterior.values, exact.posterior.logProbabilities) {
    error = max(error, abs((measure[ValueKey(value)] ?? 0) - exp(logProbability + exact.logEvidence)))
  }
  let total = measure.values.reduce(0, +)
  return max(error, abs(total - exp(exact.logEvidence)))
}

/// Executions with different numbers of observations, of which one kind fails numerically.
let unequalObservations = ProcessProgram {
  sampleInt("n", .uniformInt(0, 3)) { n in
    if n == 3 { return .fail(numericalFailure()) }
    @Sendable func step(_ i: Int) -> Process {
      guard i < n else { return .finish(.int(n)) }
      return sampleBool("x[\(i)]", .bernoulli(0.3)) { x in
        observe("y[\(i)]", .bernoulli(x ? 0.9 : 0.2), .bool(true)) { step(i + 1) }
      }
    }
    return step(0)
  }
}

@Suite struct ParticleFilterTests {
  @Test(arguments: ResamplingScheme.all.map(\.name)) func filterPreservesTheDenotedMeasure(_ name: String) throws {
    let resampler = try #require(ResamplingScheme.named(name)).resampler
    for (program, particles) in [
      (sprinkler(soft: false), 2), (sprinkler(soft: true), 2), (sprinkler(soft: true), 3),
      (HiddenMarkov.program(2), 2), (unequalObservations, 2), (geometricLength, 2), (changingType, 2),
    ] {
      for threshold in [0, 0.7, 1.01] {
        let filter = ParticleFilter(particles: particles, threshold: threshold, resampler: resampler)
        #expect(try error(of: filter, on: program) < 1e-12)
      }
    }
  }

  @Test func aWrongResamplerIsCaught() throws {
    let filter = ParticleFilter(particles: 2, threshold: 1.01, resampler: GreedyResampler())
    #expect(try error(of: filter, on: HiddenMarkov.program(2)) > 1e-4)
    #expect(try error(of: filter, on: unequalObservations) > 1e-3)
  }

  @Test func oneParticleIsAnExecution() throws {
    let filter = ParticleFilter(particles: 1, threshold: 1.01)
    #expect(try error(of: filter, on: HiddenMarkov.program(2)) < 1e-12)
    let result = try filter.run(HiddenMarkov.program(4), random: RandomStream(seed: 1))
    #expect(result.draws.count == 1 && result.draws.logEvidence?.standardError == nil)
  }

  @Test func hiddenMarkovEvidence() throws {
    let exact = HiddenMarkov.forward(16)
    for scheme in ResamplingScheme.all {
      let filter = ParticleFilter(particles: 4000, resampler: scheme.resampler)
      let result = try filter.run(HiddenMarkov.program(16), random: RandomStream(seed: 5))
      let evidence = try #require(result.draws.logEvidence)
      let error = try #require(evidence.standardError)
      // The error is an estimate itself; five of them leave a false alarm below one in 10,000 for all schemes together.
      #expect(error > 0 && error < 0.3)
      #expect(abs(evidence.value - exact.logEvidence) < 5 * error)
      let weights = try #require(result.draws.weights)
      let last = try #require(result.draws["value"])
      let size = try #require(result.draws.weightEffectiveSize)
      #expect(size > 1000)
      for state in 0..<3 {
        let share = zip(last, weights).reduce(0) { $0 + ($1.0 == Double(state) ? $1.1 : 0) }
        #expect(abs(share - exact.final[state]) < 0.06)
      }
    }
  }

  /// The stated standard error against the spread of forty independent runs.
  @Test(arguments: ["multinomial", "systematic"], [0, 0.5, 1]) func standardErrorIsHonest(
    _ name: String, _ threshold: Double
  ) throws {
    let scheme = try #require(ResamplingScheme.named(name))
    let filter = ParticleFilter(particles: 500, threshold: threshold, resampler: scheme.resampler)
    var values: [Double] = []
    var stated: [Double] = []
    for seed in 0..<40 {
      let evidence = try #require(
        try filter.run(HiddenMarkov.program(5), random: RandomStream(seed: UInt64(seed))).draws.logEvidence)
      values.append(evidence.value)
      if let error = evidence.standardError { stated.append(error) }
    }
    // The variance estimate is unbiased and may come out negative, which is told as no error at all.
    #expect(stated.count >= 30)
    let mean = values.reduce(0, +) / 40
    let spread = sqrt(values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 39)
    let average = stated.reduce(0, +) / Double(stated.count)
    // The spread of forty values has a relative error of 11 %, so a factor of 1.6 is four standard errors.
    #expect(average / spread > 1 / 1.6 && average / spread < 1.6, "stated \(average), spread \(spread)")
  }

  @Test func threadsDoNotChangeResults() throws {
    func run(_ threads: Int) throws -> ([UInt64], [Double], Double?) {
      let result = try ParticleFilter(particles: 700).run(
        HiddenMarkov.program(8), random: RandomStream(seed: 2), control: RunControl(threads: threads))
      return (
        result.draws.storage.map(\.bitPattern), result.draws.logWeights ?? [], result.draws.logEvidence?.standardError
      )
    }
    let one = try run(1)
    let four = try run(4)
    #expect(one.0 == four.0 && one.1 == four.1 && one.2 == four.2)
  }

  @Test func programsWithoutObservations() throws {
    let program = ProcessProgram { sampleBool("b", .bernoulli(0.5)) { .finish(.bool($0)) } }
    let result = try ParticleFilter(particles: 10).run(program, random: RandomStream(seed: 1))
    #expect(result.draws.count == 10 && result.draws.logEvidence?.value == 0)
    // The variance is a difference of numbers near 1, so that its root is exact to 1e-7 only.
    #expect(try #require(result.draws.logEvidence?.standardError) < 1e-7)
  }

  @Test func populationsOfWeightZeroSayWhere() throws {
    let program = ProcessProgram {
      sampleBool("b", .bernoulli(0.5)) { _ in
        observe("y", .bernoulli(0.5), .bool(true)) { observe("z", .bernoulli(0), .bool(true)) { .finish(.null) } }
      }
    }
    #expect { try ParticleFilter(particles: 10).run(program, random: RandomStream(seed: 1)) } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.kind == .user && failure.diagnostic.code == "all-weights-zero"
        && failure.diagnostic.primary?.span.start == 3
    }
    let population = try ParticleFilter(particles: 10).population(of: program, random: RandomStream(seed: 1)).population
    #expect(population.logEvidence == -.infinity && population.logEvidenceError == nil)
  }

  @Test func failuresOfParticlesAreCounted() throws {
    let result = try ParticleFilter(particles: 400).run(unequalObservations, random: RandomStream(seed: 3))
    #expect(abs(result.failures.count - 100) < 40)
    #expect(result.draws.logWeights?.allSatisfy { $0 > -.infinity } == true)
    let wrong = ProcessProgram { factor(.nan) { .finish(.null) } }
    #expect { try ParticleFilter(particles: 5).run(wrong, random: RandomStream(seed: 1)) } throws: { error in
      (error as? Failure)?.kind == .user
    }
    let twice = ProcessProgram {
      sampleBool("b", .bernoulli(0.5)) { _ in sampleBool("b", .bernoulli(0.5)) { .finish(.bool($0)) } }
    }
    #expect { try ParticleFilter(particles: 5).run(twice, random: RandomStream(seed: 1)) } throws: { error in
      (error as? Failure)?.diagnostic.code == "duplicate-address"
    }
  }

  @Test func longHistoriesAreReleasedWithoutRecursion() throws {
    let program = ProcessProgram {
      @Sendable func step(_ i: Int, _ address: Address) -> Process {
        .sample(Address(address.name, .one(i)), .bernoulli(0.5)) { _ in
          i == 200_000 ? .finish(.int(i)) : step(i + 1, address)
        }
      }
      return step(0, Address(AddressName("x")))
    }
    var filter = ParticleFilter(particles: 2)
    filter.recordsValue = true
    let population = try filter.population(of: program, random: RandomStream(seed: 1)).population
    #expect(population.results.count == 2)
  }

  @Test func cancellationGivesNoEvidence() throws {
    let result = try ParticleFilter(particles: 10).run(
      HiddenMarkov.program(5), random: RandomStream(seed: 1), control: RunControl(isCancelled: { true }))
    #expect(result.wasCancelled && result.draws.logEvidence == nil && result.draws.count == 0)
  }
}
