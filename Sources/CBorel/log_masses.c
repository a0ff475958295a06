/* Log masses of count distributions in Loader's saddle-point form, which does not cancel for large counts. */
#include "borel_math.h"
#include "borel_special.h"
#include <math.h>

static const double log_two_pi = 1.8378770664093454836;

double borel_log1p_minus(double x) {
  if (!(x > -0.5 && x < 0.9)) return log1p(x) - x;
  /* log(1 + x) = 2 atanh(r), r = x / (2 + x), and 2 r - x = -r x. */
  double r = x / (2.0 + x), r2 = r * r;
  double sum = 0, power = 1.0;
  for (int k = 3; k < 41; k += 2) {
    double term = power / k;
    sum += term;
    if (term < 1e-17 * sum) break;
    power *= r2;
  }
  return r * (2.0 * r2 * sum - x);
}

double borel_deviance_term(double x, double m) { return bm_deviance_term(x, m); }

double borel_log_poisson_mass(double mu, double k) {
  if (!(mu >= 0) || isinf(mu) || isnan(k)) return NAN;
  if (k < 0 || k != floor(k) || isinf(k)) return -INFINITY;
  if (k == 0) return -mu;
  return -borel_stirling_error(k) - borel_deviance_term(k, mu) - 0.5 * (log_two_pi + log(k));
}

double borel_log_binomial_mass(double n, double theta, double k) {
  if (!(n >= 0) || isinf(n) || n != floor(n) || !(theta >= 0 && theta <= 1) || isnan(k)) return NAN;
  if (k < 0 || k > n || k != floor(k)) return -INFINITY;
  double failures = n - k;
  if (k == 0) return n == 0 ? 0.0 : n * log1p(-theta);
  if (failures == 0) return n * log(theta);
  return borel_stirling_error(n) - borel_stirling_error(k) - borel_stirling_error(failures) -
         borel_deviance_term(k, n * theta) - borel_deviance_term(failures, n * (1.0 - theta)) -
         0.5 * (log_two_pi + log(k) + log1p(-k / n));
}

double borel_log_hypergeometric_mass(double n, double a, double b, double k) {
  double total = a + b;
  if (!(n >= 0 && a >= 0 && b >= 0 && n <= total) || isinf(total) || isnan(k)) return NAN;
  if (n != floor(n) || a != floor(a) || b != floor(b)) return NAN;
  if (k < 0 || k > n || k > a || n - k > b || k != floor(k)) return -INFINITY;
  if (n == 0 || n == total) return 0;
  double p = n / total;
  return borel_log_binomial_mass(a, p, k) + borel_log_binomial_mass(b, p, n - k) - borel_log_binomial_mass(total, p, n);
}
