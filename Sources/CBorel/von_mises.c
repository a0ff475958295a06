/* Distribution function of the von Mises distribution centred at zero on [-pi, pi]. */
#include "borel_special.h"
#include "tail_integral.h"
#include "limits_of_logs.h"
#include <math.h>

static const double pi = 3.14159265358979323846;

struct von_mises_context {
  double kappa, x;
};

/* log of the density at x - s relative to x: kappa (cos(x - s) - cos x) = 2 kappa sin(x - s/2) sin(s/2). */
static double log_ratio(double s, const void *raw) {
  const struct von_mises_context *c = raw;
  return 2.0 * c->kappa * sin(c->x - 0.5 * s) * sin(0.5 * s);
}

/* x <= 0: the density rises towards x, so the integral runs outwards from x to -pi. */
static double log_lower(double kappa, double x) {
  double length = x + pi;
  if (length <= 0) return -INFINITY;
  struct von_mises_context c = {kappa, x};
  double scale = 1.0 / (0.5 + sqrt(kappa) + kappa * fabs(sin(x)));
  double integral = borel_tail_integral(log_ratio, &c, scale, length);
  double half = sin(0.5 * x);
  double log_density = -2.0 * kappa * half * half - 1.8378770664093454836 - borel_log_bessel_i_scaled(0, kappa);
  return log_density + log(integral);
}

double borel_log_von_mises_cdf(double kappa, double x) {
  if (!(kappa >= 0) || isinf(kappa) || isnan(x)) return NAN;
  if (x <= -pi) return -INFINITY;
  if (x >= pi) return 0;
  if (x <= 0) return borel_at_most(log_lower(kappa, x), -0.69314718055994530942);
  return borel_log1m_exp(borel_at_most(log_lower(kappa, -x), -0.69314718055994530942));
}

double borel_von_mises_cdf(double kappa, double x) { return exp(borel_log_von_mises_cdf(kappa, x)); }

double borel_von_mises_quantile(double kappa, double p) {
  if (!(kappa >= 0 && p >= 0 && p <= 1) || isinf(kappa)) return NAN;
  if (p > 0.5) return -borel_von_mises_quantile(kappa, 1.0 - p);
  if (p == 0) return -pi;
  if (p == 0.5) return 0;
  double low = -pi, high = 0;
  double x = borel_normal_quantile(p) / sqrt(kappa + 1.0);
  if (!(x > low && x < high)) x = 0.5 * (low + high);
  double log_p = log(p), log_norm = 1.8378770664093454836 + borel_log_bessel_i_scaled(0, kappa);
  for (int i = 0; i < 200; i++) {
    double value = log_lower(kappa, x), error = value - log_p;
    if (error > 0) high = x; else low = x;
    if (error == 0) break;
    double half = sin(0.5 * x);
    double next = x - error / exp(-2.0 * kappa * half * half - log_norm - value);
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (fabs(next - x) <= 2e-16 * fabs(x)) return next;
    x = next;
  }
  return x;
}

double borel_von_mises_ccdf(double kappa, double x) { return borel_von_mises_cdf(kappa, -x); }
double borel_log_von_mises_ccdf(double kappa, double x) { return borel_log_von_mises_cdf(kappa, -x); }
