// Importance and rejection sampling: exact laws on tiny programs, conjugate answers, limits and errors.

import BorelDraws
import BorelExact
import BorelInference
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues
import InferenceTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct SamplingTests {
  @Test func importanceIsProperlyWeightedExactly() throws {
    for soft in [false, true] {
      // E[Ẑ] and E[(1/N) Σ w f] over all outcomes of three executions.
      var evidence = 0.0
      var rain = 0.0
      try forEachOutcome { (source: inout EnumeratingSource) throws(Failure) in
        var weights: [(Bool, Double)] = []
        for number in 0..<3 {
          var random = source.child(UInt64(number))
          let execution = try sprinkler(soft: soft).generate(using: &random)
          weights.append((execution.trace.value.asBool ?? false, exp(execution.logWeight)))
        }
        return weights
      } visit: { weights, probability in
        evidence += probability * weights.reduce(0) { $0 + $1.1 } / 3
        rain += probability * weights.reduce(0) { $0 + ($1.0 ? $1.1 : 0) } / 3
      }
      let joint = 0.3 * (0.1 * 0.02 + 0.9 * 0.2)
      #expect(abs(evidence - joint / sprinklerRain) < 1e-12)
      #expect(abs(rain - joint) < 1e-12)
    }
  }

  @Test func rejectionAcceptsThePosteriorExactly() throws {
    let law = try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> Double? in
      let sampler = RejectionSampling(draws: 1, maximumExecutions: 1)
      do throws(Failure) {
        let result = try sampler.run(sprinkler(soft: true), random: source)
        return result.draws["value"]?.first
      } catch {
        guard error.diagnostic.code == "too-few-accepted" else { throw error }
        return nil
      }
    }
    let accepted = law.filter { $0.key != nil }.values.reduce(0, +)
    #expect(abs((law[1] ?? 0) / accepted - sprinklerRain) < 1e-12)
    #expect(abs(accepted - 0.0546 / sprinklerRain) < 1e-12)
  }

  /// Normal prior and likelihood: the posterior of mu given y = 1.5 is normal(1.2, sqrt .8), the evidence normal(1.5 | 0, sqrt 5).
  @Test func importanceAgreesWithTheConjugateAnswer() throws {
    let program = ProcessProgram {
      sampleReal("mu", .normal(0, 2)) { mu in observe("y", .normal(mu, 1), .real(1.5)) { .finish(.real(mu)) } }
    }
    let result = try ImportanceSampling(draws: 20_000).run(program, random: RandomStream(seed: 3))
    let draws = try #require(result.draws["mu"])
    let weights = try #require(result.draws.weights)
    let mean = zip(draws, weights).reduce(0.0) { $0 + $1.0 * $1.1 }
    let size = try #require(result.draws.weightEffectiveSize)
    #expect(size > 5000)
    // Four standard errors: a false alarm once in 16,000 seeds.
    #expect(abs(mean - 1.2) < 4 * sqrt(0.8 / size))
    let exact = -0.5 * 1.5 * 1.5 / 5 - 0.5 * log(2 * Double.pi * 5)
    let evidence = try #require(result.draws.logEvidence)
    let error = try #require(evidence.standardError)
    #expect(error < 0.02)
    #expect(abs(evidence.value - exact) < 4 * error)
    #expect(result.warnings.isEmpty)
  }

  @Test func threadsDoNotChangeResults() throws {
    let program = HiddenMarkov.program(6)
    func storage(_ threads: Int) throws -> ([UInt64], [Double], Double?) {
      let result = try ImportanceSampling(draws: 5000)
        .run(program, random: RandomStream(seed: 5), control: RunControl(threads: threads))
      return (result.draws.storage.map(\.bitPattern), result.draws.logWeights ?? [], result.draws.logEvidence?.value)
    }
    let one = try storage(1)
    let four = try storage(4)
    #expect(one.0 == four.0 && one.1 == four.1 && one.2 == four.2)
    func rejected(_ threads: Int) throws -> [Double] {
      try RejectionSampling(draws: 500)
        .run(sprinkler(soft: false), random: RandomStream(seed: 5), control: RunControl(threads: threads)).draws.storage
    }
    #expect(try rejected(1) == rejected(4))
  }

  @Test func rejectionGivesUpWithAClearError() throws {
    let impossible = ProcessProgram {
      sampleBool("b", .bernoulli(0.5)) { b in factor(-.infinity) { .finish(.bool(b)) } }
    }
    #expect { try RejectionSampling(draws: 5).run(impossible, random: RandomStream(seed: 1)) } throws: { error in
      (error as? Failure)?.diagnostic.message == "0 of 1,000,000 executions were accepted"
    }
  }

  @Test func rejectionChecksItsBound() throws {
    let above = ProcessProgram { sampleBool("b", .bernoulli(0.5)) { b in factor(b ? 0.1 : 0) { .finish(.bool(b)) } } }
    #expect { try RejectionSampling(draws: 50).run(above, random: RandomStream(seed: 1)) } throws: { error in
      (error as? Failure)?.diagnostic.code == "weight-above-bound"
    }
    #expect(try RejectionSampling(draws: 50, logBound: 0.1).run(above, random: RandomStream(seed: 1)).draws.count == 50)
    let continuous = ProcessProgram {
      sampleReal("mu", .normal(0, 1)) { mu in observe("y", .normal(mu, 1), .real(0)) { .finish(.real(mu)) } }
    }
    #expect { try RejectionSampling(draws: 5).run(continuous, random: RandomStream(seed: 1)) } throws: { error in
      (error as? Failure)?.kind == .user && (error as? Failure)?.diagnostic.code == "rejection-continuous"
        && (error as? Failure)?.diagnostic.primary != nil
    }
    #expect(
      try RejectionSampling(draws: 5, logBound: -0.5).run(continuous, random: RandomStream(seed: 1)).draws.count == 5)
  }

  @Test func numericalFailuresAreCountedByPlace() throws {
    let program = ProcessProgram {
      sampleReal("s", .normal(0, 1)) { s in observe("y", .normal(0, s), .real(0)) { .finish(.real(s)) } }
    }
    let result = try ImportanceSampling(draws: 1000).run(program, random: RandomStream(seed: 2))
    // Half of the draws have a negative scale: 500 with standard deviation 16.
    #expect(abs(result.failures.count - 500) < 80)
    #expect(result.failures.entries.count == 1)
    #expect(result.draws.count == 1000 - result.failures.count)
    #expect(result.draws.notes.count == 1)
    let always = ProcessProgram { observe("y", .normal(0, -1), .real(0)) { .finish(.null) } }
    #expect { try ImportanceSampling(draws: 10).run(always, random: RandomStream(seed: 2)) } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.diagnostic.code == "all-weights-zero"
        && failure.diagnostic.notes.first?.contains("negative scale") == true
    }
  }

  @Test func cancellationKeepsWhatThereIs() throws {
    let result = try ImportanceSampling(draws: 1000).run(
      sprinkler(soft: true), random: RandomStream(seed: 2), control: RunControl(isCancelled: { true }))
    #expect(result.wasCancelled && result.draws.count == 0)
  }
}
