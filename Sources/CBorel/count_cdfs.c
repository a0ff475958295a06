/* Distribution functions and quantiles of counts. */
#include "borel_special.h"
#include "incomplete_beta.h"
#include "limits_of_logs.h"
#include <math.h>

/* The smallest whole k in [low, high] with cdf(k) >= p, by doubling steps from a guess and bisection. */
struct count_cdf {
  double (*value)(const struct count_cdf *, double k);
  double a, b, c;
};

static double search(const struct count_cdf *f, double p, double low, double high, double mean, double deviation) {
  double guess = mean + deviation * (p > 0 && p < 1 ? borel_normal_quantile(p) : 0);
  guess = floor(fmin(fmax(guess, low), high));
  if (!(guess >= low)) guess = low;
  double step = fmax(1.0, floor(0.1 * deviation));
  double below, above; /* cdf(below) < p <= cdf(above) */
  if (f->value(f, guess) >= p) {
    above = guess;
    for (below = guess - step; below >= low && f->value(f, below) >= p; below -= step) {
      above = below;
      step *= 2;
    }
    if (below < low) below = low - 1;
  } else {
    below = guess;
    for (above = guess + step; above < high && f->value(f, above) < p; above += step) {
      below = above;
      step *= 2;
      if (above > 1e300) return INFINITY;
    }
    if (above > high) above = high;
  }
  while (above - below > 1) {
    double middle = floor(below + 0.5 * (above - below));
    if (middle <= below || middle >= above) break;
    if (f->value(f, middle) >= p) above = middle; else below = middle;
  }
  return above;
}

/* Poisson: P(K <= k) = Q(floor(k) + 1, mu). */
double borel_log_poisson_cdf(double mu, double k) {
  if (!(mu >= 0) || isnan(k) || isinf(mu)) return NAN;
  if (k < 0) return -INFINITY;
  if (mu == 0 || isinf(k)) return 0;
  return borel_log_gamma_q(floor(k) + 1.0, mu);
}

double borel_log_poisson_ccdf(double mu, double k) {
  if (!(mu >= 0) || isnan(k) || isinf(mu)) return NAN;
  if (k < 0) return 0;
  if (mu == 0 || isinf(k)) return -INFINITY;
  return borel_log_gamma_p(floor(k) + 1.0, mu);
}

double borel_poisson_cdf(double mu, double k) { return exp(borel_log_poisson_cdf(mu, k)); }
double borel_poisson_ccdf(double mu, double k) { return exp(borel_log_poisson_ccdf(mu, k)); }

static double poisson_value(const struct count_cdf *f, double k) { return borel_poisson_cdf(f->a, k); }

double borel_poisson_quantile(double mu, double p) {
  if (!(mu >= 0 && p >= 0 && p <= 1) || isinf(mu)) return NAN;
  if (p == 0 || mu == 0) return 0;
  if (p == 1) return INFINITY;
  struct count_cdf f = {poisson_value, mu, 0, 0};
  return search(&f, p, 0, INFINITY, mu, sqrt(mu));
}

/* Binomial: P(K <= k) = 1 - I_theta(k + 1, n - k). */
static void binomial_tails(double n, double theta, double k, double *log_lower, double *log_upper) {
  *log_lower = *log_upper = NAN;
  if (!(n >= 0 && theta >= 0 && theta <= 1) || isinf(n) || n != floor(n) || isnan(k)) return;
  k = floor(k);
  if (k < 0 || k >= n) {
    *log_lower = k < 0 ? -INFINITY : 0;
    *log_upper = k < 0 ? 0 : -INFINITY;
    return;
  }
  borel_beta_tails(k + 1.0, n - k, theta, 1.0 - theta, log_upper, log_lower);
}

double borel_log_binomial_cdf(double n, double theta, double k) {
  double log_lower, log_upper;
  binomial_tails(n, theta, k, &log_lower, &log_upper);
  return log_lower;
}

double borel_log_binomial_ccdf(double n, double theta, double k) {
  double log_lower, log_upper;
  binomial_tails(n, theta, k, &log_lower, &log_upper);
  return log_upper;
}

double borel_binomial_cdf(double n, double theta, double k) { return exp(borel_log_binomial_cdf(n, theta, k)); }
double borel_binomial_ccdf(double n, double theta, double k) { return exp(borel_log_binomial_ccdf(n, theta, k)); }

static double binomial_value(const struct count_cdf *f, double k) { return borel_binomial_cdf(f->a, f->b, k); }

double borel_binomial_quantile(double n, double theta, double p) {
  if (!(n >= 0 && theta >= 0 && theta <= 1 && p >= 0 && p <= 1) || isinf(n) || n != floor(n)) return NAN;
  if (p == 0 || n == 0 || theta == 0) return 0;
  if (p == 1 || theta == 1) return n;
  struct count_cdf f = {binomial_value, n, theta, 0};
  return search(&f, p, 0, n, n * theta, sqrt(n * theta * (1.0 - theta)));
}

