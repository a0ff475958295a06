/* Numerical differentiation formulas of orders 1 to 5, variants of the backward differentiation formulas for stiff systems, in
 * backward differences with steps that change seldom (Shampine and Reichelt 1997, section 2). */
#include "ode.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { top_order = 5, differences = top_order + 3, newton_limit = 8 };

/* kappa of the formulas, and gamma[k] = 1 + ... + 1 / k. */
static const double kappas[top_order + 1] = {0, -0.1850, -1.0 / 9, -0.0823, -0.0415, 0};
static const double gammas[top_order + 1] = {0, 1, 3.0 / 2, 11.0 / 6, 25.0 / 12, 137.0 / 60};

static double leading(int order) { return (1 - kappas[order]) * gammas[order]; }
static double error_constant(int order) { return kappas[order] * gammas[order] + 1.0 / (order + 1); }

long ode_bdf_memory(const struct borel_ode *ode, long columns) {
  long n = ode->states;
  long plain = (differences + 9) * n + 2 * n * n + n;
  return columns ? plain + (differences + 2) * n * columns + 2 * n * n + n * ode->parameters + n : plain;
}

/* Factors A in place with row exchanges; 0 where it is singular. */
static int factor(long n, double *a, double *exchanges) {
  for (long k = 0; k < n; k++) {
    long pivot = k;
    for (long i = k + 1; i < n; i++) {
      if (fabs(a[i * n + k]) > fabs(a[pivot * n + k])) pivot = i;
    }
    exchanges[k] = (double)pivot;
    if (!(fabs(a[pivot * n + k]) > 0) || !isfinite(a[pivot * n + k])) return 0;
    for (long j = 0; pivot != k && j < n; j++) {
      double keep = a[k * n + j];
      a[k * n + j] = a[pivot * n + j];
      a[pivot * n + j] = keep;
    }
    for (long i = k + 1; i < n; i++) {
      double ratio = a[i * n + k] /= a[k * n + k];
      if (ratio == 0) continue;
      for (long j = k + 1; j < n; j++) a[i * n + j] -= ratio * a[k * n + j];
    }
  }
  return 1;
}

/* Solves A X = B in place for `columns` right-hand sides, row-major. */
static void solve(long n, long columns, const double *a, const double *exchanges, double *b) {
  for (long k = 0; k < n; k++) {
    long pivot = (long)exchanges[k];
    for (long c = 0; pivot != k && c < columns; c++) {
      double keep = b[k * columns + c];
      b[k * columns + c] = b[pivot * columns + c];
      b[pivot * columns + c] = keep;
    }
  }
  for (long i = 0; i < n; i++) {
    for (long j = 0; j < i; j++) {
      for (long c = 0; c < columns; c++) b[i * columns + c] -= a[i * n + j] * b[j * columns + c];
    }
  }
  for (long i = n - 1; i >= 0; i--) {
    for (long j = i + 1; j < n; j++) {
      for (long c = 0; c < columns; c++) b[i * columns + c] -= a[i * n + j] * b[j * columns + c];
    }
    for (long c = 0; c < columns; c++) b[i * columns + c] /= a[i * n + i];
  }
}

/* The differences of the same polynomial for a step `ratio` times as long. */
static void rescale(long size, int order, double ratio, double *d) {
  double r[top_order + 1][top_order + 1], u[top_order + 1][top_order + 1], ru[top_order + 1][top_order + 1];
  for (int j = 0; j <= order; j++) {
    r[0][j] = u[0][j] = 1;
    for (int i = 1; i <= order; i++) {
      r[i][j] = r[i - 1][j] * (j ? (i - 1 - ratio * j) / i : 0);
      u[i][j] = u[i - 1][j] * (j ? (double)(i - 1 - j) / i : 0);
    }
  }
  for (int i = 0; i <= order; i++) {
    for (int j = 0; j <= order; j++) {
      ru[i][j] = 0;
      for (int k = 0; k <= order; k++) ru[i][j] += r[i][k] * u[k][j];
    }
  }
  for (long e = 0; e < size; e++) {
    double old[top_order + 1];
    for (int k = 0; k <= order; k++) old[k] = d[k * size + e];
    for (int j = 0; j <= order; j++) {
      double sum = 0;
      for (int k = 0; k <= order; k++) sum += ru[k][j] * old[k];
      d[j * size + e] = sum;
    }
  }
}

