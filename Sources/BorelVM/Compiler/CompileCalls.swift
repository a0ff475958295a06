// Calls to bytecode: arguments are evaluated where the callee's first registers will be.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

extension FunctionCompiler {
  /// Whether a primitive has instructions of its own that read their operands from any register.
  static func isCompiledInline(_ id: PrimitiveID) -> Bool {
    let name = PrimitiveTable[id].name
    return BinaryOperator.table[name] != nil || BinaryOperator.unary[name] != nil
  }

  mutating func compilePrimitive(
    _ id: PrimitiveID, _ arguments: [CoreExpression], into target: Register, _ span: Span
  ) throws(Failure) {
    let row = PrimitiveTable[id]
    if arguments.count == 2, let operation = BinaryOperator.table[row.name] {
      try compileBinary(operation, arguments[0], arguments[1], into: target, span)
      return
    }
    if arguments.count == 1, let operation = BinaryOperator.unary[row.name] {
      try compileUnary(operation, arguments[0], into: target, span)
      return
    }
    let spans = arguments.map(\.span)
    if row.result == .real, let implementation = PrimitiveRegistry.table[id.index] {
      switch (implementation, arguments.count) {
      case (.real1, 1):
        let register = try operand(arguments[0], before: [])
        emit(BOREL_OP_REAL1, target, register, id.index, span, operands: spans)
        return
      case (.real2, 2), (.real3, 3):
        let base = try operands(arguments)
        emit(arguments.count == 2 ? BOREL_OP_REAL2 : BOREL_OP_REAL3, target, base, id.index, span, operands: spans)
        return
      default: break
      }
    }
    try compileWindow(arguments, into: target) { compiler, base in
      compiler.emit(BOREL_OP_PRIMITIVE, base, id.index, arguments.count, span, operands: spans)
    }
  }

  mutating func compileCall(
    _ id: FunctionID, _ arguments: [CoreExpression?], into target: Register, _ span: Span
  ) throws(Failure) {
    let base = windowBase(for: target)
    let spans = try compileArguments(arguments, program[id].parameters, at: base, span)
    emit(BOREL_OP_CALL, base, wide: id.index, span, operands: spans)
    if base != target { emit(BOREL_OP_TAKE, target, base, 0, span) }
  }

  mutating func compileApplication(
    _ operation: borel_operation, _ number: Int, _ function: FunctionID, _ arguments: [CoreExpression?],
    into target: Register, _ span: Span
  ) throws(Failure) {
    guard number <= Int(UInt16.max) else { throw tooLarge("models") }
    let base = windowBase(for: target)
    let spans = try compileArguments(arguments, program[function].parameters, at: base, span)
    emit(operation, base, arguments.count, number, span, operands: spans)
    if base != target { emit(BOREL_OP_TAKE, target, base, 0, span) }
  }

  mutating func compileDistribution(
    _ id: DistributionID, _ arguments: [CoreExpression?], into target: Register, _ span: Span
  ) throws(Failure) {
    guard id.index <= Int(UInt16.max) else { throw tooLarge("distributions") }
    let base = windowBase(for: target)
    let spans = try compileArguments(arguments, program[id].parameters, at: base, span)
    emit(BOREL_OP_APPLY_DISTRIBUTION, base, arguments.count, id.index, span, operands: spans)
    if base != target { emit(BOREL_OP_TAKE, target, base, 0, span) }
  }

  /// Evaluates arguments into `base`, `base + 1`, ...; a left-out one is computed from those before it by its default function.
  private mutating func compileArguments(
    _ arguments: [CoreExpression?], _ parameters: [CoreParameter], at base: Register, _ span: Span
  ) throws(Failure) -> [Span] {
    try claim(base)
    free(to: base)
    var spans: [Span] = []
    for (index, argument) in arguments.enumerated() {
      let result = try temporary()
      if let argument {
        try compile(argument, into: result)
        spans.append(argument.span)
        continue
      }
      spans.append(span)
      guard index < parameters.count, let function = parameters[index].defaultValue else {
        emit(BOREL_OP_CONSTANT, result, wide: try constant(.null), span)
        continue
      }
      let mark = next
      for earlier in 0..<index {
        let copy = earlier == 0 ? result : try temporary()
        emit(BOREL_OP_MOVE, copy, base + earlier, 0, span)
      }
      _ = try temporary()
      emit(BOREL_OP_CALL, result, wide: function.index, span)
      free(to: mark)
    }
    return spans
  }

  mutating func compileCallValue(
    _ callee: CoreExpression, _ arguments: [CoreArgument], into target: Register, _ span: Span
  ) throws(Failure) {
    let labels = try labelList(arguments.map(\.label))
    let spans = [callee.span] + arguments.map(\.value.span)
    if labels == 0, case .local(let local) = callee.kind, !arrayChoices.contains(local),
      !arguments.contains(where: { Self.sets(local, in: $0.value) })
    {
      // The local keeps the closure alive: its register needs no copy.
      let base = windowBase(for: target)
      try claim(base)
      _ = try operands(arguments.map(\.value))
      emit(BOREL_OP_CALL_LOCAL, base, arguments.count, register(local), span, operands: spans)
      if base != target { emit(BOREL_OP_TAKE, target, base, 0, span) }
      return
    }
    try compileWindow([callee] + arguments.map(\.value), into: target) { compiler, base in
      compiler.emit(BOREL_OP_CALL_VALUE, base, arguments.count, labels, span, operands: spans)
    }
  }
}
