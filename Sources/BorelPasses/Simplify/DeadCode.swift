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
  private var live: Set<LoopVariable> = []

  init(_ program: LoopProgram) { self.program = program }

  mutating func run() {
    for result in program.results { use(result.value) }
    for site in program.sites { if let array = site.array { use(.variable(array)) } }
    for (index, info) in program.variables.enumerated() where info.role == .output { live.insert(LoopVariable(index)) }
    var count = -1
    while count != live.count {
      count = live.count
      mark(program.body)
    }
  }

  private mutating func use(_ operand: LoopOperand) {
    guard case .variable(let variable) = operand else { return }
    use(variable)
  }

  private mutating func use(_ variable: LoopVariable) {
    guard live.insert(variable).inserted else { return }
    let info = program[variable]
    for size in info.sizes { use(size) }
    if case .view(let base, let offset) = info.role {
      use(base)
      use(offset)
    }
  }

  private func isLive(_ variable: LoopVariable) -> Bool { live.contains(program.base(of: variable)) }

  /// Whether the statement has an effect, given what is known to be live.
  private func isNeeded(_ statement: LoopStatement) -> Bool {
    switch statement.kind {
    case .define(let variable, _), .declare(let variable, _), .allocate(let variable, _): live.contains(variable)
    case .store(let variable, _, _), .accumulate(let variable, _, _): isLive(variable)
    case .loop(let loop): loop.body.contains(where: isNeeded)
    case .conditional(_, let then, let otherwise): then.contains(where: isNeeded) || otherwise.contains(where: isNeeded)
    case .call(_, let outputs, _): outputs.contains(where: isLive)
    case .require, .target, .choice, .bind: true
    }
  }

  /// Marks what needed statements read; backwards, so that one round suffices where values flow downwards.
  private mutating func mark(_ block: [LoopStatement]) {
    for statement in block.reversed() where isNeeded(statement) {
      switch statement.kind {
      case .loop(let loop):
        use(loop.lower)
        use(loop.upper)
        mark(loop.body)
      case .conditional(let condition, let then, let otherwise):
        use(condition)
        mark(otherwise)
        mark(then)
      case .store(let variable, _, _), .accumulate(let variable, _, _):
        use(variable)
        markOperands(statement)
      case .call(_, let outputs, let inputs):
        for variable in outputs + inputs { use(variable) }
      case .allocate(let variable, _):
        for size in program[variable].sizes { use(size) }
        markOperands(statement)
      default: markOperands(statement)
      }
    }
  }

  private mutating func markOperands(_ statement: LoopStatement) {
    var read: [LoopVariable] = []
    statement.visitReads { read.append($0) }
    for variable in read { use(variable) }
  }

  func living(_ block: [LoopStatement]) -> [LoopStatement] {
    block.compactMap { statement in
      guard isNeeded(statement) else { return nil }
      var statement = statement
      switch statement.kind {
      case .loop(var loop):
        loop.body = living(loop.body)
        statement.kind = .loop(loop)
      case .conditional(let condition, let then, let otherwise):
        statement.kind = .conditional(condition, then: living(then), else: living(otherwise))
      case .choice(var choice):
        choice.score = living(choice.score)
        statement.kind = .choice(choice)
      default: break
      }
      return statement
    }
  }
}
