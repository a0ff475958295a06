// Leave-one-out cross-validation and WAIC of fits: values, tables, JSON and comparisons.

import BorelConvergence
import BorelInference
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

/// How predictive accuracy is estimated.
public enum PredictiveCriterion: String, Sendable {
  /// Pareto-smoothed importance sampling leave-one-out (Vehtari, Gelman & Gabry 2017).
  case loo
  /// The widely applicable information criterion (Watanabe 2010).
  case waic
}

/// The expected log predictive density of one model for the observations that it was fitted to.
public struct CrossValidation: Sendable {
  /// An estimate with its standard error.
  public struct Estimate: Sendable {
    public let value: Double
    public let standardError: Double
    init(_ sum: PointwiseSum) { (value, standardError) = (sum.value, sum.standardError) }
  }

  public let name: String
  public let criterion: PredictiveCriterion
  public let observations: [String]
  public let drawCount: Int
  public let chainCount: Int
  /// Σ log p(yᵢ | y₋ᵢ)
  public let elpd: Estimate
  /// The effective number of parameters.
  public let parameters: Estimate
  /// -2 elpd
  public let information: Estimate
  /// The terms of `elpd`.
  public let pointwise: [Double]
  /// The shares of `parameters`.
  public let parameterShares: [Double]
  /// Pareto k̂ of each observation; empty for WAIC.
  public let shapes: [Double]
  /// The Monte Carlo standard error of each term; empty for WAIC.
  public let standardErrors: [Double]
  let relativeEfficiencies: [Double]

  public init(
    _ likelihood: LogLikelihood, by criterion: PredictiveCriterion = .loo, name: String = "", threads: Int = 1
  ) {
    self.name = name
    self.criterion = criterion
    observations = likelihood.names
    chainCount = likelihood.chainCount
    drawCount = likelihood.chainCount * likelihood.chainLength
    let (values, chains) = (likelihood.values, likelihood.chainCount)
    switch criterion {
    case .loo:
      let points = concurrentMap(values.count, threads: threads) {
        LeaveOneOut.Point(logLikelihood: values[$0], chainCount: chains)
      }
      let loo = LeaveOneOut(points)
      (elpd, parameters, information) = (Estimate(loo.elpd), Estimate(loo.parameters), Estimate(loo.criterion))
      pointwise = points.map(\.elpd)
      parameterShares = points.map(\.parameterShare)
      shapes = points.map(\.shape)
      standardErrors = points.map(\.standardError)
      relativeEfficiencies = points.map(\.relativeEfficiency)
    case .waic:
      let waic = WidelyApplicable(
        concurrentMap(values.count, threads: threads) { WidelyApplicable.Point(logLikelihood: values[$0]) })
      (elpd, parameters, information) = (Estimate(waic.elpd), Estimate(waic.parameters), Estimate(waic.criterion))
      pointwise = waic.points.map(\.elpd)
      parameterShares = waic.points.map(\.parameterShare)
      (shapes, standardErrors, relativeEfficiencies) = ([], [], [])
    }
  }

  /// How far the estimate can be trusted, as warnings.
  public var verdicts: [Diagnostic] {
    switch criterion {
    case .loo:
      let named = zip(observations, shapes).map { (name: $0, shape: $1) }
      return paretoVerdict(
        named, estimate: "leaving it out",
        hint: "refit without these observations, or look whether the model can have made them"
      ).map { [$0.diagnostic] } ?? []
    case .waic:
      let bad = parameterShares.count { $0 > 0.4 }
      guard bad > 0 else { return [] }
      return [
        Verdict(
          code: "waic",
          "\(bad) of \(observations.count) observations have p_waic above 0.4: WAIC is not reliable there",
          hint: "PSIS-LOO says where it fails and fails later: leave out --waic"
        ).diagnostic
      ]
    }
  }

  /// The worst observations first: by k̂, or for WAIC by their share of the parameters.
  var order: [Int] {
    let key = criterion == .loo ? shapes : parameterShares
    return key.indices.sorted { key[$0] != key[$1] ? key[$0] > key[$1] : $0 < $1 }
  }
}

/// The values of a function that cannot fail, in order, on several threads.
private func concurrentMap<Result: Sendable>(
  _ count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Result
) -> [Result] {
  do throws(Failure) {
    return try parallelMap(count, threads: threads) { index throws(Failure) in body(index) }
  } catch {
    return (0..<count).map(body)
  }
}
