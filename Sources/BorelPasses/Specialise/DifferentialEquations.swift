// Specialises ode_rk45 and ode_bdf: the user's function becomes a system, a program of its own over time, state and parameters.

import BorelIR
import BorelSource

extension Specialiser {
  /// The solution at the times, times x states.
  mutating func integrate(
    _ method: LoopIntegration.Method, _ values: [AbstractValue], at span: Span
  ) throws(NotNative) -> AbstractValue {
    guard values.count == 7 else { throw NotNative(.internalError, "`\(method.rawValue)` lacks an argument", at: span) }
    let given = try array(values[1], "the initial state", at: span)
    let start = try real(values[2], "the start", at: span)
    let times = try array(values[3], "the times", at: span)
    guard given.rank == 1, times.rank == 1 else {
      throw NotNative(.construct, "`\(method.rawValue)` needs vectors", at: span)
    }
    let relative = try constant(values[4], "the relative tolerance", at: span)
    let absolute = try constant(values[5], "the absolute tolerance", at: span)
    guard case .scalar(.int(let maximumSteps)) = values[6] else {
      throw NotNative(.construct, "the number of steps is no constant", at: span)
    }
    let initial = try realVariable(given, name: "y0")
    let states = given.sizes[0]
    let count = times.sizes[0]
    let first = builder.allocate(.real, sizes: [.int(1)], name: "t0")
    builder.append(.store(first, [.int(0)], start))
    let grid = try realVariable(times, name: "times")
    let (system, parameters) = try system(values[0], states: states, at: span)
    builder.program.systems.append(system)
    let solution = builder.allocate(.real, sizes: [count, states], name: "solution")
    let integration = LoopIntegration(
      method, system: builder.program.systems.count - 1, relativeTolerance: relative, absoluteTolerance: absolute,
      maximumSteps: maximumSteps)
    builder.append(.call(.integrate(integration), outputs: [solution], inputs: [initial, first, grid, parameters]))
    return .array(arrayValue(solution))
  }

  private func constant(_ value: AbstractValue, _ what: String, at span: Span) throws(NotNative) -> Double {
    switch value {
    case .scalar(.real(let x)) where x > 0: return x
    case .scalar(.int(let n)) where n > 0: return Double(n)
    default: throw NotNative(.construct, "\(what) is no positive constant", at: span)
    }
  }

  /// Runs the function on a time and a state of its own; returns the system and the array of its parameters.
  private mutating func system(
    _ function: AbstractValue, states: LoopOperand, at span: Span
  ) throws(NotNative) -> (LoopSystem, LoopVariable) {
    let time = builder.scalarVariable(.real, name: "t")
    let state = builder.program.addVariable(
      LoopVariableInfo(name: "y", scalar: .real, sizes: [states], role: .mutable))
    let derivative = builder.program.addVariable(
      LoopVariableInfo(name: "dydt", scalar: .real, sizes: [states], role: .mutable))
    builder.open()
    scopes.append(.score)
    let arguments: [AbstractValue] = [.scalar(.variable(time)), .array(arrayValue(state))]
    let value = try apply(function, arguments.map { (nil, $0) }, at: span)
    let result = try array(value, "the derivative", at: span)
    guard result.rank == 1 else { throw NotNative(.construct, "the derivative is no vector", at: span) }
    requireEqual(result.sizes[0], states, .shape)
    try copyElements(result, to: derivative)
    scopes.removeLast()
    let body = builder.close()
    var maker = SystemMaker(body, time: time, state: state, derivative: derivative, states: states, builder, at: span)
    let parameters = try maker.run()
    builder = maker.builder
    return (try maker.system(), parameters)
  }
}

/// Makes a program of its own from the statements of a function: what they read from outside becomes parameters or data.
private struct SystemMaker {
  var builder: LoopBuilder
  private let body: [LoopStatement]
  private let time: LoopVariable
  private let state: LoopVariable
  private let derivative: LoopVariable
  private let states: LoopOperand
  private let span: Span
  /// Defined by the statements.
  private var inner: Set<LoopVariable>
  private var kept: [LoopStatement] = []
  /// In front of the statements.
  private var prologue: [LoopStatement] = []
  private var copied: Set<LoopVariable> = []
  private var scalars: [LoopVariable] = []
  private var arrays: [LoopVariable] = []
  private var data: Set<LoopVariable> = []
  private var position: LoopVariable?

