/* Regularised incomplete beta function, its logs and its inverse. */
#include "incomplete_beta.h"
#include "borel_special.h"
#include "tail_integral.h"
#include "limits_of_logs.h"
#include <math.h>

/* log of x^a y^b / (a B(a, b)) in saddle-point form for large a and b. */
static double log_prefix(double a, double b, double x, double y) {
  double n = a + b;
  if (a >= 1 && b >= 1) {
    return borel_stirling_error(n) - borel_stirling_error(a) - borel_stirling_error(b) -
           borel_deviance_term(a, n * x) - borel_deviance_term(b, n * y) +
           0.5 * (log(b / n) - log(a) - 1.8378770664093454836);
  }
  double log_x = x > 0.5 ? log1p(-y) : log(x), log_y = y > 0.5 ? log1p(-x) : log(y);
  if (a < 1) return a * log_x + b * log_y - borel_lgamma1p(a) + borel_lgamma_ratio(b, a);
  return a * log_x + b * log_y - log(a) - borel_lbeta(a, b);
}

/* Continued fraction for I_x / prefix, modified Lentz (DLMF 8.17.22); fast for x below (a + 1) / (a + b + 2). */
static double fraction(double a, double b, double x) {
  double c = 1, d = 1.0 - (a + b) * x / (a + 1.0);
  d = 1.0 / (fabs(d) < 1e-300 ? 1e-300 : d);
  double h = d;
  for (int m = 1; m < 20000; m++) {
    double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    d = 1.0 + even * d;
    c = 1.0 + even / c;
    d = 1.0 / (fabs(d) < 1e-300 ? 1e-300 : d);
    if (fabs(c) < 1e-300) c = 1e-300;
    h *= d * c;
    double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    d = 1.0 + odd * d;
    c = 1.0 + odd / c;
    d = 1.0 / (fabs(d) < 1e-300 ? 1e-300 : d);
    if (fabs(c) < 1e-300) c = 1e-300;
    double step = d * c;
    h *= step;
    if (fabs(step - 1.0) < 1e-16) break;
  }
  return h;
}

/* Density at x - s relative to the density at x, first-order terms joined so that they do not cancel. */
struct density_context {
  double a1, b1, x, y, slope;
};

static double density_log_ratio(double s, const void *raw) {
  const struct density_context *c = raw;
  return -s * c->slope + c->a1 * borel_log1p_minus(-s / c->x) + c->b1 * borel_log1p_minus(s / c->y);
}

/* Lower tail by quadrature outwards from x, for large a and x at or below the mean. */
static double log_lower_integral(double a, double b, double x, double y) {
  struct density_context c = {a - 1.0, b - 1.0, x, y, (a - 1.0) / x - (b - 1.0) / y};
  double rate = fmax(c.slope, 0) + hypot(sqrt(c.a1) / x, sqrt(fabs(c.b1)) / y);
  double integral = borel_tail_integral(density_log_ratio, &c, fmin(1.0 / rate, 0.3 * y), x);
  return log_prefix(a, b, x, y) + log(a) - log(x) - log(y) + log(integral);
}

/* 1 - I_x for small a and x below the middle, where I_x is near 1 only because a is small:
 * I_x = x^a / (a B(a, b)) (1 + a sum over n >= 1 of (1 - b)_n x^n / (n! (a + n))) (DLMF 8.17.7). */
static double log_upper_small(double a, double b, double x) {
  double term = 1, sum = 0;
  for (int n = 1; n < 2000; n++) {
    term *= (n - b) / n * x;
    sum += term / (a + n);
    if (fabs(term) < 1e-18 * fabs(sum) + 1e-300) break;
  }
  double u = expm1(a * log(x) - borel_lgamma1p(a) + borel_lgamma_ratio(b, a));
  return log(-u - (1.0 + u) * a * sum);
}

static double log_lower_tail(double a, double b, double x, double y) {
  if ((a + b) * x < 1e-17 * (a + 1.0)) return log_prefix(a, b, x, y); /* one term of the series */
  if (a > 30 && fmax(a, b) > 2000) return log_lower_integral(a, b, x, y);
  return log_prefix(a, b, x, y) + log(fraction(a, b, x));
}

