/* A client of BridgeStan's interface: holds a library to what must be true of any model, and prints what it found.
 *
 *     client DATA [products] [without_jacobian] [construct] [errors]
 *
 * With `construct` it only tries to construct; with `errors` it prints the messages of what the library lacks. `products` says that
 * Hessians must agree with differences to rounding, `without_jacobian` that densities without the Jacobian are there. */
#include "bridgestan.h"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void hold(int is_true, const char *what) {
  if (is_true) return;
  printf("FAILED %s\n", what);
  failures++;
}

static int close_to(double a, double b, double tolerance) { return fabs(a - b) <= tolerance * fmax(1, fabs(b)); }

static long names_in(const char *list) {
  long count = *list ? 1 : 0;
  for (; *list; list++) count += *list == ',';
  return count;
}

/* Calls that must succeed. The message is read after the call, in whatever order arguments are evaluated. */
static void succeed(int status, char **message, const char *what) {
  if (status == 0) return;
  printf("FAILED %s: %s\n", what, *message ? *message : "no message");
  bs_free_error_msg(*message);
  *message = 0;
  failures++;
}

static double *numbers(long count) {
  double *x = calloc((size_t)count + 1, sizeof *x);
  if (!x) exit(2);
  return x;
}

static double density(const bs_model *m, bool jacobian, const double *q) {
  double value = 0;
  char *message = 0;
  succeed(bs_log_density(m, true, jacobian, q, &value, &message), &message, "log density");
  return value;
}

/* Value, gradient, Hessian and product at q against differences of each other. */
static void derivatives(const bs_model *m, bool jacobian, bool has_products, double *q) {
  long n = bs_param_unc_num(m);
  double *gradient = numbers(n), *again = numbers(n), *up = numbers(n), *down = numbers(n), *hessian = numbers(n * n);
  double *direction = numbers(n), *product = numbers(n), value, other;
  char *message = 0;
  succeed(bs_log_density_gradient(m, true, jacobian, q, &value, gradient, &message), &message, "gradient");
  hold(close_to(value, density(m, jacobian, q), 1e-12), "the gradient's value is the density");
  succeed(bs_log_density_hessian(m, true, jacobian, q, &other, again, hessian, &message), &message, "Hessian");
  hold(close_to(other, value, 1e-12), "the Hessian's value is the density");
  /* Differences of gradients are good to the square of the step; where the product is differenced itself, both err. */
  double h = 1e-4, tolerance = has_products ? 1e-6 : 1e-5;
  for (long i = 0; i < n; i++) {
    hold(close_to(again[i], gradient[i], 1e-10), "the Hessian's gradient is the gradient");
    double x = q[i];
    q[i] = x + h;
    succeed(bs_log_density_gradient(m, true, jacobian, q, &other, up, &message), &message, "gradient");
    double upper = other;
    q[i] = x - h;
    succeed(bs_log_density_gradient(m, true, jacobian, q, &other, down, &message), &message, "gradient");
    q[i] = x;
    hold(close_to(gradient[i], (upper - other) / (2 * h), 1e-5), "the gradient is the density's difference");
    double size = 1;
    for (long j = 0; j < n; j++) size = fmax(size, fabs(hessian[i * n + j]));
    for (long j = 0; j < n; j++) {
      double slope = (up[j] - down[j]) / (2 * h);
      hold(fabs(hessian[i * n + j] - slope) <= tolerance * size, "the Hessian is the gradient's difference");
      hold(hessian[i * n + j] == hessian[j * n + i], "the Hessian is symmetric");
    }
    direction[i] = cos(1 + (double)i);
  }
  succeed(bs_log_density_hessian_vector_product(m, true, jacobian, q, direction, &other, product, &message), &message,
          "product");
  hold(close_to(other, value, 1e-12), "the product's value is the density");
  for (long i = 0; i < n; i++) {
    double sum = 0, size = 1;
    for (long j = 0; j < n; j++) {
      sum += hessian[i * n + j] * direction[j];
      size = fmax(size, fabs(hessian[i * n + j]));
    }
    hold(fabs(product[i] - sum) <= (has_products ? 1e-10 : 1e-5) * size, "the product is the Hessian's");
  }
  free(gradient), free(again), free(up), free(down), free(hessian), free(direction), free(product);
}

struct work {
  const bs_model *model;
  long start, failed;
  const double *points, *values, *gradients;
};

enum { points = 64, rounds = 50 };

/* Every point again and again, from another start than the other thread. */
static void *evaluate(void *argument) {
  struct work *work = argument;
  long n = bs_param_unc_num(work->model);
  double *gradient = numbers(n), *parameters = numbers(bs_param_num(work->model, true, true)), value;
  for (long k = 0; k < points * rounds; k++) {
    long p = (work->start + k) % points;
    int status = bs_log_density_gradient(work->model, true, true, work->points + p * n, &value, gradient, 0);
    status |= bs_param_constrain(work->model, true, true, work->points + p * n, parameters, 0, 0);
    int is_same = status == 0 && value == work->values[p];
    is_same = is_same && memcmp(gradient, work->gradients + p * n, (size_t)n * sizeof(double)) == 0;
    work->failed += !is_same;
  }
  free(gradient), free(parameters);
  return 0;
}

