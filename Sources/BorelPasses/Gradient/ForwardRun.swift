// Runs statements of the source under new variables, without preparing for their reversal.

import BorelIR

extension ReverseMode {
  /// Emits the statement as it is, nested blocks included.
  mutating func run(_ statement: LoopStatement, _ builder: inout LoopBuilder) throws(GradientFailure) {
    builder.span = statement.span
    switch statement.kind {
    case .define(let variable, let operation): scalars[variable] = run(operation, of: variable, &builder)
    case .declare(let variable, let initial):
      places[variable] = builder.declare(
        value(initial), source[variable].scalar, name: source[variable].name)
    case .allocate(let variable, let fill):
      let info = source[variable]
      places[variable] = builder.allocate(
        info.scalar, sizes: values(info.sizes), name: info.name, fill: fill.map(value))
    case .store(let variable, let indices, let operand):
      if let place = writable(variable, &builder) { builder.append(.store(place, values(indices), value(operand))) }
    case .accumulate(let variable, let indices, let operand):
      if let place = writable(variable, &builder) {
        builder.append(.accumulate(place, values(indices), value(operand)))
      }
    case .loop(let loop):
      try emit(loop, descending: loop.isDescending, &builder) { (pass, builder, _) throws(GradientFailure) in
        for statement in loop.body { try pass.run(statement, &builder) }
      }
    case .conditional(let condition, let then, let otherwise):
      try emit(condition, then, otherwise, &builder) { (pass, branch, builder) throws(GradientFailure) in
        for statement in branch { try pass.run(statement, &builder) }
      }
    case .call(let routine, let outputs, let inputs): run(routine, outputs, inputs, &builder)
    case .require(let condition, let check): if !isRerun { builder.append(.require(value(condition), check)) }
    case .target(let operand): if !isRerun { builder.append(.target(value(operand))) }
    case .choice(let choice): throw GradientFailure(.unresolvedChoice(site: choice.site), statement.span)
    case .bind(let binding): throw GradientFailure(.unresolvedChoice(site: binding.site), statement.span)
    }
  }

  private mutating func run(
    _ operation: LoopOperation, of variable: LoopVariable, _ builder: inout LoopBuilder
  ) -> LoopOperand {
    let name = source[variable].name
    switch operation {
    case .apply(let function, let operands): return builder.apply(function, values(operands), name: name)
    case .load(let array, let indices):
      return builder.load(place(array, &builder) ?? array, values(indices), name: name)
    case .read(let scalar): return builder.read(place(scalar, &builder) ?? scalar)
    }
  }

  private mutating func run(
    _ routine: LoopRoutine, _ outputs: [LoopVariable], _ inputs: [LoopVariable], _ builder: inout LoopBuilder
  ) {
    let written = outputs.map { writable($0, &builder) }
    guard written.contains(where: { $0 != nil }) else { return }
    var targets: [LoopVariable] = []
    for (output, place) in zip(outputs, written) {
      targets.append(place ?? builder.allocate(.real, sizes: values(source[output].sizes), name: source[output].name))
    }
    builder.append(.call(routine, outputs: targets, inputs: inputs.map { place($0, &builder) ?? $0 }))
  }

  /// The place to write to, or nil where the write is left out.
  private mutating func writable(_ variable: LoopVariable, _ builder: inout LoopBuilder) -> LoopVariable? {
    frozen.contains(source.base(of: variable)) ? nil : place(variable, &builder)
  }

  /// While the block runs again: the value of a variable that was stored in an array whose elements are stored once.
  mutating func stored(
    _ variable: LoopVariable, in block: [LoopStatement], _ builder: inout LoopBuilder
  ) -> LoopOperand? {
    guard isRerun, source[variable].scalar == .real else { return nil }
    for statement in block {
      guard case .store(let array, let indices, .variable(variable)) = statement.kind, frozen.contains(array),
        singleStores.contains(array), indices.allSatisfy(isDefinedAlready), let place = places[array]
      else { continue }
      return builder.load(place, values(indices), name: source[variable].name)
    }
    return nil
  }

  /// Whether an index does not come from the block that is about to run.
  private func isDefinedAlready(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return true }
    return openIndices.contains(variable)
  }

  // MARK: Nested blocks

  /// A loop with a new index over the source's bounds; `write` fills its body.
  mutating func emit(
    _ loop: LoopFor, descending: Bool, _ builder: inout LoopBuilder,
    _ write: (inout ReverseMode, inout LoopBuilder, LoopOperand) throws(GradientFailure) -> Void
  ) throws(GradientFailure) {
    let span = builder.span
    let index = builder.scalarVariable(.int, name: source[loop.index].name)
    let lower = value(loop.lower)
    let upper = value(loop.upper)
    scalars[loop.index] = .variable(index)
    openIndices.insert(loop.index)
    builder.open()
    try write(&self, &builder, .variable(index))
    let body = builder.close()
    openIndices.remove(loop.index)
    builder.span = span
    if body.isEmpty { return }
    builder.append(.loop(LoopFor(index: index, lower: lower, upper: upper, isDescending: descending, body: body)))
  }

  /// A conditional whose branches `write` fills.
  mutating func emit(
    _ condition: LoopOperand, _ then: [LoopStatement], _ otherwise: [LoopStatement],
    _ builder: inout LoopBuilder,
    _ write: (inout ReverseMode, [LoopStatement], inout LoopBuilder) throws(GradientFailure) -> Void
  ) throws(GradientFailure) {
    let span = builder.span
    builder.open()
    try write(&self, then, &builder)
    let first = builder.close()
    builder.open()
    try write(&self, otherwise, &builder)
    let second = builder.close()
    builder.span = span
    if first.isEmpty && second.isEmpty { return }
    builder.append(.conditional(value(condition), then: first, else: second))
  }
}
