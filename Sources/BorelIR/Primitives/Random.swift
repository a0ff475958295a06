// Draws from the machine's random stream, for the `sample` methods of distributions.

let randomPrimitives: [Primitive] = drawPrimitives + gslSamplerPrimitives

private let drawPrimitives: [Primitive] = [
  Primitive("standard_uniform", [], effect: .random, "A draw from the uniform distribution on (0, 1), never 0 or 1"),
  Primitive("standard_normal", [], effect: .random, "A draw from Normal(0, 1)"),
  Primitive("standard_exponential", [], effect: .random, "A draw from Exponential(1)"),
  Primitive("standard_laplace", [], effect: .random, "A draw from Laplace(0, 1)"),
  Primitive("standard_logistic", [], effect: .random, "A draw from Logistic(0, 1)"),
  Primitive("standard_gumbel", [], effect: .random, "A draw from Gumbel(0, 1)"),
  Primitive("standard_cauchy", [], effect: .random, "A draw from Cauchy(0, 1)"),
  Primitive(
    "uniform_int", [.init("n")], .int, effect: .random, "A draw from 0, ..., n - 1, each exactly equally likely"),
  Primitive(
    "standard_gamma", [.init("a")], effect: .random, "A draw from the gamma distribution of shape a and rate 1"),
  Primitive(
    "standard_log_gamma", [.init("a")], effect: .random,
    "The log of a gamma draw of shape a, finite where the draw underflows"),
  Primitive("chi_squared_draw", [.init("nu")], effect: .random, "A draw from chi-squared with nu degrees of freedom"),
  Primitive("beta_draw", [.init("a"), .init("b")], effect: .random, "A draw from Beta(a, b)"),
  Primitive("student_t_draw", [.init("nu")], effect: .random, "A draw from Student's t with nu degrees of freedom"),
  Primitive("von_mises_draw", [.init("kappa")], effect: .random, "A draw from von Mises(0, kappa), in [-pi, pi]"),
  Primitive("poisson_draw", [.init("mu")], .int, effect: .random, "A draw from Poisson(mu)"),
  Primitive("binomial_draw", [.init("n"), .init("theta")], .int, effect: .random, "A draw from Binomial(n, theta)"),
  Primitive(
    "neg_binomial_draw", [.init("r"), .init("theta")], .int, effect: .random,
    "Failures before success r, with success probability theta"),
  Primitive("geometric_draw", [.init("theta")], .int, effect: .random, "Failures before the first success: 0, 1, ..."),
  Primitive(
    "hypergeometric_draw", [.init("n"), .init("a"), .init("b")], .int, effect: .random,
    "White balls in n draws from a white and b black"),
  Primitive(
    "categorical_draw", [.init("w", .array(rank: 1))], .int, effect: .random,
    "An index drawn with probability w[i] / sum(w)"),
  Primitive(
    "categorical_logit_draw", [.init("l", .array(rank: 1))], .int, effect: .random,
    "An index drawn with probability softmax(l)[i]"),
]
