/* Upper bounds that let NaN through, unlike fmin, for log probabilities that rounding can push above their limit. */
#ifndef BOREL_LIMITS_OF_LOGS_H
#define BOREL_LIMITS_OF_LOGS_H
static inline double borel_at_most(double x, double bound) { return x > bound ? bound : x; }
static inline double borel_at_most_zero(double x) { return borel_at_most(x, 0); }
#endif