void borel_beta_tails(double a, double b, double x, double y, double *log_lower, double *log_upper) {
  *log_lower = *log_upper = NAN;
  if (!(a > 0 && b > 0 && x >= 0 && y >= 0) || isinf(a) || isinf(b)) return;
  if (x == 0 || y == 0) {
    *log_lower = x == 0 ? -INFINITY : 0;
    *log_upper = x == 0 ? 0 : -INFINITY;
    return;
  }
  if (x * (a + b + 2.0) > a + 1.0) {
    borel_beta_tails(b, a, y, x, log_upper, log_lower);
    return;
  }
  *log_lower = borel_at_most_zero(log_lower_tail(a, b, x, y));
  if (a < 1 && *log_lower > -0.7) {
    *log_upper = borel_at_most_zero(log_upper_small(a, b, x));
    *log_lower = borel_log1m_exp(*log_upper);
  } else {
    *log_upper = borel_log1m_exp(*log_lower);
  }
}

static double lower(double a, double b, double x) {
  double log_lower, log_upper;
  if (!(x >= 0 && x <= 1)) return NAN;
  borel_beta_tails(a, b, x, 1.0 - x, &log_lower, &log_upper);
  return log_lower;
}

static double upper(double a, double b, double x) {
  double log_lower, log_upper;
  if (!(x >= 0 && x <= 1)) return NAN;
  borel_beta_tails(a, b, x, 1.0 - x, &log_lower, &log_upper);
  return log_upper;
}

double borel_log_beta_inc(double a, double b, double x) { return lower(a, b, x); }
double borel_log_beta_inc_c(double a, double b, double x) { return upper(a, b, x); }
double borel_beta_inc(double a, double b, double x) { return exp(lower(a, b, x)); }
double borel_beta_inc_c(double a, double b, double x) { return exp(upper(a, b, x)); }

/* Newton's method in z = logit x on the log of the smaller tail, kept inside a bracket. */
double borel_beta_inverse_logit(double a, double b, double log_lower, double log_upper) {
  int use_lower = log_lower <= log_upper;
  double target = use_lower ? log_lower : log_upper;
  double mean = log(a) - log(b);
  /* Start: the leading term of the tail where it is small, the mean elsewhere. */
  double z = mean;
  if (use_lower) {
    double leading = (log_lower + log(a) + borel_lbeta(a, b)) / a;
    if (leading < fmin(mean, -1)) z = leading;
  } else {
    double leading = (log_upper + log(b) + borel_lbeta(a, b)) / b;
    if (leading < fmin(-mean, -1)) z = -leading;
  }
  double low = -INFINITY, high = INFINITY;
  for (int i = 0; i < 200; i++) {
    double x = borel_inv_logit(z), y = borel_inv_logit(-z), lower_now, upper_now;
    if (x == 0 || y == 0) return z;
    borel_beta_tails(a, b, x, y, &lower_now, &upper_now);
    double value = use_lower ? lower_now : upper_now;
    double error = use_lower ? value - target : target - value;
    if (error > 0) high = z; else low = z;
    if (error == 0 || isnan(error)) break;
    /* dI/dz = x^a y^b / B(a, b) */
    double slope = exp(log_prefix(a, b, x, y) + log(a) - value);
    double next = z - error / slope;
    if (!(next > low && next < high) || isnan(next)) {
      next = isinf(low)    ? high - 1.0 - 0.5 * fabs(high)
             : isinf(high) ? low + 1.0 + 0.5 * fabs(low)
                           : 0.5 * (low + high);
    }
    if (fabs(next - z) <= 2e-16 * (1.0 + fabs(z))) {
      z = next;
      break;
    }
    z = next;
  }
  return z;
}

double borel_inv_beta_inc(double a, double b, double p) {
  if (!(a > 0 && b > 0 && p >= 0 && p <= 1) || isinf(a) || isinf(b)) return NAN;
  if (p == 0 || p == 1) return p;
  return borel_inv_logit(borel_beta_inverse_logit(a, b, log(p), log1p(-p)));
}

double borel_inv_beta_inc_c(double a, double b, double q) {
  if (!(a > 0 && b > 0 && q >= 0 && q <= 1) || isinf(a) || isinf(b)) return NAN;
  if (q == 0 || q == 1) return 1.0 - q;
  return borel_inv_logit(borel_beta_inverse_logit(a, b, log1p(-q), log(q)));
}
