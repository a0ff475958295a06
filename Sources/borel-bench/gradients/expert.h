// What a hand-written density is given, and the three functions that it exports.
//
// expert_prepare copies what it needs and computes everything that depends on data alone; expert_gradient returns the log
// density on the unconstrained space, Jacobians included, up to a constant, and writes its gradient; it allocates nothing.

#ifndef EXPERT_H
#define EXPERT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A named array of the data, row-major; whole numbers are in `integers`, others in `reals`.
struct expert_array {
  const char *name;
  int64_t size;
  const double *reals;
  const int64_t *integers;
};

struct expert_data {
  int64_t count;
  const struct expert_array *arrays;
};

#define EXPERT_EXPORT __attribute__((visibility("default")))

EXPERT_EXPORT void *expert_prepare(const struct expert_data *data);
EXPERT_EXPORT double expert_gradient(const void *model, const double *q, double *gradient);
EXPERT_EXPORT void expert_release(void *model);

static const struct expert_array *expert_array(const struct expert_data *data, const char *name) {
  for (int64_t i = 0; i < data->count; i++) {
    if (strcmp(data->arrays[i].name, name) == 0) return &data->arrays[i];
  }
  abort();
}

static inline int64_t expert_integer(const struct expert_data *data, const char *name) {
  return expert_array(data, name)->integers[0];
}

// A block on a cache line, as long as a multiple of it, filled with zeros.
static inline void *expert_block(size_t bytes) {
  size_t size = (bytes + 63) / 64 * 64;
  void *block = aligned_alloc(64, size);
  if (!block) abort();
  return memset(block, 0, size);
}

// A row-major copy of the reals of an array, whole numbers converted, padded with zeros to a multiple of 8 elements.
static inline double *expert_reals(const struct expert_data *data, const char *name) {
  const struct expert_array *array = expert_array(data, name);
  double *copy = expert_block(((size_t)array->size + 7) / 8 * 8 * sizeof *copy);
  for (int64_t i = 0; i < array->size; i++) copy[i] = array->reals ? array->reals[i] : (double)array->integers[i];
  return copy;
}

#endif
