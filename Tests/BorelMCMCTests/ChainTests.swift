// Whole chains: conjugate answers, threads, starts, failures, adaptation and arrays.

import BorelDraws
import BorelInference
import BorelMCMC
import BorelNumerics
import BorelSemantics
import BorelValues
import InferenceTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct ChainTests {
  /// Mean and sd of a column, with the standard error of the mean from the spread of batch means (40 batches over all chains).
  func estimate(_ column: ArraySlice<Double>) -> (mean: Double, sd: Double, error: Double) {
    let values = Array(column)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    let size = values.count / 40
    let batches = (0..<40).map { values[$0 * size..<($0 + 1) * size].reduce(0, +) / Double(size) }
    let spread = batches.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (39 * 40)
    return (mean, sqrt(variance), sqrt(spread))
  }

  /// The batch means have 39 degrees of freedom: five standard errors are exceeded by chance once in 80,000 times.
  func expectMean(_ draws: Draws, _ name: String, _ exact: Double, _ comment: Comment? = nil) throws {
    let found = estimate(try #require(draws[name]))
    #expect(found.error < 0.05 * max(found.sd, 1e-9) * 4, comment)
    #expect(abs(found.mean - exact) < 5 * found.error, "\(name): \(found.mean) ± \(found.error), exact \(exact)")
  }

  @Test func normalMean() throws {
    let program = ProcessProgram {
      sampleReal("mu", .normal(0, 2)) { mu in observe("y", .normal(mu, 1), .real(1.5)) { .finish(.real(mu * mu)) } }
    }
    let result = try TraceMetropolis(draws: 4000, stepsPerDraw: 2).run(program, random: RandomStream(seed: 11))
    try expectMean(result.draws, "mu", 1.2)
    try expectMean(result.draws, "value", 1.2 * 1.2 + 0.8)
    #expect(result.draws.chainLengths == [4000, 4000, 4000, 4000])
    let acceptance = try #require(result.acceptance)
    #expect(acceptance > 0.3 && acceptance < 0.6)
  }

  @Test func betaBinomialAndGammaPoisson() throws {
    let program = ProcessProgram {
      sampleReal("p", .beta(2, 2)) { p in
        sampleReal("rate", .exponential(1)) { rate in
          @Sendable func flip(_ i: Int) -> Process {
            i == 10
              ? observe("k", .poisson(rate), .int(3)) { .finish(.null) }
              : observe("y[\(i)]", .bernoulli(p), .bool(i < 7)) { flip(i + 1) }
          }
          return flip(0)
        }
      }
    }
    let result = try TraceMetropolis(draws: 4000, stepsPerDraw: 4).run(program, random: RandomStream(seed: 12))
    // beta(9, 5) and gamma(4, 2)
    try expectMean(result.draws, "p", 9.0 / 14)
    try expectMean(result.draws, "rate", 2)
  }

  /// A number of components with a Poisson prior, each with its own choice: the number given the data by quadrature-free algebra.
  @Test func dimensionChanges() throws {
    let program = ProcessProgram {
      sampleInt("n", .poisson(2)) { n in
        @Sendable func step(_ i: Int, _ sum: Double) -> Process {
          i == n
            ? observe("y", .normal(sum, 1), .real(2)) { .finish(.real(sum)) }
            : sampleReal("x[\(i)]", .normal(0, 1)) { step(i + 1, sum + $0) }
        }
        return step(0, 0)
      }
    }
    // Given n, y is normal(0, sqrt(n + 1)), so P(n | y) ∝ 2^n / n! · normal(2 | 0, sqrt(n + 1)).
    var masses: [Double] = []
    var weight = 1.0
    for n in 0..<60 {
      if n > 0 { weight *= 2 / Double(n) }
      masses.append(weight * exp(-2 / Double(n + 1)) / sqrt(Double(n + 1)))
    }
    let sum = masses.reduce(0, +)
    let mean = masses.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } / sum
    let result = try TraceMetropolis(draws: 6000, stepsPerDraw: 8).run(program, random: RandomStream(seed: 13))
    try expectMean(result.draws, "n", mean)
    // E[Σ x | y, n] = 2 n / (n + 1)
    let total = masses.enumerated().reduce(0) { $0 + 2 * Double($1.offset) / Double($1.offset + 1) * $1.element } / sum
    try expectMean(result.draws, "value", total)
  }

  @Test func arraysMove() throws {
    let program = ProcessProgram {
      sample("x", .normals(3)) { x in
        let elements = x.asArray?.realElements ?? []
        return sample("s", .simplex(3)) { s in
          let shares = s.asArray?.realElements ?? [0, 0, 0]
          return sample("c", .coins(4)) { c in
            let heads = c.asArray?.realElements.reduce(0, +) ?? 0
            return observe("y", .normal(elements[0], 0.5), .real(1)) {
              factor(3 * log(max(shares[0], 0))) { factor(0.5 * heads) { .finish(.real(heads)) } }
            }
          }
        }
      }
    }
    let result = try TraceMetropolis(draws: 6000, stepsPerDraw: 6).run(program, random: RandomStream(seed: 14))
    try expectMean(result.draws, "x[0]", 0.8)
    try expectMean(result.draws, "x[2]", 0)
    // dirichlet(4, 1, 1)
    try expectMean(result.draws, "s[0]", 4.0 / 6)
    // Four independent coins with odds exp(.5)
    try expectMean(result.draws, "value", 4 * exp(0.5) / (1 + exp(0.5)))
  }

  @Test func scalesAreAdapted() throws {
    // A posterior of sd 1e-3 around 5000 under a prior of sd 1e4.
    let program = ProcessProgram {
      sampleReal("mu", .normal(0, 1e4)) { mu in observe("y", .normal(mu, 1e-3), .real(5000)) { .finish(.null) } }
    }
    let result = try TraceMetropolis(chains: 2, warmup: 3000, draws: 4000, stepsPerDraw: 2)
      .run(program, random: RandomStream(seed: 15))
    let acceptance = try #require(result.acceptance)
    #expect(acceptance > 0.3 && acceptance < 0.5)
    try expectMean(result.draws, "mu", 5000)
  }

  @Test func threadsDoNotChangeDraws() throws {
    func bits(_ threads: Int) throws -> [UInt64] {
      try TraceMetropolis(warmup: 50, draws: 100).run(
        HiddenMarkov.program(5), random: RandomStream(seed: 7), control: RunControl(threads: threads)
      ).draws.storage.map(\.bitPattern)
    }
    #expect(try bits(1) == bits(4))
  }

  @Test func checkpointsDoNotChangeDraws() throws {
    // The same stream drives both kernels, which differ only in where a proposal starts to run again.
    func values(_ checkpoints: Int) throws -> [ValueKey] {
      var random = RandomStream(seed: 4)
      let program = HiddenMarkov.program(12)
      let kernel = SingleSiteMetropolis<ProcessProgram>(checkpoints: checkpoints)
      var state = try kernel.initialState(at: try program.generate(using: &random).trace, of: program)
      var values: [ValueKey] = []
      for _ in 0..<500 {
        _ = try kernel.step(&state, of: program, using: &random)
        values.append(contentsOf: state.choices.map { ValueKey($0.value) })
      }
      let given = GivenChoices(state.choices.map { ($0.address, $0.value) })
      // Twenty-five terms in two orders of summation.
      #expect(abs(state.logDensity - (try program.logDensity(of: given))) < 1e-12)
      return values
    }
    #expect(try values(1) == values(8))
    #expect(try values(1) == values(100))
  }

  @Test func startsAndTheirFailure() throws {
    let impossible = ProcessProgram {
      sampleReal("s", .normal(0, 1)) { s in
        s < 0
          ? observe("y", .normal(0, s), .real(0)) { .finish(.null) } : factor(-.infinity) { .finish(.null) }
      }
    }
    #expect { try TraceMetropolis().run(impossible, random: RandomStream(seed: 1)) } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.kind == .user && failure.diagnostic.code == "no-start" && failure.diagnostic.notes.count == 2
        && failure.diagnostic.notes[0].contains("negative scale")
    }
    let rare = ProcessProgram {
      sampleInt("k", .uniformInt(0, 99)) { k in factor(k == 42 ? 0 : -.infinity) { .finish(.int(k)) } }
    }
    var method = TraceMetropolis(warmup: 10, draws: 20)
    method.proposals = ProposalRow.standard.filter { $0.name != "prior" && $0.name != "integer-walk" }
    method.proposals.append(ProposalRow("walk", share: 1, IntegerWalk()))
    let result = try method.run(rare, random: RandomStream(seed: 1))
    #expect(result.draws["k"]?.allSatisfy { $0 == 42 } == true)
    #expect(result.warnings.first?.code == "nothing-accepted")
  }

  @Test func failingProposalsAreRejectedAndCounted() throws {
    let program = ProcessProgram {
      sampleReal("s", .normal(1, 1)) { s in observe("y", .normal(0, s), .real(1)) { .finish(.null) } }
    }
    let result = try TraceMetropolis(draws: 500).run(program, random: RandomStream(seed: 3))
    #expect(result.failures.count > 0 && result.failures.entries.count == 1)
    #expect(result.draws["s"]?.allSatisfy { $0 > 0 } == true)
  }

  @Test func improperPriorsStartAndMove() throws {
    // mu has posterior normal(3, 2); s has density ∝ exp(-s) above 2.
    let program = ProcessProgram {
      sampleReal("mu", .improper(above: -.infinity)) { mu in
        sampleReal("s", .improper(above: 2)) { s in
          observe("y", .normal(mu, 2), .real(3)) { factor(-s) { .finish(.null) } }
        }
      }
    }
    let result = try TraceMetropolis(draws: 4000, stepsPerDraw: 4).run(program, random: RandomStream(seed: 21))
    try expectMean(result.draws, "mu", 3)
    try expectMean(result.draws, "s", 3)
    #expect(result.failures.isEmpty)
  }

  @Test func arraysOfChangingLengthAreDrawnAfresh() throws {
    let program = ProcessProgram {
      sampleInt("n", .uniformInt(1, 3)) { n in
        sample("c", .coins(n)) { c in
          let heads = c.asArray?.realElements.reduce(0, +) ?? 0
          return factor(heads * log(3)) { .finish(.real(heads)) }
        }
      }
    }
    // The evidence given n is ((1 + 3) / 2)^n = 2^n.
    let result = try TraceMetropolis(draws: 4000, stepsPerDraw: 4).run(program, random: RandomStream(seed: 22))
    try expectMean(result.draws, "n", (2 + 2 * 4 + 3 * 8) / 14.0)
    try expectMean(result.draws, "value", 0.75 * (2 + 2 * 4 + 3 * 8) / 14.0)
  }

  @Test func thinningKeepsEveryFewDraws() throws {
    let all = try TraceMetropolis(chains: 2, warmup: 5, draws: 12).run(
      HiddenMarkov.program(3), random: RandomStream(seed: 1))
    var method = TraceMetropolis(chains: 2, warmup: 5, draws: 4)
    method.thin = 3
    let thinned = try method.run(HiddenMarkov.program(3), random: RandomStream(seed: 1))
    let every = try #require(all.draws["x[1]"])
    #expect(
      thinned.draws["x[1]"].map(Array.init) == [2, 5, 8, 11, 14, 17, 20, 23].map { every[every.startIndex + $0] })
  }

  @Test func programsWithoutFreeChoices() throws {
    let result = try TraceMetropolis(draws: 5).run(
      ProcessProgram { factor(-1) { .finish(.int(3)) } }, random: RandomStream(seed: 3))
    #expect(result.draws["value"].map(Array.init) == Array(repeating: 3, count: 20))
  }

  @Test func duplicateAddressesInLaterProposalsAreErrors() throws {
    let program = ProcessProgram {
      sampleBool("b", .bernoulli(0.01)) { b in
        sampleBool("x", .bernoulli(0.5)) { _ in
          b ? sampleBool("x", .bernoulli(0.5)) { .finish(.bool($0)) } : .finish(.null)
        }
      }
    }
    #expect { try TraceMetropolis().run(program, random: RandomStream(seed: 3)) } throws: { error in
      (error as? Failure)?.diagnostic.code == "duplicate-address"
    }
  }
}
