// Expressions to bytecode, but for calls and operators.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

extension FunctionCompiler {
  /// Literals longer than this are built in pieces.
  private static let chunk = 200

  /// Evaluates into a register.
  mutating func compile(_ expression: CoreExpression, into target: Register) throws(Failure) {
    let span = expression.span
    let start = next
    defer { free(to: start) }
    switch expression.kind {
    case .constant(let value): try load(value, into: target, span)
    case .local(let local):
      let source = register(local)
      complete(local, span)
      guard source != target else { return }
      if handedOver == local {
        handedOver = nil
        emit(BOREL_OP_TAKE, target, source, 0, span)
      } else {
        emit(BOREL_OP_MOVE, target, source, 0, span)
      }
    case .capture(let index): emit(BOREL_OP_CAPTURE, target, wide: index, span)
    case .global(let global): emit(BOREL_OP_GET_GLOBAL, target, wide: global.index, span)
    case .function(let id): try load(.object(FunctionObject(.closure(id))), into: target, span)
    case .model(let id): try load(.object(FunctionObject(.model(id))), into: target, span)
    case .distribution(let id): try load(.object(FunctionObject(.distribution(id))), into: target, span)
    case .primitive(let id): try load(.object(FunctionObject(.primitive(id))), into: target, span)
    case .closure(let id, let captures):
      guard id.index <= Int(UInt16.max) else { throw tooLarge("functions") }
      try compileWindow(captures, into: target) { compiler, base in
        compiler.emit(BOREL_OP_MAKE_CLOSURE, base, captures.count, id.index, span)
      }
    case .currentClosure: emit(BOREL_OP_CURRENT_CLOSURE, target, 0, 0, span)
    case .callFunction(let id, let arguments): try compileCall(id, arguments, into: target, span)
    case .callPrimitive(let id, let arguments): try compilePrimitive(id, arguments, into: target, span)
    case .applyModel(let id, let arguments):
      try compileApplication(
        BOREL_OP_APPLY_MODEL, id.index, program[id].function, arguments, into: target, span)
    case .applyDistribution(let id, let arguments):
      try compileDistribution(id, arguments, into: target, span)
    case .callValue(let callee, let arguments): try compileCallValue(callee, arguments, into: target, span)
    case .array(let elements):
      if let value = Self.constantArray(elements) {
        try load(value, into: target, span)
      } else {
        try compileElements(elements, BOREL_OP_MAKE_ARRAY, into: target, span)
      }
    case .tuple(let elements): try compileElements(elements, BOREL_OP_MAKE_TUPLE, into: target, span)
    case .record(let fields):
      let list = try keyList(fields.map(\.key))
      try compileWindow(fields.map(\.value), into: target) { compiler, base in
        compiler.emit(BOREL_OP_MAKE_RECORD, base, list, 0, span)
      }
    case .range(let lower, let upper, let closed):
      try compileWindow([lower, upper], into: target) { compiler, base in
        compiler.emit(BOREL_OP_MAKE_RANGE, base, closed ? 1 : 0, 0, span, operands: [lower.span, upper.span])
      }
    case .index(let base, let subscripts): try compileIndex(base, subscripts, into: target, span)
    case .field(let base, let name):
      let object = try operand(base, before: [])
      emit(
        isTemporary(object) ? BOREL_OP_FIELD_TAKE : BOREL_OP_FIELD, target, object, try self.name(name), span,
        operands: [base.span])
    case .tupleElement(let base, let index, let count):
      try compileWindow([base], into: target) { compiler, window in
        compiler.emit(BOREL_OP_ELEMENT, window, index, count, span, operands: [base.span])
      }
    case .and(let left, let right): try compileLogic(left, right, BOREL_OP_JUMP_IF_FALSE, into: target)
    case .or(let left, let right): try compileLogic(left, right, BOREL_OP_JUMP_IF_TRUE, into: target)
    case .conditional(let condition, let then, let otherwise):
      let elseLabel = newLabel()
      let end = newLabel()
      try jumpIfFalse(condition, to: elseLabel)
      try compile(then, into: target)
      emitJump(BOREL_OP_JUMP, to: end, span)
      mark(elseLabel)
      try compile(otherwise, into: target)
      mark(end)
    case .block(let statements, let value):
      try compile(statements)
      try compile(value, into: target)
    case .condition(let model, let record):
      try compileWindow([model, record], into: target) { compiler, base in
        compiler.emit(BOREL_OP_CONDITION, base, 0, 0, span, operands: [model.span, record.span])
      }
    case .sample(let site, let source):
      try compileWindow([source], into: target) { compiler, base in
        compiler.emit(BOREL_OP_SAMPLE, base, wide: site.index, span, operands: [source.span])
      }
    }
  }

