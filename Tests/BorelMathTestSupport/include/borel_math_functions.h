/* Every function of borel_math.h by number of arguments. */
#ifndef BOREL_MATH_FUNCTIONS_H
#define BOREL_MATH_FUNCTIONS_H

#define EACH_FUNCTION(ONE, TWO, THREE) \
  ONE(exp) ONE(expm1) ONE(exp2) ONE(log) ONE(log1p) ONE(log2) ONE(log10) ONE(sqrt) ONE(cbrt) ONE(inv_sqrt) TWO(pow) \
  ONE(sin) ONE(cos) ONE(tan) ONE(asin) ONE(acos) ONE(atan) TWO(atan2) \
  ONE(sinh) ONE(cosh) ONE(tanh) ONE(asinh) ONE(acosh) ONE(atanh) TWO(hypot) TWO(fdim) TWO(fmod) \
  ONE(log1p_exp) ONE(log1m_exp) TWO(log_diff_exp) TWO(log_sum_exp) THREE(log_mix) \
  ONE(logit) ONE(inv_logit) ONE(log_inv_logit) ONE(log1m_inv_logit) ONE(cloglog) ONE(inv_cloglog) \
  TWO(x_log_y) TWO(x_log1p_y) \
  ONE(lgamma) ONE(lgamma_positive) ONE(digamma) ONE(trigamma) ONE(tgamma) TWO(lgamma_ratio) TWO(lbeta) TWO(lchoose) \
  ONE(log_factorial) ONE(stirling_error) TWO(deviance_term) \
  ONE(erf) ONE(erfc) ONE(erfcx) ONE(log_erfc) ONE(Phi) ONE(log_Phi) ONE(inv_Phi) \
  ONE(floor) ONE(ceil) ONE(round) ONE(trunc) ONE(sign) ONE(abs) TWO(min) TWO(max)

#endif
