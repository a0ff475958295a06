/* Reference values in long double: by the C library, or composed where that does not cancel. */
#include "borel_math_check.h"
#include "borel_math_loops.h"
#include "borel_math_sampling.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef long double real;

/* What errors are measured against where terms cancel; 0: the result alone. */
static real none(const double *a) { return 0 * a[0]; }
static real larger(const double *a) { return fmaxl(fabsl(a[0]), fabsl(a[1])) + 1; }
static real larger_of_last(const double *a) {
  return 1 + (isfinite(a[1]) ? fabsl(a[1]) : 0) + (isfinite(a[2]) ? fabsl(a[2]) : 0);
}
static real half(const double *a) { return 0.5L + 0 * (a[0] == 0); }
static real quarter_or_reflected(const double *a) { return a[0] < 0 ? fmaxl(1, lgammal(-a[0])) : 0.25L; }

static real softplus(real x) { return fmaxl(x, 0) + log1pl(expl(-fabsl(x))); }
static real log1m_exp(real x) { return x > -0.7L ? logl(-expm1l(x)) : log1pl(-expl(x)); }

#define ONE(name, e) \
  static real ref_##name(const double *a) { \
    real x = a[0]; \
    return e; \
  }
#define TWO(name, e) \
  static real ref_##name(const double *a) { \
    real x = a[0], y = a[1]; \
    return e; \
  }
ONE(exp, expl(x))
ONE(expm1, expm1l(x))
ONE(exp2, exp2l(x))
ONE(log, logl(x))
ONE(log1p, log1pl(x))
ONE(log2, log2l(x))
ONE(log10, log10l(x))
ONE(sqrt, sqrtl(x))
ONE(cbrt, cbrtl(x))
ONE(inv_sqrt, x == 0 ? INFINITY : 1 / sqrtl(x))
TWO(pow, powl(x == 0 ? 0 : x, y))
ONE(sin, fabsl(x) <= 0x1p45L ? sinl(x) : NAN)
ONE(cos, fabsl(x) <= 0x1p45L ? cosl(x) : NAN)
ONE(tan, fabsl(x) <= 0x1p45L ? tanl(x) : NAN)
ONE(asin, asinl(x))
ONE(acos, acosl(x))
ONE(atan, atanl(x))
TWO(atan2, atan2l(x == 0 ? 0 : x, y == 0 ? 0 : y))
ONE(sinh, sinhl(x))
ONE(cosh, coshl(x))
ONE(tanh, tanhl(x))
ONE(asinh, asinhl(x))
ONE(acosh, acoshl(x))
ONE(atanh, atanhl(x))
TWO(hypot, hypotl(x, y))
TWO(fdim, isnan(x) || isnan(y) ? NAN : fdiml(x, y))
TWO(fmod, fmodl(x, y))
ONE(log1p_exp, softplus(x))
ONE(log1m_exp, log1m_exp(x))
TWO(log_sum_exp, x == y ? x + logl(2) : fmaxl(x, y) + log1pl(expl(-fabsl(x - y))))
TWO(log_diff_exp, y == -INFINITY ? x : x + log1m_exp(y - x))
ONE(logit, x > 0.25 && x < 0.75 ? 2 * atanhl(2 * x - 1) : logl(x) - log1pl(-x))
ONE(inv_logit, x > 0 ? 1 / (1 + expl(-x)) : expl(x) / (1 + expl(x)))
ONE(log_inv_logit, -softplus(-x))
ONE(log1m_inv_logit, -softplus(x))
ONE(cloglog, x == 0 ? -INFINITY : logl(-log1pl(-x)))
ONE(inv_cloglog, -expm1l(-expl(x)))
TWO(x_log_y, x == 0 && !isnan(y) ? 0 : x * logl(y))
TWO(x_log1p_y, x == 0 && !isnan(y) ? 0 : x * log1pl(y))
ONE(lgamma, x == -INFINITY ? INFINITY : lgammal(x))
ONE(lgamma_positive, x >= 0 ? lgammal(x) : NAN)
ONE(tgamma, x == 0 ? INFINITY : tgammal(x))
ONE(log_factorial, x >= 0 ? lgammal(1 + x) : NAN)
ONE(erf, erfl(x))
ONE(erfc, erfcl(x))
ONE(floor, floorl(x))
ONE(ceil, ceill(x))
ONE(round, roundl(x))
ONE(trunc, truncl(x))
ONE(abs, fabsl(x))
ONE(sign, x > 0 ? 1 : x < 0 ? -1 : x)
TWO(min, isnan(x) || isnan(y) ? NAN : fminl(x, y))
TWO(max, isnan(x) || isnan(y) ? NAN : fmaxl(x, y))

