/* OpenBLAS: its CBLAS interface and the LAPACK routines that Borel calls. */
#include <cblas.h>
