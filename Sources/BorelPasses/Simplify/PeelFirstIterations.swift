// Takes the first iteration out of a loop that tells it from the others: what is left has no branch on it.

import BorelIR

/// The program with the first iteration in front of loops that carry state and compare their index with its first value.
///
/// A recursion is often written as one loop whose first round starts it (`if t > 0`). In a loop without state the comparison costs
/// next to nothing, and the loop stays as it is.
public func peelFirstIterations(_ program: LoopProgram) -> LoopProgram {
  var pass = Peeling(program: program)
  let body = pass.block(program.body)
  pass.program.body = body
  return pass.program
}

private struct Peeling {
  var program: LoopProgram

  /// Copies of longer bodies cost more time in the C compiler than they save.
  private static let longestBody = 400

  mutating func block(_ block: [LoopStatement]) -> [LoopStatement] {
    var result: [LoopStatement] = []
    for statement in block {
      if case .loop(let loop) = statement.kind, let parts = peeled(loop, statement) {
        result += parts
      } else {
        result.append(statement)
      }
    }
    return result
  }

  private mutating func peeled(_ loop: LoopFor, _ statement: LoopStatement) -> [LoopStatement]? {
    guard !loop.isDescending, case .int(let first) = loop.lower, first < .max else { return nil }
    let effects = Effects(of: loop.body, in: program)
    guard !effects.writes.isDisjoint(with: effects.reads) else { return nil }
    var answers: [LoopVariable: LoopOperand] = [:]
    var count = 0
    for outer in loop.body {
      outer.visit { inner in
        count += 1
        guard case .define(let variable, let operation) = inner.kind else { return }
        if let answer = answer(operation, loop.index, after: first) { answers[variable] = .bool(answer) }
      }
    }
    guard !answers.isEmpty, count <= Self.longestBody else { return nil }

    var copier = BlockCopier(program: program)
    copier.renamed[loop.index] = .int(first)
    guard let start = copier.copy(loop.body) else { return nil }
    program = copier.program
    var rest = loop
    rest.lower = .int(first + 1)
    rest.body = loop.body.map { $0.replacing(answers) }
    let others = LoopStatement(.loop(rest), statement.span)
    switch loop.upper {
    case .int(let end): return end > first ? start + [others] : nil
    default:
      let isAny = program.addVariable(LoopVariableInfo(name: "", scalar: .bool, role: .immutable))
      return [
        LoopStatement(.define(isAny, .apply(.less, [loop.lower, loop.upper])), statement.span),
        LoopStatement(.conditional(.variable(isAny), then: start, else: []), statement.span), others,
      ]
    }
  }

  /// What a comparison says in every iteration but the first, where it is the same in all of them.
  private func answer(_ operation: LoopOperation, _ index: LoopVariable, after first: Int) -> Bool? {
    guard case .apply(let function, let operands) = operation, operands.count == 2 else { return nil }
    switch (function, operands[0], operands[1]) {
    case (.less, .int(let bound), .variable(index)) where bound <= first: return true
    case (.less, .variable(index), .int(let bound)) where bound <= first + 1: return false
    case (.lessOrEqual, .int(let bound), .variable(index)) where bound <= first + 1: return true
    case (.lessOrEqual, .variable(index), .int(let bound)) where bound <= first: return false
    case (.equal, .int(let bound), .variable(index)) where bound <= first: return false
    case (.equal, .variable(index), .int(let bound)) where bound <= first: return false
    case (.notEqual, .int(let bound), .variable(index)) where bound <= first: return true
    case (.notEqual, .variable(index), .int(let bound)) where bound <= first: return true
    default: return nil
    }
  }
}
