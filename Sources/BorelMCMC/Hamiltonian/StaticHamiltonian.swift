// Hamiltonian Monte Carlo with trajectories of a fixed length.

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

/// Hamiltonian Monte Carlo: L = max(1, ⌊time / ε⌋) leapfrog steps, then a Metropolis decision (Duane, Kennedy, Pendleton & Roweth 1987; Neal 2011).
public struct StaticHamiltonian: HamiltonianKernel {
  public var stepSize = 0.1
  public var metric: Metric
  /// The time that a trajectory takes.
  public var integrationTime: Double
  public var maximumSteps = 1 << 20
  public var maximumEnergyError = 1000.0
  public var jitter = 0.0

  public init(metric: Metric, integrationTime: Double = 2 * Double.pi) {
    self.metric = metric
    self.integrationTime = integrationTime
  }

  public func step<Source: RandomSource>(
    _ state: inout HamiltonianState, of target: any DensityTarget, using random: inout Source
  ) throws(Failure) -> HamiltonianInfo {
    let start = state.drawMomentum(metric, using: &random) - state.logDensity
    let step = jittered(stepSize, jitter, using: &random)
    let ratio = (integrationTime / step).rounded(.down)
    let steps = ratio < Double(maximumSteps) ? max(1, Int(ratio)) : maximumSteps
    var info = HamiltonianInfo()
    info.stepSize = step
    info.energy = start
    var slot = state.current
    state.pool.retain(slot)
    var gain = 0.0
    for _ in 0..<steps {
      let (next, kinetic) = state.leapfrog(from: slot, step: step, metric)
      state.pool.release(slot)
      slot = next
      info.leapfrogs += 1
      gain = start - (kinetic - state.pool.logDensity[slot])
      if gain.isNaN || !state.pool.logDensity[slot].isFinite { gain = -.infinity }
      if gain < -maximumEnergyError {
        info.isDivergent = true
        info.isInformative = info.leapfrogs > 4
        if gain == -.infinity { info.failure = state.evaluator.lastFailure }
        break
      }
    }
    let ratioOfDensities = exp(min(gain, 0))
    info.acceptance = info.isDivergent ? 0 : ratioOfDensities
    info.symmetricAcceptance = info.isDivergent ? 0 : 2 * ratioOfDensities / (1 + exp(min(gain, 700)))
    if !info.isDivergent, random.accepts(logProbability: gain) { state.move(to: slot) }
    state.pool.release(slot)
    return info
  }
}
