/* Compares functions of borel_math.h with the C library's in long double. */
#ifndef BOREL_MATH_CHECK_H
#define BOREL_MATH_CHECK_H

struct borel_math_error {
  double worst; /* in ulp; infinite where one value is NaN or infinite and the other is not */
  double bound;
  double at[3];
  double value;
};

/* The rows: a function's name, or null after the last one. */
const char *borel_math_row(int row);

/* The worst error of a row at the edge values and at `points` arguments per range. */
struct borel_math_error borel_math_check(int row, long points);

/* Calls a function by name in a loop over `count` equal arguments and gives the first and the last value; NaN and
 * false where there is no such function. */
_Bool borel_math_call(const char *name, const double *arguments, double *first, double *last);

#endif
