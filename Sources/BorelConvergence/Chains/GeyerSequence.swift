// The effective size of a mean from autocovariances, by Geyer's initial monotone sequence over several chains.

/// How the end of short series is handled, in which published programs differ.
struct GeyerRule {
  /// Pairs of lags start before n - `tail`.
  var tail: Int
  /// τ of a series too short for a single pair of lags.
  var timeOfShort: Double
  /// Autocovariances are multiplied by M / n, with M the next number from n on that has no prime factor above 5.
  var isScaledToPadding: Bool

  /// As in Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021 and ArviZ.
  static let standard = GeyerRule(tail: 4, timeOfShort: 0, isScaledToPadding: false)
  /// As R's package loo 2.5 computes relative efficiencies of likelihoods; it divides the transform of a series padded to 2M by 2n²
  /// rather than 2Mn, which weighs the variance within chains by M / n against that between them.
  static let likelihood = GeyerRule(tail: 5, timeOfShort: 2, isScaledToPadding: true)

  func scale(_ length: Int) -> Double {
    guard isScaledToPadding else { return 1 }
    var padded = max(length, 2)
    while true {
      var rest = padded
      for factor in [2, 3, 5] { while rest % factor == 0 { rest /= factor } }
      if rest == 1 { return Double(padded) / Double(length) }
      padded += 1
    }
  }
}

/// M N / τ with τ = -1 + 2 Σ ρₜ over the initial monotone positive sequence of pairs (Geyer 1992), of M chains of N numbers.
///
/// - Parameters:
///   - varianceOfMeans: between the chains' means, divisor M - 1; nil of a single chain.
///   - autocovariance: with the divisor N.
func geyerEffectiveSize(
  chainCount: Int, length: Int, varianceOfMeans: Double?, rule: GeyerRule = .standard,
  autocovariance: some AutocovarianceSource
) -> Double {
  let n = Double(length)
  let scale = rule.scale(length)
  let within = scale * autocovariance.average(lag: 0) * n / (n - 1)
  let variance = within * (n - 1) / n + (varianceOfMeans ?? 0)
  func correlation(_ lag: Int) -> Double { 1 - (within - scale * autocovariance.average(lag: lag)) / variance }

  var correlations = [1.0, length > 1 ? correlation(1) : .nan]
  var (even, odd) = (correlations[0], correlations[1])
  var lag = 0
  // Of constant likelihoods the efficiency is that of a short series; of anything else nothing is known without a variance.
  if odd.isNaN, rule.timeOfShort == 0 { return .nan }
  while lag < length - rule.tail, even + odd > 0 {
    lag += 2
    even = correlation(lag)
    odd = lag + 1 < length ? correlation(lag + 1) : .nan
    if odd.isNaN { return .nan }
    correlations += even + odd >= 0 ? [even, odd] : [0, 0]
  }
  if lag == 0 {
    return n * Double(chainCount) / max(rule.timeOfShort, 1 / decimalLogarithm(n * Double(chainCount)))
  }
  if even > 0 { correlations[lag] = even }
  // The estimate of the last pair's first lag is kept by itself: it lowers the variance where ρ alternates.
  var pair = 2
  while pair <= lag - 2 {
    let previous = correlations[pair - 2] + correlations[pair - 1]
    if correlations[pair] + correlations[pair + 1] > previous {
      correlations[pair] = previous / 2
      correlations[pair + 1] = previous / 2
    }
    pair += 2
  }
  var time = -1 + correlations[lag]
  for index in 0..<lag { time += 2 * correlations[index] }
  let count = n * Double(chainCount)
  return count / max(time, 1 / decimalLogarithm(count))
}
