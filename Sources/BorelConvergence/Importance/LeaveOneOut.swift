// PSIS-LOO: expected log predictive density by leaving out one observation at a time, estimated from one fit.

import BorelNumerics

/// An estimate over observations with its standard error, √(N Var of the terms).
public struct PointwiseSum: Sendable, Equatable {
  public var value: Double
  public var standardError: Double

  init(_ terms: [Double]) {
    let n = Double(terms.count)
    value = terms.reduce(0, +)
    let mean = value / n
    let variance = terms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    standardError = terms.count > 1 ? (n * variance).squareRoot() : .nan
  }
}

/// Pareto-smoothed importance sampling leave-one-out cross-validation (Vehtari, Gelman & Gabry 2017).
public struct LeaveOneOut: Sendable {
  /// What one observation contributes.
  public struct Point: Sendable, Equatable {
    /// log p(yᵢ | y₋ᵢ)
    public var elpd: Double
    /// The Monte Carlo standard error of `elpd`.
    public var standardError: Double
    /// log p(yᵢ | y) - log p(yᵢ | y₋ᵢ), the observation's share of the effective number of parameters.
    public var parameterShare: Double
    /// k̂ of the weights 1 / p(yᵢ | θ).
    public var shape: Double
    /// ess / draws of p(yᵢ | θ), by which the tail's length was set.
    public var relativeEfficiency: Double

    /// From log p(yᵢ | θₛ) of all draws, chain after chain of equal length. All must be finite.
    public init(logLikelihood: [Double], chainCount: Int) {
      let count = Double(logLikelihood.count)
      relativeEfficiency = BorelConvergence.relativeEfficiency(
        logLikelihood.map(exponential), chainCount: chainCount)
      let smoothing = ParetoSmoothing(
        logRatios: logLikelihood.map { -$0 }, relativeEfficiency: relativeEfficiency.isNaN ? 1 : relativeEfficiency)
      let weights = smoothing.normalizedLogWeights
      elpd = Special.logSumExp(zip(logLikelihood, weights).map { $0 + $1 })
      parameterShare = Special.logSumExp(logLikelihood) - logarithm(count) - elpd
      shape = smoothing.shape
      standardError = Self.standardError(
        logLikelihood, weights, elpd: elpd, efficiency: relativeEfficiency.isNaN ? 1 : relativeEfficiency)
    }

    /// The delta method on the log scale goes wrong for large errors: the standard deviation of log z over normal scores z around the
    /// estimated density instead (as in R's package loo).
    private static func standardError(
      _ logLikelihood: [Double], _ logWeights: [Double], elpd: Double, efficiency: Double
    ) -> Double {
      let density = exponential(elpd)
      var variance = 0.0
      for (l, w) in zip(logLikelihood, logWeights) {
        let weight = exponential(w)
        variance += weight * weight * (exponential(l) - density) * (exponential(l) - density)
      }
      let logs = normalScores.compactMap { score -> Double? in
        let z = density + variance.squareRoot() * score
        return z > 0 ? logarithm(z) : nil
      }
      guard logs.count > 1 else { return .nan }
      let mean = logs.reduce(0, +) / Double(logs.count)
      let spread = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(logs.count - 1)
      return (spread / efficiency).squareRoot()
    }

    private static let normalScores = (1...1000).map {
      Special.normalQuantile((Double($0) - 0.375) / (1000 - 0.75 + 1))
    }
  }

  public var points: [Point]
  /// Σ log p(yᵢ | y₋ᵢ)
  public var elpd: PointwiseSum
  /// The effective number of parameters.
  public var parameters: PointwiseSum
  /// -2 elpd
  public var criterion: PointwiseSum

  public init(_ points: [Point]) {
    self.points = points
    elpd = PointwiseSum(points.map(\.elpd))
    parameters = PointwiseSum(points.map(\.parameterShare))
    criterion = PointwiseSum(points.map { -2 * $0.elpd })
  }

  /// How many observations have k̂ ≤ 0.5, ≤ 0.7, ≤ 1 and above.
  public var shapeCounts: (good: Int, usable: Int, bad: Int, veryBad: Int) {
    var counts = (good: 0, usable: 0, bad: 0, veryBad: 0)
    for point in points {
      if point.shape <= 0.5 {
        counts.good += 1
      } else if point.shape <= 0.7 {
        counts.usable += 1
      } else if point.shape <= 1 {
        counts.bad += 1
      } else {
        counts.veryBad += 1
      }
    }
    return counts
  }
}
