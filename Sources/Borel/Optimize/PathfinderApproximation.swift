// Pathfinder's approximation of a posterior, for a Swift program.

import BorelDraws
import BorelInference
import BorelNumerics
import BorelOptimize
import BorelSemantics
import BorelSource

/// Settings of `BoundModel.pathfinder`; defaults are Stan's.
public struct PathfinderSettings: Sendable, Equatable {
  public var paths = 4
  /// Draws of the result.
  public var draws = 1000
  /// Draws of each path, from which the result is resampled.
  public var pathDraws = 1000
  /// Draws by which a path's Gaussians are compared.
  public var boundDraws = 25
  public var history = 6
  public var iterations = 1000
  /// Without it the result are all draws of all paths.
  public var resamples = true
  public var start = HamiltonianSettings.Start.random(radius: 2)

  public init() {}
}

extension BoundModel {
  /// Draws from Gaussians along the paths of several optimisations, resampled by importance.
  ///
  /// Statistics of the draws: `lp_approx__`, the log density of the mixture of the paths' Gaussians; `lp__`, that of the posterior over unconstrained
  /// space; `path__`, from 1.
  public func pathfinder(
    _ settings: PathfinderSettings = .init(), seed: UInt64? = nil
  ) throws(BorelError) -> Approximation {
    let seed = model.host.seed(seed)
    let target = try continuousTarget("pathfinder")
    let random = RandomStream(seed: seed)
    do throws(Failure) {
      var multi = MultiPathfinder()
      multi.paths = settings.paths
      multi.draws = settings.draws
      multi.resamples = settings.resamples
      multi.single = Pathfinder(
        draws: settings.pathDraws, boundDraws: settings.boundDraws, history: settings.history)
      multi.single.optimiser.stopping.iterations = settings.iterations
      let starts = try target.starts(settings.paths, settings.start, random.child(0))
      let found = try multi.run(target, from: starts, random: random.child(1), control: model.options.control)
      var draws = try target.draws(
        at: found.draws.positions, statistics: [("lp_approx__", .real), ("lp__", .real), ("path__", .int)]
      ) { place in
        [
          found.draws.logApproximations[place], found.draws.logDensities[place], Double(found.draws.paths[place] + 1),
        ]
      }
      draws.notes = Self.notes(found, settings)
      var result = InferenceResult(draws: draws, executions: found.evaluations)
      for (number, failure) in found.failures {
        var warning = failure.diagnostic
        warning.severity = .warning
        warning.message = "path \(number + 1) failed and is left out: " + warning.message
        result.warnings.append(warning)
      }
      if let warning = Approximation.warning(found.paretoShape, "pathfinder") { result.warnings.append(warning) }
      model.host.report(result)
      return Approximation(
        posterior: Posterior(InferenceOutcome(result: result), method: "pathfinder", seed: seed),
        paretoShape: found.paretoShape, logEvidence: nil, positions: found.draws.positions)
    } catch {
      throw self.error(error)
    }
  }

  private static func notes(_ found: MultiPathfinderResult, _ settings: PathfinderSettings) -> [String] {
    var notes = found.paths.map { number, path in
      "path \(number + 1): evidence lower bound \(sixDigits(path.evidenceLowerBound)) at iteration \(path.chosenIteration) of \(path.optimum.iterations)"
    }
    if settings.resamples {
      let count = found.paths.reduce(0) { $0 + $1.path.draws.count }
      notes.append(
        "resampled from \(count) draws of \(found.paths.count) paths, whose weights count as \(Int(found.effectiveSize.rounded())) draws"
      )
    }
    notes.append(Approximation.note(found.paretoShape))
    return notes
  }
}
