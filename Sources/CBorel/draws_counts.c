/* Draws of counts, exact for huge parameters: Poisson, binomial, negative binomial, hypergeometric, categorical. */
#include "CBorel.h"
#include "borel_special.h"
#include <math.h>

double borel_draw_uniform_int(borel_stream *s, double n) {
  if (!(n >= 1) || n > 0x1p53 || n != floor(n)) return NAN;
  return (double)borel_uniform_below(s, (uint64_t)n);
}

/* mu >= 10: transformed rejection with squeeze (Hormann 1993, PTRS); the mass is Loader's form, which keeps its digits
 * for means of any size. */
static double poisson_large(borel_stream *s, double mu) {
  double b = 0.931 + 2.53 * sqrt(mu);
  double a = -0.059 + 0.02483 * b;
  double log_scale = log(1.1239 + 1.1328 / (b - 3.4));
  double inside = 0.9277 - 3.6224 / (b - 2.0);
  for (;;) {
    double u = borel_uniform(s) - 0.5, v = borel_uniform(s);
    double edge = 0.5 - fabs(u);
    double k = floor((2.0 * a / edge + b) * u + mu + 0.43);
    if (edge >= 0.07 && v <= inside) return k;
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    if (log(v) + log_scale - log(a / (edge * edge) + b) <= borel_log_poisson_mass(mu, k)) return k;
  }
}

double borel_draw_poisson(borel_stream *s, double mu) {
  if (!(mu >= 0) || isinf(mu)) return NAN;
  if (mu >= 10) return poisson_large(s, mu);
  double count = 0; /* arrivals of a unit-rate process before time mu */
  for (double time = borel_exponential(s); time < mu; time += borel_exponential(s)) count += 1;
  return count;
}

/* Mean at least 10 and theta <= 1/2: transformed rejection with squeeze (Hormann 1993, BTRS). */
static double binomial_large(borel_stream *s, double n, double theta) {
  double deviation = sqrt(n * theta * (1.0 - theta));
  double b = 1.15 + 2.53 * deviation;
  double a = -0.0873 + 0.0248 * b + 0.01 * theta;
  double centre = n * theta + 0.5;
  double inside = 0.92 - 4.2 / b;
  double log_alpha = log((2.83 + 5.1 / b) * deviation);
  double log_top = borel_log_binomial_mass(n, theta, floor((n + 1.0) * theta));
  for (;;) {
    double u = borel_uniform(s) - 0.5, v = borel_uniform(s);
    double edge = 0.5 - fabs(u);
    double k = floor((2.0 * a / edge + b) * u + centre);
    if (edge >= 0.07 && v <= inside) return k;
    if (k < 0 || k > n) continue;
    if (log(v) + log_alpha - log(a / (edge * edge) + b) <= borel_log_binomial_mass(n, theta, k) - log_top) return k;
  }
}

/* Small mean: the waiting times between successes are E / (trials left) on a clock that stops at -log(1 - theta)
 * (Devroye 1986, section X.4.3). */
static double binomial_small(borel_stream *s, double n, double theta) {
  double end = -log1p(-theta), count = 0;
  double time = borel_exponential(s) / n;
  while (time <= end) {
    count += 1;
    if (count >= n) return n;
    time += borel_exponential(s) / (n - count);
  }
  return count;
}

double borel_draw_binomial(borel_stream *s, double n, double theta) {
  if (!(n >= 0) || isinf(n) || n != floor(n) || !(theta >= 0 && theta <= 1)) return NAN;
  if (n == 0 || theta == 0) return 0;
  if (theta == 1) return n;
  double p = theta <= 0.5 ? theta : 1.0 - theta;
  double k = n * p >= 10 ? binomial_large(s, n, p) : binomial_small(s, n, p);
  return theta <= 0.5 ? k : n - k;
}

