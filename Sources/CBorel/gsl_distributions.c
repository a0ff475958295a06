/* GSL's distribution functions and samplers with their domains checked, so that none of them can loop or abort. */
#include "borel_gsl.h"
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

static int positive(double x) { return x > 0 && isfinite(x); }
static int probability(double p) { return p >= 0 && p <= 1; }
static int count(double n) { return n >= 0 && n <= 4294967295.0 && n == floor(n); }

static gsl_rng generator(borel_stream *s) {
  gsl_rng r = {borel_gsl_rng_type(), s};
  return r;
}

double borel_gsl_cdf_gaussian_P(double x, double sigma) {
  return !isnan(x) && positive(sigma) ? gsl_cdf_gaussian_P(x, sigma) : NAN;
}
double borel_gsl_cdf_gaussian_Q(double x, double sigma) {
  return !isnan(x) && positive(sigma) ? gsl_cdf_gaussian_Q(x, sigma) : NAN;
}
double borel_gsl_cdf_gaussian_Pinv(double p, double sigma) {
  return probability(p) && positive(sigma) ? gsl_cdf_gaussian_Pinv(p, sigma) : NAN;
}
double borel_gsl_cdf_gaussian_Qinv(double q, double sigma) {
  return probability(q) && positive(sigma) ? gsl_cdf_gaussian_Qinv(q, sigma) : NAN;
}
double borel_gsl_cdf_cauchy_P(double x, double a) { return !isnan(x) && positive(a) ? gsl_cdf_cauchy_P(x, a) : NAN; }
double borel_gsl_cdf_cauchy_Q(double x, double a) { return !isnan(x) && positive(a) ? gsl_cdf_cauchy_Q(x, a) : NAN; }
double borel_gsl_cdf_cauchy_Pinv(double p, double a) {
  return probability(p) && positive(a) ? gsl_cdf_cauchy_Pinv(p, a) : NAN;
}
double borel_gsl_cdf_cauchy_Qinv(double q, double a) {
  return probability(q) && positive(a) ? gsl_cdf_cauchy_Qinv(q, a) : NAN;
}
double borel_gsl_cdf_laplace_P(double x, double a) { return !isnan(x) && positive(a) ? gsl_cdf_laplace_P(x, a) : NAN; }
double borel_gsl_cdf_laplace_Q(double x, double a) { return !isnan(x) && positive(a) ? gsl_cdf_laplace_Q(x, a) : NAN; }
double borel_gsl_cdf_laplace_Pinv(double p, double a) {
  return probability(p) && positive(a) ? gsl_cdf_laplace_Pinv(p, a) : NAN;
}
double borel_gsl_cdf_laplace_Qinv(double q, double a) {
  return probability(q) && positive(a) ? gsl_cdf_laplace_Qinv(q, a) : NAN;
}
double borel_gsl_cdf_exponential_P(double x, double mu) {
  return !isnan(x) && positive(mu) ? gsl_cdf_exponential_P(x, mu) : NAN;
}
double borel_gsl_cdf_exponential_Q(double x, double mu) {
  return !isnan(x) && positive(mu) ? gsl_cdf_exponential_Q(x, mu) : NAN;
}
double borel_gsl_cdf_exponential_Pinv(double p, double mu) {
  return probability(p) && positive(mu) ? gsl_cdf_exponential_Pinv(p, mu) : NAN;
}
double borel_gsl_cdf_exponential_Qinv(double q, double mu) {
  return probability(q) && positive(mu) ? gsl_cdf_exponential_Qinv(q, mu) : NAN;
}
double borel_gsl_cdf_rayleigh_P(double x, double sigma) {
  return !isnan(x) && positive(sigma) ? gsl_cdf_rayleigh_P(x, sigma) : NAN;
}
double borel_gsl_cdf_rayleigh_Q(double x, double sigma) {
  return !isnan(x) && positive(sigma) ? gsl_cdf_rayleigh_Q(x, sigma) : NAN;
}
double borel_gsl_cdf_rayleigh_Pinv(double p, double sigma) {
  return probability(p) && positive(sigma) ? gsl_cdf_rayleigh_Pinv(p, sigma) : NAN;
}
double borel_gsl_cdf_rayleigh_Qinv(double q, double sigma) {
  return probability(q) && positive(sigma) ? gsl_cdf_rayleigh_Qinv(q, sigma) : NAN;
}
double borel_gsl_cdf_gamma_P(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_gamma_P(x, a, b) : NAN;
}
double borel_gsl_cdf_gamma_Q(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_gamma_Q(x, a, b) : NAN;
}
double borel_gsl_cdf_gamma_Pinv(double p, double a, double b) {
  return probability(p) && positive(a) && positive(b) ? gsl_cdf_gamma_Pinv(p, a, b) : NAN;
}
double borel_gsl_cdf_gamma_Qinv(double q, double a, double b) {
  return probability(q) && positive(a) && positive(b) ? gsl_cdf_gamma_Qinv(q, a, b) : NAN;
}
double borel_gsl_cdf_chisq_P(double x, double nu) { return !isnan(x) && positive(nu) ? gsl_cdf_chisq_P(x, nu) : NAN; }
double borel_gsl_cdf_chisq_Q(double x, double nu) { return !isnan(x) && positive(nu) ? gsl_cdf_chisq_Q(x, nu) : NAN; }
double borel_gsl_cdf_chisq_Pinv(double p, double nu) {
  return probability(p) && positive(nu) ? gsl_cdf_chisq_Pinv(p, nu) : NAN;
}
double borel_gsl_cdf_chisq_Qinv(double q, double nu) {
  return probability(q) && positive(nu) ? gsl_cdf_chisq_Qinv(q, nu) : NAN;
}
double borel_gsl_cdf_fdist_P(double x, double nu1, double nu2) {
  return !isnan(x) && positive(nu1) && positive(nu2) ? gsl_cdf_fdist_P(x, nu1, nu2) : NAN;
}
double borel_gsl_cdf_fdist_Q(double x, double nu1, double nu2) {
  return !isnan(x) && positive(nu1) && positive(nu2) ? gsl_cdf_fdist_Q(x, nu1, nu2) : NAN;
}
double borel_gsl_cdf_fdist_Pinv(double p, double nu1, double nu2) {
  return probability(p) && positive(nu1) && positive(nu2) ? gsl_cdf_fdist_Pinv(p, nu1, nu2) : NAN;
}
double borel_gsl_cdf_fdist_Qinv(double q, double nu1, double nu2) {
  return probability(q) && positive(nu1) && positive(nu2) ? gsl_cdf_fdist_Qinv(q, nu1, nu2) : NAN;
}
double borel_gsl_cdf_tdist_P(double x, double nu) { return !isnan(x) && positive(nu) ? gsl_cdf_tdist_P(x, nu) : NAN; }
double borel_gsl_cdf_tdist_Q(double x, double nu) { return !isnan(x) && positive(nu) ? gsl_cdf_tdist_Q(x, nu) : NAN; }
double borel_gsl_cdf_tdist_Pinv(double p, double nu) {
  return probability(p) && positive(nu) ? gsl_cdf_tdist_Pinv(p, nu) : NAN;
}
double borel_gsl_cdf_tdist_Qinv(double q, double nu) {
  return probability(q) && positive(nu) ? gsl_cdf_tdist_Qinv(q, nu) : NAN;
}
double borel_gsl_cdf_beta_P(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_beta_P(x, a, b) : NAN;
}
double borel_gsl_cdf_beta_Q(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_beta_Q(x, a, b) : NAN;
}
double borel_gsl_cdf_beta_Pinv(double p, double a, double b) {
  return probability(p) && positive(a) && positive(b) ? gsl_cdf_beta_Pinv(p, a, b) : NAN;
}
double borel_gsl_cdf_beta_Qinv(double q, double a, double b) {
  return probability(q) && positive(a) && positive(b) ? gsl_cdf_beta_Qinv(q, a, b) : NAN;
}
double borel_gsl_cdf_logistic_P(double x, double a) {
  return !isnan(x) && positive(a) ? gsl_cdf_logistic_P(x, a) : NAN;
}
double borel_gsl_cdf_logistic_Q(double x, double a) {
  return !isnan(x) && positive(a) ? gsl_cdf_logistic_Q(x, a) : NAN;
}
double borel_gsl_cdf_logistic_Pinv(double p, double a) {
  return probability(p) && positive(a) ? gsl_cdf_logistic_Pinv(p, a) : NAN;
}
double borel_gsl_cdf_logistic_Qinv(double q, double a) {
  return probability(q) && positive(a) ? gsl_cdf_logistic_Qinv(q, a) : NAN;
}
double borel_gsl_cdf_lognormal_P(double x, double zeta, double sigma) {
  return !isnan(x) && isfinite(zeta) && positive(sigma) ? gsl_cdf_lognormal_P(x, zeta, sigma) : NAN;
}
double borel_gsl_cdf_lognormal_Q(double x, double zeta, double sigma) {
  return !isnan(x) && isfinite(zeta) && positive(sigma) ? gsl_cdf_lognormal_Q(x, zeta, sigma) : NAN;
}
double borel_gsl_cdf_lognormal_Pinv(double p, double zeta, double sigma) {
  return probability(p) && isfinite(zeta) && positive(sigma) ? gsl_cdf_lognormal_Pinv(p, zeta, sigma) : NAN;
}
double borel_gsl_cdf_lognormal_Qinv(double q, double zeta, double sigma) {
  return probability(q) && isfinite(zeta) && positive(sigma) ? gsl_cdf_lognormal_Qinv(q, zeta, sigma) : NAN;
}
double borel_gsl_cdf_pareto_P(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_pareto_P(x, a, b) : NAN;
}
double borel_gsl_cdf_pareto_Q(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_pareto_Q(x, a, b) : NAN;
}
double borel_gsl_cdf_pareto_Pinv(double p, double a, double b) {
  return probability(p) && positive(a) && positive(b) ? gsl_cdf_pareto_Pinv(p, a, b) : NAN;
}
double borel_gsl_cdf_pareto_Qinv(double q, double a, double b) {
  return probability(q) && positive(a) && positive(b) ? gsl_cdf_pareto_Qinv(q, a, b) : NAN;
}
double borel_gsl_cdf_weibull_P(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_weibull_P(x, a, b) : NAN;
}
double borel_gsl_cdf_weibull_Q(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_weibull_Q(x, a, b) : NAN;
}
double borel_gsl_cdf_weibull_Pinv(double p, double a, double b) {
  return probability(p) && positive(a) && positive(b) ? gsl_cdf_weibull_Pinv(p, a, b) : NAN;
}
double borel_gsl_cdf_weibull_Qinv(double q, double a, double b) {
  return probability(q) && positive(a) && positive(b) ? gsl_cdf_weibull_Qinv(q, a, b) : NAN;
}
double borel_gsl_cdf_gumbel1_P(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_gumbel1_P(x, a, b) : NAN;
}
double borel_gsl_cdf_gumbel1_Q(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_gumbel1_Q(x, a, b) : NAN;
}
double borel_gsl_cdf_gumbel1_Pinv(double p, double a, double b) {
  return probability(p) && positive(a) && positive(b) ? gsl_cdf_gumbel1_Pinv(p, a, b) : NAN;
}
double borel_gsl_cdf_gumbel1_Qinv(double q, double a, double b) {
  return probability(q) && positive(a) && positive(b) ? gsl_cdf_gumbel1_Qinv(q, a, b) : NAN;
}
double borel_gsl_cdf_gumbel2_P(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_gumbel2_P(x, a, b) : NAN;
}
double borel_gsl_cdf_gumbel2_Q(double x, double a, double b) {
  return !isnan(x) && positive(a) && positive(b) ? gsl_cdf_gumbel2_Q(x, a, b) : NAN;
}
double borel_gsl_cdf_gumbel2_Pinv(double p, double a, double b) {
  return probability(p) && positive(a) && positive(b) ? gsl_cdf_gumbel2_Pinv(p, a, b) : NAN;
}
double borel_gsl_cdf_gumbel2_Qinv(double q, double a, double b) {
  return probability(q) && positive(a) && positive(b) ? gsl_cdf_gumbel2_Qinv(q, a, b) : NAN;
}
double borel_gsl_cdf_flat_P(double x, double a, double b) {
  return !isnan(x) && isfinite(a) && isfinite(b) && a < b ? gsl_cdf_flat_P(x, a, b) : NAN;
}
double borel_gsl_cdf_flat_Q(double x, double a, double b) {
  return !isnan(x) && isfinite(a) && isfinite(b) && a < b ? gsl_cdf_flat_Q(x, a, b) : NAN;
}
double borel_gsl_cdf_flat_Pinv(double p, double a, double b) {
  return probability(p) && isfinite(a) && isfinite(b) && a < b ? gsl_cdf_flat_Pinv(p, a, b) : NAN;
}
double borel_gsl_cdf_flat_Qinv(double q, double a, double b) {
  return probability(q) && isfinite(a) && isfinite(b) && a < b ? gsl_cdf_flat_Qinv(q, a, b) : NAN;
}
/* GSL takes the tails from |x/a|^b, which underflows for large b; the density is flat there. */
double borel_gsl_cdf_exppow_P(double x, double a, double b) {
  if (isnan(x) || !positive(a) || !positive(b)) return NAN;
  double u = x / a;
  return pow(fabs(u), b) > 1e-300 ? gsl_cdf_exppow_P(x, a, b) : 0.5 + 0.5 * u / tgamma(1.0 + 1.0 / b);
}
double borel_gsl_cdf_exppow_Q(double x, double a, double b) { return borel_gsl_cdf_exppow_P(-x, a, b); }