/* Negative binomial (failures before success r): P(K <= k) = I_theta(r, k + 1). */
static void neg_binomial_tails(double r, double theta, double k, double *log_lower, double *log_upper) {
  *log_lower = *log_upper = NAN;
  if (!(r > 0 && theta > 0 && theta <= 1) || isinf(r) || isnan(k)) return;
  k = floor(k);
  if (k < 0 || isinf(k)) {
    *log_lower = k < 0 ? -INFINITY : 0;
    *log_upper = k < 0 ? 0 : -INFINITY;
    return;
  }
  borel_beta_tails(r, k + 1.0, theta, 1.0 - theta, log_lower, log_upper);
}

double borel_log_neg_binomial_cdf(double r, double theta, double k) {
  double log_lower, log_upper;
  neg_binomial_tails(r, theta, k, &log_lower, &log_upper);
  return log_lower;
}

double borel_log_neg_binomial_ccdf(double r, double theta, double k) {
  double log_lower, log_upper;
  neg_binomial_tails(r, theta, k, &log_lower, &log_upper);
  return log_upper;
}

double borel_neg_binomial_cdf(double r, double theta, double k) {
  return exp(borel_log_neg_binomial_cdf(r, theta, k));
}

double borel_neg_binomial_ccdf(double r, double theta, double k) {
  return exp(borel_log_neg_binomial_ccdf(r, theta, k));
}

static double neg_binomial_value(const struct count_cdf *f, double k) { return borel_neg_binomial_cdf(f->a, f->b, k); }

double borel_neg_binomial_quantile(double r, double theta, double p) {
  if (!(r > 0 && theta > 0 && theta <= 1 && p >= 0 && p <= 1) || isinf(r)) return NAN;
  if (p == 0 || theta == 1) return 0;
  if (p == 1) return INFINITY;
  struct count_cdf f = {neg_binomial_value, r, theta, 0};
  double mean = r * (1.0 - theta) / theta;
  return search(&f, p, 0, INFINITY, mean, sqrt(mean / theta));
}

/* Sums a mass outwards from k by the ratio of neighbours, relative to the mass at k; the mass is unimodal. */
static double log_tail_sum(double log_start, double k, double end, double direction,
                           double (*ratio)(const double *, double), const double *parameters) {
  double term = 1, sum = 1;
  while (k != end) {
    /* ratio(j) = mass(j + 1) / mass(j) */
    double r = direction > 0 ? ratio(parameters, k) : 1.0 / ratio(parameters, k - 1.0);
    term *= r;
    sum += term;
    k += direction;
    if (sum > 1e280) {
      log_start += log(sum);
      term /= sum;
      sum = 1;
    }
    if (r < 1 && term < 1e-18 * (1.0 - r) * sum) break;
  }
  return log_start + log(sum);
}

static double hypergeometric_ratio(const double *q, double k) {
  return (q[1] - k) * (q[0] - k) / ((k + 1.0) * (q[2] - q[0] + k + 1.0));
}

/* The side away from the mean is summed, the other is its complement. */
static void hypergeometric_tails(double n, double a, double b, double k, double *log_lower, double *log_upper) {
  *log_lower = *log_upper = NAN;
  double total = a + b;
  if (!(n >= 0 && a >= 0 && b >= 0 && n <= total) || total > 0x1p53 || isnan(k)) return;
  if (n != floor(n) || a != floor(a) || b != floor(b)) return;
  k = floor(k);
  double low = fmax(0, n - b), high = fmin(n, a);
  if (k < low || k >= high) {
    *log_lower = k < low ? -INFINITY : 0;
    *log_upper = k < low ? 0 : -INFINITY;
    return;
  }
  double parameters[3] = {n, a, b};
  if (k < n * (a / total)) {
    double start = borel_log_hypergeometric_mass(n, a, b, k);
    *log_lower = borel_at_most_zero(log_tail_sum(start, k, low, -1, hypergeometric_ratio, parameters));
    *log_upper = borel_log1m_exp(*log_lower);
  } else {
    double start = borel_log_hypergeometric_mass(n, a, b, k + 1.0);
    *log_upper = borel_at_most_zero(log_tail_sum(start, k + 1.0, high, 1, hypergeometric_ratio, parameters));
    *log_lower = borel_log1m_exp(*log_upper);
  }
}

double borel_log_hypergeometric_cdf(double n, double a, double b, double k) {
  double log_lower, log_upper;
  hypergeometric_tails(n, a, b, k, &log_lower, &log_upper);
  return log_lower;
}

