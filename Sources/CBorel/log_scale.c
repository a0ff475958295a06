/* Elementary functions, mostly on the log scale. */
#include "borel_math.h"
#include "borel_special.h"
#include <math.h>

double borel_exp(double x) { return exp(x); }
double borel_log(double x) { return log(x); }
double borel_sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
double borel_square(double x) { return x * x; }
double borel_inv(double x) { return 1.0 / x; }
double borel_inv_sqrt(double x) { return 1.0 / sqrt(x); }
double borel_is_nan(double x) { return isnan(x) ? 1 : 0; }
double borel_is_inf(double x) { return isinf(x) ? 1 : 0; }
double borel_is_finite(double x) { return isfinite(x) ? 1 : 0; }

double borel_log1p_exp(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

/* The switch at -log 2 keeps the larger of the two cancellations away (Machler 2012). */
double borel_log1m_exp(double x) {
  if (!(x <= 0)) return NAN;
  return x > -0.69314718055994531 ? log(-expm1(x)) : log1p(-exp(x));
}

double borel_log_sum_exp(double x, double y) {
  if (isnan(x) || isnan(y)) return NAN;
  double high = x > y ? x : y, low = x > y ? y : x;
  if (isinf(high)) return high;
  return high + log1p(exp(low - high));
}

double borel_log_diff_exp(double x, double y) {
  if (!(x >= y)) return NAN;
  if (y == -INFINITY) return x;
  if (isinf(x)) return y == x ? NAN : x;
  return x + borel_log1m_exp(y - x);
}

double borel_log_mix(double t, double x, double y) { return bm_log_mix(t, x, y); }
double borel_logit(double p) { return bm_logit(p); }
double borel_inv_logit(double x) { return bm_inv_logit(x); }
double borel_log_inv_logit(double x) { return -borel_log1p_exp(-x); }
double borel_log1m_inv_logit(double x) { return -borel_log1p_exp(x); }
double borel_cloglog(double p) { return p >= 0 && p <= 1 ? log(-log1p(-p)) : NAN; }
double borel_inv_cloglog(double x) { return -expm1(-exp(x)); }
double borel_x_log_y(double x, double y) { return x == 0 && !isnan(y) ? 0 : x * log(y); }
double borel_x_log1p_y(double x, double y) { return x == 0 && !isnan(y) ? 0 : x * log1p(y); }
