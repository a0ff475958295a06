// The names of linear-algebra routines in dumps, and the shapes of what they take and give.

extension LoopRoutine {
  /// The name in dumps, with options in brackets: `matrix_vector[transposed, adds]`.
  public var name: String {
    switch self {
    case .matrixVector(let transposed, let adds):
      "matrix_vector" + Self.options([("transposed", transposed), ("adds", adds)])
    case .pack: "pack"
    case .packedVector(let transposed, let adds):
      "packed_vector" + Self.options([("transposed", transposed), ("adds", adds)])
    case .matrixMatrix(let a, let b, let adds):
      "matrix_matrix" + Self.options([("transposed_a", a), ("transposed_b", b), ("adds", adds)])
    case .rankOne: "rank_one"
    case .cholesky: "cholesky"
    case .choleskyAdjoint: "cholesky_adjoint"
    case .solveLower(let transposed): "solve_lower" + Self.options([("transposed", transposed)])
    case .solveLowerAdjoint(let transposed): "solve_lower_adjoint" + Self.options([("transposed", transposed)])
    case .solveUpper: "solve_upper"
    case .solveUpperAdjoint: "solve_upper_adjoint"
    case .solve: "solve"
    case .solveAdjoint: "solve_adjoint"
    case .inverse: "inverse"
    case .logAbsDeterminant: "log_abs_determinant"
    case .matrixExponential: "matrix_exponential"
    case .matrixExponentialAdjoint: "matrix_exponential_adjoint"
    case .eigenSymmetric: "eigen_symmetric"
    case .eigenSymmetricAdjoint: "eigen_symmetric_adjoint"
    case .integrate(let integration): integration.name
    case .integrateAdjoint(let integration, let initial, let parameters):
      integration.name + "_adjoint" + Self.options([("initial", initial), ("parameters", parameters)])
    case .draw(let id): PrimitiveTable[id].name
    }
  }

  private static func options(_ options: [(String, Bool)]) -> String {
    let set = options.filter(\.1).map(\.0)
    return set.isEmpty ? "" : "[" + set.joined(separator: ", ") + "]"
  }

  /// Every routine with every choice of its options, but for those that belong to a system of a program.
  public static let all: [LoopRoutine] = {
    var all: [LoopRoutine] = [
      .pack, .rankOne, .cholesky, .choleskyAdjoint, .solveUpper, .solveUpperAdjoint, .solve, .solveAdjoint, .inverse,
      .logAbsDeterminant, .matrixExponential, .matrixExponentialAdjoint, .eigenSymmetric, .eigenSymmetricAdjoint,
    ]
    for a in [false, true] {
      all += [.solveLower(transposed: a), .solveLowerAdjoint(transposed: a)]
      for b in [false, true] {
        all += [.matrixVector(transposed: a, adds: b), .packedVector(transposed: a, adds: b)]
        for c in [false, true] { all.append(.matrixMatrix(transposedA: a, transposedB: b, adds: c)) }
      }
    }
    return all
  }()

  /// The routine of a name as in dumps.
  public static func named(_ name: String) -> LoopRoutine? { all.first { $0.name == name } }

  /// Whether the outputs keep what they have and receive the result on top.
  public var adds: Bool {
    switch self {
    case .matrixVector(_, let adds), .packedVector(_, let adds), .matrixMatrix(_, _, let adds): adds
    case .rankOne, .choleskyAdjoint, .solveLowerAdjoint, .solveUpperAdjoint, .solveAdjoint: true
    case .matrixExponentialAdjoint, .eigenSymmetricAdjoint, .integrateAdjoint: true
    default: false
    }
  }

  /// The shapes of outputs and inputs, a letter per dimension; a letter stands for one size throughout.
  ///
  /// `matrixRight` says that the right-hand side of a linear system is a matrix, not a vector.
  public func shapes(matrixRight: Bool) -> (outputs: [String], inputs: [String]) {
    let right = matrixRight ? "nk" : "n"
    switch self {
    case .pack: return (["pm"], ["nm"])
    case .matrixVector(let transposed, _), .packedVector(let transposed, _):
      return (["n"], [transposed ? "mn" : "nm", "m"])
    case .matrixMatrix(let a, let b, _): return (["nk"], [a ? "mn" : "nm", b ? "km" : "mk"])
    case .rankOne: return (["nm"], ["n", "m"])
    case .cholesky, .inverse, .matrixExponential: return (["nn"], ["nn"])
    case .choleskyAdjoint, .matrixExponentialAdjoint: return (["nn"], ["nn", "nn"])
    case .solveLower, .solveUpper, .solve: return ([right], ["nn", right])
    case .solveLowerAdjoint, .solveUpperAdjoint, .solveAdjoint: return (["nn", right], ["nn", right, right])
    case .logAbsDeterminant: return (["1"], ["nn"])
    case .eigenSymmetric: return (["n", "nn"], ["nn"])
    case .eigenSymmetricAdjoint: return (["nn"], ["n", "nn", "n", "nn"])
    case .integrate: return (["tn"], ["n", "1", "t", "p"])
    case .integrateAdjoint: return (["n", "p"], ["n", "1", "t", "p", "tn"])
    case .draw(let id): return (["1"], ["s"] + ["a", "b", "c"].prefix(PrimitiveTable[id].parameters.count))
    }
  }
}
