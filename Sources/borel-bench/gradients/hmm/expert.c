// Hidden Markov model with 4 states and normal emissions: q = (4 transition rows of 3, mu[0], log(mu[k] - mu[k-1]), log sigma[k]).
//
// A row of the transition matrix is the softmax of a vector that sums to zero, given in an orthonormal basis of that plane
// (isometric log ratio); the log-Jacobian is the sum of the logs of the row's elements.

#include "borel_math.h"
#include "../expert.h"

enum { states = 4, free_in_row = states - 1, position_mu = states * free_in_row, position_sigma = position_mu + states };

// One vector holds all states. flipped(v, r)[k] is v[k ^ r], which takes one or two shuffles.
typedef double lanes __attribute__((vector_size(32)));
typedef int64_t masks __attribute__((vector_size(32)));

static inline lanes flipped1(lanes v) { return __builtin_shufflevector(v, v, 1, 0, 3, 2); }
static inline lanes flipped2(lanes v) { return __builtin_shufflevector(v, v, 2, 3, 0, 1); }

static inline lanes total(lanes v) {
  v += flipped2(v);
  return v + flipped1(v);
}

static inline lanes greater(lanes v, lanes w) {
  const masks first = v > w;
  return (lanes)(((masks)v & first) | ((masks)w & ~first));
}

static inline lanes greatest(lanes v) {
  v = greater(v, flipped2(v));
  return greater(v, flipped1(v));
}

// (sum over i of M[i, k] v[i]) for all k, where column r of the matrix is column[r][k] = M[k ^ r, k].
static inline lanes product(const lanes column[states], lanes v) {
  const lanes far = flipped2(v);
  return (v * column[0] + flipped1(v) * column[1]) + (far * column[2] + flipped1(far) * column[3]);
}

struct model {
  int64_t T;
  double *y;
  double basis[states][free_in_row];
  lanes *emission, *forward, *backward;  // work space: [T] each
  double *scale;                         // what `forward` has been divided by, [T / 4 + 4]
};

void *expert_prepare(const struct expert_data *data) {
  struct model *model = expert_block(sizeof *model);
  const int64_t T = expert_array(data, "y")->size;
  model->T = T;
  model->y = expert_reals(data, "y");
  for (int i = 1; i < states; i++) {
    const double length = __builtin_sqrt((double)(i * (i + 1)));
    for (int k = 0; k < i; k++) model->basis[k][i - 1] = 1 / length;
    model->basis[i][i - 1] = -i / length;
  }
  model->emission = expert_block((size_t)T * sizeof(lanes));
  model->forward = expert_block((size_t)T * sizeof(lanes));
  model->backward = expert_block((size_t)T * sizeof(lanes));
  model->scale = expert_block((size_t)(T / 4 + 4) * sizeof(double));
  return model;
}

void expert_release(void *pointer) {
  struct model *model = pointer;
  free(model->y);
  free(model->emission);
  free(model->forward);
  free(model->backward);
  free(model->scale);
  free(model);
}

