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
  /// Iterations after warm-up between two looks at a stopping rule.
  static let roundLength = 100

  /// What each draw consists of.
  var layout: DrawLayout {
    DrawLayout(
      statistics: settings.statistics,
      variables: target.layout.variables.map { ($0.name, $0.shape, $0.kind) })
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
        ChainTask(number, self, kernel, layout, random.child(UInt64(number)), control, try output?.sink(chain: number)))
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
    try output?.finish(draws: chains.map(\.store.count), wasCancelled: result.wasCancelled)
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
  func save(_ checkpoint: [UInt8], chain: Int) throws(Failure)
  /// Keeps what a chain has adapted.
  func adapted(chain: Int, stepSize: Double, inverseMetric: InverseMetric) throws(Failure)
  func finish(draws: [Int], wasCancelled: Bool) throws(Failure)
}

/// One chain with its evaluator and its output; only one thread at a time works on it.
private final class ChainTask<K: HamiltonianKernel>: @unchecked Sendable {
  let number: Int
  private let sampling: HamiltonianSampling
  private let kernel: K
  private let random: RandomStream
  private let control: RunControl
  private let sink: (any ChainSink)?
  let store: DrawStore
  private(set) var chain: HamiltonianChain<K>?
  private var evaluator: (any ModelEvaluator)?
  private let row: UnsafeMutableBufferPointer<Double>
  private let statisticCount: Int
  private var lastReport = 0
  private(set) var wasCancelled = false

  init(
    _ number: Int, _ sampling: HamiltonianSampling, _ kernel: K, _ layout: DrawLayout, _ random: RandomStream,
    _ control: RunControl, _ sink: (any ChainSink)?
  ) {
    self.number = number
    self.sampling = sampling
    self.kernel = kernel
    self.random = random
    self.control = control
    self.sink = sink
    store = DrawStore(columnCount: layout.columnCount, reserving: min(sampling.settings.draws, 1 << 16))
    row = .allocate(capacity: max(layout.columnCount, 1))
    row.initialize(repeating: 0)
    statisticCount = layout.statistics.count
  }

  deinit { row.deallocate() }

  /// Starts the chain where it has not been started, and runs it until `next` iterations are done.
  func advance(to next: Int, end: Int) throws(Failure) {
    if chain == nil { try start() }
    guard let chain, let evaluator else { return }
    let settings = sampling.settings
    try chain.advance(to: next) { (chain, info) throws(Failure) in
      let isWarmup = chain.iteration <= settings.warmup
      let isKept = isWarmup ? settings.savesWarmup : (chain.iteration - settings.warmup).isMultiple(of: settings.thin)
      if isKept {
        settings.write(info, logDensity: chain.state.logDensity, to: row)
        if let position = chain.state.position.baseAddress {
          evaluator.fill(UnsafeMutableBufferPointer(rebasing: row[statisticCount...]), at: position)
        }
        if !isWarmup { store.append(UnsafeBufferPointer(row)) }
        try written { () throws(SinkFailure) in try sink?.append(UnsafeBufferPointer(row), isWarmup: isWarmup) }
      }
      if chain.iteration == settings.warmup {
        try written { () throws(SinkFailure) in
          try sink?.endWarmup(stepSize: chain.kernel.stepSize, inverseMetric: chain.kernel.metric.inverse)
        }
      }
      report(chain, end)
      if control.isCancelled() {
        wasCancelled = chain.iteration < end
        return false
      }
      return true
    }
  }

  private func start() throws(Failure) {
    let settings = sampling.settings
    let target = sampling.target
    let evaluator = try target.evaluator()
    self.evaluator = evaluator
    var companion: DiscreteUpdates?
    if !target.discreteSites.isEmpty, let choices = target.discreteChoices() {
      companion = DiscreteUpdates(evaluator, choices)
    }
    var startRandom = random.child(0)
    let position = try ChainStart(target: target, start: settings.start).find(
      chain: number, evaluator: evaluator, companion: companion, using: &startRandom)
    var kernel = kernel
    var adaptation = HamiltonianAdaptation<K>(
      kind: settings.metric, iterations: settings.warmup, dimension: target.dimension,
      targetAcceptance: settings.algorithm == .randomWalk ? 0.234 : settings.targetAcceptance)
    if let stepSize = settings.stepSize {
      kernel.stepSize = stepSize
      adaptation.initialStepSize = stepSize
    }
    if !settings.inverseMetrics.isEmpty {
      let given = settings.inverseMetrics[number % settings.inverseMetrics.count]
      guard given.dimension == target.dimension, let metric = Metric(given) else {
        throw Failure(
          .user,
          Diagnostic(
            code: "metric",
            given.dimension == target.dimension
              ? "the inverse metric is not positive definite"
              : "the inverse metric has \(given.dimension) dimensions, the model's position \(target.dimension)",
            hint: "was the fit made by another model?"))
      }
      kernel.metric = metric
      adaptation.adaptsMetric = false
    }
    chain = HamiltonianChain(
      kernel, adaptation: adaptation, target: target, evaluator: evaluator, companion: companion, at: position,
      warmup: settings.warmup, random: random.child(1))
    if settings.warmup == 0 {
      try written { () throws(SinkFailure) in
        try sink?.endWarmup(stepSize: kernel.stepSize, inverseMetric: kernel.metric.inverse)
      }
    }
  }

  func finish() throws(Failure) { try written { () throws(SinkFailure) in try sink?.finish() } }

  private func report(_ chain: HamiltonianChain<K>, _ end: Int) {
    guard let progress = control.progress else { return }
    // A short iteration takes less time than a look at the clock.
    guard chain.iteration - lastReport >= 10 || chain.iteration == end || chain.iteration == 1 else { return }
    lastReport = chain.iteration
    let isWarmup = chain.iteration <= chain.warmup
    progress(
      Progress(
        phase: isWarmup ? "warm-up" : "draws", chain: number, completed: chain.iteration, total: end,
        acceptance: chain.acceptance, failures: chain.failures.count,
        hamiltonian: .init(
          divergences: chain.divergences, stepSize: chain.kernel.stepSize,
          gradients: Double(chain.leapfrogs + chain.warmupLeapfrogs) / Double(max(chain.iteration, 1)),
          chains: sampling.settings.chains, warmup: chain.warmup)))
  }
}

/// A failure to write as a failure of the run.
func written<Result>(_ body: () throws(SinkFailure) -> Result) throws(Failure) -> Result {
  do throws(SinkFailure) { return try body() } catch {
    throw Failure(
      .user, Diagnostic(code: "cannot-write", "cannot write \(error.path): \(error.reason)"))
  }
}
