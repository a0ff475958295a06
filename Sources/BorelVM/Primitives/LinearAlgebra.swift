// The machine's entries for the rows of BorelIR/Primitives/LinearAlgebra.swift.

import BorelNumerics
import BorelSemantics
import BorelValues

let linearAlgebraImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("dot", .general(dot)),
  ("norm", .general(norm)),
  ("squared_norm", .general(squaredNorm)),
  ("outer", .general(outer)),
  ("transpose", .general(transpose)),
  ("trace", .general(trace)),
  ("diagonal", .general(diagonal)),
  ("diag_matrix", .general(diagonalMatrix)),
  ("identity", .general(identity)),
  ("crossprod", .general(crossProduct)),
  ("tcrossprod", .general(outerCrossProduct)),
  ("cholesky", .general(cholesky)),
  ("cholesky_solve", .general(choleskySolve)),
  ("solve_lower", .general(solveLower)),
  ("solve_lower_transposed", .general(solveLowerTransposed)),
  ("solve_upper", .general(solveUpper)),
  ("solve", .general(solve)),
  ("solve_spd", .general(solvePositiveDefinite)),
  ("inverse", .general(inverse)),
  ("inverse_spd", .general(inversePositiveDefinite)),
  ("det", .general(determinant)),
  ("log_abs_det", .general(logAbsoluteDeterminant)),
  ("log_det_spd", .general(logDeterminantPositiveDefinite)),
  ("log_det_cholesky", .general(logDeterminantCholesky)),
  ("quad_form", .general(quadraticForm)),
  ("quad_form_cholesky", .general(quadraticFormCholesky)),
  ("eigenvalues_sym", .general(eigenvalues)),
  ("eigenvectors_sym", .general(eigenvectors)),
  ("singular_values", .general(singularValues)),
  ("svd_u", .general(svdU)),
  ("svd_v", .general(svdV)),
  ("qr_q", .general(qrQ)),
  ("qr_r", .general(qrR)),
  ("matrix_exp", .general(matrixExponential)),
]

extension PrimitiveCall {
  fileprivate func matrix(_ i: Int) throws(Failure) -> ArrayObject { try realArray(i, rank: 2) }
  fileprivate func vector(_ i: Int) throws(Failure) -> ArrayObject { try realArray(i, rank: 1) }

  fileprivate func squareMatrix(_ i: Int) throws(Failure) -> ArrayObject {
    let a = try matrix(i)
    guard a.shape[0] == a.shape[1] else {
      throw failure(
        "`\(name)` needs a square matrix, got one of \(a.shape[0]) x \(a.shape[1])", code: "shape", argument: i)
    }
    return a
  }

  /// A square matrix that can be overwritten.
  fileprivate func squareCopy(_ i: Int) throws(Failure) -> ArrayObject {
    let a = try squareMatrix(i)
    try reserve(elements: a.count)
    return a.copy()
  }

  fileprivate func newArray(_ shape: [Int]) throws(Failure) -> ArrayObject {
    guard let count = ArrayObject.elementCount(of: shape) else { throw failure("the result is too large") }
    try reserve(elements: count)
    return ArrayObject(uninitialized: .real, shape: shape)
  }

  /// Runs an operation on the numbers; its failure becomes the machine's.
  fileprivate func numerical<Result>(_ body: () throws(NumericalFailure) -> Result) throws(Failure) -> Result {
    do {
      return try body()
    } catch {
      throw numericalFailure("`\(name)`: \(error.message)", argument: 0, hint: error.hint)
    }
  }

  /// The right-hand side `b` of a system with `n` rows: a copy that becomes the solution, and its number of columns.
  fileprivate func rightSide(_ i: Int, rows n: Int) throws(Failure) -> (b: ArrayObject, columns: Int) {
    let b = try realArray(i)
    guard b.rank <= 2, b.shape[0] == n else {
      throw failure(
        "`\(name)`: the matrix has \(n) rows, the right-hand side \(b.shape[0])", code: "shape", argument: i)
    }
    try reserve(elements: b.count)
    return (b.copy(), b.stride)
  }

  fileprivate func equalLengths(_ x: ArrayObject, _ y: ArrayObject) throws(Failure) {
    guard x.count == y.count else {
      throw failure(
        "`\(name)` needs vectors of equal length, got \(x.count) and \(y.count)", code: "shape", argument: 1)
    }
  }
}

// MARK: Products and shapes

private func dot(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let x = try call.vector(0)
  let y = try call.vector(1)
  try call.equalLengths(x, y)
  return .real(LinearAlgebra.dot(x.count, x.reals, y.reals))
}