double borel_draw_neg_binomial(borel_stream *s, double r, double theta) {
  if (!(r > 0) || isinf(r) || !(theta > 0 && theta <= 1)) return NAN;
  return borel_draw_poisson(s, borel_draw_gamma(s, r) * ((1.0 - theta) / theta));
}

double borel_draw_geometric(borel_stream *s, double theta) {
  if (!(theta > 0 && theta <= 1)) return NAN;
  if (theta == 1) return 0;
  return floor(borel_exponential(s) / -log1p(-theta));
}

/* White balls in `n` draws, one by one. */
static double hypergeometric_small(borel_stream *s, double n, double a, double total) {
  double white = a, left = total, count = 0;
  for (double i = 0; i < n; i += 1) {
    double ball = left <= 0x1p63 ? (double)borel_uniform_below(s, (uint64_t)left) : borel_uniform(s) * left;
    if (ball < white) {
      count += 1;
      white -= 1;
    }
    left -= 1;
  }
  return count;
}

/* Ratio of uniforms with a universal table mountain (Stadlober 1989, HRUA). */
static double hypergeometric_large(borel_stream *s, double n, double a, double b) {
  double total = a + b, p = a / total;
  double variance = n * p * (1.0 - p) * ((total - n) / (total - 1.0));
  double centre = n * p + 0.5;
  double width = 1.7155277699214135 * sqrt(variance + 0.5) + 0.8989161620588988;
  double top = fmin(n, a);
  double mode = floor((n + 1.0) * ((a + 1.0) / (total + 2.0)));
  double log_top = borel_log_hypergeometric_mass(n, a, b, mode);
  for (;;) {
    double u = borel_uniform(s), v = borel_uniform(s);
    double x = centre + width * (v - 0.5) / u;
    if (!(x >= 0) || x >= top + 1.0) continue;
    double k = floor(x);
    if (2.0 * log(u) <= borel_log_hypergeometric_mass(n, a, b, k) - log_top) return k;
  }
}

double borel_draw_hypergeometric(borel_stream *s, double n, double a, double b) {
  double total = a + b;
  if (!(n >= 0 && a >= 0 && b >= 0 && n <= total) || total > 0x1p53) return NAN;
  if (n != floor(n) || a != floor(a) || b != floor(b)) return NAN;
  /* Draw the smaller part of the urn, count the rarer colour, and let the smaller of the two sets be the draw. */
  int complement = n > total - n;
  double draws = complement ? total - n : n;
  int swap = a > b;
  double rare = swap ? b : a;
  double small = fmin(draws, rare), large = fmax(draws, rare);
  double k = small <= 16 ? hypergeometric_small(s, small, large, total)
                         : hypergeometric_large(s, small, large, total - large);
  if (swap) k = draws - k;
  return complement ? a - k : k;
}

int64_t borel_draw_categorical(borel_stream *s, const double *weights, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) {
    if (!(weights[i] >= 0)) return -1;
    sum += weights[i];
  }
  if (!(sum > 0) || isinf(sum)) return -1;
  double target = borel_uniform(s) * sum, running = 0;
  int64_t last = -1;
  for (int64_t i = 0; i < count; i++) {
    if (weights[i] > 0) {
      running += weights[i];
      last = i;
      if (target < running) return i;
    }
  }
  return last;
}

int64_t borel_draw_categorical_logit(borel_stream *s, const double *logits, int64_t count) {
  double top = -INFINITY;
  for (int64_t i = 0; i < count; i++) {
    if (isnan(logits[i])) return -1;
    if (logits[i] > top) top = logits[i];
  }
  if (isinf(top)) return -1;
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += exp(logits[i] - top);
  double target = borel_uniform(s) * sum, running = 0;
  int64_t last = -1;
  for (int64_t i = 0; i < count; i++) {
    double w = exp(logits[i] - top);
    if (w > 0) {
      running += w;
      last = i;
      if (target < running) return i;
    }
  }
  return last;
}
