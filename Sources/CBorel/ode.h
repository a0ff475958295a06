/* What the integrators share. */
#ifndef BOREL_ODE_PARTS_H
#define BOREL_ODE_PARTS_H
#include "borel_ode.h"

/* One integration under way. */
struct ode_run {
  const struct borel_ode *ode;
  int wanted;
  long columns; /* of sensitivities, 0 for none */
  double start, end;
  const double *initial;
  long count;
  const double *times;
  double *memory;
  double *solution, *sensitivities;
  double reached;
  long steps;
};

/* The root mean square of x[i] / scale[i]. */
double ode_norm(long n, const double *x, const double *scale);
/* absolute + relative |y[i]|. */
void ode_scale(const struct borel_ode *ode, const double *y, double *scale);
/* A first step for a method of the given order; f0 = f(start, y0), `work` has room for 3 states. A status. */
long ode_first_step(const struct ode_run *run, int order, const double *f0, double *work, double *h);
/* The initial sensitivities: zero by parameters, the identity by the initial state. */
void ode_initial_sensitivities(const struct ode_run *run, double *s);
/* ds/dt = df/dy s + df/dp, `states` x `columns`. */
void ode_sensitivity_derivative(const struct ode_run *run, const double *by_state, const double *by_parameter,
                                const double *s, double *dsdt);
/* True where a step from t on would be lost in rounding. */
int ode_is_lost(double t, double h);
int ode_all_finite(long n, const double *x);

long ode_rk45(struct ode_run *run);
long ode_rk45_memory(const struct borel_ode *ode, long columns);
long ode_bdf(struct ode_run *run);
long ode_bdf_memory(const struct borel_ode *ode, long columns);

#endif
