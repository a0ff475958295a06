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

REF(lgamma_positive) {
  if (a[0] >= 0) ref_lgamma(r, a, scale);
  else mpfr_set_nan(r);
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
  *scale = x < 1 ? 1 : 0;
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

/* lgamma(x) to about 250 bits after the point of lgamma(2 x) */
static void wide_lgamma(mpfr_t r, mpfr_t x) {
  int sign;
  mpfr_lgamma(r, &sign, x, RN);
}

/* lgamma(x + d) - lgamma(x) with as many more bits as cancel. */
static void lgamma_ratio(mpfr_t r, double x, double d) {
  long cancel = d == 0 ? 0 : ilogb(x) - ilogb(fabs(d));
  if (cancel < 0) cancel = 0;
  if (cancel > 300) { /* d psi(x), the next term is d / x of it */
    mpfr_t y;
    mpfr_init2(y, precision);
    mpfr_set_d(y, x, RN);
    mpfr_digamma(r, y, RN);
    mpfr_mul_d(r, r, d, RN);
    mpfr_clear(y);
    return;
  }
  mpfr_t y, z;
  mpfr_inits2(precision + cancel + 100, y, z, (mpfr_ptr)0);
  mpfr_set_d(y, x, RN);
  wide_lgamma(z, y);
  mpfr_set_prec(y, 1200);
  mpfr_set_d(y, x, RN);
  mpfr_add_d(y, y, d, RN);
  mpfr_t v;
  mpfr_init2(v, precision + cancel + 100);
  wide_lgamma(v, y);
  mpfr_sub(r, v, z, RN);
  mpfr_clears(y, z, v, (mpfr_ptr)0);
}

REF(lgamma_ratio) {
  double x = a[0], d = a[1], y = x + d;
  *scale = 0;
  if (!(x > 0 && y > 0) || isinf(x)) mpfr_set_nan(r);
  else if (d == 0) mpfr_set_zero(r, 1);
  else if (isinf(y)) mpfr_set_inf(r, 1); /* x + d overflows */
  else {
    lgamma_ratio(r, x, d);
    *scale = fmin(1, fabs(d) * fmax(1, 1 / fmin(x, y))); /* the difference has a zero where x + (x + d) is near 3 */
  }
}

REF(lbeta) {
  double low = fmin(a[0], a[1]), high = fmax(a[0], a[1]);
  *scale = 1;
  if (!(a[0] >= 0 && a[1] >= 0)) mpfr_set_nan(r);
  else if (low == 0) mpfr_set_inf(r, 1);
  else if (isinf(low + high)) mpfr_set_inf(r, -1);
  else {
    mpfr_t y;
    mpfr_init2(y, precision);
    lgamma_ratio(r, high, low);
    mpfr_set_d(y, low, RN);
    wide_lgamma(y, y);
    mpfr_sub(r, y, r, RN);
    mpfr_clear(y);
  }
}

/* The sign of n - k + 1, which doubles may round to 0 */
static int sign_of_rest(double n, double k) {
  mpfr_t y;
  mpfr_init2(y, 2400);
  mpfr_set_d(y, n, RN);
  mpfr_sub_d(y, y, k, RN);
  mpfr_add_ui(y, y, 1, RN);
  int sign = mpfr_sgn(y);
  mpfr_clear(y);
  return sign;
}

REF(lchoose) {
  double n = a[0], k = a[1];
  int whole = k == floor(k);
  *scale = n > -1 ? fmax(1, fabs(log1p(n))) : 1;
  if (isnan(n) || isnan(k) || isinf(n)) mpfr_set_nan(r);
  else if (whole && k < 0) mpfr_set_inf(r, -1);
  else if (k == 0 || k == n) mpfr_set_zero(r, 1);
  else if (n < -1) mpfr_set_nan(r);
  else if (k == 1 && n > 0) {
    mpfr_set_d(r, n, RN);
    mpfr_log(r, r, RN);
  } else if (k > -1 && sign_of_rest(n, k) > 0) {
    mpfr_t x, y;
    mpfr_inits2(2400, x, y, (mpfr_ptr)0);
    long bits = 400 + (n > 1 ? ilogb(n) : 0); /* what cancels */
    mpfr_set_prec(r, bits);
    mpfr_set_d(x, n, RN);
    mpfr_add_ui(x, x, 1, RN);
    wide_lgamma(r, x);
    mpfr_sub_d(y, x, k, RN);
    mpfr_t v;
    mpfr_init2(v, bits);
    wide_lgamma(v, y);
    mpfr_sub(r, r, v, RN);
    mpfr_set_d(y, k, RN);
    mpfr_add_ui(y, y, 1, RN);
    wide_lgamma(v, y);
    mpfr_sub(r, r, v, RN);
    mpfr_clears(x, y, v, (mpfr_ptr)0);
    mpfr_prec_round(r, precision, RN);
  } else if (whole && n == floor(n) && n >= 0) mpfr_set_inf(r, -1);
  else mpfr_set_nan(r);
}

REF(pow) {
  mpfr_t y;
  (void)scale;
  mpfr_init2(y, precision);
  mpfr_set_d(r, a[0] == 0 ? 0 : a[0], RN);
  mpfr_set_d(y, a[1], RN);
  mpfr_pow(r, r, y, RN);
  mpfr_clear(y);
}

REF(tgamma) {
  (void)scale;
  mpfr_set_d(r, a[0] == 0 ? 0 : a[0], RN);
  if (a[0] < -1000) {
    if (a[0] == rint(a[0])) mpfr_set_nan(r);
    else mpfr_set_zero(r, 1);
  } else mpfr_gamma(r, r, RN);
}

UNARY(exp2, mpfr_exp2)
UNARY(log2, mpfr_log2)
UNARY(log10, mpfr_log10)
UNARY(cbrt, mpfr_cbrt)
UNARY(asin, mpfr_asin)
UNARY(acos, mpfr_acos)
UNARY(atan, mpfr_atan)
UNARY(sinh, mpfr_sinh)
UNARY(cosh, mpfr_cosh)
UNARY(asinh, mpfr_asinh)
UNARY(acosh, mpfr_acosh)
UNARY(atanh, mpfr_atanh)

#define ANGLE(name) \
  REF(name) { \
    (void)scale; \
    mpfr_set_d(r, a[0], RN); \
    if (fabs(a[0]) <= 0x1p45) mpfr_##name(r, r, RN); \
    else mpfr_set_nan(r); \
  }
ANGLE(sin)
ANGLE(cos)
ANGLE(tan)

REF(inv_sqrt) {
  (void)scale;
  mpfr_set_d(r, a[0] == 0 ? 0 : a[0], RN);
  mpfr_rec_sqrt(r, r, RN);
}

#define BINARY(name, call) \
  REF(name) { \
    mpfr_t y; \
    (void)scale; \
    mpfr_init2(y, precision); \
    mpfr_set_d(r, a[0], RN); \
    mpfr_set_d(y, a[1] == 0 ? 0 : a[1], RN); \
    call(r, r, y, RN); \
    mpfr_clear(y); \
  }
BINARY(hypot, mpfr_hypot)
BINARY(fdim, mpfr_dim)
BINARY(fmod, mpfr_fmod)

REF(atan2) {
  mpfr_t y;
  (void)scale;
  mpfr_init2(y, precision);
  mpfr_set_d(r, a[0] == 0 ? 0 : a[0], RN);
  mpfr_set_d(y, a[1] == 0 ? 0 : a[1], RN);
  mpfr_atan2(r, r, y, RN);
  mpfr_clear(y);
}

#define EXACT(name, value) \
  REF(name) { \
    (void)scale; \
    mpfr_set_d(r, value, RN); \
  }
EXACT(floor, floor(a[0]))
EXACT(ceil, ceil(a[0]))
EXACT(round, round(a[0]))
EXACT(trunc, trunc(a[0]))
EXACT(abs, fabs(a[0]))
EXACT(sign, a[0] > 0 ? 1 : a[0] < 0 ? -1 : a[0])
EXACT(min, isnan(a[0]) || isnan(a[1]) ? NAN : a[0] < a[1] ? a[0] : a[1])
EXACT(max, isnan(a[0]) || isnan(a[1]) ? NAN : a[0] > a[1] ? a[0] : a[1])

/* log(t e^x + (1 - t) e^y); the scale is that of the larger argument. */
REF(log_mix) {
  double t = a[0], x = a[1], y = a[2], high = x > y ? x : y;
  *scale = fmax(fabs(high), 0.5);
  if (!(t >= 0 && t <= 1) || isnan(x) || isnan(y)) mpfr_set_nan(r);
  else if (t == 0) mpfr_set_d(r, y, RN);
  else if (t == 1) mpfr_set_d(r, x, RN);
  else if (isinf(high)) mpfr_set_d(r, high, RN);
  else {
    mpfr_t u, v;
    mpfr_inits2(precision, u, v, (mpfr_ptr)0);
    mpfr_set_d(u, x, RN);
    mpfr_sub_d(u, u, high, RN);
    mpfr_exp(u, u, RN);
    mpfr_mul_d(u, u, t, RN);
    mpfr_set_d(v, y, RN);
    mpfr_sub_d(v, v, high, RN);
    mpfr_exp(v, v, RN);
    mpfr_set_prec(r, 1100); /* 1 - t is exact */
    mpfr_set_d(r, t, RN);
    mpfr_ui_sub(r, 1, r, RN);
    mpfr_mul(v, v, r, RN);
    mpfr_add(r, u, v, RN);
    mpfr_log(r, r, RN);
    mpfr_add_d(r, r, high, RN);
    mpfr_prec_round(r, precision, RN);
    mpfr_clears(u, v, (mpfr_ptr)0);
  }
}

REF(logit) {
  double p = a[0];
  (void)scale;
  if (!(p >= 0 && p <= 1)) mpfr_set_nan(r);
  else {
    mpfr_t y;
    mpfr_init2(y, precision);
    mpfr_set_d(y, p, RN);
    mpfr_neg(y, y, RN);
    mpfr_log1p(y, y, RN);
    mpfr_set_d(r, p == 0 ? 0 : p, RN);
    mpfr_log(r, r, RN);
    mpfr_sub(r, r, y, RN);
    mpfr_clear(y);
  }
}

REF(cloglog) {
  *scale = 0.5;
  mpfr_set_d(r, -a[0], RN);
  mpfr_log1p(r, r, RN);
  mpfr_neg(r, r, RN);
  if (mpfr_zero_p(r)) mpfr_set_inf(r, -1);
  else mpfr_log(r, r, RN);
}

REF(inv_cloglog) {
  (void)scale;
  mpfr_set_d(r, a[0], RN);
  mpfr_exp(r, r, RN);
  mpfr_neg(r, r, RN);
  mpfr_expm1(r, r, RN);
  mpfr_neg(r, r, RN);
}

/* Newton's method on the log of the smaller tail, from its expansion, in growing precision. */
REF(inv_Phi) {
  double p = a[0];
  (void)scale;
  if (!(p >= 0 && p <= 1)) mpfr_set_nan(r);
  else if (p == 0 || p == 1) mpfr_set_inf(r, p == 0 ? -1 : 1);
  else if (p == 0.5) mpfr_set_zero(r, 1);
  else {
    double low = p > 0.5 ? 1 - p : p, t = -2 * log(low) - 1.8378770664093453, middle = 0.5 - low;
    double x = low > 0.05 ? 2.50662827463 * middle * (1 + 1.0472 * middle * middle) : sqrt(t - log(t));
    for (int i = 0; i < 8; i++) { /* x += (Q(x) - low) / phi(x), Q(x) = erfc(x / sqrt(2)) / 2 */
      double q = 0.5 * erfc(x * 0.70710678118654752), step = log(q / low) * q * 2.50662827463 * exp(0.5 * x * x);
      if (low > 1e-300) x += step;
    }
    mpfr_t c, d, tail, y;
    mpfr_inits2(precision, c, d, tail, y, (mpfr_ptr)0);
    mpfr_set_d(tail, low, RN);
    mpfr_set_d(y, x, RN);
    for (int i = 0; i < 12; i++) {
      mpfr_set_ui(c, 2, RN);
      mpfr_rec_sqrt(c, c, RN);
      mpfr_mul(c, c, y, RN);
      mpfr_erfc(c, c, RN);
      mpfr_div_2ui(c, c, 1, RN);
      if (low > 0.05) {
        mpfr_sub(d, c, tail, RN);
      } else {
        mpfr_div(d, c, tail, RN);
        mpfr_log(d, d, RN);
        mpfr_mul(d, d, c, RN);
      }
      mpfr_sqr(c, y, RN);
      mpfr_div_2ui(c, c, 1, RN);
      mpfr_exp(c, c, RN);
      mpfr_mul(d, d, c, RN);
      mpfr_const_pi(c, RN);
      mpfr_mul_2ui(c, c, 1, RN);
      mpfr_sqrt(c, c, RN);
      mpfr_mul(d, d, c, RN);
      mpfr_add(y, y, d, RN);
      if (mpfr_zero_p(d) || mpfr_get_exp(d) < mpfr_get_exp(y) - 60) break; /* the next step is exact */
    }
    mpfr_set(r, y, RN);
    if (p < 0.5) mpfr_neg(r, r, RN);
    mpfr_clears(c, d, tail, y, (mpfr_ptr)0);
  }
}

#define R(name, arguments, bound, ranges, note, cost) {#name, arguments, bound, ref_##name, ranges, note, cost}
const struct row rows[] = {
    R(exp, 1, 1, "all -746:711 -1:1", 0, 1),
    R(expm1, 1, 2, "all -40:711 -2:2", 0, 1),
    R(exp2, 1, 1.2, "all -1075:1024 -1:1", 0, 1),
    R(log, 1, 1, "all 0.5:2 0:100", 0, 1),
    R(log1p, 1, 2, "all -1:2 0:100", 0, 1),
    R(log2, 1, 2, "all 0.5:2 0:100", 0, 1),
    R(log10, 1, 2, "all 0.5:2 0:100", 0, 1),
    R(sqrt, 1, 0.5, "all 0:100", 0, 1),
    R(cbrt, 1, 1, "all 0:100", 0, 1),
    R(inv_sqrt, 1, 1.5, "all 0:100", 0, 1),
    R(pow, 2, 1.2, "all 0.5:2,-1000:1000 1e-300~1e300,-2:2 0:10,-3:3", 0, 1),
    R(sin, 1, 2, "1e-300~3.5e13 -3.5e13:3.5e13 -1e5:1e5 -7:7", "abs(x) up to 2^45", 1),
    R(cos, 1, 2, "1e-300~3.5e13 -3.5e13:3.5e13 -1e5:1e5 -7:7", "abs(x) up to 2^45", 1),
    R(tan, 1, 3, "1e-300~3.5e13 -3.5e13:3.5e13 -1e5:1e5 -7:7", "abs(x) up to 2^45", 1),
    R(asin, 1, 2, "all -1:1", 0, 1),
    R(acos, 1, 2, "all -1:1", 0, 1),
    R(atan, 1, 2, "all -10:10 -1:1", 0, 1),
    R(atan2, 2, 2, "all -10:10 -1:1", 0, 1),
    R(sinh, 1, 2, "all -711:711 -3:3", 0, 1),
    R(cosh, 1, 2, "all -711:711 -3:3", 0, 1),
    R(tanh, 1, 2, "all -20:20 -1:1", 0, 1),
    R(asinh, 1, 3, "all -1e10:1e10 -3:3", 0, 1),
    R(acosh, 1, 3, "all 1~1e10 1:3", 0, 1),
    R(atanh, 1, 3, "all -1:1", 0, 1),
    R(hypot, 2, 1.2, "all -1:1 1e-310~1e-290 -10:10", 0, 1),
    R(fdim, 2, 0.5, "all -10:10", 0, 1),
    R(fmod, 2, 0, "all -1e10:1e10,-10:10 -10:10", "calls the C library, not vectorised", 1),
    R(log1p_exp, 1, 2.1, "all -746:40 -3:3", 0, 1),
    R(log1m_exp, 1, 2, "all -746:0 -3:0", 0, 1),
    R(log_diff_exp, 2, 2, "all -1000:1000 -20:20", "of max(result, x), plus one rounding of x - y", 1),
    R(log_sum_exp, 2, 2, "all -1000:1000 -20:20", "of max(result, x, y), plus one rounding of x - y", 1),
    R(log_mix, 3, 4, "0:1,-1000:1000 0:1,-2:2 0:1,-10:10", "of max(result, x, y, 1/2)", 2),
    R(logit, 1, 2, "1e-308~1 0:1", 0, 1),
    R(inv_logit, 1, 2, "all -746:40 -3:3", 0, 1),
    R(log_inv_logit, 1, 2.1, "all -40:746 -3:3", 0, 1),
    R(log1m_inv_logit, 1, 2.1, "all -746:40 -3:3", 0, 1),
    R(cloglog, 1, 3, "1e-308~1 0:1", "of max(result, 1/2)", 1),
    R(inv_cloglog, 1, 3, "all -745:5 -3:3", 0, 1),
    R(x_log_y, 2, 2, "all 0:10", 0, 1),
    R(x_log1p_y, 2, 3, "all -1:10", 0, 1),
    R(lgamma, 1, 4, "1e-300~1e306 -20:0 -1000:20 0.001:12", "of max(result, 1/4), below 0 of max(lgamma(-x), 1)", 3),
    R(lgamma_positive, 1, 4, "1e-300~1e306 0.001:12", "of max(result, 1/4)", 3),
    R(digamma, 1, 6, "+ 1e-20~1e20 -30:0 0:10", "of max(result, 1), below 0 of max(pi / tan(pi x), 1)", 3),
    R(trigamma, 1, 7, "+ 1e-20~1e20 -30:0 0:10", "of max(result, pi^2 / sin(pi x)^2) below 0", 10),
    R(tgamma, 1, 6, "1e-308~172 -180:0 -5:5 0.1:20", 0, 2),
    R(lgamma_ratio, 2, 24, "1e-300~1e300,-1:1 1e-2~1e6,-1:1 1e-2~1e6,1e-20~1e6 0:10", "of max(result, min(d, 1))", 10),
    R(lbeta, 2, 8, "1e-300~1e150 1e-10~1e12 1~100 0.1:10", "of max(result, 1)", 10),
    R(lchoose, 2, 8, "1~1e300 1~1e12 0:100 5:10,0:5", "of max(result, log(n + 1), 1)", 30),
    R(log_factorial, 1, 4, "1e-300~1e306 0:12", "of max(result, 1/4)", 3),
    R(stirling_error, 1, 5, "+ 1e-20~1e20 0:6", "of max(result, 1) below 1", 3),
    R(deviance_term, 2, 5, "+,+ 1~100 1e300~1e308 0:10", 0, 1),
    R(erf, 1, 2, "all -7:7 -2:2", 0, 1),
    R(erfc, 1, 4, "all -7:28 -1:1", 0, 5),
    R(erfcx, 1, 5, "all -27:0 -3:10", 0, 4),
    R(log_erfc, 1, 4, "all -7:30 -3:3", 0, 8),
    R(Phi, 1, 5, "all -39:9 -3:3", 0, 8),
    R(log_Phi, 1, 6, "all -39:9 -3:3", 0, 8),
    R(inv_Phi, 1, 4, "1e-308~1 0.9:1 0:1", 0, 20),
    R(floor, 1, 0, "all -10:10", 0, 1),
    R(ceil, 1, 0, "all -10:10", 0, 1),
    R(round, 1, 0, "all -10:10", 0, 1),
    R(trunc, 1, 0, "all -10:10", 0, 1),
    R(sign, 1, 0, "all -10:10", 0, 1),
    R(abs, 1, 0, "all -10:10", 0, 1),
    R(min, 2, 0, "all -10:10", 0, 1),
    R(max, 2, 0, "all -10:10", 0, 1),
    {0}};
