/* The exponential and the symmetric eigenvalues of a matrix, row-major, with their adjoints. */
#include "blas.h"
#include "routines.h"
#include <math.h>
#include <string.h>

static int all_finite(const double *a, long count) {
  for (long i = 0; i < count; i++) {
    if (!isfinite(a[i])) return 0;
  }
  return 1;
}

/* Degree-13 diagonal Padé approximant with scaling and squaring (Higham 2005). */
long borel_matrix_exponential(struct borel_workspace *workspace, long n, const double *a, double *e) {
  static const double b[14] = {64764752532480000., 32382376266240000., 7771770303897600., 1187353796428800.,
                               129060195264000., 10559470521600., 670442572800., 33522128640., 1323241920.,
                               40840800., 960960., 16380., 182., 1.};
  if (n < 0 || n > 1 << 15) return borel_routine_failed;
  long count = n * n;
  if (!all_finite(a, count)) return borel_routine_failed;
  double norm = 0; /* the largest column sum */
  for (long j = 0; j < n; j++) {
    double sum = 0;
    for (long i = 0; i < n; i++) sum += fabs(a[i * n + j]);
    if (sum > norm) norm = sum;
  }
  if (!isfinite(norm)) return borel_routine_failed;
  /* 5.37 is the largest norm for which the approximant has unit roundoff as backward error. */
  long squarings = 0;
  double scale = 1;
  while (norm * scale > 5.371920351148152) {
    scale *= 0.5;
    squarings++;
  }
  double *x = borel_take(workspace, 6 * count);
  if (!x) return borel_needs_workspace;
  double *x2 = x + count, *x4 = x + 2 * count, *x6 = x + 3 * count, *u = x + 4 * count, *v = x + 5 * count;
#define PRODUCT(c, p, q) borel_matrix_matrix(borel_plain, borel_plain, borel_set, n, n, n, p, q, c)
  for (long i = 0; i < count; i++) x[i] = a[i] * scale;
  PRODUCT(x2, x, x);
  PRODUCT(x4, x2, x2);
  PRODUCT(x6, x4, x2);
  /* U = X (X6 (b13 X6 + b11 X4 + b9 X2) + b7 X6 + b5 X4 + b3 X2 + b1 I), V likewise with even coefficients. */
  for (long i = 0; i < count; i++) e[i] = b[13] * x6[i] + b[11] * x4[i] + b[9] * x2[i];
  PRODUCT(v, x6, e);
  for (long i = 0; i < count; i++) v[i] += b[7] * x6[i] + b[5] * x4[i] + b[3] * x2[i];
  for (long i = 0; i < n; i++) v[i * n + i] += b[1];
  PRODUCT(u, x, v);
  for (long i = 0; i < count; i++) e[i] = b[12] * x6[i] + b[10] * x4[i] + b[8] * x2[i];
  PRODUCT(v, x6, e);
  for (long i = 0; i < count; i++) v[i] += b[6] * x6[i] + b[4] * x4[i] + b[2] * x2[i];
  for (long i = 0; i < n; i++) v[i * n + i] += b[0];
  /* (V - U) E = V + U */
  for (long i = 0; i < count; i++) {
    x[i] = v[i] - u[i];
    u[i] += v[i];
  }
  long status = borel_solve(workspace, n, n, x, u, e);
  if (status) return status;
  for (; squarings > 0; squarings--) {
    if (count > 0) memcpy(x, e, (size_t)count * sizeof *x);
    PRODUCT(e, x, x);
  }
#undef PRODUCT
  workspace->next = (char *)x;
  return borel_ok;
}

