/* The loop of the virtual machine: one label per operation, each with the frequent case inline. */
#include "borel_vm.h"

/* From the Swift runtime. */
extern void *swift_retain(void *object);
extern void swift_release(void *object);
extern _Bool swift_isUniquelyReferenced_nonNull_native(const void *object);

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define IS_OBJECT(s) ((s).tag >= BOREL_STRING)

static inline double as_double(uint64_t bits) {
  union { uint64_t u; double d; } x = {bits};
  return x.d;
}
static inline uint64_t as_bits(double d) {
  union { double d; uint64_t u; } x = {d};
  return x.u;
}

__attribute__((noinline)) static void release(borel_slot *slot) {
  void *object = (void *)slot->bits;
  slot->tag = BOREL_NULL;
  swift_release(object);
}

static inline void retain(borel_slot slot) {
  if (UNLIKELY(IS_OBJECT(slot))) swift_retain((void *)slot.bits);
}

/* Before a register is overwritten. */
static inline void vacate(borel_slot *slot) {
  if (UNLIKELY(IS_OBJECT(*slot))) release(slot);
}

static inline void put_real(borel_slot *slot, double x) {
  vacate(slot);
  slot->bits = as_bits(x);
  slot->tag = BOREL_REAL;
}
static inline void put_int(borel_slot *slot, int64_t n) {
  vacate(slot);
  slot->bits = (uint64_t)n;
  slot->tag = BOREL_INT;
}
static inline void put_bool(borel_slot *slot, _Bool b) {
  vacate(slot);
  slot->bits = b;
  slot->tag = BOREL_BOOL;
}

/* Loads a number; false for anything else. */
static inline _Bool number(const borel_slot *slot, double *x) {
  if (LIKELY(slot->tag == BOREL_REAL)) {
    *x = as_double(slot->bits);
    return 1;
  }
  if (slot->tag == BOREL_INT) {
    *x = (double)(int64_t)slot->bits;
    return 1;
  }
  return 0;
}

/* Whether an object has exactly one owner. */
static inline _Bool unique(const void *object) { return swift_isUniquelyReferenced_nonNull_native(object); }

#define ARRAY_FIELD(object, type, field) (*(type *)((char *)(object) + layout.field))

