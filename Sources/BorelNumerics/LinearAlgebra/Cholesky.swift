// Cholesky factors and what is computed from them.

import COpenBLAS

extension LinearAlgebra {
  /// Replaces the symmetric positive definite `a` (n x n, lower triangle read) by its lower Cholesky factor L, A = L L', zeros above.
  ///
  /// Throws with the first pivot that is not positive, counted from 0.
  public static func cholesky(_ n: Int, _ a: Output) throws(NumericalFailure) {
    try sizes(n)
    if n == 0 { return }
    var size = Int32(n)
    var info: Int32 = 0
    for i in 0..<n where !(a[i * n + i] > 0) {
      throw notPositiveDefinite(i, a[i * n + i])
    }
    dpotrf_("U", &size, a, &size, &info)
    if info > 0 { throw notPositiveDefinite(Int(info) - 1, nil) }
    for i in 0..<n {
      guard a[i * n + i] > 0, a[i * n + i].isFinite else { throw notPositiveDefinite(i, nil) }
      for j in (i + 1)..<max(n, i + 1) { a[i * n + j] = 0 }
    }
  }

  private static func notPositiveDefinite(_ pivot: Int, _ diagonal: Double?) -> NumericalFailure {
    var values = [NumericalFailure.Value("pivot", Double(pivot))]
    if let diagonal { values.append(.init("diagonal", diagonal)) }
    return NumericalFailure(
      "the matrix is not positive definite: pivot \(pivot) is not positive", values: values,
      hint: "where it is singular but for rounding, add a small number to its diagonal, `A + 1e-9 * identity(n)`; "
        + "correlations that are parameters fit together as one `lkj_corr(n, 1)`")
  }

  /// Which triangle of a matrix holds its values.
  public enum Triangle: Sendable {
    case lower, upper
  }

  /// Solves T X = B or T' X = B in place; T n x n, B n x columns. Throws where a diagonal element is zero or not a number.
  public static func solveTriangular(
    _ n: Int, _ t: Input, _ triangle: Triangle, transposed: Bool = false, _ b: Output, columns: Int = 1
  ) throws(NumericalFailure) {
    try sizes(n, columns)
    if n == 0 || columns == 0 { return }
    for i in 0..<n where t[i * n + i] == 0 || t[i * n + i].isNaN {
      throw NumericalFailure(
        "the triangular matrix is singular: diagonal element \(i) is \(t[i * n + i])",
        values: [.init("pivot", Double(i))])
    }
    // X' op(T)' = B' in column-major terms, where the stored matrix is T'.
    var rows = Int32(columns)
    var size = Int32(n)
    var alpha = 1.0
    dtrsm_("R", triangle == .lower ? "U" : "L", transposed ? "T" : "N", "N", &rows, &size, &alpha, t, &size, b, &rows)
  }

  /// Solves L L' X = B in place, given the lower factor L.
  public static func choleskySolve(_ n: Int, _ l: Input, _ b: Output, columns: Int = 1) throws(NumericalFailure) {
    try solveTriangular(n, l, .lower, b, columns: columns)
    try solveTriangular(n, l, .lower, transposed: true, b, columns: columns)
  }

  /// log det(L L') = 2 sum log L[i, i]; NaN where a diagonal element is negative.
  public static func logDeterminant(choleskyFactor l: Input, _ n: Int) -> Double {
    var sum = 0.0
    for i in 0..<n { sum += Special.log(l[i * n + i]) }
    return 2 * sum
  }

  /// x' (L L')^-1 x, the squared length of L^-1 x; `x` is overwritten by L^-1 x.
  public static func whitenedSquaredNorm(_ n: Int, _ l: Input, overwriting x: Output) throws(NumericalFailure) -> Double
  {
    try solveTriangular(n, l, .lower, x)
    return dot(n, x, x)
  }

  /// Replaces the symmetric positive definite `a` (lower triangle read) by its inverse.
  public static func invertPositiveDefinite(_ n: Int, _ a: Output) throws(NumericalFailure) {
    try cholesky(n, a)
    if n == 0 { return }
    var size = Int32(n)
    var info: Int32 = 0
    dpotri_("U", &size, a, &size, &info)
    mirrorLower(n, a)
  }
}