double expert_gradient(const void *pointer, const double *restrict q, double *restrict gradient) {
  const struct model *model = pointer;
  const int64_t T = model->T;
  const double *restrict y = model->y;
  lanes *restrict emission = model->emission, *restrict forward = model->forward, *restrict backward = model->backward;
  double *restrict scale = model->scale;

  // Transition matrix, both ways round.
  double logs[states * states], P[states * states], jacobian = 0;
  for (int i = 0; i < states; i++) {
    const double *row = q + i * free_in_row;
    double z[states], top = -BM_INF;
    for (int k = 0; k < states; k++) {
      z[k] = model->basis[k][0] * row[0] + model->basis[k][1] * row[1] + model->basis[k][2] * row[2];
      top = z[k] > top ? z[k] : top;
    }
    for (int k = 0; k < states; k++) logs[i * states + k] = z[k] - top;
  }
  for (int i = 0; i < states * states; i++) P[i] = bm_exp(logs[i]);
  for (int i = 0; i < states; i++) {
    double *row = P + i * states;
    const double sum = (row[0] + row[1]) + (row[2] + row[3]), inverse = 1 / sum;
    for (int k = 0; k < states; k++) {
      row[k] *= inverse;
      jacobian += logs[i * states + k];
    }
    jacobian -= states * bm_log(sum);
  }
  lanes onward[states], back[states];
  for (int r = 0; r < states; r++) {
    for (int k = 0; k < states; k++) {
      onward[r][k] = P[(k ^ r) * states + k];
      back[r][k] = P[k * states + (k ^ r)];
    }
  }

  // Emissions, the greatest of each time taken out.
  lanes exponents, mu, inverse_sigma, log_sigma, sigma;
  for (int k = 0; k < states; k++) exponents[k] = k ? q[position_mu + k] : 0;
  double gaps[states], widths[states];
  for (int k = 0; k < states; k++) {
    gaps[k] = bm_exp(exponents[k]);
    widths[k] = bm_exp(q[position_sigma + k]);
  }
  mu[0] = q[position_mu];
  for (int k = 1; k < states; k++) mu[k] = mu[k - 1] + gaps[k];
  for (int k = 0; k < states; k++) {
    sigma[k] = widths[k];
    log_sigma[k] = q[position_sigma + k];
  }
  inverse_sigma = 1 / sigma;
  lanes tops = {0};
  enum { chunk = 64 };
  for (int64_t from = 0; from < T; from += chunk) {
    const int64_t to = from + chunk < T ? from + chunk : T;
    for (int64_t t = from; t < to; t++) {
      const lanes z = (y[t] - mu) * inverse_sigma, log_density = -0.5 * z * z - log_sigma, top = greatest(log_density);
      tops += top;
      emission[t] = log_density - top;
    }
    double *restrict e = (double *)emission;
    for (int64_t i = from * states; i < to * states; i++) e[i] = bm_exp(e[i]);
  }

  // Forward and backward recursions at the same time: two chains whose latencies overlap. Every fourth step is divided by the
  // sum of the vector before it, known early enough not to delay the chain.
  lanes a = emission[0] * (1.0 / states), b = {1, 1, 1, 1};
  forward[0] = a;
  backward[T - 1] = b;
  int64_t t = 1, s = T - 1, blocks = 0;
  for (; t + 3 < T; t += 4, s -= 4) {
    const lanes measure_a = total(a), measure_b = total(b);
    scale[blocks++] = measure_a[0];
    const lanes scaled = emission[t + 1] / measure_a, shrink = 1 / measure_b;
    a = product(onward, a) * emission[t];
    b = product(back, b * emission[s]);
    forward[t] = a;
    backward[s - 1] = b;
    emission[t + 1] = scaled;
    a = product(onward, a) * scaled;
    b = product(back, b * (emission[s - 1] * shrink));
    forward[t + 1] = a;
    backward[s - 2] = b;
    a = product(onward, a) * emission[t + 2];
    b = product(back, b * emission[s - 2]);
    forward[t + 2] = a;
    backward[s - 3] = b;
    a = product(onward, a) * emission[t + 3];
    b = product(back, b * emission[s - 3]);
    forward[t + 3] = a;
    backward[s - 4] = b;
  }
  for (; t < T; t++, s--) {
    a = product(onward, a) * emission[t];
    b = product(back, b * emission[s]);
    forward[t] = a;
    backward[s - 1] = b;
  }
  scale[blocks++] = total(a)[0];
  double log_scale = 0;
  for (int64_t i = 0; i < blocks; i++) log_scale += bm_log(scale[i]);

  // Expected occupations and transitions; whatever scale the vectors have cancels.
  lanes used0 = {0}, used1 = {0}, used2 = {0}, used3 = {0}, occupied = {0}, first = {0}, second = {0};
  for (int64_t t = 0; t < T; t++) {
    const lanes joint = forward[t] * backward[t], inverse = 1 / total(joint), share = joint * inverse;
    const lanes z = (y[t] - mu) * inverse_sigma, sz = share * z;
    occupied += share;
    first += sz;
    second += sz * z;
    if (t > 0) {
      const lanes w = emission[t] * (backward[t] * inverse), before = forward[t - 1], far = flipped2(before);
      used0 += before * w;
      used1 += flipped1(before) * w;
      used2 += far * w;
      used3 += flipped1(far) * w;
    }
  }

  const lanes used[states] = {used0, used1, used2, used3};
  for (int i = 0; i < states; i++) {
    double weight[states], sum = 0;
    for (int k = 0; k < states; k++) {
      weight[k] = P[i * states + k] * used[i ^ k][k] + 1;
      sum += weight[k];
    }
    for (int d = 0; d < free_in_row; d++) gradient[i * free_in_row + d] = 0;
    for (int k = 0; k < states; k++) {
      const double slope = weight[k] - P[i * states + k] * sum;
      for (int d = 0; d < free_in_row; d++) gradient[i * free_in_row + d] += slope * model->basis[k][d];
    }
  }
  const lanes slope_mu = first * inverse_sigma - mu * (1.0 / 25);
  double above = 0, log_gaps = 0, priors = 0, log_sigmas = 0;
  for (int k = states - 1; k >= 0; k--) {
    above += slope_mu[k];
    gradient[position_mu + k] = k ? gaps[k] * above + 1 : above;
    gradient[position_sigma + k] = second[k] - occupied[k] - 0.25 * sigma[k] * sigma[k] + 1;
    log_gaps += exponents[k];
    log_sigmas += log_sigma[k];
    priors += mu[k] * mu[k] * (1.0 / 50) + 0.125 * sigma[k] * sigma[k];
  }
  return tops[0] + log_scale + jacobian + log_gaps + log_sigmas - priors;
}
