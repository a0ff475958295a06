/* Dense linear algebra of compiled models; `struct borel_runtime` describes each routine. */
#ifndef BOREL_NATIVE_ROUTINES_H
#define BOREL_NATIVE_ROUTINES_H
#include "borel_native.h"

void borel_matrix_vector(int transposed, int adds, long rows, long columns, const double *a, const double *x,
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

/* Sizes that the library's 32-bit integers hold; no such matrix fits into memory otherwise. */
#define BOREL_FITS(n) ((n) >= 0 && (n) <= 0x7fffffff)

/* Own loops use the vector instructions that the machine has, whatever the library was compiled for. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__)
#define BOREL_CLONED __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define BOREL_CLONED
#endif

#endif
