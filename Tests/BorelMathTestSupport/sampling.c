/* Arguments to test functions at: edge values, and random ones by plan. */
#include "borel_math_sampling.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double edges[] = {
    0, -0.0, INFINITY, -INFINITY, NAN, 0x1p-1074, -0x1p-1074, 0x1p-1022, -0x1p-1022, 0x1.fffffffffffffp-1023,
    0x1.fffffffffffffp1023, -0x1.fffffffffffffp1023, 1, -1, 2, -2, 0.5, -0.5, 3, 10, 0x1.fffffffffffffp-1,
    0x1.0000000000001p0, -0x1.fffffffffffffp-1, -0x1.0000000000001p0, 1e-300, 1e300, -1e300, 1e15, 4503599627370497.5,
    -4503599627370497.5, 709.78271289338397, 709.78271289338409, -745.13321910194122, -745.1332191019413,
    -708.39641853226408, 1e-17, -1e-17, 1e-8, 36.7, 1e5};
enum { edge_count = sizeof edges / sizeof edges[0] };

/* splitmix64 (Steele, Lea and Flood 2014) */
static uint64_t next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}
static double uniform(uint64_t *state) { return (next(state) >> 11) * 0x1p-53; }

static double sample(const char *plan, uint64_t *state) {
  if (plan[0] == 'a' || plan[0] == '+') {
    uint64_t bits;
    do bits = next(state);
    while ((bits >> 52 & 0x7ff) == 0x7ff);
    if (plan[0] == '+') bits &= INT64_MAX;
    double x;
    memcpy(&x, &bits, 8);
    return x;
  }
  char *end;
  double low = strtod(plan, &end), high = strtod(end + 1, 0);
  return *end == '~' ? exp(log(low) + uniform(state) * (log(high) - log(low))) : low + uniform(state) * (high - low);
}

long borel_math_sample(const char *ranges, int arguments, long points, double *const *out, long most) {
  uint64_t state = 1;
  long n = 0, combinations = 1;
  int kinds = arguments < 3 ? edge_count : 18;
  for (int j = 0; j < arguments; j++) combinations *= kinds;
  for (long c = 0; c < combinations && n < most; c++, n++) {
    long rest = c;
    for (int j = 0; j < arguments; j++, rest /= kinds) out[j][n] = edges[rest % kinds];
  }
  char plans[200];
  snprintf(plans, sizeof plans, "%s", ranges);
  for (char *plan = strtok(plans, " "); plan; plan = strtok(0, " ")) {
    for (long i = 0; i < points && n < most; i++, n++) {
      const char *own = plan;
      for (int j = 0; j < arguments; j++) {
        out[j][n] = sample(own, &state);
        const char *comma = strchr(own, ',');
        if (comma) own = comma + 1;
      }
    }
  }
  return n;
}
