// Tunes the step size and the metric of a Hamiltonian kernel during warm-up.

import BorelDraws
import BorelInference
import BorelSemantics

/// Which inverse metrics are tried.
public enum MetricKind: String, Sendable, CaseIterable {
  /// A diagonal one, corrected in those directions in which the draws show it to be wrong.
  case auto
  case unit
  case diagonal
  case dense
  case lowRank = "low-rank"
}

/// Warm-up as in nuts-rs: the metric follows draws and gradients from the first iteration on, in windows that overlap, so that bad early draws are
/// forgotten and none is spent on step sizes alone before the end (Seyboldt, Carlson & Carpenter 2026).
///
/// A foreground window gives the metric while a background window fills; after `windowLength` draws the background becomes the foreground. In
/// the last `finalShare` of warm-up only the step size is tuned, by dual averaging towards `targetAcceptance`.
public struct HamiltonianAdaptation<K: HamiltonianKernel>: Adaptation {
  public var kind: MetricKind
  public let iterations: Int
  public var targetAcceptance: Double
  public var earlyShare = 0.3
  public var finalShare = 0.15
  public var earlyWindow = 10
  public var windowLength = 80
  /// False where the metric is given.
  public var adaptsMetric = true
  /// A given first step size; nil searches for one.
  public var initialStepSize: Double?

  /// Up to this dimension `auto` looks for correlations.
  public static var automaticDimension: Int { 50 }

  private var iteration = 0
  private var averaging: DualAveraging
  private var foreground: DrawWindow
  private var background: DrawWindow
  private var hasFirstMetric = true
  private var lastEstimate = 0

  /// - Parameter iterations: the length of warm-up.
  public init(
    kind: MetricKind, iterations: Int, dimension: Int, targetAcceptance: Double = 0.8
  ) {
    self.kind = kind
    self.iterations = iterations
    self.targetAcceptance = targetAcceptance
    averaging = DualAveraging(target: targetAcceptance, stepSize: 0.1)
    // A window of draws tells little of the correlations of many dimensions, and a correction costs time in every step.
    let keepsDraws = kind == .dense || kind == .lowRank || kind == .auto && dimension <= Self.automaticDimension
    foreground = DrawWindow(dimension: dimension, keepsDraws: keepsDraws)
    background = foreground
  }

  private var finalStart: Int { iterations - Int(finalShare * Double(iterations)) }
  private var earlyEnd: Int { Int(earlyShare * Double(iterations)) }

  public mutating func begin<Source: RandomSource>(
    _ kernel: inout K, at state: HamiltonianState, using random: inout Source
  ) {
    if adaptsMetric, kind != .unit {
      if let metric = Metric(.diagonal(Self.firstVariances(state.gradient))) { kernel.metric = metric }
    }
    kernel.stepSize = initialStepSize ?? kernel.reasonableStepSize(from: kernel.stepSize, state, using: &random)
    averaging = DualAveraging(target: targetAcceptance, stepSize: kernel.stepSize)
  }

  /// The only scales that one point tells: those of its gradient.
  ///
  /// A component that is zero, as at a mode, tells nothing and must not make the others' steps vanish: no variance exceeds a thousand
  /// times the median of the others, and all are 1 where the gradient is zero.
  static func firstVariances(_ gradient: some Collection<Double>) -> [Double] {
    let known = gradient.map { max(1 / $0.magnitude, 1e-20) }.filter { $0 < 1e20 }.sorted()
    guard !known.isEmpty else { return gradient.map { _ in 1 } }
    let largest = 1000 * known[known.count / 2]
    return gradient.map { min(max(1 / $0.magnitude, 1e-20), largest) }
  }

  public mutating func update<Source: RandomSource>(
    _ kernel: inout K, at state: HamiltonianState, after info: HamiltonianInfo, using random: inout Source
  ) {
    defer { iteration += 1 }
    let isLate = iteration + windowLength >= finalStart
    kernel.stepSize = averaging.update(acceptance: isLate ? info.acceptance : info.symmetricAcceptance)
    guard adaptsMetric, kind != .unit, iteration < finalStart else { return }
    if info.isInformative {
      foreground.add(state.position, state.gradient)
      background.add(state.position, state.gradient)
    }
    let length = iteration < earlyEnd ? earlyWindow : windowLength
    var isSwitched = false
    if background.count >= length, iteration + length <= finalStart {
      foreground = background
      background = DrawWindow(dimension: state.dimension, keepsDraws: background.keepsDraws)
      isSwitched = true
    }
    guard changeMetric(of: &kernel, isSwitched: isSwitched) else { return }
    if hasFirstMetric {
      hasFirstMetric = false
      kernel.stepSize = kernel.reasonableStepSize(from: kernel.stepSize, state, using: &random)
      averaging.restart(at: kernel.stepSize)
    }
  }

  public mutating func end(_ kernel: inout K) {
    kernel.stepSize = averaging.final
    foreground = DrawWindow(dimension: 0, keepsDraws: false)
    background = foreground
  }

  /// Takes the metric of the foreground; false where it stays.
  private mutating func changeMetric(of kernel: inout K, isSwitched: Bool) -> Bool {
    guard foreground.count >= 3 else { return false }
    let wantsDirections = foreground.keepsDraws && foreground.count >= 10
    // Directions cost a factorisation: they are found anew when the window changes, and at times in between.
    let interval = kernel.metric.dimension <= 32 ? 10 : 40
    if wantsDirections, !hasFirstMetric, !isSwitched, iteration - lastEstimate < interval, iteration + 1 < finalStart {
      return false
    }
    let old = kernel.metric.inverse.variances
    let variances = old.indices.map { foreground.variance($0) ?? old[$0] }
    var inverse = InverseMetric.diagonal(variances)
    if wantsDirections {
      lastEstimate = iteration
      var estimator = FisherMetric()
      if kind == .dense {
        estimator.cutoff = 1 + 1e-9
        estimator.fullDimension = .max
      }
      inverse = estimator.estimate(foreground, scale: variances.map { $0.squareRoot() }) ?? inverse
    }
    guard let metric = Metric(inverse) ?? Metric(.diagonal(variances)) else { return false }
    kernel.metric = metric
    return true
  }
}

extension HamiltonianAdaptation: Checkpointed {
  public func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.write(iteration)
    checkpoint.write(hasFirstMetric)
    checkpoint.write(lastEstimate)
    averaging.save(to: &checkpoint)
    foreground.save(to: &checkpoint)
    background.save(to: &checkpoint)
  }

  public mutating func restore(from checkpoint: inout CheckpointReader) throws(CheckpointFailure) {
    iteration = try checkpoint.integer()
    hasFirstMetric = try checkpoint.flag()
    lastEstimate = try checkpoint.integer()
    try averaging.restore(from: &checkpoint)
    try foreground.restore(from: &checkpoint)
    try background.restore(from: &checkpoint)
  }
}
