// Pathfinder: the best Gaussian along the path of an optimisation.

import BorelNumerics
import BorelSemantics
import BorelSource

/// One path's approximation.
public struct PathfinderPath: Sendable {
  /// How the optimisation of the path went.
  public var optimum: Optimum
  /// Which point of the path the Gaussian belongs to.
  public var chosenIteration: Int
  /// The evidence lower bound there, E_q[log p - log q].
  public var evidenceLowerBound: Double
  public var gaussian: LowRankGaussian
  public var draws: ApproximateDraws
}

/// Single-path Pathfinder (Zhang, Carpenter, Gelman and Vehtari 2022, algorithm 1).
///
/// Follows L-BFGS from a starting point to the mode, makes a Gaussian of each point on the way, its gradient and the inverse-Hessian estimate there,
/// and draws from the one whose evidence lower bound is highest. Bounds are estimated from few draws, and the greatest of many estimates
/// is the luckiest: compared is each estimate less its standard error, which vanishes as the Gaussian comes to fit.
public struct Pathfinder: Sendable {
  public var draws = 1000
  /// Draws by which an evidence lower bound is estimated.
  public var boundDraws = 25
  public var optimiser: LBFGS

  /// - Parameter history: how many steps the inverse-Hessian estimates remember.
  public init(draws: Int = 1000, boundDraws: Int = 25, history: Int = 6) {
    self.draws = draws
    self.boundDraws = boundDraws
    optimiser = LBFGS(history: history)
    optimiser.stopping.iterations = 1000
  }

  /// - Throws: where the start has no density, or no point of the path has a usable Gaussian.
  public func run(
    _ function: DensityFunction, from start: [Double], random: RandomStream,
    onStep: (Int, DensityPoint) -> Bool = { _, _ in true }
  ) throws(Failure) -> PathfinderPath {
    var optimiser = optimiser
    optimiser.keepsPath = true
    let before = function.evaluations
    var optimum = try optimiser.maximise(function, from: start, onStep: onStep)
    if optimum.reason == .cancelled {
      throw Failure(.user, Diagnostic(code: "cancelled", "the run was cancelled"))
    }
    var estimate = InverseHessian(dimension: start.count, history: optimiser.history)
    var best: (gaussian: LowRankGaussian, iteration: Int, bound: Double, least: Double)?
    for (iteration, point) in optimum.path.enumerated() where point.isUsable {
      if iteration > 0 { estimate.add(from: optimum.path[iteration - 1], to: point) }
      // The start alone says nothing of scales.
      if iteration == 0, optimum.path.count > 1 { continue }
      guard let gaussian = LowRankGaussian(estimate, at: point) else { continue }
      let bound = evidenceLowerBound(of: gaussian, function, random.split(0, UInt64(iteration)))
      let least = bound.mean - bound.standardError
      if least > best?.least ?? -.infinity { best = (gaussian, iteration, bound.mean, least) }
    }
    guard let best else {
      throw Failure(
        .user,
        Diagnostic(
          code: "no-approximation",
          "no Gaussian along the path of \(optimum.iterations) iterations has draws with a log density",
          hint:
            "the search began at a log density of \(optimum.path.first?.value ?? .nan); another seed begins elsewhere"))
    }
    var stream = random.child(1)
    var result = ApproximateDraws()
    for _ in 0..<max(draws, 0) {
      let (position, logApproximation) = best.gaussian.draw(using: &stream)
      result.append(position, logDensity: function.logDensity(at: position), logApproximation: logApproximation)
    }
    optimum.evaluations = function.evaluations - before
    return PathfinderPath(
      optimum: optimum, chosenIteration: best.iteration, evidenceLowerBound: best.bound, gaussian: best.gaussian,
      draws: result)
  }

  /// The mean of log p - log q over draws from q; -inf where a draw has no density.
  private func evidenceLowerBound(
    of gaussian: LowRankGaussian, _ function: DensityFunction, _ random: RandomStream
  ) -> (mean: Double, standardError: Double) {
    var random = random
    let count = max(boundDraws, 2)
    var ratios: [Double] = []
    for _ in 0..<count {
      let (position, logApproximation) = gaussian.draw(using: &random)
      let ratio = function.logDensity(at: position) - logApproximation
      guard ratio > -.infinity else { return (-.infinity, 0) }
      ratios.append(ratio)
    }
    let mean = ratios.reduce(0, +) / Double(count)
    let squares = ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(count * (count - 1))).squareRoot())
  }
}
