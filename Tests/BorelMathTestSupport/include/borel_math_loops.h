/* A table of loops over functions by name. */
#ifndef BOREL_MATH_LOOPS_H
#define BOREL_MATH_LOOPS_H

struct loop {
  const char *name;
  void (*run)(double *out, double *const *in, long n);
};

extern const struct loop borel_math_loops[];

#endif
