// What the evaluation needs of a preparation, and what of it costs more than a load.

import BorelIR

extension PreparationSplitter {
  /// Which data-only values are costly, and how all of them are defined.
  mutating func collectCosts(_ body: [LoopStatement]) {
    for statement in body {
      statement.visit { statement in
        guard case .define(let variable, let operation) = statement.kind, !dependence.isVarying(variable) else {
          return
        }
        definitions[variable] = operation
        // What the array holds in the end is not what this has read.
        if isCostly(operation) || unsettled.loads.contains(variable) { costly.insert(variable) }
      }
    }
  }

  /// The variable is read at every position, and so is what a cheap one is computed from.
  mutating func need(_ variable: LoopVariable) {
    guard needed.insert(variable).inserted else { return }
    if case .view(let base, let offset) = source[variable].role {
      need(base)
      if case .variable(let offset) = offset { need(offset) }
    }
    for case .variable(let size) in source[variable].sizes { need(size) }
    if !costly.contains(variable), let operation = definitions[variable] {
      operation.visitVariables { need($0) }
    }
  }

  /// What statements that depend on the position, or stand under a decision that does, read.
  mutating func collectNeeds(_ body: [LoopStatement], isData: Bool) {
    for statement in body {
      switch statement.kind {
      case .loop(let loop):
        if isVarying(statement) || !isData {
          if case .variable(let variable) = loop.lower { need(variable) }
          if case .variable(let variable) = loop.upper { need(variable) }
        }
        collectNeeds(loop.body, isData: isData && !dependence.isVarying(loop.index))
      case .conditional(let test, let then, let otherwise):
        if isVarying(statement) || !isData, case .variable(let variable) = test { need(variable) }
        let isDataBranch = isData && !dependence.isVarying(test)
        collectNeeds(then, isData: isDataBranch)
        collectNeeds(otherwise, isData: isDataBranch)
      default:
        guard isVarying(statement) || !isData else { continue }
        statement.visitReads { need($0) }
        // What is written through a view needs the view's offset.
        switch statement.kind {
        case .store(let target, _, _), .accumulate(let target, _, _): need(target)
        case .call(_, let outputs, let inputs):
          for output in outputs { need(output) }
          for input in inputs where unsettled.arraysOfCalls.contains(source.base(of: input)) { refuse(input) }
        case .define(let variable, .load(let array, _)):
          if unsettled.loads.contains(variable) { refuse(array) }
        default: break
        }
        if case .allocate(let variable, _) = statement.kind {
          for case .variable(let size) in source[variable].sizes { need(size) }
        }
      }
    }
  }

  /// The evaluation cannot be given the array: it computes it, unless it does so anyway.
  private mutating func refuse(_ array: LoopVariable) {
    let base = source.base(of: array)
    if source[base].role == .mutable, !dependence.isVarying(base) { refused.insert(base) }
  }

  /// True for statements that belong to the evaluation.
  func isVarying(_ statement: LoopStatement) -> Bool {
    switch statement.kind {
    case .define(let variable, _), .declare(let variable, _), .allocate(let variable, _),
      .store(let variable, _, _), .accumulate(let variable, _, _):
      dependence.isVarying(variable)
    case .call(_, let outputs, _): outputs.contains { dependence.isVarying($0) }
    case .require(let operand, _), .target(let operand): dependence.isVarying(operand)
    case .loop(let loop): loop.body.contains(where: isVarying)
    case .conditional(let test, let then, let otherwise):
      dependence.isVarying(test) || (then + otherwise).contains(where: isVarying)
    case .choice, .bind: true
    }
  }

  private func isCostly(_ operation: LoopOperation) -> Bool {
    for case .variable(let variable) in operation.operands where costly.contains(variable) { return true }
    switch operation {
    case .load: return false
    case .read: return true
    case .apply(let function, let operands):
      switch function {
      case .primitive: return true
      case .toReal, .select:
        // Bools and Ints of the data as Reals: loops read them faster.
        return operands.contains { operand in
          guard case .variable(let variable) = operand, case .load? = definitions[variable] else { return false }
          return source.scalar(of: operand) != .real
        }
      case .divide: return !operands.allSatisfy { source.scalar(of: $0) == .int }
      default: return false
      }
    }
  }
}
