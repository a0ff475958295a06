/* What the host of compiled models sees. */
#ifndef CBORELNATIVE_H
#define CBORELNATIVE_H
#include "borel_native.h"

/* The functions that compiled models call: the same ones that the virtual machine calls. */
const struct borel_runtime *borel_standard_runtime(void);

#endif
