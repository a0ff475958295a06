// Gaussian-process regression: q = (log rho, log alpha, log sigma).

#include "borel_math.h"
#include "../expert.h"

typedef double lanes __attribute__((vector_size(32)));

enum { block = 8 };

// Keeps gcc from loading the same vectors once for each of their four products.
#if defined(__x86_64__) && defined(__AVX__)
#define IN_REGISTERS(a, b) __asm__("" : "+x"(a), "+x"(b))
#else
#define IN_REGISTERS(a, b) (void)0
#endif

// Matrices have rows of `size` elements, N filled up to a multiple of 8 with rows of the identity. What stands above the diagonal is
// never read.
struct model {
  int64_t N, size;
  double *y;
  double *distance;    // (x[i] - x[j])^2
  double *covariance;  // work space: alpha^2 exp(-distance / (2 rho^2))
  double *matrix;      // work space: K, then -K^-1
  double *pivots;      // work space: pivots of K, whose product is its determinant
  double *weights;     // work space: K^-1 y
  double *column;      // work space: a column of blocks, transposed: 8 rows of `size`
  double *scaled;      // work space: the same times the inverse of its pivot block
};

static double *vector(int64_t elements) { return expert_block((size_t)elements * sizeof(double)); }

void *expert_prepare(const struct expert_data *data) {
  struct model *model = expert_block(sizeof *model);
  const int64_t N = expert_array(data, "y")->size, size = (N + block - 1) / block * block;
  model->N = N;
  model->size = size;
  model->y = expert_reals(data, "y");
  model->distance = vector(size * size);
  model->covariance = vector(size * size);
  model->matrix = vector(size * size);
  model->pivots = vector(size);
  model->weights = vector(size);
  model->column = vector(block * size);
  model->scaled = vector(block * size);
  double *x = expert_reals(data, "x");
  for (int64_t i = 0; i < N; i++) {
    for (int64_t j = 0; j < N; j++) model->distance[i * size + j] = (x[i] - x[j]) * (x[i] - x[j]);
  }
  free(x);
  return model;
}

void expert_release(void *pointer) {
  struct model *model = pointer;
  free(model->y);
  free(model->distance);
  free(model->covariance);
  free(model->matrix);
  free(model->pivots);
  free(model->weights);
  free(model->column);
  free(model->scaled);
  free(model);
}

// Sweeps a symmetric 8 x 8 block P, which becomes -P^-1; nonzero where a pivot is not positive.
static int sweep_block(double P[block][block], double *restrict pivots) {
  for (int k = 0; k < block; k++) {
    const double pivot = P[k][k];
    if (!(pivot > 0)) return 1;
    pivots[k] = pivot;
    const double inverse = 1 / pivot;
    double row[block], factor[block];
    for (int j = 0; j < block; j++) row[j] = P[k][j];
    for (int j = 0; j < block; j++) factor[j] = row[j] * inverse;
    for (int i = 0; i < block; i++) {
      for (int j = 0; j < block; j++) P[i][j] -= factor[i] * row[j];
    }
    for (int j = 0; j < block; j++) P[k][j] = P[j][k] = factor[j];
    P[k][k] = -inverse;
  }
  return 0;
}

// A 4 x 4 block, transposed.
static inline void transpose(double *restrict to, const double *restrict from, int64_t size) {
  const lanes a = *(const lanes *)from, b = *(const lanes *)(from + size);
  const lanes c = *(const lanes *)(from + 2 * size), d = *(const lanes *)(from + 3 * size);
  const lanes even_ab = __builtin_shufflevector(a, b, 0, 4, 2, 6), odd_ab = __builtin_shufflevector(a, b, 1, 5, 3, 7);
  const lanes even_cd = __builtin_shufflevector(c, d, 0, 4, 2, 6), odd_cd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
  *(lanes *)to = __builtin_shufflevector(even_ab, even_cd, 0, 1, 4, 5);
  *(lanes *)(to + size) = __builtin_shufflevector(odd_ab, odd_cd, 0, 1, 4, 5);
  *(lanes *)(to + 2 * size) = __builtin_shufflevector(even_ab, even_cd, 2, 3, 6, 7);
  *(lanes *)(to + 3 * size) = __builtin_shufflevector(odd_ab, odd_cd, 2, 3, 6, 7);
}

