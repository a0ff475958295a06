// Logistic regression: q = (alpha, beta[0..D-1]).

#include "borel_math.h"
#include "../expert.h"

typedef double lanes __attribute__((vector_size(32)));

enum { width = 4, vectors = 8, rows = width * vectors };

// Panels of 32 observations, column by column: panel p holds X[32 p + i, d] at [d][i], and each row is multiplied by 2 y - 1,
// so that an observation adds -log(1 + exp(-m)) with its margin m = (2 y - 1) (alpha + X beta). Column 0 is that of alpha.
// The rows that fill the last panel are zeros: they add a constant to the density and nothing to the gradient.
struct model {
  int64_t columns, panels;
  lanes *X;
};

void *expert_prepare(const struct expert_data *data) {
  struct model *model = expert_block(sizeof *model);
  const struct expert_array *outcome = expert_array(data, "y");
  double *X = expert_reals(data, "X");
  const int64_t N = outcome->size, D = expert_array(data, "X")->size / N;
  model->columns = D + 1;
  model->panels = (N + rows - 1) / rows;
  double *panels = expert_block((size_t)(model->panels * model->columns * rows) * sizeof *panels);
  for (int64_t n = 0; n < N; n++) {
    const double sign = outcome->integers[n] ? 1 : -1;
    double *row = panels + n / rows * model->columns * rows + n % rows;
    row[0] = sign;
    for (int64_t d = 0; d < D; d++) row[(d + 1) * rows] = sign * X[n * D + d];
  }
  free(X);
  model->X = (lanes *)panels;
  return model;
}

void expert_release(void *pointer) {
  struct model *model = pointer;
  free(model->X);
  free(model);
}

static inline double total(lanes v) { return (v[0] + v[1]) + (v[2] + v[3]); }

// A panel is read for the margins, which stay in registers, and again, from the first-level cache, for the gradient.
double expert_gradient(const void *pointer, const double *restrict q, double *restrict gradient) {
  const struct model *model = pointer;
  const int64_t columns = model->columns;
  lanes sums[columns];
  for (int64_t d = 0; d < columns; d++) sums[d] = (lanes){0};

  double loss = 0;
  for (int64_t p = 0; p < model->panels; p++) {
    const lanes *restrict X = model->X + p * columns * vectors;
    lanes m0 = {0}, m1 = {0}, m2 = {0}, m3 = {0}, m4 = {0}, m5 = {0}, m6 = {0}, m7 = {0};
    for (int64_t d = 0; d < columns; d++) {
      const lanes *restrict column = X + d * vectors;
      const double b = q[d];
      m0 += b * column[0];
      m1 += b * column[1];
      m2 += b * column[2];
      m3 += b * column[3];
      m4 += b * column[4];
      m5 += b * column[5];
      m6 += b * column[6];
      m7 += b * column[7];
    }
    union {
      lanes vector[vectors];
      double element[rows];
    } block = {{m0, m1, m2, m3, m4, m5, m6, m7}};
    for (int64_t i = 0; i < rows; i++) {
      // log(1 + exp(-m)) = max(-m, 0) + log(1 + u) with u = exp(-|m|); its derivative in m is -1 / (1 + exp(m)).
      const double m = block.element[i], u = bm_exp(-__builtin_fabs(m)), share = 1 / (1 + u);
      loss += (m < 0 ? -m : 0) + bm_log1p_unit(u);
      block.element[i] = m < 0 ? share : u * share;
    }
    const lanes r0 = block.vector[0], r1 = block.vector[1], r2 = block.vector[2], r3 = block.vector[3];
    const lanes r4 = block.vector[4], r5 = block.vector[5], r6 = block.vector[6], r7 = block.vector[7];
    for (int64_t d = 0; d < columns; d++) {
      const lanes *restrict column = X + d * vectors;
      const lanes even = r0 * column[0] + r2 * column[2] + r4 * column[4] + r6 * column[6];
      const lanes odd = r1 * column[1] + r3 * column[3] + r5 * column[5] + r7 * column[7];
      sums[d] += even + odd;
    }
  }

  double squares = 0;
  for (int64_t d = 0; d < columns; d++) {
    gradient[d] = total(sums[d]) - q[d];
    squares += q[d] * q[d];
  }
  return -loss - 0.5 * squares;
}