/* What the differences predict for the next step, and psi of the formula. */
static void predict(long size, int order, const double *d, double *value, double *psi) {
  for (long e = 0; e < size; e++) {
    double sum = d[e], weighted = 0;
    for (int k = 1; k <= order; k++) {
      sum += d[k * size + e];
      weighted += gammas[k] * d[k * size + e];
    }
    value[e] = sum;
    psi[e] = weighted / leading(order);
  }
}

/* After a step whose correction of the prediction was `correction`. */
static void update(long size, int order, const double *correction, double *d) {
  for (long e = 0; e < size; e++) {
    d[(order + 2) * size + e] = correction[e] - d[(order + 1) * size + e];
    d[(order + 1) * size + e] = correction[e];
    for (int k = order; k >= 0; k--) d[k * size + e] += d[(k + 1) * size + e];
  }
}

/* The polynomial at `time`, the last step having ended at t. */
static void interpolate(long size, int order, double time, double t, double h, const double *d, double *result) {
  double product[top_order + 1];
  product[0] = 1;
  for (int k = 1; k <= order; k++) product[k] = product[k - 1] * (time - t + (k - 1) * h) / (k * h);
  for (long e = 0; e < size; e++) {
    double sum = 0;
    for (int k = 0; k <= order; k++) sum += product[k] * d[k * size + e];
    result[e] = sum;
  }
}

struct bdf {
  const struct borel_ode *ode;
  double *d, *value, *psi, *correction, *step, *slope, *scale, *error, *shifted, *base;
  double *jacobian, *matrix, *exchanges;
  /* Of the sensitivities. */
  double *sd, *svalue, *spsi, *by_state, *smatrix, *by_parameter, *sexchanges;
};

/* df/dy at (t, value), by differences where the system has no Jacobian of its own. */
static long jacobian(struct bdf *w, double t) {
  const struct borel_ode *ode = w->ode;
  long n = ode->states;
  if (ode->jacobian) return ode->jacobian(ode->context, t, w->value, w->jacobian, 0) ? borel_ode_stopped : borel_ode_ok;
  if (ode->derivative(ode->context, t, w->value, w->base)) return borel_ode_stopped;
  memcpy(w->shifted, w->value, (size_t)n * sizeof *w->shifted);
  for (long j = 0; j < n; j++) {
    double change = sqrt(DBL_EPSILON) * fmax(fabs(w->value[j]), w->scale[j] / fmax(ode->relative, 1e-8));
    w->shifted[j] = w->value[j] + change;
    change = w->shifted[j] - w->value[j];
    if (ode->derivative(ode->context, t, w->shifted, w->slope)) return borel_ode_stopped;
    w->shifted[j] = w->value[j];
    for (long i = 0; i < n; i++) w->jacobian[i * n + j] = (w->slope[i] - w->base[i]) / change;
  }
  return borel_ode_ok;
}

/* I - c J, factored; 0 where it is singular. */
static int shifted_factors(long n, double c, const double *j, double *matrix, double *exchanges) {
  for (long i = 0; i < n * n; i++) matrix[i] = -c * j[i];
  for (long i = 0; i < n; i++) matrix[i * n + i] += 1;
  return factor(n, matrix, exchanges);
}

/* Solves y = value + correction, correction = c f(t, y) - psi, from correction = 0; leaves y in `shifted`. */
static long newton(struct bdf *w, double t, double c, double tolerance, int *has_converged) {
  const struct borel_ode *ode = w->ode;
  long n = ode->states;
  double last = 0;
  *has_converged = 0;
  memset(w->correction, 0, (size_t)n * sizeof *w->correction);
  memcpy(w->shifted, w->value, (size_t)n * sizeof *w->shifted);
  for (int turn = 0; turn < newton_limit; turn++) {
    if (ode->derivative(ode->context, t, w->shifted, w->slope)) return borel_ode_stopped;
    for (long i = 0; i < n; i++) w->step[i] = c * w->slope[i] - w->psi[i] - w->correction[i];
    if (!ode_all_finite(n, w->step)) return borel_ode_ok;
    solve(n, 1, w->matrix, w->exchanges, w->step);
    double norm = ode_norm(n, w->step, w->scale);
    if (!isfinite(norm) || (turn > 0 && norm >= 0.9 * last && norm > tolerance)) return borel_ode_ok;
    for (long i = 0; i < n; i++) {
      w->correction[i] += w->step[i];
      w->shifted[i] = w->value[i] + w->correction[i];
    }
    double rate = turn > 0 ? norm / last : 1;
    if (norm == 0 || norm <= tolerance || (turn > 0 && rate / (1 - rate) * norm <= tolerance)) {
      *has_converged = 1;
      return borel_ode_ok;
    }
    last = norm;
  }
  return borel_ode_ok;
}

