/* The scalar core of the virtual machine: registers, instructions, frames, and the loop that runs them.
 *
 * The loop performs what is frequent and needs no allocation. Whatever else an instruction may mean (arrays, strings,
 * errors, effects) is left to the caller: the loop returns with the program counter at that instruction. */
#ifndef BOREL_VM_H
#define BOREL_VM_H
#include <stdint.h>
#include "borel_tape.h"

/* One register: a value's tag (as in Swift's ValueTag) and its bits: a bool, an int, a double, or a counted reference
 * to a heap object. Copying the struct does not count the reference. */
typedef struct {
  uint64_t bits;
  uint64_t tag;
} borel_slot;

/* Tags, in the order of ValueTag; everything from BOREL_STRING on is a counted reference. BOREL_UNSET marks a global
 * that no statement has set. */
enum {
  BOREL_NULL, BOREL_BOOL, BOREL_INT, BOREL_REAL, BOREL_STRING, BOREL_ARRAY, BOREL_LIST, BOREL_TUPLE, BOREL_RECORD,
  BOREL_FUNCTION, BOREL_DISTRIBUTION, BOREL_MODEL, BOREL_HOST, BOREL_UNSET
};

/* Operations. Operands are registers unless said otherwise; `wide` is the 32-bit number in b and c.
 *   name          meaning */
