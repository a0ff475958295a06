// Three functions of BridgeStan's C interface around the hand-written densities of ../gradients, which are handed the numbers of
// a JSON file. The file is a record of numbers and rectangular arrays, as written by the scripts beside this one.

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

#include "../gradients/expert.h"

#ifndef EXPERT_DIMENSION
#error "the unconstrained dimension is given by the compiler's -D"
#endif

static char *read_text(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  rewind(file);
  char *text = malloc((size_t)size + 1);
  const size_t count = fread(text, 1, (size_t)size, file);
  text[count] = 0;
  fclose(file);
  return text;
}

EXPERT_EXPORT void *bs_model_construct(const char *path, unsigned int seed, char **message) {
  (void)seed;
  char *text = read_text(path);
  if (!text) {
    *message = strdup("the data file cannot be read");
    return NULL;
  }
  struct expert_array arrays[16];
  struct expert_data data = {0, arrays};
  char *at = strchr(text, '{');
  while (at && data.count < 16 && (at = strchr(at, '"'))) {
    char *name = at + 1, *end = strchr(name, '"');
    *end = 0;
    at = strchr(end + 1, ':') + 1;
    char *stop = strchr(at, '"');
    if (!stop) stop = at + strlen(at);
    int64_t size = 0, capacity = 16;
    double *reals = malloc((size_t)capacity * sizeof *reals);
    bool whole = true;
    while (at < stop) {
      if (*at != '-' && !isdigit((unsigned char)*at)) {
        at++;
        continue;
      }
      char *next;
      if (size == capacity) reals = realloc(reals, (size_t)(capacity *= 2) * sizeof *reals);
      reals[size++] = strtod(at, &next);
      for (; at < next; at++) whole = whole && *at != '.' && *at != 'e' && *at != 'E';
    }
    int64_t *integers = NULL;
    if (whole) {
      integers = malloc((size_t)size * sizeof *integers);
      for (int64_t i = 0; i < size; i++) integers[i] = (int64_t)reals[i];
    }
    arrays[data.count++] = (struct expert_array){name, size, whole ? NULL : reals, integers};
    at = stop;
  }
  void *model = expert_prepare(&data);
  for (int64_t i = 0; i < data.count; i++) {
    free((void *)arrays[i].reals);
    free((void *)arrays[i].integers);
  }
  free(text);
  return model;
}

EXPERT_EXPORT int bs_param_unc_num(const void *model) {
  (void)model;
  return EXPERT_DIMENSION;
}

EXPERT_EXPORT int bs_log_density_gradient(const void *model, bool propto, bool jacobian, const double *theta, double *value,
                                          double *gradient, char **message) {
  (void)message;
  if (!propto || !jacobian) return -1;
  *value = expert_gradient(model, theta, gradient);
  return 0;
}
