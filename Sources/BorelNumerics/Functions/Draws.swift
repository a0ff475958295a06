// Random draws by name.

import CBorel

extension FunctionTable {
  /// Draws from a stream, parameters in the order of `docs/contributing/primitives.md`.
  public static let draws: [(name: String, draw: Draw)] = [
    ("standard_uniform", .zero({ borel_uniform(&$0.raw) })),
    ("standard_normal", .zero({ borel_normal(&$0.raw) })),
    ("standard_exponential", .zero({ borel_exponential(&$0.raw) })),
    ("standard_laplace", .zero({ borel_draw_laplace(&$0.raw) })),
    ("standard_logistic", .zero({ borel_draw_logistic(&$0.raw) })),
    ("standard_gumbel", .zero({ borel_draw_gumbel(&$0.raw) })),
    ("standard_cauchy", .zero({ borel_draw_cauchy(&$0.raw) })),
    ("uniform_int", .one({ borel_draw_uniform_int(&$0.raw, $1) })),
    ("standard_gamma", .one({ borel_draw_gamma(&$0.raw, $1) })),
    ("standard_log_gamma", .one({ borel_draw_log_gamma(&$0.raw, $1) })),
    ("chi_squared_draw", .one({ borel_draw_chi_squared(&$0.raw, $1) })),
    ("beta_draw", .two({ borel_draw_beta(&$0.raw, $1, $2) })),
    ("student_t_draw", .one({ borel_draw_student_t(&$0.raw, $1) })),
    ("von_mises_draw", .one({ borel_draw_von_mises(&$0.raw, $1) })),
    ("poisson_draw", .one({ borel_draw_poisson(&$0.raw, $1) })),
    ("binomial_draw", .two({ borel_draw_binomial(&$0.raw, $1, $2) })),
    ("neg_binomial_draw", .two({ borel_draw_neg_binomial(&$0.raw, $1, $2) })),
    ("geometric_draw", .one({ borel_draw_geometric(&$0.raw, $1) })),
    ("hypergeometric_draw", .three({ borel_draw_hypergeometric(&$0.raw, $1, $2, $3) })),
  ]
}
