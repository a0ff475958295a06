// Writes logistic functions of one argument over one exponential, where a program needs several of them.

import BorelIR

/// The program with `log_sum_exp`, `inv_logit`, `log1p_exp`, `log_inv_logit` and `log1m_inv_logit` of the same argument, or of
/// its negative, written over e = exp(-|d|).
///
/// inv_logit(d) = 1 / (1 + e) or e / (1 + e) by the sign of d; log(1 + e^d) = max(d, 0) + log1p(e); and with d = x - y,
/// log(e^x + e^y) = max(x, y) + log1p(e). One function alone stays as it is.
public func shareExponentials(_ program: LoopProgram) -> LoopProgram {
  var pass = ExponentialSharing(program: program)
  let body = pass.block(program.body)
  pass.program.body = body
  return pass.program
}

private struct ExponentialSharing {
  enum Argument: Hashable {
    case single(LoopOperand)
    case difference(LoopOperand, LoopOperand)
  }

  private enum Kind: String {
    case invLogit = "inv_logit"
    case log1pExp = "log1p_exp"
    case logInvLogit = "log_inv_logit"
    case log1mInvLogit = "log1m_inv_logit"
    case logSumExp = "log_sum_exp"
  }

  var program: LoopProgram
  private var definitions: [LoopVariable: LoopOperation] = [:]
  private var counts: [Argument: Int] = [:]

  init(program: LoopProgram) {
    self.program = program
    for statement in program.body {
      statement.visit { statement in
        if case .define(let variable, let operation) = statement.kind { definitions[variable] = operation }
      }
    }
    for operation in definitions.values {
      if let (_, argument, _) = recognised(operation) { counts[argument, default: 0] += 1 }
    }
  }

  private func recognised(_ operation: LoopOperation) -> (Kind, Argument, isNegated: Bool)? {
    guard case .apply(.primitive(let id), let operands) = operation, let kind = Kind(rawValue: PrimitiveTable[id].name)
    else { return nil }
    if kind == .logSumExp {
      return operands.count == 2 ? (kind, .difference(operands[0], operands[1]), false) : nil
    }
    var operand = operands[0]
    var isNegated = false
    while case .variable(let variable) = operand, case .apply(.negate, let parts)? = definitions[variable] {
      operand = parts[0]
      isNegated.toggle()
    }
    if case .variable(let variable) = operand, case .apply(.subtract, let parts)? = definitions[variable] {
      return (kind, .difference(parts[0], parts[1]), isNegated)
    }
    return (kind, .single(operand), isNegated)
  }

  mutating func block(_ block: [LoopStatement]) -> [LoopStatement] {
    var result: [LoopStatement] = []
    for var statement in block {
      switch statement.kind {
      case .define(let variable, let operation):
        if let (kind, argument, isNegated) = recognised(operation), counts[argument] ?? 0 > 1 {
          write(variable, kind, argument, isNegated, statement, &result)
          continue
        }
      case .loop(var loop):
        loop.body = self.block(loop.body)
        statement.kind = .loop(loop)
      case .conditional(let condition, let then, let otherwise):
        statement.kind = .conditional(condition, then: self.block(then), else: self.block(otherwise))
      default: break
      }
      result.append(statement)
    }
    return result
  }

  private mutating func write(
    _ variable: LoopVariable, _ kind: Kind, _ argument: Argument, _ isNegated: Bool, _ statement: LoopStatement,
    _ block: inout [LoopStatement]
  ) {
    func add(_ function: LoopFunction, _ operands: LoopOperand...) -> LoopOperand {
      let types = operands.map(program.scalar(of:))
      let new = program.addVariable(
        LoopVariableInfo(name: "", scalar: function.result(types), role: .immutable))
      block.append(LoopStatement(.define(new, .apply(function, operands)), statement.span))
      return .variable(new)
    }
    func last(_ function: LoopFunction, _ operands: LoopOperand...) {
      block.append(LoopStatement(.define(variable, .apply(function, operands)), statement.span))
    }
    guard let exponential = LoopFunction.named("exp"), let log1p = LoopFunction.named("log1p") else { return }
    let d: LoopOperand
    switch argument {
    case .single(let operand): d = operand
    case .difference(let x, let y): d = add(.subtract, x, y)
    }
    let e = add(exponential, add(.negate, add(.absolute, d)))
    switch kind {
    case .invLogit:
      let share = add(.divide, .real(1), add(.add, .real(1), e))
      let rest = add(.multiply, e, share)
      let falls = add(.less, d, .real(0))
      last(.select, falls, isNegated ? share : rest, isNegated ? rest : share)
    case .log1pExp:
      let positive = add(.maximum, isNegated ? add(.negate, d) : d, .real(0))
      last(.add, positive, add(log1p, e))
    case .logInvLogit, .log1mInvLogit:
      let isFlipped = isNegated != (kind == .log1mInvLogit)
      let negative = add(.minimum, isFlipped ? add(.negate, d) : d, .real(0))
      last(.subtract, negative, add(log1p, e))
    case .logSumExp:
      guard case .difference(let x, let y) = argument else { return }
      // Two values of -inf have no difference, but the sum of two zeros is zero.
      let greatest = add(.maximum, x, y)
      let isZero = add(.equal, greatest, .real(-.infinity))
      last(.add, greatest, add(log1p, add(.select, isZero, .real(0), e)))
    }
  }
}
