/* Draws from continuous families: gamma, beta, t, von Mises and the simple location-scale ones. */
#include "CBorel.h"
#include <math.h>

double borel_draw_laplace(borel_stream *s) {
  double sign = borel_bits(s) >> 63 ? -1.0 : 1.0;
  return sign * borel_exponential(s);
}

/* The log of a ratio of two exponentials is logistic, with tails beyond what one uniform can reach. */
double borel_draw_logistic(borel_stream *s) {
  double a = borel_exponential(s), b = borel_exponential(s);
  while (a <= 0 || b <= 0) {
    a = borel_exponential(s);
    b = borel_exponential(s);
  }
  return log(a) - log(b);
}

double borel_draw_gumbel(borel_stream *s) {
  double e;
  do {
    e = borel_exponential(s);
  } while (e <= 0);
  return -log(e);
}

double borel_draw_cauchy(borel_stream *s) {
  double d;
  double n = borel_normal(s);
  do {
    d = borel_normal(s);
  } while (d == 0);
  return n / d;
}

/* Shape a >= 1: rejection from the cube of a shifted normal (Marsaglia and Tsang 2000). */
static double gamma_at_least_one(borel_stream *s, double a) {
  double d = a - 1.0 / 3.0;
  double c = 1.0 / (3.0 * sqrt(d));
  for (;;) {
    double x = borel_normal(s);
    double e = c * x, t = 1.0 + e;
    if (t <= 0) continue;
    double v = t * t * t;
    double u = borel_uniform(s);
    double x2 = x * x;
    if (u < 1.0 - 0.0331 * x2 * x2) return d * v;
    /* 1 - v + log v, written so that it does not cancel for huge shapes */
    double curvature = 3.0 * borel_log1p_minus(e) - e * e * (3.0 + e);
    if (log(u) < 0.5 * x2 + d * curvature) return d * v;
  }
}

double borel_draw_gamma(borel_stream *s, double a) {
  if (!(a > 0) || isinf(a)) return NAN;
  if (a >= 1) return gamma_at_least_one(s, a);
  double g = gamma_at_least_one(s, a + 1.0); /* G(a) = G(a + 1) U^(1/a), U^(1/a) = exp(-E / a) */
  return g * exp(-borel_exponential(s) / a);
}

double borel_draw_log_gamma(borel_stream *s, double a) {
  if (!(a > 0) || isinf(a)) return NAN;
  if (a >= 1) return log(gamma_at_least_one(s, a));
  double g = gamma_at_least_one(s, a + 1.0);
  return log(g) - borel_exponential(s) / a;
}

double borel_draw_chi_squared(borel_stream *s, double nu) { return 2.0 * borel_draw_gamma(s, 0.5 * nu); }

double borel_draw_beta(borel_stream *s, double a, double b) {
  if (!(a > 0) || !(b > 0) || isinf(a) || isinf(b)) return NAN;
  if (a >= 1 && b >= 1) {
    double x = gamma_at_least_one(s, a), y = gamma_at_least_one(s, b);
    return x / (x + y);
  }
  double x = borel_draw_log_gamma(s, a), y = borel_draw_log_gamma(s, b);
  if (x == y) return 0.5;
  return 1.0 / (1.0 + exp(y - x));
}

double borel_draw_student_t(borel_stream *s, double nu) {
  if (!(nu > 0)) return NAN;
  double z = borel_normal(s);
  if (isinf(nu)) return z;
  double half = 0.5 * nu;
  if (half >= 1) return z / sqrt(gamma_at_least_one(s, half) / half);
  return z * exp(-0.5 * (borel_draw_log_gamma(s, half) - log(half)));
}

/* Wrapped Cauchy envelope (Best and Fisher 1979), written for T = tan(angle / 2), which stays accurate for any kappa.
 * The envelope has scale sqrt(q), q = 1 / (2 kappa + sqrt(1 + 4 kappa^2)), and with w = T^2 / (1 + T^2) the ratio of
 * target to envelope is h(w) = exp(-2 kappa w) (q + (1 - q) w), largest at w = 1 / (2 kappa) - q / (1 - q). */
double borel_draw_von_mises(borel_stream *s, double kappa) {
  const double pi = 3.14159265358979323846;
  if (!(kappa >= 0) || isinf(kappa)) return NAN;
  double twice = 2.0 * kappa;
  double q = 1.0 / (twice + hypot(1.0, twice));
  double best = twice > 0 && q < 1 ? 1.0 / twice - q / (1.0 - q) : 0.0;
  if (!(best > 0)) best = 0;
  if (best > 1) best = 1;
  double log_top = -twice * best + log(q + (1.0 - q) * best);
  double scale = sqrt(q);
  for (;;) {
    double t = scale * tan(pi * (borel_uniform(s) - 0.5));
    double w = t * t / (1.0 + t * t);
    if (!(w <= 1)) w = 1; /* t overflowed */
    if (-borel_exponential(s) <= -twice * w + log(q + (1.0 - q) * w) - log_top) return 2.0 * atan(t);
  }
}
