/* The loop of the virtual machine: one function per operation, each with the frequent case inline and a tail call to the
 * next. Tail calls keep the state in registers and give every operation an indirect jump of its own.
 *
 * `vm_traced.c` compiles this file again with BOREL_TRACED: the loop that records operations on a tape. There the tag of a
 * real that depends on an input holds the number of its node above the lowest byte; a comparison of whole tags is false
 * for such a real, so whatever does not know of nodes leaves the instruction to the caller. */
#include "borel_vm.h"

/* From the Swift runtime. */
extern void *swift_retain(void *object);
extern void swift_release(void *object);
extern _Bool swift_isUniquelyReferenced_nonNull_native(const void *object);

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#ifdef BOREL_TRACED
#define TAG(s) ((uint8_t)(s).tag)
#define NODE(s) ((s).tag >> BOREL_NODE_SHIFT)
#else
#define TAG(s) ((s).tag)
#endif
#define IS_OBJECT(s) (TAG(s) >= BOREL_STRING)

#if defined(__has_attribute) && __has_attribute(preserve_none) && (defined(__x86_64__) || defined(__aarch64__))
#define CONVENTION __attribute__((preserve_none))
#else
#define CONVENTION
#endif
#define TAIL __attribute__((musttail)) return

/* `word` holds the instruction at `pc`. */
#define STATE                                                                                                      \
  borel_vm *vm, const borel_instruction *pc, borel_slot *R, const borel_slot *K, int64_t budget, borel_frame *frame, \
      uint64_t word
#define PASS vm, pc, R, K, budget, frame, word
typedef CONVENTION borel_status (*borel_handler)(STATE);
static const borel_handler handlers[BOREL_OPERATION_COUNT];

#define OP_A ((uint16_t)(word >> 16))
#define OP_B ((uint16_t)(word >> 32))
#define OP_C ((uint16_t)(word >> 48))
#define WIDE ((int32_t)(word >> 32))
#define SHORT ((int16_t)(word >> 48))
#define A (R + OP_A)
#define B (R + OP_B)
#define C (R + OP_C)

#define OPERATION(name) static CONVENTION borel_status op_##name(STATE)
#define RARE(name) static CONVENTION __attribute__((noinline, cold)) borel_status name(STATE)
#define NEXT()                                                                                                     \
  do {                                                                                                             \
    __builtin_memcpy(&word, pc, sizeof word);                                                                      \
    TAIL handlers[(uint16_t)word](PASS);                                                                           \
  } while (0)
#define DONE()                                                                                                     \
  do {                                                                                                             \
    pc++;                                                                                                          \
    NEXT();                                                                                                        \
  } while (0)
/* For an operation that the loop does not finish. */
#define LEAVE_UNLESS(condition)                                                                                    \
  do {                                                                                                             \
    if (UNLIKELY(!(condition))) TAIL leave(PASS);                                                                  \
  } while (0)
/* Before register a is overwritten, when the operands are known to be no objects. */
#define VACATE_A()                                                                                                 \
  do {                                                                                                             \
    if (UNLIKELY(IS_OBJECT(*A))) TAIL release_and_repeat(PASS);                                                    \
  } while (0)
#define SPEND()                                                                                                    \
  do {                                                                                                             \
    if (UNLIKELY(--budget < 0)) TAIL out_of_budget(PASS);                                                          \
  } while (0)

static inline double as_double(uint64_t bits) {
  double d;
  __builtin_memcpy(&d, &bits, sizeof d);
  return d;
}
static inline uint64_t as_bits(double d) {
  uint64_t bits;
  __builtin_memcpy(&bits, &d, sizeof bits);
  return bits;
}
static inline void set(borel_slot *slot, uint64_t bits, uint64_t tag) {
  slot->bits = bits;
  slot->tag = tag;
}
#define SET_REAL(x) set(A, as_bits(x), BOREL_REAL)
#define SET_INT(n) set(A, (uint64_t)(n), BOREL_INT)
#define SET_BOOL(b) set(A, (b), BOREL_BOOL)

/* Loads a number; false for anything else. */
static inline _Bool number(const borel_slot *slot, double *x) {
  if (LIKELY(TAG(*slot) == BOREL_REAL)) {
    *x = as_double(slot->bits);
    return 1;
  }
  if (slot->tag == BOREL_INT) {
    *x = (double)(int64_t)slot->bits;
    return 1;
  }
  return 0;
}

static inline borel_status stop(borel_status status, STATE) {
  (void)R, (void)K, (void)word;
  frame->pc = pc;
  vm->frame = frame;
  vm->budget = budget;
  return status;
}
RARE(leave) { return stop(BOREL_INSTRUCTION, PASS); }
RARE(stack_full) { return stop(BOREL_STACK_FULL, PASS); }
RARE(frames_full) { return stop(BOREL_FRAMES_FULL, PASS); }
RARE(returned) { return stop(BOREL_RETURNED, PASS); }
RARE(leaving_scope) { return stop(BOREL_LEAVING_SCOPE, PASS); }
RARE(out_of_budget) {
  budget = 0;
  return stop(BOREL_BUDGET, PASS);
}

