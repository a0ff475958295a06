// Operators and conditions to bytecode: constants as operands, comparisons fused with jumps.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

/// The instructions of a binary operator.
struct BinaryOperator {
  var plain: borel_operation
  /// With a constant on the right, and on the left.
  var constantRight: borel_operation?
  var constantLeft: borel_operation?
  /// A constant on the left is as good as one on the right.
  var isCommutative = false
  /// For comparisons: jumps unless it holds.
  var unless: borel_operation?
  var unlessConstant: borel_operation?
  /// The comparison with its sides exchanged.
  var mirrored: String?

  static let table: [String: BinaryOperator] = [
    "+": .init(plain: BOREL_OP_ADD, constantRight: BOREL_OP_ADD_K, isCommutative: true),
    "-": .init(plain: BOREL_OP_SUBTRACT, constantRight: BOREL_OP_SUBTRACT_K, constantLeft: BOREL_OP_K_SUBTRACT),
    "*": .init(plain: BOREL_OP_MULTIPLY, constantRight: BOREL_OP_MULTIPLY_K, isCommutative: true),
    "/": .init(plain: BOREL_OP_DIVIDE, constantRight: BOREL_OP_DIVIDE_K, constantLeft: BOREL_OP_K_DIVIDE),
    "%": .init(plain: BOREL_OP_MODULO, constantRight: BOREL_OP_MODULO_K),
    "^": .init(plain: BOREL_OP_POWER, constantRight: BOREL_OP_POWER_K),
    "<": .init(
      plain: BOREL_OP_LESS, unless: BOREL_OP_UNLESS_LESS, unlessConstant: BOREL_OP_UNLESS_LESS_K, mirrored: ">"),
    "<=": .init(
      plain: BOREL_OP_LESS_EQUAL, unless: BOREL_OP_UNLESS_LESS_EQUAL, unlessConstant: BOREL_OP_UNLESS_LESS_EQUAL_K,
      mirrored: ">="),
    ">": .init(
      plain: BOREL_OP_GREATER, unless: BOREL_OP_UNLESS_GREATER, unlessConstant: BOREL_OP_UNLESS_GREATER_K,
      mirrored: "<"),
    ">=": .init(
      plain: BOREL_OP_GREATER_EQUAL, unless: BOREL_OP_UNLESS_GREATER_EQUAL,
      unlessConstant: BOREL_OP_UNLESS_GREATER_EQUAL_K, mirrored: "<="),
    "==": .init(
      plain: BOREL_OP_EQUAL, unless: BOREL_OP_UNLESS_EQUAL, unlessConstant: BOREL_OP_UNLESS_EQUAL_K, mirrored: "=="),
    "!=": .init(
      plain: BOREL_OP_NOT_EQUAL, unless: BOREL_OP_UNLESS_NOT_EQUAL, unlessConstant: BOREL_OP_UNLESS_NOT_EQUAL_K,
      mirrored: "!="),
  ]

  static let unary: [String: borel_operation] = [
    "negate": BOREL_OP_NEGATE, "!": BOREL_OP_NOT, "len": BOREL_OP_LENGTH,
  ]
}

extension FunctionCompiler {
  /// A number literal.
  private static func number(_ expression: CoreExpression) -> Value? {
    guard case .constant(let value) = expression.kind, value.asReal != nil else { return nil }
    return value
  }

  mutating func compileBinary(
    _ operation: BinaryOperator, _ left: CoreExpression, _ right: CoreExpression, into target: Register, _ span: Span
  ) throws(Failure) {
    let spans = [left.span, right.span]
    if let instruction = operation.constantRight, let value = Self.number(right),
      let constant = try shortConstant(value)
    {
      let register = try operand(left, into: target, before: [])
      emit(instruction, target, register, constant, span, operands: spans)
    } else if operation.isCommutative, let instruction = operation.constantRight, let value = Self.number(left),
      let constant = try shortConstant(value)
    {
      let register = try operand(right, into: target, before: [])
      emit(instruction, target, register, constant, span, operands: [right.span, left.span])
    } else if let instruction = operation.constantLeft, let value = Self.number(left),
      let constant = try shortConstant(value)
    {
      let register = try operand(right, into: target, before: [])
      emit(instruction, target, register, constant, span, operands: spans)
    } else {
      let first = try operand(left, into: target, before: [right])
      let second = try operand(right, before: [])
      emit(operation.plain, target, first, second, span, operands: spans)
    }
  }

