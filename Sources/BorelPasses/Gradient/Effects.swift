// What a run of statements reads and writes outside of itself, for the question of which values survive it.

import BorelIR

/// Mutable scalars and arrays (by their base) that statements read and write, and those that they make themselves.
struct Effects {
  var reads: Set<LoopVariable> = []
  var writes: Set<LoopVariable> = []
  private var made: Set<LoopVariable> = []

  init(of statements: some Sequence<LoopStatement>, in program: LoopProgram) {
    for statement in statements { statement.visit { add($0.kind, program) } }
    reads.subtract(made)
    writes.subtract(made)
  }

  private mutating func add(_ kind: LoopStatement.Kind, _ program: LoopProgram) {
    switch kind {
    case .define(_, .load(let variable, _)), .define(_, .read(let variable)): reads.insert(program.base(of: variable))
    case .declare(let variable, _), .allocate(let variable, _): made.insert(variable)
    case .store(let variable, _, _), .accumulate(let variable, _, _): writes.insert(program.base(of: variable))
    case .call(let routine, let outputs, let inputs):
      for input in inputs { reads.insert(program.base(of: input)) }
      for output in outputs {
        writes.insert(program.base(of: output))
        // Adjoints of routines read what the routine has computed.
        if !routine.adds { reads.insert(program.base(of: output)) }
      }
    default: break
    }
  }
}

/// Whether a mutable scalar's value at the start of the statements can be read by them.
func isExposed(_ variable: LoopVariable, in statements: [LoopStatement]) -> Bool {
  firstAccess(variable, statements) == .read
}

private enum FirstAccess { case none, read, write }

private func firstAccess(_ variable: LoopVariable, _ statements: [LoopStatement]) -> FirstAccess {
  for statement in statements {
    switch statement.kind {
    case .define(_, .read(variable)): return .read
    case .accumulate(variable, _, _): return .read
    case .store(variable, let indices, _) where indices.isEmpty: return .write
    case .conditional(_, let then, let otherwise):
      let first = firstAccess(variable, then)
      let second = firstAccess(variable, otherwise)
      if first == .read || second == .read { return .read }
      if first == .write && second == .write { return .write }
    case .loop(let loop): if firstAccess(variable, loop.body) == .read { return .read }
    default: break
    }
  }
  return .none
}
