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

static void half_log_two_pi(mpfr_t r) {
  mpfr_const_pi(r, RN);
  mpfr_mul_2ui(r, r, 1, RN);
  mpfr_log(r, r, RN);
  mpfr_div_2ui(r, r, 1, RN);
}

REF(lgamma) {
  int sign;
  *scale = a[0] < 0 ? fmax(1, lgamma(-a[0])) : 0.25;
  mpfr_set_d(r, a[0], RN);
  if (a[0] == -INFINITY) mpfr_set_inf(r, 1);
  else mpfr_lgamma(r, &sign, r, RN);
}

/* lgamma(1 + x) */
static void lgamma1p(mpfr_t r, double x) {
  int sign;
  mpfr_t y;
  mpfr_init2(y, 1200);
  mpfr_set_d(y, x, RN);
  mpfr_add_ui(y, y, 1, RN);
  mpfr_lgamma(r, &sign, y, RN);
  mpfr_clear(y);
}

REF(log_factorial) {
  *scale = 0.25;
  if (a[0] >= 0) lgamma1p(r, a[0]);
  else mpfr_set_nan(r);
}

REF(stirling_error) {
  double x = a[0];
  *scale = x < 1 ? 0.25 : 0;
  if (!(x >= 0)) {
    mpfr_set_nan(r);
  } else if (x > 1e10) {
    mpfr_set_ui(r, 1, RN);
    mpfr_div_ui(r, r, 12, RN);
    mpfr_div_d(r, r, x, RN);
  } else if (x == 0) {
    mpfr_set_inf(r, 1);
  } else {
    mpfr_t y, z;
    mpfr_init2(y, precision);
    lgamma1p(r, x);
    mpfr_add_d(r, r, x, RN);
    half_log_two_pi(y);
    mpfr_sub(r, r, y, RN);
    mpfr_set_d(y, x, RN);
    mpfr_log(y, y, RN);
    mpfr_init2(z, precision);
    mpfr_set_d(z, x, RN);
    mpfr_add_d(z, z, 0.5, RN);
    mpfr_mul(y, y, z, RN);
    mpfr_clear(z);
    mpfr_sub(r, r, y, RN);
    mpfr_clear(y);
  }
}

REF(deviance_term) {
  double x = a[0], m = a[1];
  (void)scale;
  if (!(x >= 0 && m >= 0) || (isinf(x) && isinf(m))) mpfr_set_nan(r);
  else if (x == 0) mpfr_set_d(r, m, RN);
  else if (m == 0 || isinf(x) || isinf(m)) mpfr_set_inf(r, 1);
  else {
    mpfr_t y;
    mpfr_init2(y, precision);
    mpfr_set_d(r, x, RN);
    mpfr_div_d(r, r, m, RN);
    mpfr_log(r, r, RN);
    mpfr_mul_d(r, r, x, RN);
    mpfr_set_d(y, m, RN);
    mpfr_sub_d(y, y, x, RN);
    mpfr_add(r, r, y, RN);
    mpfr_clear(y);
  }
}

REF(digamma) {
  *scale = a[0] < 0 ? fmax(1, 3.15 / fabs(tan(3.141592653589793 * (a[0] - rint(a[0]))))) : 1;
  mpfr_set_d(r, a[0], RN);
  if (a[0] <= 0 && a[0] == rint(a[0])) mpfr_set_nan(r);
  else mpfr_digamma(r, r, RN);
}

/* trigamma(z) for z > 0: recurrence to 60, then the asymptotic series. */
static void trigamma(mpfr_t r, mpfr_t z) {
  /* Bernoulli numbers B_2, B_4, ... as fractions */
  static const double top[] = {1, -1, 1, -1, 5, -691, 7, -3617, 43867, -174611, 854513, -236364091, 8553103};
  static const double bottom[] = {6, 30, 42, 30, 66, 2730, 6, 510, 798, 330, 138, 2730, 6};
  mpfr_t y, term, power;
  mpfr_inits2(precision, y, term, power, (mpfr_ptr)0);
  mpfr_set_zero(r, 1);
  mpfr_set(y, z, RN);
  while (mpfr_cmp_ui(y, 2000) < 0) {
    mpfr_sqr(term, y, RN);
    mpfr_ui_div(term, 1, term, RN);
    mpfr_add(r, r, term, RN);
    mpfr_add_ui(y, y, 1, RN);
  }
  mpfr_ui_div(power, 1, y, RN);
  mpfr_add(r, r, power, RN);
  mpfr_sqr(term, power, RN);
  mpfr_div_2ui(term, term, 1, RN);
  mpfr_add(r, r, term, RN);
  mpfr_sqr(y, power, RN);
  for (int k = 0; k < 13; k++) {
    mpfr_mul(power, power, y, RN);
    mpfr_mul_d(term, power, top[k], RN);
    mpfr_div_d(term, term, bottom[k], RN);
    mpfr_add(r, r, term, RN);
  }
  mpfr_clears(y, term, power, (mpfr_ptr)0);
}

