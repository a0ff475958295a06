// Divides once: a division by what does not change in a loop, or by what other divisions divide by, becomes a multiplication by its reciprocal.

import BorelIR

/// The program with divisions by constants and by loop-invariant values replaced by multiplications, and one
/// reciprocal for several divisions by the same value.
///
/// x / y and x (1 / y) differ by two roundings at most, except where 1 / y overflows (y below 1e-308).
public func multiplyByReciprocals(_ program: LoopProgram) -> LoopProgram {
  var pass = Reciprocals(program: program)
  let body = pass.block(program.body)
  pass.program.body = body
  return pass.program
}

private struct Reciprocals {
  var program: LoopProgram

  mutating func block(_ block: [LoopStatement]) -> [LoopStatement] {
    var result: [LoopStatement] = []
    for var statement in block {
      switch statement.kind {
      case .define(let variable, .apply(.divide, let operands)):
        if case .real(let divisor) = operands[1], (1 / divisor).isNormal {
          statement.kind = .define(variable, .apply(.multiply, [operands[0], .real(1 / divisor)]))
        }
      case .loop(var loop):
        loop.body = self.block(loop.body)
        let inside = LoopContents(of: loop, in: program)
        var reciprocals: [LoopOperand: LoopOperand] = [:]
        var moved: [LoopStatement] = []
        loop.body = replacing(loop.body, inside, &reciprocals, &moved)
        result += moved
        statement.kind = .loop(loop)
      case .conditional(let condition, let then, let otherwise):
        statement.kind = .conditional(condition, then: self.block(then), else: self.block(otherwise))
      default: break
      }
      result.append(statement)
    }
    return sharing(result)
  }

  /// Divides once by what a block divides by several times.
  private mutating func sharing(_ block: [LoopStatement]) -> [LoopStatement] {
    var counts: [LoopOperand: Int] = [:]
    for statement in block {
      if case .define(_, .apply(.divide, let operands)) = statement.kind, case .variable = operands[1],
        program.scalar(of: operands[1]) == .real
      {
        counts[operands[1], default: 0] += 1
      }
    }
    guard counts.values.contains(where: { $0 > 1 }) else { return block }
    var reciprocals: [LoopOperand: LoopOperand] = [:]
    var result: [LoopStatement] = []
    for var statement in block {
      if case .define(let variable, .apply(.divide, let operands)) = statement.kind, counts[operands[1]] ?? 0 > 1 {
        let factor = reciprocals[operands[1]] ?? reciprocal(of: operands[1], &result, statement)
        reciprocals[operands[1]] = factor
        statement.kind = .define(variable, .apply(.multiply, [operands[0], factor]))
      }
      result.append(statement)
    }
    return result
  }

  private mutating func replacing(
    _ block: [LoopStatement], _ inside: LoopContents, _ reciprocals: inout [LoopOperand: LoopOperand],
    _ moved: inout [LoopStatement]
  ) -> [LoopStatement] {
    var result: [LoopStatement] = []
    for var statement in block {
      switch statement.kind {
      case .define(let variable, .apply(.divide, let operands)):
        let divisor = operands[1]
        if case .variable = divisor, program.scalar(of: divisor) == .real, inside.isOutside(divisor),
          operands[0] != .real(1)
        {
          let factor = reciprocals[divisor] ?? reciprocal(of: divisor, &moved, statement)
          reciprocals[divisor] = factor
          statement.kind = .define(variable, .apply(.multiply, [operands[0], factor]))
        }
      case .loop(var loop):
        loop.body = replacing(loop.body, inside, &reciprocals, &moved)
        statement.kind = .loop(loop)
      case .conditional(let condition, let then, let otherwise):
        let first = replacing(then, inside, &reciprocals, &moved)
        statement.kind = .conditional(
          condition, then: first, else: replacing(otherwise, inside, &reciprocals, &moved))
      default: break
      }
      result.append(statement)
    }
    return result
  }

  private mutating func reciprocal(
    of divisor: LoopOperand, _ moved: inout [LoopStatement], _ statement: LoopStatement
  ) -> LoopOperand {
    var name = ""
    if case .variable(let variable) = divisor, !program[variable].name.isEmpty {
      name = "inv_" + program[variable].name
    }
    let variable = program.addVariable(LoopVariableInfo(name: name, scalar: .real, role: .immutable))
    moved.append(LoopStatement(.define(variable, .apply(.divide, [.real(1), divisor])), statement.span))
    return .variable(variable)
  }
}
