/* Dense linear algebra of compiled models; `struct borel_runtime` describes each routine. */
#ifndef BOREL_NATIVE_ROUTINES_H
#define BOREL_NATIVE_ROUTINES_H
#include "borel_native.h"

void borel_matrix_vector(int transposed, int adds, long rows, long columns, const double *a, const double *x,
                         double *y);
void borel_pack(long rows, long columns, const double *a, double *panels);
void borel_packed_vector(int transposed, int adds, long rows, long columns, const double *panels, const double *x,
                         double *y);
void borel_matrix_matrix(int transposed_a, int transposed_b, int adds, long m, long n, long k, const double *a,
                         const double *b, double *c);
void borel_rank_one(long rows, long columns, const double *x, const double *y, double *a);
long borel_cholesky(long n, const double *s, double *l);
long borel_cholesky_adjoint(struct borel_workspace *w, long n, const double *l, const double *l_bar, double *s_bar);
long borel_solve_lower(int transposed, long n, long columns, const double *l, const double *b, double *x);
long borel_solve_lower_adjoint(struct borel_workspace *w, int transposed, long n, long columns, const double *l,
                               const double *x, const double *x_bar, double *l_bar, double *b_bar);
long borel_solve_upper(long n, long columns, const double *u, const double *b, double *x);
long borel_solve_upper_adjoint(struct borel_workspace *w, long n, long columns, const double *u, const double *x,
                               const double *x_bar, double *u_bar, double *b_bar);
long borel_solve(struct borel_workspace *w, long n, long columns, const double *a, const double *b, double *x);
long borel_solve_adjoint(struct borel_workspace *w, long n, long columns, const double *a, const double *x,
                         const double *x_bar, double *a_bar, double *b_bar);
long borel_inverse(struct borel_workspace *w, long n, const double *a, double *b);
long borel_log_abs_determinant(struct borel_workspace *w, long n, const double *a, double *d);
long borel_matrix_exponential(struct borel_workspace *w, long n, const double *a, double *e);
long borel_matrix_exponential_adjoint(struct borel_workspace *w, long n, const double *a, const double *e_bar,
                                      double *a_bar);
long borel_eigen_symmetric(struct borel_workspace *w, long n, const double *a, double *values, double *vectors);
long borel_eigen_symmetric_adjoint(struct borel_workspace *w, long n, const double *values, const double *vectors,
                                   const double *values_bar, const double *vectors_bar, double *a_bar);

long borel_integrate(struct borel_workspace *w, int method, double relative, double absolute, long max_steps,
                     const struct borel_system *system, const void *model, long states, long parameters, long count,
                     const double *initial, const double *start, const double *times, const double *p, double *solution);
long borel_integrate_adjoint(struct borel_workspace *w, int method, double relative, double absolute, long max_steps,
                             const struct borel_system *system, const void *model, long states, long parameters,
                             long count, int wanted, const double *initial, const double *start, const double *times, const double *p,
                             const double *solution_bar, double *initial_bar, double *p_bar);

long borel_draw_real(const double *stream, int which, long count, const double *a, const double *b, const double *c,
                     double *out);
long borel_draw_whole(const double *stream, int which, long count, const double *a, const double *b, const double *c,
                      long *out);

/* Sizes that the library's 32-bit integers hold; no such matrix fits into memory otherwise. */
#define BOREL_FITS(n) ((n) >= 0 && (n) <= 0x7fffffff)

/* Own loops use the vector instructions that the machine has, whatever the library was compiled for. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__)
#define BOREL_CLONED __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define BOREL_CLONED
#endif
#define BOREL_INLINE static inline __attribute__((always_inline, unused))

/* Four doubles at any address. */
typedef double borel_four __attribute__((vector_size(32), aligned(8)));
#define BOREL_FOUR(x) (*(const borel_four *)(x))

BOREL_INLINE double borel_dot(long n, const double *x, const double *y) {
  borel_four a = {0}, b = {0};
  long i = 0;
  for (; i + 8 <= n; i += 8) {
    a += BOREL_FOUR(x + i) * BOREL_FOUR(y + i);
    b += BOREL_FOUR(x + i + 4) * BOREL_FOUR(y + i + 4);
  }
  a += b;
  double sum = a[0] + a[1] + (a[2] + a[3]);
  for (; i < n; i++) sum += x[i] * y[i];
  return sum;
}

/* y -= factor x */
BOREL_INLINE void borel_subtract(long n, double factor, const double *restrict x, double *restrict y) {
  long i = 0;
  for (; i + 4 <= n; i += 4) *(borel_four *)(y + i) -= factor * BOREL_FOUR(x + i);
  for (; i < n; i++) y[i] -= factor * x[i];
}

#endif