static real ref_log_mix(const double *a) {
  real t = a[0], x = a[1], y = a[2], high = fmaxl(x, y);
  if (!(t >= 0 && t <= 1) || isnan(x) || isnan(y)) return NAN;
  if (t == 0 || t == 1) return t == 0 ? y : x;
  if (isinf(high)) return high;
  return high + logl(t * expl(x - high) + (1 - t) * expl(y - high));
}

#define R(name, arguments, bound, scale, ranges) {#name, arguments, bound, ref_##name, scale, ranges}
static const struct row {
  const char *name;
  int arguments;
  double bound;
  real (*value)(const double *), (*scale)(const double *);
  const char *ranges;
} rows[] = {
    R(exp, 1, 1, none, "all -746:711 -1:1"),
    R(expm1, 1, 2, none, "all -40:711 -2:2"),
    R(exp2, 1, 1.2, none, "all -1075:1024 -1:1"),
    R(log, 1, 1, none, "all 0.5:2 0:100"),
    R(log1p, 1, 2, none, "all -1:2 0:100"),
    R(log2, 1, 2, none, "all 0.5:2 0:100"),
    R(log10, 1, 2, none, "all 0.5:2 0:100"),
    R(sqrt, 1, 0.51, none, "all 0:100"),
    R(cbrt, 1, 1, none, "all 0:100"),
    R(inv_sqrt, 1, 1.5, none, "all 0:100"),
    R(pow, 2, 1.2, none, "all 0.5:2,-1000:1000 1e-300~1e300,-2:2 0:10,-3:3"),
    R(sin, 1, 2, none, "1e-300~3.5e13 -1e5:1e5 -7:7"),
    R(cos, 1, 2, none, "1e-300~3.5e13 -1e5:1e5 -7:7"),
    R(tan, 1, 3, none, "1e-300~3.5e13 -1e5:1e5 -7:7"),
    R(asin, 1, 2, none, "all -1:1"),
    R(acos, 1, 2, none, "all -1:1"),
    R(atan, 1, 2, none, "all -10:10 -1:1"),
    R(atan2, 2, 2, none, "all -10:10 -1:1"),
    R(sinh, 1, 2, none, "all -711:711 -3:3"),
    R(cosh, 1, 2, none, "all -711:711 -3:3"),
    R(tanh, 1, 2, none, "all -20:20 -1:1"),
    R(asinh, 1, 3, none, "all -1e10:1e10 -3:3"),
    R(acosh, 1, 3, none, "all 1~1e10 1:3"),
    R(atanh, 1, 3, none, "all -1:1"),
    R(hypot, 2, 1.2, none, "all 1e-310~1e-290 -10:10"),
    R(fdim, 2, 0.51, none, "all -10:10"),
    R(fmod, 2, 0, none, "-1e10:1e10,-10:10 -10:10"),
    R(log1p_exp, 1, 2.1, none, "all -746:40 -3:3"),
    R(log1m_exp, 1, 2, none, "all -746:0 -3:0"),
    R(log_sum_exp, 2, 2, larger, "all -1000:1000 -20:20"),
    R(log_diff_exp, 2, 2, larger, "all -1000:1000 -20:20"),
    R(log_mix, 3, 4, larger_of_last, "0:1,-1000:1000 0:1,-10:10"),
    R(logit, 1, 2, none, "1e-308~1 0:1"),
    R(inv_logit, 1, 2, none, "all -746:40 -3:3"),
    R(log_inv_logit, 1, 2.1, none, "all -40:746 -3:3"),
    R(log1m_inv_logit, 1, 2.1, none, "all -746:40 -3:3"),
    R(cloglog, 1, 3, half, "1e-308~1 0:1"),
    R(inv_cloglog, 1, 3, none, "all -745:5 -3:3"),
    R(x_log_y, 2, 2, none, "all 0:10"),
    R(x_log1p_y, 2, 3, none, "all -1:10"),
    R(lgamma, 1, 4, quarter_or_reflected, "1e-300~1e306 -20:0 0.001:12"),
    R(lgamma_positive, 1, 4, quarter_or_reflected, "1e-300~1e306 0.001:12"),
    R(tgamma, 1, 6, none, "1e-308~172 -180:0 -5:5 0.1:20"),
    R(log_factorial, 1, 4, half, "1e-10~1e306 0:12"),
    R(erf, 1, 2, none, "all -7:7 -2:2"),
    R(erfc, 1, 4, none, "all -7:28 -1:1"),
    R(floor, 1, 0, none, "all -10:10"),
    R(ceil, 1, 0, none, "all -10:10"),
    R(round, 1, 0, none, "all -10:10"),
    R(trunc, 1, 0, none, "all -10:10"),
    R(abs, 1, 0, none, "all -10:10"),
    R(sign, 1, 0, none, "all -10:10"),
    R(min, 2, 0, none, "all -10:10"),
    R(max, 2, 0, none, "all -10:10"),
};

