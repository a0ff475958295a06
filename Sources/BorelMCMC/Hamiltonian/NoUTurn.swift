// The no-U-turn sampler: trajectories doubled until they turn, the draw chosen from all of their states.

import BorelDraws
import BorelInference
import BorelNumerics
import BorelSemantics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The no-U-turn sampler (Hoffman & Gelman 2014) with multinomial draws and the generalised criterion (Betancourt 2017).
///
/// A state z of a trajectory has the weight exp(H(z₀) - H(z)), H(q, p) = -log p(q) + pᵀ M⁻¹ p / 2. Within a subtree the draw is chosen in proportion
/// to weights; of two halves of the whole trajectory the new one is preferred, with probability min(1, w_new / w_old). A
/// trajectory turns where the sum of its momenta r has r · v ≤ 0 at one of its ends; the check is repeated across the seam of any two
/// subtrees. A step whose energy error exceeds `maximumEnergyError` is a divergence and ends the trajectory.
public struct NoUTurn: HamiltonianKernel {
  public var stepSize = 0.1
  public var metric: Metric
  /// Trajectories have at most 2^`maximumDepth` - 1 steps.
  public var maximumDepth: Int
  public var maximumEnergyError = 1000.0
  /// The step size of an iteration is uniform on stepSize · (1 ± jitter).
  public var jitter = 0.0
  /// The probability that the draw moves to the new half, by the weights of both; replaced only by tests that plant an error.
  public var acceptsNewHalf: @Sendable (_ new: Double, _ old: Double) -> Double = { min(1, $0 / $1) }

  public init(metric: Metric, maximumDepth: Int = 10) {
    self.metric = metric
    self.maximumDepth = min(max(maximumDepth, 1), 30)
  }

  public func step<Source: RandomSource>(
    _ state: inout HamiltonianState, of target: any DensityTarget, using random: inout Source
  ) throws(Failure) -> HamiltonianInfo {
    let kinetic = state.drawMomentum(metric, using: &random)
    return transition(state, kinetic: kinetic, using: &random)
  }

  /// A transition from the current state with a given momentum: for tests of invariance along an orbit.
  public func transition<Source: RandomSource>(
    _ state: HamiltonianState, momentum: [Double], using random: inout Source
  ) -> HamiltonianInfo {
    let p = state.pool.momentum(state.current)
    for (i, x) in momentum.prefix(state.dimension).enumerated() { p[i] = x }
    return transition(state, kinetic: state.beginTrajectory(metric), using: &random)
  }

  /// A transition from the current state with the momentum that it has.
  func transition<Source: RandomSource>(
    _ state: HamiltonianState, kinetic: Double, using random: inout Source
  ) -> HamiltonianInfo {
    var trajectory = Trajectory(
      state: state, metric: metric, step: jittered(stepSize, jitter, using: &random),
      start: kinetic - state.logDensity, maximumEnergyError: maximumEnergyError)
    var tree = Subtree(leaf: state.current, weight: 1, shift: 0)
    trajectory.retain(tree)
    var depth = 0
    var isTurned = false
    while depth < maximumDepth, !isTurned {
      let isForward = random.flips()
      guard let new = trajectory.extend(depth, from: isForward ? tree.last : tree.first, isForward, using: &random)
      else { break }
      depth += 1
      let shift = max(tree.shift, new.shift)
      let (old, fresh) = (tree.weight(at: shift), new.weight(at: shift))
      let takesNew = old == 0 || random.accepts(probability: acceptsNewHalf(fresh, old))
      let (earlier, later) = isForward ? (tree, new) : (new, tree)
      isTurned = trajectory.hasTurned(earlier, later, depth: depth - 1)
      tree = trajectory.join(earlier, later, draw: takesNew ? new.draw : tree.draw, old + fresh, shift)
    }
    state.move(to: tree.draw)
    trajectory.release(tree)
    var info = trajectory.info
    info.depth = depth
    info.reachedMaximumDepth = depth == maximumDepth && !isTurned && !info.isDivergent
    return info
  }
}

/// Part of a trajectory: its ends in time, the state drawn from it, and the sum of its states' weights, weight · exp(shift).
private struct Subtree {
  var first: Int
  var last: Int
  var draw: Int
  var weight: Double
  var shift: Double

  init(leaf: Int, weight: Double, shift: Double) {
    (first, last, draw) = (leaf, leaf, leaf)
    self.weight = weight
    self.shift = shift
  }

  /// The weight relative to exp(shift).
  @inline(__always)
  func weight(at shift: Double) -> Double { shift == self.shift ? weight : weight * exp(self.shift - shift) }
}

/// The trajectory of one iteration.
private struct Trajectory {
  let state: HamiltonianState
  let metric: Metric
  let step: Double
  /// H at the start.
  let start: Double
  let maximumEnergyError: Double
  var info = HamiltonianInfo()
  private var acceptanceSum = 0.0
  private var symmetricSum = 0.0