private func squaredNorm(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let x = try call.vector(0)
  return .real(LinearAlgebra.dot(x.count, x.reals, x.reals))
}

private func norm(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let x = try call.vector(0)
  return .real(LinearAlgebra.norm(x.count, x.reals))
}

private func outer(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let x = try call.vector(0)
  let y = try call.vector(1)
  let result = try call.newArray([x.count, y.count])
  for i in 0..<x.count {
    for j in 0..<y.count { result.reals[i * y.count + j] = x.reals[i] * y.reals[j] }
  }
  return .object(result)
}

private func transpose(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.array(0, rank: 2)
  try call.reserve(elements: a.count)
  let result = ArrayObject(uninitialized: a.kind, shape: [a.shape[1], a.shape[0]])
  // Elements of every kind are eight bytes; moving them as Doubles keeps the bits.
  LinearAlgebra.transpose(rows: a.shape[0], columns: a.shape[1], a.reals, into: result.reals)
  return .object(result)
}

private func trace(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareMatrix(0)
  var sum = 0.0
  for i in 0..<a.shape[0] { sum += a.reals[i * a.shape[0] + i] }
  return .real(sum)
}

private func diagonal(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.array(0, rank: 2)
  let n = min(a.shape[0], a.shape[1])
  try call.reserve(elements: n)
  let result = ArrayObject(uninitialized: a.kind, shape: [n])
  for i in 0..<n { result.storage[i] = a.storage[i * a.shape[1] + i] }
  return .object(result)
}

private func diagonalMatrix(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let x = try call.vector(0)
  let result = try call.newArray([x.count, x.count])
  result.reals.update(repeating: 0, count: result.count)
  for i in 0..<x.count { result.reals[i * x.count + i] = x.reals[i] }
  return .object(result)
}

private func identity(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let n = try call.int(0)
  guard n >= 0 else { throw call.failure("`identity` needs a size that is not negative, got \(n)", argument: 0) }
  let result = try call.newArray([n, n])
  result.reals.update(repeating: 0, count: result.count)
  for i in 0..<n { result.reals[i * n + i] = 1 }
  return .object(result)
}

private func crossProduct(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.matrix(0)
  let result = try call.newArray([a.shape[1], a.shape[1]])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.crossProduct(rows: a.shape[0], columns: a.shape[1], a.reals, into: result.reals)
  }
  return .object(result)
}

private func outerCrossProduct(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.matrix(0)
  let result = try call.newArray([a.shape[0], a.shape[0]])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.outerCrossProduct(rows: a.shape[0], columns: a.shape[1], a.reals, into: result.reals)
  }
  return .object(result)
}

private func quadraticForm(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareMatrix(0)
  let x = try call.vector(1)
  guard x.count == a.shape[0] else {
    throw call.failure(
      "`quad_form`: the matrix has \(a.shape[0]) rows, the vector \(x.count) elements", code: "shape", argument: 1)
  }
  return .real(LinearAlgebra.quadraticForm(x.count, a.reals, x.reals))
}

// MARK: Factors and systems

private func cholesky(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  try call.numerical { () throws(NumericalFailure) in try LinearAlgebra.cholesky(a.shape[0], a.reals) }
  return .object(a)
}

private func choleskySolve(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let l = try call.squareMatrix(0)
  let (b, columns) = try call.rightSide(1, rows: l.shape[0])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.choleskySolve(l.shape[0], l.reals, b.reals, columns: columns)
  }
  return .object(b)
}

private func triangular(_ call: PrimitiveCall, _ triangle: LinearAlgebra.Triangle, transposed: Bool = false)
  throws(Failure) -> Value
{
  let t = try call.squareMatrix(0)
  let (b, columns) = try call.rightSide(1, rows: t.shape[0])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.solveTriangular(t.shape[0], t.reals, triangle, transposed: transposed, b.reals, columns: columns)
  }
  return .object(b)
}

private func solveLower(_ call: inout PrimitiveCall) throws(Failure) -> Value { try triangular(call, .lower) }

private func solveLowerTransposed(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  try triangular(call, .lower, transposed: true)
}

private func solveUpper(_ call: inout PrimitiveCall) throws(Failure) -> Value { try triangular(call, .upper) }

private func solve(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  let (b, columns) = try call.rightSide(1, rows: a.shape[0])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.solve(a.shape[0], overwriting: a.reals, b.reals, columns: columns)
  }
  return .object(b)
}

