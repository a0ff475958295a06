/* Special functions in double precision; NaN outside the domain, -inf for the log of zero, never a trap. */
#ifndef BOREL_SPECIAL_H
#define BOREL_SPECIAL_H

/* Elementary functions. */
double borel_exp(double x);
double borel_log(double x);
double borel_sign(double x);
double borel_square(double x);
double borel_inv(double x);
double borel_inv_sqrt(double x);
/* 1 where true, else 0. */
double borel_is_nan(double x);
double borel_is_inf(double x);
double borel_is_finite(double x);

/* Elementary functions on the log scale. */
double borel_log1p_exp(double x);
double borel_log1m_exp(double x);
double borel_log_sum_exp(double x, double y);
double borel_log_diff_exp(double x, double y);
double borel_log_mix(double t, double x, double y);
double borel_logit(double p);
double borel_inv_logit(double x);
double borel_log_inv_logit(double x);
double borel_log1m_inv_logit(double x);
double borel_cloglog(double p);
double borel_inv_cloglog(double x);
double borel_x_log_y(double x, double y);
double borel_x_log1p_y(double x, double y);
/* log(1 + x) - x without cancellation near zero. */
double borel_log1p_minus(double x);

/* Gamma and beta functions. */
double borel_gamma(double x);
double borel_lgamma(double x);
double borel_lgamma1p(double x); /* lgamma(1 + x) */
double borel_digamma(double x);
double borel_trigamma(double x);
double borel_lgamma_ratio(double x, double d); /* lgamma(x + d) - lgamma(x) */
double borel_lmgamma(double p, double x);
double borel_lbeta(double a, double b);
double borel_lchoose(double n, double k);
double borel_log_factorial(double n);
/* lgamma(x + 1) - ((x + 1/2) log x - x + log(2 pi) / 2). */
double borel_stirling_error(double x);
/* x log(x / m) + m - x (Loader 2000). */
double borel_deviance_term(double x, double m);

/* Log masses that keep their digits for counts of any size. */
double borel_log_poisson_mass(double mu, double k);
double borel_log_binomial_mass(double n, double theta, double k);
double borel_log_hypergeometric_mass(double n, double a, double b, double k);

/* Error functions and the normal distribution. */
double borel_erf(double x);
double borel_erfc(double x);
double borel_erfcx(double x);
double borel_log_erfc(double x);
double borel_normal_cdf(double x);
double borel_log_normal_cdf(double x);
double borel_normal_quantile(double p);
double borel_normal_quantile_log(double log_p);
double borel_log_normal_cdf_difference(double a, double b);
double borel_owens_t(double h, double a);
double borel_skew_normal_cdf(double alpha, double x);
double borel_log_skew_normal_cdf(double alpha, double x);
double borel_exp_mod_normal_cdf(double mu, double sigma, double lambda, double x);
double borel_exp_mod_normal_ccdf(double mu, double sigma, double lambda, double x);
double borel_log_exp_mod_normal_cdf(double mu, double sigma, double lambda, double x);
double borel_log_exp_mod_normal_ccdf(double mu, double sigma, double lambda, double x);

/* Regularised incomplete gamma and beta functions. */
double borel_gamma_p(double a, double x);
double borel_gamma_q(double a, double x);
double borel_log_gamma_p(double a, double x);
double borel_log_gamma_q(double a, double x);
double borel_inv_gamma_p(double a, double p);
double borel_inv_gamma_q(double a, double q);
double borel_beta_inc(double a, double b, double x);
double borel_beta_inc_c(double a, double b, double x);
double borel_log_beta_inc(double a, double b, double x);
double borel_log_beta_inc_c(double a, double b, double x);
double borel_inv_beta_inc(double a, double b, double p);
double borel_inv_beta_inc_c(double a, double b, double q);

/* Bessel functions. */
double borel_log_bessel_i(double nu, double x);
double borel_log_bessel_i_scaled(double nu, double x); /* log(e^-x I) */
double borel_log_bessel_i0(double x);
double borel_log_bessel_i1(double x);
double borel_log_bessel_k(double nu, double x);
double borel_bessel_i_ratio(double nu, double x);

/* Distribution functions: lower tail and, by symmetry or as `_ccdf`, upper tail, with their logs. */
double borel_student_t_cdf(double nu, double x);
double borel_log_student_t_cdf(double nu, double x);
double borel_student_t_ccdf(double nu, double x);
double borel_log_student_t_ccdf(double nu, double x);
double borel_student_t_quantile(double nu, double p);
double borel_von_mises_cdf(double kappa, double x);
double borel_log_von_mises_cdf(double kappa, double x);
double borel_von_mises_ccdf(double kappa, double x);
double borel_log_von_mises_ccdf(double kappa, double x);
double borel_von_mises_quantile(double kappa, double p);

double borel_poisson_cdf(double mu, double k);
double borel_poisson_ccdf(double mu, double k);
double borel_log_poisson_cdf(double mu, double k);
double borel_log_poisson_ccdf(double mu, double k);
double borel_poisson_quantile(double mu, double p);
double borel_binomial_cdf(double n, double theta, double k);
double borel_binomial_ccdf(double n, double theta, double k);
double borel_log_binomial_cdf(double n, double theta, double k);
double borel_log_binomial_ccdf(double n, double theta, double k);
double borel_binomial_quantile(double n, double theta, double p);
double borel_neg_binomial_cdf(double r, double theta, double k);
double borel_neg_binomial_ccdf(double r, double theta, double k);
double borel_log_neg_binomial_cdf(double r, double theta, double k);
double borel_log_neg_binomial_ccdf(double r, double theta, double k);
double borel_neg_binomial_quantile(double r, double theta, double p);
double borel_hypergeometric_cdf(double n, double a, double b, double k);
double borel_hypergeometric_ccdf(double n, double a, double b, double k);
double borel_log_hypergeometric_cdf(double n, double a, double b, double k);
double borel_log_hypergeometric_ccdf(double n, double a, double b, double k);
double borel_hypergeometric_quantile(double n, double a, double b, double p);
double borel_beta_binomial_cdf(double n, double a, double b, double k);
double borel_beta_binomial_ccdf(double n, double a, double b, double k);
double borel_log_beta_binomial_cdf(double n, double a, double b, double k);
double borel_log_beta_binomial_ccdf(double n, double a, double b, double k);
double borel_beta_binomial_quantile(double n, double a, double b, double p);

#endif
