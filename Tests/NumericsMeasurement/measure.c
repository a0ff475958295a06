/* Measures the worst error of each function of borel_math.h against multiple precision, and its time per element.
 *
 * usage: measure [points per sampling plan] [function]
 * Prints one line per function and variant for the script that writes the table. */
#include "loops.h"
#include "references.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern const struct loop gcc_native[], clang_native[], baseline[], plain[];
static const struct {
  const char *name;
  const struct loop *loops;
} variants[] = {VARIANTS};
enum { variant_count = sizeof variants / sizeof variants[0], most = 1 << 20 };

static const double edges[] = {
    0, -0.0, INFINITY, -INFINITY, NAN, 0x1p-1074, -0x1p-1074, 0x1p-1022, -0x1p-1022, 0x1.fffffffffffffp-1023,
    0x1.fffffffffffffp1023, -0x1.fffffffffffffp1023, 1, -1, 2, -2, 0.5, -0.5, 3, 10, 0x1.fffffffffffffp-1,
    0x1.0000000000001p0, -0x1.fffffffffffffp-1, -0x1.0000000000001p0, 1e-300, 1e300, -1e300, 1e15, 4503599627370497.5,
    -4503599627370497.5, 709.78271289338397, 709.78271289338409, -745.13321910194122, -745.1332191019413,
    -708.39641853226408, 1e-17, -1e-17, 1e-8, 36.7, 1e5};
enum { edge_count = sizeof edges / sizeof edges[0] };

/* splitmix64 (Steele, Lea and Flood 2014) */
static uint64_t state;
static uint64_t next(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}
static double uniform(void) { return (next() >> 11) * 0x1p-53; }

/* "all": any finite bit pattern; "a:b": uniform; "+": any positive bit pattern; "a~b": uniform in the logarithm. */
static double sample(const char *plan) {
  if (plan[0] == 'a' || plan[0] == '+') {
    uint64_t bits;
    do bits = next();
    while ((bits >> 52 & 0x7ff) == 0x7ff);
    if (plan[0] == '+') bits &= INT64_MAX;
    double x;
    memcpy(&x, &bits, 8);
    return x;
  }
  char *end;
  double low = strtod(plan, &end), high = strtod(end + 1, 0);
  return *end == '~' ? exp(log(low) + uniform() * (log(high) - log(low))) : low + uniform() * (high - low);
}

/* |value - exact| in units of the last place of max(|exact|, scale). */
static double error_in_ulp(double value, mpfr_t exact, double scale) {
  double nearest = mpfr_get_d(exact, MPFR_RNDN);
  if (isnan(nearest) || isnan(value)) return isnan(nearest) && isnan(value) ? 0 : INFINITY;
  if (isinf(nearest) || isinf(value)) {
    if (nearest == value) return 0;
    /* Within the bound of the overflow threshold either is fine: measure infinity as 2^1024. */
    if (isinf(nearest) && mpfr_inf_p(exact)) return INFINITY;
    if (isinf(nearest) && isinf(value)) return INFINITY;
  }
  mpfr_t difference;
  mpfr_init2(difference, precision);
  if (isinf(value)) mpfr_set_si_2exp(difference, value > 0 ? 1 : -1, 1024, MPFR_RNDN);
  else mpfr_set_d(difference, value, MPFR_RNDN);
  mpfr_sub(difference, difference, exact, MPFR_RNDN);
  double magnitude = fmax(fabs(nearest), scale);
  int exponent = magnitude < 0x1p-1022 ? -1022 : isinf(magnitude) ? 1023 : ilogb(magnitude);
  mpfr_mul_2si(difference, difference, 52 - exponent, MPFR_RNDN);
  double ulp = fabs(mpfr_get_d(difference, MPFR_RNDN));
  mpfr_clear(difference);
  return ulp;
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Best of several passes over arguments that stay in the cache. */
static double nanoseconds(void (*run)(double *, double *const *, long), double *out, double *const *in, long n) {
  double best = INFINITY;
  for (int pass = 0; pass < 15; pass++) {
    double start = seconds();
    for (int i = 0; i < 20; i++) run(out, in, n);
    double each = (seconds() - start) / (20.0 * n) * 1e9;
    if (each < best) best = each;
  }
  return best;
}

static const struct loop *find(const struct loop *loops, const char *name) {
  while (loops->name && strcmp(loops->name, name)) loops++;
  return loops->name ? loops : 0;
}

static double buffer[3][most], result[variant_count][most];

/* Edge values in every combination, then the plans: each plan for all arguments. */
static long fill(const struct row *row, long points) {
  long n = 0, combinations = 1;
  for (int j = 0; j < row->arguments; j++) combinations *= edge_count;
  for (long c = 0; c < combinations; c++, n++) {
    long rest = c;
    for (int j = 0; j < row->arguments; j++, rest /= edge_count) buffer[j][n] = edges[rest % edge_count];
  }
  char plans[200];
  snprintf(plans, sizeof plans, "%s", row->ranges);
  for (char *plan = strtok(plans, " "); plan; plan = strtok(0, " ")) {
    for (long i = 0; i < points && n < most; i++, n++) {
      /* "p,q": one plan per argument */
      const char *own = plan;
      for (int j = 0; j < row->arguments; j++) {
        buffer[j][n] = sample(own);
        const char *comma = strchr(own, ',');
        if (comma) own = comma + 1;
      }
    }
  }
  return n;
}

static void measure(const struct row *row, long points) {
  double *in[3] = {buffer[0], buffer[1], buffer[2]};
  state = 1;
  long n = fill(row, points);
  double worst[variant_count] = {0}, worst_at[variant_count][3];
  memset(worst_at, 0, sizeof worst_at);
  for (int v = 0; v < variant_count; v++) {
    const struct loop *loop = find(variants[v].loops, row->name);
    if (loop) loop->run(result[v], in, n);
  }
  mpfr_t exact;
  mpfr_init2(exact, precision);
  for (long i = 0; i < n; i++) {
    double a[3] = {buffer[0][i], buffer[1][i], buffer[2][i]}, scale = 0;
    row->value(exact, a, &scale);
    for (int v = 0; v < variant_count; v++) {
      double error = error_in_ulp(result[v][i], exact, scale);
      if (!(error <= worst[v])) {
        worst[v] = error;
        memcpy(worst_at[v], a, sizeof a);
      }
    }
  }
  mpfr_clear(exact);
  /* Timing: the last plan, the one of ordinary arguments. */
  long count = 1000;
  for (int j = 0; j < row->arguments; j++) in[j] = buffer[j] + n - count;
  for (int v = 0; v < variant_count; v++) {
    const struct loop *loop = find(variants[v].loops, row->name);
    double time = nanoseconds(loop->run, result[v], in, count);
    printf("%s\t%s\t%.3f\t%g\t%.2f\t%ld", row->name, variants[v].name, worst[v], row->bound, time, n);
    for (int j = 0; j < row->arguments; j++) printf("\t%.17g", worst_at[v][j]);
    printf("\n");
  }
  fflush(stdout);
}

int main(int count, char **arguments) {
  mpfr_set_emin(mpfr_get_emin_min());
  mpfr_set_emax(mpfr_get_emax_max());
  long points = count > 1 ? atol(arguments[1]) : 100000;
  for (const struct row *row = rows; row->name; row++) {
    if (count > 2) {
      int wanted = 0;
      for (int i = 2; i < count; i++) wanted |= !strcmp(row->name, arguments[i]);
      if (!wanted) continue;
    }
    measure(row, points);
  }
}