private func solvePositiveDefinite(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  let (b, columns) = try call.rightSide(1, rows: a.shape[0])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.cholesky(a.shape[0], a.reals)
    try LinearAlgebra.choleskySolve(a.shape[0], a.reals, b.reals, columns: columns)
  }
  return .object(b)
}

private func inverse(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  try call.numerical { () throws(NumericalFailure) in try LinearAlgebra.invert(a.shape[0], a.reals) }
  return .object(a)
}

private func inversePositiveDefinite(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.invertPositiveDefinite(a.shape[0], a.reals)
  }
  return .object(a)
}

private func determinant(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  let result = try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.logAbsoluteDeterminant(a.shape[0], overwriting: a.reals)
  }
  return .real(result.sign == 0 ? 0 : result.sign * Special.exp(result.logAbsolute))
}

private func logAbsoluteDeterminant(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  let result = try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.logAbsoluteDeterminant(a.shape[0], overwriting: a.reals)
  }
  return .real(result.logAbsolute)
}

private func logDeterminantPositiveDefinite(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  try call.numerical { () throws(NumericalFailure) in try LinearAlgebra.cholesky(a.shape[0], a.reals) }
  return .real(LinearAlgebra.logDeterminant(choleskyFactor: a.reals, a.shape[0]))
}

private func logDeterminantCholesky(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let l = try call.squareMatrix(0)
  return .real(LinearAlgebra.logDeterminant(choleskyFactor: l.reals, l.shape[0]))
}

private func quadraticFormCholesky(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let l = try call.squareMatrix(0)
  let (x, columns) = try call.rightSide(1, rows: l.shape[0])
  guard x.rank == 1, columns == 1 else { throw call.mismatch(1, expected: "a vector") }
  let result = try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.whitenedSquaredNorm(l.shape[0], l.reals, overwriting: x.reals)
  }
  return .real(result)
}

// MARK: Decompositions

private func eigenvalues(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  let values = try call.newArray([a.shape[0]])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.symmetricEigen(a.shape[0], a.reals, values: values.reals, vectors: false)
  }
  return .object(values)
}

private func eigenvectors(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareCopy(0)
  let values = try call.newArray([a.shape[0]])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.symmetricEigen(a.shape[0], a.reals, values: values.reals)
  }
  return .object(a)
}

private func singularValueDecomposition(_ call: PrimitiveCall) throws(Failure) -> (
  u: ArrayObject, s: ArrayObject, vTransposed: ArrayObject
) {
  let original = try call.matrix(0)
  try call.reserve(elements: original.count)
  let a = original.copy()
  let rows = a.shape[0]
  let columns = a.shape[1]
  let k = min(rows, columns)
  let u = try call.newArray([rows, k])
  let s = try call.newArray([k])
  let vTransposed = try call.newArray([k, columns])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.singularValues(
      rows: rows, columns: columns, overwriting: a.reals, s: s.reals, u: u.reals, vTransposed: vTransposed.reals)
  }
  return (u, s, vTransposed)
}

private func singularValues(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .object(try singularValueDecomposition(call).s)
}

private func svdU(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .object(try singularValueDecomposition(call).u)
}

private func svdV(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let vTransposed = try singularValueDecomposition(call).vTransposed
  let v = try call.newArray([vTransposed.shape[1], vTransposed.shape[0]])
  LinearAlgebra.transpose(
    rows: vTransposed.shape[0], columns: vTransposed.shape[1], vTransposed.reals, into: v.reals)
  return .object(v)
}

private func qr(_ call: PrimitiveCall) throws(Failure) -> (q: ArrayObject, r: ArrayObject) {
  let original = try call.matrix(0)
  try call.reserve(elements: original.count)
  let a = original.copy()
  let k = min(a.shape[0], a.shape[1])
  let q = try call.newArray([a.shape[0], k])
  let r = try call.newArray([k, a.shape[1]])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.qr(rows: a.shape[0], columns: a.shape[1], overwriting: a.reals, q: q.reals, r: r.reals)
  }
  return (q, r)
}

private func qrQ(_ call: inout PrimitiveCall) throws(Failure) -> Value { .object(try qr(call).q) }
private func qrR(_ call: inout PrimitiveCall) throws(Failure) -> Value { .object(try qr(call).r) }

private func matrixExponential(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let a = try call.squareMatrix(0)
  let result = try call.newArray([a.shape[0], a.shape[0]])
  try call.numerical { () throws(NumericalFailure) in
    try LinearAlgebra.exponential(a.shape[0], a.reals, into: result.reals)
  }
  return .object(result)
}
