// The rows of the derivative table in the form that the tape evaluates: short programs of steps, one for each set of active arguments.

import BorelIR
import BorelSemantics
import BorelSource
import CBorelVM

/// The derivatives of all functions of reals by `PrimitiveID`; made once, shared by all tapes.
struct TapeDerivatives: @unchecked Sendable {
  static let shared = TapeDerivatives()

  let table: UnsafeMutablePointer<borel_derivatives>
  /// Functions by `PrimitiveID`; nil where the primitive is no function of one to four reals.
  let functions: [TapeFunction?]

  private init() {
    let implementations = PrimitiveRegistry.table
    functions = implementations.map { $0.flatMap(TapeFunction.init) }
    table = .allocate(capacity: max(implementations.count, 1))
    table.initialize(repeating: borel_derivatives(), count: max(implementations.count, 1))
    for index in implementations.indices {
      guard let function = functions[index],
        let rows = DerivativeTable.partials(of: .primitive(PrimitiveID(index)))
      else { continue }
      for active in 1..<(1 << function.arity) {
        let wanted = (0..<function.arity).map { active >> $0 & 1 == 1 && $0 < rows.count ? rows[$0] : nil }
        let isKnown = (0..<function.arity).allSatisfy { active >> $0 & 1 == 0 || wanted[$0] != nil }
        guard isKnown, let partials = PartialsCompiler.compile(wanted, arity: function.arity) else { continue }
        withUnsafeMutableBytes(of: &table[index].active) {
          $0.storeBytes(
            of: UnsafePointer(partials), toByteOffset: active * MemoryLayout<UnsafePointer<borel_partials>>.stride,
            as: UnsafePointer<borel_partials>.self)
        }
      }
    }
  }
}

/// A function of one to four reals.
enum TapeFunction: Sendable {
  case one(@convention(c) (Double) -> Double)
  case two(@convention(c) (Double, Double) -> Double)
  case three(@convention(c) (Double, Double, Double) -> Double)
  case four(@convention(c) (Double, Double, Double, Double) -> Double)

  init?(_ implementation: PrimitiveImplementation) {
    switch implementation {
    case .real1(let f), .number1(let f, _): self = .one(f)
    case .real2(let f), .number2(let f, _): self = .two(f)
    case .real3(let f): self = .three(f)
    case .real4(let f): self = .four(f)
    default: return nil
    }
  }

  var arity: Int {
    switch self {
    case .one: 1
    case .two: 2
    case .three: 3
    case .four: 4
    }
  }

  func callAsFunction(_ x: UnsafePointer<Double>) -> Double {
    switch self {
    case .one(let f): f(x[0])
    case .two(let f): f(x[0], x[1])
    case .three(let f): f(x[0], x[1], x[2])
    case .four(let f): f(x[0], x[1], x[2], x[3])
    }
  }
}

/// Writes the steps for some partial derivatives. Equal parts are computed once; what stands on one side of a selection is computed
/// on that side only.
struct PartialsCompiler {
  private let arity: Int
  private var constants: [Double] = []
  private var steps: [borel_step] = []
  /// The numbers of expressions that are known here.
  private var known: [DerivativeExpression: UInt16] = [:]
  /// Results of steps are numbered from here on; constants get the numbers below when their count is known.
  private static let firstStep: UInt16 = 1 << 12
  private var nextValue = PartialsCompiler.firstStep

  private init(arity: Int) { self.arity = arity }

  /// nil where an expression uses a function that is no plain function of reals.
  static func compile(
    _ wanted: [DerivativeExpression?], arity: Int
  ) -> UnsafeMutablePointer<borel_partials>? {
    var compiler = PartialsCompiler(arity: arity)
    var outputs: [UInt16] = []
    for expression in wanted {
      guard let expression else {
        outputs.append(0)
        continue
      }
      guard let output = compiler.emit(expression) else { return nil }
      outputs.append(output)
    }
    return compiler.finish(outputs)
  }

  private func finish(_ outputs: [UInt16]) -> UnsafeMutablePointer<borel_partials>? {
    let shift = Self.firstStep - UInt16(arity + 1 + constants.count)
    func number(_ value: UInt16) -> UInt16 { value >= Self.firstStep ? value - shift : value }
    guard number(nextValue) <= UInt16(BOREL_TAPE_VALUES) else { return nil }
    let steps = UnsafeMutablePointer<borel_step>.allocate(capacity: max(self.steps.count, 1))
    for (index, var step) in self.steps.enumerated() {
      let isJump =
        step.kind == UInt16(BOREL_STEP_JUMP.rawValue) || step.kind == UInt16(BOREL_STEP_JUMP_UNLESS.rawValue)
      if !isJump { step.target = number(step.target) }
      (step.a, step.b, step.c) = (number(step.a), number(step.b), number(step.c))
      (steps + index).initialize(to: step)
    }
    let values = UnsafeMutablePointer<Double>.allocate(capacity: max(constants.count, 1))
    _ = UnsafeMutableBufferPointer(start: values, count: constants.count).initialize(from: constants)
    let partials = UnsafeMutablePointer<borel_partials>.allocate(capacity: 1)
    partials.initialize(to: borel_partials())
    partials.pointee.constants = UnsafePointer(values)
    partials.pointee.constant_count = UInt32(constants.count)
    partials.pointee.steps = UnsafePointer(steps)
    partials.pointee.step_count = UInt32(self.steps.count)
    withUnsafeMutableBytes(of: &partials.pointee.outputs) { bytes in
      for (index, output) in outputs.enumerated() {
        bytes.storeBytes(of: number(output), toByteOffset: 2 * index, as: UInt16.self)
      }
    }
    return partials
  }