  private mutating func load(_ value: Value, into target: Register, _ span: Span) throws(Failure) {
    emit(BOREL_OP_CONSTANT, target, wide: try constant(value), span)
  }

  // MARK: Operands

  /// The register that holds an operand: the local itself, or a new temporary.
  /// `later` are evaluated before the operand is read: where one of them sets the local, it is copied.
  mutating func operand(_ expression: CoreExpression, before later: [CoreExpression]) throws(Failure) -> Register {
    if case .local(let local) = expression.kind, !later.contains(where: { Self.sets(local, in: $0) }) {
      complete(local, expression.span)
      return register(local)
    }
    let result = try temporary()
    try compile(expression, into: result)
    return result
  }

  /// Before an array that choices build element by element is used as a whole, it must have no holes.
  private mutating func complete(_ local: LocalID, _ span: Span) {
    if arrayChoices.contains(local) { emit(BOREL_OP_COMPLETE, register(local), 0, 0, span) }
  }

  /// Evaluates operands into consecutive new temporaries; returns the first.
  mutating func operands(_ expressions: [CoreExpression]) throws(Failure) -> Register {
    let base = next
    for expression in expressions {
      let result = try temporary()
      try compile(expression, into: result)
    }
    return base
  }

  /// Evaluates operands into consecutive temporaries, emits an instruction whose result replaces the first, and moves that to `target`.
  mutating func compileWindow(
    _ expressions: [CoreExpression], into target: Register,
    _ emitInstruction: (inout FunctionCompiler, Register) -> Void
  ) throws(Failure) {
    let base = windowBase(for: target)
    try claim(base)
    free(to: base)
    for expression in expressions {
      let result = try temporary()
      try compile(expression, into: result)
    }
    emitInstruction(&self, base)
    if base != target { emit(BOREL_OP_TAKE, target, base, 0, expressions.first?.span ?? function.span) }
  }

  /// Whether evaluating an expression can set a local.
  static func sets(_ local: LocalID, in expression: CoreExpression) -> Bool {
    var found = false
    CoreVisitor(statement: { statement in
      switch statement.kind {
      case .setLocal(local, _), .update(.local(local), _, _), .forRange(local, _, _, _, _), .forEach(local, _, _):
        found = true
      case .choice(let choice) where choice.local == local: found = true
      default: break
      }
    }).visit(expression)
    return found
  }

  /// How often an expression reads or sets a local.
  static func mentions(of local: LocalID, in expression: CoreExpression) -> Int {
    var count = sets(local, in: expression) ? 2 : 0
    CoreVisitor(expression: { node in
      if case .local(local) = node.kind { count += 1 }
    }).visit(expression)
    return count
  }

  // MARK: Parts

  private mutating func compileElements(
    _ elements: [CoreExpression], _ operation: borel_operation, into target: Register, _ span: Span
  ) throws(Failure) {
    guard elements.count > Self.chunk else {
      try compileWindow(elements, into: target) { compiler, base in
        compiler.emit(operation, base, elements.count, 0, span, operands: elements.map(\.span))
      }
      return
    }
    let base = windowBase(for: target)
    try claim(base)
    emit(BOREL_OP_MAKE_TUPLE, base, 0, 0, span)
    for start in stride(from: 0, to: elements.count, by: Self.chunk) {
      let piece = Array(elements[start..<min(start + Self.chunk, elements.count)])
      let mark = next
      let first = try operands(piece)
      emit(BOREL_OP_EXTEND_TUPLE, base, piece.count, first - base, span, operands: piece.map(\.span))
      free(to: mark)
    }
    if operation == BOREL_OP_MAKE_ARRAY { emit(BOREL_OP_ARRAY_OF_TUPLE, base, 0, 0, span) }
    if base != target { emit(BOREL_OP_TAKE, target, base, 0, span) }
  }

