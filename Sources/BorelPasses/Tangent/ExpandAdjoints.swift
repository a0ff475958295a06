// Writes adjoint routines in terms of plain ones, so that they can be differentiated in turn.

import BorelIR

/// The program with `cholesky_adjoint` and the adjoints of linear systems replaced by solutions, products and loops.
func expandAdjoints(_ program: LoopProgram) -> LoopProgram {
  var empty = program
  empty.body = []
  var builder = LoopBuilder(empty)
  expand(program.body, &builder)
  return builder.finish()
}

private func expand(_ block: [LoopStatement], _ builder: inout LoopBuilder) {
  for statement in block {
    builder.span = statement.span
    switch statement.kind {
    case .loop(var loop):
      builder.open()
      expand(loop.body, &builder)
      loop.body = builder.close()
      builder.append(.loop(loop))
    case .conditional(let condition, let then, let otherwise):
      builder.open()
      expand(then, &builder)
      let first = builder.close()
      builder.open()
      expand(otherwise, &builder)
      builder.append(.conditional(condition, then: first, else: builder.close()))
    case .call(.choleskyAdjoint, let outputs, let inputs): expandCholesky(outputs, inputs, &builder)
    case .call(.solveLowerAdjoint(let transposed), let outputs, let inputs):
      expandSolve(.solveLower(transposed: !transposed), transposed: transposed, .lower, outputs, inputs, &builder)
    case .call(.solveUpperAdjoint, let outputs, let inputs):
      expandUpper(outputs, inputs, &builder)
    case .call(.solveAdjoint, let outputs, let inputs): expandGeneral(outputs, inputs, &builder)
    default: builder.append([statement])
    }
  }
}

/// The part of a square matrix that a routine reads.
enum Triangle {
  case lower, upper, whole

  /// The value of an element, zero outside the part.
  func keep(_ value: LoopOperand, at indices: [LoopOperand], _ builder: inout LoopBuilder) -> LoopOperand {
    switch self {
    case .lower: builder.apply(.select, builder.apply(.less, indices[0], indices[1]), .real(0), value)
    case .upper: builder.apply(.select, builder.apply(.less, indices[1], indices[0]), .real(0), value)
    case .whole: value
    }
  }
}

private func allocate(_ like: LoopVariable, _ name: String, _ builder: inout LoopBuilder) -> LoopVariable {
  builder.allocate(.real, sizes: builder.program[like].sizes, name: name)
}

/// With P = Φ(L' L̄) and M = L⁻ᵀ P L⁻¹, S̄ gets M + M' below the diagonal and M's diagonal on it (Smith 1995; Murray 2016).
private func expandCholesky(_ outputs: [LoopVariable], _ inputs: [LoopVariable], _ builder: inout LoopBuilder) {
  let l = inputs[0]
  let given = allocate(l, "given", &builder)
  builder.elements(of: l) { (builder, indices) in
    let isAbove = builder.apply(.less, indices[0], indices[1])
    builder.append(
      .store(given, indices, builder.apply(.select, isAbove, .real(0), builder.load(inputs[1], indices))))
  }
  let product = allocate(l, "product", &builder)
  builder.append(
    .call(.matrixMatrix(transposedA: true, transposedB: false, adds: false), outputs: [product], inputs: [l, given]))
  let phi = allocate(l, "phi", &builder)
  builder.elements(of: l) { (builder, indices) in
    let value = builder.load(product, indices)
    let isDiagonal = builder.apply(.equal, indices[0], indices[1])
    let halved = builder.apply(.select, isDiagonal, builder.multiply(.real(0.5), value), value)
    let isAbove = builder.apply(.less, indices[0], indices[1])
    builder.append(.store(phi, indices, builder.apply(.select, isAbove, .real(0), halved)))
  }
  let left = allocate(l, "left", &builder)
  builder.append(.call(.solveLower(transposed: true), outputs: [left], inputs: [l, phi]))
  let turned = allocate(l, "turned", &builder)
  builder.elements(of: l) { (builder, indices) in
    builder.append(.store(turned, [indices[1], indices[0]], builder.load(left, indices)))
  }
  let both = allocate(l, "both", &builder)
  builder.append(.call(.solveLower(transposed: true), outputs: [both], inputs: [l, turned]))
  builder.elements(of: l) { (builder, indices) in
    let value = builder.load(both, indices)
    let sum = builder.add(value, builder.load(both, [indices[1], indices[0]]))
    let isDiagonal = builder.apply(.equal, indices[0], indices[1])
    let isAbove = builder.apply(.less, indices[0], indices[1])
    let below = builder.apply(.select, isAbove, .real(0), sum)
    builder.append(.accumulate(outputs[0], indices, builder.apply(.select, isDiagonal, value, below)))
  }
}

