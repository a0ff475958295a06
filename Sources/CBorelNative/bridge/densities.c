/* Log densities and their derivatives. */
#include "model.h"
#include <math.h>

EXPORT int bs_log_density(const bs_model *m, bool propto, bool jacobian, const double *theta_unc, double *lp,
                          char **error_msg) {
  (void)propto; /* constants cost nothing here and are kept */
  struct scratch *s = bridge_borrow(m);
  if (!s) return bridge_report(error_msg, "out of memory");
  int result = bridge_density(m, jacobian, s, theta_unc, lp, 0, error_msg);
  bridge_give_back(m, s);
  return result;
}

EXPORT int bs_log_density_gradient(const bs_model *m, bool propto, bool jacobian, const double *theta_unc, double *val,
                                   double *grad, char **error_msg) {
  (void)propto;
  struct scratch *s = bridge_borrow(m);
  if (!s) return bridge_report(error_msg, "out of memory");
  int result = bridge_density(m, jacobian, s, theta_unc, val, grad, error_msg);
  bridge_give_back(m, s);
  return result;
}

/* The cube root of the rounding unit balances rounding and truncation of central differences. */
static const double difference_step = 6e-6;

/* (g(x + h v) - g(x - h v)) / 2h: for models with an operation that has no second derivative. */
static int difference(const bs_model *m, bool jacobian, struct scratch *s, const double *x, const double *v,
                      double *product, char **error) {
  long n = m->dimension;
  double *point = s->gradients + 2 * n, value, norm = 0, size = 0;
  for (long i = 0; i < n; i++) {
    norm = fmax(norm, fabs(v[i]));
    size = fmax(size, fabs(x[i]));
  }
  double h = norm > 0 ? difference_step * fmax(1, size) / norm : 1;
  for (int side = 0; side < 2; side++) {
    for (long i = 0; i < n; i++) point[i] = x[i] + (side ? -h : h) * v[i];
    if (bridge_density(m, jacobian, s, point, &value, s->gradients + side * n, error)) return -1;
  }
  for (long i = 0; i < n; i++) product[i] = (s->gradients[i] - s->gradients[n + i]) / (2 * h);
  return 0;
}

/* Log density, gradient and the Hessian's product with v, by the tangent of the gradient where the model has one. */
static int along(const bs_model *m, bool jacobian, struct scratch *s, const double *x, const double *v, double *value,
                 double *gradient, double *product, char **error) {
  int function = jacobian ? bridge_model.product : bridge_model.plain_product;
  if (function < 0) {
    if (bridge_density(m, jacobian, s, x, value, gradient, error)) return -1;
    return difference(m, jacobian, s, x, v, product, error);
  }
  const void *inputs[] = {x, v};
  void *outputs[] = {gradient, product};
  long status = bridge_run(m, function, s, inputs, value, outputs);
  return status ? bridge_report_status(status, error) : 0;
}

EXPORT int bs_log_density_hessian_vector_product(const bs_model *m, bool propto, bool jacobian,
                                                 const double *theta_unc, const double *vector, double *val,
                                                 double *hvp, char **error_msg) {
  (void)propto;
  struct scratch *s = bridge_borrow(m);
  if (!s) return bridge_report(error_msg, "out of memory");
  int result = along(m, jacobian, s, theta_unc, vector, val, s->unconstrained, hvp, error_msg);
  bridge_give_back(m, s);
  return result;
}

EXPORT int bs_log_density_hessian(const bs_model *m, bool propto, bool jacobian, const double *theta_unc, double *val,
                                  double *grad, double *hessian, char **error_msg) {
  (void)propto;
  struct scratch *s = bridge_borrow(m);
  if (!s) return bridge_report(error_msg, "out of memory");
  long n = m->dimension;
  int result = bridge_density(m, jacobian, s, theta_unc, val, grad, error_msg);
  for (long i = 0; i < n; i++) s->direction[i] = 0;
  for (long i = 0; i < n && !result; i++) {
    double value;
    s->direction[i] = 1;
    result = along(m, jacobian, s, theta_unc, s->direction, &value, s->unconstrained, hessian + i * n, error_msg);
    s->direction[i] = 0;
  }
  for (long i = 0; i < n && !result; i++) {
    for (long j = 0; j < i; j++) {
      hessian[i * n + j] = hessian[j * n + i] = 0.5 * (hessian[i * n + j] + hessian[j * n + i]);
    }
  }
  bridge_give_back(m, s);
  return result;
}
