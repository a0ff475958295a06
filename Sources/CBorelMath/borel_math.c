/* The library is its header; this file checks that it stands alone. */
#include "borel_math.h"
