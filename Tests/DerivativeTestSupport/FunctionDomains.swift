// Points of the domains of scalar functions at which their derivatives are tested.

/// The domain of each function with a derivative rule, argument by argument.
public enum FunctionDomains {
  /// Points of an argument's domain.
  public static let grids: [Character: [Double]] = [
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
    // On both sides of every edge.
    "w": [-700, -9.3, -4, -3, -2.4, -1, -0.6, -0.02, 0, 0.02, 0.5, 1, 1.3, 2, 3, 4.6, 12, 700],
    "x": [-4, -2.4, -0.6, 0, 0.5, 1, 2, 3.7, 12],
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

  public static func domain(of name: String) -> String? {
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

  /// All points of a domain's grid.
  public static func points(_ domain: String) -> [[Double]] {
    domain.reduce([[]]) { points, letter in points.flatMap { point in (grids[letter] ?? []).map { point + [$0] } } }
  }
}