/* Releases what register a holds and performs the instruction again. */
RARE(release_and_repeat) {
  void *object = (void *)A->bits;
  set(A, 0, BOREL_NULL);
  swift_release(object);
  NEXT();
}

static inline void vacate(borel_slot *slot) {
  if (UNLIKELY(IS_OBJECT(*slot))) {
    void *object = (void *)slot->bits;
    set(slot, 0, BOREL_NULL);
    swift_release(object);
  }
}

/* Puts a value, with a reference of its own, into register a. */
#define COPY_TO_A(value)                                                                                           \
  do {                                                                                                             \
    borel_slot copied = (value);                                                                                   \
    if (IS_OBJECT(copied)) swift_retain((void *)copied.bits);                                                      \
    vacate(A);                                                                                                     \
    *A = copied;                                                                                                   \
  } while (0)

/* MARK: Moves */

RARE(move_object) {
  COPY_TO_A(*B);
  DONE();
}
OPERATION(MOVE) {
  if (UNLIKELY(IS_OBJECT(*B) || IS_OBJECT(*A))) TAIL move_object(PASS);
  *A = *B;
  DONE();
}
OPERATION(TAKE) {
  VACATE_A();
  *A = *B;
  B->tag = BOREL_NULL;
  DONE();
}
RARE(constant_object) {
  COPY_TO_A(K[WIDE]);
  DONE();
}
OPERATION(CONSTANT) {
  const borel_slot *constant = K + WIDE;
  if (UNLIKELY(IS_OBJECT(*constant) || IS_OBJECT(*A))) TAIL constant_object(PASS);
  *A = *constant;
  DONE();
}
OPERATION(CLEAR) {
  VACATE_A();
  A->tag = BOREL_NULL;
  DONE();
}
OPERATION(COMPLETE) {
  LEAVE_UNLESS(A->tag != BOREL_HOST);
  DONE();
}
RARE(get_global_object) {
  LEAVE_UNLESS(vm->globals[WIDE].tag != BOREL_UNSET);
  COPY_TO_A(vm->globals[WIDE]);
  DONE();
}
OPERATION(GET_GLOBAL) {
  const borel_slot *global = vm->globals + WIDE;
  if (UNLIKELY(IS_OBJECT(*global) || IS_OBJECT(*A))) TAIL get_global_object(PASS);
  *A = *global;
  DONE();
}

/* Whether an object has exactly one owner. The count is looked up in the object where that is known to be sound: strong
 * references beyond the first stand above bit 33 of the second word, and other states of the object set bits there too. */
static inline _Bool is_unique(const borel_vm *vm, const void *object) {
  if (LIKELY(((const uint64_t *)object)[1] >> 33 == 0 && vm->layout.counts_are_inline)) return 1;
  return 0;
}

/* Releases what register a holds and goes on with the instruction at `pc`. */
RARE(release_and_go_on) {
  vacate(A);
  NEXT();
}
OPERATION(SET_GLOBAL) {
  borel_slot *global = vm->globals + WIDE;
  LEAVE_UNLESS(global->tag != BOREL_UNSET && is_unique(vm, vm->globals_object));
  borel_slot old = *global;
  *global = *A;
  A->tag = BOREL_NULL;
  if (UNLIKELY(IS_OBJECT(old))) {
    /* Released by way of register a. */
    *A = old;
    pc++;
    TAIL release_and_go_on(PASS);
  }
  DONE();
}
RARE(capture_object) {
  COPY_TO_A(frame->closure->captures[WIDE]);
  DONE();
}
OPERATION(CAPTURE) {
  const borel_slot *captured = frame->closure->captures + WIDE;
  if (UNLIKELY(IS_OBJECT(*captured) || IS_OBJECT(*A))) TAIL capture_object(PASS);
  *A = *captured;
  DONE();
}

/* MARK: Arithmetic */

/* Puts the real result of an operation on l and r into register a. The traced loop records a node for it where an operand
 * has one, with the operation's partial derivatives (the rows of BorelIR's DerivativeTable), and leaves where the tape is full. */
#ifdef BOREL_TRACED
#define SET_RESULT(result, node)                                                                                   \
  do {                                                                                                             \
    uint64_t recorded;                                                                                             \
    VACATE_A();                                                                                                    \
    LEAVE_UNLESS(node);                                                                                            \
    set(A, as_bits(result), BOREL_REAL | recorded << BOREL_NODE_SHIFT);                                            \
  } while (0)