static void threads(const bs_model *m) {
  long n = bs_param_unc_num(m);
  double *all = numbers(points * n), *values = numbers(points), *gradients = numbers(points * n);
  for (long i = 0; i < points * n; i++) all[i] = 0.8 * sin(1.7 * (double)i);
  for (long p = 0; p < points; p++) {
    hold(bs_log_density_gradient(m, true, true, all + p * n, values + p, gradients + p * n, 0) == 0, "gradient");
  }
  struct work work[2] = {{m, 0, 0, all, values, gradients}, {m, points / 2, 0, all, values, gradients}};
  pthread_t thread[2];
  for (int t = 0; t < 2; t++) hold(pthread_create(&thread[t], 0, evaluate, &work[t]) == 0, "a thread starts");
  for (int t = 0; t < 2; t++) {
    pthread_join(thread[t], 0);
    hold(work[t].failed == 0, "two threads get what one gets");
  }
  free(all), free(values), free(gradients);
}

static void parameters(const bs_model *m, const double *q, bs_rng *rng) {
  long n = bs_param_unc_num(m), count = bs_param_num(m, true, true);
  double *theta = numbers(count), *back = numbers(n), *again = numbers(count);
  char *message = 0;
  succeed(bs_param_constrain(m, true, true, q, theta, rng, &message), &message, "constrain");
  printf("parameters");
  for (long i = 0; i < count; i++) printf(" %.17g", theta[i]);
  printf("\n");
  succeed(bs_param_unconstrain(m, theta, back, &message), &message, "unconstrain");
  for (long i = 0; i < n; i++) hold(close_to(back[i], q[i], 1e-10), "unconstrain inverts constrain");
  succeed(bs_param_constrain(m, false, false, back, again, 0, &message), &message, "constrain");
  for (long i = 0; i < count; i++) hold(close_to(again[i], theta[i], 1e-10), "constrain inverts unconstrain");

  /* Errors of the JSON form come with messages, and with a null pointer for the message too. */
  hold(bs_param_unconstrain_json(m, "[", back, &message) == -1 && message, "malformed parameters are an error");
  bs_free_error_msg(message);
  message = 0;
  hold(bs_param_unconstrain_json(m, "{}", back, &message) == -1 && message, "missing parameters are an error");
  bs_free_error_msg(message);
  message = 0;
  hold(bs_param_unconstrain_json(m, "{}", back, 0) == -1, "an error may be ignored");

  double radius = 0.5;
  succeed(bs_param_initialize(m, 0, rng, radius, 100, true, back, &message), &message, "initialize");
  for (long i = 0; i < n; i++) hold(fabs(back[i]) < radius, "starts lie within the radius");
  hold(isfinite(density(m, true, back)), "starts have a density");
  hold(bs_param_initialize(m, "[", rng, radius, 100, true, back, &message) == -1 && message,
       "malformed starts are an error");
  bs_free_error_msg(message);
  free(theta), free(back), free(again);
}

static void show_error(int status, char **message, const char *what) {
  if (status == -1) printf("%s: %s\n", what, *message ? *message : "no message");
  bs_free_error_msg(*message);
  *message = 0;
}

int main(int count, char **arguments) {
  bool has_products = false, has_plain = false, constructs = false, lacks = false;
  for (int i = 2; i < count; i++) {
    has_products |= strcmp(arguments[i], "products") == 0;
    has_plain |= strcmp(arguments[i], "without_jacobian") == 0;
    constructs |= strcmp(arguments[i], "construct") == 0;
    lacks |= strcmp(arguments[i], "errors") == 0;
  }
  char *message = 0;
  bs_model *m = bs_model_construct(count > 1 ? arguments[1] : "", 1, &message);
  if (!m) {
    printf("error %s\n", message ? message : "no message");
    bs_free_error_msg(message);
    return constructs ? 0 : 1;
  }
  long n = bs_param_unc_num(m);
  double *q = numbers(n), *other = numbers(n), value;
  for (long i = 0; i < n; i++) q[i] = -1.1 + fmod(0.3 * (double)i, 2.2);
  if (lacks) {
    show_error(bs_log_density(m, true, false, q, &value, &message), &message, "density without Jacobian");
    show_error(bs_log_density_gradient(m, true, true, q, &value, other, &message), &message, "gradient");
    show_error(bs_log_density_hessian_vector_product(m, true, true, q, q, &value, other, &message), &message, "product");
    double *theta = numbers(bs_param_num(m, true, true));
    show_error(bs_param_unconstrain(m, theta, other, &message), &message, "unconstrain");
    free(theta);
  } else if (!constructs) {
    hold(bs_major_version == 2 && bs_minor_version >= 6 && bs_patch_version >= 0, "the interface's version");
    hold(bs_set_print_callback(0, &message) == 0, "a callback may be set");
    hold(strlen(bs_name(m)) > 0, "the model has a name");
    hold(strstr(bs_model_info(m), "STAN_THREADS=true") != 0, "the library says that it may be shared");
    printf("names %s\n", bs_param_names(m, false, false));
    printf("position %s\n", bs_param_unc_names(m));
    hold(names_in(bs_param_names(m, true, true)) == bs_param_num(m, true, true), "each parameter has a name");
    hold(names_in(bs_param_unc_names(m)) == n, "each element of the position has a name");
    printf("density %.17g\n", density(m, true, q));
    bs_rng *rng = bs_rng_construct(3, &message);
    hold(rng != 0, "a generator");
    parameters(m, q, rng);
    bs_rng_destruct(rng);
    derivatives(m, true, has_products, q);
    if (has_plain) derivatives(m, false, has_products, q);
    threads(m);
    printf("%d failures\n", failures);
  }
  bs_model_destruct(m);
  free(q), free(other);
  return failures != 0;
}
