/* Cholesky factors of symmetric matrices, row-major, and the adjoint of the factorisation, in blocks of eight columns whose
 * products stay in registers. */
#include "blas.h"
#include "routines.h"
#include <math.h>
#include <string.h>

/* Up to this size own loops beat the library; for the adjoint, which it does not have, always. */
enum { block = 8, largest_factor = 256 };

/* Four vectors as the rows of a square become its columns. */
BOREL_INLINE void transpose(borel_four *v) {
  borel_four a = {v[0][0], v[1][0], v[2][0], v[3][0]}, b = {v[0][1], v[1][1], v[2][1], v[3][1]};
  borel_four c = {v[0][2], v[1][2], v[2][2], v[3][2]}, d = {v[0][3], v[1][3], v[2][3], v[3][3]};
  v[0] = a, v[1] = b, v[2] = c, v[3] = d;
}

/* Four rows and eight columns of A -= W C with inner size `count`; the element (r, k) of W is w[r * row + k * step]. */
BOREL_INLINE void subtract_tile(long count, const double *w, long row, long step, const double *c, long c_row, double *a,
                                long a_row) {
  borel_four s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, t0 = {0}, t1 = {0}, t2 = {0}, t3 = {0};
  for (long k = 0; k < count; k++, w += step, c += c_row) {
    const borel_four left = BOREL_FOUR(c), right = BOREL_FOUR(c + 4);
    s0 += w[0] * left, t0 += w[0] * right;
    s1 += w[row] * left, t1 += w[row] * right;
    s2 += w[2 * row] * left, t2 += w[2 * row] * right;
    s3 += w[3 * row] * left, t3 += w[3 * row] * right;
  }
  double *b = a + 2 * a_row;
  *(borel_four *)a -= s0, *(borel_four *)(a + 4) -= t0;
  *(borel_four *)(a + a_row) -= s1, *(borel_four *)(a + a_row + 4) -= t1;
  *(borel_four *)b -= s2, *(borel_four *)(b + 4) -= t2;
  *(borel_four *)(b + a_row) -= s3, *(borel_four *)(b + a_row + 4) -= t3;
}

/* The same for one row. */
BOREL_INLINE void subtract_row(long count, const double *w, long step, const double *c, long c_row, double *a) {
  borel_four s = {0}, t = {0};
  for (long k = 0; k < count; k++, w += step, c += c_row) {
    s += w[0] * BOREL_FOUR(c);
    t += w[0] * BOREL_FOUR(c + 4);
  }
  *(borel_four *)a -= s, *(borel_four *)(a + 4) -= t;
}

/* A -= W C for `rows` rows and `columns` columns, a multiple of eight. */
BOREL_INLINE void subtract_product(long rows, long columns, long count, const double *w, long row, long step,
                                   const double *c, long c_row, double *a, long a_row) {
  long r = 0;
  for (; r + 4 <= rows; r += 4) {
    for (long j = 0; j < columns; j += block) {
      subtract_tile(count, w + r * row, row, step, c + j, c_row, a + r * a_row + j, a_row);
    }
  }
  for (; r < rows; r++) {
    for (long j = 0; j < columns; j += block) subtract_row(count, w + r * row, step, c + j, c_row, a + r * a_row + j);
  }
}

/* Four rows of X = A L^-T (forwards) or X = A L^-1, in place, for a block L with the reciprocals of its diagonal; the columns
 * of X are also left in `columns`, if there is one. */
BOREL_INLINE void solve_rows(int forwards, const double *l, long n, const double *inverse, double *a, double *columns,
                             long stride) {
  borel_four x[block];
  for (long r = 0; r < 4; r++) x[r] = BOREL_FOUR(a + r * n), x[r + 4] = BOREL_FOUR(a + r * n + 4);
  transpose(x), transpose(x + 4);
#pragma GCC unroll 8
  for (int i = 0; i < block; i++) {
    const int c = forwards ? i : block - 1 - i;
    borel_four v = x[c];
#pragma GCC unroll 8
    for (int e = 0; e < block; e++) {
      if (forwards ? e < c : e > c) v -= (forwards ? l[c * n + e] : l[e * n + c]) * x[e];
    }
    x[c] = v * inverse[c];
  }
  for (long c = 0; columns && c < block; c++) *(borel_four *)(columns + c * stride) = x[c];
  transpose(x), transpose(x + 4);
  for (long r = 0; r < 4; r++) *(borel_four *)(a + r * n) = x[r], *(borel_four *)(a + r * n + 4) = x[r + 4];
}

/* The same for one row. */
BOREL_INLINE void solve_row(int forwards, const double *l, long n, const double *inverse, double *a, double *columns,
                            long stride) {
  for (int i = 0; i < block; i++) {
    const int c = forwards ? i : block - 1 - i;
    double v = a[c];
    for (int e = forwards ? 0 : c + 1; e < (forwards ? c : block); e++) {
      v -= (forwards ? l[c * n + e] : l[e * n + c]) * a[e];
    }
    a[c] = v * inverse[c];
    if (columns) columns[c * stride] = a[c];
  }
}

/* The factor of a block of the diagonal in place, with the reciprocals of its diagonal. */
BOREL_INLINE long factor_block(long size, double *l, long n, double *inverse) {
  for (long i = 0; i < size; i++) {
    double *row = l + i * n, pivot = row[i];
    for (long j = 0; j < i; j++) {
      double v = row[j];
      for (long k = 0; k < j; k++) v -= row[k] * l[j * n + k];
      row[j] = v * inverse[j];
      pivot -= row[j] * row[j];
    }
    if (!(pivot > 0 && pivot <= 0x1.fffffffffffffp1023)) return borel_routine_failed;
    row[i] = sqrt(pivot);
    inverse[i] = 1 / row[i];
  }
  return borel_ok;
}

