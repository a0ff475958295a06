/* Reference values in multiple precision. */
#include <mpfr.h>

enum { precision = 256 };

/* Sets r to the value at the arguments; *scale is a magnitude that errors are measured against where it exceeds r's
 * (terms that cancel), 0 where the error is relative to the result alone. */
typedef void (*reference)(mpfr_t r, const double *a, double *scale);

struct row {
  const char *name;
  int arguments;
  double bound; /* worst error allowed, in ulp */
  reference value;
  const char *ranges; /* sampling plans, see measure.c */
  const char *note;  /* what the errors are measured in, where not in ulp of the result */
  int cost;          /* of a reference value: fewer points are taken by this factor */
};

extern const struct row rows[];
