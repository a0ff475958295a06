// Every derivative rule against extrapolated differences of the function itself, over points of its whole domain.

import BorelIR
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct DerivativeTests {
  /// Points of an argument's domain.
  static let grids: [Character: [Double]] = [
    "r": [-35, -3.1, -0.7, -0.01, 0.02, 0.51, 1.3, 4.2, 27],
    // Where the function or its derivative does not saturate.
    "m": [-3.1, -0.7, -0.01, 0.02, 0.51, 1.3, 2.4],
    "p": [0.003, 0.1, 0.72, 1.9, 6.3, 41, 900],
    "q": [0.1, 0.72, 1.9, 6.3, 24],
    "u": [0.0002, 0.05, 0.31, 0.5, 0.88, 0.999],
    "s": [-0.99, -0.4, -0.003, 0.2, 0.93],
    "n": [-40, -5.2, -0.8, -0.02, -1e-5],
    "o": [1.01, 1.7, 3.2, 40],
    // Between whole numbers, where a function of counts is flat.
    "k": [0.5, 2.5, 7.5],
    "N": [12, 30],
    "t": [-9.3, -1.2, 0.3, 2.8],
    "a": [-2.9, -0.6, 0.4, 2.2],
  ]

  /// The domain of each argument, by primitive; a row without an entry fails the test.
  static let domains: [String: String] = [
    "exp": "r", "expm1": "m", "exp2": "r", "log": "p", "log1p": "p", "log2": "p", "log10": "p", "sqrt": "p",
    "cbrt": "r", "square": "r", "inv": "r", "inv_sqrt": "p", "pow": "qm", "hypot": "mm", "sin": "r", "cos": "r",
    "tan": "m", "asin": "s", "acos": "s", "atan": "r", "sinh": "m", "cosh": "m", "tanh": "m", "asinh": "r",
    "acosh": "o", "atanh": "s", "atan2": "mm", "fdim": "mt", "fmod": "to", "fma": "mmm", "x_log_y": "mq",
    "x_log1p_y": "mq", "log1p_exp": "r", "log1m_exp": "n", "log_diff_exp": "on", "log_mix": "umt", "logit": "u",
    "inv_logit": "m", "log_inv_logit": "r", "log1m_inv_logit": "r", "cloglog": "u", "inv_cloglog": "m", "abs": "m",
    "sign": "m", "floor": "k", "ceil": "k", "round": "a", "trunc": "k", "min": "mt", "max": "mt", "log_sum_exp": "mt",
    "tgamma": "q", "lgamma": "p", "digamma": "p", "trigamma": "p", "tetragamma": "p", "lgamma_ratio": "pq",
    "lmgamma": "No", "lbeta": "pq", "lchoose": "Nq", "log_factorial": "p", "stirling_error": "p",
    "deviance_term": "pq", "erf": "m", "erfc": "m", "erfcx": "m", "log_erfc": "t", "Phi": "m", "log_Phi": "r",
    "inv_Phi": "u", "inv_Phi_log": "n", "log_Phi_diff": "no", "owens_t": "mm", "skew_normal_cdf": "mm",
    "log_skew_normal_cdf": "mm", "gamma_p": "qq", "gamma_q": "qq", "log_gamma_p": "qq", "log_gamma_q": "qq",
    "inv_gamma_p": "qu", "inv_gamma_q": "qu", "beta_inc": "qqu", "beta_inc_c": "qqu", "log_beta_inc": "qqu",
    "log_beta_inc_c": "qqu", "inv_beta_inc": "qqu", "inv_beta_inc_c": "qqu", "log_bessel_i": "qq",
    "log_bessel_i_scaled": "qq", "log_bessel_i0": "q", "log_bessel_i1": "q", "log_bessel_k": "qq",
    "bessel_i_ratio": "qq", "student_t_quantile": "qu", "von_mises_quantile": "qu", "poisson_quantile": "qu",
    "binomial_quantile": "Nuu", "neg_binomial_quantile": "quu", "hypergeometric_quantile": "NNNu",
    "beta_binomial_quantile": "Nqqu",
  ]

  /// The four forms of a cdf have one domain.
  static let cdfs: [String: String] = [
    "student_t": "qt", "von_mises": "qa", "poisson": "qk", "binomial": "Nuk", "neg_binomial": "quk",
    "hypergeometric": "NNNk", "beta_binomial": "Nqqk", "exp_mod_normal": "aqqa",
  ]

  static let gsl: [String: String] = [
    "gaussian": "aq", "cauchy": "aq", "laplace": "aq", "exponential": "qq", "rayleigh": "qq", "gamma": "qoq",
    "chisq": "qo", "fdist": "qqq", "tdist": "aq", "beta": "uqq", "logistic": "aq", "lognormal": "qaq",
    "pareto": "oqu", "weibull": "qqq", "gumbel1": "aqq", "gumbel2": "qqq", "flat": "uno", "exppow": "aqq",
    "poisson": "kq", "binomial": "kuN", "geometric": "kq", "negative_binomial": "kuq", "hypergeometric": "kNNN",
  ]

  static func domain(of name: String) -> String? {
    if let domain = domains[name] { return domain }
    for (family, domain) in cdfs {
      if [family + "_cdf", family + "_ccdf", "log_" + family + "_cdf", "log_" + family + "_ccdf"].contains(name) {
        return domain
      }
    }
    for (family, domain) in gsl {
      if name == "gsl_cdf_\(family)_P" || name == "gsl_cdf_\(family)_Q" { return domain }
      if name == "gsl_cdf_\(family)_Pinv" || name == "gsl_cdf_\(family)_Qinv" { return "u" + domain.dropFirst() }
    }
    return nil
  }

  static func evaluate(_ expression: DerivativeExpression, _ arguments: [Double], _ result: Double) -> Double {
    switch expression {
    case .argument(let index): arguments[index]
    case .result: result
    case .constant(let value): value
    case .apply(let function, let parts):
      LoopEvaluator.apply(function, parts.map { evaluate($0, arguments, result) }, isInt: false)
    }
  }

  /// Ridders' extrapolation of central differences (1982): the estimate and its error.
  static func derivative(of f: (Double) -> Double, at x: Double, step: Double) -> (value: Double, error: Double) {
    let shrink = 1.6
    var best = (value: Double.nan, error: Double.infinity)
    var table: [[Double]] = []
    var h = step
    for i in 0..<10 {
      let up = x + h
      let down = x - h
      var row = [(f(up) - f(down)) / (up - down)]
      var factor = shrink * shrink
      for j in 0..<i {
        row.append((row[j] * factor - table[i - 1][j]) / (factor - 1))
        factor *= shrink * shrink
        let error = max(abs(row[j + 1] - row[j]), abs(row[j + 1] - table[i - 1][j]))
        if error < best.error { best = (row[j + 1], error) }
      }
      table.append(row)
      h /= shrink
    }
    return best
  }

  static func points(_ domain: String) -> [[Double]] {
    domain.reduce([[]]) { points, letter in points.flatMap { point in (grids[letter] ?? []).map { point + [$0] } } }
  }

  /// Agreement to 1e-6, where the differences are that accurate themselves; at least a third of a row's points must be.
  @Test(arguments: DerivativeTable.named.keys.sorted()) func row(name: String) throws {
    let partials = try #require(DerivativeTable.named[name])
    let function = try #require(LoopFunction.named(name), "a derivative of no primitive")
    let domain = try #require(Self.domain(of: name), "no domain")
    guard case .primitive(let id) = function else { return }
    #expect(partials.count == PrimitiveTable[id].parameters.count)
    #expect(domain.count == partials.count)
    var checked = 0
    var offered = 0
    for point in Self.points(domain) {
      let result = LoopEvaluator.primitive(name, point)
      guard result.isFinite else { continue }
      for (index, partial) in partials.enumerated() {
        guard let partial else { continue }
        offered += 1
        let found = Self.evaluate(partial, point, result)
        let f = { (x: Double) -> Double in
          var moved = point
          moved[index] = x
          return LoopEvaluator.primitive(name, moved)
        }
        let isNearEdge = [0.0, 1.0, -1.0].map { abs(point[index] - $0) }.filter { $0 > 0 }.min() ?? 1
        // A step function is flat between its steps, which only a small difference avoids.
        let share = partial == .constant(0) || name == "fmod" ? 1e-6 : 0.2
        let step = share * min(isNearEdge, max(abs(point[index]), 1e-3))
        let expected = Self.derivative(of: f, at: point[index], step: step)
        // Differences of a function of relative precision 1e-15 are off by that much of its value over the step.
        let noise = 1e-13 * abs(result) / step
        guard expected.error <= 1e-7 * abs(expected.value) + noise else { continue }
        checked += 1
        let tolerance = 1e-6 * abs(expected.value) + noise + 1e-300
        #expect(
          abs(found - expected.value) <= tolerance,
          "\(name)\(point), argument \(index): \(found), not \(expected.value) ± \(expected.error)")
      }
    }
    #expect(offered == 0 || 3 * checked >= offered, "\(name): \(checked) of \(offered) points could be checked")
  }

  /// Edges: derivatives that exist there are finite and right.
  @Test(
    arguments: [
      ("x_log_y", [0, 0], 1, 0.0), ("x_log1p_y", [0, -1], 1, 0), ("hypot", [0, 0], 0, 0), ("pow", [0, 2], 0, 0),
      ("pow", [0, 1], 0, 1), ("pow", [0, 0], 0, 0), ("pow", [0, 2], 1, 0), ("log_mix", [0, -1, 2], 1, 0),
      ("log_mix", [1, -1, 2], 2, 0), ("log_mix", [0.5, -1000, 2], 2, 1), ("log1p_exp", [800], 0, 1),
      ("log1p_exp", [-800], 0, 0), ("log_diff_exp", [3, -.infinity], 0, 1), ("log_diff_exp", [3, -.infinity], 1, 0),
      ("log1m_exp", [-.infinity], 0, 0), ("log_sum_exp", [-.infinity, 2], 1, 1), ("log_Phi", [60], 0, 0),
      ("log_inv_logit", [-800], 0, 1), ("inv_logit", [-800], 0, 0), ("log_bessel_i", [0, 0], 1, 0),
      ("bessel_i_ratio", [0.5, 0], 1, 1 / 3.0), ("gamma_p", [1, 0], 1, 1), ("erfcx", [1e9], 0, -5.641895835477563e-19),
      ("log_Phi", [-1e6], 0, 1e6), ("atan2", [1e300, 1e300], 0, 5e-301), ("lgamma_ratio", [1e9, 1e-3], 0, 1e-12),
      ("stirling_error", [1e6], 0, -8.333333333325e-14), ("tanh", [400], 0, 0),
    ] as [(String, [Double], Int, Double)])
  func edge(name: String, point: [Double], argument: Int, expected: Double) throws {
    let partial = try #require(DerivativeTable.named[name]?[argument])
    let found = Self.evaluate(partial, point, LoopEvaluator.primitive(name, point))
    #expect(abs(found - expected) <= 1e-9 * abs(expected), "\(found)")
  }

  /// Every pure elementwise function of Reals has a row.
  @Test func everyFunctionHasARow() {
    for row in PrimitiveTable.rows
    where row.isElementwise && row.effect == .pure && row.result != .bool && row.result != .int {
      #expect(DerivativeTable.named[row.name] != nil, "\(row.name)")
    }
  }
}
