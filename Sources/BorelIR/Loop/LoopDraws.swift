// The random primitives that compiled simulations call.

/// Which rows of the primitive table draw from a stream in compiled code, by name.
public enum LoopDraws {
  public static let names: Set<String> = [
    "standard_uniform", "standard_normal", "standard_exponential", "standard_laplace", "standard_logistic",
    "standard_gumbel", "standard_cauchy", "uniform_int", "standard_gamma", "standard_log_gamma", "chi_squared_draw",
    "beta_draw", "student_t_draw", "von_mises_draw", "poisson_draw", "binomial_draw", "neg_binomial_draw",
    "geometric_draw", "hypergeometric_draw", "categorical_draw", "categorical_logit_draw",
  ]
}
