/* Integrates systems that were printed with a model, and takes the adjoints of their solutions from sensitivities. */
#include "CBorel.h"
#include "routines.h"
#include <string.h>

/* One integration of a printed system. */
struct system_run {
  const struct borel_system *system;
  const void *model;
  struct borel_workspace *workspace;
  long states, parameters;
  double *z, *direction, *slope, *change;
  long status; /* of the function that stopped */
};

static long derivative(void *context, double t, const double *y, double *dydt) {
  struct system_run *run = context;
  char *start = run->workspace->next;
  memcpy(run->z, y, (size_t)run->states * sizeof *y);
  run->status = run->system->derivative(run->model, t, run->z, dydt, run->workspace);
  if (run->status) return 1;
  run->workspace->next = start;
  return 0;
}

/* A column at a time. */
static long jacobian(void *context, double t, const double *y, double *by_state, double *by_parameter) {
  struct system_run *run = context;
  long n = run->states, m = by_parameter ? run->parameters : 0;
  char *start = run->workspace->next;
  memcpy(run->z, y, (size_t)n * sizeof *y);
  for (long j = 0; j < n + m; j++) {
    run->direction[j] = 1;
    run->status = run->system->product(run->model, t, run->z, run->direction, run->slope, run->change, run->workspace);
    run->direction[j] = 0;
    if (run->status) return 1;
    run->workspace->next = start;
    for (long i = 0; i < n; i++) {
      if (j < n) by_state[i * n + j] = run->change[i];
      else by_parameter[i * m + j - n] = run->change[i];
    }
  }
  return 0;
}

static long solve(struct borel_workspace *workspace, int method, double relative, double absolute, long max_steps,
                  const struct borel_system *system, const void *model, long states, long parameters, long count,
                  int wanted, const double *initial, const double *start, const double *times, const double *p, double *solution,
                  double *sensitivities) {
  struct system_run run = {
    .system = system, .model = model, .workspace = workspace, .states = states, .parameters = parameters};
  long size = states + parameters;
  run.z = borel_take(workspace, size);
  run.direction = borel_take(workspace, size);
  run.slope = borel_take(workspace, states);
  run.change = borel_take(workspace, states);
  struct borel_ode ode = {
    .states = states, .parameters = parameters, .context = &run, .derivative = derivative,
    .jacobian = system->product ? jacobian : 0, .relative = relative, .absolute = absolute, .max_steps = max_steps};
  enum borel_ode_method solver = method == borel_rk45 ? borel_ode_rk45 : borel_ode_bdf;
  double *memory = borel_take(
    workspace, borel_ode_memory(&ode, solver, sensitivities ? borel_ode_columns(&ode, wanted) : 0));
  if (!run.z || !run.direction || !run.slope || !run.change || !memory) return borel_needs_workspace;
  memset(run.direction, 0, (size_t)size * sizeof *run.direction);
  memcpy(run.z + states, p, (size_t)parameters * sizeof *p);
  double reached;
  long ended = borel_ode_solve(&ode, solver, wanted, *start, initial, count, times, memory, solution,
                               sensitivities, &reached);
  if (ended == borel_ode_stopped) return run.status;
  return ended == borel_ode_ok ? borel_ok : borel_not_integrated;
}

long borel_integrate(struct borel_workspace *workspace, int method, double relative, double absolute, long max_steps,
                     const struct borel_system *system, const void *model, long states, long parameters, long count,
                     const double *initial, const double *start, const double *times, const double *p, double *solution) {
  char *mark = workspace->next;
  long status = solve(workspace, method, relative, absolute, max_steps, system, model, states, parameters, count, 0,
                      initial, start, times, p, solution, 0);
  if (!status) workspace->next = mark;
  return status;
}

long borel_integrate_adjoint(struct borel_workspace *workspace, int method, double relative, double absolute,
                             long max_steps, const struct borel_system *system, const void *model, long states,
                             long parameters, long count, int wanted, const double *initial, const double *start, const double *times,
                             const double *p, const double *solution_bar, double *initial_bar, double *p_bar) {
  char *mark = workspace->next;
  long by_parameters = wanted & borel_by_parameters ? parameters : 0;
  long by_initial = wanted & borel_by_initial ? states : 0, columns = by_parameters + by_initial;
  if (columns == 0 || count == 0) return borel_ok;
  double *solution = borel_take(workspace, count * states);
  double *sensitivities = borel_take(workspace, count * states * columns);
  if (!solution || !sensitivities) return borel_needs_workspace;
  long status = solve(workspace, method, relative, absolute, max_steps, system, model, states, parameters, count,
                      wanted, initial, start, times, p, solution, sensitivities);
  if (status) return status;
  for (long k = 0; k < count * states; k++) {
    const double *row = sensitivities + k * columns;
    for (long c = 0; c < by_parameters; c++) p_bar[c] += solution_bar[k] * row[c];
    for (long c = 0; c < by_initial; c++) initial_bar[c] += solution_bar[k] * row[by_parameters + c];
  }
  workspace->next = mark;
  return borel_ok;
}
