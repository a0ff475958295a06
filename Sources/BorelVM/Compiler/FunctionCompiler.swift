// Compiles one Core function to bytecode: registers, constants, labels, and the code buffer.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

/// The state of compiling one function.
///
/// Locals have registers of their own, then come three for every loop, then temporaries in stack order. Every temporary is
/// read once, by the instruction it was made for, which empties it.
struct FunctionCompiler {
  typealias Register = Int
  struct Label { let index: Int }

  let program: CoreProgram
  let function: CoreFunction
  /// True where 16-bit jumps did not reach and conditional jumps go by way of wide ones.
  let usesLongJumps: Bool
  /// Locals set by statements, not only by a loop.
  let assignedLocals: Set<LocalID>
  /// Locals that `x[i] ~ d` builds.
  let arrayChoices: Set<LocalID>
  let localCount: Int

  private(set) var code: [borel_instruction] = []
  private var spans: [Span] = []
  private var operandSpans: [Int: [Span]] = [:]
  private var constants: [Value] = []
  private var constantIndices: [ConstantKey: Int] = [:]
  private(set) var paths: [[AccessStep]] = []
  private(set) var keys: [[String]] = []
  private(set) var labelLists: [[String?]] = []
  private var names: [String] = []
  private(set) var choices: [ChoiceTable] = []
  private var registers: [Register]
  private var registerNames: [String]
  private var nextLoopRegister: Int
  /// The first free temporary.
  private(set) var next: Register
  private var registerCount: Int
  private var labels: [Int?] = []
  private var patches: [(instruction: Int, label: Int, isWide: Bool)] = []
  private var jumpIsTooLong = false
  var loops: [(continueLabel: Label, breakLabel: Label)] = []
  /// A local that is about to be overwritten by the call that is being compiled: its argument is moved, not copied.
  var handedOver: LocalID?

