/* Finds the mode of a log-concave model by Newton's method: a client of BridgeStan's interface in C.
 *
 *     client DATA */
#include "bridgestan.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Solves A x = b by elimination; A and b are overwritten, b by the solution. 0 where A is singular. */
static int solve(int n, double *a, double *b) {
  for (int k = 0; k < n; k++) {
    int pivot = k;
    for (int i = k + 1; i < n; i++) {
      if (fabs(a[i * n + k]) > fabs(a[pivot * n + k])) pivot = i;
    }
    if (a[pivot * n + k] == 0) return 0;
    for (int j = 0; j < n; j++) {
      double keep = a[k * n + j];
      a[k * n + j] = a[pivot * n + j];
      a[pivot * n + j] = keep;
    }
    double keep = b[k];
    b[k] = b[pivot];
    b[pivot] = keep;
    for (int i = 0; i < n; i++) {
      if (i == k) continue;
      double factor = a[i * n + k] / a[k * n + k];
      for (int j = k; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
      b[i] -= factor * b[k];
    }
  }
  for (int k = 0; k < n; k++) b[k] /= a[k * n + k];
  return 1;
}

static void stop(const char *message) {
  fprintf(stderr, "%s\n", message ? message : "an error without a message");
  exit(1);
}

int main(int count, char **arguments) {
  char *message = 0;
  bs_model *model = bs_model_construct(count > 1 ? arguments[1] : "{}", 1, &message);
  if (!model) stop(message);
  int n = bs_param_unc_num(model), parameters = bs_param_num(model, false, false);
  double *q = calloc(n, sizeof *q), *slope = calloc(n, sizeof *slope), *hessian = calloc(n * n, sizeof *hessian);
  double *theta = calloc(parameters, sizeof *theta), value;
  if (!q || !slope || !hessian || !theta) stop("out of memory");
  printf("model %s, %d parameters: %s\n", bs_name(model), parameters, bs_param_names(model, false, false));
  for (int step = 0; step < 50; step++) {
    if (bs_log_density_hessian(model, true, true, q, &value, slope, hessian, &message)) stop(message);
    double size = 0;
    for (int i = 0; i < n; i++) size = fmax(size, fabs(slope[i]));
    if (size < 1e-9) break;
    if (!isfinite(value)) stop("Newton's method left the region where the density is concave");
    if (!solve(n, hessian, slope)) stop("the Hessian is singular");
    for (int i = 0; i < n; i++) q[i] -= slope[i];
  }
  if (bs_param_constrain(model, false, false, q, theta, 0, &message)) stop(message);
  printf("mode in unconstrained space, log density %.4f:\n", value);
  for (int i = 0; i < parameters; i++) printf("%s%.4f", i ? " " : "", theta[i]);
  printf("\n");
  bs_model_destruct(model);
  free(q), free(slope), free(hessian), free(theta);
}
