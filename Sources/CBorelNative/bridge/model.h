/* A constructed model inside the bridge, and what the parts of the bridge offer one another. */
#ifndef BOREL_BRIDGE_MODEL_H
#define BOREL_BRIDGE_MODEL_H
#include "../../CBorel/include/borel_random.h"
#include "bridge.h"
#include "bridgestan.h"
#include "json.h"
#include <pthread.h>

#define EXPORT __attribute__((visibility("default")))

/* Buffers of one evaluation; a model keeps those that are not in use. */
struct scratch {
  struct scratch *next;
  struct borel_workspace workspace;
  char *memory;
  size_t size;
  double *constrained; /* the parameters, each row-major */
  double *unconstrained;
  double *gradients; /* two of them, and a point */
  double *direction;
  void **outputs;
  const void **inputs;
};

struct bs_model {
  char *memory; /* struct model */
  long *sizes;  /* of the parameters, one after the other */
  long *counts, *starts;
  long dimension, total;
  char *names, *position_names;
  void **blocks;
  long block_count;
  pthread_mutex_t lock;
  struct scratch *idle;
  struct scratch *first; /* the one that was given back first: exchanged without the lock */
};

struct bs_rng {
  borel_stream stream;
};

/* Gives -1, with the message where `error` is wanted. */
int bridge_report(char **error, const char *format, ...);
int bridge_report_status(long status, char **error);

/* The shape of a rectangular array; 0 where it has another rank or is ragged. */
int bridge_shape(const struct json *value, int rank, long *shape);
/* Writes the elements in row-major order from `*place` on, eight bytes each, one for 'b'; 0 where the type is wrong. */
int bridge_fill(const struct json *value, char scalar, char **place);
/* Fills struct model from the data, sizes before arrays. */
int bridge_bind(bs_model *m, const struct json *data, char **error);
/* The text of a file with a zero behind it, to be freed; null where it cannot be read. */
char *bridge_read_file(const char *path);
/* Makes `block` part of the model; null where that fails. */
void *bridge_keep(bs_model *m, void *block);

/* Names of the parameters with indices from 1, the first index fastest, and of the position's elements; null without memory. */
char *bridge_parameter_names(const bs_model *m);
char *bridge_position_names(const bs_model *m);

struct scratch *bridge_borrow(const bs_model *m);
void bridge_give_back(const bs_model *m, struct scratch *s);
void bridge_release(struct scratch *s);
/* Runs a function of the module; the workspace grows until it is enough. */
long bridge_run(const bs_model *m, int function, struct scratch *s, const void *const *inputs, double *value,
                void *const *outputs);
/* Log density, with its gradient where that is wanted. */
int bridge_density(const bs_model *m, bool jacobian, struct scratch *s, const double *theta_unc, double *value,
                   double *gradient, char **error);

#endif