static inline _Bool record_sum(borel_tape *tape, uint64_t left, uint64_t right, uint64_t *node) {
  if (!left || !right) {
    *node = left | right;
    return 1;
  }
  return borel_tape_record(tape, left, 1, right, 1, node);
}
static inline _Bool record_difference(borel_tape *tape, uint64_t left, uint64_t right, uint64_t *node) {
  if (!right) {
    *node = left;
    return 1;
  }
  return borel_tape_record(tape, left, 1, right, -1, node);
}
#define RECORD_ADD(x, y) record_sum(vm->tape, NODE(*l), NODE(*r), &recorded)
#define RECORD_SUBTRACT(x, y) record_difference(vm->tape, NODE(*l), NODE(*r), &recorded)
#define RECORD_MULTIPLY(x, y) borel_tape_record(vm->tape, NODE(*l), y, NODE(*r), x, &recorded)
#else
#define SET_RESULT(result, node)                                                                                   \
  do {                                                                                                             \
    VACATE_A();                                                                                                    \
    SET_REAL(result);                                                                                              \
  } while (0)
#endif

#define ARITHMETIC(name, left, right, checked, op, record)                                                         \
  RARE(mixed_##name) {                                                                                             \
    const borel_slot *l = left, *r = right;                                                                        \
    double x, y;                                                                                                   \
    LEAVE_UNLESS(number(l, &x) && number(r, &y));                                                                  \
    SET_RESULT(x op y, record(x, y));                                                                              \
    DONE();                                                                                                        \
  }                                                                                                                \
  OPERATION(name) {                                                                                                \
    const borel_slot *l = left, *r = right;                                                                        \
    if (LIKELY(TAG(*l) == BOREL_REAL && TAG(*r) == BOREL_REAL)) {                                                  \
      double x = as_double(l->bits), y = as_double(r->bits), result = x op y;                                      \
      SET_RESULT(result, record(x, y));                                                                            \
      DONE();                                                                                                      \
    }                                                                                                              \
    if (LIKELY(l->tag == BOREL_INT && r->tag == BOREL_INT)) {                                                      \
      int64_t result;                                                                                              \
      LEAVE_UNLESS(!checked((int64_t)l->bits, (int64_t)r->bits, &result));                                         \
      VACATE_A();                                                                                                  \
      SET_INT(result);                                                                                             \
      DONE();                                                                                                      \
    }                                                                                                              \
    TAIL mixed_##name(PASS);                                                                                       \
  }
ARITHMETIC(ADD, B, C, __builtin_add_overflow, +, RECORD_ADD)
ARITHMETIC(SUBTRACT, B, C, __builtin_sub_overflow, -, RECORD_SUBTRACT)
ARITHMETIC(MULTIPLY, B, C, __builtin_mul_overflow, *, RECORD_MULTIPLY)
ARITHMETIC(ADD_K, B, K + OP_C, __builtin_add_overflow, +, RECORD_ADD)
ARITHMETIC(SUBTRACT_K, B, K + OP_C, __builtin_sub_overflow, -, RECORD_SUBTRACT)
ARITHMETIC(MULTIPLY_K, B, K + OP_C, __builtin_mul_overflow, *, RECORD_MULTIPLY)
ARITHMETIC(K_SUBTRACT, K + OP_C, B, __builtin_sub_overflow, -, RECORD_SUBTRACT)

#define DIVISION(name, left, right)                                                                                \
  OPERATION(name) {                                                                                                \
    const borel_slot *l = left, *r = right;                                                                        \
    double x, y;                                                                                                   \
    LEAVE_UNLESS(number(l, &x) && number(r, &y));                                                                  \
    double result = x / y;                                                                                         \
    SET_RESULT(result, borel_tape_record(vm->tape, NODE(*l), 1 / y, NODE(*r), -(result / y), &recorded));          \
    DONE();                                                                                                        \
  }
DIVISION(DIVIDE, B, C)
DIVISION(DIVIDE_K, B, K + OP_C)
DIVISION(K_DIVIDE, K + OP_C, B)

