/* The gamma function's family: logs, ratios, derivatives, beta function and binomial coefficients. */
#include "borel_math.h"
#include "borel_special.h"
#include "special_tables.h"
#include <math.h>

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

double borel_stirling_error(double x) { return bm_stirling_error(x); }
double borel_digamma(double x) { return bm_digamma(x); }
double borel_trigamma(double x) { return bm_trigamma(x); }
double borel_lgamma_ratio(double x, double d) { return bm_lgamma_ratio(x, d); }
double borel_lbeta(double a, double b) { return bm_lbeta(a, b); }
double borel_lchoose(double n, double k) { return bm_lchoose(n, k); }
double borel_log_factorial(double n) { return bm_log_factorial(n); }

/* p real for symmetry with the other functions; it must be a whole number of at most 10^7. */
double borel_lmgamma(double p, double x) {
  if (!(p >= 0 && p <= 1e7) || p != floor(p) || !(x > 0.5 * (p - 1.0))) return NAN;
  double sum = 0.25 * p * (p - 1.0) * 1.1447298858494001741; /* log(pi) */
  for (double j = 0; j < p; j += 1) sum += borel_lgamma(x - 0.5 * j);
  return sum;
}
