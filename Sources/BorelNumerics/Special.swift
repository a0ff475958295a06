// Special functions for Swift callers; the C layer holds the algorithms, so that native code shares them.

import CBorel

/// Special functions of real arguments: NaN outside the domain, -inf for the log of zero, never a trap.
///
/// Parameters come first and the variate last. `docs/contributing/primitives.md` describes each; `docs/numerics.md`
/// states the accuracy.
public enum Special {
  @inlinable public static func exp(_ x: Double) -> Double { borel_exp(x) }
  @inlinable public static func log(_ x: Double) -> Double { borel_log(x) }
  @inlinable public static func log1pExp(_ x: Double) -> Double { borel_log1p_exp(x) }
  @inlinable public static func log1mExp(_ x: Double) -> Double { borel_log1m_exp(x) }
  @inlinable public static func logSumExp(_ x: Double, _ y: Double) -> Double { borel_log_sum_exp(x, y) }
  @inlinable public static func logDiffExp(_ x: Double, _ y: Double) -> Double { borel_log_diff_exp(x, y) }
  @inlinable public static func logit(_ p: Double) -> Double { borel_logit(p) }
  @inlinable public static func invLogit(_ x: Double) -> Double { borel_inv_logit(x) }
  @inlinable public static func logInvLogit(_ x: Double) -> Double { borel_log_inv_logit(x) }
  @inlinable public static func lgamma(_ x: Double) -> Double { borel_lgamma(x) }
  @inlinable public static func digamma(_ x: Double) -> Double { borel_digamma(x) }
  @inlinable public static func trigamma(_ x: Double) -> Double { borel_trigamma(x) }
  @inlinable public static func lbeta(_ a: Double, _ b: Double) -> Double { borel_lbeta(a, b) }
  @inlinable public static func lchoose(_ n: Double, _ k: Double) -> Double { borel_lchoose(n, k) }
  @inlinable public static func logFactorial(_ n: Double) -> Double { borel_log_factorial(n) }
  @inlinable public static func normalCDF(_ x: Double) -> Double { borel_normal_cdf(x) }
  @inlinable public static func logNormalCDF(_ x: Double) -> Double { borel_log_normal_cdf(x) }
  @inlinable public static func normalQuantile(_ p: Double) -> Double { borel_normal_quantile(p) }
  @inlinable public static func gammaP(_ a: Double, _ x: Double) -> Double { borel_gamma_p(a, x) }
  @inlinable public static func gammaQ(_ a: Double, _ x: Double) -> Double { borel_gamma_q(a, x) }
  @inlinable public static func betaInc(_ a: Double, _ b: Double, _ x: Double) -> Double { borel_beta_inc(a, b, x) }
  @inlinable public static func studentTCDF(_ nu: Double, _ x: Double) -> Double { borel_student_t_cdf(nu, x) }
  @inlinable public static func studentTQuantile(_ nu: Double, _ p: Double) -> Double {
    borel_student_t_quantile(nu, p)
  }

  /// log of the sum of exponentials; -inf for an empty buffer.
  public static func logSumExp(_ x: UnsafeBufferPointer<Double>) -> Double {
    var top = -Double.infinity
    for value in x {
      if value.isNaN { return .nan }
      if value > top { top = value }
    }
    if top.isInfinite { return top }
    var sum = 0.0
    for value in x { sum += borel_exp(value - top) }
    return top + borel_log(sum)
  }

  /// log of the sum of exponentials; -inf for an empty array.
  public static func logSumExp(_ x: [Double]) -> Double { x.withUnsafeBufferPointer { logSumExp($0) } }
}
