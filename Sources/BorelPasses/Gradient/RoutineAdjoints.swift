// Adjoints of the routines of linear algebra, in terms of routines.

import BorelIR

extension ReverseMode {
  /// Adds to the adjoints of a routine's inputs; `values` are the places that hold what it has read and written.
  mutating func reverse(
    _ routine: LoopRoutine, _ outputs: [LoopVariable], _ inputs: [LoopVariable],
    _ values: [LoopVariable: LoopVariable], _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    var outer: [LoopVariable] = []
    for output in outputs {
      guard let place = adjointPlace(output, &builder) else { return }
      outer.append(place)
    }
    var inner: [LoopVariable?] = []
    for input in inputs {
      let isActive = activity.active.contains(source.base(of: input))
      inner.append(isActive ? adjointPlace(input, &builder) : nil)
    }
    let call = RoutineAdjoint(
      outputs: outputs.map { values[$0] ?? $0 }, inputs: inputs.map { values[$0] ?? $0 }, outputAdjoints: outer,
      inputAdjoints: inner)
    guard call.reverse(routine, &builder) else {
      throw GradientFailure(.noAdjoint(routine: routine.name), builder.span)
    }
    if routine.adds { return }
    for (output, adjoint) in zip(outputs, outer) where !singleStores.contains(output) {
      builder.elements(of: adjoint) { (builder, indices) in builder.append(.store(adjoint, indices, .real(0))) }
    }
  }
}

/// One call with its values and adjoints; inputs without an adjoint are not differentiated.
struct RoutineAdjoint {
  var outputs: [LoopVariable]
  var inputs: [LoopVariable]
  var outputAdjoints: [LoopVariable]
  var inputAdjoints: [LoopVariable?]

  /// Emits the adjoint; false for a routine that has none.
  func reverse(_ routine: LoopRoutine, _ builder: inout LoopBuilder) -> Bool {
    switch routine {
    case .matrixVector(let transposed, _): matrixVector(transposed, &builder)
    case .packedVector(let transposed, _):
      guard inputAdjoints[0] == nil else { return false }
      if let x = inputAdjoints[1] {
        builder.append(
          .call(
            .packedVector(transposed: !transposed, adds: true), outputs: [x], inputs: [inputs[0], outputAdjoints[0]]))
      }
    case .matrixMatrix(let a, let b, _): matrixMatrix(a, b, &builder)
    case .rankOne: rankOne(&builder)
    case .cholesky: adjoint(.choleskyAdjoint, reading: [outputs[0], outputAdjoints[0]], &builder)
    case .solveLower(let transposed): solveLower(transposed, &builder)
    case .solveUpper:
      adjoint(.solveUpperAdjoint, reading: [inputs[0], outputs[0], outputAdjoints[0]], &builder)
    case .solve: adjoint(.solveAdjoint, reading: [inputs[0], outputs[0], outputAdjoints[0]], &builder)
    case .inverse: inverse(&builder)
    case .logAbsDeterminant: logAbsDeterminant(&builder)
    case .matrixExponential:
      adjoint(.matrixExponentialAdjoint, reading: [inputs[0], outputAdjoints[0]], &builder)
    case .eigenSymmetric:
      adjoint(.eigenSymmetricAdjoint, reading: outputs + outputAdjoints, &builder)
    case .integrate(let integration): return integrate(integration, &builder)
    case .choleskyAdjoint, .solveLowerAdjoint, .solveUpperAdjoint, .solveAdjoint, .matrixExponentialAdjoint,
      .eigenSymmetricAdjoint, .integrateAdjoint, .pack, .draw:
      return false
    }
    return true
  }

  /// Calls a routine that adds to the adjoints of the inputs; those not asked for go to arrays that nothing reads.
  private func adjoint(_ routine: LoopRoutine, reading: [LoopVariable], _ builder: inout LoopBuilder) {
    var targets: [LoopVariable] = []
    for (input, adjoint) in zip(inputs, inputAdjoints) {
      targets.append(
        adjoint ?? builder.allocate(.real, sizes: builder.program[input].sizes, name: "unused", fill: .real(0)))
    }
    builder.append(.call(routine, outputs: targets, inputs: reading))
  }

  /// Initial state and parameters; times are constants.
  private func integrate(_ integration: LoopIntegration, _ builder: inout LoopBuilder) -> Bool {
    let systems = builder.program.systems
    guard inputAdjoints[1] == nil, inputAdjoints[2] == nil, systems.indices.contains(integration.system),
      systems[integration.system].product != nil
    else { return false }
    var targets: [LoopVariable] = []
    for place in [0, 3] {
      targets.append(
        inputAdjoints[place]
          ?? builder.allocate(.real, sizes: builder.program[inputs[place]].sizes, name: "unused", fill: .real(0)))
    }
    let routine = LoopRoutine.integrateAdjoint(
      integration, initial: inputAdjoints[0] != nil, parameters: inputAdjoints[3] != nil)
    builder.append(.call(routine, outputs: targets, inputs: inputs + outputAdjoints))
    return true
  }