#define BOREL_OPERATIONS(X)                                                                                        \
  X(MOVE)       /* a = b */                                                                                        \
  X(TAKE)       /* a = b, which becomes null */                                                                    \
  X(CONSTANT)   /* a = constant wide */                                                                            \
  X(CLEAR)      /* a = null */                                                                                     \
  X(COMPLETE)   /* a, an array built by choices, is used as a whole */                                             \
  X(GET_GLOBAL) /* a = global wide */                                                                              \
  X(SET_GLOBAL) /* global wide = a, which becomes null */                                                          \
  X(CAPTURE)    /* a = captured value wide of the running closure */                                               \
  X(ADD) X(SUBTRACT) X(MULTIPLY) X(DIVIDE) X(MODULO) X(POWER) /* a = b op c */                                     \
  X(ADD_K) X(SUBTRACT_K) X(MULTIPLY_K) X(DIVIDE_K) X(MODULO_K) X(POWER_K) /* a = b op constant c */                  \
  X(K_SUBTRACT) X(K_DIVIDE)                          /* a = constant c op b */                                     \
  X(NEGATE) X(NOT)                                                                                                 \
  X(LESS) X(LESS_EQUAL) X(GREATER) X(GREATER_EQUAL) X(EQUAL) X(NOT_EQUAL) /* a = b op c */                         \
  X(JUMP)                                            /* by wide */                                                 \
  X(LOOP)                                            /* by wide, a back-edge */                                    \
  X(JUMP_IF_FALSE) X(JUMP_IF_TRUE)                   /* a, by wide */                                              \
  X(UNLESS_LESS) X(UNLESS_LESS_EQUAL) X(UNLESS_GREATER) X(UNLESS_GREATER_EQUAL) X(UNLESS_EQUAL)                    \
  X(UNLESS_NOT_EQUAL)                                /* by c unless a op b */                                      \
  X(UNLESS_LESS_K) X(UNLESS_LESS_EQUAL_K) X(UNLESS_GREATER_K) X(UNLESS_GREATER_EQUAL_K) X(UNLESS_EQUAL_K)          \
  X(UNLESS_NOT_EQUAL_K)                              /* by c unless a op constant b */                             \
  X(CHECK_BOOL)                                      /* a is a Bool, or an error */                                \
  X(FOR_PREPARE) /* a counter, a + 1 upper bound; b is 1 for a closed range; by c when empty */                    \
  X(FOR_NEXT)    /* counts a up and jumps by wide while a < a + 1 */                                               \
  X(EACH_PREPARE)/* a collection, a + 1 becomes the position */                                                    \
  X(EACH_NEXT)   /* a + 2 = next element, or by wide when there is none */                                         \
  X(INDEX) X(INDEX_TAKE)   /* a = b[c]; TAKE clears b */                                                           \
  X(INDEX2) X(INDEX2_TAKE) /* a = b[c, c + 1] */                                                                   \
  X(INDEX_CHAIN) /* a = b[c][c + 1] */                                                                             \
  X(SET_INDEX)   /* a[b] = c */                                                                                    \
  X(SET_INDEX2)  /* a[b, b + 1] = c */                                                                             \
  X(LENGTH)      /* a = len(b) */                                                                                  \
  X(REAL1)       /* a = function c of b */                                                                         \
  X(REAL2)       /* a = function c of b, b + 1 */                                                                  \
  X(REAL3)       /* a = function c of b, b + 1, b + 2 */                                                           \
  X(CALL)        /* a = function wide of a, a + 1, ... */                                                          \
  X(CALL_VALUE)  /* a = value a of b arguments a + 1, ...; c is a label list or 0 */                               \
  X(CALL_LOCAL)  /* a = value in local c of b arguments a + 1, ... */                                              \
  X(RETURN)      /* a */                                                                                           \
  X(EXPECT_REAL) X(EXPECT_INT) /* a must be a number; wide is a type check */                                      \
  /* From here on the loop always leaves the instruction to its caller. */                                         \
  X(EXPECT)      /* a must have type wide */                                                                       \
  X(PRIMITIVE)   /* a = primitive b of c arguments a, a + 1, ... */                                                \
  X(INDEX_PATH)  /* a = a[...] by access list b, operands a + 1, ... */                                            \
  X(UPDATE)      /* local b at access list c, operands a, ..., then the value */                                   \
  X(UPDATE_GLOBAL) /* global b at access list c, operands a, ..., then the value */                                \
  X(FIELD) X(FIELD_TAKE) /* a = b.name c */                                                                        \
  X(ELEMENT)     /* a = a.(b) of exactly c */                                                                      \
  X(MAKE_ARRAY) X(MAKE_TUPLE) /* a = of b values a, a + 1, ... */                                                  \
  X(EXTEND_TUPLE) /* the tuple a gets b more values a + c, ... */                                                  \
  X(ARRAY_OF_TUPLE) /* a = the array or list of the values of the tuple a */                                       \
  X(MAKE_RECORD) /* a = of values a, ..., keys in list b */                                                        \
  X(MAKE_RANGE)  /* a = from a to a + 1; b is 1 for a closed range */                                              \
  X(MAKE_CLOSURE)/* a = function c with b captured values a, ... */                                                \
  X(CURRENT_CLOSURE)                                                                                               \
  X(APPLY_MODEL) X(APPLY_DISTRIBUTION) /* a = number c applied to b arguments a, ... */                            \
  X(CONDITION)   /* a = a | (a + 1) */                                                                             \
  X(CHOICE)      /* a: indices, source, strategy; choice list b; the value replaces the source */                  \
  X(STORE_CHOICE)/* the variable of choice list b at indices a, ... gets the value behind them */                  \
  X(SAMPLE)      /* a = sample(a) at site wide */                                                                  \
  X(OBSERVE)     /* observe a ~ (a + 1) */                                                                         \
  X(FACTOR)      /* a */

typedef enum {
#define BOREL_ENUM(name) BOREL_OP_##name,
  BOREL_OPERATIONS(BOREL_ENUM)
#undef BOREL_ENUM
  BOREL_OPERATION_COUNT
} borel_operation;

typedef struct {
  uint16_t operation, a, b, c;
} borel_instruction;

static inline int32_t borel_wide(borel_instruction i) { return (int32_t)((uint32_t)i.b | (uint32_t)i.c << 16); }

