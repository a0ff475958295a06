// Writes LoopIR: numbers variables, nests blocks, folds constants and reuses what the same block has computed already.

import BorelSource

/// A LoopIR program under construction.
///
/// Pure operations are numbered by value: asking twice for the same operation on the same operands, in one block or a block
/// inside it, gives the same variable. Loads are numbered only from arrays that never change (inputs).
public struct LoopBuilder: Sendable {
  public var program: LoopProgram
  /// Given to the statements that follow.
  public var span: Span?
  /// What the variables of `define` compute.
  public private(set) var definitions = LoopVariableTable<LoopOperation>()
  /// The scalars that the outermost block defines.
  public private(set) var outermost = LoopVariableSet()
  private var blocks: [Block] = [Block()]

  private struct Block: Sendable {
    var statements: [LoopStatement] = []
    var known: [LoopOperation: LoopOperand] = [:]
  }

  public init(_ program: LoopProgram) { self.program = program }

  // MARK: Blocks

  /// The statements of a block that `write` fills; they are not yet part of the program.
  public mutating func block<Failure>(
    _ write: (inout LoopBuilder) throws(Failure) -> Void
  ) throws(Failure) -> [LoopStatement] {
    blocks.append(Block())
    do throws(Failure) {
      try write(&self)
    } catch {
      blocks.removeLast()
      throw error
    }
    return blocks.removeLast().statements
  }

  /// Opens a block; `close` ends it and hands over its statements, which are not yet part of the program.
  public mutating func open() { blocks.append(Block()) }

  public mutating func close() -> [LoopStatement] {
    blocks.count > 1 ? blocks.removeLast().statements : []
  }

  /// The number of open blocks; the outermost is 1.
  public var depth: Int { blocks.count }

  /// Writes to the block that encloses the innermost `levels` blocks; its operands must be in scope there.
  public mutating func outside<Result, Failure>(
    levels: Int, _ write: (inout LoopBuilder) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let count = max(0, min(levels, blocks.count - 1))
    let inner = Array(blocks.suffix(count))
    blocks.removeLast(count)
    defer { blocks.append(contentsOf: inner) }
    return try write(&self)
  }

  /// The statements written so far into the innermost block.
  public var statements: [LoopStatement] { blocks[blocks.count - 1].statements }

  /// Ends the program: its body is the outermost block.
  public func finish() -> LoopProgram {
    var program = program
    program.body = blocks[0].statements
    return program
  }

  public mutating func append(_ kind: LoopStatement.Kind) {
    blocks[blocks.count - 1].statements.append(LoopStatement(kind, span))
  }

  public mutating func append(_ statements: [LoopStatement]) {
    blocks[blocks.count - 1].statements.append(contentsOf: statements)
  }

  // MARK: Variables

  public mutating func scalarVariable(
    _ scalar: LoopScalar, name: String = "", role: LoopVariableInfo.Role = .immutable
  ) -> LoopVariable {
    program.addVariable(LoopVariableInfo(name: name, scalar: scalar, role: role))
  }

  public mutating func input(
    _ source: LoopInput.Source, name: String, _ scalar: LoopScalar, sizes: [LoopOperand] = []
  ) -> LoopVariable {
    if let known = program.input(source) { return known }
    let variable = program.addVariable(
      LoopVariableInfo(name: name, scalar: scalar, sizes: sizes, role: .input))
    program.inputs.append(LoopInput(variable: variable, source: source))
    return variable
  }

  /// A new array in the present block; with no `fill`, every element must be written before it is read.
  public mutating func allocate(
    _ scalar: LoopScalar, sizes: [LoopOperand], name: String = "", fill: LoopOperand? = nil
  ) -> LoopVariable {
    let variable = program.addVariable(
      LoopVariableInfo(name: name, scalar: scalar, sizes: sizes, role: .mutable))
    append(.allocate(variable, fill: fill))
    return variable
  }

  public mutating func declare(_ initial: LoopOperand, _ scalar: LoopScalar, name: String = "") -> LoopVariable {
    let variable = scalarVariable(scalar, name: name, role: .mutable)
    append(.declare(variable, initial))
    return variable
  }

  // MARK: Operations

  public mutating func apply(_ function: LoopFunction, _ operands: LoopOperand..., name: String = "") -> LoopOperand {
    apply(function, operands, name: name)
  }

  public mutating func apply(_ function: LoopFunction, _ operands: [LoopOperand], name: String = "") -> LoopOperand {
    if let folded = foldLoopOperation(function, operands, in: program) { return folded }
    if let other = rewritten(function, operands) { return other }
    let types = operands.map(program.scalar(of:))
    return number(.apply(function, ordered(function, operands)), function.result(types), name)
  }

  public mutating func load(_ array: LoopVariable, _ indices: [LoopOperand], name: String = "") -> LoopOperand {
    let operation = LoopOperation.load(array, indices)
    let scalar = program[array].scalar
    return isUnchanging(array) ? number(operation, scalar, name) : define(operation, scalar, name)
  }

  public mutating func read(_ variable: LoopVariable) -> LoopOperand {
    define(.read(variable), program[variable].scalar, "")
  }

