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

/* A panel has 32 rows, column by column; the last one has as many as are left, up to a multiple of four. */
enum { panel_rows = 32 };

void borel_pack(long rows, long columns, const double *a, double *panels) {
  for (long first = 0; first < rows; first += panel_rows) {
    const long rest = rows - first, count = rest < panel_rows ? rest : panel_rows, width = (count + 3) / 4 * 4;
    const double *block = a + first * columns;
    double *panel = panels + first * columns;
    for (long j = 0; j < columns; j++) {
      for (long i = 0; i < width; i++) panel[j * width + i] = i < count ? block[i * columns + j] : 0;
    }
  }
}

/* y = P x for a panel of so many vectors of four rows, which are in registers throughout. */
BOREL_INLINE void panel_product(int vectors, long columns, const double *restrict panel, const double *restrict x,
                                borel_four *restrict y) {
  borel_four sums[8] = {{0}};
  for (long j = 0; j < columns; j++, panel += 4 * vectors) {
    for (int k = 0; k < vectors; k++) sums[k] += x[j] * BOREL_FOUR(panel + 4 * k);
  }
  for (int k = 0; k < vectors; k++) y[k] = sums[k];
}

/* The sum over the rows of column times x, in lanes. */
BOREL_INLINE borel_four panel_column(int vectors, const double *restrict column, const borel_four x[]) {
  borel_four even = {0}, odd = {0};
  for (int k = 0; k + 1 < vectors; k += 2) {
    even += x[k] * BOREL_FOUR(column + 4 * k);
    odd += x[k + 1] * BOREL_FOUR(column + 4 * k + 4);
  }
  if (vectors % 2) even += x[vectors - 1] * BOREL_FOUR(column + 4 * (vectors - 1));
  return even + odd;
}

/* y += P' x; the sums of four columns are taken together. */
BOREL_INLINE void panel_transposed(int vectors, long columns, const double *restrict panel,
                                   const borel_four *restrict x, double *restrict y) {
  borel_four rows[8];
  for (int k = 0; k < vectors; k++) rows[k] = x[k];
  const long width = 4 * vectors;
  long j = 0;
  for (; j + 4 <= columns; j += 4, panel += 4 * width) {
    const borel_four a = panel_column(vectors, panel, rows), b = panel_column(vectors, panel + width, rows);
    const borel_four c = panel_column(vectors, panel + 2 * width, rows);
    const borel_four d = panel_column(vectors, panel + 3 * width, rows);
    const borel_four ab = __builtin_shufflevector(a, b, 0, 4, 2, 6) + __builtin_shufflevector(a, b, 1, 5, 3, 7);
    const borel_four cd = __builtin_shufflevector(c, d, 0, 4, 2, 6) + __builtin_shufflevector(c, d, 1, 5, 3, 7);
    *(borel_four *)(y + j) +=
      __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  }
  for (; j < columns; j++, panel += width) {
    const borel_four a = panel_column(vectors, panel, rows);
    y[j] += SUM(a);
  }
}

/* The width of a panel is a constant in each call. */
#define FOR_WIDTH(vectors, function, ...) \
  switch (vectors) { \
    case 1: function(1, __VA_ARGS__); break; \
    case 2: function(2, __VA_ARGS__); break; \
    case 3: function(3, __VA_ARGS__); break; \
    case 4: function(4, __VA_ARGS__); break; \
    case 5: function(5, __VA_ARGS__); break; \
    case 6: function(6, __VA_ARGS__); break; \
    case 7: function(7, __VA_ARGS__); break; \
    default: function(8, __VA_ARGS__); break; \
  }

BOREL_CLONED static void add_packed(int adds, long rows, long columns, const double *restrict panels,
                                    const double *restrict x, double *restrict y) {
  for (long i = 0; i < rows; i += panel_rows) {
    const long rest = rows - i, count = rest < panel_rows ? rest : panel_rows;
    union {
      borel_four vectors[8];
      double rows[panel_rows];
    } sums;
    FOR_WIDTH((count + 3) / 4, panel_product, columns, panels + i * columns, x, sums.vectors)
    if (adds) {
      for (long k = 0; k < count; k++) y[i + k] += sums.rows[k];
    } else {
      memcpy(y + i, sums.rows, (size_t)count * sizeof *y);
    }
  }
}

BOREL_CLONED static void add_packed_transposed(long rows, long columns, const double *restrict panels,
                                               const double *restrict x, double *restrict y) {
  for (long i = 0; i < rows; i += panel_rows) {
    const long rest = rows - i;
    const double *panel = panels + i * columns;
    if (rest >= panel_rows) {
      panel_transposed(8, columns, panel, (const borel_four *)(x + i), y);
      continue;
    }
    union {
      borel_four vectors[8];
      double rows[panel_rows];
    } part = {{{0}}};
    memcpy(part.rows, x + i, (size_t)rest * sizeof *x);
    FOR_WIDTH((rest + 3) / 4, panel_transposed, columns, panel, part.vectors, y)
  }
}

void borel_packed_vector(int transposed, int adds, long rows, long columns, const double *panels, const double *x,
                         double *y) {
  if (!transposed) return add_packed(adds, rows, columns, panels, x, y);
  if (!adds) memset(y, 0, (size_t)columns * sizeof *y);
  add_packed_transposed(rows, columns, panels, x, y);
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
