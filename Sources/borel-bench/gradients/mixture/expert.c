// Two-component normal mixture: q = (logit theta, mu[0], log(mu[1] - mu[0]), log sigma[0], log sigma[1]).

#include "borel_math.h"
#include "../expert.h"

struct model {
  int64_t N;
  double *y;
};

void *expert_prepare(const struct expert_data *data) {
  struct model *model = expert_block(sizeof *model);
  model->N = expert_array(data, "y")->size;
  model->y = expert_reals(data, "y");
  return model;
}

void expert_release(void *pointer) {
  struct model *model = pointer;
  free(model->y);
  free(model);
}

// The log of the sum of two densities a and b is max(a, b) + log1p(exp(-|a - b|)). The same exponential gives the responsibilities;
// those of the second component and its first two moments in y give the whole gradient, for those of the first are their
// complements to sums over the data.
double expert_gradient(const void *pointer, const double *restrict q, double *restrict gradient) {
  const struct model *model = pointer;
  const int64_t N = model->N;
  const double *restrict y = model->y;

  const double log_theta = -bm_log1p_exp(-q[0]), log_1mtheta = -bm_log1p_exp(q[0]), theta = bm_inv_logit(q[0]);
  const double gap = bm_exp(q[2]), mu0 = q[1], mu1 = q[1] + gap;
  const double sigma0 = bm_exp(q[3]), sigma1 = bm_exp(q[4]);
  const double inv0 = 1 / sigma0, inv1 = 1 / sigma1;
  const double base0 = log_theta - q[3], base1 = log_1mtheta - q[4];

  double total = 0, sum_r = 0, sum_z0 = 0, sum_z1 = 0, sum_s0 = 0, sum_s1 = 0;
  for (int64_t n = 0; n < N; n++) {
    const double z0 = (y[n] - mu0) * inv0, z1 = (y[n] - mu1) * inv1;
    const double a = base0 - 0.5 * z0 * z0, b = base1 - 0.5 * z1 * z1;
    const double difference = b - a;
    const double u = bm_exp(-__builtin_fabs(difference));
    const double share = 1 / (1 + u);
    const double r1 = difference > 0 ? share : u * share, r0 = difference > 0 ? u * share : share;
    total += (difference > 0 ? b : a) + bm_log1p_unit(u);
    sum_r += r1;
    sum_z0 += r0 * z0;
    sum_z1 += r1 * z1;
    sum_s0 += r0 * z0 * z0;
    sum_s1 += r1 * z1 * z1;
  }

  const double count = (double)N;
  const double gradient_mu0 = sum_z0 * inv0 - 0.25 * mu0, gradient_mu1 = sum_z1 * inv1 - 0.25 * mu1;
  gradient[0] = count - sum_r - count * theta + 5 - 10 * theta;
  gradient[1] = gradient_mu0 + gradient_mu1;
  gradient[2] = gap * gradient_mu1 + 1;
  gradient[3] = sum_s0 - (count - sum_r) - 0.25 * sigma0 * sigma0 + 1;
  gradient[4] = sum_s1 - sum_r - 0.25 * sigma1 * sigma1 + 1;
  return total + 5 * (log_theta + log_1mtheta) + q[2] + q[3] + q[4] -
         0.125 * (mu0 * mu0 + mu1 * mu1 + sigma0 * sigma0 + sigma1 * sigma1);
}