  /// As a Real: constants and Ints are converted.
  public mutating func real(_ operand: LoopOperand) -> LoopOperand {
    program.scalar(of: operand) == .real ? operand : apply(.toReal, operand)
  }

  public mutating func loop<Failure>(
    from lower: LoopOperand = .int(0), to upper: LoopOperand, name: String = "i", descending: Bool = false,
    _ write: (inout LoopBuilder, LoopOperand) throws(Failure) -> Void
  ) throws(Failure) {
    let index = scalarVariable(.int, name: name)
    let body = try block { (builder) throws(Failure) in try write(&builder, .variable(index)) }
    append(.loop(LoopFor(index: index, lower: lower, upper: upper, isDescending: descending, body: body)))
  }

  /// The elements of an array from `offset` on, in another shape.
  public mutating func view(
    of base: LoopVariable, offset: LoopOperand, sizes: [LoopOperand], name: String = ""
  ) -> LoopVariable {
    program.addVariable(
      LoopVariableInfo(
        name: name, scalar: program[base].scalar, sizes: sizes, role: .view(of: base, offset: offset)))
  }

  // MARK: Identities

  private static let exponential = LoopFunction.named("exp")
  private static let logarithm = LoopFunction.named("log")

  /// The operands of an operation that the operand is known to be the result of.
  private func operands(of operand: LoopOperand, _ function: LoopFunction?) -> [LoopOperand]? {
    guard case .variable(let variable) = operand, case .apply(function, let operands)? = definitions[variable] else {
      return nil
    }
    return operands
  }

  /// Another way to compute the same: log e^x = x, 0 < e^x, a / e^x = a e^-x, a - (-b) = a + b.
  private mutating func rewritten(_ function: LoopFunction, _ given: [LoopOperand]) -> LoopOperand? {
    if given.count == 1 {
      if function == Self.logarithm { return operands(of: given[0], Self.exponential)?.first }
      if function == .negate { return operands(of: given[0], .negate)?.first }
      return nil
    }
    guard given.count == 2 else { return nil }
    switch function {
    case .less, .lessOrEqual:
      // What underflows to 0 makes the density NaN or infinite, which counts as a failure like the condition.
      guard case .real(let bound) = given[0], bound <= 0, operands(of: given[1], Self.exponential) != nil else {
        return nil
      }
      return .bool(true)
    case .divide:
      guard let exponent = operands(of: given[1], Self.exponential)?.first, let exponential = Self.exponential else {
        return nil
      }
      return apply(.multiply, given[0], apply(exponential, apply(.negate, exponent)))
    case .multiply: return rewrittenProduct(given)
    case .add:
      if let b = operands(of: given[1], .negate)?.first { return apply(.subtract, given[0], b) }
      if let a = operands(of: given[0], .negate)?.first { return apply(.subtract, given[1], a) }
      return nil
    case .subtract:
      if let b = operands(of: given[1], .negate)?.first { return apply(.add, given[0], b) }
      return nil
    default: return nil
    }
  }

  /// -1 x = -x, c (d x) = (c d) x.
  private mutating func rewrittenProduct(_ given: [LoopOperand]) -> LoopOperand? {
    for (constant, other) in [(given[0], given[1]), (given[1], given[0])] {
      guard case .real(let c) = constant else { continue }
      if c == -1 { return apply(.negate, other) }
      if let factors = operands(of: other, .multiply) {
        for (inner, rest) in [(factors[0], factors[1]), (factors[1], factors[0])] {
          guard case .real(let d) = inner, (c * d).isNormal else { continue }
          return apply(.multiply, .real(c * d), rest)
        }
      }
      if let negated = operands(of: other, .negate)?.first { return apply(.multiply, .real(-c), negated) }
    }
    return nil
  }

  // MARK: Numbering

  private func isUnchanging(_ array: LoopVariable) -> Bool {
    switch program[array].role {
    case .input: true
    case .view(let base, _): isUnchanging(base)
    default: false
    }
  }

  /// Operands of commutative functions in one order, so that `a + b` and `b + a` are one value.
  private func ordered(_ function: LoopFunction, _ operands: [LoopOperand]) -> [LoopOperand] {
    switch function {
    case .add, .multiply:
      guard operands.count == 2, case .variable(let a) = operands[0], case .variable(let b) = operands[1],
        b.index < a.index
      else { return operands }
      return [operands[1], operands[0]]
    default: return operands
    }
  }

  private mutating func number(_ operation: LoopOperation, _ scalar: LoopScalar, _ name: String) -> LoopOperand {
    for depth in blocks.indices.reversed() where !blocks[depth].known.isEmpty {
      if let known = blocks[depth].known[operation] { return known }
    }
    let result = define(operation, scalar, name)
    blocks[blocks.count - 1].known[operation] = result
    return result
  }

  private mutating func define(_ operation: LoopOperation, _ scalar: LoopScalar, _ name: String) -> LoopOperand {
    let variable = scalarVariable(scalar, name: name)
    append(.define(variable, operation))
    definitions[variable] = operation
    if blocks.count == 1 { outermost.insert(variable) }
    return .variable(variable)
  }
}
