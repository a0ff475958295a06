// Moves computations that do not change in a loop in front of it.

import BorelIR

/// The statements with every pure function of unchanging operands in front of the loops that it does not depend on.
///
/// Only what an iteration computes in any case moves: functions have no effects and no traps, so that a loop without
/// iterations costs time and nothing else. Loads stay, for an empty array has no elements.
func hoistingInvariants(_ statements: [LoopStatement]) -> [LoopStatement] {
  statements.flatMap { statement -> [LoopStatement] in
    var statement = statement
    switch statement.kind {
    case .loop(var loop):
      var inside: Set<LoopVariable> = [loop.index]
      var before: [LoopStatement] = []
      var rest: [LoopStatement] = []
      let body = hoistingInvariants(loop.body)
      for inner in body { collectDefinitions(inner, into: &inside) }
      for inner in body {
        if case .define(let variable, .apply(_, let operands)) = inner.kind,
          operands.allSatisfy({ operand in
            if case .variable(let used) = operand { !inside.contains(used) } else { true }
          })
        {
          inside.remove(variable)
          before.append(inner)
        } else {
          rest.append(inner)
        }
      }
      loop.body = rest
      statement.kind = .loop(loop)
      return before + [statement]
    case .conditional(let condition, let then, let otherwise):
      statement.kind = .conditional(
        condition, then: hoistingInvariants(then), else: hoistingInvariants(otherwise))
      return [statement]
    default: return [statement]
    }
  }
}

/// Adds what a statement defines or makes, at any depth.
private func collectDefinitions(_ statement: LoopStatement, into variables: inout Set<LoopVariable>) {
  statement.visit { inner in
    switch inner.kind {
    case .define(let variable, _), .declare(let variable, _), .allocate(let variable, _): variables.insert(variable)
    case .loop(let loop): variables.insert(loop.index)
    default: break
    }
  }
}
