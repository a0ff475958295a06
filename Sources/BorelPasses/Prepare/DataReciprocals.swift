// Turns division by data into multiplication by reciprocals, which a preparation computes once.

import BorelIR

/// The program with `x / d`, d known from data and x not, as `x * (1 / d)`: two roundings instead of one.
func multiplyByDataReciprocals(_ program: LoopProgram) -> LoopProgram {
  let dependence = DataDependence(program)
  var result = program
  func rewrite(_ body: [LoopStatement]) -> [LoopStatement] {
    body.flatMap { statement -> [LoopStatement] in
      switch statement.kind {
      case .define(let variable, .apply(.divide, let operands))
      where dependence.isVarying(operands[0]) && !dependence.isVarying(operands[1]):
        guard case .variable(let divisor) = operands[1], program[divisor].scalar == .real else { return [statement] }
        let reciprocal = result.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
        return [
          LoopStatement(.define(reciprocal, .apply(.divide, [.real(1), operands[1]])), statement.span),
          LoopStatement(.define(variable, .apply(.multiply, [operands[0], .variable(reciprocal)])), statement.span),
        ]
      case .loop(var loop):
        loop.body = rewrite(loop.body)
        return [LoopStatement(.loop(loop), statement.span)]
      case .conditional(let test, let then, let otherwise):
        return [LoopStatement(.conditional(test, then: rewrite(then), else: rewrite(otherwise)), statement.span)]
      default: return [statement]
      }
    }
  }
  result.body = rewrite(program.body)
  return result
}
