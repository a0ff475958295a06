/* The tape of a run: one entry for each real that depends on an input, with its local partial derivatives. */
#ifndef BOREL_TAPE_H
#define BOREL_TAPE_H
#include <stdint.h>

/* The node of a real stands in its tag above the tag proper; 0 is a constant. */
enum { BOREL_NODE_SHIFT = 8 };

/* A value with partial derivatives with respect to two earlier ones; node 0 takes what is for constants. */
typedef struct {
  uint32_t left, right;
  double left_partial, right_partial;
} borel_tape_entry;

/* Entry i belongs to node i; entry 0 stands for all constants. */
typedef struct {
  borel_tape_entry *entries;
  uint32_t count, capacity;
} borel_tape;

/* Records a value computed from two nodes; a value that depends on constants alone gets node 0. False where there is no room. */
static inline _Bool borel_tape_record(
    borel_tape *tape, uint64_t left, double left_partial, uint64_t right, double right_partial, uint64_t *node) {
  if ((left | right) == 0) {
    *node = 0;
    return 1;
  }
  if (__builtin_expect(tape->count == tape->capacity, 0)) return 0;
  borel_tape_entry *entry = tape->entries + tape->count;
  entry->left = (uint32_t)left;
  entry->right = (uint32_t)right;
  entry->left_partial = left_partial;
  entry->right_partial = right_partial;
  *node = tape->count++;
  return 1;
}

/* One step in the computation of partial derivatives: value `target` from values a, b, c. */
typedef enum {
  BOREL_STEP_ADD, BOREL_STEP_SUBTRACT, BOREL_STEP_MULTIPLY, BOREL_STEP_DIVIDE, BOREL_STEP_NEGATE, BOREL_STEP_ABSOLUTE,
  BOREL_STEP_LESS, BOREL_STEP_EQUAL, BOREL_STEP_OR,
  BOREL_STEP_CALL1, BOREL_STEP_CALL2, BOREL_STEP_CALL3,
  BOREL_STEP_COPY,
  /* Goes on with step `target`, always or where a is zero. */
  BOREL_STEP_JUMP, BOREL_STEP_JUMP_UNLESS,
} borel_step_kind;

typedef struct {
  uint16_t kind, target, a, b, c;
  union {
    double (*one)(double);
    double (*two)(double, double);
    double (*three)(double, double, double);
  } function;
} borel_step;

enum { BOREL_TAPE_ARITY = 4, BOREL_TAPE_VALUES = 256 };

/* The partial derivatives of a function with respect to some of its arguments. Values are numbered: the arguments, the
 * function's own value, the constants, then the results of steps. */
typedef struct {
  const double *constants;
  const borel_step *steps;
  uint32_t constant_count, step_count;
  /* The numbers of the partial derivatives, by argument. */
  uint16_t outputs[BOREL_TAPE_ARITY];
} borel_partials;

/* By the set of arguments that have nodes, as bits; null for sets with an argument that has no derivative. */
typedef struct {
  const borel_partials *active[1 << BOREL_TAPE_ARITY];
} borel_derivatives;

/* Writes the partial derivatives at arguments and value to the places of the active arguments. */
void borel_partials_evaluate(
    const borel_partials *partials, unsigned active, unsigned arity, const double *arguments, double value,
    double *result);

/* Records the value of a function of up to four reals. False where there is no room for three entries or no derivative. */
_Bool borel_tape_apply(
    borel_tape *tape, const borel_derivatives *derivatives, unsigned arity, const double *arguments,
    const uint64_t *nodes, double value, uint64_t *node);

/* From the adjoints of nodes [first, last) to those of what they were computed from. */
void borel_tape_sweep(const borel_tape *tape, uint32_t first, uint32_t last, double *adjoints);

#endif
