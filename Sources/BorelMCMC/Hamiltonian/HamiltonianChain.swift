// One chain of a Hamiltonian kernel: warm-up, draws, and its state as a checkpoint.

import BorelDraws
import BorelInference
import BorelNumerics
import BorelSemantics

/// What a chain updates besides its position after each step, such as discrete choices. For one thread at a time.
public protocol ChainCompanion: AnyObject {
  /// Updates what the density depends on; true where the density at the position may have changed.
  func update(at position: UnsafeBufferPointer<Double>, using random: inout RandomStream) throws(Failure) -> Bool
  func save(to checkpoint: inout CheckpointWriter)
  func restore(from checkpoint: inout CheckpointReader) throws(CheckpointFailure)
}

/// A chain that can be advanced iteration by iteration, saved and restored. For one thread at a time.
public final class HamiltonianChain<K: HamiltonianKernel>: @unchecked Sendable {
  public private(set) var kernel: K
  private var adaptation: HamiltonianAdaptation<K>
  public private(set) var state: HamiltonianState
  private var random: RandomStream
  private let target: any DensityTarget
  private let companion: (any ChainCompanion)?
  public let warmup: Int
  /// Iterations done, those of warm-up included.
  public private(set) var iteration = 0

  public private(set) var failures = NumericalFailureLog()
  /// Gradients evaluated by trajectories, in warm-up and after it.
  public private(set) var warmupLeapfrogs = 0
  public private(set) var leapfrogs = 0
  /// After warm-up.
  public private(set) var divergences = 0
  public private(set) var acceptanceSum = 0.0

  /// A chain that starts at a point of positive density.
  public init(
    _ kernel: K, adaptation: HamiltonianAdaptation<K>, target: any DensityTarget, evaluator: any DensityEvaluator,
    companion: (any ChainCompanion)? = nil, at position: [Double], warmup: Int, random: RandomStream
  ) {
    self.kernel = kernel
    self.adaptation = adaptation
    self.target = target
    self.companion = companion
    self.warmup = warmup
    self.random = random
    state = HamiltonianState(evaluator, at: position)
  }

  /// The mean acceptance after warm-up, nil before.
  public var acceptance: Double? {
    iteration > warmup ? acceptanceSum / Double(iteration - warmup) : nil
  }

  /// Runs until `end` iterations are done, calling `record` after each; it ends the advance early by answering false.
  public func advance(
    to end: Int, _ record: (HamiltonianChain<K>, HamiltonianInfo) throws(Failure) -> Bool
  ) throws(Failure) {
    if iteration == 0, warmup > 0, end > 0 { adaptation.begin(&kernel, at: state, using: &random) }
    while iteration < end {
      let info = try kernel.step(&state, of: target, using: &random)
      if let companion, try companion.update(at: state.position, using: &random) { state.refresh() }
      if let failure = info.failure { failures.record(failure) }
      if iteration < warmup {
        warmupLeapfrogs += info.leapfrogs
        adaptation.update(&kernel, at: state, after: info, using: &random)
        if iteration == warmup - 1 { adaptation.end(&kernel) }
      } else {
        leapfrogs += info.leapfrogs
        acceptanceSum += info.acceptance
        if info.isDivergent { divergences += 1 }
      }
      iteration += 1
      guard try record(self, info) else { return }
    }
  }
}

extension HamiltonianChain {
  /// Everything that the rest of the chain follows from.
  public func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.write(iteration)
    for word in [random.key, random.nonce, random.position] { checkpoint.write(word) }
    checkpoint.write(Array(state.position))
    checkpoint.write(kernel.stepSize)
    kernel.metric.inverse.save(to: &checkpoint)
    adaptation.save(to: &checkpoint)
    for count in [warmupLeapfrogs, leapfrogs, divergences] { checkpoint.write(count) }
    checkpoint.write(acceptanceSum)
    companion?.save(to: &checkpoint)
  }

  public func restore(from checkpoint: inout CheckpointReader) throws(CheckpointFailure) {
    iteration = try checkpoint.integer()
    random = RandomStream(
      key: try checkpoint.word(), nonce: try checkpoint.word(), position: try checkpoint.word())
    let position = try checkpoint.reals()
    guard position.count == state.dimension else { throw CheckpointFailure("it is of another model") }
    kernel.stepSize = try checkpoint.real()
    guard let metric = Metric(try InverseMetric(from: &checkpoint)) else { throw CheckpointFailure("it is damaged") }
    kernel.metric = metric
    try adaptation.restore(from: &checkpoint)
    warmupLeapfrogs = try checkpoint.integer()
    leapfrogs = try checkpoint.integer()
    divergences = try checkpoint.integer()
    acceptanceSum = try checkpoint.real()
    try companion?.restore(from: &checkpoint)
    state.move(to: position)
  }
}

extension HamiltonianState {
  /// Puts the chain at a point.
  func move(to position: [Double]) {
    for (i, x) in position.prefix(dimension).enumerated() { pool.position(current)[i] = x }
    evaluate(current)
  }
}

extension InverseMetric {
  func save(to checkpoint: inout CheckpointWriter) {
    switch self {
    case .unit(let n):
      checkpoint.write(0)
      checkpoint.write(n)
    case .diagonal(let variances):
      checkpoint.write(1)
      checkpoint.write(variances)
    case .dense(let matrix, let n):
      checkpoint.write(2)
      checkpoint.write(n)
      checkpoint.write(matrix)
    case .lowRank(let scale, let vectors, let values):
      checkpoint.write(3)
      for numbers in [scale, vectors, values] { checkpoint.write(numbers) }
    }
  }

  init(from checkpoint: inout CheckpointReader) throws(CheckpointFailure) {
    switch try checkpoint.integer() {
    case 0: self = .unit(max(0, try checkpoint.integer()))
    case 1: self = .diagonal(try checkpoint.reals())
    case 2:
      let n = try checkpoint.integer()
      self = .dense(try checkpoint.reals(), n)
    case 3:
      let scale = try checkpoint.reals()
      let vectors = try checkpoint.reals()
      self = .lowRank(scale: scale, vectors: vectors, values: try checkpoint.reals())
    default: throw CheckpointFailure("it is damaged")
    }
  }
}
