// Adjoints of linear algebra as single operations on whole arrays, by the routines of native code.

import BorelIR
import BorelNumerics
import BorelRoutines
import BorelSemantics
import BorelValues

extension TapeCall {
  /// Gives the value's elements nodes of their own, whose adjoints `reverse` takes back to those of the operands: it gets the adjoints of
  /// the value and adds to arrays for the operands, nil for those without nodes.
  func block(
    _ operands: [TapeOperand],
    _ reverse: @escaping (UnsafePointer<Double>, [UnsafeMutablePointer<Double>?]) -> Void
  ) throws(Failure) -> Value {
    let count = primal.asArray?.count ?? 1
    let first = try tape.block(results: count, operands: { operands.flatMap(\.activeNodes) }) { adjoints, first in
      let output = UnsafePointer(adjoints + first)
      guard (0..<count).contains(where: { output[$0] != 0 }) else { return }
      let inputs = operands.map { operand -> UnsafeMutablePointer<Double>? in
        guard operand.isActive else { return nil }
        let input = UnsafeMutablePointer<Double>.allocate(capacity: max(operand.count, 1))
        input.initialize(repeating: 0, count: operand.count)
        return input
      }
      reverse(output, inputs)
      for (operand, input) in zip(operands, inputs) {
        guard let input else { continue }
        for offset in 0..<operand.count where operand.node(offset) != 0 {
          adjoints[operand.node(offset)] += input[offset]
        }
        input.deallocate()
      }
    }
    return try result { first + $0 }
  }
}

/// Zeros for a while.
func withZeros<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> Result) -> Result {
  let zeros = UnsafeMutablePointer<Double>.allocate(capacity: max(count, 1))
  zeros.initialize(repeating: 0, count: count)
  defer { zeros.deallocate() }
  return body(zeros)
}

extension TapeRules {
  static let linearAlgebra: [(String, TapeRule)] = [
    ("dot", .array(dot)),
    (
      "norm",
      .array { (call) throws(Failure) in
        let r = call.primal(0)
        // It has a kink at zero.
        return try weighted(&call) { x, i in r == 0 ? 0 : x.value(i) / r }
      }
    ),
    ("squared_norm", .array { (call) throws(Failure) in try weighted(&call) { x, i in 2 * x.value(i) } }),
    ("outer", .array(outer)), ("trace", .array(trace)), ("crossprod", .array(crossProduct)),
    ("tcrossprod", .array(outerCrossProduct)), ("quad_form", .array(quadraticForm)), ("cholesky", .array(cholesky)),
    ("solve_lower", .array { (call) throws(Failure) in try triangular(&call, transposed: false) }),
    ("solve_lower_transposed", .array { (call) throws(Failure) in try triangular(&call, transposed: true) }),
    ("solve_upper", .array(upperTriangular)), ("solve", .array(solve)), ("cholesky_solve", .array(choleskySolve)),
    ("solve_spd", .array(solvePositiveDefinite)), ("inverse", .array(inverse)),
    ("inverse_spd", .array(inversePositiveDefinite)), ("det", .array(determinant)),
    ("log_abs_det", .array(logDeterminant)), ("log_det_spd", .array(logDeterminantPositiveDefinite)),
    ("log_det_cholesky", .array(logDeterminantCholesky)), ("quad_form_cholesky", .array(quadraticFormCholesky)),
    ("eigenvalues_sym", .array { (call) throws(Failure) in try eigen(&call, vectors: false) }),
    ("eigenvectors_sym", .array { (call) throws(Failure) in try eigen(&call, vectors: true) }),
    ("singular_values", .array(singularValues)), ("matrix_exp", .array(exponential)),
  ]

  // MARK: Products

  static func dot(_ call: inout TapeCall) throws(Failure) -> Value {
    let (x, y, tape) = (try call.operand(0), try call.operand(1), call.tape)
    if x.isActive != y.isActive {
      let (active, other) = x.isActive ? (x, y) : (y, x)
      return try call.linear((0..<x.count).lazy.map { (active.node($0), other.value($0)) })
    }
    var sum = Dual(0)
    for i in 0..<x.count { sum = try tape.add(sum, tape.multiply(x[i], y[i])) }
    return .traced(call.primal(0), node: sum.node)
  }

