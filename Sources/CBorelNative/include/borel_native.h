/* What a compiled model and its host share: statuses, workspace and the table of functions that the host provides.
 * The text stands in front of every generated model, so it includes nothing. */
#ifndef BOREL_NATIVE_H
#define BOREL_NATIVE_H

/* What an evaluation returns. */
enum {
  borel_ok,
  borel_bad_parameter,   /* a condition on a distribution's parameters does not hold */
  borel_bad_index,       /* an index lies outside its array */
  borel_bad_shape,       /* shapes do not agree */
  borel_routine_failed,  /* a matrix is singular or not positive definite */
  borel_failed,          /* any other failure of the program */
  borel_needs_workspace, /* the workspace is too small: give it more and run again */
  borel_not_integrated,  /* a system of differential equations could not be solved to the tolerance */
};

/* Memory for the arrays of one evaluation, taken from the front. */
struct borel_workspace {
  char *next, *end;
  unsigned long missing; /* bytes that the last refused request asked for */
};

/* Room for `count` elements of eight bytes on a cache line, or null. A call, so that the compiler takes the results for
 * memory that nothing else points to: it vectorises loops over many arrays without tests for overlap. */
static __attribute__((noinline, malloc, unused)) void *borel_take(struct borel_workspace *workspace, long count) {
  unsigned long room = (unsigned long)(workspace->end - workspace->next);
  unsigned long bytes = count > 0 ? ((unsigned long)count * 8 + 63) / 64 * 64 : 0;
  if (count > 1L << 48 || bytes > room) {
    workspace->missing = count > 1L << 48 ? -1ul : bytes;
    return 0;
  }
  void *start = workspace->next;
  workspace->next += bytes;
  return start;
}

/* Small functions are part of every loop that calls them, however long the function around it is. */
#define BOREL_INLINE static inline __attribute__((always_inline, unused))

/* Arithmetic of the language where C's differs. NaN wins minima and maxima, without a branch. */
BOREL_INLINE double borel_min(double a, double b) {
  const double m = a < b ? a : b;
  return a != a ? a : m;
}
BOREL_INLINE double borel_max(double a, double b) {
  const double m = a > b ? a : b;
  return a != a ? a : m;
}
BOREL_INLINE double borel_signum(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }
BOREL_INLINE double borel_fdim(double x, double y) { return x <= y ? 0.0 : x - y; }
BOREL_INLINE double borel_squared(double x) { return x * x; }
BOREL_INLINE long borel_min_int(long a, long b) { return a < b ? a : b; }
BOREL_INLINE long borel_max_int(long a, long b) { return a > b ? a : b; }
BOREL_INLINE long borel_abs_int(long a) { return a < 0 ? -a : a; }

