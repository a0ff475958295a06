/* Error functions and the standard normal cdf, its log, its inverse and differences, accurate in both tails. */
#include "borel_math.h"
#include "borel_special.h"
#include "special_tables.h"
#include "tail_integral.h"
#include "limits_of_logs.h"
#include <math.h>

static const double sqrt_half = 0.70710678118654752440;
static const double half_log_two_pi = 0.91893853320467274178;
static const double log_two = 0.69314718055994530942;

double borel_erf(double x) { return erf(x); }
double borel_erfc(double x) { return erfc(x); }

/* exp(-x^2 / 2) with x split so that the rounding of the square does not matter (Cody 1969). */
static double exp_minus_half_square(double x) {
  double head = rint(x * 16) * 0.0625, tail = (x - head) * (x + head);
  return exp(-0.5 * head * head) * exp(-0.5 * tail);
}

double borel_erfcx(double x) {
  if (isnan(x)) return x;
  if (x < 0) {
    if (x < -27) return INFINITY;
    double head = rint(x * 16) * 0.0625, tail = (x - head) * (x + head);
    return 2.0 * (exp(head * head) * exp(tail)) - borel_erfcx(-x);
  }
  if (x > 1e17) return 0.56418958354775628695 / x;
  double t = (x - 3.75) / (x + 3.75), sum = 0;
  for (int k = 25; k >= 0; k--) sum = sum * t + borel_erfcx_terms[k];
  return sum / (1.0 + 2.0 * x);
}

double borel_log_erfc(double x) {
  if (x > 1) return log(borel_erfcx(x)) - x * x;
  return x > -0.5 && x < 0.5 ? log1p(-erf(x)) : x <= -0.5 ? log1p(1.0 - erfc(-x)) : log(erfc(x));
}

double borel_normal_cdf(double x) { return bm_Phi(x); }

double borel_log_normal_cdf(double x) {
  if (x < -1) return log(0.5 * borel_erfcx(-x * sqrt_half)) - 0.5 * x * x;
  if (x > 0.5) return log1p(-borel_normal_cdf(-x));
  return log(borel_normal_cdf(x));
}

/* Derivative of the log cdf: phi(x) / Phi(x). */
static double log_cdf_slope(double x) {
  if (x < 0) return 0.79788456080286535588 / borel_erfcx(-x * sqrt_half);
  return 0.39894228040143267794 * exp(-0.5 * x * x) / borel_normal_cdf(x);
}

double borel_normal_quantile_log(double log_p) {
  if (!(log_p <= 0)) return NAN;
  if (log_p == 0) return INFINITY;
  if (log_p == -INFINITY) return -INFINITY;
  if (log_p > -log_two) return -borel_normal_quantile_log(borel_log1m_exp(log_p));
  /* The expansion for small p starts Newton's method on the concave log cdf, from the left, where it is monotone. */
  double x;
  if (log_p > -3) {
    x = -1.9;
  } else {
    double t = -2.0 * log_p - 2.0 * half_log_two_pi;
    x = -sqrt(t - log(t > 1 ? t : 1.0));
  }
  for (int i = 0; i < 60; i++) {
    double step = (log_p - borel_log_normal_cdf(x)) / log_cdf_slope(x);
    x += step;
    if (!(fabs(step) > 1e-9 * fabs(x) + 1e-300)) break;
  }
  return x;
}

double borel_normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) return NAN;
  if (p == 0 || p == 1) return p == 0 ? -INFINITY : INFINITY;
  if (p < 0.075) return borel_normal_quantile_log(log(p));
  if (p > 0.925) return -borel_normal_quantile_log(log1p(-p));
  /* Centre: solve erf(x / sqrt 2) / 2 = p - 1/2, whose right side is exact. */
  double q = p - 0.5;
  double x = 2.50662827463100050242 * q * (1.0 + 1.04719755119659774615 * q * q);
  for (int i = 0; i < 30; i++) {
    double slope = 0.39894228040143267794 * exp(-0.5 * x * x);
    double e = (0.5 * erf(x * sqrt_half) - q) / slope;
    double step = e / (1.0 + 0.5 * x * e); /* Halley: the second derivative is -x times the first */
    x -= step;
    if (!(fabs(step) > 1e-6 * fabs(x))) break;
  }
  return x;
}

