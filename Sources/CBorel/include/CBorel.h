/* Borel's C layer: random streams and hot kernels. */
#ifndef CBOREL_H
#define CBOREL_H
#include <stdint.h>
#endif
