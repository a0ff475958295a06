// What an operand is the sum of: for passes that move addends of the target to where they are known.

import BorelIR

/// An addend with a constant factor.
struct TargetAddend {
  var operand: LoopOperand
  var factor: Double
}

/// Follows sums, differences, signs and, where asked for, constant factors down to what is not one of them.
struct TargetAddends {
  let definitions: [LoopVariable: LoopOperation]
  var followsFactors: Bool

  /// The addends of an operand; variables for which `isOpen` is false are not looked into.
  func of(_ operand: LoopOperand, factor: Double = 1, isOpen: (LoopVariable) -> Bool) -> [TargetAddend] {
    guard case .variable(let variable) = operand, isOpen(variable),
      case .apply(let function, let operands)? = definitions[variable]
    else { return [TargetAddend(operand: operand, factor: factor)] }
    switch function {
    case .add: return operands.flatMap { of($0, factor: factor, isOpen: isOpen) }
    case .subtract:
      return of(operands[0], factor: factor, isOpen: isOpen) + of(operands[1], factor: -factor, isOpen: isOpen)
    case .negate: return of(operands[0], factor: -factor, isOpen: isOpen)
    case .multiply where followsFactors:
      for (place, other) in [(0, 1), (1, 0)] {
        if case .real(let constant) = operands[place], constant.isFinite {
          return of(operands[other], factor: constant * factor, isOpen: isOpen)
        }
      }
    default: break
    }
    return [TargetAddend(operand: operand, factor: factor)]
  }
}
