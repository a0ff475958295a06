// Several paths from random starts, their draws resampled by importance.

import BorelInference
import BorelNumerics
import BorelSemantics
import BorelSource

/// What several paths gave.
public struct MultiPathfinderResult: Sendable {
  /// The paths that succeeded, by their number.
  public var paths: [(number: Int, path: PathfinderPath)]
  /// Why the others did not.
  public var failures: [(number: Int, failure: Failure)]
  /// Resampled from the draws of all paths, or all of them where resampling is turned off.
  public var draws: ApproximateDraws
  /// The shape k̂ of the Pareto distribution of the greatest ratios p / q: above 0.7 the draws do not stand for p.
  public var paretoShape: Double
  /// As how many draws the weights of the paths' draws count, 1 / Σ w² (Kish).
  public var effectiveSize: Double
  /// Of log density and gradient, all paths together.
  public var evaluations: Int
}

/// Multi-path Pathfinder (Zhang, Carpenter, Gelman and Vehtari 2022, algorithm 2).
///
/// The approximation is the mixture of the paths' Gaussians with equal parts, and weights are p over its density (Veach and Guibas 1995), so that a
/// path whose Gaussian is too narrow does no harm where another's reaches.
public struct MultiPathfinder: Sendable {
  public var paths = 4
  /// The number of draws that are resampled from those of all paths.
  public var draws = 1000
  /// Pareto-smoothed importance resampling; without it, all draws of all paths are the result.
  public var resamples = true
  public var single = Pathfinder()
  public var start = StartingPosition()

  public init() {}

  /// - Parameters:
  ///   - starts: where the paths begin; those without one begin at random.
  ///   - random: path k draws from its child k, so that results do not depend on threads.
  /// - Throws: where every path fails, what the first one failed with.
  public func run(
    _ target: some DensityTarget, from starts: [[Double]] = [], random: RandomStream, control: RunControl = RunControl()
  ) throws(Failure) -> MultiPathfinderResult {
    let (single, start) = (single, start)
    let results = try parallelMap(max(paths, 1), threads: control.threads) {
      (number) throws(Failure) -> (Result<PathfinderPath, Failure>, Int) in
      let function = try DensityFunction(target)
      let stream = random.child(UInt64(number))
      do throws(Failure) {
        var startStream = stream.child(0)
        let begin =
          starts.indices.contains(number)
          ? starts[number] : try start.find(function, using: &startStream).position
        let path = try single.run(function, from: begin, random: stream.child(1)) { iteration, _ in
          control.progress?(Progress(phase: "iterations", chain: number, completed: iteration, total: nil))
          return !control.isCancelled()
        }
        return (.success(path), function.evaluations)
      } catch {
        // A fault of ours, a limit and a cancellation end the run; a path that leads nowhere does not.
        if error.kind == .internal || error.kind == .limit || error.diagnostic.code == "cancelled" { throw error }
        return (.failure(error), function.evaluations)
      }
    }
    var result = MultiPathfinderResult(
      paths: [], failures: [], draws: ApproximateDraws(), paretoShape: .nan, effectiveSize: 0,
      evaluations: results.reduce(0) { $0 + $1.1 })
    var pool = ApproximateDraws()
    for (number, outcome) in results.enumerated() {
      switch outcome.0 {
      case .failure(let failure): result.failures.append((number, failure))
      case .success(let path):
        result.paths.append((number, path))
        pool.append(path.draws, path: number)
      }
    }
    pool.logApproximations = mixtureLogDensities(result.paths.map(\.path.gaussian), at: pool)
    if result.paths.isEmpty, let first = result.failures.first { throw first.failure }
    let smoothed = smoothedLogWeights(ofLogRatios: pool.logRatios)
    result.paretoShape = smoothed.shape
    let squares = smoothed.logWeights.reduce(0) { $0 + exponential(2 * $1) }
    if squares > 0 { result.effectiveSize = 1 / squares }
    var stream = random.child(UInt64(UInt32.max))
    result.draws =
      resamples
      ? pool.selecting(resample(draws, logWeights: smoothed.logWeights, using: &stream)) : pool
    return result
  }
}

/// log (1/K) Σₖ qₖ(x) at draws of the qₖ.
private func mixtureLogDensities(_ gaussians: [LowRankGaussian], at draws: ApproximateDraws) -> [Double] {
  guard gaussians.count > 1 else { return draws.logApproximations }
  return draws.positions.map { x in
    logSum(gaussians.map { $0.logDensity(at: x) }) - logarithm(Double(gaussians.count))
  }
}

extension ApproximateDraws {
  fileprivate mutating func append(_ other: ApproximateDraws, path: Int) {
    positions += other.positions
    logDensities += other.logDensities
    logApproximations += other.logApproximations
    paths += Array(repeating: path, count: other.count)
  }
}