  init(state: HamiltonianState, metric: Metric, step: Double, start: Double, maximumEnergyError: Double) {
    self.state = state
    self.metric = metric
    self.step = step
    self.start = start
    self.maximumEnergyError = maximumEnergyError
    info.stepSize = step
    info.energy = start
  }

  func retain(_ tree: Subtree) {
    state.pool.retain(tree.first)
    state.pool.retain(tree.last)
    state.pool.retain(tree.draw)
  }

  func release(_ tree: Subtree) {
    state.pool.release(tree.first)
    state.pool.release(tree.last)
    state.pool.release(tree.draw)
  }

  /// 2^depth further states after one end; nil where they turn among themselves or diverge.
  mutating func extend<Source: RandomSource>(
    _ depth: Int, from end: Int, _ isForward: Bool, using random: inout Source
  ) -> Subtree? {
    if depth == 0 { return leaf(from: end, isForward) }
    guard let near = extend(depth - 1, from: end, isForward, using: &random) else { return nil }
    guard let far = extend(depth - 1, from: isForward ? near.last : near.first, isForward, using: &random) else {
      release(near)
      return nil
    }
    let shift = max(near.shift, far.shift)
    let (old, fresh) = (near.weight(at: shift), far.weight(at: shift))
    let takesFar = old + fresh > 0 ? random.accepts(probability: fresh / (old + fresh)) : false
    let (earlier, later) = isForward ? (near, far) : (far, near)
    if hasTurned(earlier, later, depth: depth - 1) {
      release(near)
      release(far)
      return nil
    }
    return join(earlier, later, draw: takesFar ? far.draw : near.draw, old + fresh, shift)
  }

  private mutating func leaf(from end: Int, _ isForward: Bool) -> Subtree? {
    let (slot, kinetic) = state.leapfrog(from: end, step: isForward ? step : -step, metric)
    let logDensity = state.pool.logDensity[slot]
    var gain = start - (kinetic - logDensity)
    if gain.isNaN || !logDensity.isFinite { gain = -.infinity }
    info.leapfrogs += 1
    let weight: Double
    var shift = 0.0
    if gain > 200 {
      // Far above the start, as in the first steps from a bad one: weights are kept relative to the best.
      weight = 1
      shift = gain
      acceptanceSum += 1
    } else {
      weight = exp(gain)
      acceptanceSum += min(1, weight)
      symmetricSum += 2 * min(1, weight) / (1 + weight)
    }
    info.acceptance = acceptanceSum / Double(info.leapfrogs)
    info.symmetricAcceptance = symmetricSum / Double(info.leapfrogs)
    guard gain >= -maximumEnergyError else {
      info.isDivergent = true
      info.isInformative = info.leapfrogs > 4
      if !logDensity.isFinite { info.failure = state.evaluator.lastFailure }
      state.pool.release(slot)
      return nil
    }
    // The reference of its making, and one each for the other two roles.
    state.pool.retain(slot)
    state.pool.retain(slot)
    return Subtree(leaf: slot, weight: weight, shift: shift)
  }

  /// Whether two neighbouring parts of equal depth have turned: as a whole, and across the seam.
  func hasTurned(_ earlier: Subtree, _ later: Subtree, depth: Int) -> Bool {
    // Between single states the seam is the whole.
    if depth == 0 { return state.hasTurned(earlier.first, later.last, metric) }
    return state.hasTurned(earlier.first, earlier.last, later.first, later.last, metric)
  }

  /// One part of two; what it no longer needs is released.
  func join(_ earlier: Subtree, _ later: Subtree, draw: Int, _ weight: Double, _ shift: Double) -> Subtree {
    var joined = Subtree(leaf: draw, weight: weight, shift: shift)
    joined.first = earlier.first
    joined.last = later.last
    state.pool.retain(joined.first)
    state.pool.retain(joined.last)
    state.pool.retain(draw)
    release(earlier)
    release(later)
    return joined
  }
}

/// The step size of one iteration.
func jittered<Source: RandomSource>(_ stepSize: Double, _ jitter: Double, using random: inout Source) -> Double {
  guard jitter > 0 else { return stepSize }
  // Thirty-three sizes: a uniform number can only be compared.
  return stepSize * (1 + jitter * (Double(random.uniformInt(below: 33)) - 16) / 16)
}

extension RandomSource {
  /// True with probability one half.
  @inline(__always)
  mutating func flips() -> Bool {
    var uniform = uniformVariate()
    return uniform.isBelow(0.5)
  }

  @inline(__always)
  mutating func accepts(probability: Double) -> Bool {
    var uniform = uniformVariate()
    return uniform.isBelow(probability)
  }
}