  private mutating func emit(_ expression: DerivativeExpression) -> UInt16? {
    switch expression {
    case .argument(let index): return index < arity ? UInt16(index) : nil
    case .result: return UInt16(arity)
    case .constant(let value):
      if let place = constants.firstIndex(where: { $0.bitPattern == value.bitPattern }) {
        return UInt16(arity + 1 + place)
      }
      constants.append(value)
      return UInt16(arity + constants.count)
    case .apply(let function, let operands):
      if let value = known[expression] { return value }
      let value = function == .select ? emitSelection(operands) : emit(function, operands)
      known[expression] = value
      return value
    }
  }

  private mutating func newValue() -> UInt16 {
    defer { nextValue += 1 }
    return nextValue
  }

  @discardableResult
  private mutating func append(_ kind: borel_step_kind, _ operands: [UInt16], target: UInt16? = nil) -> UInt16 {
    let target = target ?? newValue()
    var step = borel_step()
    step.kind = UInt16(kind.rawValue)
    step.target = target
    if operands.count > 0 { step.a = operands[0] }
    if operands.count > 1 { step.b = operands[1] }
    if operands.count > 2 { step.c = operands[2] }
    steps.append(step)
    return target
  }

  private static let operations: [LoopFunction: borel_step_kind] = [
    .add: BOREL_STEP_ADD, .subtract: BOREL_STEP_SUBTRACT, .multiply: BOREL_STEP_MULTIPLY, .divide: BOREL_STEP_DIVIDE,
    .negate: BOREL_STEP_NEGATE, .absolute: BOREL_STEP_ABSOLUTE, .less: BOREL_STEP_LESS, .equal: BOREL_STEP_EQUAL,
    .or: BOREL_STEP_OR,
  ]

  private mutating func emit(_ function: LoopFunction, _ operands: [DerivativeExpression]) -> UInt16? {
    var values: [UInt16] = []
    for operand in operands {
      guard let value = emit(operand) else { return nil }
      values.append(value)
    }
    if let kind = Self.operations[function] { return append(kind, values) }
    guard case .primitive(let id) = function, let implementation = PrimitiveRegistry.table[id.index] else { return nil }
    switch TapeFunction(implementation) {
    case .one(let f):
      let value = append(BOREL_STEP_CALL1, values)
      steps[steps.count - 1].function.one = f
      return value
    case .two(let f):
      let value = append(BOREL_STEP_CALL2, values)
      steps[steps.count - 1].function.two = f
      return value
    case .three(let f):
      let value = append(BOREL_STEP_CALL3, values)
      steps[steps.count - 1].function.three = f
      return value
    default: return nil
    }
  }

  private mutating func emitSelection(_ operands: [DerivativeExpression]) -> UInt16? {
    guard let condition = emit(operands[0]) else { return nil }
    let target = newValue()
    let before = known
    let branch = steps.count
    append(BOREL_STEP_JUMP_UNLESS, [condition], target: 0)
    guard let first = emit(operands[1]) else { return nil }
    append(BOREL_STEP_COPY, [first], target: target)
    let end = steps.count
    append(BOREL_STEP_JUMP, [], target: 0)
    known = before
    steps[branch].target = UInt16(steps.count)
    guard let second = emit(operands[2]) else { return nil }
    append(BOREL_STEP_COPY, [second], target: target)
    known = before
    steps[end].target = UInt16(steps.count)
    return target
  }
}

// MARK: Functions on a tape

extension Tape {
  /// A function of one to four reals by its row. A derivative that is missing is an error.
  func apply(
    _ id: PrimitiveID, _ arguments: UnsafePointer<Double>, _ nodes: UnsafePointer<UInt64>
  ) throws(Failure) -> Dual {
    let derivatives = TapeDerivatives.shared
    guard let function = derivatives.functions[id.index] else { throw Failure.noDerivative(id, argument: 0) }
    let arity = function.arity
    let value = function(arguments)
    guard (0..<arity).contains(where: { nodes[$0] != 0 }) else { return Dual(value) }
    try reserve(Int(BOREL_TAPE_ARITY))
    var node: UInt64 = 0
    guard borel_tape_apply(raw, derivatives.table + id.index, UInt32(arity), arguments, nodes, value, &node) else {
      let rows = DerivativeTable.partials(of: .primitive(id))
      let missing = (0..<arity).first { index in
        nodes[index] != 0 && !(rows.map { index < $0.count && $0[index] != nil } ?? false)
      }
      throw Failure.noDerivative(id, argument: missing ?? 0)
    }
    return Dual(value, node: Int(node))
  }

  func apply(_ id: PrimitiveID, _ arguments: [Dual]) throws(Failure) -> Dual {
    let values = arguments.map(\.value)
    let nodes = arguments.map { UInt64($0.node) }
    return try apply(id, values, nodes)
  }

  /// A function by name; for names that are written in this module.
  func apply(_ name: String, _ arguments: Dual...) throws(Failure) -> Dual {
    guard let id = PrimitiveTable.ids[name] else {
      throw Failure(
        .internal, Diagnostic(code: "internal-error", "internal error in the tape, please report: no `\(name)`"))
    }
    return try apply(id, arguments)
  }
}

extension Failure {
  /// A function whose derivative with respect to an argument is not known or does not exist; the words are those of native code.
  static func noDerivative(_ id: PrimitiveID, argument: Int, at span: Span? = nil) -> Failure {
    noDerivative(PrimitiveTable[id].name, argument: argument, at: span)
  }

  static func noDerivative(_ name: String, argument: Int, at span: Span? = nil) -> Failure {
    Failure(
      .user,
      Diagnostic(code: "no-derivative", DerivativeTable.missing(function: name, argument: argument), at: span))
  }
}
