// Checks that a LoopIR program is well formed: scopes, single definitions, types, ranks, roles and stages.

/// The problems of a program, each naming the variable or statement; empty for a well-formed one.
///
/// - Parameter allowsChoices: false for stages after `unconstrain`, where `choice` and `bind` have been taken apart.
public func verifyLoop(_ program: LoopProgram, allowsChoices: Bool = true) -> [String] {
  var verifier = LoopVerifier(program: program, allowsChoices: allowsChoices)
  verifier.verify()
  return verifier.problems
}

private struct LoopVerifier {
  let program: LoopProgram
  let allowsChoices: Bool
  var problems: [String] = []
  private var scope: Set<LoopVariable> = []
  /// What the outermost block defines.
  private var outermost: Set<LoopVariable> = []
  private var defined: Set<LoopVariable> = []

  init(program: LoopProgram, allowsChoices: Bool) {
    self.program = program
    self.allowsChoices = allowsChoices
  }

  // MARK: The program

  mutating func verify() {
    for statement in program.body {
      if case .define(let variable, _) = statement.kind { outermost.insert(variable) }
    }
    for input in program.inputs {
      guard isKnown(input.variable) else { continue }
      if program[input.variable].role != .input { report(input.variable, "is an input but has another role") }
      introduce(input.variable)
    }
    for (index, info) in program.variables.enumerated() {
      let variable = LoopVariable(index)
      if info.role == .output { introduce(variable) }
    }
    for (index, info) in program.variables.enumerated()
    where info.role == .output || info.role == .input && defined.contains(LoopVariable(index)) {
      checkSizes(LoopVariable(index))
      if info.role == .output, !info.isArray { report(LoopVariable(index), "is an output but no array") }
    }
    verifyBlock(program.body)
    for result in program.results { _ = value(result.value, of: "result \(result.name)") }
    for site in program.sites {
      if let array = site.array { _ = isArray(array, "site \(site.pattern)") }
    }
  }

  private mutating func report(_ variable: LoopVariable, _ problem: String) {
    let name = variable.index < program.variables.count ? program[variable].name : ""
    problems.append("variable \(variable.index) (\(name)) \(problem)")
  }

  private mutating func isKnown(_ variable: LoopVariable) -> Bool {
    if program.variables.indices.contains(variable.index) { return true }
    problems.append("variable \(variable.index) does not exist")
    return false
  }

  // MARK: Scopes

  private mutating func introduce(_ variable: LoopVariable) {
    guard isKnown(variable) else { return }
    if !defined.insert(variable).inserted { report(variable, "is defined twice") }
    scope.insert(variable)
  }

  /// A view is in scope where its base, its offset and its sizes are.
  private func inScope(_ variable: LoopVariable) -> Bool {
    guard program.variables.indices.contains(variable.index) else { return false }
    let info = program[variable]
    guard case .view(let base, let offset) = info.role else { return scope.contains(variable) }
    guard base != variable, inScope(base) else { return false }
    for case .variable(let part) in info.sizes + [offset] where !scope.contains(part) { return false }
    return true
  }

  private mutating func value(_ operand: LoopOperand, of place: String) -> LoopScalar? {
    guard case .variable(let variable) = operand else { return program.scalar(of: operand) }
    guard isKnown(variable) else { return nil }
    if !inScope(variable) { report(variable, "is not in scope in \(place)") }
    return program[variable].scalar
  }

  /// Checks an immutable scalar operand of the given type.
  private mutating func check(_ operand: LoopOperand, _ scalar: LoopScalar?, _ place: String) {
    guard let found = value(operand, of: place) else { return }
    if case .variable(let variable) = operand {
      if program[variable].isArray { report(variable, "is an array where \(place) needs a scalar") }
      switch program[variable].role {
      case .input, .immutable: break
      default: report(variable, "can change but is an operand of \(place)")
      }
    }
    if let scalar, found != scalar {
      problems.append("\(place) needs \(scalar.rawValue), not \(found.rawValue)")
    }
  }

  private mutating func isArray(_ variable: LoopVariable, _ place: String) -> Bool {
    guard isKnown(variable) else { return false }
    if !inScope(variable) { report(variable, "is not in scope in \(place)") }
    if !program[variable].isArray { report(variable, "is no array in \(place)") }
    return program[variable].isArray
  }

  private mutating func checkSizes(_ variable: LoopVariable) {
    for size in program[variable].sizes {
      // Sizes of inputs may follow from other inputs in the outermost block.
      if case .variable(let part) = size, program[variable].role == .input, outermost.contains(part) { continue }
      check(size, .int, "the size of \(program[variable].name)")
    }
  }

