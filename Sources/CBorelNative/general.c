/* General square systems, inverses and determinants by LU factorisation, row-major. */
#include "blas.h"
#include "routines.h"
#include <math.h>
#include <string.h>

/* Factors of A' and their pivots in the workspace; a status. */
static long factor(struct borel_workspace *workspace, long n, const double *a, double **lu, int **pivots) {
  if (!BOREL_FITS(n)) return borel_routine_failed;
  *lu = borel_take(workspace, n * n);
  *pivots = borel_take(workspace, n);
  if (!*lu || !*pivots) return borel_needs_workspace;
  if (n == 0) return borel_ok;
  memcpy(*lu, a, (size_t)(n * n) * sizeof **lu);
  int size = (int)n, info = 0;
  dgetrf_(&size, &size, *lu, &size, *pivots, &info);
  for (long i = 0; i < n; i++) {
    double pivot = (*lu)[i * n + i];
    if (pivot == 0 || pivot != pivot) return borel_routine_failed;
  }
  return borel_ok;
}

static void transpose(long rows, long columns, const double *a, double *b) {
  for (long i = 0; i < rows; i++) {
    for (long j = 0; j < columns; j++) b[j * rows + i] = a[i * columns + j];
  }
}

/* op(A) X = B from the factors of A'. */
static long solve_factored(struct borel_workspace *workspace, int transposed, long n, long columns, const double *lu,
                           const int *pivots, const double *b, double *x) {
  int size = (int)n, count = (int)columns, info = 0;
  if (columns == 1) {
    memcpy(x, b, (size_t)n * sizeof *x);
    dgetrs_(transposed ? "N" : "T", &size, &count, lu, &size, pivots, x, &size, &info);
    return borel_ok;
  }
  double *column_major = borel_take(workspace, n * columns);
  if (!column_major) return borel_needs_workspace;
  transpose(n, columns, b, column_major);
  dgetrs_(transposed ? "N" : "T", &size, &count, lu, &size, pivots, column_major, &size, &info);
  transpose(columns, n, column_major, x);
  return borel_ok;
}

long borel_solve(struct borel_workspace *workspace, long n, long columns, const double *a, const double *b,
                 double *x) {
  char *start = workspace->next;
  double *lu;
  int *pivots;
  long status = factor(workspace, n, a, &lu, &pivots);
  if (status) return status;
  if (!BOREL_FITS(columns)) return borel_routine_failed;
  if (n > 0 && columns > 0 && (status = solve_factored(workspace, 0, n, columns, lu, pivots, b, x))) return status;
  workspace->next = start;
  return borel_ok;
}

/* G = A^-T X̄ is B̄, and Ā = -G X'. */
long borel_solve_adjoint(struct borel_workspace *workspace, long n, long columns, const double *a, const double *x,
                         const double *x_bar, double *a_bar, double *b_bar) {
  char *start = workspace->next;
  double *lu;
  int *pivots;
  long status = factor(workspace, n, a, &lu, &pivots);
  if (status) return status;
  if (!BOREL_FITS(columns)) return borel_routine_failed;
  double *g = borel_take(workspace, n * columns);
  if (!g) return borel_needs_workspace;
  if (n > 0 && columns > 0 && (status = solve_factored(workspace, 1, n, columns, lu, pivots, x_bar, g))) return status;
  for (long i = 0; i < n * columns; i++) {
    b_bar[i] += g[i];
    g[i] = -g[i];
  }
  borel_matrix_matrix(borel_plain, borel_transposed, borel_add, n, n, columns, g, x, a_bar);
  workspace->next = start;
  return borel_ok;
}

long borel_inverse(struct borel_workspace *workspace, long n, const double *a, double *b) {
  char *start = workspace->next;
  double *lu;
  int *pivots;
  long status = factor(workspace, n, a, &lu, &pivots);
  if (status) return status;
  double *work = borel_take(workspace, 64 * n);
  if (!work) return borel_needs_workspace;
  int size = (int)n, info = 0;
  int length = n <= 0x7fffffff / 64 ? (int)(64 * n) : 0x7fffffff;
  if (n > 0) {
    dgetri_(&size, lu, &size, pivots, work, &length, &info);
    memcpy(b, lu, (size_t)(n * n) * sizeof *b);
  }
  workspace->next = start;
  return borel_ok;
}

long borel_log_abs_determinant(struct borel_workspace *workspace, long n, const double *a, double *d) {
  char *start = workspace->next;
  double *lu;
  int *pivots;
  long status = factor(workspace, n, a, &lu, &pivots);
  if (status == borel_needs_workspace) return status;
  double sum = 0;
  for (long i = 0; i < n && BOREL_FITS(n); i++) {
    double pivot = lu[i * n + i];
    /* Where elimination stops at a zero, what follows has no meaning. */
    if (pivot == 0) {
      sum = -INFINITY;
      break;
    }
    sum += log(fabs(pivot));
    if (sum != sum) break;
  }
  *d = sum;
  workspace->next = start;
  return borel_ok;
}
