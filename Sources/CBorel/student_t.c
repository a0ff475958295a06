/* Distribution function of Student's t with real degrees of freedom. */
#include "borel_special.h"
#include "incomplete_beta.h"
#include "tail_integral.h"
#include <math.h>

/* log P(T > abs x) by I_w(nu / 2, 1 / 2) / 2, w = nu / (nu + x^2). */
static double log_tail(double nu, double x) {
  double w, v, ratio = x / nu * x;
  if (ratio < 1) {
    v = ratio / (1.0 + ratio);
    w = 1.0 / (1.0 + ratio);
  } else {
    double inverse = nu / x / x;
    w = inverse / (1.0 + inverse);
    v = 1.0 / (1.0 + inverse);
  }
  if (w == 0) { /* beyond the range of w: the leading term of the tail */
    return 0.5 * nu * (log(nu) - 2.0 * log(fabs(x))) - log(nu) - borel_lbeta(0.5 * nu, 0.5);
  }
  double log_lower, log_upper;
  borel_beta_tails(0.5 * nu, 0.5, w, v, &log_lower, &log_upper);
  return log_lower - 0.69314718055994530942;
}

/* Density at x + s relative to x. */
struct density_context {
  double nu, x;
};

static double density_log_ratio(double s, const void *raw) {
  const struct density_context *c = raw;
  return -0.5 * (c->nu + 1.0) * log1p(s / (c->nu + c->x * c->x) * (2.0 * c->x + s));
}

/* Many degrees of freedom: the density is log-concave where it matters, so the tail is integrated outwards. */
static double log_tail_integral(double nu, double x) {
  struct density_context c = {nu, x};
  double integral = borel_tail_integral(density_log_ratio, &c, 1.0 / (1.0 + x), INFINITY);
  double log_density = borel_lgamma_ratio(0.5 * nu, 0.5) - 0.5 * (log(nu) + 1.1447298858494001741) -
                       0.5 * (nu + 1.0) * log1p(x / nu * x);
  return log_density + log(integral);
}

double borel_log_student_t_cdf(double nu, double x) {
  if (!(nu > 0) || isnan(x)) return NAN;
  if (nu > 1e300) return borel_log_normal_cdf(x);
  if (isinf(x)) return x < 0 ? -INFINITY : 0;
  double tail = nu > 1000 ? log_tail_integral(nu, fabs(x)) : log_tail(nu, fabs(x));
  return x <= 0 ? tail : borel_log1m_exp(tail);
}

double borel_student_t_cdf(double nu, double x) { return exp(borel_log_student_t_cdf(nu, x)); }

double borel_student_t_quantile(double nu, double p) {
  if (!(nu > 0 && p >= 0 && p <= 1)) return NAN;
  if (p == 0 || p == 1) return p == 0 ? -INFINITY : INFINITY;
  if (p > 0.5) return -borel_student_t_quantile(nu, 1.0 - p);
  if (p == 0.5) return 0;
  if (nu > 1e8) {
    double z = borel_normal_quantile(p), z2 = z * z; /* Cornish and Fisher; the next term is below 1e-16 */
    return isinf(nu) ? z : z + z * (z2 + 1.0) / (4.0 * nu) + z * ((5.0 * z2 + 16.0) * z2 + 3.0) / (96.0 * nu * nu);
  }
  /* t^2 / nu = (1 - w) / w; near the centre v = 1 - w is small and p - 1/2 carries the information. */
  double log_w_tail = log(2.0 * p), log_w_rest = log1p(-2.0 * p);
  double logit = borel_beta_inverse_logit(0.5 * nu, 0.5, log_w_tail, log_w_rest);
  return -sqrt(nu) * exp(-0.5 * logit);
}

double borel_student_t_ccdf(double nu, double x) { return borel_student_t_cdf(nu, -x); }
double borel_log_student_t_ccdf(double nu, double x) { return borel_log_student_t_cdf(nu, -x); }
