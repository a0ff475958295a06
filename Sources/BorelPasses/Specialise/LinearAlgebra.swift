// Specialises linear algebra to routines on arrays in memory.

import BorelIR
import BorelSource

extension Specialiser {
  mutating func dot(_ x: AbstractArray, _ y: AbstractArray) throws(NotNative) -> LoopOperand {
    requireEqual(x.sizes[0], y.sizes[0], .shape)
    return try sum(over: x.sizes) { (this, indices) throws(NotNative) in
      let a = this.builder.real(try this.element(x, indices))
      let b = this.builder.real(try this.element(y, indices))
      return this.builder.apply(.multiply, a, b)
    }
  }

  /// The array in memory with Real elements.
  mutating func realVariable(_ array: AbstractArray, name: String = "") throws(NotNative) -> LoopVariable {
    if array.scalar == .real { return try materialise(array, name: name) }
    return try copied(array, as: .real, name: name)
  }

  /// The matrix in memory as it is or as the transpose of what is.
  private mutating func matrix(
    _ array: AbstractArray
  ) throws(NotNative) -> (variable: LoopVariable, isTransposed: Bool) {
    if let base = array.transposed { return (base, true) }
    return (try realVariable(array), false)
  }

  mutating func matrixVector(
    _ a: AbstractArray, _ x: AbstractArray, transposed: Bool
  ) throws(NotNative) -> AbstractArray {
    let matrix = try matrix(a)
    let vector = try realVariable(x)
    let result = builder.allocate(.real, sizes: [a.sizes[transposed ? 1 : 0]], name: "product")
    builder.append(
      .call(
        .matrixVector(transposed: matrix.isTransposed != transposed, adds: false), outputs: [result],
        inputs: [matrix.variable, vector]))
    return arrayValue(result)
  }

  mutating func matrixMatrix(_ a: AbstractArray, _ b: AbstractArray) throws(NotNative) -> AbstractArray {
    let left = try matrix(a)
    let right = try matrix(b)
    let result = builder.allocate(.real, sizes: [a.sizes[0], b.sizes[1]], name: "product")
    builder.append(
      .call(
        .matrixMatrix(transposedA: left.isTransposed, transposedB: right.isTransposed, adds: false),
        outputs: [result], inputs: [left.variable, right.variable]))
    return arrayValue(result)
  }

