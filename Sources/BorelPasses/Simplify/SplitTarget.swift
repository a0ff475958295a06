// Takes the addends of the target that a loop adds unchanged in every iteration out of it, times the number of iterations.

import BorelIR

/// The program with `target += v + c` in a loop of n iterations, c unchanging, as `target += v` there and `n c` after it.
public func splitTarget(_ program: LoopProgram) -> LoopProgram {
  var pass = TargetSplitting(program: program)
  let body = pass.block(program.body)
  pass.program.body = body
  return eliminateDeadCode(pass.program)
}

private struct TargetSplitting {
  var program: LoopProgram
  private var definitions: [LoopVariable: LoopOperation] = [:]

  private typealias Addend = TargetAddend

  init(program: LoopProgram) {
    self.program = program
    for statement in program.body {
      statement.visit { statement in
        if case .define(let variable, let operation) = statement.kind { definitions[variable] = operation }
      }
    }
  }

  mutating func block(_ block: [LoopStatement]) -> [LoopStatement] {
    var result: [LoopStatement] = []
    for var statement in block {
      switch statement.kind {
      case .loop(var loop):
        loop.body = self.block(loop.body)
        var constant: [Addend] = []
        loop.body = varying(loop, &constant)
        statement.kind = .loop(loop)
        result.append(statement)
        let total = constant.filter { $0.operand != .real(0) && $0.factor != 0 }
        if !total.isEmpty { add(total, times: loop, to: &result, statement) }
        continue
      case .conditional(let condition, let then, let otherwise):
        statement.kind = .conditional(condition, then: self.block(then), else: self.block(otherwise))
      default: break
      }
      result.append(statement)
    }
    return result
  }

  /// The body of a loop whose additions to the target have lost their unchanging addends.
  private mutating func varying(_ loop: LoopFor, _ constant: inout [Addend]) -> [LoopStatement] {
    let inside = LoopContents(of: loop, in: program)
    var body: [LoopStatement] = []
    for statement in loop.body {
      guard case .target(let operand) = statement.kind else {
        body.append(statement)
        continue
      }
      let addends = TargetAddends(definitions: definitions, followsFactors: true).of(operand) { variable in
        !inside.isOutside(.variable(variable))
      }
      let unchanging = addends.filter { inside.isOutside($0.operand) }
      if unchanging.isEmpty {
        body.append(statement)
        continue
      }
      constant += unchanging
      let rest = addends.filter { !inside.isOutside($0.operand) }
      if rest.isEmpty { continue }
      let sum = write(rest, to: &body, statement)
      body.append(LoopStatement(.target(sum), statement.span))
    }
    return body
  }

  private mutating func define(
    _ function: LoopFunction, _ operands: [LoopOperand], _ scalar: LoopScalar, _ block: inout [LoopStatement],
    _ statement: LoopStatement
  ) -> LoopOperand {
    if let folded = foldLoopOperation(function, operands, in: program) { return folded }
    let variable = program.addVariable(LoopVariableInfo(name: "", scalar: scalar, role: .immutable))
    definitions[variable] = .apply(function, operands)
    block.append(LoopStatement(.define(variable, .apply(function, operands)), statement.span))
    return .variable(variable)
  }

  private mutating func write(
    _ addends: [Addend], to block: inout [LoopStatement], _ statement: LoopStatement
  ) -> LoopOperand {
    var sum: LoopOperand?
    for addend in addends {
      let isSubtracted = sum != nil && addend.factor < 0
      let factor = isSubtracted ? -addend.factor : addend.factor
      let term =
        factor == -1
        ? define(.negate, [addend.operand], .real, &block, statement)
        : define(.multiply, [.real(factor), addend.operand], .real, &block, statement)
      sum = sum.map { define(isSubtracted ? .subtract : .add, [$0, term], .real, &block, statement) } ?? term
    }
    return sum ?? .real(0)
  }

  private mutating func add(
    _ addends: [Addend], times loop: LoopFor, to block: inout [LoopStatement], _ statement: LoopStatement
  ) {
    var numbers = 0.0
    var others: [Addend] = []
    for addend in addends {
      if case .real(let value) = addend.operand { numbers += addend.factor * value } else { others.append(addend) }
    }
    if numbers != 0 { others.append(Addend(operand: .real(numbers), factor: 1)) }
    if others.isEmpty { return }
    let sum = write(others, to: &block, statement)
    let difference = define(.subtract, [loop.upper, loop.lower], .int, &block, statement)
    let count = define(.maximum, [difference, .int(0)], .int, &block, statement)
    let number = define(.toReal, [count], .real, &block, statement)
    let product = define(.multiply, [number, sum], .real, &block, statement)
    block.append(LoopStatement(.target(product), statement.span))
  }
}
