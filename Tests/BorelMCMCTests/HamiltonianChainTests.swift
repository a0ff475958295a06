// Chains of NUTS, HMC and random walks on densities with known moments; adaptation; checkpoints; divergences.

import BorelDraws
import BorelInference
import BorelMCMC
import BorelNumerics
import BorelSemantics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct HamiltonianChainTests {
  func chain<K: HamiltonianKernel>(
    _ kernel: K, _ target: ClosureTarget, kind: MetricKind = .auto, warmup: Int = 500, seed: UInt64, delta: Double = 0.8
  ) throws -> HamiltonianChain<K> {
    HamiltonianChain(
      kernel,
      adaptation: HamiltonianAdaptation(
        kind: kind, iterations: warmup, dimension: target.dimension, targetAcceptance: delta),
      target: target, evaluator: try target.makeEvaluator(), at: Array(repeating: 0.5, count: target.dimension),
      warmup: warmup, random: RandomStream(seed: seed))
  }

  /// Mean and variance of each coordinate, with the standard error of the mean from 40 batches.
  func moments<K>(_ chain: HamiltonianChain<K>, warmup: Int = 500, draws: Int) throws -> [(
    mean: Double, variance: Double, error: Double
  )] {
    var rows: [[Double]] = []
    try chain.advance(to: warmup + draws) { (chain, _) throws(Failure) in
      if chain.iteration > warmup { rows.append(Array(chain.state.position)) }
      return true
    }
    return (0..<chain.state.dimension).map { i in
      let x = rows.map { $0[i] }
      let mean = x.reduce(0, +) / Double(x.count)
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count - 1)
      let size = x.count / 40
      let batches = (0..<40).map { x[$0 * size..<($0 + 1) * size].reduce(0, +) / Double(size) }
      let spread = batches.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (39 * 40)
      return (mean, variance, spread.squareRoot())
    }
  }

  /// Batch means have 39 degrees of freedom: five standard errors are exceeded by chance once in 80,000 times.
  func expect(
    _ found: [(mean: Double, variance: Double, error: Double)], means: [Double], deviations: [Double],
    tolerance: Double = 0.15
  ) {
    for (i, estimate) in found.enumerated() {
      #expect(estimate.error < 0.2 * deviations[i])
      #expect(abs(estimate.mean - means[i]) < 5 * estimate.error, "coordinate \(i): \(estimate)")
      #expect(abs(estimate.variance / (deviations[i] * deviations[i]) - 1) < tolerance, "coordinate \(i): \(estimate)")
    }
  }

  private let means = [1.0, -2, 300]
  private let deviations = [1.0, 0.01, 50]

  @Test(arguments: MetricKind.allCases.filter { $0 != .unit }) func noUTurn(_ kind: MetricKind) throws {
    let target = ClosureTarget.normal(means: means, deviations: deviations)
    let found = try moments(chain(NoUTurn(metric: Metric(unit: 3)), target, kind: kind, seed: 1), draws: 8000)
    expect(found, means: means, deviations: deviations)
  }

  @Test func staticHamiltonian() throws {
    let target = ClosureTarget.normal(means: means, deviations: deviations)
    let kernel = StaticHamiltonian(metric: Metric(unit: 3), integrationTime: 1.3)
    expect(try moments(chain(kernel, target, seed: 2), draws: 8000), means: means, deviations: deviations)
  }

  @Test func randomWalk() throws {
    let target = ClosureTarget.normal(means: means, deviations: deviations)
    let found = try moments(chain(RandomWalk(metric: Metric(unit: 3)), target, seed: 3, delta: 0.234), draws: 40_000)
    expect(found, means: means, deviations: deviations)
  }

  @Test func stepSizeReachesTheTarget() throws {
    let target = ClosureTarget.normal(means: Array(repeating: 0, count: 20), deviations: (1...20).map { Double($0) })
    for delta in [0.6, 0.8, 0.95] {
      let chain = try chain(NoUTurn(metric: Metric(unit: 20)), target, warmup: 1000, seed: 4, delta: delta)
      try chain.advance(to: 3000) { _, _ in true }
      #expect(abs(try #require(chain.acceptance) - delta) < 0.08)
    }
  }

  /// For a Gaussian the metric of least Fisher divergence is the covariance, however few the draws.
  @Test func metricOfAGaussian() throws {
    let rho = 0.99
    let chain = try chain(NoUTurn(metric: Metric(unit: 2)), .correlated(rho), kind: .dense, warmup: 300, seed: 5)
    try chain.advance(to: 300) { _, _ in true }
    guard case .dense(let matrix, 2) = chain.kernel.metric.inverse else {
      Issue.record("the metric is \(chain.kernel.metric.inverse)")
      return
    }
    let ratio = matrix[0]
    for (found, exact) in zip(matrix, [1, rho, rho, 1]) { #expect(abs(found / ratio - exact) < 0.02) }
    #expect(chain.leapfrogs == 0)
    try chain.advance(to: 1300) { _, _ in true }
    // In the right metric a bivariate Gaussian turns after a few steps.
    #expect(chain.leapfrogs < 8 * 1000)
  }

  @Test(arguments: MetricKind.allCases) func checkpointsContinueBitForBit(_ kind: MetricKind) throws {
    let target = ClosureTarget.quartic
    for stop in [0, 7, 60, 133, 200, 260] {
      let whole = try chain(NoUTurn(metric: Metric(unit: 2)), target, kind: kind, warmup: 200, seed: 6)
      try whole.advance(to: stop) { _, _ in true }
      var writer = CheckpointWriter()
      whole.save(to: &writer)
      try whole.advance(to: 300) { _, _ in true }

      let resumed = try chain(NoUTurn(metric: Metric(unit: 2)), target, kind: kind, warmup: 200, seed: 99)
      var reader = CheckpointReader(writer.bytes)
      try resumed.restore(from: &reader)
      #expect(reader.isAtEnd)
      try resumed.advance(to: 300) { _, _ in true }
      #expect(Array(resumed.state.position) == Array(whole.state.position))
      #expect(resumed.kernel.stepSize == whole.kernel.stepSize)
      #expect(resumed.kernel.metric.inverse == whole.kernel.metric.inverse)
      #expect(resumed.leapfrogs == whole.leapfrogs)
    }
  }

  @Test func damagedCheckpoints() throws {
    let chain = try chain(NoUTurn(metric: Metric(unit: 2)), .quartic, warmup: 20, seed: 6)
    try chain.advance(to: 10) { _, _ in true }
    var writer = CheckpointWriter()
    chain.save(to: &writer)
    for length in stride(from: 0, to: writer.bytes.count - 8, by: 40) {
      var reader = CheckpointReader(Array(writer.bytes.prefix(length)))
      #expect(throws: CheckpointFailure.self) { try chain.restore(from: &reader) }
    }
    var other = CheckpointReader(writer.bytes)
    let wider = try self.chain(
      NoUTurn(metric: Metric(unit: 3)), .normal(means: means, deviations: deviations), warmup: 20, seed: 6)
    #expect(throws: CheckpointFailure.self) { try wider.restore(from: &other) }
  }

  @Test func funnelsDiverge() throws {
    let chain = try chain(NoUTurn(metric: Metric(unit: 10)), .funnel(10), warmup: 500, seed: 7)
    try chain.advance(to: 2500) { _, _ in true }
    #expect(chain.divergences > 0)
  }

  @Test func startsFarAway() throws {
    let target = ClosureTarget.normal(means: [1e4, 0], deviations: [1, 1])
    let chain = HamiltonianChain(
      NoUTurn(metric: Metric(unit: 2)),
      adaptation: HamiltonianAdaptation(kind: .auto, iterations: 500, dimension: 2), target: target,
      evaluator: try target.makeEvaluator(), at: [-1e4, 1e3], warmup: 500, random: RandomStream(seed: 8))
    expect(try moments(chain, draws: 4000), means: [1e4, 0], deviations: [1, 1], tolerance: 0.3)
  }
}
