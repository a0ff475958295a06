/* The names of parameters and of the position's elements, as BridgeStan writes them: `theta.2.1`, indices from 1. */
#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { name_part = 21 }; /* a dot and the digits of an index */

/* `first_fastest` says in which order `k` counts the elements. */
static char *write_name(char *out, const char *name, const long *sizes, int rank, long k, bool first_fastest) {
  long rest = k, stride = 1;
  for (int d = 0; d < rank; d++) stride *= sizes[d];
  out += sprintf(out, "%s", name);
  for (int d = 0; d < rank; d++) {
    stride /= sizes[d];
    out += sprintf(out, ".%ld", (first_fastest ? rest % sizes[d] : rest / stride) + 1);
    rest = first_fastest ? rest / sizes[d] : rest % stride;
  }
  return out;
}

char *bridge_parameter_names(const bs_model *m) {
  size_t size = 1;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    size += (size_t)m->counts[p] * (strlen(bridge_model.parameters[p].name) + 2 + name_part * bridge_greatest_rank);
  }
  char *text = malloc(size), *out = text;
  if (!text) return 0;
  const long *sizes = m->sizes;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    const struct bridge_parameter *parameter = &bridge_model.parameters[p];
    for (long k = 0; k < m->counts[p]; k++) {
      if (out > text) *out++ = ',';
      out = write_name(out, parameter->name, sizes, parameter->rank, k, true);
    }
    sizes += parameter->rank;
  }
  *out = 0;
  return text;
}

/* How many numbers of the position one value takes, `sizes` being the value's. */
static long block_size(enum bridge_block block, const long *sizes) {
  switch (block) {
  case bridge_elements: return 1;
  case bridge_one_less: return sizes[0] > 0 ? sizes[0] - 1 : 0;
  case bridge_below_diagonal: return sizes[0] * (sizes[0] - 1) / 2;
  case bridge_triangle: return sizes[0] * (sizes[0] + 1) / 2;
  }
  return 0;
}

/* Row-major, as positions are: the indices of an element where the transform keeps them apart, otherwise those of the value and a
 * count. Of a partly observed parameter only the missing elements are there. */
char *bridge_position_names(const bs_model *m) {
  size_t longest = 0;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    size_t length = strlen(bridge_model.parameters[p].name);
    if (length > longest) longest = length;
  }
  longest += 2 + name_part * (bridge_greatest_rank + 1);
  char *text = malloc((size_t)m->dimension * longest + 1), *out = text;
  if (!text) return 0;
  long written = 0;
  const long *sizes = m->sizes;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    const struct bridge_parameter *parameter = &bridge_model.parameters[p];
    int value_rank = parameter->block == bridge_elements ? 0 : parameter->block == bridge_one_less ? 1 : 2;
    int outer = parameter->rank - value_rank;
    const char *missing = 0;
    if (parameter->missing >= 0) {
      memcpy(&missing, m->memory + bridge_model.fields[parameter->missing].offset, sizeof missing);
    }
    long values = 1, block = block_size(parameter->block, sizes + outer);
    for (int d = 0; d < outer; d++) values *= sizes[d];
    for (long k = 0; k < values; k++) {
      if (missing && !missing[k]) continue;
      for (long i = 0; i < block && written < m->dimension; i++, written++) {
        if (written) *out++ = ',';
        out = write_name(out, parameter->name, sizes, outer, k, false);
        if (value_rank) out += sprintf(out, ".%ld", i + 1);
      }
    }
    sizes += parameter->rank;
  }
  *out = 0;
  return text;
}