  private mutating func checkIndices(_ array: LoopVariable, _ indices: [LoopOperand], _ place: String) {
    guard isArray(array, place) else { return }
    if indices.count != program[array].sizes.count {
      report(array, "has \(program[array].sizes.count) dimensions, not \(indices.count), in \(place)")
    }
    for index in indices { check(index, .int, place) }
    if case .view(_, let offset) = program[array].role {
      check(offset, .int, "the offset of a view")
      checkSizes(array)
    }
  }

  private func canBeWritten(_ variable: LoopVariable) -> Bool {
    switch program[variable].role {
    case .mutable, .output: true
    case .view(let base, _): base != variable && canBeWritten(base)
    case .input, .immutable: false
    }
  }

  // MARK: Statements

  private mutating func verifyBlock(_ statements: [LoopStatement]) {
    for statement in statements { verify(statement.kind) }
  }

  private mutating func nested(_ statements: [LoopStatement], defining variable: LoopVariable? = nil) {
    let before = scope
    if let variable { introduce(variable) }
    verifyBlock(statements)
    scope = before
  }

  private mutating func verify(_ kind: LoopStatement.Kind) {
    switch kind {
    case .define(let variable, let operation): verifyDefinition(variable, operation)
    case .declare(let variable, let initial):
      guard isKnown(variable) else { return }
      if program[variable].role != .mutable || program[variable].isArray { report(variable, "is no mutable scalar") }
      check(initial, program[variable].scalar, "declare")
      introduce(variable)
    case .allocate(let variable, let fill):
      guard isKnown(variable) else { return }
      if program[variable].role != .mutable || !program[variable].isArray { report(variable, "is no mutable array") }
      checkSizes(variable)
      if let fill { check(fill, program[variable].scalar, "allocate") }
      introduce(variable)
    case .store(let variable, let indices, let value): verifyWrite(variable, indices, value, "store")
    case .accumulate(let variable, let indices, let value):
      verifyWrite(variable, indices, value, "accumulate")
      if isKnown(variable), program[variable].scalar == .bool { report(variable, "is a Bool that is added to") }
    case .loop(let loop):
      check(loop.lower, .int, "the lower bound of a loop")
      check(loop.upper, .int, "the upper bound of a loop")
      checkImmutable(loop.index, .int, "the index of a loop")
      nested(loop.body, defining: loop.index)
    case .conditional(let condition, let then, let otherwise):
      check(condition, .bool, "a condition")
      nested(then)
      nested(otherwise)
    case .call(let routine, let outputs, let inputs): verifyCall(routine, outputs, inputs)
    case .require(let condition, _): check(condition, .bool, "require")
    case .target(let value): check(value, .real, "target")
    case .choice(let choice): verifyChoice(choice)
    case .bind(let binding): verifyBinding(binding)
    }
  }

  private mutating func checkImmutable(_ variable: LoopVariable, _ scalar: LoopScalar, _ place: String) {
    guard isKnown(variable) else { return }
    let info = program[variable]
    if info.role != .immutable || info.isArray { report(variable, "is no immutable scalar in \(place)") }
    if info.scalar != scalar { report(variable, "is \(info.scalar.rawValue), not \(scalar.rawValue), in \(place)") }
  }

  private mutating func verifyWrite(
    _ variable: LoopVariable, _ indices: [LoopOperand], _ value: LoopOperand, _ place: String
  ) {
    guard isKnown(variable) else { return }
    if indices.isEmpty {
      if program[variable].isArray { report(variable, "is an array but \(place) has no indices") }
      if !inScope(variable) { report(variable, "is not in scope in \(place)") }
    } else {
      checkIndices(variable, indices, place)
    }
    if !canBeWritten(variable) { report(variable, "cannot be written by \(place)") }
    check(value, program[variable].scalar, place)
  }

  private mutating func verifyCall(_ routine: LoopRoutine, _ outputs: [LoopVariable], _ inputs: [LoopVariable]) {
    for variable in outputs + inputs {
      guard isArray(variable, routine.name) else { return }
      let isDraw = if case .draw = routine { true } else { false }
      if program[variable].scalar != .real, !isDraw {
        report(variable, "is no array of Reals in \(routine.name)")
      }
    }
    for output in outputs {
      if !canBeWritten(output) { report(output, "cannot be written by \(routine.name)") }
      if inputs.contains(output) { report(output, "is both output and input of \(routine.name)") }
    }
    let matrixRight = inputs.last.map { program[$0].sizes.count == 2 } ?? false
    let shapes = routine.shapes(matrixRight: matrixRight)
    guard shapes.outputs.count == outputs.count, shapes.inputs.count == inputs.count else {
      problems.append(
        "\(routine.name) has \(shapes.outputs.count) outputs and \(shapes.inputs.count) inputs, "
          + "not \(outputs.count) and \(inputs.count)")
      return
    }
    var sizes: [Character: Int] = ["1": 1]
    for (variable, shape) in zip(outputs + inputs, shapes.outputs + shapes.inputs) {
      guard program[variable].sizes.count == shape.count else {
        report(variable, "has \(program[variable].sizes.count) dimensions, not \(shape.count), in \(routine.name)")
        continue
      }
      for (letter, size) in zip(shape, program[variable].sizes) {
        guard case .int(let size) = size else { continue }
        if let other = sizes[letter], other != size {
          report(variable, "has size \(size) where \(routine.name) needs \(other)")
        }
        sizes[letter] = size
      }
    }
  }

