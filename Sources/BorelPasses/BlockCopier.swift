// Copies statements under new variables, so that they can stand in a program twice.

import BorelIR

/// Copies blocks of a program; `renamed` says what stands for immutable scalars of the original.
struct BlockCopier {
  var program: LoopProgram
  var renamed: [LoopVariable: LoopOperand] = [:]
  private var places: [LoopVariable: LoopVariable] = [:]

  init(program: LoopProgram) { self.program = program }

  /// The copy of the statements, nil where they choose or make views of what they define.
  mutating func copy(_ block: [LoopStatement]) -> [LoopStatement]? {
    guard !definesViews(block) else { return nil }
    return statements(block)
  }

  /// Whether an array is a view of what the statements make, or at an offset that they compute.
  private func definesViews(_ block: [LoopStatement]) -> Bool {
    var made = Set(renamed.keys)
    for statement in block {
      statement.visit { inner in
        switch inner.kind {
        case .define(let variable, _), .declare(let variable, _), .allocate(let variable, _): made.insert(variable)
        case .loop(let loop): made.insert(loop.index)
        default: break
        }
      }
    }
    return program.variables.contains { info in
      guard case .view(let base, let offset) = info.role else { return false }
      return ([.variable(base), offset] + info.sizes).contains { operand in
        if case .variable(let variable) = operand { made.contains(variable) } else { false }
      }
    }
  }

  private mutating func statements(_ block: [LoopStatement]) -> [LoopStatement]? {
    var result: [LoopStatement] = []
    for statement in block {
      guard let kind = kind(statement.kind) else { return nil }
      result.append(LoopStatement(kind, statement.span))
    }
    return result
  }

  private mutating func kind(_ kind: LoopStatement.Kind) -> LoopStatement.Kind? {
    switch kind {
    case .define(let variable, let operation):
      let copied = self.operation(operation)
      return .define(immutable(variable), copied)
    case .declare(let variable, let initial): return .declare(place(making: variable), value(initial))
    case .allocate(let variable, let fill): return .allocate(place(making: variable), fill: fill.map(value))
    case .store(let variable, let indices, let operand):
      return .store(place(variable), indices.map(value), value(operand))
    case .accumulate(let variable, let indices, let operand):
      return .accumulate(place(variable), indices.map(value), value(operand))
    case .loop(var loop):
      loop.lower = value(loop.lower)
      loop.upper = value(loop.upper)
      loop.index = immutable(loop.index)
      guard let body = statements(loop.body) else { return nil }
      loop.body = body
      return .loop(loop)
    case .conditional(let condition, let then, let otherwise):
      guard let first = statements(then), let second = statements(otherwise) else { return nil }
      return .conditional(value(condition), then: first, else: second)
    case .call(let routine, let outputs, let inputs):
      return .call(routine, outputs: outputs.map(place), inputs: inputs.map(place))
    case .require(let condition, let check): return .require(value(condition), check)
    case .target(let operand): return .target(value(operand))
    case .choice, .bind: return nil
    }
  }

  private func value(_ operand: LoopOperand) -> LoopOperand { operand.replacing(renamed) }

  private func place(_ variable: LoopVariable) -> LoopVariable { places[variable] ?? variable }

  private mutating func immutable(_ variable: LoopVariable) -> LoopVariable {
    let copy = program.addVariable(program[variable])
    renamed[variable] = .variable(copy)
    return copy
  }

  private mutating func place(making variable: LoopVariable) -> LoopVariable {
    var info = program[variable]
    info.sizes = info.sizes.map(value)
    let copy = program.addVariable(info)
    places[variable] = copy
    return copy
  }

  private func operation(_ operation: LoopOperation) -> LoopOperation {
    switch operation.replacing(renamed) {
    case .load(let array, let indices): .load(place(array), indices)
    case .read(let variable): .read(place(variable))
    case let other: other
    }
  }
}
