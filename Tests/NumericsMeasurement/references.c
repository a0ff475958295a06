/* Reference values by MPFR, composed at high precision where MPFR has no such function. */
#include "references.h"
#include <math.h>

#define REF(name) static void ref_##name(mpfr_t r, const double *a, double *scale)
#define RN MPFR_RNDN
#define UNARY(name, call) \
  REF(name) { \
    (void)scale; \
    mpfr_set_d(r, a[0], RN); \
    call(r, r, RN); \
  }

UNARY(exp, mpfr_exp)
UNARY(expm1, mpfr_expm1)
UNARY(log, mpfr_log)
UNARY(log1p, mpfr_log1p)
UNARY(sqrt, mpfr_sqrt)
UNARY(tanh, mpfr_tanh)

/* log(1 + e^x) */
static void softplus(mpfr_t r, double x) {
  mpfr_set_d(r, -fabs(x), RN);
  mpfr_exp(r, r, RN);
  mpfr_log1p(r, r, RN);
  if (x > 0) mpfr_add_d(r, r, x, RN);
}

REF(log1p_exp) { (void)scale; softplus(r, a[0]); }
REF(log_inv_logit) { (void)scale; softplus(r, -a[0]); mpfr_neg(r, r, RN); }
REF(log1m_inv_logit) { (void)scale; softplus(r, a[0]); mpfr_neg(r, r, RN); }

REF(inv_logit) {
  (void)scale;
  mpfr_set_d(r, -a[0], RN);
  mpfr_exp(r, r, RN);
  mpfr_add_ui(r, r, 1, RN);
  mpfr_ui_div(r, 1, r, RN);
}

/* log(1 - e^r) for r <= 0 in place */
static void log1m_exp(mpfr_t r) {
  if (mpfr_cmp_d(r, -0.7) > 0) {
    mpfr_expm1(r, r, RN);
    mpfr_neg(r, r, RN);
    mpfr_log(r, r, RN);
  } else {
    mpfr_exp(r, r, RN);
    mpfr_neg(r, r, RN);
    mpfr_log1p(r, r, RN);
  }
}

REF(log1m_exp) {
  (void)scale;
  mpfr_set_d(r, a[0], RN);
  log1m_exp(r);
}

REF(log_sum_exp) {
  double high = a[0] > a[1] ? a[0] : a[1], low = a[0] > a[1] ? a[1] : a[0];
  *scale = fabs(high);
  if (a[0] == a[1] && isinf(high)) {
    mpfr_set_d(r, high, RN);
    return;
  }
  mpfr_set_d(r, low, RN);
  mpfr_sub_d(r, r, high, RN);
  double gap = -mpfr_get_d(r, RN);
  if (gap < 1e300) *scale = fmax(*scale, gap * exp(-gap) / (1 + exp(-gap)));
  mpfr_exp(r, r, RN);
  mpfr_log1p(r, r, RN);
  mpfr_add_d(r, r, high, RN);
}

/* The scale is that of x and of what one rounding of y - x does. */
REF(log_diff_exp) {
  double x = a[0], y = a[1];
  if (y == -INFINITY) {
    mpfr_set_d(r, x, RN);
    return;
  }
  if (!(x >= y) || (isinf(x) && x == y)) {
    mpfr_set_nan(r);
    return;
  }
  mpfr_set_d(r, y, RN);
  mpfr_sub_d(r, r, x, RN);
  double gap = -mpfr_get_d(r, RN);
  log1m_exp(r);
  *scale = fmax(fabs(x), gap > 0 && gap < 1e300 ? gap / expm1(gap) : 0);
  mpfr_add_d(r, r, x, RN);
}

REF(x_log_y) {
  (void)scale;
  mpfr_set_d(r, a[1], RN);
  if (a[0] == 0 && !isnan(a[1])) mpfr_set_zero(r, 1);
  else mpfr_log(r, r, RN), mpfr_mul_d(r, r, a[0], RN);
}

REF(x_log1p_y) {
  (void)scale;
  mpfr_set_d(r, a[1], RN);
  if (a[0] == 0 && !isnan(a[1])) mpfr_set_zero(r, 1);
  else mpfr_log1p(r, r, RN), mpfr_mul_d(r, r, a[0], RN);
}

#define R(name, arguments, bound, ranges, note) {#name, arguments, bound, ref_##name, ranges, note}
const struct row rows[] = {
    R(exp, 1, 1, "all -746:711 -1:1", 0),
    R(expm1, 1, 2, "all -40:711 -2:2", 0),
    R(log, 1, 1, "all 0.5:2 0:100", 0),
    R(log1p, 1, 2, "all -1:2 0:100", 0),
    R(sqrt, 1, 0.5, "all 0:100", 0),
    R(tanh, 1, 2, "all -20:20 -1:1", 0),
    R(log1p_exp, 1, 2, "all -746:40 -3:3", 0),
    R(log1m_exp, 1, 2, "all -746:0 -3:0", 0),
    R(inv_logit, 1, 2, "all -746:40 -3:3", 0),
    R(log_inv_logit, 1, 2, "all -40:746 -3:3", 0),
    R(log1m_inv_logit, 1, 2, "all -746:40 -3:3", 0),
    R(log_sum_exp, 2, 2, "all -1000:1000 -20:20", "of max(result, x, y), plus one rounding of x - y"),
    R(log_diff_exp, 2, 2, "all -1000:1000 -20:20", "of max(result, x), plus one rounding of x - y"),
    R(x_log_y, 2, 2, "all 0:10", 0),
    R(x_log1p_y, 2, 3, "all -1:10", 0),
    {0}};
