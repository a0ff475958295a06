/* The explicit Runge-Kutta pair of orders 5 and 4 of Dormand and Prince (1980), with its continuous extension of order 4. */
#include "ode.h"
#include <math.h>
#include <string.h>

enum { stages = 7 };

static const double nodes[stages] = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
/* The last row is the solution of order 5: the last stage is the first of the next step. */
static const double weights[stages][stages - 1] = {
  {0},
  {1.0 / 5},
  {3.0 / 40, 9.0 / 40},
  {44.0 / 45, -56.0 / 15, 32.0 / 9},
  {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
  {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
  {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
};
/* The difference of the solutions of orders 5 and 4. */
static const double error_weights[stages] = {
  71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40};
/* The coefficient of the highest power in the continuous extension: Hairer, Norsett and Wanner (1993), section II.6. */
static const double dense_weights[stages] = {
  -12715105075.0 / 11282082432, 0, 87487479700.0 / 32700410799, -10690763975.0 / 1880347072,
  701980252875.0 / 199316789632, -1453857185.0 / 822651844, 69997945.0 / 29380423};

long ode_rk45_memory(const struct borel_ode *ode, long columns) {
  long n = ode->states;
  long plain = (2 * stages + 3) * n;
  return columns ? plain + (stages + 2) * n * columns + n * n + n * ode->parameters : plain;
}

/* y + h sum of weights k. */
static void combine(long size, const double *y, double h, const double *weight, int count, const double *k,
                    double *result) {
  for (long i = 0; i < size; i++) {
    double sum = 0;
    for (int s = 0; s < count; s++) sum += weight[s] * k[s * size + i];
    result[i] = y[i] + h * sum;
  }
}

/* The continuous extension at the part `x` of the step from y to `next`. */
static void interpolate(long size, double x, double h, const double *y, const double *next, const double *k,
                        double *result) {
  double rest = 1 - x;
  for (long i = 0; i < size; i++) {
    double high = 0;
    for (int s = 0; s < stages; s++) high += dense_weights[s] * k[s * size + i];
    double change = next[i] - y[i];
    double bend = h * k[i] - change, twist = change - h * k[(stages - 1) * size + i] - bend;
    result[i] = y[i] + x * (change + rest * (bend + x * (twist + rest * h * high)));
  }
}

struct sensitivity {
  double *s, *next, *k, *by_state, *by_parameter;
};

static long slope(const struct ode_run *run, struct sensitivity *w, double t, const double *y, const double *s,
                  double *k) {
  const struct borel_ode *ode = run->ode;
  double *by_parameter = run->wanted & borel_ode_by_parameters ? w->by_parameter : 0;
  if (ode->jacobian(ode->context, t, y, w->by_state, by_parameter)) return borel_ode_stopped;
  ode_sensitivity_derivative(run, w->by_state, by_parameter, s, k);
  return borel_ode_ok;
}

/* The same step for the sensitivities, at the stages of the accepted one. */
static long advance(const struct ode_run *run, struct sensitivity *w, double t, double h, const double *points) {
  long size = run->ode->states * run->columns;
  for (int stage = 1; stage < stages; stage++) {
    combine(size, w->s, h, weights[stage], stage, w->k, w->next);
    long status = slope(run, w, t + nodes[stage] * h, points + stage * run->ode->states, w->next, w->k + stage * size);
    if (status) return status;
  }
  return borel_ode_ok;
}

long ode_rk45(struct ode_run *run) {
  const struct borel_ode *ode = run->ode;
  long n = ode->states, size = n * run->columns;
  double *k = run->memory, *points = k + stages * n, *error = points + stages * n, *scale = error + n,
         *y = scale + n;
  struct sensitivity w = {.s = y + n};
  if (run->columns) {
    w.next = w.s + size;
    w.k = w.next + size;
    w.by_state = w.k + stages * size;
    w.by_parameter = w.by_state + n * n;
    ode_initial_sensitivities(run, w.s);
  }
  memcpy(y, run->initial, (size_t)n * sizeof *y);
  double t = run->start, h;
  if (ode->derivative(ode->context, t, y, k)) return borel_ode_stopped;
  if (!ode_all_finite(n, k)) return borel_ode_not_finite;
  /* The stages' points are free until the first step. */
  long status = ode_first_step(run, 5, k, points, &h);
  if (status) return status;
  if (run->columns && (status = slope(run, &w, t, y, w.s, w.k))) return status;

  long next = 0;
  int was_rejected = 0;
  while (next < run->count) {
    if (run->steps++ >= ode->max_steps) return borel_ode_too_many_steps;
    int is_last = t + h >= run->end || t + 1.0000001 * h >= run->end;
    if (is_last) h = run->end - t;
    if (ode_is_lost(t, h)) return borel_ode_step_too_small;
    double *last = points + (stages - 1) * n;
    for (int stage = 1; stage < stages; stage++) {
      combine(n, y, h, weights[stage], stage, k, points + stage * n);
      if (ode->derivative(ode->context, t + nodes[stage] * h, points + stage * n, k + stage * n)) return borel_ode_stopped;
    }
    for (long i = 0; i < n; i++) {
      double sum = 0;
      for (int s = 0; s < stages; s++) sum += error_weights[s] * k[s * n + i];
      error[i] = h * sum;
      scale[i] = ode->absolute + ode->relative * fmax(fabs(y[i]), fabs(last[i]));
    }
    double norm = ode_norm(n, error, scale);
    if (!(norm <= 1) || !ode_all_finite(n, k + (stages - 1) * n)) {
      h *= isfinite(norm) ? fmax(0.2, fmin(0.9, 0.9 * pow(norm, -0.2))) : 0.2;
      was_rejected = 1;
      continue;
    }
    if (run->columns && (status = advance(run, &w, t, h, points))) return status;
    double end = is_last ? run->end : t + h;
    for (; next < run->count && run->times[next] <= end; next++) {
      double x = run->times[next] == end ? 1 : (run->times[next] - t) / h;
      interpolate(n, x, h, y, last, k, run->solution + next * n);
      if (run->columns) interpolate(size, x, h, w.s, w.next, w.k, run->sensitivities + next * size);
    }
    t = end;
    run->reached = t;
    memcpy(y, last, (size_t)n * sizeof *y);
    memcpy(k, k + (stages - 1) * n, (size_t)n * sizeof *k);
    if (run->columns) {
      memcpy(w.s, w.next, (size_t)size * sizeof *w.s);
      memcpy(w.k, w.k + (stages - 1) * size, (size_t)size * sizeof *w.k);
    }
    double factor = norm > 0 ? 0.9 * pow(norm, -0.2) : 5;
    h *= fmax(0.2, fmin(was_rejected ? 1 : 5, factor));
    was_rejected = 0;
  }
  return borel_ode_ok;
}
