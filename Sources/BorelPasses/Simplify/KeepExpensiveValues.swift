// Before differentiation: values of expensive functions in loops are stored, for the backward sweep to read them again.

import BorelIR

/// The program with each value of a function of the primitive table, computed in a loop at the top, stored in an array.
///
/// The gradient pass reads such an array instead of computing the value again where it runs an iteration twice; arrays that
/// it has no use for disappear with the dead code. Loops whose number of iterations is not known before the outermost of them
/// are left alone, except inner ones that end at the index of an outer one or behind it.
public func keepExpensiveValues(_ program: LoopProgram) -> LoopProgram {
  var pass = ExpensiveValues(program: program, singleStores: SingleStores(in: program).arrays)
  var body: [LoopStatement] = []
  for statement in program.body {
    guard case .loop(let loop) = statement.kind else {
      body.append(statement)
      continue
    }
    var arrays: [LoopStatement] = []
    var statement = statement
    if let kept = pass.loop(loop, [], &arrays) { statement.kind = .loop(kept) }
    body += arrays
    body.append(statement)
  }
  pass.program.body = body
  return pass.program
}

private struct ExpensiveValues {
  var program: LoopProgram
  let singleStores: Set<LoopVariable>
  /// Bounds that are the index of another loop plus one.
  private var successors: [LoopVariable: LoopVariable] = [:]

  init(program: LoopProgram, singleStores: Set<LoopVariable>) {
    self.program = program
    self.singleStores = singleStores
    for statement in program.body {
      statement.visit { statement in
        if case .define(let variable, .apply(.add, let parts)) = statement.kind, parts.count == 2, parts[1] == .int(1),
          case .variable(let index) = parts[0]
        {
          successors[variable] = index
        }
      }
    }
  }

  /// A loop around the present statement, with an upper bound for its index that is known before the outermost loop.
  struct Level {
    var index: LoopVariable
    var bound: LoopOperand
  }

  mutating func loop(_ loop: LoopFor, _ outer: [Level], _ arrays: inout [LoopStatement]) -> LoopFor? {
    guard case .int(let lower) = loop.lower, lower >= 0, let upper = bound(of: loop, outer) else { return nil }
    let bound = program.sizeBound(upper, &arrays, LoopStatement(.loop(loop)))
    let levels = outer + [Level(index: loop.index, bound: bound)]
    if levels.count > 3 { return nil }
    var result = loop
    result.body = block(loop.body, levels, &arrays)
    return result
  }

  private func bound(of loop: LoopFor, _ outer: [Level]) -> LoopOperand? {
    if outer.isEmpty { return loop.upper }
    switch loop.upper {
    case .int: return loop.upper
    case .variable(let variable):
      let index = successors[variable] ?? variable
      if let level = outer.first(where: { $0.index == index }) { return level.bound }
      return program[variable].role == .input ? loop.upper : nil
    default: return nil
    }
  }

  private mutating func block(
    _ block: [LoopStatement], _ levels: [Level], _ arrays: inout [LoopStatement]
  ) -> [LoopStatement] {
    var result: [LoopStatement] = []
    for var statement in block {
      if case .loop(let inner) = statement.kind, let kept = loop(inner, levels, &arrays) {
        statement.kind = .loop(kept)
      }
      result.append(statement)
      guard case .define(let variable, .apply(.primitive(let id), let operands)) = statement.kind,
        program[variable].scalar == .real, !Self.cheap.contains(PrimitiveTable[id].name),
        operands.contains(where: { if case .variable = $0 { true } else { false } })
      else { continue }
      let indices = levels.map { LoopOperand.variable($0.index) }
      if isStored(variable, indices, in: block) { continue }
      let name = program[variable].name
      let array = program.addVariable(
        LoopVariableInfo(
          name: name.isEmpty ? PrimitiveTable[id].name + "_kept" : name + "_kept", scalar: .real,
          sizes: levels.map(\.bound), role: .mutable))
      arrays.append(LoopStatement(.allocate(array, fill: nil), statement.span))
      result.append(
        LoopStatement(.store(array, indices, .variable(variable)), statement.span))
    }
    return result
  }

  /// Whether the block stores the value already where it stays, an element for each iteration.
  private func isStored(_ variable: LoopVariable, _ indices: [LoopOperand], in block: [LoopStatement]) -> Bool {
    block.contains { statement in
      if case .store(let array, indices, .variable(variable)) = statement.kind {
        singleStores.contains(array)
      } else {
        false
      }
    }
  }

  /// Functions that cost no more than a store and a load.
  private static let cheap: Set<String> = [
    "square", "abs", "sign", "floor", "ceil", "round", "trunc", "min", "max", "fma", "fdim",
  ]
}
