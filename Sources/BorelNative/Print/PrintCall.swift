// Prints calls of the routines of dense linear algebra through the runtime table.

import BorelIR

extension FunctionPrinter {
  mutating func printCall(
    _ routine: LoopRoutine, _ outputs: [LoopVariable], _ inputs: [LoopVariable]
  ) throws(NativeFailure) {
    flush(reading: Set(outputs.map(uses.root)))
    renderer.needs.runtime = true
    /// The size of an argument in one dimension; 1 beyond its rank, so that a vector is a matrix of one column.
    func size(_ variable: LoopVariable, _ dimension: Int) throws(NativeFailure) -> CExpression {
      let sizes = program[variable].sizes
      return dimension < sizes.count ? try expression(sizes[dimension]) : .literal(1)
    }
    guard outputs.count == routine.counts.outputs, inputs.count == routine.counts.inputs else {
      throw .internal(stage: "print", "a call of \(routine) has the wrong number of arguments")
    }
    func operation(_ transposed: Bool) -> String { transposed ? "borel_transposed" : "borel_plain" }
    func addition(_ adds: Bool) -> String { adds ? "borel_add" : "borel_set" }

    let function: String
    var arguments: [String] = []
    let square = [try size(inputs[0], 0).text]
    switch routine {
    case .matrixVector(let transposed, let adds), .packedVector(let transposed, let adds):
      function = routine == .matrixVector(transposed: transposed, adds: adds) ? "matrix_vector" : "packed_vector"
      arguments = [operation(transposed), addition(adds), try size(inputs[0], 0).text, try size(inputs[0], 1).text]
    case .pack:
      function = "pack"
      arguments = [square[0], try size(inputs[0], 1).text]
    case .matrixMatrix(let transposedA, let transposedB, let adds):
      function = "matrix_matrix"
      arguments = [
        operation(transposedA), operation(transposedB), addition(adds), try size(outputs[0], 0).text,
        try size(outputs[0], 1).text, try size(inputs[0], transposedA ? 0 : 1).text,
      ]
    case .rankOne:
      function = "rank_one"
      arguments = [try size(outputs[0], 0).text, try size(outputs[0], 1).text]
    case .cholesky:
      function = "cholesky"
      arguments = square
    case .choleskyAdjoint:
      function = "cholesky_adjoint"
      arguments = square
    case .solveLower(let transposed):
      function = "solve_lower"
      arguments = [operation(transposed), square[0], try size(outputs[0], 1).text]
    case .solveLowerAdjoint(let transposed):
      function = "solve_lower_adjoint"
      arguments = [operation(transposed), square[0], try size(inputs[1], 1).text]
    case .solveUpper, .solve:
      function = routine == .solve ? "solve" : "solve_upper"
      arguments = [square[0], try size(outputs[0], 1).text]
    case .solveUpperAdjoint, .solveAdjoint:
      function = routine == .solveAdjoint ? "solve_adjoint" : "solve_upper_adjoint"
      arguments = [square[0], try size(inputs[1], 1).text]
    case .inverse:
      function = "inverse"
      arguments = square
    case .logAbsDeterminant:
      function = "log_abs_determinant"
      arguments = square
    case .matrixExponential:
      function = "matrix_exponential"
      arguments = square
    case .matrixExponentialAdjoint:
      function = "matrix_exponential_adjoint"
      arguments = square
    case .eigenSymmetric:
      function = "eigen_symmetric"
      arguments = square
    case .eigenSymmetricAdjoint:
      function = "eigen_symmetric_adjoint"
      arguments = square
    case .integrate(let integration):
      function = "integrate"
      arguments = integrationArguments(integration)
      arguments += [try size(inputs[0], 0).text, try size(inputs[3], 0).text, try size(inputs[2], 0).text]
    case .integrateAdjoint(let integration, let initial, let parameters):
      function = "integrate_adjoint"
      arguments = integrationArguments(integration)
      arguments += [try size(inputs[0], 0).text, try size(inputs[3], 0).text, try size(inputs[2], 0).text]
      arguments.append(
        [initial ? "borel_by_initial" : "", parameters ? "borel_by_parameters" : ""].filter { !$0.isEmpty }.joined(
          separator: " | "))
    case .draw(let id):
      // The other arguments are null.
      let count = inputs.count > 1 ? try size(inputs[1], 0).text : "0"
      var pointers: [String] = []
      for input in inputs.dropFirst() { pointers.append(try array(input)) }
      while pointers.count < 3 { pointers.append("0") }
      let isInt = program[outputs[0]].scalar == .int
      let call =
        "rt->draw\(isInt ? "_int" : "")(\(try array(inputs[0])), borel_draws_\(PrimitiveTable[id].name), "
        + "\(count), \(pointers.joined(separator: ", ")), \(try array(outputs[0])))"
      hasStatus = true
      return line("if ((status = \(call))) return status;")
    }
    if routine.needsWorkspace {
      usesWorkspace = true
      arguments.insert("workspace", at: 0)
    }
    for variable in inputs + outputs { arguments.append(try array(variable)) }
    let call = "rt->\(function)(\(arguments.joined(separator: ", ")))"
    guard routine.hasStatus else { return line("\(call);") }
    // What a failed check made meaningless is not handed on.
    if hasDeferredChecks, loopDepth == 0 { line("if (failed) return borel_bad_parameter;") }
    hasStatus = true
    line("if ((status = \(call))) return status;")
  }
}

extension FunctionPrinter {
  /// Method, tolerances, system and data.
  private func integrationArguments(_ integration: LoopIntegration) -> [String] {
    [
      integration.method == .rk45 ? "borel_rk45" : "borel_bdf",
      CExpression.literal(integration.relativeTolerance).text,
      CExpression.literal(integration.absoluteTolerance).text, CExpression.literal(integration.maximumSteps).text,
      "&" + systemName(functionName, integration.system), "m",
    ]
  }
}

/// The C name of a function's system.
func systemName(_ function: String, _ system: Int) -> String { "\(function)_system\(system == 0 ? "" : "_\(system)")" }

extension LoopRoutine {
  var counts: (outputs: Int, inputs: Int) {
    switch self {
    case .matrixVector, .packedVector, .matrixMatrix, .rankOne, .solveLower, .solveUpper, .solve: (1, 2)
    case .pack, .cholesky, .inverse, .logAbsDeterminant, .matrixExponential: (1, 1)
    case .choleskyAdjoint, .matrixExponentialAdjoint: (1, 2)
    case .solveLowerAdjoint, .solveUpperAdjoint, .solveAdjoint: (2, 3)
    case .eigenSymmetric: (2, 1)
    case .eigenSymmetricAdjoint: (1, 4)
    case .integrate: (1, 4)
    case .integrateAdjoint: (2, 5)
    case .draw(let id): (1, 1 + PrimitiveTable[id].parameters.count)
    }
  }

  /// Whether the runtime's function returns a status.
  var hasStatus: Bool {
    switch self {
    case .matrixVector, .pack, .packedVector, .matrixMatrix, .rankOne: false
    default: true
    }
  }

  var needsWorkspace: Bool {
    switch self {
    case .matrixVector, .pack, .packedVector, .matrixMatrix, .rankOne, .cholesky, .solveLower, .solveUpper: false
    default: true
    }
  }
}
