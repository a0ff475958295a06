/* The gamma function's family: logs, ratios, derivatives, beta function and binomial coefficients. */
#include "borel_special.h"
#include "special_tables.h"
#include <math.h>

static const double half_log_two_pi = 0.91893853320467274178;
static const double pi = 3.14159265358979323846;

double lgamma_r(double x, int *sign);

double borel_gamma(double x) { return x == -INFINITY ? NAN : tgamma(x); }

/* lgamma_r, because lgamma writes the global signgam. */
double borel_lgamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

/* lgamma(1 + x) = -log1p(x) + (1 - euler) x + sum over k >= 2 of (-1)^k (zeta(k) - 1) x^k / k. */
double borel_lgamma1p(double x) {
  if (!(x > -0.5 && x < 0.5)) return borel_lgamma(1.0 + x);
  double sum = 0;
  for (int k = 27; k >= 2; k--) {
    double term = borel_zeta_minus_one[k - 2] / k;
    sum = sum * x + (k & 1 ? -term : term);
  }
  return x * (0.42278433509846713939 + x * sum) - log1p(x);
}

/* Tail of Stirling's series for lgamma: lgamma(x) = (x - 1/2) log x - x + log(2 pi) / 2 + this, x >= 10. */
static double stirling_tail(double x) {
  double y = 1.0 / (x * x); /* B_2k / (2k (2k - 1) x^(2k - 1)) */
  return (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y * (1.0 / 1680 - y * (1.0 / 1188 -
         y * (691.0 / 360360 - y * (1.0 / 156 - y * (3617.0 / 122400)))))))) / x;
}

double borel_stirling_error(double x) {
  if (!(x >= 0)) return NAN;
  if (x >= 10) return stirling_tail(x);
  return borel_lgamma1p(x) - (x + 0.5) * log(x) + x - half_log_two_pi;
}

/* Recurrence to x >= 10, then the asymptotic series (DLMF 5.11.2); reflection for x < 0. */
double borel_digamma(double x) {
  if (isnan(x) || x == -INFINITY) return NAN;
  if (x <= 0) {
    double nearest = rint(x);
    if (nearest == x) return NAN;
    return borel_digamma(1.0 - x) - pi / tan(pi * (x - nearest));
  }
  double shift = 0;
  while (x < 10) {
    shift += 1.0 / x;
    x += 1;
  }
  double y = 1.0 / (x * x);
  double series = y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 -
                  y * (691.0 / 32760 - y * (1.0 / 12)))))));
  return log(x) - 0.5 / x - series - shift;
}

/* Recurrence to x >= 10, then the asymptotic series (DLMF 5.15.8); reflection for x < 0. */
double borel_trigamma(double x) {
  if (isnan(x) || x == -INFINITY) return NAN;
  if (x <= 0) {
    double nearest = rint(x);
    if (nearest == x) return INFINITY;
    double s = sin(pi * (x - nearest)) / pi;
    return 1.0 / (s * s) - borel_trigamma(1.0 - x);
  }
  double shift = 0;
  while (x < 10) {
    shift += 1.0 / (x * x);
    x += 1;
  }
  double y = 1.0 / (x * x);
  double series = 1.0 / 6 - y * (1.0 / 30 - y * (1.0 / 42 - y * (1.0 / 30 - y * (5.0 / 66 -
                  y * (691.0 / 2730 - y * (7.0 / 6))))));
  return shift + 1.0 / x + 0.5 * y + y / x * series;
}

/* Small steps: the integral of digamma over [x, x + d]. */
static double lgamma_small_step(double x, double d) {
  double shift = 0;
  while (x < 3) {
    shift -= log1p(d / x);
    x += 1;
  }
  double sum = 0;
  for (int i = 0; i < 8; i++) {
    double node = 0.5 * borel_legendre_nodes[i];
    sum += borel_legendre_weights[i] * (borel_digamma(x + d * (0.5 + node)) + borel_digamma(x + d * (0.5 - node)));
  }
  return shift + 0.5 * d * sum;
}

double borel_lgamma_ratio(double x, double d) {
  double y = x + d;
  if (!(x > 0 && y > 0) || isinf(x)) return NAN;
  if (d == 0) return 0;
  if (fabs(d) <= 1 && x >= 1) return lgamma_small_step(x, d);
  if (x >= 10 && y >= 10) {
    double r = d / x;
    return x * borel_log1p_minus(r) - 0.5 * log1p(r) + d * log(y) + (stirling_tail(y) - stirling_tail(x));
  }
  if (fabs(d) <= 0.5 * x || (fabs(d) <= 1 && x >= 0.5)) return lgamma_small_step(x, d);
  return borel_lgamma(y) - borel_lgamma(x);
}

/* p real for symmetry with the other functions; it must be a whole number of at most 10^7. */
double borel_lmgamma(double p, double x) {
  if (!(p >= 0 && p <= 1e7) || p != floor(p) || !(x > 0.5 * (p - 1.0))) return NAN;
  double sum = 0.25 * p * (p - 1.0) * 1.1447298858494001741; /* log(pi) */
  for (double j = 0; j < p; j += 1) sum += borel_lgamma(x - 0.5 * j);
  return sum;
}

double borel_lbeta(double a, double b) {
  if (!(a >= 0 && b >= 0)) return NAN;
  double low = a < b ? a : b, high = a < b ? b : a;
  if (low == 0) return INFINITY;
  if (isinf(high)) return -INFINITY;
  if (low >= 10) {
    double sum = low + high, share = low / sum;
    return half_log_two_pi - 0.5 * log(high) + (stirling_tail(low) + stirling_tail(high) - stirling_tail(sum)) +
           (low - 0.5) * log(share) + high * log1p(-share);
  }
  if (high >= 10) return borel_lgamma(low) - borel_lgamma_ratio(high, low);
  if (low < 0.5) return borel_lgamma1p(low) - log(low) - borel_lgamma_ratio(high, low);
  return borel_lgamma(low) + (borel_lgamma(high) - borel_lgamma(low + high));
}

double borel_lchoose(double n, double k) {
  if (isnan(n) || isnan(k) || isinf(n)) return NAN;
  int whole = k == floor(k);
  if (whole && k < 0) return -INFINITY;
  if (k == 0 || k == n) return 0;
  if (n - k + 1.0 > 0 && k > -1) {
    if (k == 1) return log(n);
    return -log1p(n) - borel_lbeta(n - k + 1.0, k + 1.0);
  }
  return whole && n == floor(n) && n >= 0 ? -INFINITY : NAN;
}

double borel_log_factorial(double n) { return n >= 0 ? borel_lgamma1p(n) : NAN; }
