/* A loop over each function: the tests' table, and one per compiler and instruction set for `make numerics`, which
 * names it by VARIANT; with LIBM the C library's functions of the same name. */
#ifdef LIBM
#include <math.h>
#define CALL(f) f
#define abs fabs
#undef EACH_FUNCTION
#define EACH_FUNCTION(ONE, TWO, THREE) \
  ONE(exp) ONE(expm1) ONE(exp2) ONE(log) ONE(log1p) ONE(log2) ONE(log10) ONE(sqrt) ONE(cbrt) TWO(pow) \
  ONE(sin) ONE(cos) ONE(tan) ONE(asin) ONE(acos) ONE(atan) TWO(atan2) \
  ONE(sinh) ONE(cosh) ONE(tanh) ONE(asinh) ONE(acosh) ONE(atanh) TWO(hypot) TWO(fdim) TWO(fmod) \
  ONE(lgamma) ONE(tgamma) ONE(erf) ONE(erfc) ONE(floor) ONE(ceil) ONE(round) ONE(trunc) ONE(abs)
#else
#if defined(__clang__)
#pragma clang fp reassociate(on)
#endif
#include "borel_math.h"
#include "borel_math_functions.h"
#define CALL(f) bm_##f
#endif
#include "borel_math_loops.h"

#define ONE(f) \
  static void loop_##f(double *restrict out, double *const *in, long n) { \
    const double *restrict x = in[0]; \
    for (long i = 0; i < n; i++) out[i] = CALL(f)(x[i]); \
  }
#define TWO(f) \
  static void loop_##f(double *restrict out, double *const *in, long n) { \
    const double *restrict x = in[0], *restrict y = in[1]; \
    for (long i = 0; i < n; i++) out[i] = CALL(f)(x[i], y[i]); \
  }
#define THREE(f) \
  static void loop_##f(double *restrict out, double *const *in, long n) { \
    const double *restrict x = in[0], *restrict y = in[1], *restrict z = in[2]; \
    for (long i = 0; i < n; i++) out[i] = CALL(f)(x[i], y[i], z[i]); \
  }
EACH_FUNCTION(ONE, TWO, THREE)

#ifndef VARIANT
#define VARIANT borel_math_loops
#endif
#define ROW(f) {#f, loop_##f},
const struct loop VARIANT[] = {EACH_FUNCTION(ROW, ROW, ROW){0, 0}};
