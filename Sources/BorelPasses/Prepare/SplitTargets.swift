// Splits what is added to the target into its addends, so that each can move to where it is known.

import BorelIR

/// `target += a - (b + c)` becomes `target += a`, `target += -b`, `target += -c`; constants of one statement become one.
///
/// Sums are taken apart only where they serve nothing but the target.
public func splitTargets(_ program: LoopProgram) -> LoopProgram {
  var uses: [LoopVariable: Int] = [:]
  var definitions: [LoopVariable: LoopOperation] = [:]
  for statement in program.body {
    statement.visitReads { uses[$0, default: 0] += 1 }
    statement.visit { statement in
      if case .define(let variable, let operation) = statement.kind { definitions[variable] = operation }
    }
  }
  for result in program.results {
    if case .variable(let variable) = result.value { uses[variable, default: 0] += 1 }
  }
  var splitter = Splitter(
    program: program, uses: uses, addends: TargetAddends(definitions: definitions, followsFactors: false))
  let body = splitter.split(program.body)
  var result = splitter.program
  result.body = body
  return result
}

private struct Splitter {
  var program: LoopProgram
  let uses: [LoopVariable: Int]
  let addends: TargetAddends

  mutating func split(_ body: [LoopStatement]) -> [LoopStatement] {
    var result: [LoopStatement] = []
    for statement in body {
      switch statement.kind {
      case .target(let operand):
        var constant = 0.0
        var isConstant = true
        for addend in addends.of(operand, isOpen: { uses[$0] == 1 }) {
          if case .real(let value) = addend.operand {
            constant += addend.factor * value
            continue
          }
          isConstant = false
          guard addend.factor < 0 else {
            result.append(LoopStatement(.target(addend.operand), statement.span))
            continue
          }
          let negated = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
          result.append(LoopStatement(.define(negated, .apply(.negate, [addend.operand])), statement.span))
          result.append(LoopStatement(.target(.variable(negated)), statement.span))
        }
        if constant != 0 || isConstant {
          result.append(LoopStatement(.target(.real(constant)), statement.span))
        }
      case .loop(var loop):
        loop.body = split(loop.body)
        result.append(LoopStatement(.loop(loop), statement.span))
      case .conditional(let test, let then, let otherwise):
        result.append(
          LoopStatement(.conditional(test, then: split(then), else: split(otherwise)), statement.span))
      default: result.append(statement)
      }
    }
    return result
  }
}
