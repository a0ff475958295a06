/* Every function of borel_math.h by number of arguments. */
#define EACH_FUNCTION(ONE, TWO, THREE) \
  ONE(exp) ONE(expm1) ONE(log) ONE(log1p) ONE(sqrt) ONE(tanh) \
  ONE(log1p_exp) ONE(log1m_exp) ONE(inv_logit) ONE(log_inv_logit) ONE(log1m_inv_logit) \
  ONE(lgamma) ONE(log_factorial) ONE(digamma) ONE(trigamma) ONE(stirling_error) TWO(deviance_term) \
  ONE(erf) ONE(erfc) ONE(erfcx) ONE(log_erfc) ONE(Phi) ONE(log_Phi) \
  TWO(log_sum_exp) TWO(log_diff_exp) TWO(x_log_y) TWO(x_log1p_y)
