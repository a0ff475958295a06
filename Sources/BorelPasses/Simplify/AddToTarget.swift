// Adds to the target at once what a program first adds up in a variable.

import BorelIR

/// The program without sums that only end in the target: `s += x` becomes `target += x`.
///
/// A loop that adds to nothing but the target is differentiated where it stands, and stores nothing.
public func addToTarget(_ program: LoopProgram) -> LoopProgram {
  var sums: [LoopVariable: Sum] = [:]
  for statement in program.body {
    if case .declare(let place, _) = statement.kind, program[place].scalar == .real { sums[place] = Sum() }
  }
  for (position, statement) in program.body.enumerated() {
    if case .define(let variable, .read(let place)) = statement.kind {
      sums[place]?.reads.append(variable)
    } else {
      statement.visit { inner in
        switch inner.kind {
        case .define(_, .read(let place)), .store(let place, _, _): sums[place] = nil
        case .accumulate(let place, _, _): sums[place]?.lastAddition = position
        default: break
        }
      }
    }
  }
  let results = Set(program.results.map(\.value))
  sums = sums.filter { place, sum in
    guard sum.reads.count == 1, !results.contains(.variable(place)) else { return false }
    return isOnlyAdded(sum.reads[0], after: sum.lastAddition, in: program)
  }
  if sums.isEmpty { return program }
  let totals = Set(sums.values.flatMap(\.reads))
  var result = program
  result.body = rewritten(program.body, Set(sums.keys), totals)
  return result
}

private struct Sum {
  /// What the program's own block reads of it.
  var reads: [LoopVariable] = []
  var lastAddition = 0
}

/// Whether the variable is read after the position, and its only use is to be added to the target.
private func isOnlyAdded(_ variable: LoopVariable, after position: Int, in program: LoopProgram) -> Bool {
  var uses = 0
  var additions = 0
  for (place, statement) in program.body.enumerated() {
    if case .define(variable, _) = statement.kind, place < position { return false }
    statement.visitReads { if $0 == variable { uses += 1 } }
    if case .target(.variable(variable)) = statement.kind { additions += 1 }
  }
  return uses == 1 && additions == 1 && !program.results.contains { $0.value == .variable(variable) }
}

private func rewritten(
  _ block: [LoopStatement], _ sums: Set<LoopVariable>, _ totals: Set<LoopVariable>
) -> [LoopStatement] {
  block.compactMap { statement in
    switch statement.kind {
    case .declare(let place, let initial) where sums.contains(place):
      return initial == .real(0) ? nil : LoopStatement(.target(initial), statement.span)
    case .define(_, .read(let place)) where sums.contains(place): return nil
    case .target(.variable(let total)) where totals.contains(total): return nil
    case .accumulate(let place, _, let operand) where sums.contains(place):
      return LoopStatement(.target(operand), statement.span)
    case .loop(var loop):
      loop.body = rewritten(loop.body, sums, totals)
      return LoopStatement(.loop(loop), statement.span)
    case .conditional(let condition, let then, let otherwise):
      return LoopStatement(
        .conditional(condition, then: rewritten(then, sums, totals), else: rewritten(otherwise, sums, totals)),
        statement.span)
    default: return statement
    }
  }
}
