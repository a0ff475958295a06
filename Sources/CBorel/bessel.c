/* Logs of modified Bessel functions and their ratio. */
#include "borel_special.h"
#include "special_tables.h"
#include <gsl/gsl_sf_bessel.h>
#include <math.h>

/* Power series, all terms positive (DLMF 10.25.2). */
static double log_series(double nu, double x) {
  double quarter = 0.25 * x * x, term = 1, sum = 0;
  for (double k = 1; k < 2000; k += 1) {
    term *= quarter / (k * (nu + k));
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  return (nu == 0 ? 0 : nu * log(0.5 * x) - borel_lgamma1p(nu)) + log1p(sum);
}

/* Hankel's expansion for large x (DLMF 10.40.1): I = e^x / sqrt(2 pi x) times this sum. */
static double hankel_sum(double nu, double x) {
  double four = 4.0 * nu * nu, term = 1, sum = 1;
  for (double k = 1; k < 200; k += 1) {
    double odd = 2.0 * k - 1.0;
    double next = term * -(four - odd * odd) / (8.0 * k * x);
    if (odd > 2.0 * nu && fabs(next) > fabs(term)) break;
    term = next;
    sum += term;
    if (fabs(term) < 1e-17 * fabs(sum)) break;
  }
  return sum;
}

/* log of e^-x I by Debye's expansion, uniform in x for nu >= 20 (DLMF 10.41.3). */
static double log_debye_scaled(double nu, double x) {
  double z = x / nu, r = hypot(1.0, z), p = 1.0 / r, p2 = p * p;
  double sum = 0, scale = 1;
  for (int k = 0; k < 13; k++) {
    double u = 0;
    for (int i = k; i >= 0; i--) u = u * p2 + borel_debye_terms[k][i];
    double term = u * scale;
    sum += term;
    if (fabs(term) < 1e-18) break;
    scale *= p / nu;
  }
  /* nu r - x = nu^2 / (nu r + x), so that the scaled value does not cancel for large x */
  return nu * log(z / (1.0 + r)) + nu / (r + z) - 0.5 * (1.8378770664093454836 + log(nu) + log(r)) + log(sum);
}

static int hankel_applies(double nu, double x) { return nu < 20 && x > 30.0 + 4.0 * nu; }

double borel_log_bessel_i_scaled(double nu, double x) {
  if (!(nu >= 0 && x >= 0) || isinf(nu)) return NAN;
  if (x == 0) return nu == 0 ? 0 : -INFINITY;
  if (isinf(x)) return -INFINITY;
  if (hankel_applies(nu, x)) return log(hankel_sum(nu, x)) - 0.5 * (1.8378770664093454836 + log(x));
  return nu < 20 ? log_series(nu, x) - x : log_debye_scaled(nu, x);
}

double borel_log_bessel_i(double nu, double x) {
  if (!(nu >= 0 && x >= 0) || isinf(nu)) return NAN;
  if (nu < 20 && !hankel_applies(nu, x)) return x == 0 && nu > 0 ? -INFINITY : log_series(nu, x);
  return isinf(x) ? INFINITY : x + borel_log_bessel_i_scaled(nu, x);
}

double borel_log_bessel_k(double nu, double x) {
  if (isnan(nu) || !(x >= 0)) return NAN;
  if (x == 0) return INFINITY;
  if (isinf(x)) return -INFINITY;
  gsl_sf_result result;
  return gsl_sf_bessel_lnKnu_e(fabs(nu), x, &result) == 0 ? result.val : NAN;
}

/* I_{nu+1}(x) / I_nu(x) by its continued fraction (DLMF 10.33.1), evaluated backwards from zero. */
static double ratio_fraction(double nu, double x) {
  double terms = 20.0 + 1.2 * x, ratio = 0;
  for (double k = floor(terms); k >= 1; k -= 1) ratio = x / (2.0 * (nu + k) + x * ratio);
  return ratio;
}

double borel_bessel_i_ratio(double nu, double x) {
  if (!(nu >= 0 && x >= 0) || isinf(nu)) return NAN;
  if (isinf(x)) return 1;
  int hankel = x < 1e4 ? nu < 19 && hankel_applies(nu + 1.0, x) : (nu + 1.0) * (nu + 1.0) < 4.0 * x;
  if (hankel) return hankel_sum(nu + 1.0, x) / hankel_sum(nu, x);
  if (x < 1e6) return ratio_fraction(nu, x);
  return exp(borel_log_bessel_i(nu + 1.0, x) - borel_log_bessel_i(nu, x));
}

double borel_log_bessel_i0(double x) { return borel_log_bessel_i(0, x); }
double borel_log_bessel_i1(double x) { return borel_log_bessel_i(1, x); }
