// Adjoints of determinants, quadratic forms by factors, eigenvalues, singular values and exponentials of matrices.

import BorelNumerics
import BorelRoutines
import BorelSemantics
import BorelValues

extension TapeRules {
  // MARK: Determinants

  /// Ā += d̄ f A'⁻¹, f the determinant for `det` and 1 for its log.
  private static func determinant(_ call: inout TapeCall, factor: Double) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let matrix = a.array else { return call.primal }
    let n = matrix.shape[0]
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      withZeros(n * n) { inverse in
        let exists = Routines.run { Routines.table.inverse($0, n, matrix.reals, inverse) }
        for i in 0..<n {
          for j in 0..<n { into[i * n + j] += exists ? output[0] * factor * inverse[j * n + i] : .nan }
        }
      }
    }
  }

  static func determinant(_ call: inout TapeCall) throws(Failure) -> Value {
    try determinant(&call, factor: call.primal(0))
  }

  static func logDeterminant(_ call: inout TapeCall) throws(Failure) -> Value {
    try determinant(&call, factor: 1)
  }

  static func logDeterminantPositiveDefinite(_ call: inout TapeCall) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let matrix = a.array else { return call.primal }
    let n = matrix.shape[0]
    let l = factor(of: matrix)
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      withZeros(n * n) { factorBar in
        for i in 0..<n { factorBar[i * n + i] = 2 * output[0] / l.reals[i * n + i] }
        Routines.run { Routines.table.cholesky_adjoint($0, n, l.reals, factorBar, into) }
      }
    }
  }

  static func logDeterminantCholesky(_ call: inout TapeCall) throws(Failure) -> Value {
    let l = try call.operand(0)
    let n = l.shape[0]
    return try call.linear((0..<n).lazy.map { (l.node($0 * n + $0), 2 / l.value($0 * n + $0)) })
  }

  /// r = |z|², z = L⁻¹ x.
  static func quadraticFormCholesky(_ call: inout TapeCall) throws(Failure) -> Value {
    let (l, x) = (try call.operand(0), try call.operand(1))
    guard let factor = l.array, let vector = x.array else { return call.primal }
    let n = factor.shape[0]
    return try call.block([l, x]) { output, inputs in
      withBoth(inputs, (factor.count, n)) { factorBar, vectorBar in
        withZeros(2 * n) { room in
          let (z, zBar) = (room, room + n)
          _ = Routines.table.solve_lower(0, n, 1, factor.reals, vector.reals, z)
          for i in 0..<n { zBar[i] = 2 * output[0] * z[i] }
          Routines.run {
            Routines.table.solve_lower_adjoint($0, 0, n, 1, factor.reals, z, zBar, factorBar, vectorBar)
          }
        }
      }
    }
  }

  // MARK: Decompositions

  /// Values and vectors are computed again by the routine that has the adjoint.
  static func eigen(_ call: inout TapeCall, vectors: Bool) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let matrix = a.array, let found = call.primal.asArray else { return call.primal }
    let n = matrix.shape[0]
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      withZeros(2 * n + 2 * n * n) { room in
        let (w, wBar, v, vBar) = (room, room + n, room + 2 * n, room + 2 * n + n * n)
        Routines.run { Routines.table.eigen_symmetric($0, n, matrix.reals, w, v) }
        for i in 0..<(vectors ? n * n : n) { (vectors ? vBar : wBar)[i] = output[i] }
        if vectors {
          // The two may differ in the sign of a vector.
          for k in 0..<n {
            let product = (0..<n).reduce(0.0) { $0 + v[$1 * n + k] * found.reals[$1 * n + k] }
            if product < 0 { for i in 0..<n { vBar[i * n + k] = -vBar[i * n + k] } }
          }
        }
        Routines.run { Routines.table.eigen_symmetric_adjoint($0, n, w, v, wBar, vBar, into) }
      }
    }
  }

  /// Ā += U diag(s̄) V'.
  static func singularValues(_ call: inout TapeCall) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let matrix = a.array else { return call.primal }
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let k = min(rows, columns)
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      let copy = matrix.copy()
      withZeros(k + rows * k + k * columns) { room in
        let (s, u, v) = (room, room + k, room + k + rows * k)
        do throws(NumericalFailure) {
          try LinearAlgebra.singularValues(
            rows: rows, columns: columns, overwriting: copy.reals, s: s, u: u, vTransposed: v)
        } catch {
          for i in 0..<rows * columns { into[i] = .nan }
          return
        }
        for i in 0..<rows { for j in 0..<k { u[i * k + j] *= output[j] } }
        Routines.multiply(u, v, rows, columns, k, into: into)
      }
    }
  }

  static func exponential(_ call: inout TapeCall) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let matrix = a.array else { return call.primal }
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      Routines.run { Routines.table.matrix_exponential_adjoint($0, matrix.shape[0], matrix.reals, output, into) }
    }
  }
}
