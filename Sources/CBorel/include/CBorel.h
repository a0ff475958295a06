/* Borel's C layer: random streams, draws, special functions and hot kernels. */
#ifndef CBOREL_H
#define CBOREL_H
#include <stdint.h>
#include "borel_random.h"
#include "borel_draws.h"
#include "borel_special.h"
#include "borel_gsl.h"
#include "borel_ode.h"
#include "borel_hamiltonian.h"
#endif
