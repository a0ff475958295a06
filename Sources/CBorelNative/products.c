/* Products of matrices and vectors, row-major: plain loops where they are small, BLAS elsewhere. */
#include "blas.h"
#include "routines.h"
#include <string.h>

/* Below this many multiplications a call of the library costs more than the work. */
enum { small = 128 };

void borel_matrix_vector(int transposed, int adds, long rows, long columns, const double *a, const double *x,
                         double *y) {
  if (!adds) memset(y, 0, (size_t)(transposed ? columns : rows) * sizeof *y);
  if (rows * columns <= small || !BOREL_FITS(rows) || !BOREL_FITS(columns)) {
    for (long i = 0; i < rows; i++) {
      const double *row = a + i * columns;
      if (transposed) {
        for (long j = 0; j < columns; j++) y[j] += row[j] * x[i];
      } else {
        double sum = 0;
        for (long j = 0; j < columns; j++) sum += row[j] * x[j];
        y[i] += sum;
      }
    }
    return;
  }
  /* Row-major A is A' in the library's terms. */
  int m = (int)columns, n = (int)rows, step = 1;
  double one = 1;
  dgemv_(transposed ? "N" : "T", &m, &n, &one, a, &m, x, &step, &one, y, &step);
}

void borel_matrix_matrix(int transposed_a, int transposed_b, int adds, long m, long n, long k, const double *a,
                         const double *b, double *c) {
  if (!adds) memset(c, 0, (size_t)(m * n) * sizeof *c);
  if (m * n * k <= small || !BOREL_FITS(m) || !BOREL_FITS(n) || !BOREL_FITS(k)) {
    for (long i = 0; i < m; i++) {
      for (long l = 0; l < k; l++) {
        double factor = transposed_a ? a[l * m + i] : a[i * k + l];
        for (long j = 0; j < n; j++) c[i * n + j] += factor * (transposed_b ? b[j * k + l] : b[l * n + j]);
      }
    }
    return;
  }
  /* C' = op(B)' op(A)' in the library's terms. */
  int m32 = (int)m, n32 = (int)n, k32 = (int)k;
  int leading_a = transposed_a ? m32 : k32, leading_b = transposed_b ? k32 : n32;
  double one = 1;
  dgemm_(transposed_b ? "T" : "N", transposed_a ? "T" : "N", &n32, &m32, &k32, &one, b, &leading_b, a, &leading_a,
         &one, c, &n32);
}

void borel_rank_one(long rows, long columns, const double *x, const double *y, double *a) {
  if (rows * columns <= small || !BOREL_FITS(rows) || !BOREL_FITS(columns)) {
    for (long i = 0; i < rows; i++) {
      for (long j = 0; j < columns; j++) a[i * columns + j] += x[i] * y[j];
    }
    return;
  }
  int m = (int)columns, n = (int)rows, step = 1;
  double one = 1;
  dger_(&m, &n, &one, y, &step, x, &step, a, &m);
}