double borel_log_hypergeometric_ccdf(double n, double a, double b, double k) {
  double log_lower, log_upper;
  hypergeometric_tails(n, a, b, k, &log_lower, &log_upper);
  return log_upper;
}

static double hypergeometric_value(const struct count_cdf *f, double k) {
  return exp(borel_log_hypergeometric_cdf(f->a, f->b, f->c, k));
}

double borel_hypergeometric_quantile(double n, double a, double b, double p) {
  double low = fmax(0, n - b), high = fmin(n, a), total = a + b;
  if (!(p >= 0 && p <= 1) || isnan(borel_log_hypergeometric_cdf(n, a, b, low))) return NAN;
  if (p == 0 || low == high) return low;
  if (p == 1) return high;
  struct count_cdf f = {hypergeometric_value, n, a, b};
  double share = a / total;
  return search(&f, p, low, high, n * share, sqrt(n * share * (1.0 - share)));
}

static double beta_binomial_ratio(const double *q, double k) {
  return (q[0] - k) * (q[1] + k) / ((k + 1.0) * (q[2] + q[0] - k - 1.0));
}

/* The mass may be U-shaped (a, b < 1), so each tail is the sum of all its terms from the end that is nearer. */
static double beta_binomial_sum(const double *q, double from, double to) {
  double n = q[0], a = q[1], b = q[2];
  double log_mass = borel_lchoose(n, from) + borel_lbeta(a + from, b + n - from) - borel_lbeta(a, b);
  double term = 1, sum = 1, offset = 0;
  for (double k = from; k < to; k += 1) {
    term *= beta_binomial_ratio(q, k);
    sum += term;
    if (sum > 1e280) {
      offset += log(sum);
      term /= sum;
      sum = 1;
    }
  }
  return log_mass + offset + log(sum);
}

static void beta_binomial_tails(double n, double a, double b, double k, double *log_lower, double *log_upper) {
  *log_lower = *log_upper = NAN;
  if (!(n >= 0 && a > 0 && b > 0) || isinf(a) || isinf(b) || n > 1e9 || n != floor(n) || isnan(k)) return;
  k = floor(k);
  if (k < 0 || k >= n) {
    *log_lower = k < 0 ? -INFINITY : 0;
    *log_upper = k < 0 ? 0 : -INFINITY;
    return;
  }
  double q[3] = {n, a, b};
  if (k < n * (a / (a + b))) {
    *log_lower = borel_at_most_zero(beta_binomial_sum(q, 0, k));
    *log_upper = *log_lower > -0.7 ? borel_at_most_zero(beta_binomial_sum(q, k + 1.0, n)) : borel_log1m_exp(*log_lower);
  } else {
    *log_upper = borel_at_most_zero(beta_binomial_sum(q, k + 1.0, n));
    *log_lower = *log_upper > -0.7 ? borel_at_most_zero(beta_binomial_sum(q, 0, k)) : borel_log1m_exp(*log_upper);
  }
}

double borel_log_beta_binomial_cdf(double n, double a, double b, double k) {
  double log_lower, log_upper;
  beta_binomial_tails(n, a, b, k, &log_lower, &log_upper);
  return log_lower;
}

double borel_log_beta_binomial_ccdf(double n, double a, double b, double k) {
  double log_lower, log_upper;
  beta_binomial_tails(n, a, b, k, &log_lower, &log_upper);
  return log_upper;
}

static double beta_binomial_value(const struct count_cdf *f, double k) {
  return exp(borel_log_beta_binomial_cdf(f->a, f->b, f->c, k));
}

double borel_beta_binomial_quantile(double n, double a, double b, double p) {
  if (!(p >= 0 && p <= 1) || isnan(borel_log_beta_binomial_cdf(n, a, b, 0))) return NAN;
  if (p == 0 || n == 0) return 0;
  if (p == 1) return n;
  struct count_cdf f = {beta_binomial_value, n, a, b};
  double mean = a / (a + b), sum = a + b;
  return search(&f, p, 0, n, n * mean, n * sqrt(mean * (1.0 - mean) / (sum + 1.0)));
}

double borel_hypergeometric_cdf(double n, double a, double b, double k) {
  return exp(borel_log_hypergeometric_cdf(n, a, b, k));
}

double borel_hypergeometric_ccdf(double n, double a, double b, double k) {
  return exp(borel_log_hypergeometric_ccdf(n, a, b, k));
}

double borel_beta_binomial_cdf(double n, double a, double b, double k) {
  return exp(borel_log_beta_binomial_cdf(n, a, b, k));
}

double borel_beta_binomial_ccdf(double n, double a, double b, double k) {
  return exp(borel_log_beta_binomial_ccdf(n, a, b, k));
}
