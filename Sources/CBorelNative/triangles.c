/* Triangular systems, row-major, with their adjoints. */
#include "blas.h"
#include "routines.h"
#include <string.h>

/* One right-hand side: inner products with the rows of T, or their subtraction where T is transposed. */
BOREL_CLONED static void solve_vector(int upper, int transposed, long n, const double *t, double *x) {
  int forwards = upper == transposed;
  for (long turn = 0; turn < n; turn++) {
    long i = forwards ? turn : n - 1 - turn;
    const double *row = t + i * n;
    long first = upper ? i + 1 : 0, end = upper ? n : i;
    if (transposed) {
      x[i] /= row[i];
      borel_subtract(end - first, x[i], row + first, x + first);
    } else {
      x[i] = (x[i] - borel_dot(end - first, row + first, x + first)) / row[i];
    }
  }
}

/* T̄ -= left right' on the triangle, for few columns. */
BOREL_CLONED static void subtract_outer(int upper, long n, long columns, const double *left, const double *right,
                                        double *t_bar) {
  for (long i = 0; i < n; i++) {
    long first = upper ? i : 0, end = upper ? n : i + 1;
    if (columns == 1) {
      borel_subtract(end - first, left[i], right + first, t_bar + i * n + first);
      continue;
    }
    for (long c = 0; c < columns; c++) {
      double factor = left[i * columns + c];
      for (long j = first; j < end; j++) t_bar[i * n + j] -= factor * right[j * columns + c];
    }
  }
}

/* X = op(T)^-1 B in place. */
static long solve_triangular(int upper, int transposed, long n, long columns, const double *t, double *x) {
  if (!BOREL_FITS(n) || !BOREL_FITS(columns)) return borel_routine_failed;
  for (long i = 0; i < n; i++) {
    if (t[i * n + i] == 0 || t[i * n + i] != t[i * n + i]) return borel_routine_failed;
  }
  if (n == 0 || columns == 0) return borel_ok;
  if (columns == 1) {
    solve_vector(upper, transposed, n, t, x);
    return borel_ok;
  }
  /* X' op(T)' = B' in the library's terms, where the stored matrix is T'. */
  int rows = (int)columns, size = (int)n;
  double one = 1;
  dtrsm_("R", upper ? "L" : "U", transposed ? "T" : "N", "N", &rows, &size, &one, t, &size, x, &rows);
  return borel_ok;
}

/* G = op(T)^-T X̄ is B̄; T̄ = -G X', or -X G' where T was transposed, on the triangle. */
static long solve_triangular_adjoint(struct borel_workspace *workspace, int upper, int transposed, long n,
                                     long columns, const double *t, const double *x, const double *x_bar,
                                     double *t_bar, double *b_bar) {
  long count = n * columns;
  double *g = borel_take(workspace, count);
  if (!g) return borel_needs_workspace;
  if (count > 0) memcpy(g, x_bar, (size_t)count * sizeof *g);
  long status = solve_triangular(upper, !transposed, n, columns, t, g);
  if (status) return status;
  for (long i = 0; i < count; i++) b_bar[i] += g[i];
  const double *left = transposed ? x : g, *right = transposed ? g : x;
  if (columns <= 4) {
    subtract_outer(upper, n, columns, left, right, t_bar);
  } else {
    double *product = borel_take(workspace, n * n);
    if (!product) return borel_needs_workspace;
    borel_matrix_matrix(borel_plain, borel_transposed, borel_set, n, n, columns, left, right, product);
    for (long i = 0; i < n; i++) {
      long first = upper ? i : 0, end = upper ? n : i + 1;
      for (long j = first; j < end; j++) t_bar[i * n + j] -= product[i * n + j];
    }
  }
  workspace->next = (char *)g;
  return borel_ok;
}

long borel_solve_lower(int transposed, long n, long columns, const double *l, const double *b, double *x) {
  if (n * columns > 0) memcpy(x, b, (size_t)(n * columns) * sizeof *x);
  return solve_triangular(0, transposed, n, columns, l, x);
}

long borel_solve_lower_adjoint(struct borel_workspace *w, int transposed, long n, long columns, const double *l,
                               const double *x, const double *x_bar, double *l_bar, double *b_bar) {
  return solve_triangular_adjoint(w, 0, transposed, n, columns, l, x, x_bar, l_bar, b_bar);
}

long borel_solve_upper(long n, long columns, const double *u, const double *b, double *x) {
  if (n * columns > 0) memcpy(x, b, (size_t)(n * columns) * sizeof *x);
  return solve_triangular(1, 0, n, columns, u, x);
}

long borel_solve_upper_adjoint(struct borel_workspace *w, long n, long columns, const double *u, const double *x,
                               const double *x_bar, double *u_bar, double *b_bar) {
  return solve_triangular_adjoint(w, 1, 0, n, columns, u, x, x_bar, u_bar, b_bar);
}
