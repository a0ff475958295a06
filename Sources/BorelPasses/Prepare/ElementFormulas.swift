// Arrays whose elements follow from elements of the same index by a little arithmetic: they can be computed where they are read.

import BorelIR

/// The arrays of a program that one loop at the top fills, element by element, from data, the position and scalars.
struct ElementFormulas {
  private struct Formula {
    var index: LoopVariable
    /// Definitions in order.
    var steps: [(variable: LoopVariable, operation: LoopOperation)] = []
    var value: LoopOperand
  }
  private var formulas: [LoopVariable: Formula] = [:]

  init(_ program: LoopProgram) {
    var stores: [LoopVariable: Int] = [:]
    for statement in program.body {
      statement.visit { statement in
        switch statement.kind {
        case .store(let place, _, _), .accumulate(let place, _, _): stores[program.base(of: place), default: 0] += 1
        case .call(_, let outputs, _): for output in outputs { stores[program.base(of: output), default: 0] += 2 }
        default: break
        }
      }
    }
    for statement in program.body {
      guard case .loop(let loop) = statement.kind, loop.lower == .int(0) else { continue }
      for inner in loop.body {
        guard case .store(let array, [.variable(loop.index)], let value) = inner.kind, stores[array] == 1,
          program[array].sizes == [loop.upper], program[array].role == .mutable,
          let formula = Self.formula(value, loop, program)
        else { continue }
        formulas[array] = formula
      }
    }
  }

  /// The definitions behind a value, where they are cheap and read only what never changes.
  private static func formula(_ value: LoopOperand, _ loop: LoopFor, _ program: LoopProgram) -> Formula? {
    let inside = LoopContents(of: loop, in: program)
    var definitions: [LoopVariable: LoopOperation] = [:]
    for statement in loop.body {
      if case .define(let variable, let operation) = statement.kind { definitions[variable] = operation }
    }
    var formula = Formula(index: loop.index, value: value)
    var known: Set<LoopVariable> = [loop.index]
    func add(_ operand: LoopOperand) -> Bool {
      guard case .variable(let variable) = operand, !known.contains(variable), !inside.isOutside(operand) else {
        return true
      }
      guard let operation = definitions[variable], formula.steps.count < 8 else { return false }
      switch operation {
      case .read, .apply(.primitive, _): return false
      case .load(let array, _): if program[program.base(of: array)].role != .input { return false }
      case .apply: break
      }
      for part in operation.operands where !add(part) { return false }
      known.insert(variable)
      formula.steps.append((variable, operation))
      return true
    }
    return add(value) ? formula : nil
  }

  /// A load of an element as the computation of its value; any other statement as it is.
  func computing(_ statement: LoopStatement, _ program: inout LoopProgram) -> [LoopStatement] {
    guard case .define(let variable, .load(let array, let indices)) = statement.kind, let formula = formulas[array],
      indices.count == 1
    else { return [statement] }
    var renamed: [LoopVariable: LoopOperand] = [formula.index: indices[0]]
    var result: [LoopStatement] = []
    for (place, step) in formula.steps.enumerated() {
      // The last step is the element.
      let isLast = place + 1 == formula.steps.count && formula.value == .variable(step.variable)
      let copy = isLast ? variable : program.addVariable(program[step.variable])
      result.append(LoopStatement(.define(copy, step.operation.replacing(renamed)), statement.span))
      renamed[step.variable] = .variable(copy)
      if isLast { return result }
    }
    return [statement]
  }
}
