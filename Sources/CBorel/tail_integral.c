/* Integrals of positive, eventually decreasing functions by a graded Gauss-Legendre rule. */
#include "tail_integral.h"
#include "special_tables.h"
#include <math.h>

double borel_tail_integral(double (*log_ratio)(double, const void *), const void *context, double scale, double limit) {
  double total = 0, start = 0, width = scale;
  if (!(scale > 0)) return NAN;
  for (int panel = 0; panel < 400 && start < limit; panel++) {
    if (start + width > limit) width = limit - start;
    double sum = 0, centre = start + 0.5 * width;
    for (int i = 0; i < 8; i++) {
      double d = 0.5 * width * borel_legendre_nodes[i];
      sum += borel_legendre_weights[i] * (exp(log_ratio(centre - d, context)) + exp(log_ratio(centre + d, context)));
    }
    sum *= 0.5 * width;
    total += sum;
    if (sum < 1e-17 * total) break;
    start += width;
    width *= 1.35;
  }
  return total;
}
