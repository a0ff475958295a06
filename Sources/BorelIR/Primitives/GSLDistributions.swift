// GSL's distribution functions and samplers under their own names, with GSL's argument order.

let gslDistributionPrimitives: [Primitive] = [
  Primitive("gsl_cdf_gaussian_P", [.init("x"), .init("sigma")], elementwise: true, "GSL's gaussian cdf"),
  Primitive("gsl_cdf_gaussian_Q", [.init("x"), .init("sigma")], elementwise: true, "GSL's gaussian upper tail"),
  Primitive("gsl_cdf_gaussian_Pinv", [.init("p"), .init("sigma")], elementwise: true, "GSL's gaussian quantile"),
  Primitive("gsl_cdf_gaussian_Qinv", [.init("q"), .init("sigma")], elementwise: true, "GSL's gaussian upper quantile"),
  Primitive("gsl_cdf_cauchy_P", [.init("x"), .init("a")], elementwise: true, "GSL's cauchy cdf"),
  Primitive("gsl_cdf_cauchy_Q", [.init("x"), .init("a")], elementwise: true, "GSL's cauchy upper tail"),
  Primitive("gsl_cdf_cauchy_Pinv", [.init("p"), .init("a")], elementwise: true, "GSL's cauchy quantile"),
  Primitive("gsl_cdf_cauchy_Qinv", [.init("q"), .init("a")], elementwise: true, "GSL's cauchy upper quantile"),
  Primitive("gsl_cdf_laplace_P", [.init("x"), .init("a")], elementwise: true, "GSL's laplace cdf"),
  Primitive("gsl_cdf_laplace_Q", [.init("x"), .init("a")], elementwise: true, "GSL's laplace upper tail"),
  Primitive("gsl_cdf_laplace_Pinv", [.init("p"), .init("a")], elementwise: true, "GSL's laplace quantile"),
  Primitive("gsl_cdf_laplace_Qinv", [.init("q"), .init("a")], elementwise: true, "GSL's laplace upper quantile"),
  Primitive("gsl_cdf_exponential_P", [.init("x"), .init("mu")], elementwise: true, "GSL's exponential cdf"),
  Primitive("gsl_cdf_exponential_Q", [.init("x"), .init("mu")], elementwise: true, "GSL's exponential upper tail"),
  Primitive("gsl_cdf_exponential_Pinv", [.init("p"), .init("mu")], elementwise: true, "GSL's exponential quantile"),
  Primitive(
    "gsl_cdf_exponential_Qinv", [.init("q"), .init("mu")], elementwise: true, "GSL's exponential upper quantile"),
  Primitive("gsl_cdf_rayleigh_P", [.init("x"), .init("sigma")], elementwise: true, "GSL's rayleigh cdf"),
  Primitive("gsl_cdf_rayleigh_Q", [.init("x"), .init("sigma")], elementwise: true, "GSL's rayleigh upper tail"),
  Primitive("gsl_cdf_rayleigh_Pinv", [.init("p"), .init("sigma")], elementwise: true, "GSL's rayleigh quantile"),
  Primitive("gsl_cdf_rayleigh_Qinv", [.init("q"), .init("sigma")], elementwise: true, "GSL's rayleigh upper quantile"),
  Primitive("gsl_cdf_gamma_P", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's gamma cdf"),
  Primitive("gsl_cdf_gamma_Q", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's gamma upper tail"),
  Primitive("gsl_cdf_gamma_Pinv", [.init("p"), .init("a"), .init("b")], elementwise: true, "GSL's gamma quantile"),
  Primitive(
    "gsl_cdf_gamma_Qinv", [.init("q"), .init("a"), .init("b")], elementwise: true, "GSL's gamma upper quantile"),
  Primitive("gsl_cdf_chisq_P", [.init("x"), .init("nu")], elementwise: true, "GSL's chisq cdf"),
  Primitive("gsl_cdf_chisq_Q", [.init("x"), .init("nu")], elementwise: true, "GSL's chisq upper tail"),
  Primitive("gsl_cdf_chisq_Pinv", [.init("p"), .init("nu")], elementwise: true, "GSL's chisq quantile"),
  Primitive("gsl_cdf_chisq_Qinv", [.init("q"), .init("nu")], elementwise: true, "GSL's chisq upper quantile"),
  Primitive("gsl_cdf_fdist_P", [.init("x"), .init("nu1"), .init("nu2")], elementwise: true, "GSL's fdist cdf"),
  Primitive("gsl_cdf_fdist_Q", [.init("x"), .init("nu1"), .init("nu2")], elementwise: true, "GSL's fdist upper tail"),
  Primitive("gsl_cdf_fdist_Pinv", [.init("p"), .init("nu1"), .init("nu2")], elementwise: true, "GSL's fdist quantile"),
  Primitive(
    "gsl_cdf_fdist_Qinv", [.init("q"), .init("nu1"), .init("nu2")], elementwise: true, "GSL's fdist upper quantile"),
  Primitive("gsl_cdf_tdist_P", [.init("x"), .init("nu")], elementwise: true, "GSL's tdist cdf"),
  Primitive("gsl_cdf_tdist_Q", [.init("x"), .init("nu")], elementwise: true, "GSL's tdist upper tail"),
  Primitive("gsl_cdf_tdist_Pinv", [.init("p"), .init("nu")], elementwise: true, "GSL's tdist quantile"),
  Primitive("gsl_cdf_tdist_Qinv", [.init("q"), .init("nu")], elementwise: true, "GSL's tdist upper quantile"),
  Primitive("gsl_cdf_beta_P", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's beta cdf"),
  Primitive("gsl_cdf_beta_Q", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's beta upper tail"),
  Primitive("gsl_cdf_beta_Pinv", [.init("p"), .init("a"), .init("b")], elementwise: true, "GSL's beta quantile"),
  Primitive("gsl_cdf_beta_Qinv", [.init("q"), .init("a"), .init("b")], elementwise: true, "GSL's beta upper quantile"),
  Primitive("gsl_cdf_logistic_P", [.init("x"), .init("a")], elementwise: true, "GSL's logistic cdf"),
  Primitive("gsl_cdf_logistic_Q", [.init("x"), .init("a")], elementwise: true, "GSL's logistic upper tail"),
  Primitive("gsl_cdf_logistic_Pinv", [.init("p"), .init("a")], elementwise: true, "GSL's logistic quantile"),
  Primitive("gsl_cdf_logistic_Qinv", [.init("q"), .init("a")], elementwise: true, "GSL's logistic upper quantile"),
  Primitive(
    "gsl_cdf_lognormal_P", [.init("x"), .init("zeta"), .init("sigma")], elementwise: true, "GSL's lognormal cdf"),
  Primitive(
    "gsl_cdf_lognormal_Q", [.init("x"), .init("zeta"), .init("sigma")], elementwise: true, "GSL's lognormal upper tail"),
  Primitive(
    "gsl_cdf_lognormal_Pinv", [.init("p"), .init("zeta"), .init("sigma")], elementwise: true, "GSL's lognormal quantile"
  ),
  Primitive(
    "gsl_cdf_lognormal_Qinv", [.init("q"), .init("zeta"), .init("sigma")], elementwise: true,
    "GSL's lognormal upper quantile"),
  Primitive("gsl_cdf_pareto_P", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's pareto cdf"),
  Primitive("gsl_cdf_pareto_Q", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's pareto upper tail"),
  Primitive("gsl_cdf_pareto_Pinv", [.init("p"), .init("a"), .init("b")], elementwise: true, "GSL's pareto quantile"),
  Primitive(
    "gsl_cdf_pareto_Qinv", [.init("q"), .init("a"), .init("b")], elementwise: true, "GSL's pareto upper quantile"),
  Primitive("gsl_cdf_weibull_P", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's weibull cdf"),
  Primitive("gsl_cdf_weibull_Q", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's weibull upper tail"),
  Primitive("gsl_cdf_weibull_Pinv", [.init("p"), .init("a"), .init("b")], elementwise: true, "GSL's weibull quantile"),
  Primitive(
    "gsl_cdf_weibull_Qinv", [.init("q"), .init("a"), .init("b")], elementwise: true, "GSL's weibull upper quantile"),
  Primitive("gsl_cdf_gumbel1_P", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's gumbel1 cdf"),
  Primitive("gsl_cdf_gumbel1_Q", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's gumbel1 upper tail"),
  Primitive("gsl_cdf_gumbel1_Pinv", [.init("p"), .init("a"), .init("b")], elementwise: true, "GSL's gumbel1 quantile"),
  Primitive(
    "gsl_cdf_gumbel1_Qinv", [.init("q"), .init("a"), .init("b")], elementwise: true, "GSL's gumbel1 upper quantile"),
  Primitive("gsl_cdf_gumbel2_P", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's gumbel2 cdf"),
  Primitive("gsl_cdf_gumbel2_Q", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's gumbel2 upper tail"),
  Primitive("gsl_cdf_gumbel2_Pinv", [.init("p"), .init("a"), .init("b")], elementwise: true, "GSL's gumbel2 quantile"),
  Primitive(
    "gsl_cdf_gumbel2_Qinv", [.init("q"), .init("a"), .init("b")], elementwise: true, "GSL's gumbel2 upper quantile"),
  Primitive("gsl_cdf_flat_P", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's flat cdf"),
  Primitive("gsl_cdf_flat_Q", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's flat upper tail"),
  Primitive("gsl_cdf_flat_Pinv", [.init("p"), .init("a"), .init("b")], elementwise: true, "GSL's flat quantile"),
  Primitive("gsl_cdf_flat_Qinv", [.init("q"), .init("a"), .init("b")], elementwise: true, "GSL's flat upper quantile"),
  Primitive("gsl_cdf_exppow_P", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's exppow cdf"),
  Primitive("gsl_cdf_exppow_Q", [.init("x"), .init("a"), .init("b")], elementwise: true, "GSL's exppow upper tail"),
  Primitive("gsl_cdf_poisson_P", [.init("k"), .init("mu")], elementwise: true, "GSL's poisson cdf"),
  Primitive("gsl_cdf_poisson_Q", [.init("k"), .init("mu")], elementwise: true, "GSL's poisson upper tail"),
  Primitive("gsl_cdf_binomial_P", [.init("k"), .init("p"), .init("n")], elementwise: true, "GSL's binomial cdf"),
  Primitive(
    "gsl_cdf_binomial_Q", [.init("k"), .init("p"), .init("n")], elementwise: true, "GSL's binomial upper tail"),
  Primitive("gsl_cdf_geometric_P", [.init("k"), .init("p")], elementwise: true, "GSL's geometric cdf"),
  Primitive("gsl_cdf_geometric_Q", [.init("k"), .init("p")], elementwise: true, "GSL's geometric upper tail"),
  Primitive(
    "gsl_cdf_negative_binomial_P", [.init("k"), .init("p"), .init("n")], elementwise: true,
    "GSL's negative_binomial cdf"),
  Primitive(
    "gsl_cdf_negative_binomial_Q", [.init("k"), .init("p"), .init("n")], elementwise: true,
    "GSL's negative_binomial upper tail"),
  Primitive(
    "gsl_cdf_hypergeometric_P", [.init("k"), .init("n1"), .init("n2"), .init("t")], elementwise: true,
    "GSL's hypergeometric cdf"),
  Primitive(
    "gsl_cdf_hypergeometric_Q", [.init("k"), .init("n1"), .init("n2"), .init("t")], elementwise: true,
    "GSL's hypergeometric upper tail"),
]

let gslSamplerPrimitives: [Primitive] = [
  Primitive("gsl_ran_gaussian", [.init("sigma")], effect: .random, "A draw from GSL's gaussian distribution"),
  Primitive("gsl_ran_gamma", [.init("a"), .init("b")], effect: .random, "A draw from GSL's gamma distribution"),
  Primitive("gsl_ran_beta", [.init("a"), .init("b")], effect: .random, "A draw from GSL's beta distribution"),
  Primitive("gsl_ran_chisq", [.init("nu")], effect: .random, "A draw from GSL's chisq distribution"),
  Primitive("gsl_ran_fdist", [.init("nu1"), .init("nu2")], effect: .random, "A draw from GSL's fdist distribution"),
  Primitive("gsl_ran_tdist", [.init("nu")], effect: .random, "A draw from GSL's tdist distribution"),
  Primitive("gsl_ran_cauchy", [.init("a")], effect: .random, "A draw from GSL's cauchy distribution"),
  Primitive("gsl_ran_laplace", [.init("a")], effect: .random, "A draw from GSL's laplace distribution"),
  Primitive("gsl_ran_exponential", [.init("mu")], effect: .random, "A draw from GSL's exponential distribution"),
  Primitive("gsl_ran_exppow", [.init("a"), .init("b")], effect: .random, "A draw from GSL's exppow distribution"),
  Primitive("gsl_ran_rayleigh", [.init("sigma")], effect: .random, "A draw from GSL's rayleigh distribution"),
  Primitive(
    "gsl_ran_lognormal", [.init("zeta"), .init("sigma")], effect: .random, "A draw from GSL's lognormal distribution"),
  Primitive("gsl_ran_logistic", [.init("a")], effect: .random, "A draw from GSL's logistic distribution"),
  Primitive("gsl_ran_pareto", [.init("a"), .init("b")], effect: .random, "A draw from GSL's pareto distribution"),
  Primitive("gsl_ran_weibull", [.init("a"), .init("b")], effect: .random, "A draw from GSL's weibull distribution"),
  Primitive("gsl_ran_gumbel1", [.init("a"), .init("b")], effect: .random, "A draw from GSL's gumbel1 distribution"),
  Primitive("gsl_ran_gumbel2", [.init("a"), .init("b")], effect: .random, "A draw from GSL's gumbel2 distribution"),
  Primitive("gsl_ran_levy", [.init("c"), .init("alpha")], effect: .random, "A draw from GSL's levy distribution"),
  Primitive(
    "gsl_ran_levy_skew", [.init("c"), .init("alpha"), .init("beta")], effect: .random,
    "A draw from GSL's levy_skew distribution"),
  Primitive("gsl_ran_landau", [], effect: .random, "A draw from GSL's landau distribution"),
  Primitive("gsl_ran_poisson", [.init("mu")], .int, effect: .random, "A draw from GSL's poisson distribution"),
  Primitive(
    "gsl_ran_binomial", [.init("p"), .init("n")], .int, effect: .random, "A draw from GSL's binomial distribution"),
  Primitive(
    "gsl_ran_negative_binomial", [.init("p"), .init("n")], .int, effect: .random,
    "A draw from GSL's negative_binomial distribution"),
  Primitive(
    "gsl_ran_geometric", [.init("p")], .int, effect: .random,
    "A draw from GSL's geometric distribution, counting trials: 1, 2, ..."),
  Primitive(
    "gsl_ran_hypergeometric", [.init("n1"), .init("n2"), .init("t")], .int, effect: .random,
    "A draw from GSL's hypergeometric distribution"),
  Primitive("gsl_ran_logarithmic", [.init("p")], .int, effect: .random, "A draw from GSL's logarithmic distribution"),
]
