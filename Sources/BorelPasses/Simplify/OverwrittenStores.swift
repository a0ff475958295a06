// Removes writes to mutable scalars that the same block overwrites before anything reads them.

import BorelIR

/// The program without stores and additions to scalars whose result nothing reads before the next store.
func removeOverwrittenStores(_ program: LoopProgram) -> LoopProgram {
  var result = program
  result.body = living(program.body)
  return result
}

private func living(_ block: [LoopStatement]) -> [LoopStatement] {
  // Scalars that the statements to come store before they read them.
  var overwritten = LoopVariableSet()
  var result: [LoopStatement] = []
  for var statement in block.reversed() {
    switch statement.kind {
    case .store(let place, let indices, _) where indices.isEmpty:
      if overwritten.contains(place) { continue }
      overwritten.insert(place)
    case .accumulate(let place, let indices, _) where indices.isEmpty:
      if overwritten.contains(place) { continue }
    case .loop(var loop):
      loop.body = living(loop.body)
      statement.kind = .loop(loop)
    case .conditional(let condition, let then, let otherwise):
      statement.kind = .conditional(condition, then: living(then), else: living(otherwise))
    default: break
    }
    if !overwritten.isEmpty {
      statement.visit { inner in
        if case .define(_, .read(let place)) = inner.kind { overwritten.remove(place) }
      }
    }
    result.append(statement)
  }
  return result.reversed()
}
