// The quantile of a beta distribution, for the standard errors of quantiles.

import BorelNumerics

/// x with I_x(a, b) = p for a, b ≥ 1, by Newton's method within a bracket; NaN where a parameter is not a number.
func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
  guard p > 0, p < 1, a >= 1, b >= 1, a.isFinite, b.isFinite else { return .nan }
  var (low, high) = (0.0, 1.0)
  let mean = a / (a + b)
  let deviation = (mean * (1 - mean) / (a + b + 1)).squareRoot()
  var x = min(max(mean + deviation * Special.normalQuantile(p), 1e-300), 1 - 1e-16)
  let logBeta = Special.lbeta(a, b)
  for _ in 0..<200 {
    let excess = Special.betaInc(a, b, x) - p
    if excess == 0 { return x }
    if excess > 0 { high = x } else { low = x }
    let density = exponential((a - 1) * logarithm(x) + (b - 1) * logarithmOfOnePlus(-x) - logBeta)
    var next = x - excess / density
    if !(next > low && next < high) { next = (low + high) / 2 }
    if abs(next - x) <= 1e-16 * x || next == low || next == high { return next }
    x = next
  }
  return x
}
