// Varying intercepts and slopes, non-centred: q = (mu_a, mu_b, log s_a, log s_b, log sigma, za[0..J-1], zb[0..J-1]).

#include "borel_math.h"
#include "../expert.h"

typedef double lanes __attribute__((vector_size(32)));

// Observations stand sorted by group, each group filled up to a multiple of 4 with rows (y, one, x) = 0, which add nothing:
// intercept and slope of a group and their gradients stay in registers, and nothing is gathered or scattered.
struct model {
  int64_t J;
  double N;
  int64_t *start;  // group j has the blocks start[j] ..< start[j + 1]
  lanes *rows;     // y, one, x of each block
};

void *expert_prepare(const struct expert_data *data) {
  struct model *model = expert_block(sizeof *model);
  const struct expert_array *group = expert_array(data, "g");
  const int64_t J = expert_integer(data, "J"), N = group->size;
  double *y = expert_reals(data, "y"), *x = expert_reals(data, "x");
  int64_t *start = expert_block((size_t)(J + 1) * sizeof *start), *filled = expert_block((size_t)J * sizeof *filled);
  for (int64_t i = 0; i < N; i++) filled[group->integers[i]] += 1;
  for (int64_t j = 0; j < J; j++) start[j + 1] = start[j] + (filled[j] + 3) / 4;
  memset(filled, 0, (size_t)J * sizeof *filled);
  lanes *rows = expert_block((size_t)start[J] * 3 * sizeof *rows);
  for (int64_t i = 0; i < N; i++) {
    const int64_t j = group->integers[i], place = filled[j]++;
    lanes *row = rows + 3 * (start[j] + place / 4);
    row[0][place % 4] = y[i];
    row[1][place % 4] = 1;
    row[2][place % 4] = x[i];
  }
  free(y);
  free(x);
  free(filled);
  model->J = J;
  model->N = (double)N;
  model->start = start;
  model->rows = rows;
  return model;
}

void expert_release(void *pointer) {
  struct model *model = pointer;
  free(model->start);
  free(model->rows);
  free(model);
}

static inline double total(lanes v) { return (v[0] + v[1]) + (v[2] + v[3]); }

double expert_gradient(const void *pointer, const double *restrict q, double *restrict gradient) {
  const struct model *model = pointer;
  const int64_t J = model->J, *restrict start = model->start;
  const lanes *restrict rows = model->rows;
  const double *restrict za = q + 5, *restrict zb = q + 5 + J;
  double *restrict gradient_za = gradient + 5, *restrict gradient_zb = gradient + 5 + J;

  const double mu_a = q[0], mu_b = q[1];
  const double s_a = bm_exp(q[2]), s_b = bm_exp(q[3]), sigma = bm_exp(q[4]);
  const double precision = 1 / (sigma * sigma);

  lanes squares = {0};
  for (int64_t j = 0; j < J; j++) {
    const double a = mu_a + s_a * za[j], b = mu_b + s_b * zb[j];
    lanes sum_r = {0}, sum_rx = {0};
    for (int64_t block = start[j]; block < start[j + 1]; block++) {
      const lanes y = rows[3 * block], one = rows[3 * block + 1], x = rows[3 * block + 2];
      const lanes r = y - a * one - b * x;
      sum_r += r;
      sum_rx += r * x;
      squares += r * r;
    }
    gradient_za[j] = total(sum_r);
    gradient_zb[j] = total(sum_rx);
  }

  double sum_a = 0, sum_b = 0, sum_az = 0, sum_bz = 0, sum_z2 = 0;
  for (int64_t j = 0; j < J; j++) {
    const double wa = precision * gradient_za[j], wb = precision * gradient_zb[j];
    sum_a += wa;
    sum_b += wb;
    sum_az += wa * za[j];
    sum_bz += wb * zb[j];
    sum_z2 += za[j] * za[j] + zb[j] * zb[j];
    gradient_za[j] = s_a * wa - za[j];
    gradient_zb[j] = s_b * wb - zb[j];
  }

  const double quadratic = precision * total(squares);
  gradient[0] = sum_a - mu_a * (1.0 / 25);
  gradient[1] = sum_b - mu_b * (1.0 / 25);
  gradient[2] = s_a * sum_az - s_a * s_a + 1;
  gradient[3] = s_b * sum_bz - s_b * s_b + 1;
  gradient[4] = quadratic - model->N - 0.25 * sigma * sigma + 1;
  return q[2] + q[3] + (1 - model->N) * q[4] - (mu_a * mu_a + mu_b * mu_b) * (1.0 / 50) - 0.5 * (s_a * s_a + s_b * s_b) -
         0.125 * sigma * sigma - 0.5 * (quadratic + sum_z2);
}