/* Counts: below zero and beyond the unsigned range the tails are 0 and 1. */
#define COUNT_TAIL(domain, low, high, value) !(domain) || isnan(k) ? NAN : k < 0 ? low : k > 4294967295.0 ? high : value
double borel_gsl_cdf_poisson_P(double k, double mu) {
  return COUNT_TAIL(mu >= 0 && mu < 1e9, 0.0, 1.0,
                    gsl_cdf_poisson_P((unsigned)k, mu));
}
double borel_gsl_cdf_poisson_Q(double k, double mu) {
  return COUNT_TAIL(mu >= 0 && mu < 1e9, 1.0, 0.0,
                    gsl_cdf_poisson_Q((unsigned)k, mu));
}
double borel_gsl_cdf_binomial_P(double k, double p, double n) {
  return COUNT_TAIL(probability(p) && count(n), 0.0, 1.0,
                    gsl_cdf_binomial_P((unsigned)k, p, (unsigned)n));
}
double borel_gsl_cdf_binomial_Q(double k, double p, double n) {
  return COUNT_TAIL(probability(p) && count(n), 1.0, 0.0,
                    gsl_cdf_binomial_Q((unsigned)k, p, (unsigned)n));
}
double borel_gsl_cdf_geometric_P(double k, double p) {
  return COUNT_TAIL(p > 0 && p <= 1, 0.0, 1.0,
                    gsl_cdf_geometric_P((unsigned)k, p));
}
double borel_gsl_cdf_geometric_Q(double k, double p) {
  return COUNT_TAIL(p > 0 && p <= 1, 1.0, 0.0,
                    gsl_cdf_geometric_Q((unsigned)k, p));
}
double borel_gsl_cdf_negative_binomial_P(double k, double p, double n) {
  return COUNT_TAIL(p > 0 && p <= 1 && positive(n), 0.0, 1.0,
                    gsl_cdf_negative_binomial_P((unsigned)k, p, n));
}
double borel_gsl_cdf_negative_binomial_Q(double k, double p, double n) {
  return COUNT_TAIL(p > 0 && p <= 1 && positive(n), 1.0, 0.0,
                    gsl_cdf_negative_binomial_Q((unsigned)k, p, n));
}
double borel_gsl_cdf_hypergeometric_P(double k, double n1, double n2, double t) {
  return COUNT_TAIL(count(n1) && count(n2) && count(t) && t <= n1 + n2, 0.0, 1.0,
                    gsl_cdf_hypergeometric_P((unsigned)k, (unsigned)n1, (unsigned)n2, (unsigned)t));
}
double borel_gsl_cdf_hypergeometric_Q(double k, double n1, double n2, double t) {
  return COUNT_TAIL(count(n1) && count(n2) && count(t) && t <= n1 + n2, 1.0, 0.0,
                    gsl_cdf_hypergeometric_Q((unsigned)k, (unsigned)n1, (unsigned)n2, (unsigned)t));
}

