// Where a Hamiltonian chain stands, and one leapfrog step from one state of its trajectory to the next.

import BorelDraws
import BorelInference
import BorelNumerics
import BorelSemantics

/// The position of a chain with its log density and gradient, the evaluator, and memory for trajectories. For one thread at a time.
public final class HamiltonianState: @unchecked Sendable {
  public let dimension: Int
  public let evaluator: any DensityEvaluator
  /// Only methods of this class touch it, one after the other.
  @exclusivity(unchecked) var pool: PhasePool
  /// The state that the chain stands at.
  @exclusivity(unchecked) var current: Int

  init(_ evaluator: any DensityEvaluator, at position: [Double]) {
    self.evaluator = evaluator
    dimension = evaluator.dimension
    pool = PhasePool(dimension: dimension)
    current = pool.make()
    for (i, x) in position.prefix(dimension).enumerated() { pool.position(current)[i] = x }
    evaluate(current)
  }

  deinit { pool.deallocate() }

  public var logDensity: Double { pool.logDensity[current] }
  public var position: UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(start: pool.position(current), count: dimension)
  }
  /// ∇ log p at the position.
  public var gradient: UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(start: pool.gradient(current), count: dimension)
  }

  /// Evaluates the density again where it has changed, as after an update of discrete choices.
  public func refresh() { evaluate(current) }

  @inline(__always)
  func evaluate(_ slot: Int) {
    let value = evaluator.evaluate(at: pool.position(slot), gradient: pool.gradient(slot))
    pool.setLogDensity(slot, value.isNaN ? -.infinity : value)
  }

  /// Moves the chain to a state of its trajectory.
  func move(to slot: Int) {
    guard slot != current else { return }
    pool.retain(slot)
    pool.release(current)
    current = slot
  }

  /// Draws the momentum of the current state from N(0, M); returns its kinetic energy.
  func drawMomentum<Source: RandomSource>(_ metric: Metric, using random: inout Source) -> Double {
    let p = pool.momentum(current)
    for i in 0..<dimension { p[i] = random.symmetricIncrement() }
    metric.momentum(fromNormals: p)
    return beginTrajectory(metric)
  }

  /// Makes the current state the origin of a trajectory; returns its kinetic energy.
  func beginTrajectory(_ metric: Metric) -> Double {
    let p = pool.momentum(current)
    let sum = pool.sum(current)
    for i in 0..<dimension { sum[i] = p[i] }
    let v = pool.velocity(current)
    metric.velocity(of: p, into: v)
    return 0.5 * Leapfrog.dot(dimension, p, v)
  }

  /// One leapfrog step; `step` is negative backwards. The new state and its kinetic energy.
  @inline(__always)
  func leapfrog(from slot: Int, step: Double, _ metric: Metric) -> (slot: Int, kinetic: Double) {
    let next = pool.make()
    let n = dimension
    if let diagonal = metric.diagonal {
      Leapfrog.begin(
        n, step: step, metric: diagonal, position: pool.position(slot), momentum: pool.momentum(slot),
        gradient: pool.gradient(slot), next: pool.position(next), half: pool.momentum(next))
      evaluate(next)
      let kinetic = Leapfrog.end(
        n, step: step, metric: diagonal, gradient: pool.gradient(next), momentum: pool.momentum(next),
        sum: pool.sum(slot), before: pool.momentum(slot), nextSum: pool.sum(next))
      return (next, kinetic)
    }
    let (p, v) = (pool.momentum(next), pool.velocity(next))
    Leapfrog.halfMomentum(n, step: step, momentum: pool.momentum(slot), gradient: pool.gradient(slot), half: p)
    metric.velocity(of: p, into: v)
    Leapfrog.position(n, step: step, position: pool.position(slot), velocity: v, next: pool.position(next))
    evaluate(next)
    Leapfrog.endMomentum(
      n, step: step, gradient: pool.gradient(next), momentum: p, sum: pool.sum(slot), before: pool.momentum(slot),
      nextSum: pool.sum(next))
    metric.velocity(of: p, into: v)
    return (next, 0.5 * Leapfrog.dot(n, p, v))
  }

  /// Whether the part of a trajectory from `first` to `last` (in the direction of time) has turned.
  @inline(__always)
  func hasTurned(_ first: Int, _ last: Int, _ metric: Metric) -> Bool {
    if let diagonal = metric.diagonal {
      return Leapfrog.hasTurned(
        dimension, metric: diagonal, firstSum: pool.sum(first), firstMomentum: pool.momentum(first),
        lastSum: pool.sum(last), lastMomentum: pool.momentum(last))
    }
    return Leapfrog.hasTurned(
      dimension, firstSum: pool.sum(first), firstMomentum: pool.momentum(first), firstVelocity: pool.velocity(first),
      lastSum: pool.sum(last), lastVelocity: pool.velocity(last))
  }
}

extension HamiltonianState {
  /// Whether two neighbouring parts of a trajectory have turned: as a whole, from `a` to `c`, or from `b` to `d`.
  @inline(__always)
  func hasTurned(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ metric: Metric) -> Bool {
    guard let diagonal = metric.diagonal else {
      return hasTurned(a, d, metric) || hasTurned(a, c, metric) || hasTurned(b, d, metric)
    }
    return Leapfrog.hasTurned(
      dimension, metric: diagonal, (pool.sum(a), pool.momentum(a)), (pool.sum(b), pool.momentum(b)),
      (pool.sum(c), pool.momentum(c)), (pool.sum(d), pool.momentum(d)))
  }
}

/// What a step of a Hamiltonian kernel tells.
public struct HamiltonianInfo: StepInfo {
  /// The mean over the trajectory of min(1, exp(H₀ - H)).
  public var acceptance = 0.0
  /// The mean over the trajectory of 2 min(1, r) / (1 + r), r = exp(H₀ - H): it falls where the energy falls as well.
  public var symmetricAcceptance = 0.0
  public var stepSize = 0.0
  /// How often the trajectory was doubled.
  public var depth = 0
  public var leapfrogs = 0
  /// The energy error passed the bound: the integrator does not follow the density there.
  public var isDivergent = false
  /// H at the start of the trajectory.
  public var energy = 0.0
  /// The trajectory ended because it was as long as allowed, not because it turned.
  public var reachedMaximumDepth = false
  /// False where the trajectory failed within a step or two: such a draw tells nothing of the posterior's scales.
  public var isInformative = true
  public var failure: Failure?

  public init() {}
}