  private mutating func verifyChoice(_ choice: LoopChoice) {
    if !allowsChoices { problems.append("a choice of site \(choice.site) where none is allowed") }
    verifyPlace(choice.site, choice.indices, choice.support)
    introduceValue(choice.value)
    let before = scope
    verifyBlock(choice.score)
    check(choice.logDensity, .real, "the score of a choice")
    scope = before
  }

  private mutating func verifyBinding(_ binding: LoopBinding) {
    if !allowsChoices { problems.append("a binding of site \(binding.site) where none is allowed") }
    verifyPlace(binding.site, binding.indices, binding.support)
    introduceValue(binding.value)
  }

  /// A scalar is defined by its choice; an array, or a given value, is there already.
  private mutating func introduceValue(_ variable: LoopVariable) {
    guard isKnown(variable), program[variable].role == .immutable else { return }
    introduce(variable)
  }

  private mutating func verifyPlace(_ site: Int, _ indices: [LoopOperand], _ support: LoopSupport) {
    if !program.sites.indices.contains(site) { problems.append("site \(site) does not exist") }
    for index in indices { check(index, .int, "the index of a site") }
    if support.arguments.count != support.kind.arity {
      problems.append("support \(support.kind.rawValue) has \(support.arguments.count) arguments")
    }
    for argument in support.arguments { check(argument, nil, "an argument of a support") }
  }

  // MARK: Operations

  private mutating func verifyDefinition(_ variable: LoopVariable, _ operation: LoopOperation) {
    guard isKnown(variable) else { return }
    if program[variable].role != .immutable || program[variable].isArray {
      report(variable, "is defined but is no immutable scalar")
    }
    let found: LoopScalar
    switch operation {
    case .apply(let function, let operands):
      for operand in operands { check(operand, nil, function.name) }
      let types = operands.map(program.scalar(of:))
      if let problem = function.problem(types) { problems.append(problem) }
      found = function.result(types)
    case .load(let array, let indices):
      checkIndices(array, indices, "a load")
      guard isKnown(array) else { return }
      found = program[array].scalar
    case .read(let source):
      guard isKnown(source) else { return }
      if !inScope(source) { report(source, "is not in scope in a read") }
      if program[source].isArray { report(source, "is an array that is read without indices") }
      found = program[source].scalar
    }
    if program[variable].scalar != found {
      report(variable, "is \(program[variable].scalar.rawValue) but its definition gives \(found.rawValue)")
    }
    introduce(variable)
  }
}

extension LoopFunction {
  /// What is wrong with operands of the given types, or nil.
  func problem(_ types: [LoopScalar]) -> String? {
    func expect(_ allowed: [[LoopScalar]]) -> String? {
      allowed.contains(types) ? nil : "\(name) cannot take (\(types.map(\.rawValue).joined(separator: ", ")))"
    }
    switch self {
    case .add, .subtract, .multiply, .minimum, .maximum, .remainder: return expect([[.int, .int], [.real, .real]])
    case .negate, .absolute: return expect([[.int], [.real]])
    case .divide: return expect([[.real, .real], [.int, .int]])
    case .floorDivide: return expect([[.int, .int]])
    case .less, .lessOrEqual: return expect([[.int, .int], [.real, .real]])
    case .equal, .notEqual: return expect([[.int, .int], [.real, .real], [.bool, .bool]])
    case .and, .or: return expect([[.bool, .bool]])
    case .not: return expect([[.bool]])
    case .select: return expect([[.bool, .int, .int], [.bool, .real, .real], [.bool, .bool, .bool]])
    case .detach: return expect([[.int], [.real], [.bool]])
    case .toReal: return expect([[.int], [.bool], [.real]])
    case .toInt: return expect([[.bool], [.int]])
    case .primitive(let id):
      let row = PrimitiveTable[id]
      let required = row.parameters.prefix { $0.defaultValue == nil }.count
      if row.effect != .pure { return "\(name) is not pure" }
      guard types.count >= required, types.count <= row.parameters.count else {
        return "\(name) cannot take \(types.count) operands"
      }
      return types.allSatisfy { $0 == .real } ? nil : "\(name) takes Reals only"
    }
  }
}
