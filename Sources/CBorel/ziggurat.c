/* Standard normal and standard exponential draws by the ziggurat method. */
#include "CBorel.h"
#include "ziggurat_tables.h"
#include <math.h>

/* A word is split into layer (bits 0-7), sign (bit 8) and abscissa (bits 11-63), which do not overlap. */

static double normal_tail(borel_stream *s, double r) {
  for (;;) { /* Marsaglia 1964: r + E1 / r given 2 E2 > (E1 / r)^2 */
    double x = borel_exponential(s) / r;
    double e = borel_exponential(s);
    if (e + e > x * x) return r + x;
  }
}

double borel_normal(borel_stream *s) {
  for (;;) {
    uint64_t bits = borel_bits(s);
    unsigned layer = (unsigned)(bits & 255);
    double x = (double)(bits >> 11) * 0x1p-53 * borel_normal_x[layer];
    int inside = x < borel_normal_x[layer + 1];
    if (!inside) {
      if (layer == 0) {
        x = normal_tail(s, borel_normal_x[1]);
        inside = 1;
      } else {
        double low = borel_normal_y[layer];
        inside = low + borel_uniform(s) * (borel_normal_y[layer + 1] - low) < exp(-0.5 * x * x);
      }
    }
    if (inside) return bits & 256 ? -x : x;
  }
}

double borel_exponential(borel_stream *s) {
  double offset = 0;
  for (;;) {
    uint64_t bits = borel_bits(s);
    unsigned layer = (unsigned)(bits & 255);
    double x = (double)(bits >> 11) * 0x1p-53 * borel_exponential_x[layer];
    if (x < borel_exponential_x[layer + 1]) return offset + x;
    if (layer == 0) {
      offset += borel_exponential_x[1]; /* memoryless: the tail is r plus another exponential */
      continue;
    }
    double low = borel_exponential_y[layer];
    if (low + borel_uniform(s) * (borel_exponential_y[layer + 1] - low) < exp(-x)) return offset + x;
  }
}