/* The formula's derivative: (I - c J) change = c (J predicted + df/dp) - psi, with J where the step ended. */
static long advance(const struct ode_run *run, struct bdf *w, double t, double h, int order) {
  const struct borel_ode *ode = run->ode;
  long n = ode->states, size = n * run->columns;
  double c = h / leading(order);
  double *by_parameter = run->wanted & borel_ode_by_parameters ? w->by_parameter : 0;
  if (ode->jacobian(ode->context, t, w->shifted, w->by_state, by_parameter)) return borel_ode_stopped;
  if (!shifted_factors(n, c, w->by_state, w->smatrix, w->sexchanges)) return borel_ode_step_too_small;
  predict(size, order, w->sd, w->svalue, w->spsi);
  /* The highest difference is not in use before `update` writes it. */
  double *right = w->svalue, *product = w->sd + (top_order + 2) * size;
  ode_sensitivity_derivative(run, w->by_state, by_parameter, w->svalue, product);
  for (long e = 0; e < size; e++) right[e] = c * product[e] - w->spsi[e];
  solve(n, run->columns, w->smatrix, w->sexchanges, right);
  update(size, order, right, w->sd);
  return borel_ode_ok;
}

static struct bdf lay_out(const struct ode_run *run) {
  const struct borel_ode *ode = run->ode;
  long n = ode->states, size = n * run->columns;
  double *next = run->memory;
  struct bdf w = {.ode = ode};
  double **vectors[] = {&w.value, &w.psi, &w.correction, &w.step, &w.slope, &w.scale, &w.error, &w.shifted, &w.base,
                        &w.exchanges};
  for (unsigned i = 0; i < sizeof vectors / sizeof *vectors; i++, next += n) *vectors[i] = next;
  w.d = next, next += differences * n;
  w.jacobian = next, next += n * n;
  w.matrix = next, next += n * n;
  if (!run->columns) return w;
  w.sd = next, next += differences * size;
  w.svalue = next, next += size;
  w.spsi = next, next += size;
  w.by_state = next, next += n * n;
  w.smatrix = next, next += n * n;
  w.by_parameter = next, next += n * ode->parameters;
  w.sexchanges = next;
  return w;
}

/* First differences; a step length. */
static long begin(const struct ode_run *run, struct bdf *w, double *h) {
  const struct borel_ode *ode = run->ode;
  long n = ode->states, size = n * run->columns;
  memset(w->d, 0, (size_t)(differences * n) * sizeof *w->d);
  memcpy(w->d, run->initial, (size_t)n * sizeof *w->d);
  memcpy(w->value, run->initial, (size_t)n * sizeof *w->value);
  if (ode->derivative(ode->context, run->start, w->value, w->base)) return borel_ode_stopped;
  if (!ode_all_finite(n, w->base)) return borel_ode_not_finite;
  /* The matrix and the differences are free so far: room for three states. */
  long status = ode_first_step(run, 1, w->base, w->d + n, h);
  if (status) return status;
  memset(w->d + n, 0, (size_t)((differences - 1) * n) * sizeof *w->d);
  for (long i = 0; i < n; i++) w->d[n + i] = *h * w->base[i];
  ode_scale(ode, w->value, w->scale);
  if (!run->columns) return borel_ode_ok;
  double *by_parameter = run->wanted & borel_ode_by_parameters ? w->by_parameter : 0;
  memset(w->sd, 0, (size_t)(differences * size) * sizeof *w->sd);
  ode_initial_sensitivities(run, w->sd);
  if (ode->jacobian(ode->context, run->start, w->value, w->by_state, by_parameter)) return borel_ode_stopped;
  ode_sensitivity_derivative(run, w->by_state, by_parameter, w->sd, w->sd + size);
  for (long e = 0; e < size; e++) w->sd[size + e] *= *h;
  return borel_ode_ok;
}

