/* Products of matrices and vectors, row-major: plain loops where they are small, BLAS elsewhere. */
#include "blas.h"
#include "routines.h"
#include <string.h>

/* Below this many multiplications a call of the library costs more than the work. */
enum { small = 128 };

#define SUM(x) (x[0] + x[1] + (x[2] + x[3]))

/* y += A x, four rows at a time: x is loaded once for them. */
BOREL_CLONED static void add_products(long rows, long columns, const double *restrict a, const double *restrict x,
                                      double *restrict y) {
  long i = 0;
  for (; i + 4 <= rows; i += 4) {
    const double *p = a + i * columns, *q = p + columns, *r = q + columns, *s = r + columns;
    borel_four t = {0}, u = {0}, v = {0}, w = {0};
    long j = 0;
    for (; j + 4 <= columns; j += 4) {
      borel_four f = BOREL_FOUR(x + j);
      t += BOREL_FOUR(p + j) * f;
      u += BOREL_FOUR(q + j) * f;
      v += BOREL_FOUR(r + j) * f;
      w += BOREL_FOUR(s + j) * f;
    }
    double d = SUM(t), e = SUM(u), g = SUM(v), h = SUM(w);
    for (; j < columns; j++) {
      d += p[j] * x[j];
      e += q[j] * x[j];
      g += r[j] * x[j];
      h += s[j] * x[j];
    }
    y[i] += d;
    y[i + 1] += e;
    y[i + 2] += g;
    y[i + 3] += h;
  }
  for (; i < rows; i++) y[i] += borel_dot(columns, a + i * columns, x);
}

/* y += A' x, eight rows at a time: y is loaded and stored once for them. */
BOREL_CLONED static void add_transposed(long rows, long columns, const double *restrict a, const double *restrict x,
                                        double *restrict y) {
  long i = 0;
  for (; i + 8 <= rows; i += 8) {
    const double *p = a + i * columns, *q = p + 4 * columns, *f = x + i;
    long j = 0;
    for (; j + 4 <= columns; j += 4) {
      borel_four t = BOREL_FOUR(y + j) + f[0] * BOREL_FOUR(p + j) + f[1] * BOREL_FOUR(p + columns + j);
      borel_four u = f[2] * BOREL_FOUR(p + 2 * columns + j) + f[3] * BOREL_FOUR(p + 3 * columns + j);
      t += f[4] * BOREL_FOUR(q + j) + f[5] * BOREL_FOUR(q + columns + j);
      u += f[6] * BOREL_FOUR(q + 2 * columns + j) + f[7] * BOREL_FOUR(q + 3 * columns + j);
      *(borel_four *)(y + j) = t + u;
    }
    for (; j < columns; j++) {
      double t = y[j];
      for (long k = 0; k < 4; k++) t += f[k] * p[k * columns + j] + f[k + 4] * q[k * columns + j];
      y[j] = t;
    }
  }
  for (; i < rows; i++) {
    const double *row = a + i * columns;
    for (long j = 0; j < columns; j++) y[j] += x[i] * row[j];
  }
}

void borel_matrix_vector(int transposed, int adds, long rows, long columns, const double *a, const double *x,
                         double *y) {
  if (!adds) memset(y, 0, (size_t)(transposed ? columns : rows) * sizeof *y);
  if (transposed) add_transposed(rows, columns, a, x, y);
  else add_products(rows, columns, a, x, y);
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
