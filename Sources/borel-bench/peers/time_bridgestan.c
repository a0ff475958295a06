// Times the gradient of a model with BridgeStan's C interface in a loop, and prints its values at given points.
//
//   time_bridgestan LIBRARY DATA.json POINTS [SECONDS]
//
// POINTS is a text file: the number of points and of parameters, then the numbers. The loop runs at the first point. Prints one
// line of JSON: microseconds per evaluation (the least of 31 batches) and log densities and gradients at all points.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef void *construct_function(const char *, unsigned int, char **);
typedef int count_function(const void *);
typedef int gradient_function(const void *, bool, bool, const double *, double *, double *, char **);

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int fail(const char *what, const char *why) {
  fprintf(stderr, "time_bridgestan: %s: %s\n", what, why ? why : "unknown error");
  return 1;
}

int main(int count, char **arguments) {
  if (count < 4) return fail("usage", "time_bridgestan LIBRARY DATA.json POINTS [SECONDS]");
  void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) return fail(arguments[1], dlerror());
  construct_function *construct = (construct_function *)dlsym(library, "bs_model_construct");
  count_function *size = (count_function *)dlsym(library, "bs_param_unc_num");
  gradient_function *gradient = (gradient_function *)dlsym(library, "bs_log_density_gradient");
  if (!construct || !size || !gradient) return fail(arguments[1], "a function of BridgeStan is missing");
  char *message = NULL;
  void *model = construct(arguments[2], 1, &message);
  if (!model) return fail(arguments[2], message);

  FILE *file = fopen(arguments[3], "r");
  int points, n;
  if (!file || fscanf(file, "%d %d", &points, &n) != 2) return fail(arguments[3], "cannot be read");
  if (n != size(model)) {
    fprintf(stderr, "time_bridgestan: the model has %d unconstrained parameters, the points have %d\n", size(model), n);
    return 1;
  }
  double *q = malloc((size_t)points * (size_t)n * sizeof *q), *slope = malloc((size_t)n * sizeof *slope);
  for (int i = 0; i < points * n; i++) {
    if (fscanf(file, "%lf", &q[i]) != 1) return fail(arguments[3], "ends too early");
  }
  fclose(file);

  enum { batches = 31 };
  const double budget = (count > 4 ? atof(arguments[4]) : 0.5) / batches;
  double value, least = 1e300;
  long repetitions = 1;
  for (double elapsed = 0; elapsed < budget; repetitions *= 2) {
    const double start = seconds();
    for (long i = 0; i < repetitions; i++) {
      if (gradient(model, true, true, q, &value, slope, &message)) return fail("gradient", message);
    }
    elapsed = seconds() - start;
  }
  repetitions = repetitions > 2 ? repetitions / 2 : 1;
  for (int batch = 0; batch < batches; batch++) {
    const double start = seconds();
    for (long i = 0; i < repetitions; i++) gradient(model, true, true, q, &value, slope, &message);
    const double time = (seconds() - start) / (double)repetitions;
    least = time < least ? time : least;
  }

  printf("{\"us\": %.6g, \"lp\": [", 1e6 * least);
  for (int p = 0; p < points; p++) {
    if (gradient(model, true, true, q + p * n, &value, slope, &message)) return fail("gradient", message);
    printf("%s%.17g", p ? ", " : "", value);
  }
  printf("], \"gradient\": [");
  for (int p = 0; p < points; p++) {
    gradient(model, true, true, q + p * n, &value, slope, &message);
    printf("%s[", p ? ", " : "");
    for (int i = 0; i < n; i++) printf("%s%.17g", i ? ", " : "", slope[i]);
    printf("]");
  }
  printf("]}\n");
  return 0;
}