  /// The value of an array literal of constants.
  private static func constantArray(_ elements: [CoreExpression]) -> Value? {
    var values: [Value] = []
    for element in elements {
      switch element.kind {
      case .constant(let value): values.append(value)
      case .array(let inner):
        guard let value = constantArray(inner) else { return nil }
        values.append(value)
      default: return nil
      }
    }
    return ArrayLiteral.make(values)
  }

  private mutating func compileIndex(
    _ base: CoreExpression, _ subscripts: [CoreSubscript], into target: Register, _ span: Span
  ) throws(Failure) {
    let indices = Self.plainIndices(subscripts)
    if try compileChain(base, indices, into: target, span) { return }
    if indices.count == 1 || indices.count == 2 {
      let object = try indexed(base, before: indices)
      let spans = [base.span] + indices.map(\.span)
      if indices.count == 1 {
        let index = try operand(indices[0], before: [])
        emit(
          isTemporary(object) ? BOREL_OP_INDEX_TAKE : BOREL_OP_INDEX, target, object, index, span, operands: spans)
      } else {
        let first = try operands(indices)
        emit(
          isTemporary(object) ? BOREL_OP_INDEX2_TAKE : BOREL_OP_INDEX2, target, object, first, span, operands: spans)
      }
      return
    }
    let (steps, operands, spans) = Self.steps([.index(subscripts, span)])
    let table = try path(steps)
    try compileWindow([base] + operands, into: target) { compiler, window in
      compiler.emit(BOREL_OP_INDEX_PATH, window, table, 0, span, operands: [base.span] + spans)
    }
  }

  /// `x[i][j]` of a local: no row is made where that is an element of a matrix. False for anything else.
  private mutating func compileChain(
    _ base: CoreExpression, _ last: [CoreExpression], into target: Register, _ span: Span
  ) throws(Failure) -> Bool {
    guard last.count == 1, case .index(let array, let subscripts) = base.kind, case .local(let local) = array.kind
    else { return false }
    let indices = Self.plainIndices(subscripts) + last
    guard indices.count == 2, !indices.contains(where: { Self.sets(local, in: $0) }) else { return false }
    let object = try indexed(array, before: indices)
    let first = try operands(indices)
    emit(
      BOREL_OP_INDEX_CHAIN, target, object, first, span,
      operands: [array.span, indices[0].span, indices[1].span, base.span])
    return true
  }

  /// The register of a value whose elements are read: an array that choices build need not be complete for it.
  private mutating func indexed(_ base: CoreExpression, before indices: [CoreExpression]) throws(Failure) -> Register {
    if case .local(let local) = base.kind, arrayChoices.contains(local),
      !indices.contains(where: { Self.sets(local, in: $0) })
    {
      return register(local)
    }
    return try operand(base, before: indices)
  }

  /// `a && b` and `a || b` as values.
  private mutating func compileLogic(
    _ left: CoreExpression, _ right: CoreExpression, _ jump: borel_operation, into target: Register
  ) throws(Failure) {
    // The target may be read on the right, so that a local gets the value only at the end.
    let result = isTemporary(target) ? target : try temporary()
    let end = newLabel()
    try compile(left, into: result)
    emitJump(jump, result, to: end, left.span, operands: [left.span])
    try compile(right, into: result)
    emit(BOREL_OP_CHECK_BOOL, result, 0, 0, right.span, operands: [right.span])
    mark(end)
    if result != target { emit(BOREL_OP_TAKE, target, result, 0, left.span) }
  }
}
