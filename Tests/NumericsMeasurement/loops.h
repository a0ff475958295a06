/* A table of loops by name; one table per variant of compiler and flags. */
struct loop {
  const char *name;
  void (*run)(double *out, double *const *in, long n);
};
