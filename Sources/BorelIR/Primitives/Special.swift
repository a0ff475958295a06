// Special functions, cdfs and quantiles.

let specialPrimitives: [Primitive] = specialFunctionPrimitives + gslDistributionPrimitives

private let specialFunctionPrimitives: [Primitive] = [
  Primitive("tgamma", [.init("x")], elementwise: true, "Gamma function"),
  Primitive("lgamma", [.init("x")], elementwise: true, "log of the absolute value of the gamma function"),
  Primitive("digamma", [.init("x")], elementwise: true, "Derivative of lgamma"),
  Primitive("trigamma", [.init("x")], elementwise: true, "Second derivative of lgamma"),
  Primitive(
    "lgamma_ratio", [.init("x"), .init("d")], elementwise: true, "lgamma(x + d) - lgamma(x) without cancellation"),
  Primitive("lmgamma", [.init("p"), .init("x")], elementwise: true, "log of the p-variate gamma function"),
  Primitive("lbeta", [.init("a"), .init("b")], elementwise: true, "log of the beta function"),
  Primitive(
    "lchoose", [.init("n"), .init("k")], elementwise: true, "log of the binomial coefficient n over k, for real n and k"
  ),
  Primitive("log_factorial", [.init("n")], elementwise: true, "log(n!) = lgamma(n + 1)"),
  Primitive("stirling_error", [.init("x")], elementwise: true, "lgamma(x + 1) minus Stirling's formula"),
  Primitive(
    "deviance_term", [.init("x"), .init("m")], elementwise: true, "x log(x / m) + m - x, accurate where x is near m"),
  Primitive("erf", [.init("x")], elementwise: true, "Error function"),
  Primitive("erfc", [.init("x")], elementwise: true, "1 - erf(x)"),
  Primitive("erfcx", [.init("x")], elementwise: true, "exp(x^2) erfc(x)"),
  Primitive("log_erfc", [.init("x")], elementwise: true, "log(erfc(x))"),
  Primitive("Phi", [.init("x")], elementwise: true, "Standard normal cdf; upper tail: Phi(-x)"),
  Primitive("log_Phi", [.init("x")], elementwise: true, "log of the standard normal cdf, accurate in both tails"),
  Primitive("inv_Phi", [.init("p")], elementwise: true, "Standard normal quantile"),
  Primitive("inv_Phi_log", [.init("lp")], elementwise: true, "Standard normal quantile of the probability e^lp"),
  Primitive("log_Phi_diff", [.init("a"), .init("b")], elementwise: true, "log(Phi(b) - Phi(a)) for a <= b"),
  Primitive("owens_t", [.init("h"), .init("a")], elementwise: true, "Owen's T function"),
  Primitive(
    "skew_normal_cdf", [.init("alpha"), .init("x")], elementwise: true,
    "Skew-normal cdf; upper tail: skew_normal_cdf(-alpha, -x)"),
  Primitive("log_skew_normal_cdf", [.init("alpha"), .init("x")], elementwise: true, "log of the skew-normal cdf"),
  Primitive(
    "gamma_p", [.init("a"), .init("x")], elementwise: true, "Regularised lower incomplete gamma function of shape a"),
  Primitive(
    "gamma_q", [.init("a"), .init("x")], elementwise: true, "Regularised upper incomplete gamma function of shape a"),
  Primitive("log_gamma_p", [.init("a"), .init("x")], elementwise: true, "log(gamma_p(a, x))"),
  Primitive("log_gamma_q", [.init("a"), .init("x")], elementwise: true, "log(gamma_q(a, x))"),
  Primitive("inv_gamma_p", [.init("a"), .init("p")], elementwise: true, "The x at which gamma_p(a, x) = p"),
  Primitive("inv_gamma_q", [.init("a"), .init("q")], elementwise: true, "The x at which gamma_q(a, x) = q"),
  Primitive(
    "beta_inc", [.init("a"), .init("b"), .init("x")], elementwise: true, "Regularised incomplete beta function"),
  Primitive("beta_inc_c", [.init("a"), .init("b"), .init("x")], elementwise: true, "1 - beta_inc(a, b, x)"),
  Primitive("log_beta_inc", [.init("a"), .init("b"), .init("x")], elementwise: true, "log(beta_inc(a, b, x))"),
  Primitive("log_beta_inc_c", [.init("a"), .init("b"), .init("x")], elementwise: true, "log(1 - beta_inc(a, b, x))"),
  Primitive(
    "inv_beta_inc", [.init("a"), .init("b"), .init("p")], elementwise: true, "The x at which beta_inc(a, b, x) = p"),
  Primitive(
    "inv_beta_inc_c", [.init("a"), .init("b"), .init("q")], elementwise: true, "The x at which beta_inc_c(a, b, x) = q"),
  Primitive(
    "log_bessel_i", [.init("nu"), .init("x")], elementwise: true, "log of the modified Bessel function I of order nu"),
  Primitive(
    "log_bessel_i_scaled", [.init("nu"), .init("x")], elementwise: true,
    "log(e^-x I), I the modified Bessel function of order nu"),
  Primitive("log_bessel_i0", [.init("x")], elementwise: true, "log of the modified Bessel function I of order 0"),
  Primitive("log_bessel_i1", [.init("x")], elementwise: true, "log of the modified Bessel function I of order 1"),
  Primitive(
    "log_bessel_k", [.init("nu"), .init("x")], elementwise: true, "log of the modified Bessel function K of order nu"),
  Primitive(
    "bessel_i_ratio", [.init("nu"), .init("x")], elementwise: true, "I of order nu + 1 over I of order nu, at x"),
  Primitive("student_t_cdf", [.init("nu"), .init("x")], elementwise: true, "P(X <= x), Student's t"),
  Primitive("student_t_ccdf", [.init("nu"), .init("x")], elementwise: true, "P(X > x), Student's t"),
  Primitive("log_student_t_cdf", [.init("nu"), .init("x")], elementwise: true, "log P(X <= x), Student's t"),
  Primitive("log_student_t_ccdf", [.init("nu"), .init("x")], elementwise: true, "log P(X > x), Student's t"),
  Primitive("student_t_quantile", [.init("nu"), .init("p")], elementwise: true, "Quantile, Student's t"),
  Primitive("von_mises_cdf", [.init("kappa"), .init("x")], elementwise: true, "P(X <= x), von Mises on [-pi, pi]"),
  Primitive("von_mises_ccdf", [.init("kappa"), .init("x")], elementwise: true, "P(X > x), von Mises on [-pi, pi]"),
  Primitive(
    "log_von_mises_cdf", [.init("kappa"), .init("x")], elementwise: true, "log P(X <= x), von Mises on [-pi, pi]"),
  Primitive(
    "log_von_mises_ccdf", [.init("kappa"), .init("x")], elementwise: true, "log P(X > x), von Mises on [-pi, pi]"),
  Primitive("von_mises_quantile", [.init("kappa"), .init("p")], elementwise: true, "Quantile, von Mises on [-pi, pi]"),
  Primitive("poisson_cdf", [.init("mu"), .init("k")], elementwise: true, "P(X <= k), Poisson"),
  Primitive("poisson_ccdf", [.init("mu"), .init("k")], elementwise: true, "P(X > k), Poisson"),
  Primitive("log_poisson_cdf", [.init("mu"), .init("k")], elementwise: true, "log P(X <= k), Poisson"),
  Primitive("log_poisson_ccdf", [.init("mu"), .init("k")], elementwise: true, "log P(X > k), Poisson"),
  Primitive("poisson_quantile", [.init("mu"), .init("p")], elementwise: true, "Quantile, Poisson"),
  Primitive("binomial_cdf", [.init("n"), .init("theta"), .init("k")], elementwise: true, "P(X <= k), binomial"),
  Primitive("binomial_ccdf", [.init("n"), .init("theta"), .init("k")], elementwise: true, "P(X > k), binomial"),
  Primitive(
    "log_binomial_cdf", [.init("n"), .init("theta"), .init("k")], elementwise: true, "log P(X <= k), binomial"),
  Primitive(
    "log_binomial_ccdf", [.init("n"), .init("theta"), .init("k")], elementwise: true, "log P(X > k), binomial"),
  Primitive("binomial_quantile", [.init("n"), .init("theta"), .init("p")], elementwise: true, "Quantile, binomial"),
  Primitive(
    "neg_binomial_cdf", [.init("r"), .init("theta"), .init("k")], elementwise: true,
    "P(X <= k), negative binomial (failures before success r)"),
  Primitive(
    "neg_binomial_ccdf", [.init("r"), .init("theta"), .init("k")], elementwise: true,
    "P(X > k), negative binomial (failures before success r)"),
  Primitive(
    "log_neg_binomial_cdf", [.init("r"), .init("theta"), .init("k")], elementwise: true,
    "log P(X <= k), negative binomial (failures before success r)"),
  Primitive(
    "log_neg_binomial_ccdf", [.init("r"), .init("theta"), .init("k")], elementwise: true,
    "log P(X > k), negative binomial (failures before success r)"),
  Primitive(
    "neg_binomial_quantile", [.init("r"), .init("theta"), .init("p")], elementwise: true,
    "Quantile, negative binomial (failures before success r)"),
  Primitive(
    "hypergeometric_cdf", [.init("n"), .init("a"), .init("b"), .init("k")], elementwise: true,
    "P(X <= k), hypergeometric (white in n draws from a white and b black)"),
  Primitive(
    "hypergeometric_ccdf", [.init("n"), .init("a"), .init("b"), .init("k")], elementwise: true,
    "P(X > k), hypergeometric (white in n draws from a white and b black)"),
  Primitive(
    "log_hypergeometric_cdf", [.init("n"), .init("a"), .init("b"), .init("k")], elementwise: true,
    "log P(X <= k), hypergeometric (white in n draws from a white and b black)"),
  Primitive(
    "log_hypergeometric_ccdf", [.init("n"), .init("a"), .init("b"), .init("k")], elementwise: true,
    "log P(X > k), hypergeometric (white in n draws from a white and b black)"),
  Primitive(
    "hypergeometric_quantile", [.init("n"), .init("a"), .init("b"), .init("p")], elementwise: true,
    "Quantile, hypergeometric (white in n draws from a white and b black)"),
  Primitive(
    "beta_binomial_cdf", [.init("n"), .init("a"), .init("b"), .init("k")], elementwise: true, "P(X <= k), beta-binomial"
  ),
  Primitive(
    "beta_binomial_ccdf", [.init("n"), .init("a"), .init("b"), .init("k")], elementwise: true, "P(X > k), beta-binomial"
  ),
  Primitive(
    "log_beta_binomial_cdf", [.init("n"), .init("a"), .init("b"), .init("k")], elementwise: true,
    "log P(X <= k), beta-binomial"),
  Primitive(
    "log_beta_binomial_ccdf", [.init("n"), .init("a"), .init("b"), .init("k")], elementwise: true,
    "log P(X > k), beta-binomial"),
  Primitive(
    "beta_binomial_quantile", [.init("n"), .init("a"), .init("b"), .init("p")], elementwise: true,
    "Quantile, beta-binomial"),
  Primitive(
    "exp_mod_normal_cdf", [.init("mu"), .init("sigma"), .init("lambda"), .init("x")], elementwise: true,
    "P(X <= x), normal plus exponential"),
  Primitive(
    "exp_mod_normal_ccdf", [.init("mu"), .init("sigma"), .init("lambda"), .init("x")], elementwise: true,
    "P(X > x), normal plus exponential"),
  Primitive(
    "log_exp_mod_normal_cdf", [.init("mu"), .init("sigma"), .init("lambda"), .init("x")], elementwise: true,
    "log P(X <= x), normal plus exponential"),
  Primitive(
    "log_exp_mod_normal_ccdf", [.init("mu"), .init("sigma"), .init("lambda"), .init("x")], elementwise: true,
    "log P(X > x), normal plus exponential"),
]
