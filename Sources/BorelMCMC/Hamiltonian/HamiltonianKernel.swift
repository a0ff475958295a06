// What kernels that follow Hamiltonian dynamics have in common, and a first step size for them.

import BorelInference
import BorelNumerics
import BorelSemantics

/// A kernel over ℝⁿ with a step size and a metric, which the same adaptation tunes.
public protocol HamiltonianKernel: Kernel
where Target == any DensityTarget, Position == [Double], State == HamiltonianState, Info == HamiltonianInfo {
  var stepSize: Double { get set }
  var metric: Metric { get set }
}

extension HamiltonianKernel {
  public func initialState(at position: [Double], of target: any DensityTarget) throws(Failure) -> HamiltonianState {
    HamiltonianState(try target.makeEvaluator(), at: position)
  }

  /// A step size at which one step is accepted with a probability of about 0.8, found by doubling or halving (Hoffman & Gelman 2014,
  /// algorithm 4).
  public func reasonableStepSize<Source: RandomSource>(
    from start: Double, _ state: HamiltonianState, using random: inout Source
  ) -> Double {
    var step = min(max(start, 1e-10), 1e5)
    var direction = 0
    for _ in 0..<100 {
      let initial = state.drawMomentum(metric, using: &random) - state.logDensity
      let (slot, kinetic) = state.leapfrog(from: state.current, step: step, metric)
      let gain = initial - (kinetic - state.pool.logDensity[slot])
      state.pool.release(slot)
      let next = gain > -0.223_143_551_314_209_7 ? 1 : -1
      if direction == 0 { direction = next }
      guard next == direction, step > 1e-12, step < 1e7 else { break }
      step = direction > 0 ? 2 * step : step / 2
    }
    return step
  }
}