  private enum ConstantKey: Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case real(UInt64)
    case string(String)
    case function(FunctionID)
    case model(ModelID)
    case distribution(DistributionID)
    case primitive(PrimitiveID)
  }

  static func compile(_ id: FunctionID, in program: CoreProgram) throws(Failure) -> CompiledFunction {
    var compiler = FunctionCompiler(program[id], in: program, usesLongJumps: false)
    try compiler.compileFunction()
    if compiler.jumpIsTooLong {
      compiler = FunctionCompiler(program[id], in: program, usesLongJumps: true)
      try compiler.compileFunction()
    }
    return try compiler.finish(id)
  }

  private init(_ function: CoreFunction, in program: CoreProgram, usesLongJumps: Bool) {
    self.program = program
    self.function = function
    self.usesLongJumps = usesLongJumps
    var loopCount = 0
    var assigned: Set<LocalID> = []
    var arrays: Set<LocalID> = []
    let visitor = CoreVisitor(statement: { statement in
      switch statement.kind {
      case .forRange, .forEach: loopCount += 1
      case .setLocal(let local, _), .update(.local(let local), _, _): assigned.insert(local)
      case .choice(let choice):
        assigned.insert(choice.local)
        if !choice.indices.isEmpty { arrays.insert(choice.local) }
      default: break
      }
    })
    visitor.visit(function.body)
    assignedLocals = assigned
    arrayChoices = arrays
    let locals = max(function.locals.count, function.parameters.count)
    registers = Array(0..<locals)
    registerNames = function.locals
    nextLoopRegister = locals
    localCount = locals + 3 * loopCount
    next = localCount
    registerCount = localCount
  }

  private mutating func compileFunction() throws(Failure) {
    for (index, parameter) in function.parameters.enumerated() {
      if let type = parameter.type, function.kind != .method { try emitCheck(type, of: index) }
    }
    for local in assignedChoices() where local.index >= function.parameters.count {
      emit(BOREL_OP_CONSTANT, register(local), wide: try constant(.null), function.span)
    }
    try compile(function.body)
    let last = try temporary()
    emit(BOREL_OP_CONSTANT, last, wide: try constant(.null), function.span)
    emit(BOREL_OP_RETURN, last, 0, 0, function.span)
    resolveLabels()
  }

  /// Variables of choices start out as null: the first element makes the array.
  private func assignedChoices() -> [LocalID] {
    var locals: [LocalID] = []
    CoreVisitor(statement: { statement in
      if case .choice(let choice) = statement.kind, !locals.contains(choice.local) { locals.append(choice.local) }
    }).visit(function.body)
    return locals
  }

  private mutating func emitCheck(_ type: CoreType, of parameter: Int) throws(Failure) {
    switch (type.name, type.sizes.isEmpty) {
    case ("Real", true): emit(BOREL_OP_EXPECT_REAL, parameter, wide: parameter, type.span)
    case ("Int", true): emit(BOREL_OP_EXPECT_INT, parameter, wide: parameter, type.span)
    default: emit(BOREL_OP_EXPECT, parameter, wide: parameter, type.span)
    }
  }

  private func finish(_ id: FunctionID) throws(Failure) -> CompiledFunction {
    guard registerCount <= Int(UInt16.max) else { throw tooLarge("values at once") }
    return CompiledFunction(
      id: id, function: function, localCount: localCount, registerCount: registerCount, code: code,
      constants: constants, spans: InstructionSpans(spans: spans, operands: operandSpans), paths: paths, keys: keys,
      labels: labelLists, names: names, choices: choices, registerNames: registerNames)
  }

  func tooLarge(_ what: String) -> Failure {
    let name = function.name.isEmpty ? "this function" : "`\(function.name)`"
    return Failure(
      .user,
      Diagnostic(
        code: "function-too-large", "\(name) needs too many \(what)", at: function.span, hint: "split it into parts"))
  }

  // MARK: Registers

  func register(_ local: LocalID) -> Register { registers[local.index] }

  /// Three registers for a loop: counter and bound, or collection, position and element.
  mutating func loopRegisters() -> Register {
    defer { nextLoopRegister += 3 }
    return nextLoopRegister
  }

  /// Lets a local that only its loop sets live in a register of that loop.
  mutating func place(_ local: LocalID, in register: Register) { registers[local.index] = register }

  func isTemporary(_ register: Register) -> Bool { register >= localCount }

  mutating func temporary() throws(Failure) -> Register {
    defer { next += 1 }
    registerCount = max(registerCount, next + 1)
    guard registerCount < Int(UInt16.max) else { throw tooLarge("values at once") }
    return next
  }

  /// Frees the temporaries from `mark` on.
  mutating func free(to mark: Register) { next = mark }

  /// Where the operands of an instruction for `destination` may start: at the destination itself where that is the top temporary.
  func windowBase(for destination: Register) -> Register {
    destination == next - 1 && isTemporary(destination) ? destination : next
  }

  /// Makes `register` the only temporary in use above the ones before it.
  mutating func claim(_ register: Register) throws(Failure) {
    next = register
    _ = try temporary()
  }

  // MARK: Constants and tables

  mutating func constant(_ value: Value) throws(Failure) -> Int {
    let key: ConstantKey?
    switch value {
    case .null: key = .null
    case .bool(let b): key = .bool(b)
    case .int(let n): key = .int(n)
    case .real(let x): key = .real(x.bitPattern)
    case .object(let object):
      switch object {
      case let string as StringObject: key = .string(string.string)
      case let function as FunctionObject:
        switch function.target {
        case .closure(let id): key = .function(id)
        case .model(let id): key = .model(id)
        case .distribution(let id): key = .distribution(id)
        case .primitive(let id): key = .primitive(id)
        case .memoised: key = nil
        }
      default: key = nil
      }
    }
    if let key, let index = constantIndices[key] { return index }
    constants.append(value)
    if let key { constantIndices[key] = constants.count - 1 }
    return constants.count - 1
  }

  /// The index of a constant that fits an operand, or nil.
  mutating func shortConstant(_ value: Value) throws(Failure) -> Int? {
    let index = try constant(value)
    return index <= Int(UInt16.max) ? index : nil
  }

  mutating func name(_ name: String) throws(Failure) -> Int {
    if let index = names.firstIndex(of: name) { return index }
    names.append(name)
    return try checked(names.count - 1, "field names")
  }

  mutating func path(_ steps: [AccessStep]) throws(Failure) -> Int {
    paths.append(steps)
    return try checked(paths.count - 1, "element accesses")
  }

  mutating func keyList(_ list: [String]) throws(Failure) -> Int {
    keys.append(list)
    return try checked(keys.count - 1, "records")
  }

  /// Label lists are counted from 1; 0 stands for no labels.
  mutating func labelList(_ list: [String?]) throws(Failure) -> Int {
    guard list.contains(where: { $0 != nil }) else { return 0 }
    labelLists.append(list)
    return try checked(labelLists.count, "calls with labels")
  }

  mutating func choice(_ choice: ChoiceTable) throws(Failure) -> Int {
    choices.append(choice)
    return try checked(choices.count - 1, "random choices")
  }

  private func checked(_ index: Int, _ what: String) throws(Failure) -> Int {
    guard index < Int(UInt16.max) else { throw tooLarge(what) }
    return index
  }

  // MARK: Code

  mutating func emit(
    _ operation: borel_operation, _ a: Int, _ b: Int, _ c: Int, _ span: Span, operands: [Span] = []
  ) {
    if !operands.isEmpty { operandSpans[code.count] = operands }
    code.append(
      borel_instruction(
        operation: UInt16(truncatingIfNeeded: operation.rawValue), a: UInt16(truncatingIfNeeded: a),
        b: UInt16(truncatingIfNeeded: b), c: UInt16(truncatingIfNeeded: c)))
    spans.append(span)
  }

  mutating func emit(_ operation: borel_operation, _ a: Int, wide: Int, _ span: Span, operands: [Span] = []) {
    emit(operation, a, wide & 0xFFFF, wide >> 16 & 0xFFFF, span, operands: operands)
  }

  mutating func newLabel() -> Label {
    labels.append(nil)
    return Label(index: labels.count - 1)
  }

  mutating func mark(_ label: Label) { labels[label.index] = code.count }

  /// Emits an instruction whose wide operand is a jump.
  mutating func emitJump(
    _ operation: borel_operation, _ a: Int = 0, to label: Label, _ span: Span, operands: [Span] = []
  ) {
    patches.append((code.count, label.index, true))
    emit(operation, a, wide: 0, span, operands: operands)
  }

  /// Emits an instruction whose operand c is a jump.
  mutating func emitShortJump(
    _ operation: borel_operation, _ a: Int, _ b: Int, to label: Label, _ span: Span, operands: [Span] = []
  ) {
    guard usesLongJumps else {
      patches.append((code.count, label.index, false))
      emit(operation, a, b, 0, span, operands: operands)
      return
    }
    emit(operation, a, b, 2, span, operands: operands)
    emit(BOREL_OP_JUMP, 0, wide: 2, span)
    emitJump(BOREL_OP_JUMP, to: label, span)
  }

  private mutating func resolveLabels() {
    for patch in patches {
      guard let target = labels[patch.label] else { continue }
      let offset = target - patch.instruction
      if patch.isWide {
        code[patch.instruction].b = UInt16(offset & 0xFFFF)
        code[patch.instruction].c = UInt16(offset >> 16 & 0xFFFF)
      } else {
        guard let short = Int16(exactly: offset) else {
          jumpIsTooLong = true
          return
        }
        code[patch.instruction].c = UInt16(bitPattern: short)
      }
    }
  }
}
