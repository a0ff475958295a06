// Stochastic volatility: q = (mu, logit persistence, log sigma, h[0..T-1]).

#include "borel_math.h"
#include "../expert.h"

struct model {
  int64_t T;
  double *half_square;  // y^2 / 2
};

void *expert_prepare(const struct expert_data *data) {
  struct model *model = expert_block(sizeof *model);
  model->T = expert_array(data, "y")->size;
  model->half_square = expert_reals(data, "y");
  for (int64_t t = 0; t < model->T; t++) model->half_square[t] *= 0.5 * model->half_square[t];
  return model;
}

void expert_release(void *pointer) {
  struct model *model = pointer;
  free(model->half_square);
  free(model);
}

// With d[t] = h[t] - mu and e[t] = d[t] - phi d[t-1], each h[t] meets e[t] and e[t+1] only: one pass over h computes both anew
// and stores nothing but the gradient.
double expert_gradient(const void *pointer, const double *restrict q, double *restrict gradient) {
  const struct model *model = pointer;
  const int64_t T = model->T;
  const double *restrict half_square = model->half_square;
  const double *restrict h = q + 3;
  double *restrict gradient_h = gradient + 3;

  const double mu = q[0], log_sigma = q[2];
  const double log_p = -bm_log1p_exp(-q[1]), log_1mp = -bm_log1p_exp(q[1]);
  const double p = bm_inv_logit(q[1]), p_1mp = p * (1 - p);
  const double phi = 2 * p - 1, stationary = 4 * p_1mp;  // 1 - phi^2
  const double sigma = bm_exp(log_sigma);
  const double precision = 1 / (sigma * sigma);
  const double shift = (1 - phi) * mu;  // e[t] = h[t] - phi h[t-1] - shift
  const double scaled = precision * phi;

  double sum_e = 0, sum_e2 = 0, sum_eh = 0, sum_h = 0, sum_w = 0;
  for (int64_t t = 1; t < T - 1; t++) {
    const double e = h[t] - phi * h[t - 1] - shift, next = h[t + 1] - phi * h[t] - shift;
    const double w = half_square[t] * bm_exp(-h[t]);
    sum_e += e;
    sum_e2 += e * e;
    sum_eh += e * h[t - 1];
    sum_h += h[t];
    sum_w += w;
    gradient_h[t] = w - 0.5 - precision * e + scaled * next;
  }

  const double d0 = h[0] - mu;
  const double first = half_square[0] * bm_exp(-h[0]);
  gradient_h[0] = first - 0.5 - precision * stationary * d0;
  sum_h += h[0];
  sum_w += first;
  if (T > 1) {
    const double e1 = h[1] - phi * h[0] - shift;
    gradient_h[0] += scaled * e1;
    const double e = h[T - 1] - phi * h[T - 2] - shift;
    const double w = half_square[T - 1] * bm_exp(-h[T - 1]);
    sum_e += e;
    sum_e2 += e * e;
    sum_eh += e * h[T - 2];
    sum_h += h[T - 1];
    sum_w += w;
    gradient_h[T - 1] = w - 0.5 - precision * e;
  }

  const double squares = sum_e2 + stationary * d0 * d0;
  const double gradient_phi = precision * (sum_eh - mu * sum_e + phi * d0 * d0) - phi / stationary;
  gradient[0] = precision * (stationary * d0 + (1 - phi) * sum_e) - mu * (1.0 / 25);
  gradient[1] = 2 * p_1mp * gradient_phi + 20 - 21.5 * p;
  gradient[2] = precision * squares - 4 * sigma * sigma + 1 - (double)T;
  // log(1 - phi^2) / 2 is (log p + log(1 - p)) / 2 and a constant.
  return 20.5 * log_p + 2 * log_1mp - mu * mu * (1.0 / 50) - 2 * sigma * sigma + log_sigma * (1 - (double)T) -
         0.5 * precision * squares - sum_w - 0.5 * sum_h;
}
