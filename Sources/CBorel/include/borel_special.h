/* Special functions and log probability masses in double precision; NaN outside the domain, never a trap. */
#ifndef BOREL_SPECIAL_H
#define BOREL_SPECIAL_H

/* log(1 + x) - x without cancellation near zero. */
double borel_log1p_minus(double x);
/* lgamma(x + 1) - ((x + 1/2) log x - x + log(2 pi) / 2). */
double borel_stirling_error(double x);
/* x log(x / m) + m - x (Loader 2000). */
double borel_deviance_term(double x, double m);
double borel_lgamma(double x);

/* Log masses that keep their digits for counts of any size. */
double borel_log_poisson_mass(double mu, double k);
double borel_log_binomial_mass(double n, double theta, double k);
double borel_log_hypergeometric_mass(double n, double a, double b, double k);

#endif
