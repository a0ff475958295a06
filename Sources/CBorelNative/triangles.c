/* Cholesky factors and triangular systems, row-major, with their adjoints. */
#include "blas.h"
#include "routines.h"
#include <math.h>
#include <string.h>

enum { small = 24 };

/* A row-major lower triangle is an upper one in the library's terms. */
long borel_cholesky(long n, const double *s, double *l) {
  if (!BOREL_FITS(n)) return borel_routine_failed;
  if (n <= small) {
    for (long i = 0; i < n; i++) {
      for (long j = 0; j <= i; j++) {
        double sum = s[i * n + j];
        for (long k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
        l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
        if (i == j && !(sum > 0 && sum <= 0x1.fffffffffffffp1023)) return borel_routine_failed;
      }
      for (long j = i + 1; j < n; j++) l[i * n + j] = 0;
    }
    return borel_ok;
  }
  for (long i = 0; i < n; i++) {
    memcpy(l + i * n, s + i * n, (size_t)(i + 1) * sizeof *l);
    memset(l + i * n + i + 1, 0, (size_t)(n - i - 1) * sizeof *l);
    if (!(s[i * n + i] > 0)) return borel_routine_failed;
  }
  int size = (int)n, info = 0;
  dpotrf_("U", &size, l, &size, &info);
  if (info != 0) return borel_routine_failed;
  for (long i = 0; i < n; i++) {
    if (!(l[i * n + i] > 0 && l[i * n + i] <= 0x1.fffffffffffffp1023)) return borel_routine_failed;
  }
  return borel_ok;
}

/* For few rows the recursion of the factorisation backwards (Smith 1995); else S̄ = L^-T Φ(L' L̄) L^-1 (Murray 2016), where Φ
 * takes the lower triangle with half the diagonal. What falls above the diagonal is added below, where S is read. */
long borel_cholesky_adjoint(struct borel_workspace *workspace, long n, const double *l, const double *l_bar,
                            double *s_bar) {
  if (!BOREL_FITS(n)) return borel_routine_failed;
  double *w = borel_take(workspace, n * n);
  if (!w) return borel_needs_workspace;
  for (long i = 0; i < n; i++) {
    memcpy(w + i * n, l_bar + i * n, (size_t)(i + 1) * sizeof *w);
    memset(w + i * n + i + 1, 0, (size_t)(n - i - 1) * sizeof *w);
  }
  if (n <= small) {
    for (long i = n - 1; i >= 0; i--) {
      for (long j = i; j >= 0; j--) {
        double s = w[i * n + j] / l[j * n + j];
        if (i == j) s *= 0.5;
        else w[j * n + j] -= s * l[i * n + j];
        for (long k = 0; k < j; k++) {
          w[i * n + k] -= s * l[j * n + k];
          w[j * n + k] -= s * l[i * n + k];
        }
        s_bar[i * n + j] += s;
      }
    }
  } else {
    int size = (int)n;
    double one = 1;
    dtrmm_("R", "U", "T", "N", &size, &size, &one, l, &size, w, &size);
    for (long i = 0; i < n; i++) {
      w[i * n + i] *= 0.5;
      memset(w + i * n + i + 1, 0, (size_t)(n - i - 1) * sizeof *w);
    }
    dtrsm_("R", "U", "T", "N", &size, &size, &one, l, &size, w, &size);
    dtrsm_("L", "U", "N", "N", &size, &size, &one, l, &size, w, &size);
    for (long i = 0; i < n; i++) {
      for (long j = 0; j < i; j++) s_bar[i * n + j] += w[i * n + j] + w[j * n + i];
      s_bar[i * n + i] += w[i * n + i];
    }
  }
  workspace->next = (char *)w;
  return borel_ok;
}

/* X = op(T)^-1 B in place. */
static long solve_triangular(int upper, int transposed, long n, long columns, const double *t, double *x) {
  if (!BOREL_FITS(n) || !BOREL_FITS(columns)) return borel_routine_failed;
  for (long i = 0; i < n; i++) {
    if (t[i * n + i] == 0 || t[i * n + i] != t[i * n + i]) return borel_routine_failed;
  }
  if (n == 0 || columns == 0) return borel_ok;
  if (columns == 1 && n <= small) {
    int forwards = upper == transposed;
    for (long turn = 0; turn < n; turn++) {
      long i = forwards ? turn : n - 1 - turn;
      long first = forwards ? 0 : i + 1, end = forwards ? i : n;
      double sum = x[i];
      for (long k = first; k < end; k++) sum -= (transposed ? t[k * n + i] : t[i * n + k]) * x[k];
      x[i] = sum / t[i * n + i];
    }
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
    for (long i = 0; i < n; i++) {
      long first = upper ? i : 0, end = upper ? n : i + 1;
      for (long c = 0; c < columns; c++) {
        double factor = left[i * columns + c];
        for (long j = first; j < end; j++) t_bar[i * n + j] -= factor * right[j * columns + c];
      }
    }
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
