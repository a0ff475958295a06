/* What the generated part of a library tells the bridge about its model. */
#ifndef BOREL_BRIDGE_H
#define BOREL_BRIDGE_H
#include "../include/borel_native.h"

enum bridge_source {
  bridge_data,          /* the datum itself */
  bridge_size,          /* its size in dimension `dimension` */
  bridge_is_missing,    /* which elements are missing */
  bridge_missing_rank,  /* their rank among the missing ones */
  bridge_missing_count, /* how many are missing */
  bridge_constant,      /* `constant`: a value of the field's type, or its elements */
  bridge_dimension,     /* the length of the position: computed when all else is there */
  bridge_prepared,      /* written by a preparation */
};

enum { bridge_greatest_rank = 8 };

struct bridge_field {
  const char *path; /* keys from the outside in, separated by line feeds */
  enum bridge_source source;
  int dimension;
  char scalar; /* 'r', 'i' or 'b' */
  int rank;
  long offset;  /* in struct model */
  const void *constant;
  /* What each size has to be: n >= 0, -1 for any, or -2 - k for the value of field k. */
  long sizes[bridge_greatest_rank];
};

/* What one value of a parameter is in the position: its elements one by one, or the numbers of a transform of the whole. */
enum bridge_block {
  bridge_elements,
  bridge_one_less,       /* n - 1 of a simplex */
  bridge_below_diagonal, /* n (n - 1) / 2 of a correlation matrix */
  bridge_triangle,       /* n (n + 1) / 2 of a covariance matrix */
};

struct bridge_parameter {
  const char *name;
  int rank;
  enum bridge_block block;
  int missing; /* the field that says which elements are not observed; -1 where none is */
};

struct bridge_model {
  const char *name, *information;
  int field_count;
  const struct bridge_field *fields;
  int parameter_count;
  const struct bridge_parameter *parameters;
  /* Sizes of the parameters, `rank` numbers each. */
  void (*shapes)(const void *model, long *sizes);
  /* Which parameter each input of `unconstrain` is. */
  const int *unconstrain_inputs;
  /* Places in the module's table; -1 where there is no such function. */
  int log_density, gradient, plain_log_density, plain_gradient, constrain, unconstrain;
  /* Log density, gradient and the Hessian's product with a direction. */
  int product, plain_product;
};

extern const struct bridge_model bridge_model;
extern const struct borel_module borel_module;
const struct borel_runtime *borel_standard_runtime(void);

#endif
