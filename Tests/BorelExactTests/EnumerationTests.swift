// Exact enumeration against closed forms and the forward recursion, its limits and its errors.

import BorelDraws
import BorelExact
import BorelInference
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

@Suite struct EnumerationTests {
  func address(_ text: String) throws -> Address { try #require(Address(parsing: text)) }

  @Test(arguments: [false, true]) func sprinklerIsExact(_ soft: Bool) throws {
    let result = try Enumeration().run(sprinkler(soft: soft))
    #expect(abs(result.posterior.probability(of: .bool(true)) - sprinklerRain) < 1e-14)
    #expect(abs(result.posterior.probability(of: .bool(true)) - 0.108635) < 5e-7)
    let rain = try #require(result.marginal(address("rain")))
    #expect(abs(rain.probability(of: .bool(true)) - sprinklerRain) < 1e-14)
    // P(sprinkler, dry) / P(dry)
    let on = (0.3 * 0.1 * 0.02 + 0.7 * 0.4 * 0.1) / (0.0546 / sprinklerRain)
    #expect(abs(try #require(result.marginal(address("sprinkler"))).probability(of: .bool(true)) - on) < 1e-14)
    #expect(result.executions == 4)
    let joint = try #require(result.joint)
    #expect(joint.isExact && joint.count == 4)
    let weights = try #require(joint.weights)
    let column = try #require(joint["rain"])
    #expect(abs(zip(column, weights).reduce(0) { $0 + $1.0 * $1.1 } - sprinklerRain) < 1e-14)
  }

  @Test func hiddenMarkovModelEqualsTheForwardRecursion() throws {
    let result = try Enumeration().run(HiddenMarkov.program(9))
    let exact = HiddenMarkov.forward(9)
    #expect(result.executions == 59_049)
    #expect(abs(result.logEvidence - exact.logEvidence) < 1e-12)
    for state in 0..<3 { #expect(abs(result.posterior.probability(of: .int(state)) - exact.final[state]) < 1e-12) }
    #expect(result.joint == nil)
    let ten = try Enumeration().run(HiddenMarkov.program(10), control: RunControl(threads: 2))
    #expect(abs(ten.logEvidence - HiddenMarkov.forward(10).logEvidence) < 1e-12)
    #expect(abs(HiddenMarkov.forward(16).logEvidence - -44.6858416) < 5e-8)
  }

  @Test func threadsDoNotChangeResults() throws {
    let one = try Enumeration().run(HiddenMarkov.program(7))
    let four = try Enumeration().run(HiddenMarkov.program(7), control: RunControl(threads: 4))
    #expect(one.logEvidence.bitPattern == four.logEvidence.bitPattern)
    #expect(one.posterior.logProbabilities == four.posterior.logProbabilities)
    for (a, b) in zip(one.marginals, four.marginals) {
      #expect(a.address == b.address && a.law.logProbabilities == b.law.logProbabilities)
    }
  }

  @Test func structureMayChange() throws {
    let result = try Enumeration().run(geometricLength)
    // P(n) ∝ 2^-(n+1) exp(-|n - 3|) for n < 5, and 2^-5 for n = 5.
    let masses = (0..<5).map { pow(0.5, Double($0 + 1)) * exp(-abs(Double($0) - 3)) } + [pow(0.5, 5)]
    let sum = masses.reduce(0, +)
    for count in 0...5 {
      #expect(abs(result.posterior.probability(of: .int(count)) - masses[count] / sum) < 1e-14)
    }
    // The fourth choice exists where the first three are true.
    let fourth = try #require(result.marginal(address("more[3]")))
    let exists = fourth.logProbabilities.reduce(0) { $0 + exp($1) }
    #expect(abs(exists - masses[3...].reduce(0, +) / sum) < 1e-14)
    #expect(abs(result.logEvidence - log(sum)) < 1e-14)
  }

  @Test func equalResultsAreMerged() throws {
    let dice = ProcessProgram {
      sampleInt("a", .uniformInt(1, 6)) { a in
        sampleInt("b", .uniformInt(1, 6)) { b in .finish(.list([.int(a + b), .string("sum")])) }
      }
    }
    let result = try Enumeration().run(dice)
    #expect(result.posterior.values.count == 11)
    #expect(abs(result.posterior.probability(of: .list([.int(7), .string("sum")])) - 1 / 6) < 1e-14)
    #expect(abs(result.logEvidence) < 1e-14)
  }

  @Test func whatCannotBeEnumeratedIsReported() throws {
    func code(_ program: ProcessProgram, _ method: Enumeration = .init()) -> (Failure.Kind, String, Bool)? {
      do throws(Failure) {
        _ = try method.run(program)
        return nil
      } catch {
        return (error.kind, error.diagnostic.code, error.diagnostic.primary != nil)
      }
    }
    let cases: [(ProcessProgram, Failure.Kind, String, Bool)] = [
      (ProcessProgram { sampleReal("x", .normal(0, 1)) { .finish(.real($0)) } }, .user, "not-enumerable", true),
      (ProcessProgram { sampleInt("k", .poisson(3)) { .finish(.int($0)) } }, .user, "not-enumerable", true),
      (ProcessProgram { sample("c", .coins(3)) { .finish($0) } }, .user, "not-enumerable", true),
      (ProcessProgram { sampleInt("k", .uniformInt(0, 1 << 40)) { .finish(.int($0)) } }, .user, "not-enumerable", true),
      (
        ProcessProgram { sampleBool("b", .bernoulli(0.5)) { _ in factor(-.infinity) { .finish(.null) } } }, .user,
        "all-weights-zero", false
      ),
      (
        ProcessProgram { sampleBool("b", .bernoulli(0.5)) { _ in factor(.nan) { .finish(.null) } } }, .user,
        "nan-weight", true
      ),
      (
        ProcessProgram {
          sampleBool("b", .bernoulli(0.5)) { _ in sampleBool("b", .bernoulli(0.5)) { .finish(.bool($0)) } }
        }, .user, "duplicate-address", true
      ),
    ]
    for (program, kind, expected, hasPlace) in cases {
      let found = code(program)
      #expect(found?.0 == kind && found?.1 == expected && found?.2 == hasPlace, "\(expected)")
    }
    @Sendable func endless(_ i: Int) -> Process {
      sampleBool("x[\(i)]", .bernoulli(0.5)) { $0 ? endless(i + 1) : .finish(.int(i)) }
    }
    let loop = ProcessProgram { endless(0) }
    #expect(code(loop)?.1 == "too-many-choices")
    #expect(code(loop, Enumeration(maximumExecutions: 2000))?.1 == "too-many-executions")
    #expect(code(HiddenMarkov.program(10), Enumeration(maximumExecutions: 100_000))?.1 == "too-many-executions")
  }

  @Test func failingExecutionsHaveWeightZero() throws {
    let program = ProcessProgram {
      sampleInt("s", .uniformInt(-1, 1)) { s in observe("y", .normal(0, Double(s)), .real(0.5)) { .finish(.int(s)) } }
    }
    let result = try Enumeration().run(program)
    #expect(result.failures.count == 2 && result.posterior.values.count == 1)
    #expect(abs(result.logEvidence - (-0.125 - 0.5 * log(2 * Double.pi) - log(3))) < 1e-14)
  }

  @Test func noChoicesAtAll() throws {
    let result = try Enumeration().run(ProcessProgram { factor(-2) { .finish(.int(4)) } })
    #expect(result.logEvidence == -2 && result.executions == 1 && result.marginals.isEmpty)
    #expect(result.posterior.probability(of: .int(4)) == 1)
  }
}