/* The quotient rounded down and the remainder with the sign of the divisor; 0 by 0, which programs exclude before. */
BOREL_INLINE long borel_floor_divide(long a, long b) {
  if (b == 0 || b == -1) return -(a & b);
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}
BOREL_INLINE long borel_modulo(long a, long b) {
  if (b == 0 || b == -1) return 0;
  long r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
/* From r = fmod(a, b). */
BOREL_INLINE double borel_real_modulo(double r, double b) { return r != 0 && (r < 0) != (b < 0) ? r + b : r; }

enum { borel_plain, borel_transposed };
enum { borel_set, borel_add };

/* A system of differential equations, printed with the model. z is the state and behind it the parameters; `product` gives
 * the derivative's change along a direction of z as well. */
struct borel_system {
  long (*derivative)(const void *model, double t, const double *z, double *dydt, struct borel_workspace *);
  long (*product)(const void *model, double t, const double *z, const double *direction, double *dydt, double *change,
                  struct borel_workspace *);
};
enum { borel_rk45, borel_bdf };
enum { borel_by_parameters = 1, borel_by_initial = 2 };

/* Kinds of draws, by the names of their primitives. */
enum {
  borel_draws_standard_uniform, borel_draws_standard_normal, borel_draws_standard_exponential,
  borel_draws_standard_laplace, borel_draws_standard_logistic, borel_draws_standard_gumbel,
  borel_draws_standard_cauchy, borel_draws_standard_gamma, borel_draws_standard_log_gamma,
  borel_draws_chi_squared_draw, borel_draws_beta_draw, borel_draws_student_t_draw, borel_draws_von_mises_draw,
  borel_draws_uniform_int, borel_draws_poisson_draw, borel_draws_binomial_draw, borel_draws_neg_binomial_draw,
  borel_draws_geometric_draw, borel_draws_hypergeometric_draw, borel_draws_categorical_draw,
  borel_draws_categorical_logit_draw,
};

typedef double borel_function_1(double);
typedef double borel_function_2(double, double);
typedef double borel_function_3(double, double, double);
typedef double borel_function_4(double, double, double, double);

/* Row-major matrices. Routines that return a status can fail or need workspace; outputs come last and never overlap
 * inputs. An adjoint adds to its outputs. */
struct borel_runtime {
  /* y = op(A) x or y += op(A) x, A of rows x columns. */
  void (*matrix_vector)(int transposed, int adds, long rows, long columns, const double *a, const double *x, double *y);
  /* The same from the panels that `pack` makes of A: 32 rows in a panel, column by column, fewer in the last one, zeros behind
   * them up to a multiple of four. */
  void (*pack)(long rows, long columns, const double *a, double *panels);
  void (*packed_vector)(int transposed, int adds, long rows, long columns, const double *panels, const double *x,
                        double *y);
  /* C = op(A) op(B) or C += op(A) op(B), C of m x n, k the inner size. */
  void (*matrix_matrix)(int transposed_a, int transposed_b, int adds, long m, long n, long k, const double *a,
                        const double *b, double *c);
  /* A += x y', A of rows x columns. */
  void (*rank_one)(long rows, long columns, const double *x, const double *y, double *a);
  /* L L' = S, lower triangles; the upper one of L becomes zero. */
  long (*cholesky)(long n, const double *s, double *l);
  long (*cholesky_adjoint)(struct borel_workspace *, long n, const double *l, const double *l_bar, double *s_bar);
  /* op(T) X = B for a triangular T of n x n; X and B of n x columns. */
  long (*solve_lower)(int transposed, long n, long columns, const double *l, const double *b, double *x);
  long (*solve_lower_adjoint)(struct borel_workspace *, int transposed, long n, long columns, const double *l,
                              const double *x, const double *x_bar, double *l_bar, double *b_bar);
  long (*solve_upper)(long n, long columns, const double *u, const double *b, double *x);
  long (*solve_upper_adjoint)(struct borel_workspace *, long n, long columns, const double *u, const double *x,
                              const double *x_bar, double *u_bar, double *b_bar);
  /* A X = B for a square A. */
  long (*solve)(struct borel_workspace *, long n, long columns, const double *a, const double *b, double *x);
  long (*solve_adjoint)(struct borel_workspace *, long n, long columns, const double *a, const double *x,
                        const double *x_bar, double *a_bar, double *b_bar);
  long (*inverse)(struct borel_workspace *, long n, const double *a, double *b);
  /* log |det A|: minus infinity where A is singular. */
  long (*log_abs_determinant)(struct borel_workspace *, long n, const double *a, double *d);
  long (*matrix_exponential)(struct borel_workspace *, long n, const double *a, double *e);
  long (*matrix_exponential_adjoint)(struct borel_workspace *, long n, const double *a, const double *e_bar,
                                     double *a_bar);
  /* Eigenvalues ascending, eigenvectors as columns, each with its largest component positive; reads the lower triangle. */
  long (*eigen_symmetric)(struct borel_workspace *, long n, const double *a, double *values, double *vectors);
  long (*eigen_symmetric_adjoint)(struct borel_workspace *, long n, const double *values, const double *vectors,
                                  const double *values_bar, const double *vectors_bar, double *a_bar);
  /* The solution at `count` times, from *start on, count x states. */
  long (*integrate)(struct borel_workspace *, int method, double relative, double absolute, long max_steps,
                    const struct borel_system *, const void *model, long states, long parameters, long count,
                    const double *initial, const double *start, const double *times, const double *p, double *solution);
  /* Adds to the adjoints that are wanted, from that of the solution. */
  long (*integrate_adjoint)(struct borel_workspace *, int method, double relative, double absolute, long max_steps,
                            const struct borel_system *, const void *model, long states, long parameters, long count,
                            int wanted, const double *initial, const double *start, const double *times, const double *p,
                            const double *solution_bar, double *initial_bar, double *p_bar);
  /* A draw of the kind `which` with arguments a, b, c (or `count` weights a) from a stream of 32 bytes, which moves on. */
  long (*draw)(const double *stream, int which, long count, const double *a, const double *b, const double *c,
               double *out);
  long (*draw_int)(const double *stream, int which, long count, const double *a, const double *b, const double *c,
                   long *out);

  /* Scalar functions by the names of their primitives. */
  borel_function_1 *exp, *expm1, *exp2, *log, *log1p, *log2, *log10, *sqrt, *cbrt, *square, *inv, *inv_sqrt,
    *sin, *cos, *tan, *asin, *acos, *atan, *sinh, *cosh, *tanh, *asinh, *acosh, *atanh, *log1p_exp,
    *log1m_exp, *logit, *inv_logit, *log_inv_logit, *log1m_inv_logit, *cloglog, *inv_cloglog, *is_nan,
    *is_inf, *is_finite, *tgamma, *lgamma, *digamma, *trigamma, *log_factorial, *stirling_error, *erf, *erfc,
    *erfcx, *log_erfc, *Phi, *log_Phi, *inv_Phi, *inv_Phi_log, *log_bessel_i0, *log_bessel_i1;
  borel_function_2 *pow, *hypot, *atan2, *fdim, *fmod, *x_log_y, *x_log1p_y, *log_diff_exp, *lgamma_ratio,
    *lmgamma, *lbeta, *lchoose, *deviance_term, *log_Phi_diff, *owens_t, *skew_normal_cdf,
    *log_skew_normal_cdf, *gamma_p, *gamma_q, *log_gamma_p, *log_gamma_q, *inv_gamma_p, *inv_gamma_q,
    *log_bessel_i, *log_bessel_i_scaled, *log_bessel_k, *bessel_i_ratio, *student_t_cdf, *student_t_ccdf,
    *log_student_t_cdf, *log_student_t_ccdf, *student_t_quantile, *von_mises_cdf, *von_mises_ccdf,
    *log_von_mises_cdf, *log_von_mises_ccdf, *von_mises_quantile, *poisson_cdf, *poisson_ccdf,
    *log_poisson_cdf, *log_poisson_ccdf, *poisson_quantile, *gsl_cdf_gaussian_P, *gsl_cdf_gaussian_Q,
    *gsl_cdf_gaussian_Pinv, *gsl_cdf_gaussian_Qinv, *gsl_cdf_cauchy_P, *gsl_cdf_cauchy_Q,
    *gsl_cdf_cauchy_Pinv, *gsl_cdf_cauchy_Qinv, *gsl_cdf_laplace_P, *gsl_cdf_laplace_Q, *gsl_cdf_laplace_Pinv,
    *gsl_cdf_laplace_Qinv, *gsl_cdf_exponential_P, *gsl_cdf_exponential_Q, *gsl_cdf_exponential_Pinv,
    *gsl_cdf_exponential_Qinv, *gsl_cdf_rayleigh_P, *gsl_cdf_rayleigh_Q, *gsl_cdf_rayleigh_Pinv,
    *gsl_cdf_rayleigh_Qinv, *gsl_cdf_chisq_P, *gsl_cdf_chisq_Q, *gsl_cdf_chisq_Pinv, *gsl_cdf_chisq_Qinv,
    *gsl_cdf_tdist_P, *gsl_cdf_tdist_Q, *gsl_cdf_tdist_Pinv, *gsl_cdf_tdist_Qinv, *gsl_cdf_logistic_P,
    *gsl_cdf_logistic_Q, *gsl_cdf_logistic_Pinv, *gsl_cdf_logistic_Qinv, *gsl_cdf_poisson_P,
    *gsl_cdf_poisson_Q, *gsl_cdf_geometric_P, *gsl_cdf_geometric_Q, *log_sum_exp;
  borel_function_3 *fma, *log_mix, *beta_inc, *beta_inc_c, *log_beta_inc, *log_beta_inc_c, *inv_beta_inc,
    *inv_beta_inc_c, *binomial_cdf, *binomial_ccdf, *log_binomial_cdf, *log_binomial_ccdf, *binomial_quantile,
    *neg_binomial_cdf, *neg_binomial_ccdf, *log_neg_binomial_cdf, *log_neg_binomial_ccdf,
    *neg_binomial_quantile, *gsl_cdf_gamma_P, *gsl_cdf_gamma_Q, *gsl_cdf_gamma_Pinv, *gsl_cdf_gamma_Qinv,
    *gsl_cdf_fdist_P, *gsl_cdf_fdist_Q, *gsl_cdf_fdist_Pinv, *gsl_cdf_fdist_Qinv, *gsl_cdf_beta_P,
    *gsl_cdf_beta_Q, *gsl_cdf_beta_Pinv, *gsl_cdf_beta_Qinv, *gsl_cdf_lognormal_P, *gsl_cdf_lognormal_Q,
    *gsl_cdf_lognormal_Pinv, *gsl_cdf_lognormal_Qinv, *gsl_cdf_pareto_P, *gsl_cdf_pareto_Q,
    *gsl_cdf_pareto_Pinv, *gsl_cdf_pareto_Qinv, *gsl_cdf_weibull_P, *gsl_cdf_weibull_Q, *gsl_cdf_weibull_Pinv,
    *gsl_cdf_weibull_Qinv, *gsl_cdf_gumbel1_P, *gsl_cdf_gumbel1_Q, *gsl_cdf_gumbel1_Pinv,
    *gsl_cdf_gumbel1_Qinv, *gsl_cdf_gumbel2_P, *gsl_cdf_gumbel2_Q, *gsl_cdf_gumbel2_Pinv,
    *gsl_cdf_gumbel2_Qinv, *gsl_cdf_flat_P, *gsl_cdf_flat_Q, *gsl_cdf_flat_Pinv, *gsl_cdf_flat_Qinv,
    *gsl_cdf_exppow_P, *gsl_cdf_exppow_Q, *gsl_cdf_binomial_P, *gsl_cdf_binomial_Q,
    *gsl_cdf_negative_binomial_P, *gsl_cdf_negative_binomial_Q;
  borel_function_4 *hypergeometric_cdf, *hypergeometric_ccdf, *log_hypergeometric_cdf,
    *log_hypergeometric_ccdf, *hypergeometric_quantile, *beta_binomial_cdf, *beta_binomial_ccdf,
    *log_beta_binomial_cdf, *log_beta_binomial_ccdf, *beta_binomial_quantile, *exp_mod_normal_cdf,
    *exp_mod_normal_ccdf, *log_exp_mod_normal_cdf, *log_exp_mod_normal_ccdf, *gsl_cdf_hypergeometric_P,
    *gsl_cdf_hypergeometric_Q;
};

/* What a compiled model exports as `borel_module`. */
struct borel_function {
  const char *name;
  /* Inputs and outputs in the order of the printed function. */
  long (*run)(void *model, const void *const *inputs, double *value, void *const *outputs, struct borel_workspace *);
  /* Element counts of the array inputs, then of the outputs; null where there are none. */
  long (*sizes)(const void *model, long *counts);
  /* Run once, when the data are there. */
  long is_preparation;
};

struct borel_module {
  long version;
  long model_size;
  long function_count;
  const struct borel_function *functions;
  /* The length of the position, from the data; null where the host gives it. */
  long (*dimension)(const void *model);
};

#endif
