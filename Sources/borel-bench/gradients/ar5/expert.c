// Autoregression of order 5: q = (alpha, beta[0..4], log sigma).

#include "borel_math.h"
#include "../expert.h"

enum { order = 5 };

struct model {
  int64_t T;
  double *y;
};

void *expert_prepare(const struct expert_data *data) {
  struct model *model = expert_block(sizeof *model);
  model->T = expert_array(data, "y")->size;
  model->y = expert_reals(data, "y");
  return model;
}

void expert_release(void *pointer) {
  struct model *model = pointer;
  free(model->y);
  free(model);
}

// One pass over t: the residual and its products with the lags, all in registers.
double expert_gradient(const void *pointer, const double *restrict q, double *restrict gradient) {
  const struct model *model = pointer;
  const int64_t n = model->T - order;
  const double *restrict y = model->y;
  const double alpha = q[0], b1 = q[1], b2 = q[2], b3 = q[3], b4 = q[4], b5 = q[5];
  const double sigma = bm_exp(q[6]), precision = 1 / (sigma * sigma);

  double sum = 0, squares = 0, g1 = 0, g2 = 0, g3 = 0, g4 = 0, g5 = 0;
  for (int64_t t = 0; t < n; t++) {
    const double y1 = y[t + 4], y2 = y[t + 3], y3 = y[t + 2], y4 = y[t + 1], y5 = y[t];
    const double r = y[t + 5] - alpha - b1 * y1 - b2 * y2 - b3 * y3 - b4 * y4 - b5 * y5;
    sum += r;
    squares += r * r;
    g1 += r * y1;
    g2 += r * y2;
    g3 += r * y3;
    g4 += r * y4;
    g5 += r * y5;
  }

  const double count = (double)n, u = sigma * sigma * (1 / 6.25);
  gradient[0] = precision * sum - 0.01 * alpha;
  gradient[1] = precision * g1 - 0.01 * b1;
  gradient[2] = precision * g2 - 0.01 * b2;
  gradient[3] = precision * g3 - 0.01 * b3;
  gradient[4] = precision * g4 - 0.01 * b4;
  gradient[5] = precision * g5 - 0.01 * b5;
  gradient[6] = precision * squares + 1 - count - 2 * u / (1 + u);
  return (1 - count) * q[6] - bm_log1p(u) - 0.5 * precision * squares -
         0.005 * (alpha * alpha + b1 * b1 + b2 * b2 + b3 * b3 + b4 * b4 + b5 * b5);
}