typedef struct {
  const borel_instruction *code;
  const borel_slot *constants;
  uint32_t parameters;
  /* Registers of a frame: locals first, then temporaries. */
  uint32_t registers;
} borel_function;

/* A function value made by MAKE_CLOSURE, as the loop sees it. */
typedef struct {
  uint32_t function;
  uint32_t count;
  borel_slot captures[];
} borel_closure;

enum {
  /* Returning from the frame ends the run of the loop. */
  BOREL_FRAME_BARRIER = 1,
  /* Returning from the frame leaves a model scope; done by the caller. */
  BOREL_FRAME_SCOPE = 2,
};

typedef struct {
  const borel_function *function;
  /* Where the frame goes on after the call that it has made. */
  const borel_instruction *pc;
  const borel_closure *closure;
  /* Index of its first register, and of the register that gets its result. */
  uint32_t base, result;
  uint32_t flags;
  /* The object that holds `closure`, for closures that refer to themselves; borrowed from a register of the caller. */
  void *closure_object;
} borel_frame;

/* Byte offsets of the stored properties of Swift's ArrayObject; the caller compares them with the true ones. */
enum {
  BOREL_ARRAY_KIND = 17,
  BOREL_ARRAY_RANK = 24,
  BOREL_ARRAY_COUNT = 32,
  BOREL_ARRAY_STRIDE = 48,
  BOREL_ARRAY_STORAGE = 64
};

typedef struct {
  /* Byte offset of the stored property of FunctionObject that points to its borel_closure. */
  uint32_t closure_state;
  /* 1 where reference counts are laid out as is_unique expects. */
  uint32_t counts_are_inline;
} borel_layout;

/* Where the values and nodes of a traced array stand in Swift's TracedArray, and the class of such objects; no class, and
 * all left to the caller, where it is not found. */
typedef struct {
  const void *class_pointer;
  uint32_t values, nodes;
} borel_traced_array;

typedef struct {
  borel_slot *stack;
  borel_slot *stack_end;
  borel_frame *frames;
  /* The running frame, and one past the last. */
  borel_frame *frame;
  borel_frame *frames_end;
  const borel_function *functions;
  borel_slot *globals;
  /* The object that owns `globals`: they are written in place only while it has one owner. */
  void *globals_object;
  double (*const *real1)(double);
  double (*const *real2)(double, double);
  double (*const *real3)(double, double, double);
  borel_layout layout;
  /* BOREL_ARRAY, or no tag at all where arrays are laid out otherwise than the offsets above say. */
  uint64_t array_tag;
  /* Back-edges and calls until the loop returns to have limits and cancellation checked. */
  int64_t budget;
  /* For the loop that records: the tape, and the derivatives of functions of reals by their number. */
  borel_tape *tape;
  const borel_derivatives *derivatives;
  borel_traced_array traced_array;
} borel_vm;

typedef enum {
  /* The instruction at frame->pc is the caller's to perform. */
  BOREL_INSTRUCTION,
  /* A frame with BOREL_FRAME_BARRIER has returned; its value is in its result register. */
  BOREL_RETURNED,
  /* A frame with BOREL_FRAME_SCOPE is about to return: at its RETURN. */
  BOREL_LEAVING_SCOPE,
  /* The stack or the frames are too small for the call at frame->pc. */
  BOREL_STACK_FULL,
  BOREL_FRAMES_FULL,
  /* `budget` is used up. */
  BOREL_BUDGET,
} borel_status;

/* Runs from frame->pc on. */
borel_status borel_vm_run(borel_vm *vm);

/* The same, recording on the tape what is computed from reals that have a node. */
borel_status borel_vm_run_traced(borel_vm *vm);

/* Whether references beyond the first are counted from bit 33 of an object's second word on. The object must have one owner. */
int borel_counts_are_inline(void *object);

/* The name of an operation in lower case with blanks for underscores, for dumps. */
const char *borel_operation_name(uint16_t operation);

#endif
