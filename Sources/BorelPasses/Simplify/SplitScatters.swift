// Takes additions to shifted or scattered elements out of loops that could be vectorised without them.

import BorelIR

/// The program with `A[i - 1] += v`, beside another addition to A in the same loop, or `A[g[i]] += v` beside expensive
/// functions, done in a loop of its own: the first loop leaves its v in an array.
///
/// Elements added to in one iteration are read in the next where both additions stand in one loop, and no compiler vectorises
/// that. Sums are taken in another order.
public func splitScatters(_ program: LoopProgram) -> LoopProgram {
  var pass = ScatterSplitting(program: program)
  var body: [LoopStatement] = []
  for statement in program.body {
    if case .loop(let loop) = statement.kind {
      body += pass.split(loop, statement)
    } else {
      body.append(statement)
    }
  }
  pass.program.body = body
  return pass.program
}

private struct ScatterSplitting {
  var program: LoopProgram

  mutating func split(_ loop: LoopFor, _ statement: LoopStatement) -> [LoopStatement] {
    guard case .int(let lower) = loop.lower, lower >= 0 else { return [statement] }
    var definitions: [LoopVariable: LoopOperation] = [:]
    var others: Set<LoopVariable> = []
    var additions: [LoopVariable: [(position: Int, index: LoopOperand)]] = [:]
    var isExpensive = false
    for (position, inner) in loop.body.enumerated() {
      switch inner.kind {
      case .define(let variable, let operation):
        definitions[variable] = operation
        switch operation {
        case .load(let array, _): others.insert(program.base(of: array))
        case .apply(.primitive, _): isExpensive = true
        default: break
        }
      case .accumulate(let array, let indices, _):
        if indices.isEmpty { continue }
        if indices.count != 1 {
          others.insert(program.base(of: array))
          continue
        }
        additions[program.base(of: array), default: []].append((position, indices[0]))
      case .store(let array, let indices, _): if !indices.isEmpty { others.insert(program.base(of: array)) }
      case .target, .declare: break
      // Anything else keeps the loop from being vectorised anyway.
      case .loop, .conditional, .call, .allocate, .require, .choice, .bind: return [statement]
      }
    }
    var moved: [Int: LoopVariable] = [:]
    for (base, places) in additions where !others.contains(base) {
      for (position, index) in places {
        guard case .variable(let variable) = index, variable != loop.index,
          let kind = shape(of: variable, definitions, loop)
        else { continue }
        switch kind {
        case .shifted: if places.count > 1 { moved[position] = variable }
        case .gathered: if isExpensive { moved[position] = variable }
        }
      }
    }
    if moved.isEmpty { return [statement] }
    return split(loop, statement, moved, definitions)
  }

  private enum Shape {
    case shifted
    case gathered
  }

  /// How an index follows from the loop's: by a constant, or through data.
  private func shape(
    of variable: LoopVariable, _ definitions: [LoopVariable: LoopOperation], _ loop: LoopFor
  ) -> Shape? {
    switch definitions[variable] {
    case .apply(.add, let parts)?, .apply(.subtract, let parts)?:
      let isShift =
        parts.contains(.variable(loop.index)) && parts.contains { if case .int = $0 { true } else { false } }
      return isShift ? .shifted : nil
    case .load(let array, [.variable(loop.index)])? where program[array].role == .input: return .gathered
    default: return nil
    }
  }

  private mutating func split(
    _ loop: LoopFor, _ statement: LoopStatement, _ moved: [Int: LoopVariable],
    _ definitions: [LoopVariable: LoopOperation]
  ) -> [LoopStatement] {
    var before: [LoopStatement] = []
    var after: [LoopStatement] = []
    let size = program.sizeBound(loop.upper, &before, statement)
    var rest = loop
    rest.body = []
    for (position, inner) in loop.body.enumerated() {
      guard let variable = moved[position], let operation = definitions[variable],
        case .accumulate(let array, _, let value) = inner.kind
      else {
        rest.body.append(inner)
        continue
      }
      let name = program[array].name
      let amounts = program.addVariable(
        LoopVariableInfo(
          name: name.isEmpty ? "amounts" : name + "_amounts", scalar: .real, sizes: [size], role: .mutable))
      before.append(LoopStatement(.allocate(amounts, fill: nil), inner.span))
      rest.body.append(LoopStatement(.store(amounts, [.variable(loop.index)], value), inner.span))
      let index = program.addVariable(program[loop.index])
      let place = program.addVariable(program[variable])
      let amount = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
      let scatter = LoopFor(
        index: index, lower: loop.lower, upper: loop.upper, isDescending: loop.isDescending,
        body: [
          LoopStatement(.define(place, replacing(loop.index, by: index, in: operation)), inner.span),
          LoopStatement(.define(amount, .load(amounts, [.variable(index)])), inner.span),
          LoopStatement(.accumulate(array, [.variable(place)], .variable(amount)), inner.span),
        ])
      after.append(LoopStatement(.loop(scatter), inner.span))
    }
    return before + [LoopStatement(.loop(rest), statement.span)] + after
  }

  private func replacing(
    _ old: LoopVariable, by new: LoopVariable, in operation: LoopOperation
  ) -> LoopOperation {
    func replace(_ operand: LoopOperand) -> LoopOperand { operand == .variable(old) ? .variable(new) : operand }
    switch operation {
    case .apply(let function, let operands): return .apply(function, operands.map(replace))
    case .load(let array, let indices): return .load(array, indices.map(replace))
    case .read: return operation
    }
  }
}

extension LoopProgram {
  /// An upper bound of a loop as the size of an array: not negative.
  mutating func sizeBound(
    _ upper: LoopOperand, _ block: inout [LoopStatement], _ statement: LoopStatement
  ) -> LoopOperand {
    if isSize(upper) { return upper }
    let size = addVariable(LoopVariableInfo(name: "", scalar: .int, role: .immutable))
    block.append(LoopStatement(.define(size, .apply(.maximum, [upper, .int(0)])), statement.span))
    return .variable(size)
  }
}
