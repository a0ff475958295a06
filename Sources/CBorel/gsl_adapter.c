/* GSL's generator interface over a Borel stream, and GSL's error handler switched off once at load time. */
#include "CBorel.h"
#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>

static void stream_set(void *state, unsigned long seed) { *(borel_stream *)state = borel_stream_seed(seed); }
static unsigned long stream_get(void *state) { return (unsigned long)(borel_bits(state) >> 32); }
static double stream_get_double(void *state) { return borel_uniform(state); }

static const gsl_rng_type stream_type = {
  "borel_philox4x32_10", 0xFFFFFFFFul, 0, sizeof(borel_stream), stream_set, stream_get, stream_get_double};

const void *borel_gsl_rng_type(void) { return &stream_type; }

/* GSL's default handler calls abort(). Without it, its functions return NaN and error codes. */
__attribute__((constructor)) static void silence_gsl(void) { gsl_set_error_handler_off(); }