// 4 rows and 8 columns of A -= W C', with W and C transposed, in registers.
static inline void update(double *restrict A, int64_t size, const double *restrict W, const double *restrict C) {
  lanes a00 = *(lanes *)A, a01 = *(lanes *)(A + 4), a10 = *(lanes *)(A + size), a11 = *(lanes *)(A + size + 4);
  lanes a20 = *(lanes *)(A + 2 * size), a21 = *(lanes *)(A + 2 * size + 4);
  lanes a30 = *(lanes *)(A + 3 * size), a31 = *(lanes *)(A + 3 * size + 4);
#pragma GCC unroll 8
  for (int k = 0; k < block; k++) {
    lanes left = *(const lanes *)(C + k * size), right = *(const lanes *)(C + k * size + 4);
    IN_REGISTERS(left, right);
    const double w0 = W[k * size], w1 = W[k * size + 1], w2 = W[k * size + 2], w3 = W[k * size + 3];
    a00 -= w0 * left;
    a01 -= w0 * right;
    a10 -= w1 * left;
    a11 -= w1 * right;
    a20 -= w2 * left;
    a21 -= w2 * right;
    a30 -= w3 * left;
    a31 -= w3 * right;
  }
  *(lanes *)A = a00;
  *(lanes *)(A + 4) = a01;
  *(lanes *)(A + size) = a10;
  *(lanes *)(A + size + 4) = a11;
  *(lanes *)(A + 2 * size) = a20;
  *(lanes *)(A + 2 * size + 4) = a21;
  *(lanes *)(A + 3 * size) = a30;
  *(lanes *)(A + 3 * size + 4) = a31;
}

// Symmetric block sweeps (Goodnight 1979): A becomes -A^-1 in n^3 / 2 multiplications, all but a few of them in `update`. That is
// as many as Cholesky factor and inverse take together, but without triangles, which are slow at this size.
static int sweep(const struct model *model) {
  const int64_t size = model->size;
  double *restrict A = model->matrix, *restrict column = model->column, *restrict scaled = model->scaled;
  for (int64_t p = 0; p < size; p += block) {
    double P[block][block];
    for (int k = 0; k < block; k++) {
      for (int j = 0; j < block; j++) P[k][j] = j <= k ? A[(p + k) * size + p + j] : A[(p + j) * size + p + k];
    }
    if (sweep_block(P, model->pivots + p)) return 1;

    for (int k = 0; k < block; k++) {
      for (int64_t i = 0; i < p; i++) column[k * size + i] = A[(p + k) * size + i];
      for (int64_t i = p; i < p + block; i++) column[k * size + i] = 0;
    }
    for (int64_t i = p + block; i < size; i += 4) {
      for (int k = 0; k < block; k += 4) transpose(column + k * size + i, A + i * size + p + k, size);
    }
    for (int64_t i = 0; i < size; i += 4) {
      lanes c[block];
      for (int l = 0; l < block; l++) c[l] = *(const lanes *)(column + l * size + i);
      for (int k = 0; k < block; k++) {
        const lanes even = P[k][0] * c[0] + P[k][2] * c[2] + P[k][4] * c[4] + P[k][6] * c[6];
        const lanes odd = P[k][1] * c[1] + P[k][3] * c[3] + P[k][5] * c[5] + P[k][7] * c[7];
        *(lanes *)(scaled + k * size + i) = -(even + odd);
      }
    }

    for (int64_t i = 0; i < size; i += 4) {
      if (i >= p && i < p + block) continue;
      for (int64_t j = 0; j <= i; j += block) {
        if (j != p) update(A + i * size + j, size, scaled + i, column + j);
      }
    }
    for (int k = 0; k < block; k++) {
      for (int64_t i = 0; i < p; i++) A[(p + k) * size + i] = scaled[k * size + i];
      for (int j = 0; j < block; j++) A[(p + k) * size + p + j] = P[k][j];
    }
    for (int64_t i = p + block; i < size; i += 4) {
      for (int k = 0; k < block; k += 4) transpose(A + i * size + p + k, scaled + k * size + i, size);
    }
  }
  return 0;
}

