/* The loop that records on a tape: the same source, with nodes in the tags of reals. */
#define BOREL_TRACED
#include "vm.c"