  /// C = A B, one of them perhaps a vector: Ā += C̄ B', B̄ += A' C̄.
  static func product(_ call: inout TapeCall, _ a: TapeOperand, _ b: TapeOperand) throws(Failure) -> Value {
    guard let left = a.array, let right = b.array else { return call.primal }
    let k = right.shape[0]
    let m = a.rank == 2 ? left.shape[0] : 1
    let n = b.rank == 2 ? right.shape[1] : 1
    return try call.block([a, b]) { output, inputs in
      if let into = inputs[0] { Routines.multiply(output, right.reals, transposedB: true, m, k, n, into: into) }
      if let into = inputs[1] { Routines.multiply(left.reals, transposedA: true, output, k, n, m, into: into) }
    }
  }

  private static func outer(_ call: inout TapeCall) throws(Failure) -> Value {
    let (x, y, tape) = (try call.operand(0), try call.operand(1), call.tape)
    let columns = max(y.count, 1)
    return try call.result { (i) throws(Failure) in try tape.multiply(x[i / columns], y[i % columns]).node }
  }

  private static func trace(_ call: inout TapeCall) throws(Failure) -> Value {
    let a = try call.operand(0)
    let n = a.shape[0]
    return try call.linear((0..<n).lazy.map { (a.node($0 * n + $0), 1) })
  }

