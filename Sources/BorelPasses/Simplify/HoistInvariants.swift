// Moves what does not change from one iteration to the next in front of the loop.

import BorelIR

/// The program with loop-invariant computations, and checks of them, in front of their loops.
///
/// Only pure operations move; an element of an array is loaded early only where the array certainly has it, because the loop
/// may have no iteration at all. A check moves as "the loop is empty or the condition holds".
public func hoistInvariants(_ program: LoopProgram) -> LoopProgram {
  var pass = InvariantHoisting(program: program)
  let body = pass.block(program.body)
  pass.program.body = body
  return pass.program
}

private struct InvariantHoisting {
  var program: LoopProgram

  mutating func block(_ block: [LoopStatement]) -> [LoopStatement] {
    var result: [LoopStatement] = []
    for var statement in block {
      switch statement.kind {
      case .loop(var loop):
        loop.body = self.block(loop.body)
        var moved: [LoopStatement] = []
        var inside = LoopContents(of: loop, in: program)
        loop.body = remaining(loop.body, of: loop, &inside, &moved, isConditional: false)
        result += moved
        if loop.body.isEmpty { continue }
        statement.kind = .loop(loop)
      case .conditional(let condition, let then, let otherwise):
        statement.kind = .conditional(condition, then: self.block(then), else: self.block(otherwise))
      case .choice(var choice):
        choice.score = self.block(choice.score)
        statement.kind = .choice(choice)
      default: break
      }
      result.append(statement)
    }
    return result
  }

  /// The statements that stay in the loop.
  private mutating func remaining(
    _ block: [LoopStatement], of loop: LoopFor, _ inside: inout LoopContents, _ moved: inout [LoopStatement],
    isConditional: Bool
  ) -> [LoopStatement] {
    var kept: [LoopStatement] = []
    for var statement in block {
      switch statement.kind {
      case .define(let variable, let operation) where canMove(operation, inside, isConditional: isConditional):
        moved.append(statement)
        inside.remove(variable)
        continue
      case .require(let condition, let check) where !isConditional && inside.isOutside(condition):
        let guarded = orEmpty(condition, loop, &moved, statement)
        moved.append(LoopStatement(.require(guarded, check), statement.span))
        continue
      case .conditional(let condition, let then, let otherwise):
        let first = remaining(then, of: loop, &inside, &moved, isConditional: true)
        let second = remaining(otherwise, of: loop, &inside, &moved, isConditional: true)
        statement.kind = .conditional(condition, then: first, else: second)
      default: break
      }
      kept.append(statement)
    }
    return kept
  }

  private func canMove(_ operation: LoopOperation, _ inside: LoopContents, isConditional: Bool) -> Bool {
    guard operation.operands.allSatisfy(inside.isOutside) else { return false }
    switch operation {
    case .apply(.floorDivide, let operands), .apply(.remainder, let operands):
      if case .int(let divisor) = operands[1] { return divisor != 0 }
      return program.scalar(of: operands[1]) == .real
    case .apply: return true
    case .read(let variable): return inside.isUnchanged(variable)
    case .load(let array, let indices): return inside.isUnchanged(array) && hasElement(array, indices)
    }
  }

  /// Whether the array has the element whatever the data are.
  private func hasElement(_ array: LoopVariable, _ indices: [LoopOperand]) -> Bool {
    for (index, size) in zip(indices, program[array].sizes) {
      guard case .int(let index) = index, index >= 0 else { return false }
      if case .int(let size) = size, index < size { continue }
      // The position has an element for every number that the program reads of it.
      guard let position = program.input(.position), array == position else { return false }
    }
    return true
  }

  private mutating func orEmpty(
    _ condition: LoopOperand, _ loop: LoopFor, _ moved: inout [LoopStatement], _ statement: LoopStatement
  ) -> LoopOperand {
    if case .int(let lower) = loop.lower, case .int(let upper) = loop.upper, lower < upper { return condition }
    func define(_ function: LoopFunction, _ operands: [LoopOperand]) -> LoopOperand {
      let variable = program.addVariable(LoopVariableInfo(name: "", scalar: .bool, role: .immutable))
      moved.append(LoopStatement(.define(variable, .apply(function, operands)), statement.span))
      return .variable(variable)
    }
    return define(.or, [define(.lessOrEqual, [loop.upper, loop.lower]), condition])
  }
}

/// What a loop defines and changes.
struct LoopContents {
  private var defined: Set<LoopVariable> = []
  private var written: Set<LoopVariable> = []
  private let program: LoopProgram

  init(of loop: LoopFor, in program: LoopProgram) {
    self.program = program
    defined.insert(loop.index)
    for statement in loop.body {
      statement.visit { statement in
        switch statement.kind {
        case .define(let variable, _), .declare(let variable, _), .allocate(let variable, _): defined.insert(variable)
        case .store(let variable, _, _), .accumulate(let variable, _, _): written.insert(program.base(of: variable))
        case .call(_, let outputs, _): for output in outputs { written.insert(program.base(of: output)) }
        case .loop(let inner): defined.insert(inner.index)
        case .choice(let choice):
          defined.insert(choice.value)
          if let array = program.sites[choice.site].array { written.insert(array) }
        case .bind(let binding):
          defined.insert(binding.value)
          if let array = program.sites[binding.site].array { written.insert(array) }
        case .conditional, .require, .target: break
        }
      }
    }
  }

  mutating func remove(_ variable: LoopVariable) { defined.remove(variable) }

  func isOutside(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return true }
    return !defined.contains(variable)
  }

  /// Whether a place exists before the loop and keeps its values in it.
  func isUnchanged(_ place: LoopVariable) -> Bool {
    let base = program.base(of: place)
    if defined.contains(base) || written.contains(base) { return false }
    var view = place
    while case .view(let next, let offset) = program[view].role {
      guard isOutside(offset), program[view].sizes.allSatisfy(isOutside) else { return false }
      view = next
    }
    return true
  }
}
