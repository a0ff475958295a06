// The effective sample size of a mean over several chains, from their autocorrelations.

/// The number of independent draws with the same variance of the mean as these chains.
///
/// Chains are cut in halves, so that a drift counts as disagreement; autocorrelations are summed by Geyer's initial monotone
/// sequence and combined with the variance between chains (Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, section 3.2).
/// NaN for fewer than eight draws a half-chain, for a constant, and where a value is not finite.
public func effectiveSampleSize(_ chains: [[Double]]) -> Double {
  let length = (chains.map(\.count).min() ?? 0) / 2
  guard length >= 8 else { return .nan }
  let halves = chains.flatMap { [Array($0[..<length]), Array($0[($0.count - length)...])] }
  let means = halves.map { $0.reduce(0, +) / Double(length) }
  let centred = zip(halves, means).map { half, mean in half.map { $0 - mean } }

  /// The autocovariance averaged over the halves, divided by the length as usual.
  func autocovariance(_ lag: Int) -> Double {
    var total = 0.0
    for half in centred {
      half.withUnsafeBufferPointer { x in
        var sum = 0.0
        for index in 0..<(length - lag) { sum += x[index] * x[index + lag] }
        total += sum
      }
    }
    return total / Double(length * centred.count)
  }

  let n = Double(length)
  let within = autocovariance(0) * n / (n - 1)
  let grandMean = means.reduce(0, +) / Double(means.count)
  let between = means.reduce(0) { $0 + ($1 - grandMean) * ($1 - grandMean) } / Double(means.count - 1)
  let variance = within * (n - 1) / n + between
  guard variance.isFinite, variance > 0, within > 0 else { return .nan }
  func correlation(_ lag: Int) -> Double { 1 - (within - autocovariance(lag) * n / (n - 1)) / variance }

  var sum = 0.0
  var previousPair = Double.infinity
  var lag = 0
  while lag + 1 < length - 3 {
    let pair = (lag == 0 ? 1 : correlation(lag)) + correlation(lag + 1)
    guard pair > 0 else { break }
    previousPair = min(pair, previousPair)
    sum += previousPair
    lag += 2
  }
  let count = n * Double(halves.count)
  let time = max(2 * sum - 1, 1 / decimalLogarithm(count))
  return count / time
}
