// Eight schools, non-centred: q = (mu, log tau, z[0..J-1]).

#include "borel_math.h"
#include "../expert.h"

struct model {
  int64_t J;
  double *y, *precision;  // precision is 1 / sigma^2
};

void *expert_prepare(const struct expert_data *data) {
  struct model *model = expert_block(sizeof *model);
  model->J = expert_array(data, "y")->size;
  model->y = expert_reals(data, "y");
  model->precision = expert_reals(data, "sigma");
  for (int64_t j = 0; j < model->J; j++) model->precision[j] = 1 / (model->precision[j] * model->precision[j]);
  return model;
}

void expert_release(void *pointer) {
  struct model *model = pointer;
  free(model->y);
  free(model->precision);
  free(model);
}

double expert_gradient(const void *pointer, const double *restrict q, double *restrict gradient) {
  const struct model *model = pointer;
  const int64_t J = model->J;
  const double *restrict y = model->y, *restrict precision = model->precision;
  const double *restrict z = q + 2;
  double *restrict gradient_z = gradient + 2;

  const double mu = q[0], tau = bm_exp(q[1]);
  double sum_w = 0, sum_wz = 0, squares = 0;
  for (int64_t j = 0; j < J; j++) {
    const double r = y[j] - mu - tau * z[j];
    const double w = precision[j] * r;
    sum_w += w;
    sum_wz += w * z[j];
    squares += w * r + z[j] * z[j];
    gradient_z[j] = tau * w - z[j];
  }

  const double u = tau * tau * (1.0 / 25);
  gradient[0] = sum_w - mu * (1.0 / 25);
  gradient[1] = tau * sum_wz + 1 - 2 * u / (1 + u);
  return q[1] - bm_log1p(u) - mu * mu * (1.0 / 50) - 0.5 * squares;
}