  /// C = A' A: Ā += A (C̄ + C̄').
  private static func crossProduct(_ call: inout TapeCall) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let matrix = a.array else { return call.primal }
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      Routines.multiply(matrix.reals, output, rows, columns, columns, into: into)
      Routines.multiply(matrix.reals, output, transposedB: true, rows, columns, columns, into: into)
    }
  }

  /// C = A A': Ā += (C̄ + C̄') A.
  private static func outerCrossProduct(_ call: inout TapeCall) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let matrix = a.array else { return call.primal }
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      Routines.multiply(output, matrix.reals, rows, columns, rows, into: into)
      Routines.multiply(output, transposedA: true, matrix.reals, rows, columns, rows, into: into)
    }
  }

  /// r = x' A x: Ā += r̄ x x', x̄ += r̄ (A + A') x.
  private static func quadraticForm(_ call: inout TapeCall) throws(Failure) -> Value {
    let (a, x) = (try call.operand(0), try call.operand(1))
    guard let matrix = a.array else { return call.primal }
    let n = x.count
    return try call.block([a, x]) { output, inputs in
      for i in 0..<n {
        for j in 0..<n {
          if let into = inputs[0] { into[i * n + j] += output[0] * x.value(i) * x.value(j) }
          if let into = inputs[1] {
            into[i] += output[0] * (matrix.reals[i * n + j] + matrix.reals[j * n + i]) * x.value(j)
          }
        }
      }
    }
  }

  // MARK: Factors and systems

  private static func cholesky(_ call: inout TapeCall) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let l = call.primal.asArray else { return call.primal }
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      Routines.run { Routines.table.cholesky_adjoint($0, l.shape[0], l.reals, output, into) }
    }
  }

  /// Places for adjoints that nobody asks for.
  static func withBoth(
    _ inputs: [UnsafeMutablePointer<Double>?], _ counts: (Int, Int),
    _ body: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
  ) {
    withZeros(inputs[0] == nil ? counts.0 : 0) { first in
      withZeros(inputs[1] == nil ? counts.1 : 0) { second in body(inputs[0] ?? first, inputs[1] ?? second) }
    }
  }

  /// x from A x = b or the like: `adjoint` adds to Ā and b̄ what A, x and x̄ say.
  private static func system(
    _ call: inout TapeCall,
    _ adjoint:
      @escaping (
        _ matrix: ArrayObject, _ x: ArrayObject, _ output: UnsafePointer<Double>,
        _ matrixBar: UnsafeMutablePointer<Double>, _ sideBar: UnsafeMutablePointer<Double>
      ) -> Void
  ) throws(Failure) -> Value {
    let (a, b) = (try call.operand(0), try call.operand(1))
    guard let matrix = a.array, let x = call.primal.asArray else { return call.primal }
    return try call.block([a, b]) { output, inputs in
      withBoth(inputs, (matrix.count, x.count)) { adjoint(matrix, x, output, $0, $1) }
    }
  }

  private static func triangular(_ call: inout TapeCall, transposed: Bool) throws(Failure) -> Value {
    try system(&call) { l, x, output, factorBar, sideBar in
      Routines.run {
        Routines.table.solve_lower_adjoint(
          $0, transposed ? 1 : 0, l.shape[0], x.stride, l.reals, x.reals, output, factorBar, sideBar)
      }
    }
  }

  private static func upperTriangular(_ call: inout TapeCall) throws(Failure) -> Value {
    try system(&call) { u, x, output, factorBar, sideBar in
      Routines.run {
        Routines.table.solve_upper_adjoint($0, u.shape[0], x.stride, u.reals, x.reals, output, factorBar, sideBar)
      }
    }
  }

  private static func solve(_ call: inout TapeCall) throws(Failure) -> Value {
    try system(&call) { a, x, output, matrixBar, sideBar in
      Routines.run {
        Routines.table.solve_adjoint($0, a.shape[0], x.stride, a.reals, x.reals, output, matrixBar, sideBar)
      }
    }
  }

  /// x = L'⁻¹ y, y = L⁻¹ b, one after the other.
  private static func solveAdjoint(
    _ n: Int, _ l: UnsafePointer<Double>, _ x: ArrayObject, _ output: UnsafePointer<Double>,
    _ factorBar: UnsafeMutablePointer<Double>, _ sideBar: UnsafeMutablePointer<Double>
  ) {
    withZeros(2 * x.count) { room in
      let (y, yBar) = (room, room + x.count)
      // y = L' x
      Routines.multiply(l, transposedA: true, x.reals, n, x.stride, n, into: y)
      Routines.run { Routines.table.solve_lower_adjoint($0, 1, n, x.stride, l, x.reals, output, factorBar, yBar) }
      Routines.run { Routines.table.solve_lower_adjoint($0, 0, n, x.stride, l, y, yBar, factorBar, sideBar) }
    }
  }

  private static func choleskySolve(_ call: inout TapeCall) throws(Failure) -> Value {
    try system(&call) { factor, x, output, factorBar, sideBar in
      let lower = lowerTriangle(factor)
      withExtendedLifetime(lower) {
        solveAdjoint(factor.shape[0], lower.reals, x, output, factorBar, sideBar)
      }
    }
  }

  /// A copy with zeros above the diagonal.
  private static func lowerTriangle(_ a: ArrayObject) -> ArrayObject {
    let copy = a.copy()
    let n = a.shape[0]
    for i in 0..<n { for j in (i + 1)..<max(n, i + 1) { copy.reals[i * n + j] = 0 } }
    return copy
  }

  /// The Cholesky factor of a matrix that is known to have one.
  static func factor(of a: ArrayObject) -> ArrayObject {
    let l = ArrayObject(uninitialized: .real, shape: a.shape)
    l.reals.update(repeating: 0, count: l.count)
    _ = Routines.table.cholesky(a.shape[0], a.reals, l.reals)
    return l
  }

  private static func solvePositiveDefinite(_ call: inout TapeCall) throws(Failure) -> Value {
    let (a, b) = (try call.operand(0), try call.operand(1))
    guard let matrix = a.array, let x = call.primal.asArray else { return call.primal }
    let n = matrix.shape[0]
    let l = factor(of: matrix)
    return try call.block([a, b]) { output, inputs in
      withBoth(inputs, (matrix.count, x.count)) { matrixBar, sideBar in
        withZeros(l.count) { factorBar in
          solveAdjoint(n, l.reals, x, output, factorBar, sideBar)
          Routines.run { Routines.table.cholesky_adjoint($0, n, l.reals, factorBar, matrixBar) }
        }
      }
    }
  }

  /// B = A⁻¹: Ā -= B' B̄ B'.
  private static func inverse(_ call: inout TapeCall) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let b = call.primal.asArray else { return call.primal }
    let n = b.shape[0]
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      withZeros(2 * n * n) { room in
        Routines.multiply(b.reals, transposedA: true, output, n, n, n, into: room)
        Routines.multiply(room, b.reals, transposedB: true, n, n, n, into: room + n * n)
        for i in 0..<n * n { into[i] -= room[n * n + i] }
      }
    }
  }

  /// The same where the lower triangle alone is read: an entry below the diagonal stands for two.
  private static func inversePositiveDefinite(_ call: inout TapeCall) throws(Failure) -> Value {
    let a = try call.operand(0)
    guard let b = call.primal.asArray else { return call.primal }
    let n = b.shape[0]
    return try call.block([a]) { output, inputs in
      guard let into = inputs[0] else { return }
      withZeros(2 * n * n) { room in
        Routines.multiply(b.reals, output, n, n, n, into: room)
        Routines.multiply(room, b.reals, n, n, n, into: room + n * n)
        let g = room + n * n
        for i in 0..<n {
          for j in 0..<i { into[i * n + j] -= g[i * n + j] + g[j * n + i] }
          into[i * n + i] -= g[i * n + i]
        }
      }
    }
  }
}