  /// Like `operand(_:before:)`, but a temporary target serves as the temporary.
  private mutating func operand(_ expression: CoreExpression, into target: Register, before later: [CoreExpression])
    throws(Failure) -> Register
  {
    if case .local = expression.kind { return try operand(expression, before: later) }
    guard isTemporary(target), target == next - 1 else { return try operand(expression, before: later) }
    try compile(expression, into: target)
    return target
  }

  mutating func compileUnary(
    _ operation: borel_operation, _ value: CoreExpression, into target: Register, _ span: Span
  ) throws(Failure) {
    let register = try operand(value, into: target, before: [])
    emit(operation, target, register, 0, span, operands: [value.span])
    // The loop takes the length without emptying the operand.
    if operation == BOREL_OP_LENGTH, isTemporary(register), register != target {
      emit(BOREL_OP_CLEAR, register, 0, 0, span)
    }
  }

  // MARK: Conditions

  mutating func jumpIfFalse(_ condition: CoreExpression, to label: Label) throws(Failure) {
    let start = next
    defer { free(to: start) }
    switch condition.kind {
    case .and(let left, let right):
      try jumpIfFalse(left, to: label)
      try jumpIfFalse(right, to: label)
    case .or(let left, let right):
      let holds = newLabel()
      try jumpIfTrue(left, to: holds)
      try jumpIfFalse(right, to: label)
      mark(holds)
    case .callPrimitive(let id, let arguments):
      if PrimitiveTable[id].name == "!", arguments.count == 1 {
        try jumpIfTrue(arguments[0], to: label)
      } else if try !compileComparison(id, arguments, unlessTo: label, condition.span) {
        try jumpOnValue(condition, BOREL_OP_JUMP_IF_FALSE, to: label)
      }
    default: try jumpOnValue(condition, BOREL_OP_JUMP_IF_FALSE, to: label)
    }
  }

  mutating func jumpIfTrue(_ condition: CoreExpression, to label: Label) throws(Failure) {
    let start = next
    defer { free(to: start) }
    switch condition.kind {
    case .and(let left, let right):
      let fails = newLabel()
      try jumpIfFalse(left, to: fails)
      try jumpIfTrue(right, to: label)
      mark(fails)
    case .or(let left, let right):
      try jumpIfTrue(left, to: label)
      try jumpIfTrue(right, to: label)
    case .callPrimitive(let id, let arguments):
      if PrimitiveTable[id].name == "!", arguments.count == 1 {
        try jumpIfFalse(arguments[0], to: label)
        return
      }
      let fails = newLabel()
      if try compileComparison(id, arguments, unlessTo: fails, condition.span) {
        emitJump(BOREL_OP_JUMP, to: label, condition.span)
      } else {
        try jumpOnValue(condition, BOREL_OP_JUMP_IF_TRUE, to: label)
      }
      mark(fails)
    default: try jumpOnValue(condition, BOREL_OP_JUMP_IF_TRUE, to: label)
    }
  }

  private mutating func jumpOnValue(_ condition: CoreExpression, _ jump: borel_operation, to label: Label)
    throws(Failure)
  {
    let register = try operand(condition, before: [])
    emitJump(jump, register, to: label, condition.span, operands: [condition.span])
  }

  /// A comparison fused with its jump; false where the primitive is no comparison.
  private mutating func compileComparison(
    _ id: PrimitiveID, _ arguments: [CoreExpression], unlessTo label: Label, _ span: Span
  ) throws(Failure) -> Bool {
    guard arguments.count == 2, let operation = BinaryOperator.table[PrimitiveTable[id].name],
      let unless = operation.unless, let unlessConstant = operation.unlessConstant
    else { return false }
    let (left, right) = (arguments[0], arguments[1])
    if let value = Self.number(right), let constant = try shortConstant(value) {
      let register = try operand(left, before: [])
      emitShortJump(unlessConstant, register, constant, to: label, span, operands: [left.span, right.span])
    } else if let value = Self.number(left), let constant = try shortConstant(value),
      let mirrored = operation.mirrored.flatMap({ BinaryOperator.table[$0]?.unlessConstant })
    {
      let register = try operand(right, before: [])
      emitShortJump(mirrored, register, constant, to: label, span, operands: [right.span, left.span])
    } else {
      let first = try operand(left, before: [right])
      let second = try operand(right, before: [])
      emitShortJump(unless, first, second, to: label, span, operands: [left.span, right.span])
    }
    return true
  }
}
