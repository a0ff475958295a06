// Tangents of the routines of linear algebra, in terms of routines.

import BorelIR

/// One call with its values and tangents; inputs without a tangent are constant.
struct RoutineTangent {
  var outputs: [LoopVariable]
  var inputs: [LoopVariable]
  var outputTangents: [LoopVariable]
  var inputTangents: [LoopVariable?]

  /// Emits the tangent after the call itself; false for a routine that has none.
  func write(_ routine: LoopRoutine, _ builder: inout LoopBuilder) -> Bool {
    switch routine {
    case .matrixVector(let transposed, let adds):
      product(adds: adds, &builder) { .matrixVector(transposed: transposed, adds: $0) }
    case .packedVector(let transposed, let adds):
      product(adds: adds, &builder) { .packedVector(transposed: transposed, adds: $0) }
    case .matrixMatrix(let a, let b, let adds):
      product(adds: adds, &builder) { .matrixMatrix(transposedA: a, transposedB: b, adds: $0) }
    case .rankOne: product(adds: true, &builder) { _ in .rankOne }
    case .cholesky: cholesky(&builder)
    case .solveLower(let transposed):
      solve(.solveLower(transposed: transposed), transposed: transposed, .lower, &builder)
    case .solveUpper: solve(.solveUpper, transposed: false, .upper, &builder)
    case .solve: solve(.solve, transposed: false, .whole, &builder)
    case .inverse: inverse(&builder)
    case .logAbsDeterminant: logAbsDeterminant(&builder)
    case .matrixExponential, .eigenSymmetric, .choleskyAdjoint, .solveLowerAdjoint, .solveUpperAdjoint, .solveAdjoint,
      .matrixExponentialAdjoint, .eigenSymmetricAdjoint, .integrate, .integrateAdjoint, .pack, .draw:
      return false
    }
    return true
  }

  /// Bilinear: the sum over the inputs of the same product with one input replaced by its tangent.
  private func product(
    adds: Bool, _ builder: inout LoopBuilder, _ routine: (_ adds: Bool) -> LoopRoutine
  ) {
    var isFirst = !adds
    for (position, tangent) in inputTangents.enumerated() {
      guard let tangent else { continue }
      var arguments = inputs
      arguments[position] = tangent
      builder.append(.call(routine(!isFirst), outputs: outputTangents, inputs: arguments))
      isFirst = false
    }
    if isFirst { clear(outputTangents[0], &builder) }
  }

  private func clear(_ array: LoopVariable, _ builder: inout LoopBuilder) {
    builder.elements(of: array) { (builder, indices) in builder.append(.store(array, indices, .real(0))) }
  }

  private func allocate(_ like: LoopVariable, _ name: String, _ builder: inout LoopBuilder) -> LoopVariable {
    builder.allocate(.real, sizes: builder.program[like].sizes, name: name)
  }

  /// L Φ(L⁻¹ dS L⁻ᵀ), Φ the lower triangle with half the diagonal; dS is symmetric by its lower triangle.
  private func cholesky(_ builder: inout LoopBuilder) {
    guard let s = inputTangents[0] else { return clear(outputTangents[0], &builder) }
    let symmetric = allocate(s, "symmetric", &builder)
    builder.elements(of: s) { (builder, indices) in
      let row = builder.apply(.maximum, indices[0], indices[1])
      let column = builder.apply(.minimum, indices[0], indices[1])
      builder.append(.store(symmetric, indices, builder.load(s, [row, column])))
    }
    let left = allocate(s, "left", &builder)
    builder.append(.call(.solveLower(transposed: false), outputs: [left], inputs: [outputs[0], symmetric]))
    let turned = allocate(s, "turned", &builder)
    builder.elements(of: left) { (builder, indices) in
      builder.append(.store(turned, [indices[1], indices[0]], builder.load(left, indices)))
    }
    let both = allocate(s, "both", &builder)
    builder.append(.call(.solveLower(transposed: false), outputs: [both], inputs: [outputs[0], turned]))
    let half = allocate(s, "half", &builder)
    builder.elements(of: both) { (builder, indices) in
      let value = builder.load(both, indices)
      let isDiagonal = builder.apply(.equal, indices[0], indices[1])
      let onDiagonal = builder.apply(.select, isDiagonal, builder.multiply(.real(0.5), value), value)
      let isAbove = builder.apply(.less, indices[0], indices[1])
      builder.append(.store(half, indices, builder.apply(.select, isAbove, .real(0), onDiagonal)))
    }
    builder.append(
      .call(
        .matrixMatrix(transposedA: false, transposedB: false, adds: false), outputs: [outputTangents[0]],
        inputs: [outputs[0], half]))
  }

  /// op(A) X = B: op(A) dX = dB - op(dA) X, with dA cut to the triangle that the routine reads.
  private func solve(
    _ routine: LoopRoutine, transposed: Bool, _ part: Triangle, _ builder: inout LoopBuilder
  ) {
    let x = outputs[0]
    let right = allocate(x, "right", &builder)
    if let b = inputTangents[1] {
      builder.elements(of: b) { (builder, indices) in
        builder.append(.store(right, indices, builder.load(b, indices)))
      }
    } else {
      clear(right, &builder)
    }
    if let a = inputTangents[0] {
      let triangle = allocate(a, "triangle", &builder)
      builder.elements(of: a) { (builder, indices) in
        let value = part.keep(builder.negate(builder.load(a, indices)), at: indices, &builder)
        builder.append(.store(triangle, indices, value))
      }
      let isMatrix = builder.program[x].sizes.count == 2
      let routine: LoopRoutine =
        isMatrix
        ? .matrixMatrix(transposedA: transposed, transposedB: false, adds: true)
        : .matrixVector(transposed: transposed, adds: true)
      builder.append(.call(routine, outputs: [right], inputs: [triangle, x]))
    }
    builder.append(.call(routine, outputs: [outputTangents[0]], inputs: [inputs[0], right]))
  }

  /// -A⁻¹ dA A⁻¹.
  private func inverse(_ builder: inout LoopBuilder) {
    guard let a = inputTangents[0] else { return clear(outputTangents[0], &builder) }
    let product = allocate(a, "product", &builder)
    let plain = LoopRoutine.matrixMatrix(transposedA: false, transposedB: false, adds: false)
    builder.append(.call(plain, outputs: [product], inputs: [a, outputs[0]]))
    let negative = allocate(a, "negative", &builder)
    builder.elements(of: product) { (builder, indices) in
      builder.append(.store(negative, indices, builder.negate(builder.load(product, indices))))
    }
    builder.append(.call(plain, outputs: [outputTangents[0]], inputs: [outputs[0], negative]))
  }

  /// tr(A⁻¹ dA).
  private func logAbsDeterminant(_ builder: inout LoopBuilder) {
    guard let a = inputTangents[0] else { return clear(outputTangents[0], &builder) }
    let inverse = allocate(a, "inverse", &builder)
    builder.append(.call(.inverse, outputs: [inverse], inputs: [inputs[0]]))
    builder.append(.store(outputTangents[0], [.int(0)], .real(0)))
    let output = outputTangents[0]
    builder.elements(of: a) { (builder, indices) in
      let element = builder.load(inverse, [indices[1], indices[0]])
      builder.append(.accumulate(output, [.int(0)], builder.multiply(builder.load(a, indices), element)))
    }
  }
}
