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

BM_FUNCTION bm_from_bits(unsigned long long u) { double x; __builtin_memcpy(&x, &u, 8); return x; }
static inline __attribute__((always_inline, unused)) unsigned long long bm_bits(double x) {
  unsigned long long u; __builtin_memcpy(&u, &x, 8); return u;
}

/* bm_add, bm_sub, bm_mul and bm_fma are rounded as written and never re-associated with what uses them. clang is told
 * so per block, by BM_EXACT at the top of a body; a unary minus does not heed it, so differences take bm_sub. gcc's
 * barrier does not survive its vectoriser, but a call of fma does. */
#if defined(__FMA__) || defined(__aarch64__) || defined(__FP_FAST_FMA)
#define BM_HAS_FMA 1
#else
#define BM_HAS_FMA 0
#endif

#if defined(__clang__)
#define BM_EXACT _Pragma("clang fp reassociate(off)")
BM_FUNCTION bm_add(double a, double b) { BM_EXACT return a + b; }
BM_FUNCTION bm_sub(double a, double b) { BM_EXACT return a - b; }
BM_FUNCTION bm_mul(double a, double b) { BM_EXACT return a * b; }
#elif BM_HAS_FMA
#define BM_EXACT
BM_FUNCTION bm_add(double a, double b) {
  return __builtin_constant_p(a) ? __builtin_fma(b, 1.0, a) : __builtin_fma(a, 1.0, b); /* constants would fold */
}
BM_FUNCTION bm_sub(double a, double b) {
  return __builtin_constant_p(b) ? __builtin_fma(a, 1.0, -b) : __builtin_fma(b, -1.0, a);
}
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
BM_FUNCTION bm_add(double a, double b) { return bm_kept(bm_kept(a) + bm_kept(b)); }
BM_FUNCTION bm_sub(double a, double b) { return bm_kept(bm_kept(a) - bm_kept(b)); }
BM_FUNCTION bm_mul(double a, double b) { return bm_kept(bm_kept(a) * bm_kept(b)); }
#endif

/* a b + c, rounded once where the machine can; elsewhere for products that are exact or need not be. */
BM_FUNCTION bm_fma(double a, double b, double c) {
#if BM_HAS_FMA
  return __builtin_fma(a, b, c);
#else
  return bm_add(bm_mul(a, b), c);
#endif
}