static inline _Bool floored_remainder(const borel_slot *left, const borel_slot *right, int64_t *remainder) {
  if (UNLIKELY(left->tag != BOREL_INT || right->tag != BOREL_INT || (int64_t)right->bits <= 0)) return 0;
  int64_t dividend = (int64_t)left->bits, divisor = (int64_t)right->bits;
  /* Short divisions are much faster on many processors. */
  if (LIKELY(((left->bits | right->bits) >> 32) == 0)) {
    *remainder = (uint32_t)dividend % (uint32_t)divisor;
  } else {
    *remainder = dividend % divisor;
    if (*remainder < 0) *remainder += divisor;
  }
  return 1;
}
OPERATION(MODULO) {
  int64_t remainder;
  LEAVE_UNLESS(floored_remainder(B, C, &remainder));
  VACATE_A();
  SET_INT(remainder);
  DONE();
}
OPERATION(MODULO_K) {
  int64_t remainder;
  LEAVE_UNLESS(floored_remainder(B, K + OP_C, &remainder));
  VACATE_A();
  SET_INT(remainder);
  DONE();
}
/* Squares are frequent; other powers go through the caller's table. */
OPERATION(POWER) {
  LEAVE_UNLESS(C->tag == BOREL_INT && C->bits == 2 && TAG(*B) == BOREL_REAL);
  double x = as_double(B->bits);
  SET_RESULT(x * x, borel_tape_record(vm->tape, NODE(*B), 2 * x, 0, 0, &recorded));
  DONE();
}
OPERATION(POWER_K) {
  LEAVE_UNLESS(K[OP_C].tag == BOREL_INT && K[OP_C].bits == 2 && TAG(*B) == BOREL_REAL);
  double x = as_double(B->bits);
  SET_RESULT(x * x, borel_tape_record(vm->tape, NODE(*B), 2 * x, 0, 0, &recorded));
  DONE();
}
OPERATION(NEGATE) {
  if (LIKELY(TAG(*B) == BOREL_REAL)) {
    double x = -as_double(B->bits);
    SET_RESULT(x, borel_tape_record(vm->tape, NODE(*B), -1, 0, 0, &recorded));
    DONE();
  }
  LEAVE_UNLESS(B->tag == BOREL_INT && (int64_t)B->bits != INT64_MIN);
  int64_t n = -(int64_t)B->bits;
  VACATE_A();
  SET_INT(n);
  DONE();
}
OPERATION(NOT) {
  LEAVE_UNLESS(B->tag == BOREL_BOOL);
  uint64_t b = !B->bits;
  VACATE_A();
  SET_BOOL(b);
  DONE();
}

/* MARK: Comparisons and jumps */

#define COMPARE(left, right, op, use)                                                                              \
  const borel_slot *l = left, *r = right;                                                                          \
  _Bool holds;                                                                                                     \
  if (LIKELY(l->tag == BOREL_INT && r->tag == BOREL_INT)) {                                                        \
    holds = (int64_t)l->bits op(int64_t) r->bits;                                                                  \
  } else {                                                                                                         \
    double x, y;                                                                                                   \
    LEAVE_UNLESS(number(l, &x) && number(r, &y));                                                                  \
    holds = x op y;                                                                                                \
  }                                                                                                                \
  use
#define TO_REGISTER                                                                                                \
  VACATE_A();                                                                                                      \
  SET_BOOL(holds);                                                                                                 \
  DONE()
#define BRANCH                                                                                                     \
  if (holds) DONE();                                                                                               \
  pc += SHORT;                                                                                                     \
  NEXT()