long ode_bdf(struct ode_run *run) {
  const struct borel_ode *ode = run->ode;
  long n = ode->states, size = n * run->columns;
  struct bdf w = lay_out(run);
  double t = run->start, h;
  long status = begin(run, &w, &h);
  if (status) return status;
  /* Tight enough that solutions do not show how the Jacobian was computed. */
  double tolerance = fmax(10 * DBL_EPSILON / ode->relative, 1e-5);
  int order = 1, equal_steps = 0, is_current = 0, is_factored = 0;
  if ((status = jacobian(&w, t))) return status;

  for (long next = 0; next < run->count;) {
    if (run->steps++ >= ode->max_steps) return borel_ode_too_many_steps;
    /* The last step ends at the last time. */
    double left = run->end - t, ratio = 1;
    if (h > left || h > 0.9999999 * left) ratio = left / h;
    if (ratio != 1) {
      rescale(n, order, ratio, w.d);
      if (size) rescale(size, order, ratio, w.sd);
      h = left;
      equal_steps = 0;
      is_factored = 0;
    }
    if (ode_is_lost(t, h)) return borel_ode_step_too_small;
    double end = h == left ? run->end : t + h, c = h / leading(order);
    predict(n, order, w.d, w.value, w.psi);
    ode_scale(ode, w.value, w.scale);
    int has_converged = 0;
    for (;;) {
      if (!is_factored) is_factored = shifted_factors(n, c, w.jacobian, w.matrix, w.exchanges);
      if (is_factored && (status = newton(&w, end, c, tolerance, &has_converged))) return status;
      if (has_converged || is_current) break;
      if ((status = jacobian(&w, end))) return status;
      is_current = 1;
      is_factored = 0;
    }
    is_current = 0;
    double factor = 0.5;
    int is_accepted = 0;
    if (has_converged) {
      ode_scale(ode, w.shifted, w.scale);
      for (long i = 0; i < n; i++) w.error[i] = error_constant(order) * w.correction[i];
      double norm = ode_norm(n, w.error, w.scale);
      is_accepted = norm <= 1;
      if (!is_accepted) factor = isfinite(norm) ? fmax(0.2, 0.8 * pow(norm, -1.0 / (order + 1))) : 0.2;
    }
    if (!is_accepted) {
      rescale(n, order, factor, w.d);
      if (size) rescale(size, order, factor, w.sd);
      h *= factor;
      equal_steps = 0;
      is_factored = 0;
      continue;
    }
    if (size && (status = advance(run, &w, end, h, order))) return status;
    t = end;
    run->reached = t;
    equal_steps++;
    double current = ode_norm(n, w.error, w.scale);
    update(n, order, w.correction, w.d);
    for (; next < run->count && run->times[next] <= t; next++) {
      interpolate(n, order, run->times[next], t, h, w.d, run->solution + next * n);
      if (size) interpolate(size, order, run->times[next], t, h, w.sd, run->sensitivities + next * size);
    }
    if (equal_steps <= order) continue;

    /* The order whose error allows the longest step. */
    double best = current > 0 ? pow(current, -1.0 / (order + 1)) : 1e10;
    int chosen = order;
    for (int other = order - 1; other <= order + 1; other += 2) {
      if (other < 1 || other > top_order) continue;
      for (long i = 0; i < n; i++) w.error[i] = error_constant(other) * w.d[(other + 1) * n + i];
      double norm = ode_norm(n, w.error, w.scale);
      double length = norm > 0 ? pow(norm, -1.0 / (other + 1)) : 1e10;
      if (length > best) best = length, chosen = other;
    }
    factor = fmin(10, 0.8 * best);
    /* Within these bounds new factors cost more than the step gains. */
    if (factor > 0.9 && factor < 1.2) factor = 1;
    equal_steps = 0;
    if (chosen == order && factor == 1) continue;
    order = chosen;
    rescale(n, order, factor, w.d);
    if (size) rescale(size, order, factor, w.sd);
    h *= factor;
    is_factored = 0;
  }
  return borel_ode_ok;
}
