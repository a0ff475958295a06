/* Regularised incomplete gamma functions, their logs and inverses. */
#include "borel_special.h"
#include "special_tables.h"
#include "limits_of_logs.h"
#include <math.h>

/* Logs of P and Q together, each with full relative accuracy in its own value. */
struct tails {
  double log_lower, log_upper;
};

static struct tails from_lower(double log_lower) {
  struct tails t = {borel_at_most_zero(log_lower), borel_log1m_exp(borel_at_most_zero(log_lower))};
  return t;
}

static struct tails from_upper(double log_upper) {
  struct tails t = {borel_log1m_exp(borel_at_most_zero(log_upper)), borel_at_most_zero(log_upper)};
  return t;
}

/* log of x^a e^-x / gamma(a + 1), a Poisson mass at a real count. */
static double log_mass(double a, double x) {
  if (a < 1) return a * log(x) - x - borel_lgamma1p(a);
  return -borel_stirling_error(a) - borel_deviance_term(a, x) - 0.5 * (1.8378770664093454836 + log(a));
}

/* P by its power series, all terms positive (DLMF 8.11.4). */
static double log_lower_series(double a, double x) {
  double term = 1, sum = 1;
  for (double n = a + 1; term > 1e-17 * sum; n += 1) {
    term *= x / n;
    sum += term;
  }
  return log_mass(a, x) + log(sum);
}

/* Q by Legendre's continued fraction, modified Lentz (DLMF 8.9.2). */
static double log_upper_fraction(double a, double x) {
  double b = x + 1.0 - a, c = 1e300, d = 1.0 / b, h = d;
  for (int i = 1; i < 100000; i++) {
    double numerator = -i * (i - a);
    b += 2.0;
    d = 1.0 / (numerator * d + b);
    c = b + numerator / c;
    double step = c * d;
    h *= step;
    if (fabs(step - 1.0) < 1e-16) break;
  }
  return log_mass(a, x) + log(a) + log(h);
}

/* a < 1 and x small, where P is near 1 without x being large: Q = 1 - x^a / gamma(a + 1) (1 + a S) with
 * S = sum over n >= 1 of (-x)^n / (n! (a + n)). */
static double log_upper_small(double a, double x) {
  double term = 1, sum = 0;
  for (int n = 1; n < 60; n++) {
    term *= -x / n;
    sum += term / (a + n);
    if (fabs(term) < 1e-18) break;
  }
  double u = expm1(a * log(x) - borel_lgamma1p(a));
  return log(-u - (1.0 + u) * a * sum);
}

/* Temme's uniform expansion for a >= 20 and abs(x / a - 1) <= 0.3 (Temme 1979, section 3). */
static struct tails uniform_expansion(double a, double x) {
  double deviance = borel_deviance_term(a, x);
  double eta = sqrt(2.0 * deviance / a);
  if (x < a) eta = -eta;
  double sum = 0, scale = 1;
  for (int k = 0; k < 10; k++) {
    double series = 0;
    for (int n = 23; n >= 0; n--) series = series * eta + borel_temme_terms[k][n];
    sum += series * scale;
    scale /= a;
    if (scale < 1e-17) break;
  }
  double correction = sum / sqrt(6.28318530717958647693 * a);
  double argument = eta * sqrt(0.5 * a);
  if (x >= a) return from_upper(log(0.5 * borel_erfcx(argument) + correction) - deviance);
  return from_lower(log(0.5 * borel_erfcx(-argument) - correction) - deviance);
}

static struct tails incomplete_gamma(double a, double x) {
  struct tails t = {NAN, NAN};
  if (!(a >= 0 && x >= 0) || isinf(a)) return t;
  if (x == 0 || a == 0 || isinf(x)) {
    int at_zero = x == 0 && a > 0;
    t.log_lower = at_zero ? -INFINITY : 0;
    t.log_upper = at_zero ? 0 : -INFINITY;
    if (x == 0 && a == 0) t.log_lower = t.log_upper = NAN;
    return t;
  }
  if (a >= 20 && fabs(x - a) <= 0.3 * a) return uniform_expansion(a, x);
  if (a < 1 && x < 1.5) {
    double log_lower = log_lower_series(a, x);
    return log_lower < -0.7 ? from_lower(log_lower) : from_upper(log_upper_small(a, x));
  }
  return x < a + 1.0 ? from_lower(log_lower_series(a, x)) : from_upper(log_upper_fraction(a, x));
}

double borel_log_gamma_p(double a, double x) { return incomplete_gamma(a, x).log_lower; }
double borel_log_gamma_q(double a, double x) { return incomplete_gamma(a, x).log_upper; }
double borel_gamma_p(double a, double x) { return exp(borel_log_gamma_p(a, x)); }
double borel_gamma_q(double a, double x) { return exp(borel_log_gamma_q(a, x)); }

/* Newton's method in z = log x on the log of the smaller tail, kept inside a bracket. */
static double inverse(double a, double log_lower, double log_upper) {
  int lower = log_lower <= log_upper;
  double target = lower ? log_lower : log_upper;
  /* Start: Wilson and Hilferty 1931 for large a, the leading term of the series otherwise. */
  double z;
  double normal = lower ? borel_normal_quantile_log(log_lower) : -borel_normal_quantile_log(log_upper);
  double cube = 1.0 - 1.0 / (9.0 * a) + normal / (3.0 * sqrt(a));
  double small = (log_lower + borel_lgamma1p(a)) / a;
  if (a > 0.5 && cube > 0.1) {
    z = log(a) + 3.0 * log(cube);
  } else if (small < 0) {
    z = small;
  } else {
    z = log(fmax(-log_upper, 1e-3));
  }
  double low = -INFINITY, high = INFINITY;
  for (int i = 0; i < 200; i++) {
    double x = exp(z);
    if (x == 0) return 0;
    struct tails t = incomplete_gamma(a, x);
    double value = lower ? t.log_lower : t.log_upper;
    double error = lower ? value - target : target - value;
    if (error > 0) high = z; else low = z;
    if (error == 0 || isnan(error)) break;
    double slope = exp(log_mass(a, x) + log(a) - value); /* d log tail / d log x in size */
    double step = -error / slope;
    double next = z + step;
    if (!(next > low && next < high) || isnan(next)) {
      next = isinf(low) ? high - 2.0 - fabs(high) : isinf(high) ? low + 1.0 : 0.5 * (low + high);
    }
    if (fabs(next - z) <= 2e-16 * (1.0 + fabs(z))) {
      z = next;
      break;
    }
    z = next;
  }
  return exp(z);
}

double borel_inv_gamma_p(double a, double p) {
  if (!(a > 0 && p >= 0 && p <= 1) || isinf(a)) return NAN;
  if (p == 0 || p == 1) return p == 0 ? 0 : INFINITY;
  return inverse(a, log(p), log1p(-p));
}

double borel_inv_gamma_q(double a, double q) {
  if (!(a > 0 && q >= 0 && q <= 1) || isinf(a)) return NAN;
  if (q == 0 || q == 1) return q == 1 ? 0 : INFINITY;
  return inverse(a, log1p(-q), log(q));
}
