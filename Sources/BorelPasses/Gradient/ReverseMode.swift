// The state of reverse mode and the sweep over a block: forward statement by statement, then backward.

import BorelIR
import BorelSource

/// Rewrites the source's statements, possibly several times, under new variables.
struct ReverseMode {
  let source: LoopProgram
  let activity: Activity
  let sidesOfUse: SidesOfUse
  let singleStores: Set<LoopVariable>

  /// What stands for an immutable scalar of the source now.
  var scalars: [LoopVariable: LoopOperand] = [:]
  /// What stands for a mutable scalar or an array now.
  var places: [LoopVariable: LoopVariable] = [:]
  /// Outer places whose writes are left out: nothing that runs again reads them, or they still hold what was written.
  var frozen: Set<LoopVariable> = []
  /// While statements run again for their derivatives: no target, no checks.
  var isRerun = false
  /// The indices of the loops that are being written.
  var openIndices: Set<LoopVariable> = []
  /// Adjoints of immutable scalars.
  var adjoints: [LoopVariable: Adjoint] = [:]
  /// Adjoints of mutable scalars and arrays.
  var adjointPlaces: [LoopVariable: LoopVariable] = [:]
  private var views: [LoopVariableInfo.Key: LoopVariable] = [:]

  enum Adjoint {
    case value(LoopOperand)
    /// A mutable scalar that inner blocks add to.
    case sum(LoopVariable)
  }

  /// A statement of a block that has been run and awaits its reversal.
  enum Step {
    case statement(LoopStatement)
    case loop(LoopFor, Replay, Span?)
    case conditional(LoopOperand, [LoopStatement], [LoopStatement], Replay, Span?)
    case call(LoopRoutine, [LoopVariable], [LoopVariable], values: [LoopVariable: LoopVariable], Span?)
  }

  init(of program: LoopProgram, withRespectTo position: LoopVariable, into output: LoopVariable) {
    source = program
    activity = Activity(of: program, withRespectTo: position)
    sidesOfUse = SidesOfUse(of: program)
    singleStores = SingleStores(in: program).arrays
    adjointPlaces[program.base(of: position)] = output
    for input in program.inputs {
      if program[input.variable].isArray {
        places[input.variable] = input.variable
      } else {
        scalars[input.variable] = .variable(input.variable)
      }
    }
    for (index, info) in program.variables.enumerated() where info.role == .output {
      places[LoopVariable(index)] = LoopVariable(index)
    }
  }

  /// Points results and sites to the variables that stand for them.
  mutating func finish(_ builder: inout LoopBuilder) {
    for (index, result) in source.results.enumerated() {
      guard case .variable(let variable) = result.value else { continue }
      let place = place(variable, &builder).map(LoopOperand.variable)
      builder.program.results[index].value = scalars[variable] ?? place ?? result.value
    }
    for (index, site) in source.sites.enumerated() {
      if let array = site.array { builder.program.sites[index].array = place(array, &builder) ?? array }
    }
  }

  // MARK: A block

  /// Runs the block and then reverses it; adjoints of what it reads from outside are added up.
  mutating func differentiate(
    _ block: [LoopStatement], _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    var steps: [Step] = []
    for (position, statement) in block.enumerated() {
      builder.span = statement.span
      if let step = try forward(statement, before: block[(position + 1)...], in: block, &builder) { steps.append(step) }
    }
    for step in steps.reversed() { try reverse(step, &builder) }
  }

