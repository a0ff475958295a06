/* Runs the functions of the module with buffers that are kept for the next evaluation. */
#include "model.h"
#include <stdlib.h>

void bridge_release(struct scratch *s) {
  free(s->memory);
  free(s->constrained);
  free(s->unconstrained);
  free(s->gradients);
  free(s->direction);
  free(s->outputs);
  free(s->inputs);
  free(s);
}

struct scratch *bridge_borrow(const bs_model *model) {
  bs_model *m = (bs_model *)model;
  struct scratch *s = __atomic_exchange_n(&m->first, 0, __ATOMIC_ACQUIRE);
  if (s) return s;
  pthread_mutex_lock(&m->lock);
  s = m->idle;
  if (s) m->idle = s->next;
  pthread_mutex_unlock(&m->lock);
  if (s) return s;
  s = calloc(1, sizeof *s);
  if (!s) return 0;
  size_t parameters = (size_t)bridge_model.parameter_count + 1, n = (size_t)m->dimension + 1;
  s->size = 1 << 12;
  s->memory = aligned_alloc(64, s->size);
  s->constrained = calloc((size_t)m->total + 1, sizeof(double));
  s->unconstrained = calloc(n, sizeof(double));
  s->gradients = calloc(3 * n, sizeof(double));
  s->direction = calloc(n, sizeof(double));
  s->outputs = calloc(parameters, sizeof(void *));
  s->inputs = calloc(parameters, sizeof(void *));
  int is_whole = s->memory && s->constrained && s->unconstrained && s->gradients && s->direction;
  if (is_whole && s->outputs && s->inputs) return s;
  bridge_release(s);
  return 0;
}

void bridge_give_back(const bs_model *model, struct scratch *s) {
  bs_model *m = (bs_model *)model;
  struct scratch *nobody = 0;
  if (__atomic_compare_exchange_n(&m->first, &nobody, s, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) return;
  pthread_mutex_lock(&m->lock);
  s->next = m->idle;
  m->idle = s;
  pthread_mutex_unlock(&m->lock);
}

/* Runs a function of the module; the workspace grows until it is enough. */
long bridge_run(const bs_model *m, int function, struct scratch *s, const void *const *inputs, double *value,
                void *const *outputs) {
  for (;;) {
    s->workspace.next = s->memory;
    s->workspace.end = s->memory + s->size;
    long status = borel_module.functions[function].run(m->memory, inputs, value, outputs, &s->workspace);
    if (status != borel_needs_workspace || s->workspace.missing > 1ul << 40) return status;
    size_t larger = 2 * s->size, needed = s->size + (s->workspace.missing + 4095) / 4096 * 4096;
    if (larger < needed) larger = needed;
    char *memory = aligned_alloc(64, larger);
    if (!memory) return status;
    free(s->memory);
    s->memory = memory;
    s->size = larger;
  }
}

int bridge_density(const bs_model *m, bool jacobian, struct scratch *s, const double *theta_unc, double *value,
                   double *gradient, char **error) {
  int function = gradient ? (jacobian ? bridge_model.gradient : bridge_model.plain_gradient)
                          : (jacobian ? bridge_model.log_density : bridge_model.plain_log_density);
  if (function < 0) return bridge_report(error, "this library has no %s", jacobian ? "gradient" : "density without Jacobian");
  const void *inputs[] = {theta_unc};
  void *outputs[] = {gradient};
  long status = bridge_run(m, function, s, inputs, value, outputs);
  return status ? bridge_report_status(status, error) : 0;
}
