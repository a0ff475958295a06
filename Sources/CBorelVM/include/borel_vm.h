/* The registers of the virtual machine. */
#ifndef BOREL_VM_H
#define BOREL_VM_H
#include <stdint.h>

/* One register: a value's tag (as in Swift's ValueTag) and its bits: a bool, an int, a double, or a counted reference
 * to a heap object. Copying the struct does not count the reference. */
typedef struct {
  uint64_t bits;
  uint64_t tag;
} borel_slot;

#endif
