// R-hat, effective sizes and standard errors of a single quantity, for callers with one set of chains.

/// Rank-normalised split R-hat, the largest of its bulk and its folded form (Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021).
///
/// √((B/W + n - 1) / n) of half-chains. Values above 1.01 tell that the chains have not mixed. NaN of a single chain, of fewer than
/// 4 draws a chain, and of a constant. Of chains of different lengths the first draws of each are taken, as many as the shortest has.
public func rHat(_ chains: [[Double]]) -> Double { analyzer(of: chains).rHat }

/// The number of independent draws that would estimate the quantity as well as these chains do (Vehtari et al. 2021, section 4).
public func effectiveSize(_ chains: [[Double]], of quantity: EstimatedQuantity = .bulk) -> Double {
  analyzer(of: chains).effectiveSize(of: quantity)
}

/// The Monte Carlo standard error of a mean, a standard deviation, the median or a quantile.
public func monteCarloError(_ chains: [[Double]], of quantity: EstimatedQuantity = .mean) -> Double {
  analyzer(of: chains).standardError(of: quantity)
}

private func analyzer(of chains: [[Double]]) -> ChainAnalyzer {
  let length = chains.map(\.count).min() ?? 0
  let analyzer = ChainAnalyzer(chainCount: chains.count, length: length)
  analyzer.load(chains.flatMap { $0[..<length] })
  return analyzer
}