const char *borel_math_row(int row) {
  return row >= 0 && row < (int)(sizeof rows / sizeof rows[0]) ? rows[row].name : 0;
}

static const struct loop *find(const char *name) {
  const struct loop *loop = borel_math_loops;
  while (loop->name && strcmp(loop->name, name)) loop++;
  return loop->name ? loop : 0;
}

_Bool borel_math_call(const char *name, const double *arguments, double *first, double *last) {
  double in[3][11], out[11];
  const struct loop *loop = find(name);
  *first = *last = NAN;
  if (!loop) return 0;
  for (int j = 0; j < 3; j++)
    for (int i = 0; i < 11; i++) in[j][i] = arguments[j];
  loop->run(out, (double *const[]){in[0], in[1], in[2]}, 11);
  *first = out[0];
  *last = out[10];
  return 1;
}

static double error_in_ulp(double value, real exact, real scale) {
  double nearest = (double)exact;
  if (isnan(nearest) || isnan(value)) return isnan(nearest) && isnan(value) ? 0 : INFINITY;
  if (isinf(nearest) || isinf(value)) {
    if (nearest == value) return 0;
    /* At the threshold of overflow, infinity stands for 2^1024. */
    if (isinf(exact) || LDBL_MAX_EXP == DBL_MAX_EXP) return INFINITY;
  }
  real magnitude = fmaxl(fabsl(exact), isfinite(scale) ? scale : 0);
  int exponent = magnitude < 0x1p-1022L ? -1022 : magnitude > DBL_MAX ? 1023 : ilogbl(magnitude);
  real finite = isinf(value) ? copysignl(ldexpl(1, 1024), value) : value;
  return (double)(fabsl(finite - exact) / ldexpl(1, exponent - 52));
}

enum { most = 120000 };

struct borel_math_error borel_math_check(int index, long points) {
  const struct row *row = &rows[index];
  struct borel_math_error error = {0, row->bound, {0}, 0};
  double *memory = malloc(4 * most * sizeof *memory), *in[3] = {memory, memory + most, memory + 2 * most};
  double *out = memory + 3 * most;
  const struct loop *loop = find(row->name);
  if (!memory || !loop) {
    free(memory);
    error.worst = INFINITY;
    return error;
  }
  if (LDBL_MANT_DIG == DBL_MANT_DIG) error.bound += 2; /* the reference is no better than a double */
  long n = borel_math_sample(row->ranges, row->arguments, points, in, most);
  loop->run(out, in, n);
  for (long i = 0; i < n; i++) {
    double a[3] = {in[0][i], row->arguments > 1 ? in[1][i] : 0, row->arguments > 2 ? in[2][i] : 0};
    double ulp = error_in_ulp(out[i], row->value(a), row->scale(a));
    if (ulp <= error.worst) continue;
    error.worst = ulp;
    error.value = out[i];
    memcpy(error.at, a, sizeof a);
  }
  free(memory);
  return error;
}
