// Models side by side by their expected log predictive densities on the same observations.

/// One line of a comparison, the best model first.
public struct ModelComparison: Sendable, Equatable {
  public var name: String
  public var elpd: PointwiseSum
  /// elpd less that of the best model, with the standard error of the paired differences; 0 of the best.
  public var difference: PointwiseSum

  /// Compares the terms log p(yᵢ | ...) of models; nil where they have different numbers of observations.
  public static func compare(_ models: [(name: String, terms: [Double])]) -> [ModelComparison]? {
    guard let count = models.first?.terms.count, models.allSatisfy({ $0.terms.count == count }) else { return nil }
    let sums = models.map { (name: $0.name, terms: $0.terms, elpd: PointwiseSum($0.terms)) }
    let ranked = sums.enumerated().sorted {
      $0.element.elpd.value != $1.element.elpd.value
        ? $0.element.elpd.value > $1.element.elpd.value : $0.offset < $1.offset
    }.map(\.element)
    guard let best = ranked.first else { return [] }
    return ranked.map { model in
      ModelComparison(
        name: model.name, elpd: model.elpd,
        difference: PointwiseSum(zip(model.terms, best.terms).map { $0 - $1 }))
    }
  }
}
