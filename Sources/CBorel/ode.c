/* Initial value problems: arguments, norms and first steps. */
#include "ode.h"
#include <math.h>
#include <string.h>

double ode_norm(long n, const double *x, const double *scale) {
  double sum = 0;
  for (long i = 0; i < n; i++) {
    double ratio = x[i] / scale[i];
    sum += ratio * ratio;
  }
  return n > 0 ? sqrt(sum / (double)n) : 0;
}

void ode_scale(const struct borel_ode *ode, const double *y, double *scale) {
  for (long i = 0; i < ode->states; i++) scale[i] = ode->absolute + ode->relative * fabs(y[i]);
}

int ode_all_finite(long n, const double *x) {
  for (long i = 0; i < n; i++) {
    if (!isfinite(x[i])) return 0;
  }
  return 1;
}

int ode_is_lost(double t, double h) { return !(fabs(h) > 1e-15 * fabs(t)) || !(fabs(h) > 1e-300); }

/* Hairer, Norsett and Wanner (1993), section II.4: a step of explicit Euler shows the size of the second derivative. */
long ode_first_step(const struct ode_run *run, int order, const double *f0, double *work, double *h) {
  const struct borel_ode *ode = run->ode;
  long n = ode->states;
  double *scale = work, *y1 = work + n, *f1 = work + 2 * n;
  ode_scale(ode, run->initial, scale);
  double size = ode_norm(n, run->initial, scale), slope = ode_norm(n, f0, scale);
  double guess = size < 1e-5 || slope < 1e-5 ? 1e-6 : 0.01 * size / slope;
  double length = run->end - run->start;
  if (guess > length) guess = length;
  for (long i = 0; i < n; i++) y1[i] = run->initial[i] + guess * f0[i];
  if (ode->derivative(ode->context, run->start + guess, y1, f1)) return borel_ode_stopped;
  for (long i = 0; i < n; i++) f1[i] -= f0[i];
  double curvature = ode_norm(n, f1, scale) / guess;
  double largest = fmax(slope, curvature);
  double second = largest <= 1e-15 ? fmax(1e-6, 1e-3 * guess) : pow(0.01 / largest, 1.0 / (order + 1));
  *h = fmin(fmin(100 * guess, second), length);
  if (!(*h > 0)) *h = guess;
  return borel_ode_ok;
}

void ode_initial_sensitivities(const struct ode_run *run, double *s) {
  long n = run->ode->states, columns = run->columns;
  memset(s, 0, (size_t)(n * columns) * sizeof *s);
  if (!(run->wanted & borel_ode_by_initial)) return;
  for (long i = 0; i < n; i++) s[i * columns + columns - n + i] = 1;
}

void ode_sensitivity_derivative(const struct ode_run *run, const double *by_state, const double *by_parameter,
                                const double *s, double *dsdt) {
  long n = run->ode->states, columns = run->columns;
  long parameters = run->wanted & borel_ode_by_parameters ? run->ode->parameters : 0;
  for (long i = 0; i < n; i++) {
    double *row = dsdt + i * columns;
    for (long c = 0; c < columns; c++) row[c] = c < parameters ? by_parameter[i * parameters + c] : 0;
    for (long j = 0; j < n; j++) {
      double factor = by_state[i * n + j];
      if (factor == 0) continue;
      for (long c = 0; c < columns; c++) row[c] += factor * s[j * columns + c];
    }
  }
}

long borel_ode_memory(const struct borel_ode *ode, enum borel_ode_method method, long columns) {
  return method == borel_ode_rk45 ? ode_rk45_memory(ode, columns) : ode_bdf_memory(ode, columns);
}

static int are_ascending(double start, long count, const double *times) {
  if (!isfinite(start)) return 0;
  double last = start;
  for (long k = 0; k < count; k++) {
    if (!isfinite(times[k]) || times[k] < last) return 0;
    last = times[k];
  }
  return 1;
}

long borel_ode_solve(const struct borel_ode *ode, enum borel_ode_method method, int wanted, double start,
                     const double *initial, long count, const double *times, double *memory, double *solution,
                     double *sensitivities, double *reached) {
  *reached = start;
  if (!are_ascending(start, count, times)) return borel_ode_bad_times;
  struct ode_run run = {
    .ode = ode, .wanted = wanted, .columns = sensitivities ? borel_ode_columns(ode, wanted) : 0, .start = start,
    .end = count > 0 ? times[count - 1] : start, .initial = initial, .times = times, .memory = memory,
    .solution = solution, .sensitivities = sensitivities, .reached = start,
  };
  long n = ode->states;
  /* What is asked for at the start itself needs no step. */
  long first = 0;
  for (; first < count && times[first] == start; first++) {
    memcpy(solution + first * n, initial, (size_t)n * sizeof *solution);
    if (run.columns) ode_initial_sensitivities(&run, sensitivities + first * n * run.columns);
  }
  if (first == count || n == 0) return borel_ode_ok;
  run.count = count - first;
  run.times += first;
  run.solution += first * n;
  if (sensitivities) run.sensitivities += first * n * run.columns;
  long status = method == borel_ode_rk45 ? ode_rk45(&run) : ode_bdf(&run);
  *reached = run.reached;
  return status;
}
