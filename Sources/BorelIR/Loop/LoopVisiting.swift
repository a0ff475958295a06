// Walks over the statements of LoopIR: what is read, what is written, which variables occur.

extension LoopOperation {
  /// The scalar operands: arguments of a function, indices of a load.
  public var operands: [LoopOperand] {
    switch self {
    case .apply(_, let operands): operands
    case .load(_, let indices): indices
    case .read: []
    }
  }

  /// Calls `visit` with every variable that the operation reads.
  public func visitVariables(_ visit: (LoopVariable) -> Void) {
    switch self {
    case .apply: break
    case .load(let variable, _), .read(let variable): visit(variable)
    }
    for case .variable(let variable) in operands { visit(variable) }
  }
}

extension LoopStatement {
  /// The blocks inside the statement.
  public var blocks: [[LoopStatement]] {
    switch kind {
    case .loop(let loop): [loop.body]
    case .conditional(_, let then, let otherwise): [then, otherwise]
    case .choice(let choice): [choice.score]
    default: []
    }
  }

  /// Calls `visit` with the statement and every statement inside it, outer ones first.
  public func visit(_ visit: (LoopStatement) -> Void) {
    visit(self)
    for block in blocks { for statement in block { statement.visit(visit) } }
  }

  /// Calls `visit` with every variable that occurs in the statement or inside it, read, written or defined.
  public func visitVariables(_ visit: (LoopVariable) -> Void) {
    visitReads(visit)
    self.visit { statement in
      switch statement.kind {
      case .define(let variable, _), .declare(let variable, _), .allocate(let variable, _): visit(variable)
      case .store(let variable, _, _), .accumulate(let variable, _, _): visit(variable)
      case .loop(let loop): visit(loop.index)
      case .call(_, let outputs, _): for output in outputs { visit(output) }
      case .choice(let choice): visit(choice.value)
      case .bind(let binding): visit(binding.value)
      case .conditional, .require, .target: break
      }
    }
  }

  /// Calls `visit` with every variable that the statement, or one inside it, reads.
  ///
  /// Outputs of routines that add and targets of `accumulate` count as written, not as read.
  public func visitReads(_ visit: (LoopVariable) -> Void) {
    func operand(_ operand: LoopOperand) {
      if case .variable(let variable) = operand { visit(variable) }
    }
    self.visit { statement in
      switch statement.kind {
      case .define(_, let operation): operation.visitVariables(visit)
      case .declare(_, let value), .target(let value): operand(value)
      case .allocate(_, let fill): if let fill { operand(fill) }
      case .store(_, let indices, let value), .accumulate(_, let indices, let value):
        for index in indices { operand(index) }
        operand(value)
      case .loop(let loop):
        operand(loop.lower)
        operand(loop.upper)
      case .conditional(let condition, _, _), .require(let condition, _): operand(condition)
      case .call(_, _, let inputs): for input in inputs { visit(input) }
      case .choice(let choice):
        for value in choice.indices + choice.support.arguments { operand(value) }
        operand(choice.logDensity)
      case .bind(let binding): for value in binding.indices + binding.support.arguments { operand(value) }
      }
    }
  }
}
