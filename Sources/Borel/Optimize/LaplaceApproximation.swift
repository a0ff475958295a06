// Laplace's approximation of a posterior, for a Swift program.

import BorelDraws
import BorelInference
import BorelNumerics
import BorelOptimize
import BorelSemantics
import BorelSource

/// Settings of `BoundModel.laplace`.
public struct LaplaceSettings: Sendable, Equatable {
  public var draws = 1000
  /// How the mode is found. With the Jacobian, Stan's default here, the approximation is that of the posterior over unconstrained space.
  public var mode = OptimizationSettings()

  public init(draws: Int = 1000) {
    self.draws = draws
    mode.includesJacobian = true
  }
}

extension BoundModel {
  /// Draws from the Gaussian over unconstrained space that has the posterior's mode and second derivatives there.
  ///
  /// Statistics of the draws: `lp__` and `log_p__`, the log density over unconstrained space; `log_q__`, that of the Gaussian.
  /// - Throws: where no mode is found, or the log density does not fall in every direction from there.
  public func laplace(_ settings: LaplaceSettings = .init(), seed: UInt64? = nil) throws(BorelError) -> Approximation {
    let seed = model.host.seed(seed)
    let target = try continuousTarget("laplace", includesJacobian: settings.mode.includesJacobian)
    let control = model.options.control
    let random = RandomStream(seed: seed)
    do throws(Failure) {
      var laplace = Laplace(draws: settings.draws)
      laplace.optimiser = settings.mode.optimiser
      let start = try target.starts(1, settings.mode.start, random)[0]
      let found = try laplace.run(
        try DensityFunction(target), from: start, names: target.coordinateNames(), random: random.child(1)
      ) { iteration, _ in
        control.progress?(Progress(phase: "iterations", completed: iteration, total: nil))
        return !control.isCancelled()
      }
      var draws = try target.draws(
        at: found.draws.positions, statistics: [("lp__", .real), ("log_p__", .real), ("log_q__", .real)]
      ) { place in
        let logDensity = found.draws.logDensities[place]
        return [logDensity, logDensity, found.draws.logApproximations[place]]
      }
      draws.notes = [
        "the mode has log density \(sixDigits(found.optimum.point.value)), found in \(found.optimum.iterations) iterations",
        Approximation.note(found.paretoShape),
      ]
      if settings.mode.includesJacobian {
        draws.notes.append("log evidence by Laplace's approximation \(sixDigits(found.logEvidence))")
      }
      let missing = found.draws.logDensities.count { $0 == -.infinity }
      if missing > 0 { draws.notes.append("\(missing) of \(found.draws.count) draws have no density") }
      var result = InferenceResult(draws: draws, executions: found.optimum.evaluations)
      if let warning = Approximation.warning(found.paretoShape, "laplace") { result.warnings.append(warning) }
      model.host.report(result)
      return Approximation(
        posterior: Posterior(InferenceOutcome(result: result), method: "laplace", seed: seed),
        paretoShape: found.paretoShape,
        logEvidence: settings.mode.includesJacobian ? found.logEvidence : nil, positions: found.draws.positions)
    } catch {
      throw self.error(error)
    }
  }
}
