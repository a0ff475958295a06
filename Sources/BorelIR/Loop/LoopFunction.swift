// The scalar functions of LoopIR: the operators by themselves, everything else by its row in the primitive table.

public enum LoopFunction: Hashable, Sendable {
  /// Int or Real, both operands of one type.
  case add, subtract, multiply, negate, minimum, maximum, absolute
  /// Real quotient.
  case divide
  /// Int quotient rounded down, and the remainder with the sign of the divisor (Int or Real).
  case floorDivide, remainder
  /// Bool results; `equal` and `notEqual` also compare Bools.
  case less, lessOrEqual, equal, notEqual
  case and, or, not
  /// The second operand where the first is true, else the third; both are evaluated.
  case select
  /// The operand itself, which derivatives take for a constant: where they are known to cancel.
  case detach
  /// Int or Bool to Real, Bool to Int.
  case toReal, toInt
  /// A scalar function of Reals by its row: `exp`, `lgamma`, `pow`, ... A row whose result is Bool or Int gives that.
  case primitive(PrimitiveID)
}

extension LoopFunction {
  /// The function of a primitive's row by name; nil where the table has no such row.
  public static func named(_ name: String) -> LoopFunction? {
    PrimitiveTable.ids[name].map(LoopFunction.primitive)
  }

  /// The type of the result for operands of the given types.
  public func result(_ operands: [LoopScalar]) -> LoopScalar {
    switch self {
    case .add, .subtract, .multiply, .negate, .minimum, .maximum, .absolute, .remainder, .detach:
      operands.first ?? .real
    case .divide, .toReal: .real
    case .floorDivide, .toInt: .int
    case .less, .lessOrEqual, .equal, .notEqual, .and, .or, .not: .bool
    case .select: operands.count > 1 ? operands[1] : .real
    case .primitive(let id):
      switch PrimitiveTable[id].result {
      case .bool: .bool
      case .int: .int
      default: .real
      }
    }
  }

  /// The name in dumps.
  public var name: String {
    switch self {
    case .add: "add"
    case .subtract: "subtract"
    case .multiply: "multiply"
    case .negate: "negate"
    case .minimum: "minimum"
    case .maximum: "maximum"
    case .absolute: "absolute"
    case .divide: "divide"
    case .floorDivide: "floor_divide"
    case .remainder: "remainder"
    case .less: "less"
    case .lessOrEqual: "less_or_equal"
    case .equal: "equal"
    case .notEqual: "not_equal"
    case .and: "and"
    case .or: "or"
    case .not: "not"
    case .select: "select"
    case .detach: "detach"
    case .toReal: "to_real"
    case .toInt: "to_int"
    case .primitive(let id): PrimitiveTable[id].name
    }
  }
}