/// B̂ = op(A)⁻ᵀ X̄ is added to B̄, and -B̂ X' (or its transpose) to the triangle of Ā.
private func expandSolve(
  _ routine: LoopRoutine, transposed: Bool, _ triangle: Triangle, _ outputs: [LoopVariable],
  _ inputs: [LoopVariable], _ builder: inout LoopBuilder
) {
  let solution = allocate(inputs[2], "solution", &builder)
  builder.append(.call(routine, outputs: [solution], inputs: [inputs[0], inputs[2]]))
  addSolution(solution, transposed: transposed, triangle, outputs, inputs, &builder)
}

private func addSolution(
  _ solution: LoopVariable, transposed: Bool, _ triangle: Triangle, _ outputs: [LoopVariable],
  _ inputs: [LoopVariable], _ builder: inout LoopBuilder
) {
  builder.elements(of: solution) { (builder, indices) in
    builder.append(.accumulate(outputs[1], indices, builder.load(solution, indices)))
  }
  let factors = transposed ? [inputs[1], solution] : [solution, inputs[1]]
  let isMatrix = builder.program[solution].sizes.count == 2
  let product = builder.allocate(
    .real, sizes: builder.program[inputs[0]].sizes, name: "product", fill: .real(0))
  let routine: LoopRoutine =
    isMatrix ? .matrixMatrix(transposedA: false, transposedB: true, adds: true) : .rankOne
  builder.append(.call(routine, outputs: [product], inputs: factors))
  builder.elements(of: product) { (builder, indices) in
    let value = triangle.keep(builder.negate(builder.load(product, indices)), at: indices, &builder)
    builder.append(.accumulate(outputs[0], indices, value))
  }
}

private func transposedCopy(
  _ array: LoopVariable, _ builder: inout LoopBuilder
) -> LoopVariable {
  let turned = allocate(array, "turned", &builder)
  builder.elements(of: array) { (builder, indices) in
    builder.append(.store(turned, [indices[1], indices[0]], builder.load(array, indices)))
  }
  return turned
}

/// The transpose of an upper triangle is a lower one.
private func expandUpper(_ outputs: [LoopVariable], _ inputs: [LoopVariable], _ builder: inout LoopBuilder) {
  let turned = transposedCopy(inputs[0], &builder)
  let solution = allocate(inputs[2], "solution", &builder)
  builder.append(.call(.solveLower(transposed: false), outputs: [solution], inputs: [turned, inputs[2]]))
  addSolution(solution, transposed: false, .upper, outputs, inputs, &builder)
}

private func expandGeneral(_ outputs: [LoopVariable], _ inputs: [LoopVariable], _ builder: inout LoopBuilder) {
  let turned = transposedCopy(inputs[0], &builder)
  let solution = allocate(inputs[2], "solution", &builder)
  builder.append(.call(.solve, outputs: [solution], inputs: [turned, inputs[2]]))
  addSolution(solution, transposed: false, .whole, outputs, inputs, &builder)
}
