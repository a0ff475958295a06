// Turns descending loops around where the order does not matter: ascending ones vectorise better.

import BorelIR

extension LoopProgram {
  /// The array that a view is of, at last; other variables are their own.
  func root(_ variable: LoopVariable) -> LoopVariable {
    var variable = variable
    while case .view(let base, _) = self[variable].role { variable = base }
    return variable
  }
}

/// Turns loops around whose iterations are independent but for sums.
func ascending(_ statements: [LoopStatement], _ program: LoopProgram) -> [LoopStatement] {
  statements.map { statement in
    var statement = statement
    switch statement.kind {
    case .loop(var loop):
      loop.body = ascending(loop.body, program)
      if loop.isDescending, isIndependent(loop, program) { loop.isDescending = false }
      statement.kind = .loop(loop)
    case .conditional(let condition, let then, let otherwise):
      statement.kind = .conditional(
        condition, then: ascending(then, program), else: ascending(otherwise, program))
    default: break
    }
    return statement
  }
}

/// Whether iterations exchange nothing: what comes from outside is only read, or only added to, or an array of which an iteration
/// touches one element, found by the loop's index.
private func isIndependent(_ loop: LoopFor, _ program: LoopProgram) -> Bool {
  var inside: Set<LoopVariable> = [loop.index]
  for statement in loop.body {
    statement.visit { inner in
      switch inner.kind {
      case .define(let variable, _), .declare(let variable, _), .allocate(let variable, _): inside.insert(variable)
      case .loop(let loop): inside.insert(loop.index)
      default: break
      }
    }
  }
  var read: [LoopVariable: Set<[LoopOperand]>] = [:]
  var stored: [LoopVariable: Set<[LoopOperand]>] = [:]
  var added: [LoopVariable: Set<[LoopOperand]>] = [:]
  var hasCalls = false
  for statement in loop.body {
    statement.visit { inner in
      switch inner.kind {
      case .define(_, .read(let variable)): read[variable, default: []].insert([])
      case .define(_, .load(let array, let indices)):
        read[program.root(array), default: []].insert(
          array == program.root(array) ? indices : [.variable(array)] + indices)
      case .store(let variable, let indices, _):
        stored[program.root(variable), default: []].insert(
          variable == program.root(variable) ? indices : [.variable(variable)] + indices)
      case .accumulate(let variable, let indices, _):
        added[program.root(variable), default: []].insert(
          variable == program.root(variable) ? indices : [.variable(variable)] + indices)
      case .call: hasCalls = true
      default: break
      }
    }
  }
  if hasCalls { return false }
  for variable in Set(stored.keys).union(added.keys) where !inside.contains(variable) {
    let isOnlyAdded = stored[variable] == nil && read[variable] == nil
    if isOnlyAdded { continue }
    let places = (stored[variable] ?? []).union(added[variable] ?? []).union(read[variable] ?? [])
    guard places.count == 1, let place = places.first, place.contains(.variable(loop.index)) else { return false }
  }
  return true
}
