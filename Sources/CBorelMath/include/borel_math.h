/* Vector mathematics: functions of doubles without branches, which compilers turn into vector code inside loops.
 *
 * Self-contained: no header is included, so that the text can stand in front of generated code. Correct under
 * -fassociative-math, -fno-signed-zeros, -fno-trapping-math, -fno-math-errno and -ffp-contract=fast; NaN and
 * infinities keep their meaning, the sign of a zero does not. Rounding is to nearest, subnormal numbers are kept.
 * "ulp" bounds hold over the range stated and are measured by `make numerics`; docs/numerics.md has the figures.
 * Polynomials are minimax (Remez), made by Sources/CBorelMath/coefficients.py. */
#ifndef BOREL_MATH_H
#define BOREL_MATH_H

#define BM_FUNCTION static inline __attribute__((always_inline, unused)) double

/* bm_add, bm_mul and bm_fma are rounded as written and never re-associated with what uses them. clang is told so per
 * block, by BM_EXACT at the top of a body. gcc's barrier does not survive its vectoriser, but a call of fma does. */
#if defined(__FMA__) || defined(__aarch64__) || defined(__FP_FAST_FMA)
#define BM_HAS_FMA 1
#else
#define BM_HAS_FMA 0
#endif

#if defined(__clang__)
#define BM_EXACT _Pragma("clang fp reassociate(off)")
BM_FUNCTION bm_add(double a, double b) { BM_EXACT return a + b; }
BM_FUNCTION bm_mul(double a, double b) { BM_EXACT return a * b; }
#elif BM_HAS_FMA
#define BM_EXACT
BM_FUNCTION bm_add(double a, double b) { return __builtin_fma(a, 1.0, b); }
BM_FUNCTION bm_mul(double a, double b) { return __builtin_fma(a, b, 0.0); }
#else /* correct, but not vectorised */
#define BM_EXACT
BM_FUNCTION bm_kept(double x) {
#if defined(__x86_64__)
  __asm__("" : "+x"(x));
#else
  __asm__("" : "+m"(x));
#endif
  return x;
}
BM_FUNCTION bm_add(double a, double b) { return bm_kept(a + b); }
BM_FUNCTION bm_mul(double a, double b) { return bm_kept(a * b); }
#endif

/* a b + c, rounded once where the machine can; elsewhere for products that are exact or need not be. */
BM_FUNCTION bm_fma(double a, double b, double c) {
#if BM_HAS_FMA
  return __builtin_fma(a, b, c);
#else
  return bm_add(bm_mul(a, b), c);
#endif
}

#define BM_INF __builtin_inf()
#define BM_NAN __builtin_nan("")
#define BM_LN2_HI 0x1.62e42fefa0000p-1 /* 41 bits: products with exponents are exact */
#define BM_LN2_LO 0x1.cf79abc9e3b3ap-40

/* Polynomials of 2 to 8 coefficients, upwards, in Estrin's order: short chains matter more than the extra products. */
BM_FUNCTION bm_p2(double x, double a, double b) { return bm_fma(b, x, a); }
BM_FUNCTION bm_p3(double x, double a, double b, double c) { return bm_fma(c, x * x, bm_p2(x, a, b)); }
BM_FUNCTION bm_p4(double x, double a, double b, double c, double d) {
  return bm_fma(bm_p2(x, c, d), x * x, bm_p2(x, a, b));
}
BM_FUNCTION bm_p5(double x, double a, double b, double c, double d, double e) {
  return bm_fma(e, x * x * (x * x), bm_p4(x, a, b, c, d));
}
BM_FUNCTION bm_p6(double x, double a, double b, double c, double d, double e, double f) {
  return bm_fma(bm_p2(x, e, f), x * x * (x * x), bm_p4(x, a, b, c, d));
}
BM_FUNCTION bm_p7(double x, double a, double b, double c, double d, double e, double f, double g) {
  return bm_fma(bm_p3(x, e, f, g), x * x * (x * x), bm_p4(x, a, b, c, d));
}
BM_FUNCTION bm_p8(double x, double a, double b, double c, double d, double e, double f, double g, double h) {
  return bm_fma(bm_p4(x, e, f, g, h), x * x * (x * x), bm_p4(x, a, b, c, d));
}
/* x^8, for longer ones. */
BM_FUNCTION bm_pow8(double x) { double x2 = x * x, x4 = x2 * x2; return x4 * x4; }

BM_FUNCTION bm_from_bits(unsigned long long u) { double x; __builtin_memcpy(&x, &u, 8); return x; }
static inline __attribute__((always_inline, unused)) unsigned long long bm_bits(double x) {
  unsigned long long u; __builtin_memcpy(&u, &x, 8); return u;
}

