// Simulation, weighted traces and log densities of programs, and the errors that they report.

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

@Suite struct ProgramTests {
  func address(_ text: String) throws -> Address { try #require(Address(parsing: text)) }

  @Test func traceHoldsPriorAndLikelihood() throws {
    let program = ProcessProgram {
      sampleReal("mu", .normal(0, 2)) { mu in
        observe("y", .normal(mu, 1), .real(1.5)) { factor(-0.25) { .finish(.real(mu)) } }
      }
    }
    var random = RandomStream(seed: 1)
    let weighted = try program.generate(using: &random)
    let mu = try #require(weighted.trace[address("mu")]?.value.asReal)
    let log2Pi = log(2 * Double.pi)
    let prior = -0.5 * mu * mu / 4 - log(2) - 0.5 * log2Pi
    let likelihood = -0.5 * (1.5 - mu) * (1.5 - mu) - 0.5 * log2Pi - 0.25
    // Four terms of size at most 10: rounding stays below 1e-14.
    #expect(abs(weighted.trace.logPrior - prior) < 1e-14)
    #expect(abs(weighted.logWeight - likelihood) < 1e-14)
    #expect(weighted.trace[try address("y")]?.isObserved == true)
    #expect(weighted.trace.freeChoices.count == 1)

    let given = GivenChoices([(try address("mu"), .real(mu))])
    #expect(try program.logDensity(of: given) == weighted.trace.logDensity)
    #expect(try program.assess(GivenChoices(freeChoicesOf: weighted.trace)).value.asReal == mu)
  }

  @Test func missingAndUnknownChoicesAreReported() throws {
    let program = ProcessProgram {
      sampleReal("mu", .normal(0, 1)) { mu in
        observe("y", .normal(mu, 1), .real(0)) { sampleBool("b", .bernoulli(0.5)) { .finish(.bool($0)) } }
      }
    }
    #expect {
      try program.logDensity(of: GivenChoices([(try address("mu"), .real(0)), (try address("bb"), .bool(true))]))
    } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.kind == .user && failure.diagnostic.code == "missing-choice"
        && failure.diagnostic.message.contains("`b`") && failure.diagnostic.hint?.contains("`bb`") == true
    }
    let extra = GivenChoices([
      (try address("mu"), .real(0)), (try address("b"), .bool(true)), (try address("y"), .real(1)),
    ])
    #expect { try program.logDensity(of: extra) } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.diagnostic.code == "unknown-choice"
        && failure.diagnostic.hint?.contains("observed already") == true
    }
  }

  @Test func valuesOutsideTheSupportHaveDensityZero() throws {
    let program = ProcessProgram { sampleInt("k", .uniformInt(0, 3)) { .finish(.int($0)) } }
    #expect(try program.logDensity(of: GivenChoices([(try address("k"), .int(4))])) == -.infinity)
  }

  @Test func repeatedAddressIsAnErrorThatShowsBothPlaces() throws {
    for count in [2, 40] {
      let program = ProcessProgram {
        @Sendable func step(_ i: Int) -> Process {
          i == count
            ? .finish(.null) : sample(i == count - 1 ? "x[0]" : "x[\(i)]", .bernoulli(0.5)) { _ in step(i + 1) }
        }
        return step(0)
      }
      var random = RandomStream(seed: 1)
      #expect { try program.generate(using: &random) } throws: { error in
        guard let failure = error as? Failure else { return false }
        return failure.kind == .user && failure.diagnostic.code == "duplicate-address"
          && failure.diagnostic.primary?.span.start == UInt32(count)
          && failure.diagnostic.secondary.first?.span.start == 1
      }
    }
  }

  @Test func kindsOfFailureAreKeptApart() throws {
    var random = RandomStream(seed: 1)
    let negative = ProcessProgram { observe(nil, .normal(0, -1), .real(0)) { .finish(.null) } }
    let weighted = try negative.generate(using: &random)
    #expect(weighted.logWeight == -.infinity)
    #expect(weighted.failure?.kind == .numerical)
    #expect(throws: Failure.self) { try negative.simulate(using: &random) }
    #expect(try negative.logDensity(of: GivenChoices()) == -.infinity)

    for undefined in [
      ProcessProgram { factor(.nan) { .finish(.null) } },
      ProcessProgram { observe(nil, .constant(.nan), .real(0)) { .finish(.null) } },
    ] {
      #expect { try undefined.generate(using: &random) } throws: { error in
        (error as? Failure)?.kind == .user && (error as? Failure)?.diagnostic.code == "nan-weight"
      }
    }
    let infinite = ProcessProgram { factor(.infinity) { .finish(.null) } }
    #expect(try infinite.generate(using: &random).failure?.kind == .numerical)
    let zero = ProcessProgram { factor(-.infinity) { sampleBool("b", .bernoulli(0.5)) { .finish(.bool($0)) } } }
    let full = try zero.generate(using: &random)
    #expect(full.logWeight == -.infinity && full.trace.choices.count == 1)
    #expect(try zero.generate(using: &random, stopsAtZero: true).trace.choices.isEmpty)
  }

  @Test func sameSeedSameTrace() throws {
    var first = RandomStream(seed: 9)
    var second = RandomStream(seed: 9)
    let a = try HiddenMarkov.program(10).simulate(using: &first)
    let b = try HiddenMarkov.program(10).simulate(using: &second)
    #expect(a.choices.map { ValueKey($0.value) } == b.choices.map { ValueKey($0.value) })
  }
}
