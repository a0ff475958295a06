// Runs chains of single-site Metropolis-Hastings over the traces of a program and gives their draws.

import BorelDraws
import BorelInference
import BorelSemantics
import BorelSource

/// Markov chain Monte Carlo for any program: chains of `SingleSiteMetropolis`, their scales adapted during warm-up.
public struct TraceMetropolis: Sendable {
  public var chains: Int
  public var warmup: Int
  public var draws: Int
  /// Proposals per draw; nil takes the number of free choices of the first start, at most 100.
  public var stepsPerDraw: Int?
  /// Of so many draws after warm-up one is kept.
  public var thin = 1
  public var proposals = ProposalRow.standard
  /// How many executions are tried for a start of positive density.
  public var maximumStarts: Int
  public var recordsValue = true

  public init(
    chains: Int = 4, warmup: Int = 500, draws: Int = 1000, stepsPerDraw: Int? = nil, maximumStarts: Int = 1000
  ) {
    self.chains = chains
    self.warmup = warmup
    self.draws = draws
    self.stepsPerDraw = stepsPerDraw
    self.maximumStarts = max(maximumStarts, 1)
  }

  public func run<P: Program, Source: RandomSource>(
    _ program: P, random: Source, control: RunControl = .init()
  ) throws(Failure) -> InferenceResult {
    let maximumStarts = maximumStarts
    let first = try firstTrace(of: program, random)
    let steps = stepsPerDraw ?? min(max(first.freeChoices.count, 1), 100)
    try checkMemory(first, control)
    let results = try runChains(
      of: SingleSiteMetropolis<P>(proposals: proposals), adaptation: ScaleAdaptation<P>(), on: program,
      plan: ChainPlan(chains: chains, warmup: warmup, draws: draws, stepsPerIteration: steps, thin: thin),
      output: TraceRecorder(recordsValue: recordsValue), random: random, control: control,
      start: { (_, random, failures) throws(Failure) in
        try startingTrace(of: program, using: &random, attempts: maximumStarts, &failures)
      },
      record: { state, info, recorder in
        recorder.record(state.choices, value: state.value)
        recorder.recordStatistic("log_density", state.logDensity)
        recorder.recordStatistic("acceptance", info.acceptance)
      })
    return summarize(results)
  }

  /// Where the first chain starts, which tells how large traces are.
  private func firstTrace<P: Program, Source: RandomSource>(of program: P, _ random: Source) throws(Failure) -> Trace {
    var failures = NumericalFailureLog()
    var random = random.child(0).child(0)
    return try startingTrace(of: program, using: &random, attempts: maximumStarts, &failures)
  }

  /// Besides the numbers of its choices a draw has its density and its acceptance.
  private func checkMemory(_ first: Trace, _ control: RunControl) throws(Failure) {
    let numbers = first.freeChoices.reduce(2) { $0 + ($1.value.asArray?.count ?? 1) }
    try control.reserve(draws, "draws", bytesEach: 8 * numbers)
    try control.reserve(chains, "chains", bytesEach: 8 * numbers * max(draws, 1) + 1024)
  }

  private func summarize(_ results: [ChainResult<TraceRecorder>]) -> InferenceResult {
    var failures = NumericalFailureLog()
    var steps = 0
    var acceptance = 0.0
    for result in results {
      failures.merge(result.failures)
      steps += result.steps
      acceptance += result.acceptanceSum
    }
    var table = Draws(chains: results.map(\.output.draws))
    table.notes = failures.notes
    var warnings: [Diagnostic] = []
    if steps > 0, acceptance == 0 {
      warnings.append(
        Diagnostic(
          .warning, code: "nothing-accepted",
          "none of \(grouped(steps)) proposals was accepted: every draw of a chain is its start",
          hint: "the posterior may be a set of isolated points; try `smc`, or soften hard conditions"))
    }
    return InferenceResult(
      draws: table, failures: failures, executions: steps, acceptance: steps > 0 ? acceptance / Double(steps) : nil,
      wasCancelled: results.contains(where: \.wasCancelled), warnings: warnings)
  }
}