/* Short intervals by quadrature relative to the density at the end nearer zero; long ones from the two logs. */
double borel_log_normal_cdf_difference(double a, double b) {
  if (!(a <= b)) return NAN;
  if (a == b) return -INFINITY;
  if (a > 0) return borel_log_normal_cdf_difference(-b, -a);
  double width = b - a, reach = fmax(fabs(a), fabs(b));
  if (width * (1.0 + reach) < 2) {
    double middle = 0.5 * a + 0.5 * b, sum = 0;
    for (int i = 0; i < 8; i++) {
      double d = 0.5 * width * borel_legendre_nodes[i];
      sum += borel_legendre_weights[i] * (exp(-d * (middle + 0.5 * d)) + exp(d * (middle - 0.5 * d)));
    }
    return log(0.5 * width * sum) - half_log_two_pi - 0.5 * middle * middle;
  }
  if (b <= 0) return borel_log_diff_exp(borel_log_normal_cdf(b), borel_log_normal_cdf(a));
  double outside = borel_normal_cdf(a) + borel_normal_cdf(-b);
  if (outside < 0.3) return log1p(-outside);
  return log(0.5 * erf(b * sqrt_half) - 0.5 * erf(a * sqrt_half));
}

/* T(h, a) = 1 / (2 pi) times the integral of exp(-h^2 (1 + x^2) / 2) / (1 + x^2) over [0, a] (Owen 1956); the
 * integrand is smooth on the scale 1 / h, and a > 1 is reflected. */
static double owens_t_inside(double h, double a) {
  double reach = fmin(a, 12.0 / (h + 1e-300));
  int panels = h * reach > 3 ? 4 : 2;
  double width = reach / panels, sum = 0;
  for (int p = 0; p < panels; p++) {
    double centre = (p + 0.5) * width;
    for (int i = 0; i < 8; i++) {
      for (int side = -1; side <= 1; side += 2) {
        double x = centre + side * 0.5 * width * borel_legendre_nodes[i];
        sum += borel_legendre_weights[i] * exp(-0.5 * h * h * x * x) / (1.0 + x * x);
      }
    }
  }
  return exp_minus_half_square(h) * 0.5 * width * sum * 0.15915494309189533577;
}

double borel_owens_t(double h, double a) {
  if (isnan(h) || isnan(a)) return NAN;
  if (a < 0) return -borel_owens_t(h, -a);
  h = fabs(h);
  if (a == 0 || h > 39) return 0;
  if (a <= 1) return owens_t_inside(h, a);
  double upper = borel_normal_cdf(-h);
  if (isinf(a)) return 0.5 * upper;
  double scaled = a * h, upper_scaled = borel_normal_cdf(-scaled);
  double rest = scaled > 39 ? 0 : owens_t_inside(scaled, 1.0 / a);
  return 0.5 * upper + 0.5 * upper_scaled - upper * upper_scaled - rest;
}

/* Log of phi(x - s) Phi(alpha (x - s)) relative to s = 0, and of a exp(-a s) Phi(z - s). */
struct skew_context {
  double alpha, x, log_start;
};

static double skew_log_ratio(double s, const void *raw) {
  const struct skew_context *c = raw;
  return s * (c->x - 0.5 * s) + borel_log_normal_cdf(c->alpha * (c->x - s)) - c->log_start;
}

/* The density 2 phi(t) Phi(alpha t) is log-concave: the smaller tail is integrated outwards from x. */
static double skew_log_tail(double alpha, double x) {
  struct skew_context c = {alpha, x, borel_log_normal_cdf(alpha * x)};
  if (c.log_start == -INFINITY || isinf(x * x)) return -INFINITY;
  double slope = -x + alpha * log_cdf_slope(alpha * x);
  double rate = fmax(slope, 0) + 1.0 + fabs(alpha);
  double integral = borel_tail_integral(skew_log_ratio, &c, 1.0 / rate, INFINITY);
  return log_two - half_log_two_pi - 0.5 * x * x + c.log_start + log(integral);
}

/* Phi(x) - 2 T(x, alpha) where it does not cancel: for alpha < 0 below zero, and above zero for alpha > 0, where large
 * alpha takes the reflected form of T. */
static double skew_direct(double alpha, double x) {
  if (alpha <= 1) return borel_normal_cdf(x) - 2.0 * borel_owens_t(x, alpha);
  return erf(x * sqrt_half) * borel_normal_cdf(alpha * x) + 2.0 * borel_owens_t(alpha * x, 1.0 / alpha);
}

