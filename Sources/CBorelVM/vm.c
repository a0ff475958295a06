/* The scalar core of the virtual machine. */
#include "borel_vm.h"
