// One chain of a run: its start or its continuation, its draws to memory and files, checkpoints and progress.

import BorelDraws
import BorelInference
import BorelMCMC
import BorelNumerics
import BorelSemantics
import BorelSource

/// One chain with its evaluator and its output; only one thread at a time works on it.
final class ChainTask<K: HamiltonianKernel>: @unchecked Sendable {
  let number: Int
  private let sampling: HamiltonianSampling
  private let kernel: K
  private let random: RandomStream
  private let control: RunControl
  private let output: (any ChainOutput)?
  private var sink: (any ChainSink)?
  let store: DrawStore
  private(set) var chain: HamiltonianChain<K>?
  private var evaluator: (any ModelEvaluator)?
  /// Statistics and all variables of the model, and what is kept of them.
  private let row: UnsafeMutableBufferPointer<Double>
  private let kept: UnsafeMutableBufferPointer<Double>
  private let keptColumns: [Int]
  private let statisticCount: Int
  private var lastReport = 0
  private var lastCheckpoint = ContinuousClock.now
  private(set) var wasCancelled = false

  init(
    _ number: Int, _ sampling: HamiltonianSampling, _ kernel: K, _ layout: DrawLayout, _ random: RandomStream,
    _ control: RunControl, _ output: (any ChainOutput)?
  ) {
    self.number = number
    self.sampling = sampling
    self.kernel = kernel
    self.random = random
    self.control = control
    self.output = output
    store = DrawStore(columnCount: layout.columnCount, reserving: min(sampling.settings.draws, 1 << 16))
    statisticCount = layout.statistics.count
    keptColumns = sampling.keptColumns
    row = .allocate(capacity: statisticCount + sampling.target.layout.columnCount)
    row.initialize(repeating: 0)
    kept = keptColumns.count == row.count ? row : .allocate(capacity: keptColumns.count)
    if kept.baseAddress != row.baseAddress { kept.initialize(repeating: 0) }
  }

  deinit {
    if kept.baseAddress != row.baseAddress { kept.deallocate() }
    row.deallocate()
  }

  /// Starts the chain where it has not been started, and runs it until `next` iterations are done.
  func advance(to next: Int, end: Int) throws(Failure) {
    if chain == nil { try start() }
    guard let chain else { return }
    try chain.advance(to: next) { (chain, info) throws(Failure) in
      try record(chain, info)
      report(chain, end)
      if control.isCancelled() {
        wasCancelled = chain.iteration < end
        if wasCancelled { try saveCheckpoint(chain) }
        return false
      }
      // A short iteration takes less time than a look at the clock.
      if output != nil, chain.iteration.isMultiple(of: 16) || info.leapfrogs >= 64, isCheckpointDue {
        try saveCheckpoint(chain)
      }
      return true
    }
  }

  private func record(_ chain: HamiltonianChain<K>, _ info: HamiltonianInfo) throws(Failure) {
    let settings = sampling.settings
    let isWarmup = chain.iteration <= settings.warmup
    let isDue =
      isWarmup
      ? settings.savesWarmup && (chain.iteration - 1).isMultiple(of: settings.thin)
      : (chain.iteration - settings.warmup).isMultiple(of: settings.thin)
    if isDue {
      settings.write(info, logDensity: chain.state.logDensity, to: row)
      if let position = chain.state.position.baseAddress {
        evaluator?.fill(UnsafeMutableBufferPointer(rebasing: row[statisticCount...]), at: position)
      }
      if kept.baseAddress != row.baseAddress {
        for (place, column) in keptColumns.enumerated() { kept[place] = row[column] }
      }
      if !isWarmup { store.append(UnsafeBufferPointer(kept)) }
      try written { () throws(SinkFailure) in try sink?.append(UnsafeBufferPointer(kept), isWarmup: isWarmup) }
    }
    if chain.iteration == settings.warmup { try endWarmup(chain) }
  }

  private func endWarmup(_ chain: HamiltonianChain<K>) throws(Failure) {
    guard let output else { return }
    let (stepSize, inverse) = (chain.kernel.stepSize, chain.kernel.metric.inverse)
    try written { () throws(SinkFailure) in
      try sink?.endWarmup(stepSize: stepSize, inverseMetric: output.announced(inverse))
    }
    try output.adapted(chain: number, stepSize: stepSize, inverseMetric: inverse)
  }

  private var isCheckpointDue: Bool {
    ContinuousClock.now - lastCheckpoint >= .seconds(sampling.checkpointInterval)
  }

  private func saveCheckpoint(_ chain: HamiltonianChain<K>) throws(Failure) {
    guard let output, let sink else { return }
    let mark = try written { () throws(SinkFailure) in try sink.synchronize() }
    var checkpoint = CheckpointWriter()
    chain.save(to: &checkpoint)
    try output.save(checkpoint, mark: mark, chain: number)
    lastCheckpoint = ContinuousClock.now
  }

  private func start() throws(Failure) {
    let settings = sampling.settings
    let target = sampling.target
    let evaluator = try target.evaluator()
    self.evaluator = evaluator
    sink = try output?.sink(chain: number)
    var companion: DiscreteUpdates?
    if !target.discreteSites.isEmpty, let choices = target.discreteChoices() {
      companion = DiscreteUpdates(evaluator, choices)
    }
    let restored = try output?.restored(chain: number)
    var startRandom = random.child(0)
    // A chain that goes on finds its place in the checkpoint.
    let position =
      restored == nil
      ? try ChainStart(target: target, start: settings.start).find(
        chain: number, evaluator: evaluator, companion: companion, using: &startRandom)
      : Array(repeating: 0, count: target.dimension)
    var kernel = kernel
    var adaptation = HamiltonianAdaptation<K>(
      kind: settings.metric, iterations: settings.warmup, dimension: target.dimension,
      targetAcceptance: settings.algorithm == .randomWalk ? 0.234 : settings.targetAcceptance)
    if let stepSize = settings.stepSize {
      kernel.stepSize = stepSize
      adaptation.initialStepSize = stepSize
    }
    if let metric = try givenMetric() {
      kernel.metric = metric
      adaptation.adaptsMetric = false
    }
    let chain = HamiltonianChain(
      kernel, adaptation: adaptation, target: target, evaluator: evaluator, companion: companion, at: position,
      warmup: settings.warmup, random: random.child(1))
    self.chain = chain
    if let restored {
      var reader = CheckpointReader(restored.checkpoint)
      do throws(CheckpointFailure) { try chain.restore(from: &reader) } catch {
        throw Failure(
          .user,
          Diagnostic(
            code: "resume", "the checkpoint of chain \(number + 1) cannot be used: \(error.reason)",
            hint: "start anew without --resume"))
      }
      store.load(restored.draws, chain: 0)
    } else if settings.warmup == 0 {
      try endWarmup(chain)
    }
  }

  /// The metric that the settings give this chain.
  private func givenMetric() throws(Failure) -> Metric? {
    let (settings, target) = (sampling.settings, sampling.target)
    guard !settings.inverseMetrics.isEmpty else { return nil }
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
    return metric
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
