// Checks the data in loops of their own: a loop that can be left early does not vectorise.

import BorelIR

/// The program with checks that depend on data alone taken out of the loops at the top.
///
/// They are counted in a loop before: first those of indices, and once these hold, the others, whose loads they protect.
public func splitChecks(_ program: LoopProgram) -> LoopProgram {
  var pass = CheckSplitting(program: program)
  var body: [LoopStatement] = []
  for statement in program.body {
    if case .loop(let loop) = statement.kind {
      body += pass.split(loop, statement)
    } else {
      body.append(statement)
    }
  }
  pass.program.body = body
  return eliminateDeadCode(pass.program)
}

private struct CheckSplitting {
  var program: LoopProgram

  /// A check with the definitions that it rests on.
  private struct Check {
    var condition: LoopOperand
    var kind: LoopCheck
    var slice: Set<LoopVariable>
    /// It rests on a load that an index check before it protects.
    var isLate: Bool
  }

  mutating func split(_ loop: LoopFor, _ statement: LoopStatement) -> [LoopStatement] {
    var data: [LoopVariable: (slice: Set<LoopVariable>, isLate: Bool)] = [loop.index: ([], false)]
    var checks: [Check] = []
    var kept: [LoopStatement] = []
    var hasIndexCheck = false
    var keepsIndexCheck = false
    let inside = LoopContents(of: loop, in: program)

    func dependence(_ operands: [LoopOperand]) -> (slice: Set<LoopVariable>, isLate: Bool)? {
      var slice: Set<LoopVariable> = []
      var isLate = false
      for case .variable(let variable) in operands {
        if let known = data[variable] {
          slice.formUnion(known.slice)
          isLate = isLate || known.isLate
        } else if !isInput(variable) || !inside.isOutside(.variable(variable)) {
          return nil
        }
      }
      return (slice, isLate)
    }

    for inner in loop.body {
      switch inner.kind {
      case .define(let variable, let operation):
        if var found = dependence(operation.operands), isData(operation) {
          if case .load = operation, hasIndexCheck { found.isLate = true }
          found.slice.insert(variable)
          data[variable] = found
        }
      case .require(let condition, let kind):
        if kind == .index { hasIndexCheck = true }
        if let found = dependence([condition]), !found.slice.isEmpty, !keepsIndexCheck {
          checks.append(Check(condition: condition, kind: kind, slice: found.slice, isLate: found.isLate))
          continue
        }
        if kind == .index { keepsIndexCheck = true }
      default: break
      }
      kept.append(inner)
    }
    if checks.isEmpty || kept.isEmpty { return [statement] }
    var result: [LoopStatement] = []
    let early = checks.filter { $0.kind == .index && !$0.isLate }
    let late = checks.filter { $0.kind != .index }
    // An index that is itself loaded under the protection of another check stays where it is.
    if early.count + late.count < checks.count { return [statement] }
    for group in [early, late] where !group.isEmpty { result += count(group, loop, statement) }
    var rest = loop
    rest.body = kept
    result.append(LoopStatement(.loop(rest), statement.span))
    return result
  }

  private func isInput(_ variable: LoopVariable) -> Bool { program[variable].role == .input }

  private func isData(_ operation: LoopOperation) -> Bool {
    switch operation {
    case .apply: return true
    case .read: return false
    case .load(let array, _):
      let base = program.base(of: array)
      return isInput(array) && program.input(.position) != base
    }
  }

  /// A loop that counts how often each kind of check fails, and the checks that it never does.
  private mutating func count(_ checks: [Check], _ loop: LoopFor, _ statement: LoopStatement) -> [LoopStatement] {
    var slice: Set<LoopVariable> = []
    for check in checks { slice.formUnion(check.slice) }
    let index = program.addVariable(program[loop.index])
    var renamed: [LoopVariable: LoopOperand] = [loop.index: .variable(index)]
    func renaming(_ operand: LoopOperand) -> LoopOperand {
      guard case .variable(let variable) = operand else { return operand }
      return renamed[variable] ?? operand
    }
    var before: [LoopStatement] = []
    var after: [LoopStatement] = []
    var body: [LoopStatement] = []
    for inner in loop.body {
      guard case .define(let variable, let operation) = inner.kind, slice.contains(variable) else { continue }
      let copy = program.addVariable(program[variable])
      switch operation {
      case .apply(let function, let operands):
        body.append(LoopStatement(.define(copy, .apply(function, operands.map(renaming))), inner.span))
      case .load(let array, let indices):
        body.append(LoopStatement(.define(copy, .load(array, indices.map(renaming))), inner.span))
      case .read: continue
      }
      renamed[variable] = .variable(copy)
    }
    func define(_ operation: LoopOperation, _ scalar: LoopScalar, _ block: inout [LoopStatement]) -> LoopOperand {
      let variable = program.addVariable(LoopVariableInfo(name: "", scalar: scalar, role: .immutable))
      block.append(LoopStatement(.define(variable, operation), statement.span))
      return .variable(variable)
    }
    for kind in [LoopCheck.index, .parameter, .support, .shape, .routine, .failure] {
      let conditions = Set(checks.filter { $0.kind == kind }.map { renaming($0.condition) })
      if conditions.isEmpty { continue }
      let failures = program.addVariable(LoopVariableInfo(name: "failures", scalar: .int, role: .mutable))
      before.append(LoopStatement(.declare(failures, .int(0)), statement.span))
      for check in checks where check.kind == kind {
        let condition = renaming(check.condition)
        let isWrong = define(.apply(.not, [condition]), .bool, &body)
        let one = define(.apply(.toInt, [isWrong]), .int, &body)
        body.append(LoopStatement(.accumulate(failures, [], one), statement.span))
      }
      let total = define(.read(failures), .int, &after)
      let holds = define(.apply(.equal, [total, .int(0)]), .bool, &after)
      after.append(LoopStatement(.require(holds, kind), statement.span))
    }
    let counting = LoopFor(index: index, lower: loop.lower, upper: loop.upper, body: body)
    return before + [LoopStatement(.loop(counting), statement.span)] + after
  }
}
