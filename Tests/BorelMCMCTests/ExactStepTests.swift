// One Metropolis-Hastings step summed over all of its random choices: it must leave the posterior invariant, exactly.

import BorelExact
import BorelMCMC
import BorelSemantics
import BorelValues
import InferenceTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The choices of a trace as a dictionary key.
struct TraceKey: Hashable {
  let addresses: [Address]
  let values: [ValueKey]
  init(_ choices: some Sequence<Choice>) {
    let free = choices.filter { !$0.isObserved }
    addresses = free.map(\.address)
    values = free.map { ValueKey($0.value) }
  }
}

/// The exact posterior over traces, with a trace of each.
func posterior(of program: ProcessProgram) throws -> [TraceKey: (trace: Trace, probability: Double)] {
  var traces: [TraceKey: (trace: Trace, probability: Double)] = [:]
  var sum = 0.0
  try forEachOutcome { (source: inout EnumeratingSource) throws(Failure) in
    try program.generate(using: &source)
  } visit: { weighted, probability in
    let mass = probability * exp(weighted.logWeight)
    guard mass > 0 else { return }
    traces[TraceKey(weighted.trace.choices), default: (weighted.trace, 0)].probability += mass
    sum += mass
  }
  return traces.mapValues { ($0.trace, $0.probability / sum) }
}

/// The largest difference between the posterior and its image under one step of a kernel.
func invarianceError(
  of kernel: SingleSiteMetropolis<ProcessProgram>, on program: ProcessProgram, steps: Int = 1
) throws -> Double {
  let posterior = try posterior(of: program)
  var image: [TraceKey: Double] = [:]
  for (trace, probability) in posterior.values {
    let law = try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> TraceKey in
      var state = try kernel.initialState(at: trace, of: program)
      for _ in 0..<steps { _ = try kernel.step(&state, of: program, using: &source) }
      return TraceKey(state.choices)
    }
    for (key, transition) in law { image[key, default: 0] += probability * transition }
  }
  var error = 0.0
  for key in Set(posterior.keys).union(image.keys) {
    error = max(error, abs((posterior[key]?.probability ?? 0) - (image[key] ?? 0)))
  }
  return error
}

/// Name, program.
let discretePrograms: [(String, ProcessProgram)] = [
  ("hard sprinkler", sprinkler(soft: false)), ("soft sprinkler", sprinkler(soft: true)),
  ("hidden Markov", HiddenMarkov.program(3)), ("geometric length", geometricLength),
  ("changing support", changingSupport), ("disjoint supports", disjointSupports), ("changing type", changingType),
  (
    "coins",
    ProcessProgram {
      sampleBool("b", .bernoulli(0.4)) { b in
        sampleInt("n", .uniformInt(0, b ? 4 : 2)) { n in
          observe("y", .normal(Double(n), 1), .real(1)) { .finish(.null) }
        }
      }
    }
  ),
]

@Suite struct ExactStepTests {
  @Test(arguments: discretePrograms.indices, [1, 8]) func stepLeavesThePosteriorInvariant(
    _ index: Int, _ checkpoints: Int
  ) throws {
    let (name, program) = discretePrograms[index]
    for proposals in [ProposalRow.standard, ProposalRow.prior] {
      let kernel = SingleSiteMetropolis<ProcessProgram>(proposals: proposals, checkpoints: checkpoints)
      // Probabilities of at most a few hundred paths are summed: rounding stays below 1e-14.
      #expect(try invarianceError(of: kernel, on: program) < 1e-12, "\(name)")
    }
  }

  @Test func twoStepsAreOneStepTwice() throws {
    let kernel = SingleSiteMetropolis<ProcessProgram>()
    for program in [geometricLength, disjointSupports, changingType] {
      #expect(try invarianceError(of: kernel, on: program, steps: 2) < 1e-12)
    }
  }

  /// The test is tested: each term of the ratio left out, or its sign changed, is caught by at least one program.
  @Test func plantedErrorsAreCaught() throws {
    let wrong: [(String, @Sendable (AcceptanceTerms) -> Double)] = [
      ("count", { $0.logRatio - log(Double($0.count) / Double($0.proposedCount)) }),
      ("count inverted", { $0.logRatio - 2 * log(Double($0.count) / Double($0.proposedCount)) }),
      ("fresh", { $0.logRatio + $0.logFresh }),
      ("stale", { $0.logRatio - $0.logStale }),
      ("joint", { $0.logRatio - $0.logJointRatio }),
      ("proposal", { $0.logRatio - $0.logProposalRatio }),
      ("always", { _ in 0 }),
    ]
    for (name, logRatio) in wrong {
      var kernel = SingleSiteMetropolis<ProcessProgram>()
      kernel.logRatio = logRatio
      let errors = try [geometricLength, disjointSupports, changingType].map { try invarianceError(of: kernel, on: $0) }
      #expect((errors.max() ?? 0) > 1e-3, "\(name)")
    }
  }

  @Test func everyPosteriorTraceIsReached() throws {
    // From any trace, twelve steps reach every trace of positive probability: supports that do not meet are no trap.
    for program in [changingSupport, disjointSupports, changingType] {
      let all = try posterior(of: program)
      let kernel = SingleSiteMetropolis<ProcessProgram>(proposals: ProposalRow.prior)
      var reached = Set(all.keys.prefix(1))
      for _ in 0..<12 {
        for key in reached {
          guard let trace = all[key]?.trace else { continue }
          let law = try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> TraceKey in
            var state = try kernel.initialState(at: trace, of: program)
            _ = try kernel.step(&state, of: program, using: &source)
            return TraceKey(state.choices)
          }
          reached.formUnion(law.keys)
        }
      }
      #expect(reached == Set(all.keys))
    }
  }

  /// Real walks with increments ±1: detailed balance between neighbours on the lattice, the change of variables included.
  @Test(arguments: [
    TestDistribution.normal(0.5, 2), .exponential(0.7), .uniform(-1, 3), .beta(2, 3),
  ])
  func realWalksAreReversible(_ law: TestDistribution) throws {
    let program = ProcessProgram {
      sampleReal("x", law) { x in observe("y", .normal(x, 0.8), .real(0.6)) { .finish(.real(x)) } }
    }
    let address = try #require(Address(parsing: "x"))
    let kernel = SingleSiteMetropolis<ProcessProgram>(proposals: [ProposalRow("real-walk", share: 1, RealWalk())])
    func density(_ x: Double) throws -> Double {
      let slope: Double =
        switch law.support {
        case .reals(let a, let b) where a.isFinite && b.isFinite: (x - a) * (b - x) / (b - a)
        case .reals(let a, _) where a.isFinite: x - a
        default: 1
        }
      return exp(try program.logDensity(of: GivenChoices([(address, .real(x))]))) * slope
    }
    func neighbours(_ x: Double) throws -> [Double: Double] {
      let trace = try program.assess(GivenChoices([(address, .real(x))]))
      return try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> Double in
        var state = try kernel.initialState(at: trace, of: program)
        _ = try kernel.step(&state, of: program, using: &source)
        return state.choices.first { _ in true }?.value.asReal ?? .nan
      }
    }
    for start in [0.1, 0.45, 0.9] {
      for (next, forward) in try neighbours(start) where next != start {
        let back = try neighbours(next).filter { abs($0.key - start) < 1e-9 }.values.reduce(0, +)
        let (out, home) = (try density(start) * forward, try density(next) * back)
        #expect(out > 0 && abs(out - home) < 1e-9 * out, "\(start) to \(next)")
      }
    }
  }
}