/* Block after block: its own factor, the rows below by a triangular solve, and their products taken from what is left. */
BOREL_CLONED static long factor_blocks(long n, double *l) {
  double columns[block * largest_factor], inverse[block];
  const long whole = n / block * block;
  for (long first = 0; first < n; first += block) {
    const long size = n - first < block ? n - first : block, below = first + size;
    double *corner = l + first * n + first;
    if (factor_block(size, corner, n, inverse)) return borel_routine_failed;
    for (long i = 0; i < size; i++) memset(corner + i * n + i + 1, 0, (size_t)(size - i - 1) * sizeof *l);
    double *panel = l + below * n + first;
    long i = below;
    for (; i + 4 <= n; i += 4) solve_rows(1, corner, n, inverse, l + i * n + first, columns + i, largest_factor);
    for (; i < n; i++) solve_row(1, corner, n, inverse, l + i * n + first, columns + i, largest_factor);
    for (i = below; i < n; i += 4) {
      const long rows = n - i < 4 ? n - i : 4, end = i + rows < whole ? (i / block + 1) * block : whole;
      subtract_product(rows, end - below, block, panel + (i - below) * n, n, 1, columns + below, largest_factor,
                       l + i * n + below, n);
      /* What is left of the last block, which is not a whole one. */
      for (long r = i; r < i + rows; r++) {
        for (long j = whole; j <= r; j++) {
          for (long k = 0; k < block; k++) l[r * n + j] -= l[r * n + first + k] * columns[k * largest_factor + j];
        }
      }
    }
  }
  return borel_ok;
}

/* A row-major lower triangle is an upper one in the library's terms. */
long borel_cholesky(long n, const double *s, double *l) {
  if (!BOREL_FITS(n)) return borel_routine_failed;
  for (long i = 0; i < n; i++) {
    memcpy(l + i * n, s + i * n, (size_t)(i + 1) * sizeof *l);
    memset(l + i * n + i + 1, 0, (size_t)(n - i - 1) * sizeof *l);
    if (!(s[i * n + i] > 0)) return borel_routine_failed;
  }
  if (n <= largest_factor) return factor_blocks(n, l);
  int size = (int)n, info = 0;
  dpotrf_("U", &size, l, &size, &info);
  if (info != 0) return borel_routine_failed;
  for (long i = 0; i < n; i++) {
    if (!(l[i * n + i] > 0 && l[i * n + i] <= 0x1.fffffffffffffp1023)) return borel_routine_failed;
  }
  return borel_ok;
}

/* The factorisation of a block backwards (Smith 1995), the adjoints of the factor becoming those of the block. */
BOREL_INLINE void reverse_block(long size, const double *l, long n, const double *inverse, double *w) {
  for (long i = size - 1; i >= 0; i--) {
    for (long j = i; j >= 0; j--) {
      const double t = w[i * n + j] * inverse[j] * (j == i ? 0.5 : 1.0);
      w[i * n + j] = t;
      if (j < i) w[j * n + j] -= t * l[i * n + j];
      for (long k = 0; k < j; k++) {
        w[i * n + k] -= t * l[j * n + k];
        w[j * n + k] -= t * l[i * n + k];
      }
    }
  }
}

/* Blocks from the last to the first (Murray 2016): with D on the diagonal, R to its left, C below and B to the left of C. */
BOREL_CLONED static void reverse_blocks(long n, const double *restrict l, double *restrict w) {
  double inverse[block], both[block * block];
  for (long first = n == 0 ? -1 : (n - 1) / block * block; first >= 0; first -= block) {
    const long size = n - first < block ? n - first : block, below = first + size, rows = n - below;
    const double *d = l + first * n + first, *r = l + first * n, *c = l + below * n + first, *b = l + below * n;
    double *d_bar = w + first * n + first, *r_bar = w + first * n, *c_bar = w + below * n + first;
    for (long i = 0; i < size; i++) inverse[i] = 1 / d[i * n + i];
    long i = 0;
    for (; i + 4 <= rows; i += 4) solve_rows(0, d, n, inverse, c_bar + i * n, 0, 0);
    for (; i < rows; i++) solve_row(0, d, n, inverse, c_bar + i * n, 0, 0);
    if (rows) {
      subtract_product(rows, first, block, c_bar, n, 1, r, n, w + below * n, n);
      subtract_product(block, block, rows, c_bar, 1, n, c, n, d_bar, n);
      subtract_product(block, first, rows, c_bar, 1, n, b, n, r_bar, n);
    }
    reverse_block(size, d, n, inverse, d_bar);
    for (i = 0; i < size; i++) {
      for (long j = 0; j <= i; j++) {
        const double t = d_bar[i * n + j];
        both[i * block + j] = both[j * block + i] = i == j ? 2 * t : t;
      }
    }
    subtract_product(size, first, size, both, block, 1, r, n, r_bar, n);
  }
}

long borel_cholesky_adjoint(struct borel_workspace *workspace, long n, const double *l, const double *l_bar,
                            double *s_bar) {
  if (!BOREL_FITS(n)) return borel_routine_failed;
  double *w = borel_take(workspace, n * n);
  if (!w) return borel_needs_workspace;
  for (long i = 0; i < n; i++) {
    memcpy(w + i * n, l_bar + i * n, (size_t)(i + 1) * sizeof *w);
    memset(w + i * n + i + 1, 0, (size_t)(n - i - 1) * sizeof *w);
  }
  reverse_blocks(n, l, w);
  for (long i = 0; i < n; i++) {
    for (long j = 0; j <= i; j++) s_bar[i * n + j] += w[i * n + j];
  }
  workspace->next = (char *)w;
  return borel_ok;
}
