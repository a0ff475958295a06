// Removes what influences neither the target, a result, an output nor a check.

import BorelIR

/// The program without definitions, writes, loops and calls that nothing needs.
///
/// A routine that can fail (`cholesky`, `solve`, `inverse`) goes with the last reader of what it computes.
public func eliminateDeadCode(_ program: LoopProgram) -> LoopProgram {
  var liveness = Liveness(program)
  liveness.run()
  var result = program
  result.body = liveness.living(program.body)
  return result
}

private struct Liveness {
  let program: LoopProgram
  private var live = LoopVariableSet()
  /// What statements define or write that did not seem needed when they were looked at.
  private var skipped = LoopVariableSet()

  init(_ program: LoopProgram) { self.program = program }

  mutating func run() {
    for result in program.results { use(result.value) }
    for site in program.sites { if let array = site.array { use(array) } }
    for (index, info) in program.variables.enumerated() where info.role == .output { live.insert(LoopVariable(index)) }
    repeat {
      skipped = LoopVariableSet()
      mark(program.body)
    } while !skipped.isDisjoint(with: live)
  }

  private mutating func use(_ operand: LoopOperand) {
    guard case .variable(let variable) = operand else { return }
    use(variable)
  }

  private mutating func use(_ variable: LoopVariable) {
    guard live.insert(variable) else { return }
    let index = variable.index
    for size in program.variables[index].sizes { use(size) }
    if case .view(let base, let offset) = program.variables[index].role {
      use(base)
      use(offset)
    }
  }

  private func isLive(_ variable: LoopVariable) -> Bool { live.contains(program.base(of: variable)) }

  /// Marks what needed statements read, and says whether there are any; backwards, so that one round suffices where values flow
  /// downwards.
  @discardableResult
  private mutating func mark(_ block: [LoopStatement]) -> Bool {
    var isNeeded = false
    for statement in block.reversed() where mark(statement) { isNeeded = true }
    return isNeeded
  }

  private mutating func mark(_ statement: LoopStatement) -> Bool {
    switch statement.kind {
    case .define(let variable, let operation):
      guard live.contains(variable) else { return skip(variable) }
      switch operation {
      case .apply: break
      case .load(let array, _): use(array)
      case .read(let place): use(place)
      }
      for operand in operation.operands { use(operand) }
    case .declare(let variable, let initial):
      guard live.contains(variable) else { return skip(variable) }
      use(initial)
    case .allocate(let variable, let fill):
      guard live.contains(variable) else { return skip(variable) }
      for size in program.variables[variable.index].sizes { use(size) }
      if let fill { use(fill) }
    case .store(let variable, let indices, let value), .accumulate(let variable, let indices, let value):
      let base = program.base(of: variable)
      guard live.contains(base) else { return skip(base) }
      use(variable)
      for index in indices { use(index) }
      use(value)
    case .loop(let loop):
      guard mark(loop.body) else { return false }
      use(loop.lower)
      use(loop.upper)
    case .conditional(let condition, let then, let otherwise):
      let isSecondNeeded = mark(otherwise)
      guard mark(then) || isSecondNeeded else { return false }
      use(condition)
    case .call(_, let outputs, let inputs):
      guard outputs.contains(where: isLive) else {
        for output in outputs { skipped.insert(program.base(of: output)) }
        return false
      }
      for variable in outputs + inputs { use(variable) }
    case .require, .target, .choice, .bind:
      var read: [LoopVariable] = []
      statement.visitReads { read.append($0) }
      for variable in read { use(variable) }
    }
    return true
  }

  private mutating func skip(_ variable: LoopVariable) -> Bool {
    skipped.insert(variable)
    return false
  }

  func living(_ block: [LoopStatement]) -> [LoopStatement] {
    block.compactMap { statement in
      switch statement.kind {
      case .define(let variable, _), .declare(let variable, _), .allocate(let variable, _):
        return live.contains(variable) ? statement : nil
      case .store(let variable, _, _), .accumulate(let variable, _, _): return isLive(variable) ? statement : nil
      case .call(_, let outputs, _): return outputs.contains(where: isLive) ? statement : nil
      case .require, .target, .bind: return statement
      case .loop(var loop):
        loop.body = living(loop.body)
        return loop.body.isEmpty ? nil : LoopStatement(.loop(loop), statement.span)
      case .conditional(let condition, let then, let otherwise):
        let (first, second) = (living(then), living(otherwise))
        if first.isEmpty && second.isEmpty { return nil }
        return LoopStatement(.conditional(condition, then: first, else: second), statement.span)
      case .choice(var choice):
        choice.score = living(choice.score)
        return LoopStatement(.choice(choice), statement.span)
      }
    }
  }
}