  /// Runs a statement of a block that will be reversed.
  private mutating func forward(
    _ statement: LoopStatement, before rest: ArraySlice<LoopStatement>, in block: [LoopStatement],
    _ builder: inout LoopBuilder
  ) throws(GradientFailure) -> Step? {
    switch statement.kind {
    case .define(let variable, _):
      if let known = stored(variable, in: block, &builder) {
        scalars[variable] = known
      } else {
        try run(statement, &builder)
      }
      guard activity.active.contains(variable) else { return nil }
      adjoints[variable] = nil
      if activity.summed.contains(variable) {
        adjoints[variable] = .sum(builder.declare(.real(0), .real, name: adjointName(variable)))
      }
      return .statement(statement)
    case .declare(let variable, _):
      try run(statement, &builder)
      guard activity.active.contains(variable) else { return nil }
      adjointPlaces[variable] = builder.declare(.real(0), .real, name: adjointName(variable))
      return .statement(statement)
    case .allocate(let variable, _):
      try run(statement, &builder)
      guard activity.active.contains(variable), let place = places[variable] else { return nil }
      adjointPlaces[variable] = builder.allocate(
        .real, sizes: builder.program[place].sizes, name: adjointName(variable), fill: .real(0))
      return .statement(statement)
    case .store(let variable, _, _), .accumulate(let variable, _, _):
      try run(statement, &builder)
      return activity.active.contains(source.base(of: variable)) ? .statement(statement) : nil
    case .target(let value):
      try run(statement, &builder)
      return activity.isActive(value) ? .statement(statement) : nil
    case .loop(let loop):
      if isFused(statement, before: rest) {
        try fuse(loop, &builder)
        return nil
      }
      let replay = plan(statement, before: rest)
      return .loop(loop, try record(loop, replay, &builder), statement.span)
    case .conditional(let condition, let then, let otherwise):
      if isFused(statement, before: rest) {
        try fuse(condition, then, otherwise, &builder)
        return nil
      }
      let replay = try save(plan(statement, before: rest), &builder)
      try run(statement, &builder)
      return .conditional(condition, then, otherwise, replay, statement.span)
    case .call(let routine, let outputs, let inputs):
      try run(statement, &builder)
      guard isActive(outputs), isActive(inputs) else { return nil }
      let values = keep(outputs + inputs, before: rest, &builder)
      return .call(routine, outputs, inputs, values: values, statement.span)
    case .require, .choice, .bind:
      try run(statement, &builder)
      return nil
    }
  }

  private mutating func reverse(_ step: Step, _ builder: inout LoopBuilder) throws(GradientFailure) {
    switch step {
    case .statement(let statement):
      builder.span = statement.span
      try reverse(statement, &builder)
    case .loop(let loop, let replay, let span):
      builder.span = span
      try reverse(loop, replay, &builder)
    case .conditional(let condition, let then, let otherwise, let replay, let span):
      builder.span = span
      try reverse(condition, then, otherwise, replay, &builder)
    case .call(let routine, let outputs, let inputs, let values, let span):
      builder.span = span
      try reverse(routine, outputs, inputs, values, &builder)
    }
  }

  // MARK: Names and places

  func adjointName(_ variable: LoopVariable) -> String {
    let name = source[variable].name
    return name.isEmpty ? "" : name + "_bar"
  }

  func isActive(_ variables: [LoopVariable]) -> Bool {
    variables.contains { activity.active.contains(source.base(of: $0)) }
  }

  /// What stands for an operand of the source now.
  func value(_ operand: LoopOperand) -> LoopOperand {
    guard case .variable(let variable) = operand else { return operand }
    return scalars[variable] ?? operand
  }

  func values(_ operands: [LoopOperand]) -> [LoopOperand] { operands.map(value) }

  /// What stands for a place of the source now; nil where it has been left out.
  mutating func place(_ variable: LoopVariable, _ builder: inout LoopBuilder) -> LoopVariable? {
    guard case .view(let base, let offset) = source[variable].role else { return places[variable] }
    guard let base = place(base, &builder) else { return nil }
    return view(like: variable, of: base, from: value(offset), &builder)
  }

  /// The adjoint of a place of the source.
  mutating func adjointPlace(_ variable: LoopVariable, _ builder: inout LoopBuilder) -> LoopVariable? {
    guard case .view(let base, let offset) = source[variable].role else { return adjointPlaces[variable] }
    guard let base = adjointPlace(base, &builder) else { return nil }
    return view(like: variable, of: base, from: value(offset), &builder)
  }

  private mutating func view(
    like variable: LoopVariable, of base: LoopVariable, from offset: LoopOperand, _ builder: inout LoopBuilder
  ) -> LoopVariable {
    let info = LoopVariableInfo(
      name: source[variable].name, scalar: source[variable].scalar, sizes: values(source[variable].sizes),
      role: .view(of: base, offset: offset))
    if info == source[variable] { return variable }
    let key = LoopVariableInfo.Key(base: base, offset: offset, sizes: info.sizes)
    if let known = views[key] { return known }
    let view = builder.program.addVariable(info)
    views[key] = view
    return view
  }
}

extension LoopVariableInfo {
  /// What makes two views the same.
  struct Key: Hashable {
    var base: LoopVariable
    var offset: LoopOperand
    var sizes: [LoopOperand]
  }
}
