/* Hot loops of Hamiltonian Monte Carlo. Sums may be taken in any order; on x86 the loops are compiled for AVX2 as well. */
#include "borel_hamiltonian.h"

#if defined(__linux__) && __has_include(<features.h>)
#include <features.h>
#endif

#if defined(__clang__)
#pragma clang fp reassociate(on) contract(fast)
#endif

#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#define FOR_THE_PROCESSOR __attribute__((target_clones("arch=x86-64-v3", "default")))
#endif
#endif
#ifndef FOR_THE_PROCESSOR
#define FOR_THE_PROCESSOR
#endif

FOR_THE_PROCESSOR
void borel_leapfrog_begin(long n, double step, const double *restrict m, const double *restrict q,
                          const double *restrict p, const double *restrict g, double *restrict next,
                          double *restrict half) {
  const double h = 0.5 * step;
  for (long i = 0; i < n; i++) {
    const double r = p[i] + h * g[i];
    half[i] = r;
    next[i] = q[i] + step * (m[i] * r);
  }
}

FOR_THE_PROCESSOR
double borel_leapfrog_end(long n, double step, const double *restrict m, const double *restrict g,
                          double *restrict p, const double *restrict sum, const double *restrict before,
                          double *restrict next_sum) {
  const double h = 0.5 * step;
  double energy = 0;
  if (step > 0) {
    for (long i = 0; i < n; i++) {
      const double r = p[i] + h * g[i];
      p[i] = r;
      next_sum[i] = sum[i] + r;
      energy += m[i] * (r * r);
    }
  } else {
    for (long i = 0; i < n; i++) {
      const double r = p[i] + h * g[i];
      p[i] = r;
      next_sum[i] = sum[i] - before[i];
      energy += m[i] * (r * r);
    }
  }
  return 0.5 * energy;
}

FOR_THE_PROCESSOR
void borel_momentum_half(long n, double step, const double *restrict p, const double *restrict g,
                         double *restrict half) {
  const double h = 0.5 * step;
  for (long i = 0; i < n; i++) half[i] = p[i] + h * g[i];
}

FOR_THE_PROCESSOR
void borel_position_step(long n, double step, const double *restrict q, const double *restrict v,
                         double *restrict next) {
  for (long i = 0; i < n; i++) next[i] = q[i] + step * v[i];
}

FOR_THE_PROCESSOR
void borel_momentum_end(long n, double step, const double *restrict g, double *restrict p,
                        const double *restrict sum, const double *restrict before, double *restrict next_sum) {
  const double h = 0.5 * step;
  for (long i = 0; i < n; i++) {
    const double r = p[i] + h * g[i];
    p[i] = r;
    next_sum[i] = step > 0 ? sum[i] + r : sum[i] - before[i];
  }
}

FOR_THE_PROCESSOR
int borel_has_turned(long n, const double *restrict m, const double *a_sum, const double *a_p, const double *b_sum,
                     const double *b_p) {
  double first = 0, last = 0;
  for (long i = 0; i < n; i++) {
    const double r = m[i] * (b_sum[i] - a_sum[i] + a_p[i]);
    first += r * a_p[i];
    last += r * b_p[i];
  }
  return !(first > 0 && last > 0);
}

FOR_THE_PROCESSOR
int borel_has_turned_with(long n, const double *a_sum, const double *a_p, const double *a_v, const double *b_sum,
                          const double *b_v) {
  double first = 0, last = 0;
  for (long i = 0; i < n; i++) {
    const double r = b_sum[i] - a_sum[i] + a_p[i];
    first += r * a_v[i];
    last += r * b_v[i];
  }
  return !(first > 0 && last > 0);
}

FOR_THE_PROCESSOR
int borel_seam_has_turned(long n, const double *m, const double *a_sum, const double *a_p, const double *b_sum,
                          const double *b_p, const double *c_sum, const double *c_p, const double *d_sum,
                          const double *d_p) {
  double whole_first = 0, whole_last = 0, left_first = 0, left_last = 0, right_first = 0, right_last = 0;
  for (long i = 0; i < n; i++) {
    const double v = m[i], a = a_p[i], b = b_p[i], c = c_p[i], d = d_p[i];
    const double start = a - a_sum[i], end = d_sum[i];
    const double whole = v * (end + start);
    whole_first += whole * a;
    whole_last += whole * d;
    const double left = v * (c_sum[i] + start);
    left_first += left * a;
    left_last += left * c;
    const double right = v * (end - b_sum[i] + b);
    right_first += right * b;
    right_last += right * d;
  }
  return !(whole_first > 0 && whole_last > 0 && left_first > 0 && left_last > 0 && right_first > 0 && right_last > 0);
}

FOR_THE_PROCESSOR
void borel_add_multiple(long n, double factor, const double *restrict x, double *restrict y) {
  for (long i = 0; i < n; i++) y[i] += factor * x[i];
}

FOR_THE_PROCESSOR
void borel_multiply_elements(long n, const double *restrict m, const double *restrict x, double *restrict y) {
  for (long i = 0; i < n; i++) y[i] = m[i] * x[i];
}

FOR_THE_PROCESSOR
double borel_inner_product(long n, const double *restrict x, const double *restrict y) {
  double sum = 0;
  for (long i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}
