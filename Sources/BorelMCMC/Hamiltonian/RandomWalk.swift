// Random-walk Metropolis over ℝⁿ, in the metric's scale.

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

/// Random-walk Metropolis: q' = q + ε v with v ~ N(0, M⁻¹) (Metropolis et al. 1953).
public struct RandomWalk: HamiltonianKernel {
  /// ε, in units of the metric; 2.38 / √n is optimal for a Gaussian (Roberts, Gelman & Gilks 1997).
  public var stepSize: Double
  public var metric: Metric

  public init(metric: Metric) {
    self.metric = metric
    stepSize = 2.38 / Double(max(metric.dimension, 1)).squareRoot()
  }

  public func step<Source: RandomSource>(
    _ state: inout HamiltonianState, of target: any DensityTarget, using random: inout Source
  ) throws(Failure) -> HamiltonianInfo {
    _ = state.drawMomentum(metric, using: &random)
    let slot = state.pool.make()
    Leapfrog.position(
      state.dimension, step: stepSize, position: state.pool.position(state.current),
      velocity: state.pool.velocity(state.current), next: state.pool.position(slot))
    state.evaluate(slot)
    var info = HamiltonianInfo()
    info.stepSize = stepSize
    info.energy = -state.logDensity
    info.leapfrogs = 1
    let logDensity = state.pool.logDensity[slot]
    let gain = logDensity.isFinite ? logDensity - state.logDensity : -.infinity
    info.acceptance = exp(min(gain, 0))
    info.symmetricAcceptance = info.acceptance
    if gain == -.infinity { info.failure = state.evaluator.lastFailure }
    if random.accepts(logProbability: gain) { state.move(to: slot) }
    state.pool.release(slot)
    return info
  }
}
