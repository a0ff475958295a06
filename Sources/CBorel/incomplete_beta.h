/* The regularised incomplete beta function for callers that know both x and 1 - x. */
#ifndef BOREL_INCOMPLETE_BETA_H
#define BOREL_INCOMPLETE_BETA_H
/* Logs of I_x(a, b) and of 1 - I_x(a, b), with y = 1 - x given to full relative accuracy. */
void borel_beta_tails(double a, double b, double x, double y, double *log_lower, double *log_upper);
/* logit of the x at which I_x(a, b) has the given log and log complement. */
double borel_beta_inverse_logit(double a, double b, double log_lower, double log_upper);
#endif