// With v = K^-1 y the derivative of the log density in K is G = (v v' - K^-1) / 2. The covariance is K - noise I, and the traces of
// G K and of G are at hand, so that only the derivative in rho needs all of K^-1.
double expert_gradient(const void *pointer, const double *restrict q, double *restrict gradient) {
  const struct model *model = pointer;
  const int64_t N = model->N, size = model->size;
  const double *restrict distance = model->distance, *restrict y = model->y;
  double *restrict covariance = model->covariance, *restrict matrix = model->matrix, *restrict v = model->weights;

  const double inverse_rho = bm_exp(-q[0]), alpha = bm_exp(q[1]), sigma = bm_exp(q[2]);
  const double inverse_square = inverse_rho * inverse_rho, noise = sigma * sigma + 1e-9;
  const double slope = -0.5 * inverse_square, log_variance = 2 * q[1];
  for (int64_t i = 0; i < N; i++) {
    const int64_t row = i * size, blocks = i / 4 + 1;
    for (int64_t j = row; j < row + 4 * blocks; j++) {
      const double c = bm_exp(slope * distance[j] + log_variance);
      covariance[j] = c;
      matrix[j] = c;
    }
    matrix[row + i] += noise;
  }
  for (int64_t i = N; i < size; i++) {
    for (int64_t j = 0; j < i; j++) matrix[i * size + j] = 0;
    matrix[i * size + i] = 1;
  }
  if (sweep(model)) return -BM_INF;

  double log_determinant = 0, quadratic = 0, squares = 0, trace = 0, slope_rho = 0;
  for (int64_t i = 0; i < N; i++) log_determinant += bm_log(model->pivots[i]);
  for (int64_t i = 0; i < N; i++) {
    const double yi = y[i];
    const double *restrict row = matrix + i * size, *restrict covariance_row = covariance + i * size;
    const double *restrict distance_row = distance + i * size;
    double sum = 0;
    for (int64_t j = 0; j < i; j++) {
      sum += row[j] * y[j];
      v[j] -= row[j] * yi;
      slope_rho += row[j] * covariance_row[j] * distance_row[j];
    }
    trace -= row[i];
    v[i] = -sum - row[i] * yi;
  }
  for (int64_t i = 0; i < N; i++) {
    const double *restrict covariance_row = covariance + i * size, *restrict distance_row = distance + i * size;
    double sum = 0;
    for (int64_t j = 0; j < i; j++) sum += v[j] * covariance_row[j] * distance_row[j];
    slope_rho += v[i] * sum;
    quadratic += v[i] * y[i];
    squares += v[i] * v[i];
  }

  // rho ~ inv_gamma(5, 5); alpha, sigma ~ half_normal(1).
  const double trace_G = 0.5 * (squares - trace);
  gradient[0] = slope_rho * inverse_square - 5 + 5 * inverse_rho;
  gradient[1] = quadratic - (double)N - 2 * noise * trace_G - alpha * alpha + 1;
  gradient[2] = 2 * sigma * sigma * trace_G - sigma * sigma + 1;
  return -0.5 * (quadratic + log_determinant + alpha * alpha + sigma * sigma) - 5 * (q[0] + inverse_rho) + q[1] + q[2];
}