  init(
    _ body: [LoopStatement], time: LoopVariable, state: LoopVariable, derivative: LoopVariable, states: LoopOperand,
    _ builder: LoopBuilder, at span: Span
  ) {
    self.body = body
    self.time = time
    self.state = state
    self.derivative = derivative
    self.states = states
    self.builder = builder
    self.span = span
    var inner: Set<LoopVariable> = [time, state, derivative]
    for statement in body {
      statement.visit { statement in
        switch statement.kind {
        case .define(let variable, _), .declare(let variable, _), .allocate(let variable, _): inner.insert(variable)
        case .loop(let loop): inner.insert(loop.index)
        default: break
        }
      }
    }
    self.inner = inner
  }

  private func isInner(_ operand: LoopOperand) -> Bool {
    if case .variable(let variable) = operand { isInner(variable) } else { false }
  }

  private func isInner(_ variable: LoopVariable) -> Bool {
    if inner.contains(variable) { return true }
    if case .view(let base, let offset) = builder.program[variable].role { return isInner(base) || isInner(offset) }
    return false
  }

  /// Moves what does not depend on time and state in front of the integration, and stores the parameters there.
  mutating func run() throws(NotNative) -> LoopVariable {
    for statement in body {
      switch statement.kind {
      case .define(let variable, let operation):
        var isOuter = true
        operation.visitVariables { if isInner($0) { isOuter = false } }
        if isOuter {
          builder.append([statement])
          inner.remove(variable)
        } else {
          kept.append(statement)
        }
      case .require(let condition, _) where !isInner(condition): builder.append([statement])
      case .choice, .bind, .target: throw NotNative(.internalError, "a derivative with choices", at: span)
      default: kept.append(statement)
      }
    }
    var read: [LoopVariable] = []
    for statement in kept { statement.visitVariables { read.append($0) } }
    for variable in read { try need(variable) }
    try need(states)

    var count = LoopOperand.int(scalars.count)
    for array in arrays { count = builder.apply(.add, count, size(of: array)) }
    let parameters = builder.allocate(.real, sizes: [count], name: "parameters")
    for (index, scalar) in scalars.enumerated() {
      let value = builder.program[scalar].role == .mutable ? builder.read(scalar) : .variable(scalar)
      builder.append(.store(parameters, [.int(index)], value))
    }
    var offset = LoopOperand.int(scalars.count)
    for array in arrays {
      let place = builder.view(of: parameters, offset: offset, sizes: builder.program[array].sizes)
      builder.elements(of: array) { (builder, indices) in
        builder.append(.store(place, indices, builder.load(array, indices)))
      }
      offset = builder.apply(.add, offset, size(of: array))
    }
    let total = builder.apply(.add, states, count)
    try need(total)
    position = builder.program.addVariable(
      LoopVariableInfo(name: "z", scalar: .real, sizes: [total], role: .input))
    return parameters
  }

  private mutating func size(of array: LoopVariable) -> LoopOperand {
    var size = LoopOperand.int(1)
    for factor in builder.program[array].sizes { size = builder.apply(.multiply, size, factor) }
    return size
  }

  // MARK: What is read from outside

  private mutating func need(_ operand: LoopOperand) throws(NotNative) {
    if case .variable(let variable) = operand { try need(variable) }
  }

  private mutating func need(_ variable: LoopVariable) throws(NotNative) {
    guard !copied.contains(variable) else { return }
    let info = builder.program[variable]
    if isInner(variable) {
      copied.insert(variable)
      for size in info.sizes { try need(size) }
      if case .view(let base, let offset) = info.role {
        try need(base)
        try need(offset)
      }
      return
    }
    copied.insert(variable)
    for size in info.sizes { try need(size) }
    if info.role == .input {
      data.insert(variable)
    } else if info.isArray {
      guard info.scalar == .real else {
        throw NotNative(.construct, "a derivative reads whole numbers that the model computes", at: span)
      }
      arrays.append(variable)
    } else if let operation = builder.definitions[variable], isCheapData(variable, depth: 0) {
      try copy(variable, operation)
    } else if info.scalar == .real {
      scalars.append(variable)
    } else {
      throw NotNative(.construct, "a derivative reads a whole number or a Bool that the model computes", at: span)
    }
  }

