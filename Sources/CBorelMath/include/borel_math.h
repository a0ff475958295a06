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

/* c ? a : b by masks: chains of conditional expressions on one variable turn into jumps that gcc does not undo. */
BM_FUNCTION bm_select(int c, double a, double b) {
  unsigned long long mask = -(unsigned long long)c;
  return bm_from_bits((bm_bits(a) & mask) | (bm_bits(b) & ~mask));
}

/* Nearest whole number; SSE2 has no instruction for it. */
#if defined(__SSE2__) && !defined(__SSE4_1__)
BM_FUNCTION bm_near(double x) {
  BM_EXACT
  double y = bm_add(bm_add(x, 0x1.8p52), -0x1.8p52);
  return __builtin_fabs(x) < 0x1p51 ? y : x;
}
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

/* f - log(1 + f) - k LN2_LO, f in [sqrt(1/2) - 1, sqrt(2) - 1]: log(1 + f) = 2 atanh(s) = f - s (f - R(s^2)),
 * s = f / (2 + f). */
BM_FUNCTION bm_log_low(double f, double k) {
  BM_EXACT
  double s = f / (2 + f), z = s * s;
  double tail = bm_p7(z, 0.6666666666666734, 0.399999999994147, 0.2857142874239495, 0.22222198570753968,
                      0.18183564546937017, 0.1531404253155628, 0.14796052232770324);
  return bm_fma(-(s * z), tail, bm_fma(s, f, -(k * BM_LN2_LO)));
}