/* Nearest whole number for |x| < 2^51; SSE2 has no instruction for it. */
#if defined(__SSE2__) && !defined(__SSE4_1__)
BM_FUNCTION bm_near(double x) { BM_EXACT return bm_add(bm_add(x, 0x1.8p52), -0x1.8p52); }
#else
BM_FUNCTION bm_near(double x) { return __builtin_rint(x); }
#endif

/* (1 + q) 2^n for whole n, |n| < 2040, in two steps, so that only the last one overflows or becomes subnormal. */
BM_FUNCTION bm_scale(double q, double n) {
  BM_EXACT
  unsigned long long t = bm_bits(n + (0x1.8p52 + 2046)), half = t >> 1; /* both exponents, in the low 12 bits */
  double s = bm_from_bits(half << 52);
  return bm_fma(s, q, s) * bm_from_bits((t - half) << 52);
}

/* x = n log 2 + r, |r| < 0.3466, |x| < 2000: gives r, sets *n. */
BM_FUNCTION bm_exp_reduce(double x, double *n) {
  BM_EXACT
  *n = bm_near(x * 0x1.71547652b82fep0);
  return bm_fma(-*n, BM_LN2_LO, bm_fma(-*n, BM_LN2_HI, x));
}

/* e^r - 1 for |r| < 0.3466. */
BM_FUNCTION bm_expm1_core(double r) {
  BM_EXACT
  double tail = bm_p8(r, 0.5, 0.16666666666666677, 0.0416666666666667, 0.008333333333321615, 0.0013888888888866685,
                      0.00019841269886160587, 2.4801587360786512e-05, 2.755724417949896e-06);
  tail = bm_fma(bm_p3(r, 2.755724260601907e-07, 2.510904580001398e-08, 2.092448100830944e-09), bm_pow8(r), tail);
  return bm_fma(r * r, tail, r);
}

/* e^x for x <= 0, x = n log 2 + r; 1 ulp. */
BM_FUNCTION bm_exp_negative(double x) {
  double n, r = bm_exp_reduce(x, &n), y = bm_scale(bm_expm1_core(r), n);
  return x < -745.14 ? 0 : y;
}

/* e^x; 1 ulp. */
BM_FUNCTION bm_exp(double x) {
  double y = bm_exp_negative(x);
  return x > 709.782712893384 ? BM_INF : y;
}

/* (2^n (e^r - 1) + (2^n - 1)) / 2 for n <= 1024. */
BM_FUNCTION bm_half_expm1(double q, double n) {
  BM_EXACT
  double s = bm_from_bits((bm_bits(n + 0x1.8p52) + 1022) << 52);
  return bm_fma(s, q, bm_add(s, -0.5));
}

/* e^x - 1; 2 ulp. */
BM_FUNCTION bm_expm1(double x) {
  double n, q = bm_expm1_core(bm_exp_reduce(x, &n)), y = 2 * bm_half_expm1(q, n);
  y = n == 0 ? q : y;
  y = x < -40 ? -1 : y;
  return x > 709.782712893384 ? BM_INF : y;
}

/* log(1 + f) + k log 2, f in [sqrt(1/2) - 1, sqrt(2) - 1]: 2 atanh(s) = f - s (f - R(s^2)), s = f / (2 + f). */
BM_FUNCTION bm_log_core(double f, double k) {
  BM_EXACT
  double s = f / (2 + f), z = s * s;
  double tail = bm_p7(z, 0.6666666666666734, 0.399999999994147, 0.2857142874239495, 0.22222198570753968,
                      0.18183564546937017, 0.1531404253155628, 0.14796052232770324);
  double low = bm_fma(-(s * z), tail, bm_fma(s, f, -(k * BM_LN2_LO)));
  return bm_fma(k, BM_LN2_HI, bm_add(f, -low));
}

