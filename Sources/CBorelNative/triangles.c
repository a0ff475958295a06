/* Cholesky factors and triangular systems, row-major, with their adjoints. */
#include "blas.h"
#include "routines.h"
#include <math.h>
#include <string.h>

/* Up to these sizes own loops beat the library. */
enum { small_factor = 100, small_adjoint = 400 };

/* Rows by inner products with the rows above, four at a time. The first row, of which only the diagonal counts, holds the
 * reciprocals of the diagonal meanwhile: divisions in sequence would take most of the time. */
BOREL_CLONED static long factor_rows(long n, const double *s, double *l) {
  double first_inverse = 0;
  double *inverse = l;
  for (long i = 0; i < n; i++) {
    double *row = l + i * n;
    long j = 0;
    for (; j + 4 <= i; j += 4) {
      const double *a = l + j * n, *b = a + n, *c = b + n, *d = c + n;
      borel_four w = {0}, x = {0}, y = {0}, z = {0};
      for (long k = 0; k < j; k += 4) {
        borel_four r = BOREL_FOUR(row + k);
        w += r * BOREL_FOUR(a + k);
        x += r * BOREL_FOUR(b + k);
        y += r * BOREL_FOUR(c + k);
        z += r * BOREL_FOUR(d + k);
      }
      const double *source = s + i * n + j;
      double p = (source[0] - (w[0] + w[1] + (w[2] + w[3]))) * (j ? inverse[j] : first_inverse);
      double q = (source[1] - (x[0] + x[1] + (x[2] + x[3])) - p * b[j]) * inverse[j + 1];
      double r = (source[2] - (y[0] + y[1] + (y[2] + y[3])) - p * c[j] - q * c[j + 1]) * inverse[j + 2];
      row[j] = p;
      row[j + 1] = q;
      row[j + 2] = r;
      row[j + 3] = (source[3] - (z[0] + z[1] + (z[2] + z[3])) - p * d[j] - q * d[j + 1] - r * d[j + 2]) * inverse[j + 3];
    }
    for (; j < i; j++) {
      row[j] = (s[i * n + j] - borel_dot(j, row, l + j * n)) * (j ? inverse[j] : first_inverse);
    }
    double pivot = s[i * n + i] - borel_dot(i, row, row);
    if (!(pivot > 0 && pivot <= 0x1.fffffffffffffp1023)) return borel_routine_failed;
    row[i] = sqrt(pivot);
    if (i) inverse[i] = 1 / row[i];
    else first_inverse = 1 / row[0];
    for (j = i + 1; j < n && i; j++) row[j] = 0;
  }
  for (long j = 1; j < n; j++) l[j] = 0;
  return borel_ok;
}

/* A row-major lower triangle is an upper one in the library's terms. */
long borel_cholesky(long n, const double *s, double *l) {
  if (!BOREL_FITS(n)) return borel_routine_failed;
  if (n <= small_factor) return factor_rows(n, s, l);
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

/* The recursion of the factorisation backwards (Smith 1995), row by row from the last: the row's adjoints of S by a triangular solve, then
 * what the row above owes to them. The rows above a block of four get theirs from the four at once. */
BOREL_CLONED static void reverse_rows(long n, const double *restrict l, const double *restrict inverse,
                                      double *restrict w, double *restrict s_bar) {
  for (long end = n; end > 0;) {
    long first = (end - 1) / 4 * 4;
    for (long i = end - 1; i >= first; i--) {
      double *row = w + i * n;
      const double *li = l + i * n;
      row[i] *= 0.5 * inverse[i];
      borel_subtract(i, 2 * row[i], li, row);
      long j = i - 1;
      /* Four rows of L at a time: a quarter of the loads and stores of the row. */
      for (; j >= 3; j -= 4) {
        const double *a = l + j * n, *b = a - n, *c = b - n, *d = c - n;
        double x = row[j] * inverse[j];
        double y = (row[j - 1] - x * a[j - 1]) * inverse[j - 1];
        double z = (row[j - 2] - x * a[j - 2] - y * b[j - 2]) * inverse[j - 2];
        double v = (row[j - 3] - x * a[j - 3] - y * b[j - 3] - z * c[j - 3]) * inverse[j - 3];
        row[j] = x;
        row[j - 1] = y;
        row[j - 2] = z;
        row[j - 3] = v;
        long k = 0;
        for (; k + 4 <= j - 3; k += 4) {
          *(borel_four *)(row + k) = BOREL_FOUR(row + k) - (x * BOREL_FOUR(a + k) + y * BOREL_FOUR(b + k)) -
                                     (z * BOREL_FOUR(c + k) + v * BOREL_FOUR(d + k));
        }
        for (; k < j - 3; k++) row[k] -= x * a[k] + y * b[k] + (z * c[k] + v * d[k]);
      }
      for (; j >= 0; j--) {
        row[j] *= inverse[j];
        borel_subtract(j, row[j], l + j * n, row);
      }
      for (j = first; j < i; j++) borel_subtract(j + 1, row[j], li, w + j * n);
      for (j = 0; j <= i; j++) s_bar[i * n + j] += row[j];
    }
    for (long j = 0; j < first; j++) {
      double *row = w + j * n;
      if (end - first == 4) {
        const double *p = w + first * n + j, *a = l + first * n, *b = a + n, *c = b + n, *d = c + n;
        double x = p[0], y = p[n], z = p[2 * n], v = p[3 * n];
        long k = 0;
        for (; k + 4 <= j + 1; k += 4) {
          *(borel_four *)(row + k) = BOREL_FOUR(row + k) - (x * BOREL_FOUR(a + k) + y * BOREL_FOUR(b + k)) -
                                     (z * BOREL_FOUR(c + k) + v * BOREL_FOUR(d + k));
        }
        for (; k <= j; k++) row[k] -= x * a[k] + y * b[k] + (z * c[k] + v * d[k]);
      } else {
        for (long i = first; i < end; i++) borel_subtract(j + 1, w[i * n + j], l + i * n, row);
      }
    }
    end = first;
  }
}

/* For large matrices S̄ = L^-T Φ(L' L̄) L^-1 (Murray 2016), where Φ takes the lower triangle with half the diagonal. What falls
 * above the diagonal is added below, where S is read. */
long borel_cholesky_adjoint(struct borel_workspace *workspace, long n, const double *l, const double *l_bar,
                            double *s_bar) {
  if (!BOREL_FITS(n)) return borel_routine_failed;
  double *w = borel_take(workspace, n * n), *inverse = borel_take(workspace, n);
  if (!w || !inverse) return borel_needs_workspace;
  for (long i = 0; i < n; i++) {
    inverse[i] = 1 / l[i * n + i];
    memcpy(w + i * n, l_bar + i * n, (size_t)(i + 1) * sizeof *w);
    memset(w + i * n + i + 1, 0, (size_t)(n - i - 1) * sizeof *w);
  }
  if (n <= small_adjoint) {
    reverse_rows(n, l, inverse, w, s_bar);
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
