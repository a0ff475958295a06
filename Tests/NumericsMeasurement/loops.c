/* A loop over each function, compiled once per compiler and instruction set; VARIANT names the table. */
#include "borel_math.h"
#include "functions.h"
#include "loops.h"

#define ONE(f) \
  static void loop_##f(double *restrict out, double *const *in, long n) { \
    const double *restrict x = in[0]; \
    for (long i = 0; i < n; i++) out[i] = bm_##f(x[i]); \
  }
#define TWO(f) \
  static void loop_##f(double *restrict out, double *const *in, long n) { \
    const double *restrict x = in[0], *restrict y = in[1]; \
    for (long i = 0; i < n; i++) out[i] = bm_##f(x[i], y[i]); \
  }
#define THREE(f) \
  static void loop_##f(double *restrict out, double *const *in, long n) { \
    const double *restrict x = in[0], *restrict y = in[1], *restrict z = in[2]; \
    for (long i = 0; i < n; i++) out[i] = bm_##f(x[i], y[i], z[i]); \
  }
EACH_FUNCTION(ONE, TWO, THREE)

#define ROW(f) {#f, loop_##f},
const struct loop VARIANT[] = {EACH_FUNCTION(ROW, ROW, ROW){0, 0}};