borel_status borel_vm_run(borel_vm *vm) {
  static const void *const labels[] = {
#define BOREL_LABEL(name) &&op_##name,
      BOREL_OPERATIONS(BOREL_LABEL)
#undef BOREL_LABEL
  };
  borel_frame *frame = vm->frame;
  const borel_instruction *pc = frame->pc;
  borel_slot *R = vm->stack + frame->base;
  const borel_slot *K = frame->function->constants;
  const borel_layout layout = vm->layout;
  int64_t budget = vm->budget;
  borel_status status;
  borel_instruction I;

#define NEXT()                                                                                                     \
  do {                                                                                                             \
    I = *pc;                                                                                                       \
    goto *labels[I.operation];                                                                                     \
  } while (0)
#define DONE()                                                                                                     \
  do {                                                                                                             \
    pc++;                                                                                                          \
    NEXT();                                                                                                        \
  } while (0)
#define A (R + I.a)
#define B (R + I.b)
#define C (R + I.c)

  NEXT();

op_MOVE: {
  borel_slot value = *B;
  retain(value);
  vacate(A);
  *A = value;
  DONE();
}
op_TAKE: {
  borel_slot value = *B;
  B->tag = BOREL_NULL;
  vacate(A);
  *A = value;
  DONE();
}
op_CONSTANT: {
  borel_slot value = K[borel_wide(I)];
  retain(value);
  vacate(A);
  *A = value;
  DONE();
}
op_CLEAR:
  vacate(A);
  A->tag = BOREL_NULL;
  DONE();
op_COMPLETE:
  if (UNLIKELY(A->tag == BOREL_HOST)) goto leave;
  DONE();
op_GET_GLOBAL: {
  borel_slot value = vm->globals[borel_wide(I)];
  if (UNLIKELY(value.tag == BOREL_UNSET)) goto leave;
  retain(value);
  vacate(A);
  *A = value;
  DONE();
}
op_SET_GLOBAL: {
  borel_slot *global = vm->globals + borel_wide(I);
  if (UNLIKELY(global->tag == BOREL_UNSET) || !unique(vm->globals_object)) goto leave;
  borel_slot old = *global;
  *global = *A;
  A->tag = BOREL_NULL;
  if (IS_OBJECT(old)) swift_release((void *)old.bits);
  DONE();
}
op_CAPTURE: {
  borel_slot value = frame->closure->captures[borel_wide(I)];
  retain(value);
  vacate(A);
  *A = value;
  DONE();
}

#define ARITHMETIC(left, right, checked, op)                                                                       \
  {                                                                                                                \
    const borel_slot *l = left, *r = right;                                                                        \
    if (LIKELY(l->tag == BOREL_REAL && r->tag == BOREL_REAL)) {                                                    \
      put_real(A, as_double(l->bits) op as_double(r->bits));                                                       \
    } else if (LIKELY(l->tag == BOREL_INT && r->tag == BOREL_INT)) {                                               \
      int64_t result;                                                                                              \
      if (UNLIKELY(checked((int64_t)l->bits, (int64_t)r->bits, &result))) goto leave;                              \
      put_int(A, result);                                                                                          \
    } else {                                                                                                       \
      double x, y;                                                                                                 \
      if (UNLIKELY(!number(l, &x) || !number(r, &y))) goto leave;                                                  \
      put_real(A, x op y);                                                                                         \
    }                                                                                                              \
    DONE();                                                                                                        \
  }
op_ADD: ARITHMETIC(B, C, __builtin_add_overflow, +)
op_SUBTRACT: ARITHMETIC(B, C, __builtin_sub_overflow, -)
op_MULTIPLY: ARITHMETIC(B, C, __builtin_mul_overflow, *)
op_ADD_K: ARITHMETIC(B, K + I.c, __builtin_add_overflow, +)
op_SUBTRACT_K: ARITHMETIC(B, K + I.c, __builtin_sub_overflow, -)
op_MULTIPLY_K: ARITHMETIC(B, K + I.c, __builtin_mul_overflow, *)
op_K_SUBTRACT: ARITHMETIC(K + I.c, B, __builtin_sub_overflow, -)

#define DIVISION(left, right)                                                                                      \
  {                                                                                                                \
    double x, y;                                                                                                   \
    if (UNLIKELY(!number(left, &x) || !number(right, &y))) goto leave;                                             \
    put_real(A, x / y);                                                                                            \
    DONE();                                                                                                        \
  }
op_DIVIDE: DIVISION(B, C)
op_DIVIDE_K: DIVISION(B, K + I.c)
op_K_DIVIDE: DIVISION(K + I.c, B)

op_MODULO: {
  if (UNLIKELY(B->tag != BOREL_INT || C->tag != BOREL_INT || (int64_t)C->bits <= 0)) goto leave;
  int64_t divisor = (int64_t)C->bits, remainder = (int64_t)B->bits % divisor;
  put_int(A, remainder < 0 ? remainder + divisor : remainder);
  DONE();
}
op_POWER: {
  /* Squares are frequent; other powers go through the caller's table. */
  if (C->tag == BOREL_INT && C->bits == 2 && B->tag == BOREL_REAL) {
    double x = as_double(B->bits);
    put_real(A, x * x);
    DONE();
  }
  goto leave;
}
op_NEGATE:
  if (LIKELY(B->tag == BOREL_REAL)) {
    put_real(A, -as_double(B->bits));
  } else {
    if (UNLIKELY(B->tag != BOREL_INT || (int64_t)B->bits == INT64_MIN)) goto leave;
    put_int(A, -(int64_t)B->bits);
  }
  DONE();
op_NOT:
  if (UNLIKELY(B->tag != BOREL_BOOL)) goto leave;
  put_bool(A, !B->bits);
  DONE();

#define COMPARE(left, right, op, use)                                                                              \
  {                                                                                                                \
    const borel_slot *l = left, *r = right;                                                                        \
    _Bool holds;                                                                                                   \
    if (LIKELY(l->tag == BOREL_INT && r->tag == BOREL_INT)) {                                                      \
      holds = (int64_t)l->bits op(int64_t) r->bits;                                                                \
    } else {                                                                                                       \
      double x, y;                                                                                                 \
      if (UNLIKELY(!number(l, &x) || !number(r, &y))) goto leave;                                                  \
      holds = x op y;                                                                                              \
    }                                                                                                              \
    use;                                                                                                           \
  }
#define TO_REGISTER                                                                                                \
  put_bool(A, holds);                                                                                              \
  DONE()
#define BRANCH                                                                                                     \
  pc += holds ? 1 : (int16_t)I.c;                                                                                  \
  NEXT()
op_LESS: COMPARE(B, C, <, TO_REGISTER)
op_LESS_EQUAL: COMPARE(B, C, <=, TO_REGISTER)
op_GREATER: COMPARE(B, C, >, TO_REGISTER)
op_GREATER_EQUAL: COMPARE(B, C, >=, TO_REGISTER)
op_EQUAL: COMPARE(B, C, ==, TO_REGISTER)
op_NOT_EQUAL: COMPARE(B, C, !=, TO_REGISTER)
op_UNLESS_LESS: COMPARE(A, B, <, BRANCH)
op_UNLESS_LESS_EQUAL: COMPARE(A, B, <=, BRANCH)
op_UNLESS_GREATER: COMPARE(A, B, >, BRANCH)
op_UNLESS_GREATER_EQUAL: COMPARE(A, B, >=, BRANCH)
op_UNLESS_EQUAL: COMPARE(A, B, ==, BRANCH)
op_UNLESS_NOT_EQUAL: COMPARE(A, B, !=, BRANCH)
op_UNLESS_LESS_K: COMPARE(A, K + I.b, <, BRANCH)
op_UNLESS_LESS_EQUAL_K: COMPARE(A, K + I.b, <=, BRANCH)
op_UNLESS_GREATER_K: COMPARE(A, K + I.b, >, BRANCH)
op_UNLESS_GREATER_EQUAL_K: COMPARE(A, K + I.b, >=, BRANCH)
op_UNLESS_EQUAL_K: COMPARE(A, K + I.b, ==, BRANCH)
op_UNLESS_NOT_EQUAL_K: COMPARE(A, K + I.b, !=, BRANCH)

op_JUMP:
  pc += borel_wide(I);
  NEXT();
op_LOOP:
  if (UNLIKELY(--budget < 0)) goto out_of_budget;
  pc += borel_wide(I);
  NEXT();
op_JUMP_IF_FALSE:
  if (UNLIKELY(A->tag != BOREL_BOOL)) goto leave;
  pc += A->bits ? 1 : borel_wide(I);
  NEXT();
op_JUMP_IF_TRUE:
  if (UNLIKELY(A->tag != BOREL_BOOL)) goto leave;
  pc += A->bits ? borel_wide(I) : 1;
  NEXT();
op_CHECK_BOOL:
  if (UNLIKELY(A->tag != BOREL_BOOL)) goto leave;
  DONE();

op_FOR_PREPARE: {
  if (UNLIKELY(A[0].tag != BOREL_INT || A[1].tag != BOREL_INT)) goto leave;
  int64_t lower = (int64_t)A[0].bits, upper = (int64_t)A[1].bits;
  if (I.b ? lower > upper : lower >= upper) {
    pc += (int16_t)I.c;
    NEXT();
  }
  /* The bound becomes the last value, so that a closed range may end at the largest Int. */
  if (!I.b) A[1].bits = (uint64_t)(upper - 1);
  DONE();
}
op_FOR_NEXT: {
  int64_t counter = (int64_t)A[0].bits;
  if (LIKELY(counter < (int64_t)A[1].bits)) {
    if (UNLIKELY(--budget < 0)) goto out_of_budget;
    A[0].bits = (uint64_t)(counter + 1);
    pc += borel_wide(I);
    NEXT();
  }
  DONE();
}
op_EACH_PREPARE:
  if (UNLIKELY(A[0].tag != BOREL_ARRAY && A[0].tag != BOREL_LIST)) goto leave;
  put_int(A + 1, 0);
  DONE();
op_EACH_NEXT: {
  if (UNLIKELY(A[0].tag != BOREL_ARRAY)) goto leave;
  void *array = (void *)A[0].bits;
  if (UNLIKELY(ARRAY_FIELD(array, int64_t, array_rank) != 1)) goto leave;
  uint64_t position = A[1].bits;
  if (position >= ARRAY_FIELD(array, uint64_t, array_count)) {
    pc += borel_wide(I);
    NEXT();
  }
  if (UNLIKELY(--budget < 0)) goto out_of_budget;
  vacate(A + 2);
  A[2].bits = ARRAY_FIELD(array, uint64_t *, array_storage)[position];
  A[2].tag = BOREL_BOOL + ARRAY_FIELD(array, uint8_t, array_kind);
  A[1].bits = position + 1;
  DONE();
}

op_INDEX: {
  if (UNLIKELY(B->tag != BOREL_ARRAY || C->tag != BOREL_INT)) goto leave;
  void *array = (void *)B->bits;
  uint64_t index = C->bits;
  if (UNLIKELY(ARRAY_FIELD(array, int64_t, array_rank) != 1 || index >= ARRAY_FIELD(array, uint64_t, array_count)))
    goto leave;
  uint64_t bits = ARRAY_FIELD(array, uint64_t *, array_storage)[index];
  uint64_t tag = BOREL_BOOL + ARRAY_FIELD(array, uint8_t, array_kind);
  vacate(A);
  A->bits = bits;
  A->tag = tag;
  DONE();
}
op_INDEX2: {
  if (UNLIKELY(B->tag != BOREL_ARRAY || C[0].tag != BOREL_INT || C[1].tag != BOREL_INT)) goto leave;
  void *array = (void *)B->bits;
  uint64_t row = C[0].bits, column = C[1].bits, stride = ARRAY_FIELD(array, uint64_t, array_stride), start;
  if (UNLIKELY(ARRAY_FIELD(array, int64_t, array_rank) != 2 || column >= stride ||
               __builtin_mul_overflow(row, stride, &start) ||
               start >= ARRAY_FIELD(array, uint64_t, array_count)))
    goto leave;
  uint64_t bits = ARRAY_FIELD(array, uint64_t *, array_storage)[start + column];
  uint64_t tag = BOREL_BOOL + ARRAY_FIELD(array, uint8_t, array_kind);
  vacate(A);
  A->bits = bits;
  A->tag = tag;
  DONE();
}

#define STORE(place)                                                                                               \
  {                                                                                                                \
    uint64_t kind = BOREL_BOOL + ARRAY_FIELD(array, uint8_t, array_kind);                                          \
    if (LIKELY(C->tag == kind)) {                                                                                  \
      ARRAY_FIELD(array, uint64_t *, array_storage)[place] = C->bits;                                              \
    } else {                                                                                                       \
      if (UNLIKELY(kind != BOREL_REAL || C->tag != BOREL_INT)) goto leave;                                         \
      ARRAY_FIELD(array, uint64_t *, array_storage)[place] = as_bits((double)(int64_t)C->bits);                    \
    }                                                                                                              \
    DONE();                                                                                                        \
  }
op_SET_INDEX: {
  if (UNLIKELY(A->tag != BOREL_ARRAY || B->tag != BOREL_INT)) goto leave;
  void *array = (void *)A->bits;
  uint64_t index = B->bits;
  if (UNLIKELY(ARRAY_FIELD(array, int64_t, array_rank) != 1 ||
               index >= ARRAY_FIELD(array, uint64_t, array_count) || !unique(array)))
    goto leave;
  STORE(index)
}
op_SET_INDEX2: {
  if (UNLIKELY(A->tag != BOREL_ARRAY || B[0].tag != BOREL_INT || B[1].tag != BOREL_INT)) goto leave;
  void *array = (void *)A->bits;
  uint64_t row = B[0].bits, column = B[1].bits, stride = ARRAY_FIELD(array, uint64_t, array_stride), start;
  if (UNLIKELY(ARRAY_FIELD(array, int64_t, array_rank) != 2 || column >= stride ||
               __builtin_mul_overflow(row, stride, &start) ||
               start >= ARRAY_FIELD(array, uint64_t, array_count) || !unique(array)))
    goto leave;
  STORE(start + column)
}
op_LENGTH: {
  if (UNLIKELY(B->tag != BOREL_ARRAY || ARRAY_FIELD((void *)B->bits, int64_t, array_rank) != 1)) goto leave;
  put_int(A, ARRAY_FIELD((void *)B->bits, int64_t, array_count));
  DONE();
}

op_REAL1: {
  double x;
  if (UNLIKELY(!number(B, &x))) goto leave;
  x = vm->real1[I.c](x);
  put_real(A, x);
  DONE();
}
op_REAL2: {
  double x, y;
  if (UNLIKELY(!number(B, &x) || !number(B + 1, &y))) goto leave;
  x = vm->real2[I.c](x, y);
  put_real(A, x);
  DONE();
}
op_REAL3: {
  double x, y, z;
  if (UNLIKELY(!number(B, &x) || !number(B + 1, &y) || !number(B + 2, &z))) goto leave;
  x = vm->real3[I.c](x, y, z);
  put_real(A, x);
  DONE();
}

op_CALL: {
  const borel_function *function = vm->functions + borel_wide(I);
  if (UNLIKELY(vm->stack_end - A < (int64_t)function->registers)) goto stack_full;
  if (UNLIKELY(frame + 1 == vm->frames_end)) goto frames_full;
  if (UNLIKELY(--budget < 0)) goto out_of_budget;
  frame->pc = pc + 1;
  uint32_t base = frame->base + I.a;
  frame++;
  frame->function = function;
  frame->closure = 0;
  frame->closure_object = 0;
  frame->base = base;
  frame->result = base;
  frame->flags = 0;
  R = A;
  K = function->constants;
  pc = function->code;
  NEXT();
}
op_CALL_VALUE: {
  if (UNLIKELY(A->tag != BOREL_FUNCTION || I.c)) goto leave;
  const borel_closure *closure = ARRAY_FIELD((void *)A->bits, const borel_closure *, closure_state);
  if (UNLIKELY(!closure)) goto leave;
  const borel_function *function = vm->functions + closure->function;
  if (UNLIKELY(function->parameters != I.b)) goto leave;
  if (UNLIKELY(vm->stack_end - A < (int64_t)function->registers + 1)) goto stack_full;
  if (UNLIKELY(frame + 1 == vm->frames_end)) goto frames_full;
  if (UNLIKELY(--budget < 0)) goto out_of_budget;
  frame->pc = pc + 1;
  uint32_t result = frame->base + I.a;
  frame++;
  frame->function = function;
  frame->closure = closure;
  frame->closure_object = (void *)A->bits;
  frame->base = result + 1;
  frame->result = result;
  frame->flags = 0;
  R = A + 1;
  K = function->constants;
  pc = function->code;
  NEXT();
}
op_RETURN: {
  if (UNLIKELY(frame->flags & BOREL_FRAME_SCOPE)) {
    status = BOREL_LEAVING_SCOPE;
    goto stop;
  }
  borel_slot value = *A;
  A->tag = BOREL_NULL;
  for (borel_slot *slot = R, *end = R + frame->function->registers; slot != end; slot++) vacate(slot);
  borel_slot *result = vm->stack + frame->result;
  vacate(result);
  *result = value;
  uint32_t flags = frame->flags;
  frame--;
  pc = frame->pc;
  if (UNLIKELY(flags & BOREL_FRAME_BARRIER)) {
    status = BOREL_RETURNED;
    goto stop;
  }
  R = vm->stack + frame->base;
  K = frame->function->constants;
  NEXT();
}
op_EXPECT_REAL:
  if (LIKELY(A->tag == BOREL_REAL)) DONE();
  if (UNLIKELY(A->tag != BOREL_INT)) goto leave;
  put_real(A, (double)(int64_t)A->bits);
  DONE();
op_EXPECT_INT:
  if (UNLIKELY(A->tag != BOREL_INT)) goto leave;
  DONE();

op_INDEX_TAKE:
op_INDEX2_TAKE:
op_EXPECT:
op_PRIMITIVE:
op_INDEX_PATH:
op_UPDATE:
op_UPDATE_GLOBAL:
op_FIELD:
op_FIELD_TAKE:
op_ELEMENT:
op_MAKE_ARRAY:
op_MAKE_TUPLE:
op_EXTEND_TUPLE:
op_ARRAY_OF_TUPLE:
op_MAKE_RECORD:
op_MAKE_RANGE:
op_MAKE_CLOSURE:
op_CURRENT_CLOSURE:
op_APPLY_MODEL:
op_APPLY_DISTRIBUTION:
op_CONDITION:
op_CHOICE:
op_STORE_CHOICE:
op_SAMPLE:
op_OBSERVE:
op_FACTOR:
leave:
  status = BOREL_INSTRUCTION;
  goto stop;
stack_full:
  status = BOREL_STACK_FULL;
  goto stop;
frames_full:
  status = BOREL_FRAMES_FULL;
  goto stop;
out_of_budget:
  status = BOREL_BUDGET;
stop:
  frame->pc = pc;
  vm->frame = frame;
  vm->budget = budget;
  return status;
}

const char *borel_operation_name(uint16_t operation) {
  static const char *const names[] = {
#define BOREL_NAME(name) #name,
      BOREL_OPERATIONS(BOREL_NAME)
#undef BOREL_NAME
  };
  return operation < BOREL_OPERATION_COUNT ? names[operation] : "?";
}