double borel_log_skew_normal_cdf(double alpha, double x) {
  if (isnan(alpha) || isnan(x) || isinf(alpha)) return NAN;
  if (isinf(x)) return x < 0 ? -INFINITY : 0.0;
  int direct = alpha < 0 ? x < 0 && x > -37 : x >= 0;
  if (!direct) {
    if (x < 0) return skew_log_tail(alpha, x);
    return borel_log1m_exp(borel_at_most_zero(skew_log_tail(-alpha, -x)));
  }
  if (x < 0) return log(skew_direct(alpha, x));
  double value = skew_direct(alpha, x);
  return value < 0.9 ? log(value) : borel_log1m_exp(borel_at_most_zero(borel_log_skew_normal_cdf(-alpha, -x)));
}

double borel_skew_normal_cdf(double alpha, double x) { return exp(borel_log_skew_normal_cdf(alpha, x)); }

struct exponential_context {
  double rate, z, log_start;
};

static double exponential_log_ratio(double s, const void *raw) {
  const struct exponential_context *c = raw;
  return borel_log_normal_cdf(c->z - s) - c->rate * s - c->log_start;
}

/* Both terms of the upper tail are positive: Phi(-z) + exp(a^2 / 2 - a z) Phi(z - a), a = lambda sigma. */
static double exp_mod_log_upper(double a, double z) {
  double shifted = z - a < -5 ? log(0.5 * borel_erfcx((a - z) * sqrt_half)) - 0.5 * z * z
                              : a * (0.5 * a - z) + borel_log_normal_cdf(z - a);
  return borel_log_sum_exp(borel_log_normal_cdf(-z), shifted);
}

/* log(Phi(z) - Phi(z - a)), also where z - a rounds to z. */
static double log_cdf_step(double z, double a) {
  if (a * (1.0 + fabs(z)) > 1e-4) return borel_log_normal_cdf_difference(z - a, z);
  double middle = z - 0.5 * a;
  return log(a) - 0.5 * middle * middle - half_log_two_pi + a * a * (middle * middle - 1.0) / 24.0;
}

/* The lower tail is a difference, written as two positive terms where it can be and otherwise as the integral of
 * a exp(-a s) Phi(z - s) over s >= 0. */
static double exp_mod_log_lower(double a, double z) {
  if (z > 0.5 * a) {
    return borel_log_sum_exp(borel_log1m_exp(a * (0.5 * a - z)) + borel_log_normal_cdf(z - a),
                             log_cdf_step(z, a));
  }
  struct exponential_context c = {a, z, borel_log_normal_cdf(z)};
  if (c.log_start == -INFINITY) return -INFINITY;
  double scale = 1.0 / (a + 1.0 + log_cdf_slope(z));
  return log(a) + c.log_start + log(borel_tail_integral(exponential_log_ratio, &c, scale, INFINITY));
}

double borel_log_exp_mod_normal_ccdf(double mu, double sigma, double lambda, double x) {
  if (!(sigma > 0 && lambda > 0) || isnan(mu) || isnan(x)) return NAN;
  if (isinf(x)) return x < 0 ? 0.0 : -INFINITY;
  double z = (x - mu) / sigma, a = lambda * sigma;
  double log_upper = exp_mod_log_upper(a, z);
  return log_upper < -0.1 ? log_upper : borel_log1m_exp(borel_at_most_zero(exp_mod_log_lower(a, z)));
}

double borel_log_exp_mod_normal_cdf(double mu, double sigma, double lambda, double x) {
  if (!(sigma > 0 && lambda > 0) || isnan(mu) || isnan(x)) return NAN;
  if (isinf(x)) return x < 0 ? -INFINITY : 0.0;
  double z = (x - mu) / sigma, a = lambda * sigma;
  if (z < -1e150) return -INFINITY;
  double log_upper = exp_mod_log_upper(a, z);
  return log_upper < -0.7 ? borel_log1m_exp(log_upper) : exp_mod_log_lower(a, z);
}

double borel_exp_mod_normal_cdf(double mu, double sigma, double lambda, double x) {
  return exp(borel_log_exp_mod_normal_cdf(mu, sigma, lambda, x));
}

double borel_exp_mod_normal_ccdf(double mu, double sigma, double lambda, double x) {
  return exp(borel_log_exp_mod_normal_ccdf(mu, sigma, lambda, x));
}
