/* The tape: local derivatives of functions, and the sweep back. */
#include "borel_tape.h"

void borel_partials_evaluate(
    const borel_partials *partials, unsigned active, unsigned arity, const double *arguments, double value,
    double *result) {
  double v[BOREL_TAPE_VALUES];
  for (unsigned i = 0; i < arity; i++) v[i] = arguments[i];
  v[arity] = value;
  for (uint32_t i = 0; i < partials->constant_count; i++) v[arity + 1 + i] = partials->constants[i];
  const borel_step *steps = partials->steps;
  for (uint32_t i = 0; i < partials->step_count; i++) {
    const borel_step *step = steps + i;
    double a = v[step->a];
    switch ((borel_step_kind)step->kind) {
    case BOREL_STEP_ADD: v[step->target] = a + v[step->b]; break;
    case BOREL_STEP_SUBTRACT: v[step->target] = a - v[step->b]; break;
    case BOREL_STEP_MULTIPLY: v[step->target] = a * v[step->b]; break;
    case BOREL_STEP_DIVIDE: v[step->target] = a / v[step->b]; break;
    case BOREL_STEP_NEGATE: v[step->target] = -a; break;
    case BOREL_STEP_ABSOLUTE: v[step->target] = __builtin_fabs(a); break;
    case BOREL_STEP_LESS: v[step->target] = a < v[step->b]; break;
    case BOREL_STEP_EQUAL: v[step->target] = a == v[step->b]; break;
    case BOREL_STEP_OR: v[step->target] = a != 0 || v[step->b] != 0; break;
    case BOREL_STEP_CALL1: v[step->target] = step->function.one(a); break;
    case BOREL_STEP_CALL2: v[step->target] = step->function.two(a, v[step->b]); break;
    case BOREL_STEP_CALL3: v[step->target] = step->function.three(a, v[step->b], v[step->c]); break;
    case BOREL_STEP_COPY: v[step->target] = a; break;
    case BOREL_STEP_JUMP: i = step->target - 1u; break;
    case BOREL_STEP_JUMP_UNLESS:
      if (a == 0) i = step->target - 1u;
      break;
    }
  }
  for (unsigned i = 0; i < arity; i++)
    if (active >> i & 1) result[i] = v[partials->outputs[i]];
}

_Bool borel_tape_apply(
    borel_tape *tape, const borel_derivatives *derivatives, unsigned arity, const double *arguments,
    const uint64_t *nodes, double value, uint64_t *node) {
  unsigned active = 0;
  for (unsigned i = 0; i < arity; i++) active |= (unsigned)(nodes[i] != 0) << i;
  *node = 0;
  if (!active) return 1;
  const borel_partials *partials = derivatives->active[active];
  if (!partials || tape->capacity - tape->count < BOREL_TAPE_ARITY) return 0;
  double found[BOREL_TAPE_ARITY];
  borel_partials_evaluate(partials, active, arity, arguments, value, found);
  /* Two at a time; the sum of what has been recorded and the next one needs a node of its own. */
  uint64_t sum = 0;
  for (unsigned i = 0; i < arity; i++) {
    if (!nodes[i] || found[i] == 0) continue;
    if (sum) {
      borel_tape_record(tape, sum, 1, nodes[i], found[i], &sum);
      continue;
    }
    unsigned j = i + 1;
    while (j < arity && (!nodes[j] || found[j] == 0)) j++;
    if (j < arity) borel_tape_record(tape, nodes[i], found[i], nodes[j], found[j], &sum);
    else borel_tape_record(tape, nodes[i], found[i], 0, 0, &sum);
    i = j;
  }
  *node = sum;
  return 1;
}

void borel_tape_sweep(const borel_tape *tape, uint32_t first, uint32_t last, double *adjoints) {
  const borel_tape_entry *entries = tape->entries;
  for (uint32_t i = last; i-- > first;) {
    double adjoint = adjoints[i];
    /* What the result does not depend on may have an infinite derivative. */
    if (adjoint == 0) continue;
    adjoints[entries[i].left] += adjoint * entries[i].left_partial;
    adjoints[entries[i].right] += adjoint * entries[i].right_partial;
  }
}
