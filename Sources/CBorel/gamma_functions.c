/* Log gamma. */
#include "borel_special.h"
#include <math.h>

double lgamma_r(double x, int *sign);

/* lgamma_r, because lgamma writes the global signgam. */
double borel_lgamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}
