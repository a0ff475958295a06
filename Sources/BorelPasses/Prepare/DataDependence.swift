// Which variables of a program depend on data alone, and which on the position or on choices.

import BorelIR

/// The variables that depend on what changes from one evaluation to the next: the position, choices, directions.
///
/// A variable that loops or branches write depends on whatever decides how often or whether they do.
struct DataDependence {
  private(set) var varying: Set<LoopVariable> = []
  private let program: LoopProgram

  /// `demoted` are taken to vary whatever they depend on.
  init(_ program: LoopProgram, demoted: Set<LoopVariable> = []) {
    self.program = program
    varying = demoted
    for input in program.inputs {
      switch input.source {
      case .position, .choice: varying.insert(input.variable)
      case .other(let name): if name != "dimension", !name.hasPrefix("prepared") { varying.insert(input.variable) }
      default: break
      }
    }
    var before = -1
    while varying.count > before {
      before = varying.count
      walk(program.body, isVarying: false)
    }
  }

  func isVarying(_ variable: LoopVariable) -> Bool {
    if varying.contains(variable) { return true }
    if case .view(let base, let offset) = program[variable].role { return isVarying(base) || isVarying(offset) }
    return false
  }

  func isVarying(_ operand: LoopOperand) -> Bool {
    if case .variable(let variable) = operand { return isVarying(variable) }
    return false
  }

  func isVarying(_ operation: LoopOperation) -> Bool {
    if operation.operands.contains(where: { isVarying($0) }) { return true }
    switch operation {
    case .apply: return false
    case .load(let variable, _), .read(let variable): return isVarying(variable)
    }
  }

  private mutating func mark(_ variable: LoopVariable) {
    varying.insert(variable)
    // What is written through a view is written to its base.
    if case .view(let base, _) = program[variable].role { mark(base) }
  }

  private mutating func walk(_ body: [LoopStatement], isVarying control: Bool) {
    for statement in body {
      switch statement.kind {
      case .define(let variable, let operation):
        if isVarying(operation) { varying.insert(variable) }
      case .declare(let variable, let initial):
        if control || isVarying(initial) { varying.insert(variable) }
      case .allocate(let variable, let fill):
        if control || fill.map({ isVarying($0) }) ?? false { varying.insert(variable) }
        if program[variable].sizes.contains(where: { isVarying($0) }) { varying.insert(variable) }
      case .store(let variable, let indices, let value), .accumulate(let variable, let indices, let value):
        if control || isVarying(value) || indices.contains(where: { isVarying($0) }) { mark(variable) }
      case .loop(let loop):
        let isRandom = control || isVarying(loop.lower) || isVarying(loop.upper)
        if isRandom { varying.insert(loop.index) }
        walk(loop.body, isVarying: isRandom)
      case .conditional(let test, let then, let otherwise):
        let isRandom = control || isVarying(test)
        walk(then, isVarying: isRandom)
        walk(otherwise, isVarying: isRandom)
      case .call(_, let outputs, let inputs):
        if control || inputs.contains(where: { isVarying($0) }) || outputs.contains(where: { isVarying($0) }) {
          for output in outputs { mark(output) }
        }
      case .choice(let choice):
        walk(choice.score, isVarying: control)
        mark(choice.value)
        if let array = program.sites[choice.site].array { mark(array) }
      case .bind(let binding):
        mark(binding.value)
        if let array = program.sites[binding.site].array { mark(array) }
      case .require, .target: break
      }
    }
  }
}