#define COMPARISON(name, op)                                                                                       \
  OPERATION(name) { COMPARE(B, C, op, TO_REGISTER); }                                                              \
  OPERATION(UNLESS_##name) { COMPARE(A, B, op, BRANCH); }                                                          \
  OPERATION(UNLESS_##name##_K) { COMPARE(A, K + OP_B, op, BRANCH); }
COMPARISON(LESS, <)
COMPARISON(LESS_EQUAL, <=)
COMPARISON(GREATER, >)
COMPARISON(GREATER_EQUAL, >=)
COMPARISON(EQUAL, ==)
COMPARISON(NOT_EQUAL, !=)

OPERATION(JUMP) {
  pc += WIDE;
  NEXT();
}
OPERATION(LOOP) {
  SPEND();
  pc += WIDE;
  NEXT();
}
OPERATION(JUMP_IF_FALSE) {
  LEAVE_UNLESS(A->tag == BOREL_BOOL);
  pc += A->bits ? 1 : WIDE;
  NEXT();
}
OPERATION(JUMP_IF_TRUE) {
  LEAVE_UNLESS(A->tag == BOREL_BOOL);
  pc += A->bits ? WIDE : 1;
  NEXT();
}
OPERATION(CHECK_BOOL) {
  LEAVE_UNLESS(A->tag == BOREL_BOOL);
  DONE();
}

/* MARK: Loops */

OPERATION(FOR_PREPARE) {
  LEAVE_UNLESS(A[0].tag == BOREL_INT && A[1].tag == BOREL_INT);
  int64_t lower = (int64_t)A[0].bits, upper = (int64_t)A[1].bits;
  if (OP_B ? lower > upper : lower >= upper) {
    pc += SHORT;
    NEXT();
  }
  /* The bound becomes the last value, so that a closed range may end at the largest Int. */
  if (!OP_B) A[1].bits = (uint64_t)(upper - 1);
  DONE();
}
OPERATION(FOR_NEXT) {
  int64_t counter = (int64_t)A[0].bits;
  if (LIKELY(counter < (int64_t)A[1].bits)) {
    SPEND();
    A[0].bits = (uint64_t)(counter + 1);
    pc += WIDE;
    NEXT();
  }
  DONE();
}

#define ARRAY_FIELD(object, type, offset) (*(type *)((char *)(object) + (offset)))
#define KIND_TAG(array) (BOREL_BOOL + (uint64_t)ARRAY_FIELD(array, uint8_t, BOREL_ARRAY_KIND))
#define RANK(array) ARRAY_FIELD(array, int64_t, BOREL_ARRAY_RANK)
#define COUNT(array) ARRAY_FIELD(array, uint64_t, BOREL_ARRAY_COUNT)
#define STRIDE(array) ARRAY_FIELD(array, uint64_t, BOREL_ARRAY_STRIDE)
#define STORAGE(array) ARRAY_FIELD(array, uint64_t *, BOREL_ARRAY_STORAGE)
/* `array_tag` is no tag at all where objects are laid out otherwise than this file expects. */
#define IS_ARRAY(slot) ((slot)->tag == vm->array_tag)

#ifdef BOREL_TRACED
/* A traced array holds its values and its nodes in two arrays of one shape. */
#define IS_TRACED_ARRAY(slot)                                                                                      \
  ((slot)->tag == BOREL_HOST && *(void **)(slot)->bits == vm->traced_array.class_pointer)
#define VALUES(object) ARRAY_FIELD(object, void *, vm->traced_array.values)
#define NODES(object) ARRAY_FIELD(object, void *, vm->traced_array.nodes)
static inline borel_slot traced_element(const borel_vm *vm, void *object, uint64_t place) {
  borel_slot element = {
      STORAGE(VALUES(object))[place], BOREL_REAL | STORAGE(NODES(object))[place] << BOREL_NODE_SHIFT};
  return element;
}
#endif

OPERATION(EACH_PREPARE) {
#ifdef BOREL_TRACED
  LEAVE_UNLESS(A[0].tag == BOREL_ARRAY || A[0].tag == BOREL_LIST || IS_TRACED_ARRAY(A));
#else
  LEAVE_UNLESS(A[0].tag == BOREL_ARRAY || A[0].tag == BOREL_LIST);
#endif
  LEAVE_UNLESS(!IS_OBJECT(A[1]));
  set(A + 1, 0, BOREL_INT);
  DONE();
}
OPERATION(EACH_NEXT) {
#ifdef BOREL_TRACED
  if (IS_TRACED_ARRAY(A) && !IS_OBJECT(A[2]) && RANK(VALUES(A[0].bits)) == 1) {
    uint64_t place = A[1].bits;
    if (place >= COUNT(VALUES(A[0].bits))) {
      pc += WIDE;
      NEXT();
    }
    SPEND();
    A[2] = traced_element(vm, (void *)A[0].bits, place);
    A[1].bits = place + 1;
    DONE();
  }
#endif
  LEAVE_UNLESS(IS_ARRAY(A) && !IS_OBJECT(A[2]));
  void *array = (void *)A[0].bits;
  LEAVE_UNLESS(RANK(array) == 1);
  uint64_t position = A[1].bits;
  if (position >= COUNT(array)) {
    pc += WIDE;
    NEXT();
  }
  SPEND();
  set(A + 2, STORAGE(array)[position], KIND_TAG(array));
  A[1].bits = position + 1;
  DONE();
}

/* MARK: Elements */

/* The element replaces an object, perhaps the array itself. */
RARE(index_over_object) {
  if (OP_A == OP_B || OP_A == OP_C) TAIL leave(PASS);
  TAIL release_and_repeat(PASS);
}
OPERATION(INDEX) {
#ifdef BOREL_TRACED
  if (IS_TRACED_ARRAY(B) && C->tag == BOREL_INT) {
    void *object = (void *)B->bits;
    LEAVE_UNLESS(RANK(VALUES(object)) == 1 && C->bits < COUNT(VALUES(object)));
    borel_slot element = traced_element(vm, object, C->bits);
    if (UNLIKELY(IS_OBJECT(*A))) TAIL index_over_object(PASS);
    *A = element;
    DONE();
  }
#endif
  LEAVE_UNLESS(IS_ARRAY(B) && C->tag == BOREL_INT);
  void *array = (void *)B->bits;
  uint64_t index = C->bits;
  LEAVE_UNLESS(RANK(array) == 1 && index < COUNT(array));
  uint64_t bits = STORAGE(array)[index], tag = KIND_TAG(array);
  if (UNLIKELY(IS_OBJECT(*A))) TAIL index_over_object(PASS);
  set(A, bits, tag);
  DONE();
}
static inline _Bool place2(void *array, const borel_slot *indices, uint64_t *place) {
  uint64_t column = indices[1].bits, stride = STRIDE(array), start;
  if (UNLIKELY(RANK(array) != 2 || column >= stride || __builtin_mul_overflow(indices[0].bits, stride, &start) ||
               start >= COUNT(array)))
    return 0;
  *place = start + column;
  return 1;
}
OPERATION(INDEX2) {
#ifdef BOREL_TRACED
  if (IS_TRACED_ARRAY(B) && C[0].tag == BOREL_INT && C[1].tag == BOREL_INT) {
    void *object = (void *)B->bits;
    uint64_t traced_place;
    LEAVE_UNLESS(place2(VALUES(object), C, &traced_place));
    borel_slot element = traced_element(vm, object, traced_place);
    if (UNLIKELY(IS_OBJECT(*A))) TAIL index_over_object(PASS);
    *A = element;
    DONE();
  }
#endif
  LEAVE_UNLESS(IS_ARRAY(B) && C[0].tag == BOREL_INT && C[1].tag == BOREL_INT);
  void *array = (void *)B->bits;
  uint64_t place;
  LEAVE_UNLESS(place2(array, C, &place));
  uint64_t bits = STORAGE(array)[place], tag = KIND_TAG(array);
  if (UNLIKELY(IS_OBJECT(*A))) TAIL index_over_object(PASS);
  set(A, bits, tag);
  DONE();
}
/* The same of a matrix; of anything else it is two steps, which are the host's. */
OPERATION(INDEX_CHAIN) { TAIL op_INDEX2(PASS); }
static __attribute__((noinline)) void drop(borel_slot *slot) { vacate(slot); }

/* The base is a temporary: it is released once its element is read. */
OPERATION(INDEX_TAKE) {
  LEAVE_UNLESS(IS_ARRAY(B) && C->tag == BOREL_INT);
  void *array = (void *)B->bits;
  uint64_t index = C->bits;
  LEAVE_UNLESS(RANK(array) == 1 && index < COUNT(array));
  uint64_t bits = STORAGE(array)[index], tag = KIND_TAG(array);
  drop(B);
  if (OP_A != OP_B) drop(A);
  set(A, bits, tag);
  DONE();
}
OPERATION(INDEX2_TAKE) {
  LEAVE_UNLESS(IS_ARRAY(B) && C[0].tag == BOREL_INT && C[1].tag == BOREL_INT);
  void *array = (void *)B->bits;
  uint64_t place;
  LEAVE_UNLESS(place2(array, C, &place));
  uint64_t bits = STORAGE(array)[place], tag = KIND_TAG(array);
  drop(B);
  if (OP_A != OP_B) drop(A);
  set(A, bits, tag);
  DONE();
}

#define STORE(place)                                                                                               \
  if (LIKELY(C->tag == KIND_TAG(array))) {                                                                         \
    STORAGE(array)[place] = C->bits;                                                                               \
    DONE();                                                                                                        \
  }                                                                                                                \
  LEAVE_UNLESS(KIND_TAG(array) == BOREL_REAL && C->tag == BOREL_INT);                                              \
  STORAGE(array)[place] = as_bits((double)(int64_t)C->bits);                                                       \
  DONE()
#ifdef BOREL_TRACED
#define STORE_TRACED(object, place)                                                                                \
  double stored;                                                                                                   \
  LEAVE_UNLESS(is_unique(vm, object) && is_unique(vm, VALUES(object)) && is_unique(vm, NODES(object)));            \
  LEAVE_UNLESS(number(C, &stored));                                                                                \
  STORAGE(VALUES(object))[place] = as_bits(stored);                                                                \
  STORAGE(NODES(object))[place] = NODE(*C);                                                                        \
  DONE()
#endif
OPERATION(SET_INDEX) {
#ifdef BOREL_TRACED
  if (IS_TRACED_ARRAY(A) && B->tag == BOREL_INT) {
    void *object = (void *)A->bits;
    LEAVE_UNLESS(RANK(VALUES(object)) == 1 && B->bits < COUNT(VALUES(object)));
    STORE_TRACED(object, B->bits);
  }
#endif
  LEAVE_UNLESS(IS_ARRAY(A) && B->tag == BOREL_INT);
  void *array = (void *)A->bits;
  uint64_t index = B->bits;
  LEAVE_UNLESS(RANK(array) == 1 && index < COUNT(array) && is_unique(vm, array));
  STORE(index);
}
OPERATION(SET_INDEX2) {
#ifdef BOREL_TRACED
  if (IS_TRACED_ARRAY(A) && B[0].tag == BOREL_INT && B[1].tag == BOREL_INT) {
    void *object = (void *)A->bits;
    uint64_t traced_place;
    LEAVE_UNLESS(place2(VALUES(object), B, &traced_place));
    STORE_TRACED(object, traced_place);
  }
#endif
  LEAVE_UNLESS(IS_ARRAY(A) && B[0].tag == BOREL_INT && B[1].tag == BOREL_INT);
  void *array = (void *)A->bits;
  uint64_t place;
  LEAVE_UNLESS(place2(array, B, &place) && is_unique(vm, array));
  STORE(place);
}
OPERATION(LENGTH) {
#ifdef BOREL_TRACED
  if (IS_TRACED_ARRAY(B) && RANK(VALUES(B->bits)) == 1 && OP_A != OP_B) {
    uint64_t traced_count = COUNT(VALUES(B->bits));
    VACATE_A();
    SET_INT(traced_count);
    DONE();
  }
#endif
  LEAVE_UNLESS(IS_ARRAY(B) && RANK((void *)B->bits) == 1 && OP_A != OP_B);
  uint64_t count = COUNT((void *)B->bits);
  VACATE_A();
  SET_INT(count);
  DONE();
}

/* MARK: Functions of reals */

#ifdef BOREL_TRACED
/* The node of a function's result; false where there is no room or no derivative, which the caller says. */
static __attribute__((noinline)) _Bool record_function(
    const borel_vm *vm, unsigned function, const borel_slot *operands, unsigned count, double result, uint64_t *node) {
  double arguments[3] = {0};
  uint64_t nodes[3] = {0}, any = 0;
  for (unsigned i = 0; i < count; i++) {
    number(operands + i, arguments + i);
    any |= nodes[i] = NODE(operands[i]);
  }
  *node = 0;
  if (!any) return 1;
  return borel_tape_apply(vm->tape, vm->derivatives + function, count, arguments, nodes, result, node);
}
#define SET_FUNCTION(count, ...)                                                                                   \
  do {                                                                                                             \
    VACATE_A();                                                                                                    \
    double result = vm->real##count[OP_C](__VA_ARGS__);                                                            \
    uint64_t recorded;                                                                                             \
    LEAVE_UNLESS(record_function(vm, OP_C, B, count, result, &recorded));                                          \
    set(A, as_bits(result), BOREL_REAL | recorded << BOREL_NODE_SHIFT);                                            \
  } while (0)
#else
#define SET_FUNCTION(count, ...)                                                                                   \
  do {                                                                                                             \
    VACATE_A();                                                                                                    \
    SET_REAL(vm->real##count[OP_C](__VA_ARGS__));                                                                  \
  } while (0)
#endif

OPERATION(REAL1) {
  double x;
  LEAVE_UNLESS(number(B, &x));
  SET_FUNCTION(1, x);
  DONE();
}
OPERATION(REAL2) {
  double x, y;
  LEAVE_UNLESS(number(B, &x) && number(B + 1, &y));
  SET_FUNCTION(2, x, y);
  DONE();
}
OPERATION(REAL3) {
  double x, y, z;
  LEAVE_UNLESS(number(B, &x) && number(B + 1, &y) && number(B + 2, &z));
  SET_FUNCTION(3, x, y, z);
  DONE();
}

/* MARK: Calls */

OPERATION(CALL) {
  const borel_function *function = vm->functions + WIDE;
  borel_slot *window = A;
  if (UNLIKELY(vm->stack_end - window < (int64_t)function->registers)) TAIL stack_full(PASS);
  if (UNLIKELY(frame + 1 == vm->frames_end)) TAIL frames_full(PASS);
  SPEND();
  frame->pc = pc + 1;
  uint32_t base = frame->base + OP_A;
  frame++;
  frame->function = function;
  frame->closure = 0;
  frame->closure_object = 0;
  frame->base = base;
  frame->result = base;
  frame->flags = 0;
  R = window;
  K = function->constants;
  pc = function->code;
  NEXT();
}

/* Calls the closure in `callee` with b arguments behind register a, which gets the result. */
#define CALL_CLOSURE(callee)                                                                                       \
  LEAVE_UNLESS((callee)->tag == BOREL_FUNCTION);                                                                   \
  void *object = (void *)(callee)->bits;                                                                           \
  const borel_closure *closure = ARRAY_FIELD(object, const borel_closure *, vm->layout.closure_state);             \
  LEAVE_UNLESS(closure);                                                                                           \
  const borel_function *function = vm->functions + closure->function;                                              \
  LEAVE_UNLESS(function->parameters == OP_B);                                                                      \
  borel_slot *window = A + 1;                                                                                      \
  if (UNLIKELY(vm->stack_end - window < (int64_t)function->registers)) TAIL stack_full(PASS);                      \
  if (UNLIKELY(frame + 1 == vm->frames_end)) TAIL frames_full(PASS);                                               \
  SPEND();                                                                                                         \
  frame->pc = pc + 1;                                                                                              \
  uint32_t result = frame->base + OP_A;                                                                            \
  frame++;                                                                                                         \
  frame->function = function;                                                                                      \
  frame->closure = closure;                                                                                        \
  frame->closure_object = object;                                                                                  \
  frame->base = result + 1;                                                                                        \
  frame->result = result;                                                                                          \
  frame->flags = 0;                                                                                                \
  R = window;                                                                                                      \
  K = function->constants;                                                                                         \
  pc = function->code;                                                                                             \
  NEXT()
OPERATION(CALL_VALUE) {
  LEAVE_UNLESS(!OP_C);
  CALL_CLOSURE(A);
}
OPERATION(CALL_LOCAL) { CALL_CLOSURE(C); }

/* Empties the frame's registers, but for the value that is returned, and what the result will replace. */
RARE(return_with_objects) {
  borel_slot *kept = A;
  for (borel_slot *slot = R, *end = R + frame->function->registers; slot != end; slot++)
    if (slot != kept) vacate(slot);
  borel_slot *result = vm->stack + frame->result;
  if (result != kept) vacate(result);
  NEXT();
}
OPERATION(RETURN) {
  if (UNLIKELY(frame->flags & BOREL_FRAME_SCOPE)) TAIL leaving_scope(PASS);
  borel_slot *kept = A;
  borel_slot value = *kept;
  kept->tag = BOREL_NULL;
  borel_slot *result = vm->stack + frame->result;
  /* Bit 4 of a tag plus this is set for objects. */
  uint64_t highest = 0;
  for (borel_slot *slot = R, *end = R + frame->function->registers; slot != end; slot++)
    highest |= slot->tag + (16 - BOREL_STRING);
  highest |= result->tag + (16 - BOREL_STRING);
  if (UNLIKELY(highest & 16)) {
    *kept = value;
    TAIL return_with_objects(PASS);
  }
  *result = value;
  uint32_t flags = frame->flags;
  frame--;
  pc = frame->pc;
  if (UNLIKELY(flags & BOREL_FRAME_BARRIER)) TAIL returned(PASS);
  R = vm->stack + frame->base;
  K = frame->function->constants;
  NEXT();
}

OPERATION(EXPECT_REAL) {
  if (LIKELY(TAG(*A) == BOREL_REAL)) DONE();
  LEAVE_UNLESS(A->tag == BOREL_INT);
  SET_REAL((double)(int64_t)A->bits);
  DONE();
}
OPERATION(EXPECT_INT) {
  LEAVE_UNLESS(A->tag == BOREL_INT);
  DONE();
}

/* MARK: Left to the caller */

#define op_EXPECT leave
#define op_PRIMITIVE leave
#define op_INDEX_PATH leave
#define op_UPDATE leave
#define op_UPDATE_GLOBAL leave
#define op_FIELD leave
#define op_FIELD_TAKE leave
#define op_ELEMENT leave
#define op_MAKE_ARRAY leave
#define op_MAKE_TUPLE leave
#define op_EXTEND_TUPLE leave
#define op_ARRAY_OF_TUPLE leave
#define op_MAKE_RECORD leave
#define op_MAKE_RANGE leave
#define op_MAKE_CLOSURE leave
#define op_CURRENT_CLOSURE leave
#define op_APPLY_MODEL leave
#define op_APPLY_DISTRIBUTION leave
#define op_CONDITION leave
#define op_CHOICE leave
#define op_STORE_CHOICE leave
#define op_SAMPLE leave
#define op_OBSERVE leave
#define op_FACTOR leave

static const borel_handler handlers[BOREL_OPERATION_COUNT] = {
#define BOREL_HANDLER(name) op_##name,
    BOREL_OPERATIONS(BOREL_HANDLER)
#undef BOREL_HANDLER
};

#ifdef BOREL_TRACED
borel_status borel_vm_run_traced(borel_vm *vm) {
#else
borel_status borel_vm_run(borel_vm *vm) {
#endif
  borel_frame *frame = vm->frame;
  uint64_t word;
  __builtin_memcpy(&word, frame->pc, sizeof word);
  return handlers[(uint16_t)word](
      vm, frame->pc, vm->stack + frame->base, frame->function->constants, vm->budget, frame, word);
}

#ifndef BOREL_TRACED
int borel_counts_are_inline(void *object) {
  volatile const uint64_t *count = (const uint64_t *)object + 1;
  if (*count >> 33 != 0) return 0;
  swift_retain(object);
  int is_one = *count >> 33 == 1;
  swift_release(object);
  return is_one && *count >> 33 == 0;
}

const char *borel_operation_name(uint16_t operation) {
  static const char *const names[] = {
#define BOREL_NAME(name) #name,
      BOREL_OPERATIONS(BOREL_NAME)
#undef BOREL_NAME
  };
  return operation < BOREL_OPERATION_COUNT ? names[operation] : "?";
}
#endif
