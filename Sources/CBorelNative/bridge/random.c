/* Generators of random numbers. */
#include "model.h"
#include <stdlib.h>

EXPORT bs_rng *bs_rng_construct(unsigned int seed, char **error_msg) {
  bs_rng *rng = malloc(sizeof *rng);
  if (!rng) bridge_report(error_msg, "out of memory");
  else rng->stream = borel_stream_seed(seed);
  return rng;
}

EXPORT void bs_rng_destruct(bs_rng *rng) { free(rng); }
