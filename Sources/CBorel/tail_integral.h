/* Integrals of positive, eventually decreasing functions given by their logs. */
#ifndef BOREL_TAIL_INTEGRAL_H
#define BOREL_TAIL_INTEGRAL_H
/* The integral of exp(log_ratio(s)) over [0, limit], where log_ratio(0) is about 0 and falls for large s. Panels of the
 * 16-point Gauss-Legendre rule start with `scale`, the length on which the integrand first changes, and grow. */
double borel_tail_integral(double (*log_ratio)(double, const void *), const void *context, double scale, double limit);
#endif