/* Ā = L(A', Ē), L the derivative of the exponential: the upper right block of exp [A' Ē; 0 A'] (Mathias 1996). */
long borel_matrix_exponential_adjoint(struct borel_workspace *workspace, long n, const double *a, const double *e_bar,
                                      double *a_bar) {
  if (n < 0 || n > 1 << 14) return borel_routine_failed;
  long order = 2 * n;
  double *block = borel_take(workspace, 2 * order * order);
  if (!block) return borel_needs_workspace;
  double *result = block + order * order;
  memset(block, 0, (size_t)(order * order) * sizeof *block);
  for (long i = 0; i < n; i++) {
    for (long j = 0; j < n; j++) {
      block[i * order + j] = block[(n + i) * order + n + j] = a[j * n + i];
      block[i * order + n + j] = e_bar[i * n + j];
    }
  }
  long status = borel_matrix_exponential(workspace, order, block, result);
  if (status) return status;
  for (long i = 0; i < n; i++) {
    for (long j = 0; j < n; j++) a_bar[i * n + j] += result[i * order + n + j];
  }
  workspace->next = (char *)block;
  return borel_ok;
}

long borel_eigen_symmetric(struct borel_workspace *workspace, long n, const double *a, double *values,
                           double *vectors) {
  if (n < 0 || n > 1 << 15) return borel_routine_failed;
  for (long i = 0; i < n; i++) {
    if (!all_finite(a + i * n, i + 1)) return borel_routine_failed;
  }
  if (n == 0) return borel_ok;
  long length = 1 + 6 * n + 2 * n * n, integer_length = 3 + 5 * n;
  double *rows = borel_take(workspace, n * n);
  double *work = borel_take(workspace, length);
  int *integers = borel_take(workspace, integer_length);
  if (!rows || !work || !integers) return borel_needs_workspace;
  memcpy(rows, a, (size_t)(n * n) * sizeof *rows);
  int size = (int)n, work_size = length <= 0x7fffffff ? (int)length : 0x7fffffff, integer_size = (int)integer_length;
  int info = 0;
  dsyevd_("V", "U", &size, rows, &size, values, work, &work_size, integers, &integer_size, &info);
  if (info != 0) return borel_routine_failed;
  /* Each row is an eigenvector: its largest component becomes positive, and it a column. */
  for (long j = 0; j < n; j++) {
    double largest = 0;
    for (long i = 0; i < n; i++) {
      if (fabs(rows[j * n + i]) > fabs(largest) * (1 + 1e-12)) largest = rows[j * n + i];
    }
    for (long i = 0; i < n; i++) vectors[i * n + j] = largest < 0 ? -rows[j * n + i] : rows[j * n + i];
  }
  workspace->next = (char *)rows;
  return borel_ok;
}

/* G = V (diag w̄ + F ∘ V' V̄) V' with F[i, j] = 1 / (w[j] - w[i]), zero between equal eigenvalues; added to the lower triangle,
 * which alone is read. */
long borel_eigen_symmetric_adjoint(struct borel_workspace *workspace, long n, const double *values,
                                   const double *vectors, const double *values_bar, const double *vectors_bar,
                                   double *a_bar) {
  if (n < 0 || n > 1 << 15) return borel_routine_failed;
  double *inner = borel_take(workspace, 2 * n * n);
  if (!inner) return borel_needs_workspace;
  double *half = inner + n * n;
  borel_matrix_matrix(borel_transposed, borel_plain, borel_set, n, n, n, vectors, vectors_bar, inner);
  for (long i = 0; i < n; i++) {
    for (long j = 0; j < n; j++) {
      double gap = values[j] - values[i];
      if (i == j) inner[i * n + j] = values_bar[i];
      else inner[i * n + j] = gap == 0 ? 0 : inner[i * n + j] / gap;
    }
  }
  borel_matrix_matrix(borel_plain, borel_plain, borel_set, n, n, n, vectors, inner, half);
  borel_matrix_matrix(borel_plain, borel_transposed, borel_set, n, n, n, half, vectors, inner);
  for (long i = 0; i < n; i++) {
    for (long j = 0; j < i; j++) a_bar[i * n + j] += inner[i * n + j] + inner[j * n + i];
    a_bar[i * n + i] += inner[i * n + i];
  }
  workspace->next = (char *)inner;
  return borel_ok;
}
