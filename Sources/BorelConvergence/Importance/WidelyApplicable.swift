// WAIC: expected log predictive density by a correction from the posterior variance of the log likelihood.

import BorelNumerics

/// The widely applicable information criterion (Watanabe 2010; Gelman, Hwang & Vehtari 2014).
public struct WidelyApplicable: Sendable {
  public struct Point: Sendable, Equatable {
    /// log of the posterior mean of p(yᵢ | θ), less `parameterShare`.
    public var elpd: Double
    /// The posterior variance of log p(yᵢ | θ); above 0.4 the approximation is not to be trusted.
    public var parameterShare: Double

    /// From log p(yᵢ | θₛ) of all draws, which must be finite.
    public init(logLikelihood: [Double]) {
      let count = Double(logLikelihood.count)
      let mean = logLikelihood.reduce(0, +) / count
      parameterShare = logLikelihood.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
      elpd = Special.logSumExp(logLikelihood) - logarithm(count) - parameterShare
    }
  }

  public var points: [Point]
  public var elpd: PointwiseSum
  public var parameters: PointwiseSum
  /// -2 elpd
  public var criterion: PointwiseSum

  public init(_ points: [Point]) {
    self.points = points
    elpd = PointwiseSum(points.map(\.elpd))
    parameters = PointwiseSum(points.map(\.parameterShare))
    criterion = PointwiseSum(points.map { -2 * $0.elpd })
  }
}