  mutating func transposed(_ a: AbstractArray) -> AbstractArray {
    var result = AbstractArray(
      scalar: a.scalar, sizes: a.sizes.reversed(),
      source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
        try this.element(a, indices.reversed())
      })
    if a.scalar == .real, case .variable(let variable) = a.source { result.transposed = variable }
    return result
  }

  mutating func square(_ a: AbstractArray, at span: Span) throws(NotNative) -> LoopOperand {
    guard a.rank == 2 else {
      throw NotNative(.construct, "a matrix is needed, not an array of rank \(a.rank)", at: span)
    }
    requireEqual(a.sizes[0], a.sizes[1], .shape)
    return a.sizes[0]
  }

  mutating func cholesky(_ a: AbstractArray, at span: Span) throws(NotNative) -> AbstractArray {
    let n = try square(a, at: span)
    let matrix = try realVariable(a)
    let factor = builder.allocate(.real, sizes: [n, n], name: "L")
    builder.append(.call(.cholesky, outputs: [factor], inputs: [matrix]))
    return arrayValue(factor)
  }

  mutating func solved(
    _ routine: LoopRoutine, _ a: AbstractArray, _ b: AbstractArray, at span: Span
  ) throws(NotNative) -> AbstractArray {
    let n = try square(a, at: span)
    requireEqual(b.sizes[0], n, .shape)
    let matrix = try realVariable(a)
    let right = try realVariable(b)
    let result = builder.allocate(.real, sizes: b.sizes, name: "solution")
    builder.append(.call(routine, outputs: [result], inputs: [matrix, right]))
    return arrayValue(result)
  }

  mutating func logDeterminant(cholesky l: AbstractArray, at span: Span) throws(NotNative) -> LoopOperand {
    let n = try square(l, at: span)
    let half = try sum(over: [n]) { (this, indices) throws(NotNative) in
      let entry = this.builder.real(try this.element(l, [indices[0], indices[0]]))
      return try this.scalarFunction("log", [entry], at: span)
    }
    return builder.apply(.multiply, .real(2), half)
  }

  mutating func identity(_ n: LoopOperand) -> AbstractArray {
    AbstractArray(
      scalar: .real, sizes: [n, n],
      source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
        this.builder.apply(.select, this.builder.apply(.equal, indices[0], indices[1]), .real(1), .real(0))
      })
  }

  /// The root of a sum of squares. It has a kink where all of them are zero, and there the derivative 0.
  mutating func rootOfSquares(_ total: LoopOperand, at span: Span) throws(NotNative) -> LoopOperand {
    let root = try scalarFunction("sqrt", [total], at: span)
    return builder.apply(.select, builder.apply(.equal, total, .real(0)), .real(0), root)
  }

  /// The linear-algebra primitives by name; nil for any other.
  mutating func linearAlgebra(
    _ name: String, _ values: [AbstractValue], at span: Span
  ) throws(NotNative) -> AbstractValue? {
    func argument(_ index: Int) throws(NotNative) -> AbstractArray {
      guard index < values.count else { throw NotNative(.internalError, "`\(name)` lacks an argument", at: span) }
      return try array(values[index], "an argument of `\(name)`", at: span)
    }
    switch name {
    case "dot": return .scalar(try dot(try argument(0), try argument(1)))
    case "squared_norm", "norm":
      let x = try argument(0)
      let total = try dot(x, x)
      return .scalar(name == "norm" ? try rootOfSquares(total, at: span) : total)
    case "outer":
      let x = try argument(0)
      let y = try argument(1)
      return .array(
        AbstractArray(
          scalar: x.scalar == .int && y.scalar == .int ? .int : .real, sizes: [x.sizes[0], y.sizes[0]],
          source: .elements(isCheap: false) { (this, indices) throws(NotNative) in
            let a = try this.element(x, [indices[0]])
            let b = try this.element(y, [indices[1]])
            return try this.combine(.multiply, a, b, at: span)
          }))
    case "transpose": return .array(transposed(try argument(0)))
    case "trace":
      let a = try argument(0)
      let n = try square(a, at: span)
      return .scalar(
        try sum(over: [n]) { (this, indices) throws(NotNative) in
          this.builder.real(try this.element(a, [indices[0], indices[0]]))
        })
    case "diagonal":
      let a = try argument(0)
      guard a.rank == 2 else { throw NotNative(.construct, "a matrix is needed", at: span) }
      return .array(
        AbstractArray(
          scalar: a.scalar, sizes: [builder.apply(.minimum, a.sizes[0], a.sizes[1])],
          source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
            try this.element(a, [indices[0], indices[0]])
          }))
    case "diag_matrix":
      let x = try argument(0)
      return .array(
        AbstractArray(
          scalar: .real, sizes: [x.sizes[0], x.sizes[0]],
          source: .elements(isCheap: false) { (this, indices) throws(NotNative) in
            let entry = this.builder.real(try this.element(x, [indices[0]]))
            return this.builder.apply(.select, this.builder.apply(.equal, indices[0], indices[1]), entry, .real(0))
          }))
    case "identity": return .array(identity(try int(values[0], "the size of `identity`", at: span)))
    case "crossprod":
      let a = arrayValue(try realVariable(try argument(0)))
      return .array(try matrixMatrix(transposed(a), a))
    case "tcrossprod":
      let a = arrayValue(try realVariable(try argument(0)))
      return .array(try matrixMatrix(a, transposed(a)))
    case "cholesky": return .array(try cholesky(try argument(0), at: span))
    case "solve_lower":
      return .array(try solved(.solveLower(transposed: false), try argument(0), try argument(1), at: span))
    case "solve_lower_transposed":
      return .array(try solved(.solveLower(transposed: true), try argument(0), try argument(1), at: span))
    case "solve_upper": return .array(try solved(.solveUpper, try argument(0), try argument(1), at: span))
    case "solve": return .array(try solved(.solve, try argument(0), try argument(1), at: span))
    case "cholesky_solve", "solve_spd", "inverse_spd":
      let first = try argument(0)
      let l = name == "cholesky_solve" ? arrayValue(try realVariable(first)) : try cholesky(first, at: span)
      let right = name == "inverse_spd" ? identity(l.sizes[0]) : try argument(1)
      let half = try solved(.solveLower(transposed: false), l, right, at: span)
      return .array(try solved(.solveLower(transposed: true), l, half, at: span))
    case "inverse":
      let a = try argument(0)
      let n = try square(a, at: span)
      let matrix = try realVariable(a)
      let result = builder.allocate(.real, sizes: [n, n], name: "inverse")
      builder.append(.call(.inverse, outputs: [result], inputs: [matrix]))
      return .array(arrayValue(result))
    case "log_abs_det":
      let a = try argument(0)
      _ = try square(a, at: span)
      let matrix = try realVariable(a)
      let result = builder.allocate(.real, sizes: [.int(1)], name: "log_det")
      builder.append(.call(.logAbsDeterminant, outputs: [result], inputs: [matrix]))
      return .scalar(builder.load(result, [.int(0)]))
    case "log_det_spd": return .scalar(try logDeterminant(cholesky: try cholesky(try argument(0), at: span), at: span))
    case "log_det_cholesky": return .scalar(try logDeterminant(cholesky: try argument(0), at: span))
    case "quad_form":
      let x = try argument(1)
      return .scalar(try dot(x, try matrixVector(try argument(0), x, transposed: false)))
    case "quad_form_cholesky":
      let z = try solved(.solveLower(transposed: false), try argument(0), try argument(1), at: span)
      return .scalar(try dot(z, z))
    case "matrix_exp":
      let a = try argument(0)
      let n = try square(a, at: span)
      let matrix = try realVariable(a)
      let result = builder.allocate(.real, sizes: [n, n], name: "exponential")
      builder.append(.call(.matrixExponential, outputs: [result], inputs: [matrix]))
      return .array(arrayValue(result))
    case "eigenvalues_sym", "eigenvectors_sym":
      let a = try argument(0)
      let n = try square(a, at: span)
      let matrix = try realVariable(a)
      let values = builder.allocate(.real, sizes: [n], name: "eigenvalues")
      let vectors = builder.allocate(.real, sizes: [n, n], name: "eigenvectors")
      builder.append(.call(.eigenSymmetric, outputs: [values, vectors], inputs: [matrix]))
      return .array(arrayValue(name == "eigenvalues_sym" ? values : vectors))
    default: return nil
    }
  }
}