REF(trigamma) {
  double x = a[0], sine = sin(3.141592653589793 * (x - rint(x)));
  *scale = x < 0 ? 9.87 / (sine * sine) : 0;
  if (isnan(x) || x == -INFINITY) mpfr_set_nan(r);
  else if (x <= 0 && x == rint(x)) mpfr_set_inf(r, 1);
  else {
    mpfr_t z, s;
    mpfr_inits2(1200, z, s, (mpfr_ptr)0);
    mpfr_set_d(z, x, RN);
    if (x < 0) {
      mpfr_const_pi(s, RN);
      mpfr_mul_d(s, s, x - rint(x), RN);
      mpfr_sin(s, s, RN);
      mpfr_ui_sub(z, 1, z, RN);
    }
    trigamma(r, z);
    if (x < 0) {
      mpfr_const_pi(z, RN);
      mpfr_div(s, z, s, RN);
      mpfr_sqr(s, s, RN);
      mpfr_sub(r, s, r, RN);
    }
    mpfr_clears(z, s, (mpfr_ptr)0);
  }
}

UNARY(erf, mpfr_erf)

/* log(erfc(x)) where erfc underflows even here, by the asymptotic series with two terms. */
static void erfcx(mpfr_t r, double x) {
  mpfr_t y;
  mpfr_init2(y, precision);
  mpfr_set_d(y, x, RN);
  mpfr_sqr(y, y, RN);
  if (x > 1e8) { /* (1 - 1 / (2 x^2)) / (x sqrt(pi)) */
    mpfr_ui_div(y, 1, y, RN);
    mpfr_div_2ui(y, y, 1, RN);
    mpfr_ui_sub(y, 1, y, RN);
    mpfr_const_pi(r, RN);
    mpfr_rec_sqrt(r, r, RN);
    mpfr_mul(r, r, y, RN);
    mpfr_div_d(r, r, x, RN);
  } else {
    mpfr_set_d(r, x, RN);
    mpfr_erfc(r, r, RN);
    mpfr_exp(y, y, RN);
    mpfr_mul(r, r, y, RN);
  }
  mpfr_clear(y);
}

REF(erfcx) { (void)scale; erfcx(r, a[0]); }
REF(erfc) {
  (void)scale;
  mpfr_set_d(r, a[0], RN);
  mpfr_erfc(r, r, RN);
}
REF(log_erfc) {
  (void)scale;
  if (a[0] < 1) {
    mpfr_set_d(r, a[0], RN);
    mpfr_erf(r, r, RN);
    mpfr_neg(r, r, RN);
    mpfr_log1p(r, r, RN);
  } else if (isinf(a[0])) {
    mpfr_set_inf(r, -1);
  } else {
    mpfr_t y;
    mpfr_init2(y, precision);
    erfcx(r, a[0]);
    mpfr_log(r, r, RN);
    mpfr_set_d(y, a[0], RN);
    mpfr_sqr(y, y, RN);
    mpfr_sub(r, r, y, RN);
    mpfr_clear(y);
  }
}

/* erfc(-x / sqrt(2)) / 2 */
static void normal_cdf(mpfr_t r, double x) {
  mpfr_t y;
  mpfr_init2(y, precision);
  mpfr_set_ui(y, 2, RN);
  mpfr_rec_sqrt(y, y, RN);
  mpfr_mul_d(y, y, -x, RN);
  mpfr_erfc(r, y, RN);
  mpfr_div_2ui(r, r, 1, RN);
  mpfr_clear(y);
}

REF(Phi) { (void)scale; normal_cdf(r, a[0]); }
REF(log_Phi) {
  (void)scale;
  double x = a[0];
  if (x > 0) {
    normal_cdf(r, -x);
    mpfr_neg(r, r, RN);
    mpfr_log1p(r, r, RN);
  } else if (x > -1e6 || isnan(x)) {
    normal_cdf(r, x);
    mpfr_log(r, r, RN);
  } else { /* -x^2 / 2 - log(-x sqrt(2 pi)) - 1 / x^2 */
    mpfr_t y;
    mpfr_init2(y, precision);
    mpfr_set_d(r, -x, RN);
    mpfr_log(r, r, RN);
    half_log_two_pi(y);
    mpfr_add(r, r, y, RN);
    mpfr_set_d(y, x, RN);
    mpfr_sqr(y, y, RN);
    mpfr_div_2ui(y, y, 1, RN);
    mpfr_add(r, r, y, RN);
    mpfr_neg(r, r, RN);
    mpfr_clear(y);
  }
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
    R(lgamma, 1, 4, "1e-300~1e306 -20:0 -1000:20 0.001:12", "of max(result, 1/4), below 0 of max(lgamma(-x), 1)"),
    R(log_factorial, 1, 4, "1e-300~1e306 0:12", "of max(result, 1/4)"),
    R(digamma, 1, 5, "+ 1e-20~1e20 -30:0 0:10", "of max(result, 1), below 0 of max(pi / tan(pi x), 1)"),
    R(trigamma, 1, 6, "+ 1e-20~1e20 -30:0 0:10", "of max(result, pi^2 / sin(pi x)^2) below 0"),
    R(stirling_error, 1, 4, "+ 1e-20~1e20 0:6", "of max(result, 1/4) below 1"),
    R(deviance_term, 2, 4, "+,+ 1~100 0:10", 0),
    R(erf, 1, 2, "all -7:7 -2:2", 0),
    R(erfc, 1, 4, "all -7:28 -1:1", 0),
    R(erfcx, 1, 4, "all -27:0 -3:10", 0),
    R(log_erfc, 1, 4, "all -7:30 -3:3", 0),
    R(Phi, 1, 4, "all -39:9 -3:3", 0),
    R(log_Phi, 1, 5, "all -39:9 -3:3", 0),
    R(x_log_y, 2, 2, "all 0:10", 0),
    R(x_log1p_y, 2, 3, "all -1:10", 0),
    {0}};