  /// y = op(A) x: Ā += ȳ x' or x ȳ', x̄ += op(A)' ȳ.
  private func matrixVector(_ transposed: Bool, _ builder: inout LoopBuilder) {
    let y = outputAdjoints[0]
    if let a = inputAdjoints[0] {
      builder.append(.call(.rankOne, outputs: [a], inputs: transposed ? [inputs[1], y] : [y, inputs[1]]))
    }
    if let x = inputAdjoints[1] {
      builder.append(.call(.matrixVector(transposed: !transposed, adds: true), outputs: [x], inputs: [inputs[0], y]))
    }
  }

  /// C = op(A) op(B): the adjoint of op(A) is C̄ op(B)', that of op(B) is op(A)' C̄.
  private func matrixMatrix(_ ta: Bool, _ tb: Bool, _ builder: inout LoopBuilder) {
    let c = outputAdjoints[0]
    if let a = inputAdjoints[0] {
      let routine = LoopRoutine.matrixMatrix(
        transposedA: ta ? tb : false, transposedB: ta ? true : !tb, adds: true)
      builder.append(.call(routine, outputs: [a], inputs: ta ? [inputs[1], c] : [c, inputs[1]]))
    }
    if let b = inputAdjoints[1] {
      let routine = LoopRoutine.matrixMatrix(
        transposedA: tb ? true : !ta, transposedB: tb ? ta : false, adds: true)
      builder.append(.call(routine, outputs: [b], inputs: tb ? [c, inputs[0]] : [inputs[0], c]))
    }
  }

  /// A += x y': x̄ += Ā y, ȳ += Ā' x.
  private func rankOne(_ builder: inout LoopBuilder) {
    let a = outputAdjoints[0]
    if let x = inputAdjoints[0] {
      builder.append(.call(.matrixVector(transposed: false, adds: true), outputs: [x], inputs: [a, inputs[1]]))
    }
    if let y = inputAdjoints[1] {
      builder.append(.call(.matrixVector(transposed: true, adds: true), outputs: [y], inputs: [a, inputs[0]]))
    }
  }

  /// op(L) X = B; for constant L the adjoint of B is a solution with the transpose.
  private func solveLower(_ transposed: Bool, _ builder: inout LoopBuilder) {
    if inputAdjoints[0] == nil, let b = inputAdjoints[1] {
      let solution = builder.allocate(.real, sizes: builder.program[b].sizes, name: "solution")
      builder.append(
        .call(.solveLower(transposed: !transposed), outputs: [solution], inputs: [inputs[0], outputAdjoints[0]]))
      builder.elements(of: solution) { (builder, indices) in
        builder.append(.accumulate(b, indices, builder.load(solution, indices)))
      }
      return
    }
    adjoint(
      .solveLowerAdjoint(transposed: transposed), reading: [inputs[0], outputs[0], outputAdjoints[0]], &builder)
  }

  /// B = A⁻¹: Ā -= B' B̄ B'.
  private func inverse(_ builder: inout LoopBuilder) {
    guard let a = inputAdjoints[0] else { return }
    let sizes = builder.program[a].sizes
    let left = builder.allocate(.real, sizes: sizes, name: "left")
    builder.append(
      .call(
        .matrixMatrix(transposedA: true, transposedB: false, adds: false), outputs: [left],
        inputs: [outputs[0], outputAdjoints[0]]))
    let product = builder.allocate(.real, sizes: sizes, name: "product")
    builder.append(
      .call(
        .matrixMatrix(transposedA: false, transposedB: true, adds: false), outputs: [product],
        inputs: [left, outputs[0]]))
    builder.elements(of: product) { (builder, indices) in
      builder.append(.accumulate(a, indices, builder.negate(builder.load(product, indices))))
    }
  }

  /// d = log |det A|: Ā += d̄ (A⁻¹)'.
  private func logAbsDeterminant(_ builder: inout LoopBuilder) {
    guard let a = inputAdjoints[0] else { return }
    let inverse = builder.allocate(.real, sizes: builder.program[a].sizes, name: "inverse")
    builder.append(.call(.inverse, outputs: [inverse], inputs: [inputs[0]]))
    let factor = builder.load(outputAdjoints[0], [.int(0)])
    builder.elements(of: a) { (builder, indices) in
      let element = builder.load(inverse, [indices[1], indices[0]])
      builder.append(.accumulate(a, indices, builder.multiply(factor, element)))
    }
  }
}
