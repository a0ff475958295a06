// Runs chains of NUTS, HMC or a random walk on a model's density: starts, rounds on all cores, draws in memory and in files.

import BorelDraws
import BorelInference
import BorelMCMC
import BorelNumerics
import BorelSemantics
import BorelSource

/// A run of Hamiltonian chains on one model.
struct HamiltonianSampling: Sendable {
  let target: SamplingTarget
  let settings: HamiltonianSettings
  /// Which variables are kept, by their names.
  var isKept: @Sendable (String) -> Bool = { _ in true }
  /// Seconds between two checkpoints of a chain, where the run is written to files.
  var checkpointInterval = 5.0
  /// Iterations after warm-up between two looks at a stopping rule.
  static let roundLength = 100

  /// What each draw that is kept consists of.
  var layout: DrawLayout {
    DrawLayout(
      statistics: settings.statistics,
      variables: target.layout.variables.filter { isKept($0.name) }.map { ($0.name, $0.shape, $0.kind) })
  }

  /// For each number of a kept draw its place in the model's row, behind the statistics.
  var keptColumns: [Int] {
    var columns = Array(settings.statistics.indices)
    var next = columns.count
    for variable in target.layout.variables {
      if isKept(variable.name) { columns += next..<(next + variable.count) }
      next += variable.count
    }
    return columns
  }

  func run(
    random: RandomStream, control: RunControl, output: (any ChainOutput)? = nil
  ) throws(Failure) -> InferenceResult {
    switch settings.algorithm {
    case .nuts:
      let depth = settings.maximumDepth
      return try run(random, control, output) { metric in
        var kernel = NoUTurn(metric: metric, maximumDepth: depth)
        kernel.jitter = settings.jitter
        if settings.fault == .prefersNewHalf { kernel.acceptsNewHalf = { _, _ in 1 } }
        return kernel
      }
    case .hmc:
      return try run(random, control, output) { metric in
        var kernel = StaticHamiltonian(metric: metric, integrationTime: settings.integrationTime)
        kernel.jitter = settings.jitter
        return kernel
      }
    case .randomWalk: return try run(random, control, output) { RandomWalk(metric: $0) }
    }
  }

  private func run<K: HamiltonianKernel>(
    _ random: RandomStream, _ control: RunControl, _ output: (any ChainOutput)?, _ kernel: (Metric) -> K
  ) throws(Failure) -> InferenceResult {
    let layout = layout
    let bytes = 8 * max(layout.columnCount, 1)
    try control.reserve(settings.draws, "draws", bytesEach: bytes)
    try control.reserve(settings.chains, "chains", bytesEach: 2 * bytes * max(settings.draws, 1))
    var tasks: [ChainTask<K>] = []
    for number in 0..<settings.chains {
      let kernel = kernel(Metric(unit: target.dimension))
      tasks.append(
        ChainTask(number, self, kernel, layout, random.child(UInt64(number)), control, output))
    }
    let chains = tasks
    let wholeTime = settings.draws.multipliedReportingOverflow(by: settings.thin)
    let total = settings.warmup.addingReportingOverflow(wholeTime.overflow ? .max / 2 : wholeTime.partialValue)
    let end = total.overflow ? .max : total.partialValue
    var reached = 0
    var isMet = false
    repeat {
      // Without a rule there is nothing to wait for: one round.
      let step = Self.roundLength.multipliedReportingOverflow(by: settings.thin)
      let next =
        settings.until == nil || step.overflow ? end : min(max(reached, settings.warmup) + step.partialValue, end)
      _ = try parallelMap(chains.count, threads: control.threads) { number throws(Failure) in
        try chains[number].advance(to: next, end: end)
      }
      reached = next
      if let rule = settings.until { isMet = rule.isMet(by: Draws(chains.map(\.store), layout: layout)) }
    } while reached < end && !isMet && !control.isCancelled()
    for chain in chains { try chain.finish() }
    var result = summarize(chains, layout)
    result.wasCancelled = control.isCancelled() && reached < end || chains.contains { $0.wasCancelled }
    try output?.finish(wasCancelled: result.wasCancelled)
    return result
  }

  private func summarize<K>(_ chains: [ChainTask<K>], _ layout: DrawLayout) -> InferenceResult {
    var failures = NumericalFailureLog()
    var steps = 0
    var acceptance = 0.0
    var gradients = 0
    for task in chains {
      guard let chain = task.chain else { continue }
      failures.merge(chain.failures)
      steps += max(chain.iteration - chain.warmup, 0)
      acceptance += chain.acceptanceSum
      gradients += chain.leapfrogs + chain.warmupLeapfrogs
    }
    var draws = Draws(chains.map(\.store), layout: layout)
    draws.notes = failures.notes
    return InferenceResult(
      draws: draws, failures: failures, executions: gradients,
      acceptance: steps > 0 ? acceptance / Double(steps) : nil)
  }
}

/// Where the draws of a run go besides memory, and where its checkpoints lie.
protocol ChainOutput: Sendable {
  func sink(chain: Int) throws(Failure) -> (any ChainSink)?
  /// The last checkpoint of a chain that an earlier process left, and the draws that go with it.
  func restored(chain: Int) throws(Failure) -> (checkpoint: [UInt8], draws: Draws)?
  func save(_ checkpoint: CheckpointWriter, mark: SinkMark, chain: Int) throws(Failure)
  /// Keeps what a chain has adapted.
  func adapted(chain: Int, stepSize: Double, inverseMetric: InverseMetric) throws(Failure)
  /// The metric as the files show it.
  func announced(_ inverseMetric: InverseMetric) -> InverseMetric
  func finish(wasCancelled: Bool) throws(Failure)
}

/// A failure to write as a failure of the run.
func written<Result>(_ body: () throws(SinkFailure) -> Result) throws(Failure) -> Result {
  do throws(SinkFailure) { return try body() } catch {
    throw Failure(
      .user, Diagnostic(code: "cannot-write", "cannot write \(error.path): \(error.reason)"))
  }
}
