// Which variables take part in a derivative: those that depend on the position and influence the target.

import BorelIR

/// Activity of variables, by their base where they are views; it does not distinguish points of time.
struct Activity {
  private(set) var active: Set<LoopVariable> = []
  /// Active immutable scalars with an active use in a block inside the one that defines them: their adjoint is summed up in
  /// a mutable scalar.
  private(set) var summed: Set<LoopVariable> = []

  private let program: LoopProgram
  /// What depends on the position.
  private(set) var varied: Set<LoopVariable> = []
  private var useful: Set<LoopVariable> = []

  init(of program: LoopProgram, withRespectTo position: LoopVariable) {
    self.program = program
    varied = [program.base(of: position)]
    var count = 0
    repeat {
      count = varied.count
      for statement in program.body { statement.visit { spread($0.kind) } }
    } while varied.count != count
    repeat {
      count = useful.count
      for statement in program.body.reversed() { statement.visit { trace($0.kind) } }
    } while useful.count != count
    active = varied.intersection(useful)
    active.insert(program.base(of: position))
    var depths: [LoopVariable: Int] = [:]
    findSummed(program.body, depth: 0, &depths)
  }

  func isActive(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return false }
    return active.contains(variable)
  }

  // MARK: Forwards

  private func isVaried(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return false }
    return varied.contains(variable)
  }

  private mutating func spread(_ kind: LoopStatement.Kind) {
    switch kind {
    case .define(let variable, let operation):
      guard program[variable].scalar == .real else { return }
      if depends(operation, isVaried, { varied.contains(program.base(of: $0)) }) { varied.insert(variable) }
    case .declare(let variable, let value), .allocate(let variable, .some(let value)):
      if isVaried(value) { varied.insert(variable) }
    case .store(let variable, _, let value), .accumulate(let variable, _, let value):
      if isVaried(value) { varied.insert(program.base(of: variable)) }
    case .call(_, let outputs, let inputs):
      if inputs.contains(where: { varied.contains(program.base(of: $0)) }) {
        for output in outputs { varied.insert(program.base(of: output)) }
      }
    default: break
    }
  }

  private func depends(
    _ operation: LoopOperation, _ operand: (LoopOperand) -> Bool, _ place: (LoopVariable) -> Bool
  ) -> Bool {
    switch operation {
    case .load(let variable, _), .read(let variable): return place(variable)
    case .apply(let function, let operands):
      let partials = DerivativeTable.partials(of: function)
      for (index, argument) in operands.enumerated() where operand(argument) {
        guard let partials, index < partials.count else { return true }
        if partials[index] == .constant(0) { continue }
        return true
      }
      return false
    }
  }

  // MARK: Backwards

  private mutating func use(_ operand: LoopOperand) {
    if case .variable(let variable) = operand, program[variable].scalar == .real { useful.insert(variable) }
  }

  private mutating func trace(_ kind: LoopStatement.Kind) {
    switch kind {
    case .target(let value): use(value)
    case .define(let variable, let operation):
      guard useful.contains(variable) else { return }
      switch operation {
      case .load(let place, _), .read(let place): useful.insert(program.base(of: place))
      case .apply(_, let operands): for operand in operands { use(operand) }
      }
    case .declare(let variable, let value), .allocate(let variable, .some(let value)):
      if useful.contains(variable) { use(value) }
    case .store(let variable, _, let value), .accumulate(let variable, _, let value):
      if useful.contains(program.base(of: variable)) { use(value) }
    case .call(_, let outputs, let inputs):
      guard outputs.contains(where: { useful.contains(program.base(of: $0)) }) else { return }
      for variable in outputs + inputs { useful.insert(program.base(of: variable)) }
    default: break
    }
  }

  // MARK: Adjoints that cross blocks

  private mutating func findSummed(
    _ block: [LoopStatement], depth: Int, _ depths: inout [LoopVariable: Int]
  ) {
    func use(_ operand: LoopOperand, _ depth: Int) {
      guard case .variable(let variable) = operand, active.contains(variable) else { return }
      if let defined = depths[variable], defined < depth { summed.insert(variable) }
    }
    for statement in block {
      switch statement.kind {
      case .define(let variable, let operation):
        depths[variable] = depth
        if case .apply(_, let operands) = operation { for operand in operands { use(operand, depth) } }
      case .declare(_, let value), .store(_, _, let value), .accumulate(_, _, let value), .target(let value):
        use(value, depth)
      case .allocate(_, let fill): if let fill { use(fill, depth + 1) }
      default: break
      }
      for inner in statement.blocks { findSummed(inner, depth: depth + 1, &depths) }
    }
  }
}

extension LoopProgram {
  /// The array that a view is part of, through views of views; any other variable is its own base.
  func base(of variable: LoopVariable) -> LoopVariable {
    var variable = variable
    while case .view(let base, _) = variables[variable.index].role { variable = base }
    return variable
  }
}