/* a b + c for c close to -a b: the product's low part counts. */
BM_FUNCTION bm_residual(double a, double b, double c) {
#if BM_HAS_FMA
  return __builtin_fma(a, b, c);
#else /* a and b in halves (Dekker 1971) */
  double ah = bm_from_bits(bm_bits(a) & 0xfffffffff8000000), al = bm_sub(a, ah), p = bm_mul(a, b);
  double bh = bm_from_bits(bm_bits(b) & 0xfffffffff8000000), bl = bm_sub(b, bh);
  double low = bm_add(bm_sub(bm_mul(ah, bh), p), bm_add(bm_mul(ah, bl), bm_mul(al, bh)));
  return bm_add(bm_add(p, c), bm_add(low, bm_mul(al, bl)));
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

/* c ? a : b by masks: chains of conditional expressions on one variable turn into jumps that gcc does not undo. */
BM_FUNCTION bm_select(int c, double a, double b) {
  unsigned long long mask = -(unsigned long long)c;
  return bm_from_bits((bm_bits(a) & mask) | (bm_bits(b) & ~mask));
}

/* y, negated where x is negative. */
BM_FUNCTION bm_turn_by(double y, double x) { return bm_from_bits(bm_bits(y) ^ (bm_bits(x) & 1ULL << 63)); }

/* Nearest whole number; SSE2 has no instruction for it. */
#if defined(__SSE2__) && !defined(__SSE4_1__)
BM_FUNCTION bm_near(double x) {
  BM_EXACT
  double a = __builtin_fabs(x), y = bm_sub(bm_add(a, 0x1p52), 0x1p52);
  return bm_select(a < 0x1p52, bm_turn_by(y, x), x);
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
  double tail = bm_p8(r, 0.5, 0.16666666666666677, 0.0416666666666667, 0.008333333333321615, 0.0013888888888866982,
                      0.00019841269886159115, 2.48015873602953e-05, 2.7557244181058537e-06);
  tail = bm_fma(bm_p3(r, 2.75572429690362e-07, 2.5109045220203563e-08, 2.092438138534023e-09), bm_pow8(r), tail);
  return bm_fma(r * r, tail, r);
}

/* e^x for x <= 0, x = n log 2 + r; 1 ulp. */
BM_FUNCTION bm_exp_negative(double x) {
  double n, r = bm_exp_reduce(x, &n), y = bm_scale(bm_expm1_core(r), n);
  return bm_select(x < -745.14, 0, y);
}

/* e^x; 1 ulp. */
BM_FUNCTION bm_exp(double x) {
  double y = bm_exp_negative(x);
  return bm_select(x > 709.782712893384, BM_INF, y);
}

/* (2^n (e^r - 1) + (2^n - 1)) / 2 for n <= 1024. */
BM_FUNCTION bm_half_expm1(double q, double n) {
  BM_EXACT
  double s = bm_from_bits((bm_bits(n + 0x1.8p52) + 1022) << 52);
  return bm_fma(s, q, bm_sub(s, 0.5));
}

/* e^x - 1; 2 ulp. */
BM_FUNCTION bm_expm1(double x) {
  double n, q = bm_expm1_core(bm_exp_reduce(x, &n)), y = 2 * bm_half_expm1(q, n);
  y = bm_select(n == 0, q, y);
  y = bm_select(x < -40, -1, y);
  return bm_select(x > 709.782712893384, BM_INF, y);
}

/* f - log(1 + f) - k LN2_LO, f in [sqrt(1/2) - 1, sqrt(2) - 1]: log(1 + f) = 2 atanh(s) = f - s (f - R(s^2)),
 * s = f / (2 + f). */
BM_FUNCTION bm_log_low(double f, double k) {
  BM_EXACT
  double s = f / (2 + f), z = s * s;
  double tail = bm_p7(z, 0.6666666666666734, 0.39999999999415975, 0.2857142874213641, 0.2222219859420994,
                      0.1818356349062061, 0.153140656341761, 0.14795856564117715);
  return bm_fma(-(s * z), tail, bm_fma(s, f, -(k * BM_LN2_LO)));
}

/* log(1 + f) + k log 2 and, for whole c, c less; f as above. */
BM_FUNCTION bm_log_core(double f, double k) {
  BM_EXACT
  return bm_fma(k, BM_LN2_HI, bm_sub(f, bm_log_low(f, k)));
}
BM_FUNCTION bm_log_core_less(double f, double k, double c) {
  BM_EXACT
  return bm_add(bm_fma(k, BM_LN2_HI, -c), bm_sub(f, bm_log_low(f, k)));
}

/* x > 0 as m 2^k, m in [sqrt(1/2), sqrt(2)): gives m - 1, sets *k. */
BM_FUNCTION bm_log_reduce(double x, double *k) {
  BM_EXACT
  int tiny = x < 0x1p-1022;
  double y = bm_select(tiny, x * 0x1p54, x);
  unsigned long long u = bm_bits(y) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  *k = bm_add(bm_from_bits((u >> 52) | 0x4330000000000000), bm_select(tiny, -(0x1p52 + 1077), -(0x1p52 + 1023)));
  return bm_from_bits((u & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd) - 1;
}

/* r where x > 0 is finite, else what a logarithm gives there: -inf at 0, inf at inf, NaN below 0. */
BM_FUNCTION bm_log_edges(double x, double r) {
  r = bm_select(x > 0, r, -BM_INF);
  r = bm_select(x >= 0, r, BM_NAN);
  return bm_select(x == BM_INF, x, r);
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
  double f = bm_fma(x, scale, bm_sub(scale, 1));
  *k = bm_sub(bm_from_bits((u >> 52) | 0x4330000000000000), (0x1p52 + 1023));
  return bm_select(x > 0x1p60, large, f);
}

/* log(1 + x); 2 ulp. */
BM_FUNCTION bm_log1p(double x) {
  double k, f = bm_log1p_reduce(x, &k);
  return bm_log_edges(1 + x, bm_log_core(f, k));
}

/* log(1 + e) for e in [0, 1], without a division, so that it follows an exponential closely. */
BM_FUNCTION bm_log1p_unit(double e) {
  BM_EXACT
  int half = e > 0.41421356237309503; /* log(1 + e) = log 2 + log(1 + (e - 1) / 2) */
  double f = bm_select(half, bm_fma(e, 0.5, -0.5), e), base = bm_select(half, 0.6931471805599453, 0);
  double low = bm_p8(f, -0.5000000000000003, 0.33333333333333026, -0.24999999999974884, 0.20000000000084947,
                     -0.16666666671360214, 0.14285714279661477, -0.12499999604240465, 0.11111111096273332);
  double high = bm_p8(f, -0.10000017945674244, 0.09090927537271783, -0.0833286402545245, 0.0769143132745922,
                     -0.07149936536330255, 0.06685954130846897, -0.06194393954941514, 0.056588670673696086);
  double top = bm_p4(f, -0.056778508173593145, 0.06529662866702693, -0.060069409922424634,
                     0.026180356619738557);
  double f8 = bm_pow8(f);
  return bm_add(base, bm_fma(f * f, bm_fma(bm_fma(top, f8, high), f8, low), f));
}

BM_FUNCTION bm_abs(double x) { return __builtin_fabs(x); }
BM_FUNCTION bm_sqrt(double x) { return __builtin_sqrt(x); }

/* 1 / (1 + e^-x), over e^-|x|; 2 ulp. */
BM_FUNCTION bm_inv_logit(double x) {
  double e = bm_exp_negative(-bm_abs(x)), q = bm_select(x < 0, e, 1) / (1 + e);
  double low = bm_fma(-e, q, e); /* e / (1 + e) = e - e^2 / (1 + e), with less error */
  return bm_select(x < 0, low, q);
}

/* log(1 + e^x) = max(x, 0) + log1p(e^-|x|); 2.1 ulp. */
BM_FUNCTION bm_log1p_exp(double x) { return bm_select(x > 0, x, 0) + bm_log1p_unit(bm_exp_negative(-bm_abs(x))); }

/* log(1 / (1 + e^-x)); 2.1 ulp. */
BM_FUNCTION bm_log_inv_logit(double x) { return bm_select(x < 0, x, 0) - bm_log1p_unit(bm_exp_negative(-bm_abs(x))); }

/* log(1 / (1 + e^x)); 2.1 ulp. */
BM_FUNCTION bm_log1m_inv_logit(double x) { return -bm_log1p_exp(x); }

/* log(e^x + e^y); 2 ulp of the larger of the result and max(x, y). */
BM_FUNCTION bm_log_sum_exp(double x, double y) {
  double high = x > y ? x : y, gap = bm_select(x == y, 0, -bm_abs(x - y));
  return high + bm_log1p_unit(bm_exp_negative(gap));
}

/* log(1 - e^x) for x <= 0: log(-expm1(x)) above -log 2, log1p(-e^x) below (Machler 2012); 2 ulp. */
BM_FUNCTION bm_log1m_exp(double x) {
  double n, q = bm_expm1_core(bm_exp_reduce(x, &n)), e = bm_scale(q, n);
  double k, f = bm_log_reduce(bm_select(n == 0, -q, -2 * bm_half_expm1(q, n)), &k);
  int near = x > -0.6931471805599453, middle = e > 0.2928932188134524;
  double s = bm_from_bits((bm_bits(n + 0x1.8p52) + 1024) << 52); /* 1 - 2 e without the rounding of e */
  double far = bm_select(middle, bm_fma(-s, q, bm_sub(1, s)), -e);
  double r = bm_log_core(bm_select(near, f, far), bm_select(near, k, bm_select(middle, -1, 0)));
  r = bm_select(x < -745.14, 0, r);
  r = bm_select(x < 0, r, -BM_INF);
  return bm_select(x <= 0, r, BM_NAN);
}

/* log(e^x - e^y) for x >= y; 2 ulp of the larger of the result and x, and one rounding of y - x. */
BM_FUNCTION bm_log_diff_exp(double x, double y) {
  double r = x + bm_log1m_exp(bm_select(y == -BM_INF, y, y - x));
  r = bm_select(y == -BM_INF, x, r);
  return bm_select(y == BM_INF, BM_NAN, r);
}

/* tanh(x) = 1 - 2 e / (1 + e), e = exp(-2 |x|), and a polynomial below 0.55; 2 ulp. */
BM_FUNCTION bm_tanh(double x) {
  double a = bm_abs(x), e = bm_exp_negative(-2 * a), z = x * x, far = 1 - 2 * e / (1 + e);
  double tail = bm_p8(z, -0.3333333333333235, 0.133333333331733, -0.05396825387815056, 0.021869486020627844,
                      -0.008863195077874796, 0.0035917240380108424, -0.001453236988286899, 0.0005791938411381263);
  tail = bm_fma(bm_p2(z, -0.00021039059460946754, 5.1079573374205764e-05), bm_pow8(z), tail);
  double near = bm_fma(x * z, tail, x);
  return bm_select(a < 0.55, near, bm_turn_by(far, x));
}

/* x log(y), 0 where x is 0; 2 ulp. */
BM_FUNCTION bm_x_log_y(double x, double y) {
  double r = x * bm_log(y);
  return bm_select((x == 0) & (y == y), 0, r);
}

/* x log(1 + y), 0 where x is 0; 3 ulp. */
BM_FUNCTION bm_x_log1p_y(double x, double y) {
  double r = x * bm_log1p(y);
  return bm_select((x == 0) & (y == y), 0, r);
}

/* sin(pi r) / r and cos(pi r) for |r| <= 1/2, in z = r^2. */
BM_FUNCTION bm_sinpi_core(double z) {
  return bm_fma(7.697867782956378e-07, bm_pow8(z),
                bm_p8(z, 3.141592653589793, -5.167712780049969, 2.5501640398773007, -0.5992645293189474,
                      0.08214588657314421, -0.007370430506269508, 0.0004662998178563369, -2.1903501176412406e-05));
}
BM_FUNCTION bm_cospi_core(double z) {
  return bm_fma(bm_p2(z, 4.300724831675144e-06, -1.3435271519780108e-07), bm_pow8(z),
                bm_p8(z, 1.0, -4.934802200544679, 4.058712126416768, -1.335262768854555, 0.235330630357996,
                      -0.02580689137660447, 0.001929574187359324, -0.00010463741712642142));
}

/* lgamma(2 + t) for |t| <= 1/2. */
BM_FUNCTION bm_lgamma_near_two(double t) {
  double low = bm_p8(t, 0.42278433509846713, 0.32246703342411326, -0.0673523010531956, 0.020580808427777212,
                     -0.007385551028937951, 0.002890510331211742, -0.0011927539009205467, 0.0005096695109483659);
  double high = bm_p8(t, -0.000223154978693207, 9.945773307201883e-05, -4.4923717015635996e-05,
                      2.0505140604264083e-05, -9.456338556936806e-06, 4.386643508620335e-06, -1.974187174871504e-06,
                      9.156206544728486e-07);
  double top = bm_p2(t, -5.812515588202127e-07, 2.8291207981596066e-07), t8 = bm_pow8(t);
  return t * bm_fma(bm_fma(top, t8, high), t8, low);
}

/* (lgamma(x) - (x - 1/2) log x + x - log(2 pi) / 2) x for x >= 4, in y = 1 / x^2: Stirling's series, minimax. */
BM_FUNCTION bm_stirling_core(double y) {
  double low = bm_p8(y, 0.08333333333333333, -0.002777777777777119, 0.000793650793209347, -0.0005952379793152072,
                     0.0008417350989901501, -0.0019162619435809437, 0.006345367467248524, -0.027322899352130874);
  return bm_fma(bm_p3(y, 0.1266043202401556, -0.4779233110015101, 0.9682281803157113), bm_pow8(y), low);
}

/* lgamma(z) for z >= -1/2, t = z - nearest(z): Stirling's series from 4, below by lgamma(z + 1) = lgamma(z) + log z. */
BM_FUNCTION bm_lgamma_upper(double z, double t) {
  BM_EXACT
  int far = z >= 4;
  double p = bm_select(z < 1.5, z, 1);
  p = bm_select(z <= 0.5, bm_abs(z) * (1 + z), p);
  p = bm_select(z > 2.5, z - 1, p);
  p = bm_select(z >= 3.5, (z - 1) * (z - 2), p);
  p = bm_select(far, z, p);
  double w = 1 / z, k, f = bm_log_reduce(p, &k), high = bm_log_core_less(f, k, bm_select(far, 1, 0));
  double tail = bm_fma(bm_stirling_core(w * w), w, 0.41893853320467274), near = bm_lgamma_near_two(t);
  return bm_fma(bm_select(far, z - 0.5, bm_select(z < 1.5, -1, 1)), high, bm_select(far, tail, near));
}

/* log |gamma(x)|, below -1/2 by reflection. */
BM_FUNCTION bm_lgamma(double x) {
  BM_EXACT
  int reflect = x < -0.5;
  double z = bm_select(reflect, -x, x), t = z - bm_near(z), r = bm_lgamma_upper(z, t);
  double sine = z * bm_abs(t * bm_sinpi_core(t * t)), j, g = bm_log_reduce(sine, &j);
  double other = 1.1447298858494002 - bm_log_core(g, j) - r; /* log(pi / (z |sin(pi z)|)) - lgamma(z) */
  r = bm_select(reflect, other, r);
  return bm_select((x == 0) | (reflect & (t == 0)) | (bm_abs(x) == BM_INF), BM_INF, r);
}

/* lgamma of positive numbers at less cost, NaN below 0. */
BM_FUNCTION bm_lgamma_positive(double x) {
  double r = bm_lgamma_upper(x, x - bm_near(x));
  r = bm_select((x == 0) | (x == BM_INF), BM_INF, r);
  return bm_select(x >= 0, r, BM_NAN);
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
  double a = bm_p8(u, 0.0826813919108186, 0.0024600201298117983, -0.0044004376822175595, 0.005534708839656726,
                   -0.005883028230475574, 0.005670519838115481, -0.005164205622420689, 0.004564682081778869);
  double b = bm_p8(u, -0.003982497973948921, 0.003462695086691507, -0.0030158123609237706, 0.0026375491865360525,
                   -0.0023165779268967336, 0.0020469153002915545, -0.001849286116140238, 0.0016646365511197281);
  double c = bm_p4(u, -0.001272624271646843, 0.001098536552093364, -0.0019439983036670704, 0.0018672510047495839);
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
  double c = bm_select(x > 1, 0x1p-30, 1), cx = c * x; /* against overflow */
  double f = bm_select(close, (c * m * bm_from_bits(bm_bits(0x1.8p52 + 1023 - n) << 52) - cx) / cx, g);
  k = bm_select(tiny, k - 1200, k);
  double low = bm_log_low(f, k), r = x * bm_add(bm_fma(above, f, bm_fma(-k, BM_LN2_HI, above)), low);
  double far = bm_sub(m, x) - x * bm_fma(k, BM_LN2_HI, bm_sub(f, low));
  r = bm_select(close, r, far);
  r = bm_select((m == 0) | (x == BM_INF) | (m == BM_INF), BM_INF, r);
  r = bm_select(x == 0, m, r);
  return bm_select((x >= 0) & (m >= 0) & ((x < BM_INF) | (m < BM_INF)), r, BM_NAN);
}

/* d log gamma(x) / dx: by 1 / x, ..., 1 / (x + 3) to x >= 4, below 0 by reflection. */
BM_FUNCTION bm_digamma(double x) {
  BM_EXACT
  double z = bm_select(x <= 0, 1 - x, x);
  int near = z < 4;
  double up = bm_select(near, z + 4, z), w = 1 / up, y = w * w;
  double shift = bm_select(near, bm_p4(z, 6, 22, 18, 4), 0) / bm_select(near, z * bm_p4(z, 6, 11, 6, 1), 1);
  double low = bm_p8(y, 0.08333333333333333, -0.008333333333331666, 0.003968253966916916, -0.004166666245029573,
                     0.007575688349244933, -0.021086003779458126, 0.08290202745833196, -0.4246044342393564);
  double tail = bm_fma(bm_p4(y, 2.482915370128777, -13.589481539625375, 54.553123264565244, -110.7918451870856),
                       bm_pow8(y), low);
  double k, f = bm_log_reduce(up, &k);
  double r = bm_log_core(f, k) - bm_fma(y, tail, 0.5 * w) - shift;
  double t = x - bm_near(x), t2 = t * t;
  double other = r - 3.141592653589793 * bm_cospi_core(t2) / (t * bm_sinpi_core(t2));
  r = bm_select(x <= 0, other, r);
  r = bm_select((x <= 0) & (t == 0), BM_NAN, r);
  return bm_select(x == BM_INF, x, r);
}

/* d^2 log gamma(x) / dx^2: by 1 / x^2, ..., 1 / (x + 3)^2 to x >= 4, below 0 by reflection. */
BM_FUNCTION bm_trigamma(double x) {
  BM_EXACT
  double z = bm_select(x <= 0, 1 - x, x);
  int near = z < 4;
  double up = bm_select(near, z + 4, z), w = 1 / up, y = w * w;
  double d = bm_select(near, bm_p4(z, 6, 11, 6, 1), 1);
  double shift = bm_select(near, bm_p5(z, 49, 96, 72, 24, 3), 0) / (d * d), first = bm_select(near, 1 / (z * z), 0);
  double low = bm_p8(y, 0.16666666666666666, -0.03333333333332803, 0.023809523804510336, -0.03333333146450131,
                     0.07575721122870203, -0.253070745235929, 1.1633806226579937, -6.918162597234466);
  double tail = bm_fma(bm_p5(y, 48.35725546389768, -341.7318996677954, 2034.452819782, -8309.39023381424,
                             16583.040194368437), bm_pow8(y), low);
  double r = first + (shift + (w + bm_fma(y * w, tail, 0.5 * y)));
  double t = x - bm_near(x), q = 3.141592653589793 / (t * bm_sinpi_core(t * t)), other = q * q - r;
  r = bm_select(x <= 0, other, r);
  r = bm_select((x <= 0) & (t == 0), BM_INF, r);
  return bm_select(x == -BM_INF, BM_NAN, r);
}

/* e^(-c x^2), c a power of two: the rounding of the square is made good. */
BM_FUNCTION bm_exp_square(double x, double c) {
  BM_EXACT
  double h = x * x, low = bm_residual(x, x, -h), n, r = bm_exp_reduce(-c * h, &n);
  double y = bm_scale(bm_expm1_core(bm_add(r, -c * low)), n);
  return bm_select(c * h > 745.14, 0, y);
}

/* e^(x^2) erfc(x) for x >= 0, in t = (x - 15/4) / (x + 15/4) (Shepherd and Laframboise 1981). */
BM_FUNCTION bm_erfcx_core(double x) {
  double t = (x - 3.75) / (x + 3.75), t8 = bm_pow8(t);
  double low = bm_p8(t, -0.14024059858554697, 0.0035854154854647073, 0.08227673849014668, -0.1088039301417627,
                     0.09230432116033781, -0.058693398589367854, 0.028362277419447, -0.009746579560715375);
  double middle = bm_p8(t, 0.0017556258495347553, 0.00029371368136302327, -0.0002901540665150963, 5.16490403738103e-05,
                        2.23842016485211e-05, -1.1444003697915456e-05, -9.734942853921278e-07,
                        1.751406584366973e-06);
  double high = bm_p8(t, -5.729293073253905e-08, -2.584216125352786e-07, 2.3316827854367367e-08,
                      3.8508336368339594e-08, -3.765873904789427e-09, -5.1092033563591486e-09, 3.1496577023337973e-10,
                      4.1416617626211595e-10);
  double y = bm_fma(bm_fma(bm_fma(high, t8, middle), t8, low), t, 1.2375126308378275) / (1 + 2 * x);
  return bm_select(x > 1e17, 0.5641895835477563 / x, y);
}

/* erf(x) for |x| <= 1, as x + x (erf(x) / x - 1). */
BM_FUNCTION bm_erf_core(double x) {
  double z = x * x;
  double low = bm_p8(z, 0.12837916709551256, -0.3761263890318375, 0.11283791670954885, -0.026866170645077823,
                     0.005223977624827905, -0.0008548326981393706, 0.00012055331131738689, -1.492559574165119e-05);
  low = bm_fma(bm_p5(z, 1.6461007968459027e-06, -1.6350390624991793e-07, 1.4660289800414611e-08,
                     -1.1374800605825065e-09, 5.960415365014176e-11), bm_pow8(z), low);
  return bm_fma(low, x, x);
}

/* erfc(x); 4 ulp. */
BM_FUNCTION bm_erfc(double x) {
  double a = bm_abs(x), y = bm_exp_square(a, 1) * bm_erfcx_core(a), near = 1 - bm_erf_core(x);
  y = bm_select(x < 0, 2 - y, y);
  return bm_select(a < 0.5, near, y);
}

/* erf(x); 2 ulp. */
BM_FUNCTION bm_erf(double x) {
  double a = bm_abs(x), near = bm_erf_core(x), far = 1 - bm_exp_square(a, 1) * bm_erfcx_core(a);
  return bm_select(a < 1, near, bm_turn_by(far, x));
}

/* e^(x^2) erfc(x), below 0 as 2 e^(x^2) - erfcx(-x). */
BM_FUNCTION bm_erfcx(double x) {
  BM_EXACT
  double y = bm_erfcx_core(bm_abs(x)), h = x * x, n, r = bm_exp_reduce(h, &n);
  double below = 2 * bm_scale(bm_expm1_core(bm_add(r, bm_residual(x, x, -h))), n) - y;
  below = bm_select(x < -26.7, BM_INF, below);
  return bm_select(x < 0, below, y);
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
  return bm_select(x > 0, 1 - y, y);
}

/* log of the standard normal cdf: log(erfcx(-x / sqrt(2)) / 2) - x^2 / 2, near 0 log(Phi(x)), above 0
 * log1p(-Phi(-x)); 6 ulp. */
BM_FUNCTION bm_log_Phi(double x) {
  BM_EXACT
  double a = bm_abs(x), y = 0.5 * bm_erfcx_core(a * 0.7071067811865476), tail = bm_Phi_core(a, y);
  int above = x > 0, near = a < 0.6;
  double k, f = bm_log_reduce(bm_select(near, tail, y), &k), j, g = bm_log1p_reduce(-tail, &j);
  double r = bm_log_core(bm_select(above, g, f), bm_select(above, j, k));
  return bm_select(above | near, r, r - bm_mul(0.5 * x, x));
}

/* lgamma(x + d) - lgamma(x) for x, x + d > 0: Stirling's formula for both, subtracted term by term, at arguments
 * that 1 / x, ..., 1 / (x + 3) bring to 4 and more. */
BM_FUNCTION bm_lgamma_ratio(double x, double d) {
  BM_EXACT
  double y = x + d;
  int up_x = (x < 4) | ((y < 4) & (d > -4)), up_y = (y < 4) | ((x < 4) & (d < 4)), both = up_x & up_y;
  double a = bm_select(up_x, x + 4, x), b = bm_select(up_y, y + 4, y);
  double e = bm_select(both, d, bm_select(up_x, d - 4, bm_select(up_y, d + 4, d))); /* b - a */
  /* e (log b - 1) + (a - 1/2) log1p(e / a), which cancels for small e / a */
  double ratio = e / a, k, f = bm_log1p_reduce(ratio, &k), low = bm_log_low(f, k);
  double log_ratio = bm_fma(k, BM_LN2_HI, bm_sub(f, low));
  double kb, fb = bm_log_reduce(b, &kb), log_b = bm_log_core(fb, kb);
  double r = bm_select(k == 0, bm_fma(e, log_b, -bm_fma(a, low, 0.5 * log_ratio)),
                       bm_fma(e, log_b - 1, (a - 0.5) * log_ratio));
  /* The series' p(v) / b - p(u) / a, u = 1 / a^2, v = 1 / b^2, by a divided difference. */
  double u = 1 / (a * a), v = 1 / (b * b), p = 0.9682281803157113, q = 0;
  q = p, p = bm_fma(p, v, -0.4779233110015101);
  q = bm_fma(q, u, p), p = bm_fma(p, v, 0.1266043202401556);
  q = bm_fma(q, u, p), p = bm_fma(p, v, -0.027322899352130874);
  q = bm_fma(q, u, p), p = bm_fma(p, v, 0.006345367467248524);
  q = bm_fma(q, u, p), p = bm_fma(p, v, -0.0019162619435809437);
  q = bm_fma(q, u, p), p = bm_fma(p, v, 0.0008417350989901501);
  q = bm_fma(q, u, p), p = bm_fma(p, v, -0.0005952379793152072);
  q = bm_fma(q, u, p), p = bm_fma(p, v, 0.000793650793209347);
  q = bm_fma(q, u, p), p = bm_fma(p, v, -0.002777777777777119);
  q = bm_fma(q, u, p), p = bm_fma(p, v, 0.08333333333333333);
  r -= e / a / b * bm_fma(q / a, 1 / a + 1 / b, p);
  /* log of the product y (y + 1) (y + 2) (y + 3) over that of x */
  double wx = x * (x + 3), wy = y * (y + 3), step = d * (x + y + 3);
  double px = bm_select(up_x, wx * (wx + 2), 1), py = bm_select(up_y, wy * (wy + 2), 1);
  double more = step * (wx + wx + 2 + step), j, h;
  int close = both & (bm_abs(more) < 0.4 * px), huge = !close & (py > px * 0x1p900);
  double change = bm_select(close, more, py) / bm_select(huge, px * 0x1p200, px);
  double g = bm_log1p_reduce(change, &j), w = bm_log_reduce(change, &h);
  r -= bm_log_core(bm_select(close, g, w), bm_select(close, j, h + bm_select(huge, 200, 0)));
  r = bm_select(d == 0, 0, r);
  return bm_select((x > 0) & (y > 0) & (x < BM_INF), bm_select(y == BM_INF, y, r), BM_NAN);
}

/* log of the beta function, a, b >= 0: below 4 lgamma(low) - lgamma_ratio(high, low), else Stirling's formula. */
BM_FUNCTION bm_lbeta(double a, double b) {
  BM_EXACT
  double low = a < b ? a : b, high = a < b ? b : a, sum = low + high, share = low / sum;
  double wl = 1 / low, wh = 1 / high, ws = 1 / sum, near = bm_lgamma(low) - bm_lgamma_ratio(high, low);
  double tail = wl * bm_stirling_core(wl * wl) + (wh * bm_stirling_core(wh * wh) - ws * bm_stirling_core(ws * ws));
  double far = 0.91893853320467274 - 0.5 * bm_log(high) + tail + (low - 0.5) * bm_log(share) + high * bm_log1p(-share);
  double r = bm_select(low < 4, near, far);
  r = bm_select(low == 0, BM_INF, bm_select(sum == BM_INF, -BM_INF, r));
  return bm_select((a >= 0) & (b >= 0), r, BM_NAN);
}

/* log of n over k, n + 1 > k > -1: -log(n + 1) - lbeta(n - k + 1, k + 1); -inf at the other whole k. */
BM_FUNCTION bm_lchoose(double n, double k) {
  BM_EXACT
  int whole = k == __builtin_floor(k);
  double gap = bm_sub(n, k), back = bm_add(gap, k);
  double low = bm_add(bm_sub(n, back), bm_sub(bm_sub(back, gap), k)); /* n - k = gap + low */
  double rest = bm_add(bm_add(gap, 1), low), r = -bm_log1p(n) - bm_lbeta(rest, k + 1);
  double outside = bm_select(whole & (n == __builtin_floor(n)) & (n >= 0), -BM_INF, BM_NAN);
  r = bm_select((rest > 0) & (k > -1), r, outside);
  r = bm_select((k == 1) & (n > 0), bm_log(n), r);
  r = bm_select((k == 0) | (k == n), 0, r);
  r = bm_select(whole & (k < 0), -BM_INF, r);
  return bm_select((n == n) & (k == k) & (bm_abs(n) < BM_INF), r, BM_NAN);
}

/* log(x) for x > 0 as the sum of the result and *low, to 2^-66. */
BM_FUNCTION bm_log_double(double x, double *low) {
  BM_EXACT
  double k, f = bm_log_reduce(x, &k), d = 2 + f, dl = bm_add(bm_sub(2, d), f);
  /* s = f / d, z = s^2 and w = s z, each with its low part; log(1 + f) = 2 s + w (2/3 + z (2/5 + ...)) */
  double s = f / d, sl = (bm_residual(-s, d, f) - s * dl) / d;
  double z = s * s, zl = bm_residual(s, s, -z) + 2 * s * sl;
  double w = s * z, wl = bm_residual(s, z, -w) + (s * zl + sl * z);
  double tail = z * bm_p8(z, 0.3999999999999998, 0.2857142857144504, 0.22222222217551638, 0.18181818868739194,
                          0.1538455696184613, 0.13336314456978587, 0.11674869684239468, 0.11988648645478835);
  double c = 0x1.5555555555555p-1, v = w * c;
  double vl = bm_residual(w, c, -v) + (w * (tail + 0x1.5555555555555p-55) + wl * c);
  /* k log 2 + 2 s + v, largest first; the low parts of 2 s and v at the end */
  double h = k * BM_LN2_HI, t = bm_add(h, 2 * s), tl = bm_add(bm_sub(h, t), 2 * s);
  h = bm_add(t, v), tl = bm_add(tl, bm_add(bm_sub(t, h), v));
  tl = bm_add(tl, bm_fma(k, BM_LN2_LO, 2 * sl + vl));
  t = bm_add(h, tl);
  *low = bm_add(bm_sub(h, t), tl);
  return t;
}

/* e^(x + low), |low| much below |x|. */
BM_FUNCTION bm_exp_double(double x, double low) {
  double n, r = bm_exp_reduce(x, &n), y = bm_scale(bm_expm1_core(bm_add(r, low)), n);
  y = bm_select(x < -745.2, 0, y);
  return bm_select(x > 709.79, BM_INF, y);
}

/* x^y = exp(y log |x|), with the log to 66 bits; the sign of a zero does not count. */
BM_FUNCTION bm_pow(double x, double y) {
  BM_EXACT
  double a = bm_abs(x), low, high = bm_log_double(a, &low), p = y * high;
  double r = bm_exp_double(p, bm_fma(y, low, bm_residual(y, high, -p)));
  int whole = bm_near(y) == y, odd = whole & (2 * bm_near(0.5 * y) != y);
  int edge = (a == 0) | (a == BM_INF) | (bm_abs(y) == BM_INF);
  r = bm_select(edge, bm_select((a > 1) == (y > 0), BM_INF, 0), r);
  r = bm_select(x < 0, bm_select(odd, -r, bm_select(whole, r, BM_NAN)), r);
  r = bm_select((x == -BM_INF) & !whole, a, r);
  r = bm_select((x == -BM_INF) & !whole & (y < 0), 0, r);
  r = bm_select((a == 1) & (bm_abs(y) == BM_INF), 1, r);
  r = bm_select((x == x) & (y == y), r, BM_NAN);
  return bm_select((x == 1) | (y == 0), 1, r);
}

/* Gamma function: e^lgamma with the power in two parts, near 4 and below by recurrence, below -1/2 by reflection. */
BM_FUNCTION bm_tgamma(double x) {
  BM_EXACT
  int reflect = x < -0.5;
  double z = bm_select(reflect, -x, x), t = z - bm_near(z), w = 1 / z;
  int far = z >= 4;
  /* (z - 1/2) log z - z + log(2 pi) / 2 + ... in two parts */
  double low, high = bm_log_double(z, &low), m = z - 0.5, p = m * high, pl = bm_fma(m, low, bm_residual(m, high, -p));
  double q = bm_sub(p, z), ql = bm_add(bm_sub(p, bm_add(q, z)), bm_sub(bm_add(q, z) - q, z));
  double c = bm_add(q, 0.91893853320467274);
  ql = bm_add(pl, ql) + bm_add(bm_sub(q, c), 0.91893853320467274) + w * bm_stirling_core(w * w);
  q = c;
  q = bm_select(far, q, 0);
  ql = bm_select(far, ql, bm_lgamma_near_two(t));
  double top = bm_select(z > 2.5, z - 1, 1), bottom = bm_select(z < 1.5, z, 1);
  top = bm_select(z >= 3.5, (z - 1) * (z - 2), top);
  top = bm_select(far, 1, top);
  bottom = bm_select(z <= 0.5, z * (z + 1), bottom);
  double whole = z - t, sine = z * (t * bm_sinpi_core(t * t)) * bm_select(2 * bm_near(0.5 * whole) == whole, -1, 1);
  double factor = bm_select(reflect, bottom * 3.141592653589793, top) / bm_select(reflect, sine * top, bottom);
  double n, r = bm_exp_reduce(bm_select(reflect, -q, q), &n), shift = bm_select(reflect, 500, 0); /* rounds once */
  r = factor * bm_scale(bm_expm1_core(bm_add(r, bm_select(reflect, -ql, ql))), n + shift);
  r = bm_select(reflect, r * 0x1p-500, r);
  r = bm_select(z > 171.7, bm_select(reflect, bm_select(z < 190, r, 0), BM_INF), r);
  r = bm_select(reflect & (t == 0), BM_NAN, r);
  r = bm_select(x == -BM_INF, BM_NAN, r);
  return bm_select(x == 0, BM_INF, r);
}

/* 2^x = 2^n e^(r log 2), exact for whole x; 1.2 ulp. */
BM_FUNCTION bm_exp2(double x) {
  double n = bm_near(x), d = x - n, y = bm_scale(bm_expm1_core(bm_fma(d, BM_LN2_HI, d * BM_LN2_LO)), n);
  y = bm_select(x < -1075, 0, y);
  return bm_select(x >= 1024, BM_INF, y);
}

/* Logarithms to base 2 and 10: exact at powers of 2; 2 ulp. */
BM_FUNCTION bm_log2(double x) {
  BM_EXACT
  double k, f = bm_log_reduce(x, &k);
  return bm_log_edges(x, bm_fma(bm_log_core(f, 0), 1.4426950408889634, k));
}
BM_FUNCTION bm_log10(double x) {
  BM_EXACT
  double k, f = bm_log_reduce(x, &k), low = bm_fma(k, 0x1.fef311f12b358p-46, bm_log_core(f, 0) * 0.4342944819032518);
  return bm_log_edges(x, bm_fma(k, 0x1.34413509f7800p-2, low));
}

/* 1 / sqrt(x); 1.5 ulp. */
BM_FUNCTION bm_inv_sqrt(double x) { return bm_select(x == 0, BM_INF, 1 / __builtin_sqrt(x)); }

/* Cube root: e^(log |x| / 3) and one step of Newton's method with an exact residual; 1 ulp. */
BM_FUNCTION bm_cbrt(double x) {
  BM_EXACT
  double a = bm_abs(x);
  int tiny = a < 0x1p-900;
  a = bm_select(tiny, a * 0x1p300, a);
  double k, f = bm_log_reduce(a, &k), n, r = bm_exp_reduce(bm_log_core(f, k) * 0.3333333333333333, &n);
  double y = bm_scale(bm_expm1_core(r), n), y2 = y * y, y3 = y2 * y;
  double rest = bm_sub(y3, a) + (bm_residual(y2, y, -y3) + y * bm_residual(y, y, -y2));
  y = y - rest / (3 * y2);
  y = bm_select(tiny, y * 0x1p-100, y);
  y = bm_select((a == 0) | (a == BM_INF), a, y);
  return bm_turn_by(y, x);
}

/* x = n pi / 2 + r, |r| <= pi / 4 (Cody and Waite 1980, with three parts and fma): gives r, sets *n; NaN beyond
 * |x| = 2^45, where the three parts no longer suffice. */
BM_FUNCTION bm_angle_reduce(double x, double *n) {
  BM_EXACT
  *n = bm_near(x * 0.6366197723675814);
  double r = bm_residual(-*n, 0x1.921fb54442d18p+0, x);
  r = bm_residual(-*n, 0x1.1a62633145c07p-54, r);
  r = bm_fma(-*n, -0x1.f1976b7ed8fbcp-110, r);
  return bm_select(bm_abs(x) <= 0x1p45, r, BM_NAN);
}
BM_FUNCTION bm_sin_core(double r) {
  double z = r * r;
  return bm_fma(r * z, bm_p7(z, -0.16666666666666666, 0.008333333333333323, -0.00019841269841255148,
                             2.7557319214229775e-06, -2.5052104921397846e-08, 1.605836783450132e-10,
                             -7.578756131435935e-13), r);
}
BM_FUNCTION bm_cos_core(double r) {
  BM_EXACT
  double z = r * r, tail = bm_p6(z, 0.0416666666666666, -0.001388888888887414, 2.4801587289490705e-05,
                                 -2.7557314354308274e-07, 2.0875723489705853e-09, -1.1359656893152729e-11);
  double w = bm_fma(z, -0.5, 1);
  return bm_add(w, bm_fma(z * z, tail, bm_fma(z, -0.5, bm_sub(1, w))));
}

/* sin or cos of r + (n + first) pi / 2. */
BM_FUNCTION bm_turn(double r, double n, unsigned long long first) {
  double s = bm_sin_core(r), c = bm_cos_core(r);
  unsigned long long q = bm_bits(n + 0x1.8p52) + first;
  return bm_from_bits(bm_bits(bm_select(q & 1, c, s)) ^ (q & 2) << 62);
}

/* Sine and cosine for |x| <= 2^45; 2 ulp. */
BM_FUNCTION bm_sin(double x) { double n, r = bm_angle_reduce(x, &n); return bm_turn(r, n, 0); }
BM_FUNCTION bm_cos(double x) { double n, r = bm_angle_reduce(x, &n); return bm_turn(r, n, 1); }

/* Tangent for |x| <= 2^45; 3 ulp. */
BM_FUNCTION bm_tan(double x) {
  double n, r = bm_angle_reduce(x, &n), s = bm_sin_core(r), c = bm_cos_core(r);
  int odd = bm_bits(n + 0x1.8p52) & 1;
  return bm_select(odd, -c, s) / bm_select(odd, s, c);
}

/* Sine, cosine and tangent of any number: where `whole`, those of the C library, one by one; else those above, and
 * *beyond tells that an argument was too large for them, so that what was computed has to be computed again. */
BM_FUNCTION bm_sin_by(int whole, unsigned long long *beyond, double x) {
  if (whole) return __builtin_sin(x);
  *beyond |= bm_abs(x) > 0x1p45;
  return bm_sin(x);
}
BM_FUNCTION bm_cos_by(int whole, unsigned long long *beyond, double x) {
  if (whole) return __builtin_cos(x);
  *beyond |= bm_abs(x) > 0x1p45;
  return bm_cos(x);
}
BM_FUNCTION bm_tan_by(int whole, unsigned long long *beyond, double x) {
  if (whole) return __builtin_tan(x);
  *beyond |= bm_abs(x) > 0x1p45;
  return bm_tan(x);
}

/* asin(x) for |x| <= 1/2, as x + x^3 P(x^2). */
BM_FUNCTION bm_asin_core(double x, double z) {
  double low = bm_p8(z, 0.16666666666666763, 0.0749999999997009, 0.044642857175295564, 0.030381942674780178,
                     0.022372215920330625, 0.017351595243698423, 0.013981021514068971, 0.011397269722093224);
  double tail = bm_fma(bm_p5(z, 0.010789445390700253, 0.003671741043657868, 0.021791666793421666,
                             -0.02111807893777804, 0.03270296236063166), bm_pow8(z), low);
  return bm_fma(x * z, tail, x);
}

/* Inverse sine and cosine: beyond 1/2 by asin(x) = pi / 2 - 2 asin(sqrt((1 - x) / 2)); 2 ulp. */
BM_FUNCTION bm_asin(double x) {
  BM_EXACT
  double a = bm_abs(x), half = 0.5 - 0.5 * a;
  int far = a > 0.5;
  double y = bm_asin_core(bm_select(far, __builtin_sqrt(half), a), bm_select(far, half, a * a));
  y = bm_select(far, bm_add(1.5707963267948966, -2 * y) + 0x1.1a62633145c07p-54, y);
  return bm_turn_by(y, x);
}
BM_FUNCTION bm_acos(double x) {
  BM_EXACT
  double a = bm_abs(x), half = 0.5 - 0.5 * a;
  int far = a > 0.5;
  double y = bm_asin_core(bm_select(far, __builtin_sqrt(half), x), bm_select(far, half, x * x));
  double above = 2 * y, below = bm_add(3.141592653589793, -2 * y) + 0x1.1a62633145c07p-53;
  return bm_select(far, bm_select(x < 0, below, above), bm_sub(1.5707963267948966, y) + 0x1.1a62633145c07p-54);
}

/* Angle of the point (x, y), in (-pi, pi], by atan(t) with |t| <= tan(pi / 8) and a multiple of pi / 4; 2 ulp. */
BM_FUNCTION bm_atan2(double y, double x) {
  BM_EXACT
  double a = bm_abs(y), b = bm_abs(x), scale = bm_select((a > 0x1p1000) | (b > 0x1p1000), 0x1p-100, 1);
  scale = bm_select((a < 0x1p-900) & (b < 0x1p-900), 0x1p100, scale);
  int both = (a == BM_INF) & (b == BM_INF);
  a = bm_select(both, 1, a * scale), b = bm_select(both, 1, b * scale);
  int low = a < 0.4142135623730951 * b, high = a > 2.414213562373095 * b;
  double top = bm_select(low, a, bm_select(high, -b, a - b)), bottom = bm_select(low, b, bm_select(high, a, a + b));
  double t = top / bottom, z = t * t;
  t = bm_select(a == b, 0, t);
  double tail = bm_p8(z, -0.333333333333332, 0.19999999999953777, -0.14285714280215753, 0.11111110784408294,
                      -0.09090897784415526, 0.07692060675760928, -0.06663109096232198, 0.05847924438176691);
  tail = bm_fma(bm_p3(z, -0.05039455281354293, 0.038068183214006124, -0.01791095134717681), bm_pow8(z), tail);
  tail = bm_select(a == b, 0, t * z * tail);
  double n = bm_select(low, 0, bm_select(high, 2, 1)), turn = bm_select(x < 0, 4 - n, n);
  double flip = bm_select(x < 0, -1, 1);
  double base = turn * 0.7853981633974483, r = bm_add(base, flip * t), e = bm_add(bm_sub(base, r), flip * t);
  r = r + (e + bm_fma(turn, 0x1.1a62633145c07p-55, flip * tail));
  r = bm_select((x == 0) & (y == 0), 0, r);
  r = bm_select(y < 0, -r, r);
  return bm_select((x == x) & (y == y), r, BM_NAN);
}
BM_FUNCTION bm_atan(double x) { return bm_atan2(x, 1); }

/* e^a / 2 for a >= 0. */
BM_FUNCTION bm_half_exp(double a) {
  double n, r = bm_exp_reduce(a, &n), y = bm_scale(bm_expm1_core(r), n - 1);
  return bm_select(a > 711, BM_INF, y);
}

/* Hyperbolic sine and cosine, over e^|x| / 2; 2 ulp. */
BM_FUNCTION bm_sinh(double x) {
  double a = bm_abs(x), h = bm_half_exp(a), z = x * x, far = h - 0.25 / h;
  double tail = bm_p7(z, 0.16666666666666669, 0.008333333333333139, 0.00019841269841437467, 2.7557319155384804e-06,
                      2.5052123393624464e-08, 1.6057240550520912e-10, 7.759310240255453e-13);
  double near = bm_fma(x * z, tail, x);
  return bm_select(a < 1, near, bm_turn_by(far, x));
}
BM_FUNCTION bm_cosh(double x) { double h = bm_half_exp(bm_abs(x)); return h + 0.25 / h; }

/* Inverse hyperbolic functions, as logarithms of 1 + w; 3 ulp. */
BM_FUNCTION bm_asinh(double x) {
  double a = bm_abs(x), w = a + a * a / (1 + __builtin_sqrt(bm_fma(a, a, 1)));
  int big = a > 0x1p30;
  double k, f = bm_log1p_reduce(w, &k), j, g = bm_log_reduce(a, &j);
  double r = bm_log_core(bm_select(big, g, f), bm_select(big, j + 1, k));
  r = bm_select(a == BM_INF, a, r);
  return bm_turn_by(r, x);
}
BM_FUNCTION bm_acosh(double x) {
  double t = x - 1, w = t + __builtin_sqrt(t * (x + 1));
  int big = x > 0x1p30;
  double k, f = bm_log1p_reduce(w, &k), j, g = bm_log_reduce(x, &j);
  double r = bm_log_core(bm_select(big, g, f), bm_select(big, j + 1, k));
  r = bm_select(x == BM_INF, x, r);
  return bm_select(x >= 1, r, BM_NAN);
}
BM_FUNCTION bm_atanh(double x) {
  double a = bm_abs(x), r = 0.5 * bm_log1p(2 * a / (1 - a));
  r = bm_select(a == 1, BM_INF, r);
  r = bm_select(a <= 1, r, BM_NAN);
  return bm_turn_by(r, x);
}

/* sqrt(x^2 + y^2) without overflow; 1.2 ulp. */
BM_FUNCTION bm_hypot(double x, double y) {
  double a = bm_abs(x), b = bm_abs(y), high = a > b ? a : b;
  double scale = bm_select(high > 0x1p500, 0x1p-600, bm_select(high < 0x1p-400, 0x1p600, 1));
  double u = a * scale, v = b * scale, r = __builtin_sqrt(bm_fma(u, u, v * v)) / scale;
  return bm_select((a == BM_INF) | (b == BM_INF), BM_INF, r);
}

/* max(x - y, 0). */
BM_FUNCTION bm_fdim(double x, double y) { return bm_select(x <= y, 0, x - y); }

/* Remainder of x / y with the sign of x, exact; a call of the C library, so loops stay scalar. */
BM_FUNCTION bm_fmod(double x, double y) { return __builtin_fmod(x, y); }

BM_FUNCTION bm_floor(double x) { return __builtin_floor(x); }
BM_FUNCTION bm_ceil(double x) { return __builtin_ceil(x); }
BM_FUNCTION bm_trunc(double x) { return __builtin_trunc(x); }

/* Nearest whole number, halves away from zero. */
BM_FUNCTION bm_round(double x) {
  BM_EXACT
  double whole = __builtin_trunc(x), rest = bm_abs(bm_sub(x, whole));
  return whole + bm_select(rest >= 0.5, bm_turn_by(1, x), 0);
}

/* -1, 0 or 1; NaN stays. */
BM_FUNCTION bm_sign(double x) { return bm_select(x > 0, 1, bm_select(x < 0, -1, x)); }

/* The smaller and the larger; NaN wins. */
BM_FUNCTION bm_min(double x, double y) { return bm_select((y < x) | (y != y), y, x); }
BM_FUNCTION bm_max(double x, double y) { return bm_select((y > x) | (y != y), y, x); }

/* log(t e^x + (1 - t) e^y): the larger term's exponent in front; log1p where the rest is near 1, else times 2^200,
 * so that neither weight is subnormal. */
BM_FUNCTION bm_log_mix(double t, double x, double y) {
  BM_EXACT
  int first = x > y;
  double high = first ? x : y, gap = bm_select(x == y, 0, -bm_abs(x - y)), n, q = bm_expm1_core(bm_exp_reduce(gap, &n));
  double e = bm_select(gap < -880, 0, bm_scale(q, n + 200)), drop = bm_select(n == 0, -q, 1 - e * 0x1p-200);
  double most = bm_select(first, t, 1 - t), least = bm_select(first, 1 - t, t);
  double w = least * drop, k, f = bm_log1p_reduce(-w, &k), j, g = bm_log_reduce(most * 0x1p200 + least * e, &j);
  double r = high + bm_log_core(bm_select(w < 0.5, f, g), bm_select(w < 0.5, k, j - 200));
  r = bm_select(bm_abs(high) == BM_INF, high, r);
  r = bm_select(t == 0, y, bm_select(t == 1, x, r));
  r = bm_select((x == x) & (y == y), r, BM_NAN);
  return bm_select((t >= 0) & (t <= 1), r, BM_NAN);
}

/* log(p / (1 - p)): f = (2^-k p - (1 - p)) / (1 - p) with an exact numerator; 2 ulp. */
BM_FUNCTION bm_logit(double p) {
  BM_EXACT
  double rest = 1 - p, k, g = bm_log_reduce(p / rest, &k), scale = bm_from_bits(bm_bits(0x1.8p52 + 1023 - k) << 52);
  double f = bm_sub(p * scale, rest) / rest, excess = bm_add(bm_sub(rest, 1), p); /* 1 - p = rest - excess */
  double r = bm_log_core(bm_select(k > -1000, bm_fma(excess / rest, 1 + f, f), g), k);
  r = bm_select(p == 0, -BM_INF, bm_select(p == 1, BM_INF, r));
  return bm_select((p >= 0) & (p <= 1), r, BM_NAN);
}

/* log(-log(1 - p)). */
BM_FUNCTION bm_cloglog(double p) { return bm_log(-bm_log1p(-p)); }

/* 1 - exp(-e^x); 3 ulp. */
BM_FUNCTION bm_inv_cloglog(double x) { return -bm_expm1(-bm_exp(x)); }

/* Standard normal quantile, p - 1/2 times a polynomial in w = -log(4 p (1 - p)) up to w = 25/4 (Giles 2010), further
 * out s = sqrt(w) times polynomials in (s - 15/4) / (s + 15/4) and (s - 51/4) / (s + 51/4). */
BM_FUNCTION bm_inv_Phi(double p) {
  BM_EXACT
  double q = bm_sub(p, 0.5), low = bm_select(p > 0.5, 1 - p, p), k, f = bm_log_reduce(4 * low * (1 - low), &k);
  double w = -bm_log_core(f, k), s = __builtin_sqrt(w);
  double c0 = bm_p8(w, 2.5066282746310007, 0.6562337477384366, 0.03266647229393275, -0.006604664820995634,
      -0.0003621611353586194, 0.00013183710226574448, 5.713268791430795e-06, -2.86366898465052e-06);
  double c1 = bm_p8(w, -1.0591925992392853e-07, 6.500402873871441e-08, 1.6186888091355334e-09,
      -1.08887544361593e-09, -2.875919018603912e-10, 1.5437964069263205e-10, -4.69244931038374e-11,
      1.468599803690703e-11);
  double c2 = bm_p8(w, -4.0468067839480626e-12, 8.457082157750547e-13, -1.3033548857900647e-13,
      1.4839923962888516e-14, -1.242777697938191e-15, 7.48957090684352e-17, -3.089151978629525e-18,
      7.836306807123755e-20);
  double c3 = -9.245958639995927e-22;
  double w8 = bm_pow8(w), centre = q * bm_fma(bm_fma(bm_fma(c3, w8, c2), w8, c1), w8, c0);
  double middle = bm_select(w < 36, 3.75, 12.75), u = (s - middle) / (s + middle), u8 = bm_pow8(u);
  double a0 = bm_p8(u, 1.3529320253733896, 0.14713575464119158, -0.104297995664649, -0.045271355388070415,
      0.20844293780730466, -0.3258325307888953, 0.2489997430940658, 0.4727005676866492);
  double a1 = bm_p8(u, -2.6888933579968364, 5.506048797258939, 1.465873577573057, -39.08723828200042,
      74.48455697198253, 104.98783489527614, -601.4078931507794, 179.95948577623292);
  double a2 = bm_p7(u, 2929.7728969049062, -3166.7849718670855, -10466.733544206578, 15893.247325366148,
      25396.591051778025, -38154.7102109262, -22706.290066555397);
  double b0 = bm_p8(u, 1.4036461689629707, 0.033613280750745954, -0.049950690256348566, 0.0548374098116472,
      -0.054069934829483385, 0.04885436249088325, -0.04045199211564959, 0.02950788758831468);
  double b1 = bm_p8(u, -0.01670482957226532, 0.0025321004833458007, 0.012502854615209096, -0.02797877456226444,
      0.04349263298157301, -0.0588291086258126, 0.0734381561736264, -0.08534605528910492);
  double b2 = bm_p7(u, 0.09741123141093992, -0.12338614405897277, 0.13526678582488538, -0.06371540425324582,
      0.06350220374259004, -0.3118996883419854, 0.32326045447455487);
  double near = bm_fma(bm_fma(a2, u8, a1), u8, a0), far = bm_fma(bm_fma(b2, u8, b1), u8, b0);
  double r = s * bm_select(w < 36, near, far);
  r = bm_select(w < 6.25, centre, bm_select(q < 0, -r, r));
  r = bm_select(p == 0, -BM_INF, bm_select(p == 1, BM_INF, r));
  return bm_select((p >= 0) & (p <= 1), r, BM_NAN);
}

#endif