double borel_gsl_ran_gaussian(borel_stream *s, double sigma) {
  gsl_rng r = generator(s);
  return positive(sigma) ? gsl_ran_gaussian(&r, sigma) : NAN;
}
double borel_gsl_ran_gamma(borel_stream *s, double a, double b) {
  gsl_rng r = generator(s);
  return positive(a) && positive(b) ? gsl_ran_gamma(&r, a, b) : NAN;
}
double borel_gsl_ran_beta(borel_stream *s, double a, double b) {
  gsl_rng r = generator(s);
  return positive(a) && positive(b) ? gsl_ran_beta(&r, a, b) : NAN;
}
double borel_gsl_ran_chisq(borel_stream *s, double nu) {
  gsl_rng r = generator(s);
  return positive(nu) ? gsl_ran_chisq(&r, nu) : NAN;
}
double borel_gsl_ran_fdist(borel_stream *s, double nu1, double nu2) {
  gsl_rng r = generator(s);
  return positive(nu1) && positive(nu2) ? gsl_ran_fdist(&r, nu1, nu2) : NAN;
}
double borel_gsl_ran_tdist(borel_stream *s, double nu) {
  gsl_rng r = generator(s);
  return positive(nu) ? gsl_ran_tdist(&r, nu) : NAN;
}
double borel_gsl_ran_cauchy(borel_stream *s, double a) {
  gsl_rng r = generator(s);
  return positive(a) ? gsl_ran_cauchy(&r, a) : NAN;
}
double borel_gsl_ran_laplace(borel_stream *s, double a) {
  gsl_rng r = generator(s);
  return positive(a) ? gsl_ran_laplace(&r, a) : NAN;
}
double borel_gsl_ran_exponential(borel_stream *s, double mu) {
  gsl_rng r = generator(s);
  return positive(mu) ? gsl_ran_exponential(&r, mu) : NAN;
}
double borel_gsl_ran_exppow(borel_stream *s, double a, double b) {
  gsl_rng r = generator(s);
  return positive(a) && positive(b) ? gsl_ran_exppow(&r, a, b) : NAN;
}
double borel_gsl_ran_rayleigh(borel_stream *s, double sigma) {
  gsl_rng r = generator(s);
  return positive(sigma) ? gsl_ran_rayleigh(&r, sigma) : NAN;
}
double borel_gsl_ran_lognormal(borel_stream *s, double zeta, double sigma) {
  gsl_rng r = generator(s);
  return isfinite(zeta) && positive(sigma) ? gsl_ran_lognormal(&r, zeta, sigma) : NAN;
}
double borel_gsl_ran_logistic(borel_stream *s, double a) {
  gsl_rng r = generator(s);
  return positive(a) ? gsl_ran_logistic(&r, a) : NAN;
}
double borel_gsl_ran_pareto(borel_stream *s, double a, double b) {
  gsl_rng r = generator(s);
  return positive(a) && positive(b) ? gsl_ran_pareto(&r, a, b) : NAN;
}
double borel_gsl_ran_weibull(borel_stream *s, double a, double b) {
  gsl_rng r = generator(s);
  return positive(a) && positive(b) ? gsl_ran_weibull(&r, a, b) : NAN;
}
double borel_gsl_ran_gumbel1(borel_stream *s, double a, double b) {
  gsl_rng r = generator(s);
  return positive(a) && positive(b) ? gsl_ran_gumbel1(&r, a, b) : NAN;
}
double borel_gsl_ran_gumbel2(borel_stream *s, double a, double b) {
  gsl_rng r = generator(s);
  return positive(a) && positive(b) ? gsl_ran_gumbel2(&r, a, b) : NAN;
}
double borel_gsl_ran_levy(borel_stream *s, double c, double alpha) {
  gsl_rng r = generator(s);
  return positive(c) && alpha > 0 && alpha <= 2 ? gsl_ran_levy(&r, c, alpha) : NAN;
}
double borel_gsl_ran_levy_skew(borel_stream *s, double c, double alpha, double beta) {
  gsl_rng r = generator(s);
  return positive(c) && alpha > 0 && alpha <= 2 && fabs(beta) <= 1 ? gsl_ran_levy_skew(&r, c, alpha, beta) : NAN;
}
double borel_gsl_ran_landau(borel_stream *s) {
  gsl_rng r = generator(s);
  return gsl_ran_landau(&r);
}
double borel_gsl_ran_poisson(borel_stream *s, double mu) {
  gsl_rng r = generator(s);
  return mu >= 0 && mu < 1e9 ? gsl_ran_poisson(&r, mu) : NAN;
}
double borel_gsl_ran_binomial(borel_stream *s, double p, double n) {
  gsl_rng r = generator(s);
  return probability(p) && count(n) ? gsl_ran_binomial(&r, p, (unsigned)n) : NAN;
}
double borel_gsl_ran_negative_binomial(borel_stream *s, double p, double n) {
  gsl_rng r = generator(s);
  /* GSL recurses without end for means beyond the unsigned range. */
  int bounded = (1.0 - p) / p * (n + 50.0) < 1e9;
  return p > 0 && p <= 1 && positive(n) && bounded ? gsl_ran_negative_binomial(&r, p, n) : NAN;
}
double borel_gsl_ran_geometric(borel_stream *s, double p) {
  gsl_rng r = generator(s);
  return p > 0 && p <= 1 ? gsl_ran_geometric(&r, p) : NAN;
}
double borel_gsl_ran_hypergeometric(borel_stream *s, double n1, double n2, double t) {
  gsl_rng r = generator(s);
  int valid = count(n1) && count(n2) && count(t) && t <= n1 + n2;
  return valid ? gsl_ran_hypergeometric(&r, (unsigned)n1, (unsigned)n2, (unsigned)t) : NAN;
}
double borel_gsl_ran_logarithmic(borel_stream *s, double p) {
  gsl_rng r = generator(s);
  return p > 0 && p < 1 ? gsl_ran_logarithmic(&r, p) : NAN;
}
