// Gaussian-process regression: q = (log rho, log alpha, log sigma).

#include "borel_math.h"
#include "../expert.h"

void dpotrf_(const char *, const int *, double *, const int *, int *);
void dpotrs_(const char *, const int *, const int *, const double *, const int *, double *, const int *, int *);
void dpotri_(const char *, const int *, double *, const int *, int *);

// All matrices have rows of `stride` elements, a multiple of 4; row i is used up to column i, which LAPACK, column by column,
// calls the upper triangle.
struct model {
  int64_t N, stride;
  double *y;
  double *distance;      // (x[i] - x[j])^2
  double *covariance;    // work space: alpha^2 exp(-distance / (2 rho^2))
  double *factor;        // work space: K, its Cholesky factor, its inverse
  double *weights;       // work space: K^-1 y
};

void *expert_prepare(const struct expert_data *data) {
  struct model *model = expert_block(sizeof *model);
  const int64_t N = expert_array(data, "y")->size, stride = (N + 7) / 8 * 8;
  model->N = N;
  model->stride = stride;
  model->y = expert_reals(data, "y");
  model->distance = expert_block((size_t)(N * stride) * sizeof(double));
  model->covariance = expert_block((size_t)(N * stride) * sizeof(double));
  model->factor = expert_block((size_t)(N * stride) * sizeof(double));
  model->weights = expert_block((size_t)stride * sizeof(double));
  double *x = expert_reals(data, "x");
  for (int64_t i = 0; i < N; i++) {
    for (int64_t j = 0; j < N; j++) model->distance[i * stride + j] = (x[i] - x[j]) * (x[i] - x[j]);
  }
  free(x);
  return model;
}

void expert_release(void *pointer) {
  struct model *model = pointer;
  free(model->y);
  free(model->distance);
  free(model->covariance);
  free(model->factor);
  free(model->weights);
  free(model);
}

// With v = K^-1 y the derivative of the log density in K is G = (v v' - K^-1) / 2. The covariance is K - noise I, and the traces of
// G K and of G are at hand, so that only the derivative in rho needs all of K^-1.
double expert_gradient(const void *pointer, const double *restrict q, double *restrict gradient) {
  const struct model *model = pointer;
  const int64_t N = model->N, stride = model->stride;
  const double *restrict distance = model->distance, *restrict y = model->y;
  double *restrict covariance = model->covariance, *restrict factor = model->factor, *restrict v = model->weights;

  const double inverse_rho = bm_exp(-q[0]), alpha = bm_exp(q[1]), sigma = bm_exp(q[2]);
  const double inverse_square = inverse_rho * inverse_rho, noise = sigma * sigma + 1e-9;
  const double slope = -0.5 * inverse_square, log_variance = 2 * q[1];
  for (int64_t i = 0; i < N; i++) {
    const int64_t row = i * stride, length = (i + 4) / 4 * 4;
    for (int64_t j = row; j < row + length; j++) {
      const double c = bm_exp(slope * distance[j] + log_variance);
      covariance[j] = c;
      factor[j] = c;
    }
    factor[row + i] += noise;
    v[i] = y[i];
  }

  const int n = (int)N, leading = (int)stride, one = 1;
  int failure;
  dpotrf_("U", &n, factor, &leading, &failure);
  if (failure) return -BM_INF;
  double log_determinant = 0;
  for (int64_t i = 0; i < N; i++) log_determinant += bm_log(factor[i * stride + i]);
  dpotrs_("U", &n, &one, factor, &leading, v, &n, &failure);
  dpotri_("U", &n, factor, &leading, &failure);

  double quadratic = 0, squares = 0, trace = 0, slope_rho = 0;
  for (int64_t i = 0; i < N; i++) {
    quadratic += v[i] * y[i];
    squares += v[i] * v[i];
    trace += factor[i * stride + i];
  }
  for (int64_t i = 1; i < N; i++) {
    const double vi = v[i];
    const double *restrict inverse_row = factor + i * stride, *restrict covariance_row = covariance + i * stride;
    const double *restrict distance_row = distance + i * stride;
    for (int64_t j = 0; j < i; j++) slope_rho += (vi * v[j] - inverse_row[j]) * covariance_row[j] * distance_row[j];
  }

  // rho ~ inv_gamma(5, 5); alpha, sigma ~ half_normal(1).
  const double trace_G = 0.5 * (squares - trace);
  gradient[0] = slope_rho * inverse_square - 5 + 5 * inverse_rho;
  gradient[1] = quadratic - (double)N - 2 * noise * trace_G - alpha * alpha + 1;
  gradient[2] = 2 * sigma * sigma * trace_G - sigma * sigma + 1;
  return -0.5 * quadratic - log_determinant - 5 * q[0] - 5 * inverse_rho - 0.5 * (alpha * alpha + sigma * sigma) + q[1] + q[2];
}
