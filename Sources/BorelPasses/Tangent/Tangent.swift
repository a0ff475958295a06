// The tangent pass: forward mode as source transformation, for derivatives along one direction.

import BorelIR
import BorelSource

/// The program that computes, beside everything it computes, the derivative along a direction.
///
/// A new input `.other("direction")` of the position's size gives the direction v. The result `target_tangent` is
/// v · ∇ target; every output of Reals gets an output of the same sizes with `_tangent` after its name. Applied
/// to a program from `gradient`, `gradient_tangent` is the product of the Hessian with v (Pearlmutter 1994).
///
/// - Throws: `GradientFailure` where an operation that depends on the position has no derivative.
public func tangent(
  of program: LoopProgram, withRespectTo position: LoopVariable
) throws(GradientFailure) -> LoopProgram {
  let program = expandAdjoints(program)
  var empty = program
  empty.body = []
  var builder = LoopBuilder(empty)
  let direction = builder.input(
    .other("direction"), name: "direction", .real, sizes: program[position].sizes)
  let target = builder.declare(.real(0), .real, name: "target_tangent")
  var pass = ForwardMode(of: program, withRespectTo: position, along: direction, target: target, &builder)
  try pass.write(program.body, &builder)
  builder.program.results.append(("target_tangent", builder.read(target)))
  return eliminateDeadCode(builder.finish())
}

/// Writes every statement as it is, with the statement of its tangent before it.
struct ForwardMode {
  let source: LoopProgram
  let varied: Set<LoopVariable>
  let target: LoopVariable
  /// Tangents of immutable scalars.
  private var tangents: [LoopVariable: LoopOperand] = [:]
  /// Tangents of mutable scalars and of arrays.
  private var places: [LoopVariable: LoopVariable] = [:]

  init(
    of program: LoopProgram, withRespectTo position: LoopVariable, along direction: LoopVariable,
    target: LoopVariable, _ builder: inout LoopBuilder
  ) {
    source = program
    self.target = target
    varied = Activity(of: program, withRespectTo: position).varied
    places[program.base(of: position)] = direction
    for (index, info) in program.variables.enumerated() where info.role == .output {
      let variable = LoopVariable(index)
      guard info.scalar == .real else { continue }
      places[variable] = builder.program.addVariable(
        LoopVariableInfo(name: info.name + "_tangent", scalar: info.scalar, sizes: info.sizes, role: .output))
    }
  }

  private func name(_ variable: LoopVariable) -> String {
    let name = source[variable].name
    return name.isEmpty ? "" : name + "_tangent"
  }

  /// The tangent of an operand; nil where it is zero.
  private func tangent(_ operand: LoopOperand) -> LoopOperand? {
    guard case .variable(let variable) = operand else { return nil }
    return tangents[variable]
  }

  /// The place of a place's tangent; nil where that is zero.
  mutating func place(_ variable: LoopVariable, _ builder: inout LoopBuilder) -> LoopVariable? {
    if let known = places[variable] { return known }
    guard case .view(let base, let offset) = source[variable].role, let place = place(base, &builder) else {
      return nil
    }
    let view = builder.view(of: place, offset: offset, sizes: source[variable].sizes, name: name(variable))
    places[variable] = view
    return view
  }

  // MARK: Statements

  mutating func write(
    _ block: [LoopStatement], _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    for statement in block {
      builder.span = statement.span
      try write(statement, &builder)
    }
  }

  private mutating func write(
    _ statement: LoopStatement, _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    switch statement.kind {
    case .define(let variable, let operation):
      builder.append([statement])
      if varied.contains(variable) { try define(variable, operation, &builder) }
    case .declare(let variable, let initial):
      builder.append([statement])
      if varied.contains(variable) {
        places[variable] = builder.declare(tangent(initial) ?? .real(0), .real, name: name(variable))
      }
    case .allocate(let variable, let fill):
      builder.append([statement])
      if varied.contains(variable) {
        let start = fill.map { tangent($0) ?? .real(0) }
        places[variable] = builder.allocate(
          .real, sizes: source[variable].sizes, name: name(variable), fill: start)
      }
    case .store(let variable, let indices, let value):
      builder.append([statement])
      if let place = place(variable, &builder) {
        builder.append(.store(place, indices, tangent(value) ?? .real(0)))
      }
    case .accumulate(let variable, let indices, let value):
      builder.append([statement])
      if let place = place(variable, &builder), let tangent = tangent(value) {
        builder.append(.accumulate(place, indices, tangent))
      }
    case .target(let value):
      builder.append([statement])
      if let tangent = tangent(value) { builder.append(.accumulate(target, [], tangent)) }
    case .require: builder.append([statement])
    case .loop(var loop):
      builder.open()
      try write(loop.body, &builder)
      loop.body = builder.close()
      builder.append(.loop(loop))
    case .conditional(let condition, let then, let otherwise):
      builder.open()
      try write(then, &builder)
      let first = builder.close()
      builder.open()
      try write(otherwise, &builder)
      builder.append(.conditional(condition, then: first, else: builder.close()))
    case .call(let routine, let outputs, let inputs):
      builder.append([statement])
      try call(routine, outputs, inputs, &builder)
    case .choice(let choice): throw GradientFailure(.unresolvedChoice(site: choice.site), statement.span)
    case .bind(let binding): throw GradientFailure(.unresolvedChoice(site: binding.site), statement.span)
    }
  }

  private mutating func define(
    _ variable: LoopVariable, _ operation: LoopOperation, _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    switch operation {
    case .read(let place):
      if let place = self.place(place, &builder) { tangents[variable] = builder.read(place) }
    case .load(let array, let indices):
      if let place = place(array, &builder) { tangents[variable] = builder.load(place, indices) }
    case .apply(let function, let operands):
      let rule = DerivativeRule(arguments: operands, result: .variable(variable))
      let partials = DerivativeTable.partials(of: function)
      var sum: LoopOperand?
      for (index, operand) in operands.enumerated() {
        guard let tangent = tangent(operand) else { continue }
        guard let partials, index < partials.count, let partial = partials[index] else {
          throw GradientFailure(.noDerivative(function: function.name, argument: index), builder.span)
        }
        guard let term = rule.times(partial, tangent, &builder) else { continue }
        sum = sum.map { builder.signedSum($0, term) } ?? term
      }
      tangents[variable] = sum
    }
  }

  private mutating func call(
    _ routine: LoopRoutine, _ outputs: [LoopVariable], _ inputs: [LoopVariable], _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    var outer: [LoopVariable] = []
    for output in outputs {
      guard let place = place(output, &builder) else { return }
      outer.append(place)
    }
    var inner: [LoopVariable?] = []
    for input in inputs { inner.append(place(input, &builder)) }
    let call = RoutineTangent(outputs: outputs, inputs: inputs, outputTangents: outer, inputTangents: inner)
    guard call.write(routine, &builder) else {
      throw GradientFailure(.noAdjoint(routine: routine.name), builder.span)
    }
  }
}
