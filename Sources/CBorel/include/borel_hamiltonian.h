/* The vector arithmetic of Hamiltonian Monte Carlo: leapfrog steps and U-turn checks. All vectors have n elements. */
#ifndef BOREL_HAMILTONIAN_H
#define BOREL_HAMILTONIAN_H

/* First half of a leapfrog step with the diagonal inverse metric m:
 * half = p + step / 2 * g, next = q + step * m * half. */
void borel_leapfrog_begin(long n, double step, const double *m, const double *q, const double *p, const double *g,
                          double *next, double *half);

/* Second half: p = half + step / 2 * g (in place). Writes the running sum of momenta: sum + p where the step goes forwards; backwards sum - before,
 * `before` being the momentum that the step started from. Returns the kinetic energy, sum m p^2 / 2. */
double borel_leapfrog_end(long n, double step, const double *m, const double *g, double *p, const double *sum,
                          const double *before, double *next_sum);

/* As above without a metric: `v` follows from p outside. */
void borel_momentum_half(long n, double step, const double *p, const double *g, double *half);
void borel_position_step(long n, double step, const double *q, const double *v, double *next);
void borel_momentum_end(long n, double step, const double *g, double *p, const double *sum, const double *before,
                        double *next_sum);

/* Whether a trajectory from a (first) to b (last) has turned: with r = b_sum - a_sum + a_p, the sum of its momenta, r . va <= 0 or
 * r . vb <= 0, where v = m p. */
int borel_has_turned(long n, const double *m, const double *a_sum, const double *a_p, const double *b_sum,
                     const double *b_p);
/* As above with the velocities given. */
int borel_has_turned_with(long n, const double *a_sum, const double *a_p, const double *a_v, const double *b_sum,
                          const double *b_v);

/* Whether two neighbouring parts a ... b and c ... d have turned: as a whole, from a to c, or from b to d. */
int borel_seam_has_turned(long n, const double *m, const double *a_sum, const double *a_p, const double *b_sum,
                          const double *b_p, const double *c_sum, const double *c_p, const double *d_sum,
                          const double *d_p);

/* y += factor x; y = m x element by element. */
void borel_add_multiple(long n, double factor, const double *x, double *y);
void borel_multiply_elements(long n, const double *m, const double *x, double *y);

double borel_inner_product(long n, const double *x, const double *y);

#endif
