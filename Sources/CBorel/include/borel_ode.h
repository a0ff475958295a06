/* Initial value problems y' = f(t, y) with sensitivities to parameters and to the initial state. */
#ifndef BOREL_ODE_H
#define BOREL_ODE_H

/* How an integration ends. */
enum {
  borel_ode_ok,
  borel_ode_too_many_steps,
  borel_ode_step_too_small, /* the tolerance cannot be reached: a singularity, or a derivative that jumps */
  borel_ode_not_finite,     /* the derivative is NaN or infinite at the start */
  borel_ode_bad_times,      /* times that are not finite, descend, or lie before the start */
  borel_ode_stopped,        /* a function of the system ended the integration */
};

/* A system and how exactly it is to be solved. Functions return 0, or anything else to stop. */
struct borel_ode {
  long states, parameters;
  void *context;
  /* f(t, y). */
  long (*derivative)(void *context, double t, const double *y, double *dydt);
  /* df/dy (states x states) and df/dp (states x parameters), row-major; null where only solutions are wanted, then stiff
   * solvers take differences. `by_parameter` is null where it is not needed. */
  long (*jacobian)(void *context, double t, const double *y, double *by_state, double *by_parameter);
  double relative, absolute; /* tolerances of the local error */
  long max_steps;            /* accepted and rejected ones together */
};

enum borel_ode_method { borel_ode_rk45, borel_ode_bdf };

/* What to differentiate with respect to: the columns of sensitivities are the parameters, then the initial state. */
enum { borel_ode_by_parameters = 1, borel_ode_by_initial = 2 };

static inline long borel_ode_columns(const struct borel_ode *ode, int wanted) {
  return (wanted & borel_ode_by_parameters ? ode->parameters : 0) + (wanted & borel_ode_by_initial ? ode->states : 0);
}

/* The number of doubles of working memory; columns is 0 for solutions alone. */
long borel_ode_memory(const struct borel_ode *ode, enum borel_ode_method method, long columns);

/* The solution at `count` times, ascending from `start` on: `solution` is count x states, `sensitivities`, where not null, count x
 * states x columns. The steps, and so the solution, are the same with sensitivities and without; sensitivities are the derivatives
 * of the discrete solution with its steps held fixed. `reached` is the time up to which the integration came. */
long borel_ode_solve(const struct borel_ode *ode, enum borel_ode_method method, int wanted, double start,
                     const double *initial, long count, const double *times, double *memory, double *solution,
                     double *sensitivities, double *reached);

#endif
