// Leave-one-out against a model whose left-out densities are known, and comparisons.

import BorelConvergence
import BorelNumerics
import Testing

@Suite struct LeaveOneOutTests {
  private static let logTwoPi = 1.8378770664093453

  private static func logNormal(_ x: Double, _ mean: Double, _ variance: Double) -> Double {
    -0.5 * (logTwoPi + Special.log(variance) + (x - mean) * (x - mean) / variance)
  }

  /// mu ~ normal(0, 10), yᵢ ~ normal(mu, 1): the posterior is normal, and so is yᵢ given the others. Draws are the posterior's quantiles at
  /// evenly spaced probabilities, so that the only error left is that of the smoothed tail: 0.01 for these data with k̂ below 0.5.
  @Test func normalMeansAreExact() {
    let y = [1.2, -0.4, 0.3, 2.1, 0.8, -1.0, 0.1, 1.6, 0.9, -0.2]
    func posterior(_ data: [Double]) -> (mean: Double, variance: Double) {
      let variance = 1 / (Double(data.count) + 0.01)
      return (variance * data.reduce(0, +), variance)
    }
    let whole = posterior(y)
    let count = 4000
    let draws = (0..<count).map { index in
      // Scattered over the chains, or each chain would hold a part of the distribution.
      let place = (index * 1597) % count
      return whole.mean + whole.variance.squareRoot() * Special.normalQuantile((Double(place) + 0.5) / Double(count))
    }
    let loo = LeaveOneOut(y.map { x in .init(logLikelihood: draws.map { Self.logNormal(x, $0, 1) }, chainCount: 4) })
    var total = 0.0
    for (index, x) in y.enumerated() {
      let others = posterior(y.indices.filter { $0 != index }.map { y[$0] })
      let exact = Self.logNormal(x, others.mean, others.variance + 1)
      total += exact
      #expect(abs(loo.points[index].elpd - exact) < 0.01, "y[\(index)]: \(loo.points[index].elpd), exactly \(exact)")
      #expect(loo.points[index].shape < 0.5)
    }
    #expect(abs(loo.elpd.value - total) < 0.05)
    #expect(loo.criterion.value == -2 * loo.elpd.value || abs(loo.criterion.value + 2 * loo.elpd.value) < 1e-12)
    #expect(loo.shapeCounts.good == 10)
    let waic = WidelyApplicable(y.map { x in .init(logLikelihood: draws.map { Self.logNormal(x, $0, 1) }) })
    #expect(abs(waic.elpd.value - total) < 0.05)
  }

  /// The k̂ of exact Pareto tails: of weights with k = 0.7 the fit to 190 of 4000 has a standard error of about 0.1, so that bounds of 0.35 are
  /// more than three of them; the seed is fixed.
  @Test(arguments: [0.2, 0.7, 1.2]) func shapesOfParetoWeightsAreFound(_ k: Double) {
    var u = SeededUniforms(seed: 11)
    let ratios = (0..<4000).map { _ in -k * Special.log(1 - u.next()) }
    let smoothing = ParetoSmoothing(logRatios: ratios)
    #expect(abs(smoothing.shape - k) < 0.35)
    #expect(smoothing.logWeights.max().map { $0 <= (ratios.max() ?? 0) } == true)
    #expect(abs(smoothing.normalizedLogWeights.reduce(0) { $0 + Special.exp($1) } - 1) < 1e-12)
  }

  @Test func equalWeightsHaveNoTail() {
    let smoothing = ParetoSmoothing(logRatios: Array(repeating: -3, count: 100))
    #expect(smoothing.shape == .infinity)
    #expect(smoothing.logWeights == Array(repeating: -3, count: 100))
    #expect(ParetoSmoothing(logRatios: []).logWeights.isEmpty)
  }

  @Test func comparisonsArePaired() throws {
    let rows = try #require(ModelComparison.compare([("worse", [-2, -3, -4]), ("better", [-1, -3, -3])]))
    #expect(rows.map(\.name) == ["better", "worse"])
    #expect(rows[0].difference.value == 0)
    #expect(rows[1].difference.value == -2)
    // Differences -1, 0, -1 have variance 1/3; √(3 / 3) = 1.
    #expect(abs(rows[1].difference.standardError - 1) < 1e-15)
    #expect(ModelComparison.compare([("a", [1]), ("b", [1, 2])]) == nil)
  }
}