  /// Copies the definition of a scalar that follows from data.
  private mutating func copy(_ variable: LoopVariable, _ operation: LoopOperation) throws(NotNative) {
    var read: [LoopVariable] = []
    operation.visitVariables { read.append($0) }
    for other in read { try need(other) }
    prologue.append(LoopStatement(.define(variable, operation), span))
  }

  /// True where a scalar is arithmetic on data.
  private func isCheapData(_ variable: LoopVariable, depth: Int) -> Bool {
    if builder.program[variable].role == .input { return true }
    guard depth < 8, let operation = builder.definitions[variable] else { return false }
    switch operation {
    case .apply(.primitive, _), .read: return false
    case .load(let array, _): if builder.program[array].role != .input { return false }
    case .apply: break
    }
    return operation.operands.allSatisfy { operand in
      if case .variable(let inner) = operand { isCheapData(inner, depth: depth + 1) } else { true }
    }
  }

  // MARK: The system

  mutating func system() throws(NotNative) -> LoopSystem {
    guard let position else { throw NotNative(.internalError, "a system without a position", at: span) }
    var program = builder.program
    program.systems = []
    program.sites = []
    program.results = []
    program.name = "system"
    program[time].role = .input
    program[state].role = .view(of: position, offset: .int(0))
    program[derivative].role = .output
    program.inputs =
      [LoopInput(variable: time, source: .other("time")), LoopInput(variable: position, source: .position)]
      + builder.program.inputs.filter { data.contains($0.variable) }

    var front: [LoopStatement] = []
    func sum(_ a: LoopOperand, _ b: LoopOperand) -> LoopOperand {
      switch (a, b) {
      case (.int(let x), .int(let y)): return .int(x + y)
      case (.int(0), _): return b
      case (_, .int(0)): return a
      default:
        let variable = program.addVariable(LoopVariableInfo(name: "", scalar: .int, role: .immutable))
        front.append(LoopStatement(.define(variable, .apply(.add, [a, b])), span))
        return .variable(variable)
      }
    }
    func product(_ sizes: [LoopOperand]) -> LoopOperand {
      var result = LoopOperand.int(1)
      for size in sizes {
        switch (result, size) {
        case (.int(let x), .int(let y)): result = .int(x * y)
        case (.int(1), _): result = size
        default:
          let variable = program.addVariable(LoopVariableInfo(name: "", scalar: .int, role: .immutable))
          front.append(LoopStatement(.define(variable, .apply(.multiply, [result, size])), span))
          result = .variable(variable)
        }
      }
      return result
    }
    for (index, scalar) in scalars.enumerated() {
      let place = sum(states, .int(index))
      guard program[scalar].role == .mutable else {
        front.append(LoopStatement(.define(scalar, .load(position, [place])), span))
        continue
      }
      let value = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
      front.append(LoopStatement(.define(value, .load(position, [place])), span))
      front.append(LoopStatement(.declare(scalar, .variable(value)), span))
    }
    var offset = sum(states, .int(scalars.count))
    for array in arrays {
      program[array].role = .view(of: position, offset: offset)
      offset = sum(offset, product(program[array].sizes))
    }
    program.body = prologue + front + kept
    let written = simplified(program)
    var change: LoopProgram?
    if var product = try? tangent(of: written, withRespectTo: position) {
      product.results = []
      change = simplified(product)
    }
    return LoopSystem(derivative: written, product: change)
  }

  private func simplified(_ program: LoopProgram) -> LoopProgram {
    eliminateDeadCode(forwardValues(hoistInvariants(forwardValues(eliminateDeadCode(program)))))
  }
}