/* log(1 + f) + k log 2 and, for whole c, c less; f as above. */
BM_FUNCTION bm_log_core(double f, double k) {
  BM_EXACT
  return bm_fma(k, BM_LN2_HI, bm_add(f, -bm_log_low(f, k)));
}
BM_FUNCTION bm_log_core_less(double f, double k, double c) {
  BM_EXACT
  return bm_add(bm_fma(k, BM_LN2_HI, -c), bm_add(f, -bm_log_low(f, k)));
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

/* 1 + x > 0 as (1 + f) 2^k: gives f, rounded once, sets *k. */
BM_FUNCTION bm_log1p_reduce(double x, double *k) {
  BM_EXACT
  unsigned long long u = bm_bits(1 + x) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  double scale = bm_from_bits(0x7fe0000000000000 - (u & 0xfff0000000000000)); /* 2^-k */
  double large = bm_from_bits((u & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd) - 1;
  double f = bm_fma(x, scale, bm_add(scale, -1));
  *k = bm_add(bm_from_bits((u >> 52) | 0x4330000000000000), -(0x1p52 + 1023));
  return x < 0x1p60 ? f : large;
}

/* log(1 + x); 2 ulp. */
BM_FUNCTION bm_log1p(double x) {
  double k, f = bm_log1p_reduce(x, &k);
  return bm_log_edges(1 + x, bm_log_core(f, k));
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

/* tanh(x) = 1 - 2 e / (1 + e), e = exp(-2 |x|), and a polynomial below 0.55; 2 ulp. */
BM_FUNCTION bm_tanh(double x) {
  double a = bm_abs(x), e = bm_exp_negative(-2 * a), z = x * x, far = 1 - 2 * e / (1 + e);
  double tail = bm_p8(z, -0.3333333333333235, 0.1333333333317328, -0.05396825387814735, 0.02186948602066023,
                      -0.008863195079159336, 0.0035917240518914904, -0.0014532370641047935, 0.0005791940692263989);
  tail = bm_fma(bm_p2(z, -0.00021039095507693873, 5.107980751017177e-05), bm_pow8(z), tail);
  double near = bm_fma(x * z, tail, x);
  far = x < 0 ? -far : far;
  return a < 0.55 ? near : far;
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

/* sin(pi r) / r and cos(pi r) for |r| <= 1/2, in z = r^2. */
BM_FUNCTION bm_sinpi_core(double z) {
  return bm_fma(7.694726004737595e-07, bm_pow8(z),
                bm_p8(z, 3.141592653589793, -5.167712780049969, 2.550164039877294, -0.5992645293187383,
                      0.08214588656989301, -0.007370430478760692, 0.00046629968874625094, -2.1903185318332132e-05));
}
BM_FUNCTION bm_cospi_core(double z) {
  return bm_fma(bm_p2(z, 4.300724831675144e-06, -1.3435271519780108e-07), bm_pow8(z),
                bm_p8(z, 1.0, -4.934802200544679, 4.058712126416768, -1.335262768854555, 0.235330630357996,
                      -0.02580689137660447, 0.001929574187359324, -0.00010463741712642142));
}

/* lgamma(2 + t) for |t| <= 1/2. */
BM_FUNCTION bm_lgamma_near_two(double t) {
  double low = bm_p8(t, 0.42278433509846713, 0.32246703342411326, -0.0673523010531956, 0.020580808427777205,
                     -0.007385551028937928, 0.0028905103312121473, -0.0011927539009216014, 0.0005096695109385089);
  double high = bm_p8(t, -0.0002231549786741817, 9.945773319995429e-05, -4.492371718543423e-05,
                      2.050513965988087e-05, -9.456337751936825e-06, 4.3866474918125766e-06, -1.974189124125903e-06,
                      9.156117019514479e-07);
  double top = bm_p2(t, -5.812496573811792e-07, 2.829204031852738e-07), t8 = bm_pow8(t);
  return t * bm_fma(bm_fma(top, t8, high), t8, low);
}

/* (lgamma(x) - (x - 1/2) log x + x - log(2 pi) / 2) x for x >= 4, in y = 1 / x^2: Stirling's series, minimax. */
BM_FUNCTION bm_stirling_core(double y) {
  double low = bm_p8(y, 0.08333333333333333, -0.002777777777777119, 0.0007936507932092391, -0.0005952379792982022,
                     0.0008417350976317458, -0.0019162618797245975, 0.006345365570518597, -0.027322862908030487);
  return bm_fma(bm_p3(y, 0.1266038771587763, -0.47792019754594006, 0.9682185369813364), bm_pow8(y), low);
}

/* lgamma: far, by Stirling's series at z >= 4; near, as lgamma(2 + t) + sign (log(1 + f) + k log 2). */
BM_FUNCTION bm_lgamma_core(int far, double z, double t, double f, double k, double sign) {
  BM_EXACT
  double w = 1 / z, kz, fz = bm_log_reduce(z, &kz);
  double high = bm_log_core_less(far ? fz : f, far ? kz : k, far ? 1 : 0);
  double tail = bm_fma(bm_stirling_core(w * w), w, 0.41893853320467274), near = bm_lgamma_near_two(t);
  return bm_fma(far ? z - 0.5 : sign, high, far ? tail : near);
}

/* log |gamma(x)|: near 4 and below by lgamma(x + 1) = lgamma(x) + log x, below -1/2 by reflection. */
BM_FUNCTION bm_lgamma(double x) {
  BM_EXACT
  int reflect = x < -0.5;
  double z = reflect ? -x : x, whole = bm_near(z), t = z - whole;
  double p = bm_select(z < 1.5, z, 1);
  p = bm_select(z <= 0.5, bm_abs(z) * (1 + z), p);
  p = bm_select(z > 2.5, z - 1, p);
  p = bm_select(z >= 3.5, (z - 1) * (z - 2), p);
  p = bm_select(z >= 4, z, p);
  int far = z >= 4;
  double w = 1 / z, k, f = bm_log_reduce(p, &k), high = bm_log_core_less(f, k, far ? 1 : 0);
  double tail = bm_fma(bm_stirling_core(w * w), w, 0.41893853320467274), near = bm_lgamma_near_two(t);
  double r = bm_fma(far ? z - 0.5 : z < 1.5 ? -1 : 1, high, far ? tail : near);
  double sine = z * bm_abs(t * bm_sinpi_core(t * t)), j, g = bm_log_reduce(sine, &j);
  double other = 1.1447298858494002 - bm_log_core(g, j) - r; /* log(pi / (z |sin(pi z)|)) - lgamma(z) */
  r = reflect ? other : r;
  r = x <= 0 && t == 0 ? BM_INF : r;
  r = x == 0 ? BM_INF : r;
  return bm_abs(x) == BM_INF ? BM_INF : r;
}

/* log(n!) = lgamma(n + 1), n >= 0: below 4 as lgamma(2 + t) + log(product). */
BM_FUNCTION bm_log_factorial(double n) {
  BM_EXACT
  int far = n >= 4, low = n <= 0.5;
  double z = n + 1, w = 1 / z, p = bm_select(n < 1.5, 1, n);
  p = bm_select(n > 2.5, n * (n - 1), p);
  p = bm_select(n >= 3.5, n * (n - 1) * (n - 2), p);
  p = bm_select(far, z, p);
  double k, f = bm_log_reduce(p, &k), j, g = bm_log1p_reduce(n, &j);
  double high = bm_log_core_less(bm_select(low, g, f), bm_select(low, j, k), bm_select(far, 1, 0));
  double tail = bm_fma(bm_stirling_core(w * w), w, 0.41893853320467274), near = bm_lgamma_near_two(n - bm_near(n));
  double r = bm_fma(bm_select(far, z - 0.5, bm_select(low, -1, 1)), high, bm_select(far, tail, near));
  r = bm_select(n == BM_INF, n, r);
  return bm_select(n >= 0, r, BM_NAN);
}

/* lgamma(x + 1) - (x + 1/2) log x + x - log(2 pi) / 2, x >= 0: Stirling's series from 4, a polynomial in
 * (x - 2) / (x + 2) from 1, below by the recurrence. */
BM_FUNCTION bm_stirling_error(double x) {
  BM_EXACT
  int low = x < 1, tiny = x < 0x1p-1000;
  double z = bm_select(low, x + 1, x), w = 1 / z, u = (z - 2) / (z + 2), u8 = bm_pow8(u);
  double a = bm_p8(u, 0.0826813919108186, 0.0024600201298117987, -0.004400437682217558, 0.005534708839656719,
                   -0.005883028230475923, 0.00567051983811629, -0.00516420562239047, 0.0045646820817158125);
  double b = bm_p8(u, -0.003982497975262492, 0.0034626950895665864, -0.0030158123285304855, 0.002637549111831791,
                   -0.0023165784016628277, 0.002046916426818598, -0.0018492820157571745, 0.0016646267760286582);
  double c = bm_p4(u, -0.0012726435487328677, 0.0010985818714001547, -0.0019439602581752563, 0.0018671639741046158);
  double r = w * bm_select(x < 4, bm_fma(bm_fma(c, u8, b), u8, a), bm_stirling_core(w * w));
  double k, f = bm_log1p_reduce(1 / bm_select(tiny, x * 0x1p60, x), &k);
  double step = bm_fma(x + 0.5, bm_log_core(f, k + bm_select(tiny, 60, 0)), -1);
  r = bm_select(low, r + step, r);
  r = bm_select(x == 0, BM_INF, r);
  return bm_select(x >= 0, r, BM_NAN);
}

/* x log(x / m) + m - x = x (q - 1 - log q), q = m / x = 2^k (1 + f); 0 <= x, m. */
BM_FUNCTION bm_deviance_term(double x, double m) {
  BM_EXACT
  int tiny = m < x * 0x1p-1000;
  double k, q = bm_select(tiny, m * 0x1p600, m) / bm_select(tiny, x * 0x1p-600, x);
  double g = bm_log_reduce(bm_select(q == BM_INF, 0x1p1023, q), &k);
  int close = !tiny & (k < 50) & (k > -900);
  double n = bm_select(close, k, 0), scale = bm_from_bits((bm_bits(n + (0x1.8p52 + 1023))) << 52), above = scale - 1;
  double f = bm_select(close, (m * bm_from_bits(bm_bits(0x1.8p52 + 1023 - n) << 52) - x) / x, g);
  k = bm_select(tiny, k - 1200, k);
  double low = bm_log_low(f, k), r = x * bm_add(bm_fma(above, f, bm_fma(-k, BM_LN2_HI, above)), low);
  double far = bm_add(m, -x) - x * bm_fma(k, BM_LN2_HI, bm_add(f, -low));
  r = bm_select(close, r, far);
  r = bm_select((m == 0) | (x == BM_INF) | (m == BM_INF), BM_INF, r);
  r = bm_select(x == 0, m, r);
  return bm_select((x >= 0) & (m >= 0) & ((x < BM_INF) | (m < BM_INF)), r, BM_NAN);
}

/* d log gamma(x) / dx: by 1 / x, ..., 1 / (x + 3) to x >= 4, below 0 by reflection. */
BM_FUNCTION bm_digamma(double x) {
  BM_EXACT
  double z = x <= 0 ? 1 - x : x;
  int near = z < 4;
  double up = near ? z + 4 : z, w = 1 / up, y = w * w;
  double shift = (near ? bm_p4(z, 6, 22, 18, 4) : 0) / (near ? z * bm_p4(z, 6, 11, 6, 1) : 1);
  double low = bm_p8(y, 0.08333333333333333, -0.008333333333331666, 0.003968253966916702, -0.004166666244972913,
                     0.007575688341755547, -0.02108600320593889, 0.08290200016622046, -0.42460360343057063);
  double tail = bm_fma(bm_p4(y, 2.482899199657148, -13.589287050060994, 54.55180729537891, -110.78801542059678),
                       bm_pow8(y), low);
  double k, f = bm_log_reduce(up, &k);
  double r = bm_log_core(f, k) - bm_fma(y, tail, 0.5 * w) - shift;
  double t = x - bm_near(x), t2 = t * t;
  double other = r - 3.141592653589793 * bm_cospi_core(t2) / (t * bm_sinpi_core(t2));
  r = x <= 0 ? other : r;
  r = x <= 0 && t == 0 ? BM_NAN : r;
  return x == BM_INF ? x : r;
}

/* d^2 log gamma(x) / dx^2: by 1 / x^2, ..., 1 / (x + 3)^2 to x >= 4, below 0 by reflection. */
BM_FUNCTION bm_trigamma(double x) {
  BM_EXACT
  double z = x <= 0 ? 1 - x : x;
  int near = z < 4;
  double up = near ? z + 4 : z, w = 1 / up, y = w * w;
  double d = near ? bm_p4(z, 6, 11, 6, 1) : 1;
  double shift = (near ? bm_p5(z, 49, 96, 72, 24, 3) : 0) / (d * d), first = near ? 1 / (z * z) : 0;
  double low = bm_p8(y, 0.16666666666666666, -0.03333333333332803, 0.023809523804513247, -0.03333333146534975,
                     0.07575721135236493, -0.2530707558031371, 1.163381195166653, -6.918183048731878);
  double tail = bm_fma(bm_p5(y, 48.357743666073915, -341.7396083648308, 2034.5301009756288, -8309.835733802523,
                             16584.164708582168), bm_pow8(y), low);
  double r = first + (shift + (w + bm_fma(y * w, tail, 0.5 * y)));
  double t = x - bm_near(x), q = 3.141592653589793 / (t * bm_sinpi_core(t * t)), other = q * q - r;
  r = x <= 0 ? other : r;
  r = x <= 0 && t == 0 ? BM_INF : r;
  return x == -BM_INF ? BM_NAN : r;
}

/* x^2 - h for h = x^2 rounded. */
BM_FUNCTION bm_square_low(double x, double h) {
  BM_EXACT
#if BM_HAS_FMA
  return bm_fma(x, x, -h);
#else
  double a = bm_from_bits(bm_bits(x) & 0xfffffffff8000000), b = bm_add(x, -a);
  return bm_add(bm_add(bm_add(bm_mul(a, a), -h), bm_mul(2 * a, b)), bm_mul(b, b));
#endif
}

/* e^(-c x^2), c a power of two: the rounding of the square is made good. */
BM_FUNCTION bm_exp_square(double x, double c) {
  BM_EXACT
  double h = x * x, low = bm_square_low(x, h), n, r = bm_exp_reduce(-c * h, &n);
  double y = bm_scale(bm_expm1_core(bm_add(r, -c * low)), n);
  return c * h > 745.14 ? 0 : y;
}

/* e^(x^2) erfc(x) for x >= 0, in t = (x - 15/4) / (x + 15/4) (Shepherd and Laframboise 1981). */
BM_FUNCTION bm_erfcx_core(double x) {
  double t = (x - 3.75) / (x + 3.75), t8 = bm_pow8(t);
  double low = bm_p8(t, -0.14024059858554697, 0.003585415485464707, 0.08227673849014668, -0.1088039301417627,
                     0.09230432116033789, -0.05869339858936766, 0.028362277419446257, -0.009746579560717844);
  double middle = bm_p8(t, 0.001755625849538627, 0.0002937136813786476, -0.0002901540665279434, 5.164904031508994e-05,
                        2.2384201677125122e-05, -1.1444003557234706e-05, -9.734943287949125e-07,
                        1.7514063635772923e-06);
  double high = bm_p8(t, -5.7292886500114833e-08, -2.5842138621243153e-07, 2.331679898507751e-08,
                      3.8508190320717515e-08, -3.765863043972207e-09, -5.109149484124697e-09, 3.149639855649308e-10,
                      4.1415751195346055e-10);
  double y = bm_fma(bm_fma(bm_fma(high, t8, middle), t8, low), t, 1.2375126308378275) / (1 + 2 * x);
  return x > 1e17 ? 0.5641895835477563 / x : y;
}

/* erf(x) for |x| <= 1, as x + x (erf(x) / x - 1). */
BM_FUNCTION bm_erf_core(double x) {
  double z = x * x;
  double low = bm_p8(z, 0.12837916709551256, -0.3761263890318375, 0.11283791670954858, -0.026866170645072903,
                     0.0052239776247807995, -0.0008548326978731067, 0.00012055331036263046, -1.4925593486749649e-05);
  low = bm_fma(bm_p5(z, 1.6460972425539068e-06, -1.6350020430624902e-07, 1.4657843773063121e-08,
                     -1.1365513300379408e-09, 5.944983433749182e-11), bm_pow8(z), low);
  return bm_fma(low, x, x);
}

/* erfc(x); 4 ulp. */
BM_FUNCTION bm_erfc(double x) {
  double a = bm_abs(x), y = bm_exp_square(a, 1) * bm_erfcx_core(a), near = 1 - bm_erf_core(x);
  y = x < 0 ? 2 - y : y;
  return a < 0.5 ? near : y;
}

/* erf(x); 2 ulp. */
BM_FUNCTION bm_erf(double x) {
  double a = bm_abs(x), near = bm_erf_core(x), far = 1 - bm_exp_square(a, 1) * bm_erfcx_core(a);
  far = x < 0 ? -far : far;
  return a < 1 ? near : far;
}

/* e^(x^2) erfc(x), below 0 as 2 e^(x^2) - erfcx(-x). */
BM_FUNCTION bm_erfcx(double x) {
  BM_EXACT
  double y = bm_erfcx_core(bm_abs(x)), h = x * x, n, r = bm_exp_reduce(h, &n);
  double below = 2 * bm_scale(bm_expm1_core(bm_add(r, bm_square_low(x, h))), n) - y;
  below = x < -26.7 ? BM_INF : below;
  return x < 0 ? below : y;
}

/* log(erfc(x)) = log(erfcx(x)) - x^2, below 0.8 log1p(-erf(x)). */
BM_FUNCTION bm_log_erfc(double x) {
  BM_EXACT
  double a = bm_abs(x), y = bm_erfcx_core(a), k, f = bm_log_reduce(y, &k);
  double w = bm_select(a < 1, -bm_erf_core(x), 1 - bm_exp_square(a, 1) * y), j, g = bm_log1p_reduce(w, &j);
  int near = x < 0.8;
  double r = bm_log_core(bm_select(near, g, f), bm_select(near, j, k));
  return bm_select(near, r, r - x * x);
}

/* Phi(-a) for a >= 0 over y = erfcx(a / sqrt(2)) / 2. */
BM_FUNCTION bm_Phi_core(double a, double y) {
  double near = bm_fma(-0.5, bm_erf_core(a * 0.7071067811865476), 0.5), far = y * bm_exp_square(a, 0.5);
  return bm_select(a < 0.6, near, far);
}

/* Standard normal cdf, erfc(-x / sqrt(2)) / 2; 4 ulp. */
BM_FUNCTION bm_Phi(double x) {
  double a = bm_abs(x), y = bm_Phi_core(a, 0.5 * bm_erfcx_core(a * 0.7071067811865476));
  return x > 0 ? 1 - y : y;
}

/* log of the standard normal cdf: log(erfcx(-x / sqrt(2)) / 2) - x^2 / 2, above 0 log1p(-Phi(-x)). */
BM_FUNCTION bm_log_Phi(double x) {
  BM_EXACT
  double a = bm_abs(x), y = 0.5 * bm_erfcx_core(a * 0.7071067811865476), k, f = bm_log_reduce(y, &k);
  double j, g = bm_log1p_reduce(-bm_Phi_core(a, y), &j);
  int above = x > 0;
  double r = bm_log_core(bm_select(above, g, f), bm_select(above, j, k));
  return bm_select(above, r, r - 0.5 * x * x);
}

#endif
