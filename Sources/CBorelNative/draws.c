/* Draws of compiled simulations: the functions that the virtual machine draws with, on the same streams. */
#include "CBorel.h"
#include "routines.h"

/* Compiled functions take their inputs as constants; this one is theirs to move on. */
static borel_stream *moving(const double *stream) { return (borel_stream *)stream; }

long borel_draw_real(const double *stream, int which, long count, const double *a, const double *b, const double *c,
                     double *out) {
  borel_stream *s = moving(stream);
  (void)count;
  (void)c;
  switch (which) {
  case borel_draws_standard_uniform: *out = borel_uniform(s); break;
  case borel_draws_standard_normal: *out = borel_normal(s); break;
  case borel_draws_standard_exponential: *out = borel_exponential(s); break;
  case borel_draws_standard_laplace: *out = borel_draw_laplace(s); break;
  case borel_draws_standard_logistic: *out = borel_draw_logistic(s); break;
  case borel_draws_standard_gumbel: *out = borel_draw_gumbel(s); break;
  case borel_draws_standard_cauchy: *out = borel_draw_cauchy(s); break;
  case borel_draws_standard_gamma: *out = borel_draw_gamma(s, *a); break;
  case borel_draws_standard_log_gamma: *out = borel_draw_log_gamma(s, *a); break;
  case borel_draws_chi_squared_draw: *out = borel_draw_chi_squared(s, *a); break;
  case borel_draws_beta_draw: *out = borel_draw_beta(s, *a, *b); break;
  case borel_draws_student_t_draw: *out = borel_draw_student_t(s, *a); break;
  case borel_draws_von_mises_draw: *out = borel_draw_von_mises(s, *a); break;
  default: return borel_failed;
  }
  return borel_ok;
}

long borel_draw_whole(const double *stream, int which, long count, const double *a, const double *b, const double *c,
                      long *out) {
  borel_stream *s = moving(stream);
  double x;
  switch (which) {
  case borel_draws_uniform_int: x = borel_draw_uniform_int(s, *a); break;
  case borel_draws_poisson_draw: x = borel_draw_poisson(s, *a); break;
  case borel_draws_binomial_draw: x = borel_draw_binomial(s, *a, *b); break;
  case borel_draws_neg_binomial_draw: x = borel_draw_neg_binomial(s, *a, *b); break;
  case borel_draws_geometric_draw: x = borel_draw_geometric(s, *a); break;
  case borel_draws_hypergeometric_draw: x = borel_draw_hypergeometric(s, *a, *b, *c); break;
  case borel_draws_categorical_draw:
    *out = (long)borel_draw_categorical(s, a, count);
    return *out < 0 ? borel_bad_parameter : borel_ok;
  case borel_draws_categorical_logit_draw:
    *out = (long)borel_draw_categorical_logit(s, a, count);
    return *out < 0 ? borel_bad_parameter : borel_ok;
  default: return borel_failed;
  }
  /* NaN, and what no Int holds. */
  if (!(x >= -9.2e18 && x <= 9.2e18)) return borel_bad_parameter;
  *out = (long)x;
  return borel_ok;
}
