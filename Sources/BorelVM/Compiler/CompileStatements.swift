// Statements to bytecode.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

extension FunctionCompiler {
  mutating func compile(_ statements: [CoreStatement]) throws(Failure) {
    for statement in statements { try compile(statement) }
  }

  private mutating func compile(_ statement: CoreStatement) throws(Failure) {
    let span = statement.span
    let start = next
    defer { free(to: start) }
    switch statement.kind {
    case .evaluate(let value):
      let result = try temporary()
      try compile(value, into: result)
      emit(BOREL_OP_CLEAR, result, 0, 0, span)
    case .setLocal(let local, let value):
      try compileAssignment(of: value, to: register(local), local)
    case .setGlobal(let global, let value):
      let result = try temporary()
      try compile(value, into: result)
      emit(BOREL_OP_SET_GLOBAL, result, wide: global.index, span)
    case .update(let variable, let path, let value):
      try compileUpdate(variable, path, value, span)
    case .choice(let choice): try compileChoice(choice, span)
    case .observe(let value, let distribution):
      let base = next
      _ = try operands([value, distribution])
      emit(BOREL_OP_OBSERVE, base, 0, 0, span, operands: [value.span, distribution.span])
    case .factor(let weight):
      let result = try temporary()
      try compile(weight, into: result)
      emit(BOREL_OP_FACTOR, result, 0, 0, span, operands: [weight.span])
    case .conditional(let condition, let then, let otherwise):
      let elseLabel = newLabel()
      try jumpIfFalse(condition, to: elseLabel)
      try compile(then)
      if otherwise.isEmpty {
        mark(elseLabel)
      } else {
        let end = newLabel()
        emitJump(BOREL_OP_JUMP, to: end, span)
        mark(elseLabel)
        try compile(otherwise)
        mark(end)
      }
    case .forRange(let local, let lower, let upper, let closed, let body):
      try compileFor(local, lower, upper, closed: closed, body, span)
    case .forEach(let local, let collection, let body): try compileForEach(local, collection, body, span)
    case .whileLoop(let condition, let body):
      let top = newLabel()
      let end = newLabel()
      mark(top)
      try jumpIfFalse(condition, to: end)
      loops.append((top, end))
      try compile(body)
      loops.removeLast()
      emitJump(BOREL_OP_LOOP, to: top, span)
      mark(end)
    case .breakLoop:
      if let loop = loops.last { emitJump(BOREL_OP_JUMP, to: loop.breakLabel, span) }
    case .continueLoop:
      if let loop = loops.last { emitJump(BOREL_OP_JUMP, to: loop.continueLabel, span) }
    case .returnValue(let value):
      let result = try operand(value, before: [])
      emit(BOREL_OP_RETURN, result, 0, 0, span)
    }
  }

  /// `x = e`. Where e is a call whose only mention of x is an argument of its own, x is handed over, so that the callee
  /// can change it in place: `x = append(x, 1)`.
  private mutating func compileAssignment(of value: CoreExpression, to register: Register, _ local: LocalID)
    throws(Failure)
  {
    let arguments: [CoreExpression?]
    switch value.kind {
    case .callPrimitive(let id, let list) where !Self.isCompiledInline(id): arguments = list
    case .callFunction(_, let list): arguments = list
    default:
      try compile(value, into: register)
      return
    }
    let mentions = arguments.reduce(0) { $0 + ($1.map { Self.mentions(of: local, in: $0) } ?? 0) }
    let isOwn = arguments.contains { argument in
      if case .local(local) = argument?.kind { true } else { false }
    }
    handedOver = mentions == 1 && isOwn && !arguments.contains { $0 == nil } ? local : nil
    try compile(value, into: register)
    handedOver = nil
  }

  // MARK: Loops

  private mutating func compileFor(
    _ local: LocalID, _ lower: CoreExpression, _ upper: CoreExpression, closed: Bool, _ body: [CoreStatement],
    _ span: Span
  ) throws(Failure) {
    let counter = loopRegisters()
    try compile(lower, into: counter)
    try compile(upper, into: counter + 1)
    let top = newLabel()
    let again = newLabel()
    let end = newLabel()
    emitShortJump(
      BOREL_OP_FOR_PREPARE, counter, closed ? 1 : 0, to: end, lower.span.union(upper.span),
      operands: [lower.span, upper.span])
    mark(top)
    if assignedLocals.contains(local) {
      emit(BOREL_OP_MOVE, register(local), counter, 0, span)
    } else {
      place(local, in: counter)
    }
    loops.append((again, end))
    try compile(body)
    loops.removeLast()
    mark(again)
    emitJump(BOREL_OP_FOR_NEXT, counter, to: top, span)
    mark(end)
  }