/* x > 0 as m 2^k, m in [sqrt(1/2), sqrt(2)): gives m - 1, sets *k. */
BM_FUNCTION bm_log_reduce(double x, double *k) {
  BM_EXACT
  int tiny = x < 0x1p-1022;
  double y = tiny ? x * 0x1p54 : x;
  unsigned long long u = bm_bits(y) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  *k = bm_add(bm_from_bits((u >> 52) | 0x4330000000000000), tiny ? -(0x1p52 + 1077) : -(0x1p52 + 1023));
  return bm_from_bits((u & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd) - 1;
}

/* r where x > 0 is finite, else what a logarithm gives there: -inf at 0, inf at inf, NaN below 0. */
BM_FUNCTION bm_log_edges(double x, double r) {
  r = x > 0 ? r : -BM_INF;
  r = x >= 0 ? r : BM_NAN;
  return x == BM_INF ? x : r;
}

/* log(x); 1 ulp. */
BM_FUNCTION bm_log(double x) {
  double k, f = bm_log_reduce(x, &k);
  return bm_log_edges(x, bm_log_core(f, k));
}

/* log(1 + x): f = 2^-k (1 + x) - 1 is rounded once; 2 ulp. */
BM_FUNCTION bm_log1p(double x) {
  BM_EXACT
  double one = 1 + x;
  unsigned long long u = bm_bits(one) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  double k = bm_add(bm_from_bits((u >> 52) | 0x4330000000000000), -(0x1p52 + 1023));
  double scale = bm_from_bits(0x7fe0000000000000 - (u & 0xfff0000000000000)); /* 2^-k */
  double large = bm_from_bits((u & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd) - 1;
  double f = bm_fma(x, scale, bm_add(scale, -1));
  return bm_log_edges(one, bm_log_core(x < 0x1p60 ? f : large, k));
}

/* log(1 + e) for e in [0, 1]. */
BM_FUNCTION bm_log1p_unit(double e) {
  BM_EXACT
  int high = e > 0.41421356237309503;
  double half = bm_fma(e, 0.5, -0.5);
  return bm_log_core(high ? half : e, high ? 1 : 0);
}

BM_FUNCTION bm_abs(double x) { return __builtin_fabs(x); }
BM_FUNCTION bm_sqrt(double x) { return __builtin_sqrt(x); }

/* 1 / (1 + e^-x), over e^-|x|; 2 ulp. */
BM_FUNCTION bm_inv_logit(double x) {
  double e = bm_exp_negative(-bm_abs(x)), q = (x < 0 ? e : 1) / (1 + e);
  double low = bm_fma(-e, q, e); /* e / (1 + e) = e - e^2 / (1 + e), with less error */
  return x < 0 ? low : q;
}

/* log(1 + e^x) = max(x, 0) + log1p(e^-|x|); 2 ulp. */
BM_FUNCTION bm_log1p_exp(double x) { return (x > 0 ? x : 0) + bm_log1p_unit(bm_exp_negative(-bm_abs(x))); }

/* log(1 / (1 + e^-x)); 2 ulp. */
BM_FUNCTION bm_log_inv_logit(double x) { return (x < 0 ? x : 0) - bm_log1p_unit(bm_exp_negative(-bm_abs(x))); }

/* log(1 / (1 + e^x)); 2 ulp. */
BM_FUNCTION bm_log1m_inv_logit(double x) { return -bm_log1p_exp(x); }

/* log(e^x + e^y); 2 ulp of the larger of the result and max(x, y). */
BM_FUNCTION bm_log_sum_exp(double x, double y) {
  double high = x > y ? x : y, gap = x == y ? 0 : -bm_abs(x - y);
  return high + bm_log1p_unit(bm_exp_negative(gap));
}

/* log(1 - e^x) for x <= 0: log(-expm1(x)) above -log 2, log1p(-e^x) below (Machler 2012); 2 ulp. */
BM_FUNCTION bm_log1m_exp(double x) {
  double n, q = bm_expm1_core(bm_exp_reduce(x, &n)), e = bm_scale(q, n);
  double k, f = bm_log_reduce(n == 0 ? -q : -2 * bm_half_expm1(q, n), &k);
  int near = x > -0.6931471805599453, middle = e > 0.2928932188134524;
  double s = bm_from_bits((bm_bits(n + 0x1.8p52) + 1024) << 52); /* 1 - 2 e without the rounding of e */
  double far = middle ? bm_fma(-s, q, bm_add(1, -s)) : -e;
  double r = bm_log_core(near ? f : far, near ? k : middle ? -1 : 0);
  r = x < -745.14 ? 0 : r;
  r = x < 0 ? r : -BM_INF;
  return x <= 0 ? r : BM_NAN;
}

/* log(e^x - e^y) for x >= y; 2 ulp of the larger of the result and x, and one rounding of y - x. */
BM_FUNCTION bm_log_diff_exp(double x, double y) {
  double r = x + bm_log1m_exp(y == -BM_INF ? y : y - x);
  r = y == -BM_INF ? x : r;
  return y == BM_INF ? BM_NAN : r;
}

/* tanh(x) = u / (2 - u) = u / 2 + (u / 2) u / (2 - u), u = -expm1(-2 |x|), or 1 - 2 e / (1 + e) above 0.55; 2 ulp. */
BM_FUNCTION bm_tanh(double x) {
  double t = bm_expm1(-2 * bm_abs(x)), e = 1 + t;
  int far = bm_abs(x) > 0.55;
  double q = (far ? 2 * e : -t) / (2 + t);
  double r = far ? 1 - q : bm_fma(-0.5 * t, q, -0.5 * t);
  return x < 0 ? -r : r;
}

/* x log(y), 0 where x is 0; 2 ulp. */
BM_FUNCTION bm_x_log_y(double x, double y) {
  double r = x * bm_log(y);
  return x == 0 && y == y ? 0 : r;
}

/* x log(1 + y), 0 where x is 0; 3 ulp. */
BM_FUNCTION bm_x_log1p_y(double x, double y) {
  double r = x * bm_log1p(y);
  return x == 0 && y == y ? 0 : r;
}

#endif