  private mutating func compileForEach(
    _ local: LocalID, _ collection: CoreExpression, _ body: [CoreStatement], _ span: Span
  ) throws(Failure) {
    let base = loopRegisters()
    try compile(collection, into: base)
    emit(BOREL_OP_EACH_PREPARE, base, 0, 0, collection.span, operands: [collection.span])
    let top = newLabel()
    let end = newLabel()
    mark(top)
    emitJump(BOREL_OP_EACH_NEXT, base, to: end, collection.span)
    if assignedLocals.contains(local) {
      emit(BOREL_OP_TAKE, register(local), base + 2, 0, span)
    } else {
      place(local, in: base + 2)
    }
    loops.append((top, end))
    try compile(body)
    loops.removeLast()
    emitJump(BOREL_OP_JUMP, to: top, span)
    mark(end)
    emit(BOREL_OP_CLEAR, base, 0, 0, span)
  }

  // MARK: Updates and choices

  private mutating func compileUpdate(
    _ variable: CoreVariable, _ path: [CoreAccess], _ value: CoreExpression, _ span: Span
  ) throws(Failure) {
    if case .local(let local) = variable, path.count == 1, case .index(let subscripts, _) = path[0] {
      let indices = Self.plainIndices(subscripts)
      if indices.count == 1 {
        let index = try operand(indices[0], before: [value])
        let element = try operand(value, before: [])
        emit(
          BOREL_OP_SET_INDEX, register(local), index, element, span, operands: [span, indices[0].span, value.span])
        return
      }
      if indices.count == 2 {
        let base = try operands(indices)
        let element = try operand(value, before: [])
        emit(
          BOREL_OP_SET_INDEX2, register(local), base, element, span,
          operands: [span, indices[0].span, indices[1].span, value.span])
        return
      }
    }
    let (steps, expressions, spans) = Self.steps(path)
    let base = try operands(expressions + [value])
    let table = try self.path(steps)
    switch variable {
    case .local(let local):
      emit(BOREL_OP_UPDATE, base, register(local), table, span, operands: spans + [value.span])
    case .global(let global):
      guard global.index <= Int(UInt16.max) else { throw tooLarge("global variables") }
      emit(BOREL_OP_UPDATE_GLOBAL, base, global.index, table, span, operands: spans + [value.span])
    }
  }

  /// The indices of `x[i]` and `x[i, j]`; empty where there are ranges or `:` among them.
  static func plainIndices(_ subscripts: [CoreSubscript]) -> [CoreExpression] {
    var indices: [CoreExpression] = []
    for part in subscripts {
      guard case .index(let index) = part else { return [] }
      indices.append(index)
    }
    return indices
  }

  /// The steps of a path, the expressions of its operands, and a span for each operand.
  static func steps(_ path: [CoreAccess]) -> (steps: [AccessStep], operands: [CoreExpression], spans: [Span]) {
    var steps: [AccessStep] = []
    var operands: [CoreExpression] = []
    for access in path {
      switch access {
      case .field(let name, _): steps.append(.field(name))
      case .index(let subscripts, _):
        var kinds: [AccessStep.SubscriptKind] = []
        for part in subscripts {
          switch part {
          case .index(let index):
            kinds.append(.index)
            operands.append(index)
          case .range(let lower, let upper, let closed, _):
            kinds.append(.range(closed: closed))
            operands += [lower, upper]
          case .all: kinds.append(.all)
          }
        }
        steps.append(.subscripts(kinds))
      }
    }
    return (steps, operands, operands.map(\.span))
  }

  private mutating func compileChoice(_ choice: CoreChoice, _ span: Span) throws(Failure) {
    var expressions = choice.indices + [choice.source]
    if let strategy = choice.strategy { expressions.append(strategy) }
    let base = try operands(expressions)
    let table = try self.choice(
      ChoiceTable(
        site: choice.site, register: register(choice.local), indexCount: choice.indices.count,
        hasStrategy: choice.strategy != nil))
    emit(BOREL_OP_CHOICE, base, table, 0, span, operands: expressions.map(\.span))
    if choice.indices.isEmpty {
      emit(BOREL_OP_TAKE, register(choice.local), base, 0, span)
    } else {
      emit(BOREL_OP_STORE_CHOICE, base, table, 0, span, operands: expressions.map(\.span))
    }
  }
}
