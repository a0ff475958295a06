// Symmetric eigenvalues, singular values and QR, each with a sign convention that makes the factors unique.

import COpenBLAS

extension LinearAlgebra {
  /// Eigenvalues (ascending) of the symmetric `a` (n x n, lower triangle read); `a` becomes the matrix whose columns are the
  /// eigenvectors, each with its largest component positive, or is destroyed where they are not wanted.
  public static func symmetricEigen(_ n: Int, _ a: Output, values: Output, vectors: Bool = true)
    throws(NumericalFailure)
  {
    try sizes(n)
    if n == 0 { return }
    for i in 0..<n { try finite(a + i * n, i + 1, "symmetric eigenvalues") }
    var size = Int32(n)
    var info: Int32 = 0
    var length: Int32 = -1
    var integerLength: Int32 = -1
    var best = 0.0
    var integerBest: Int32 = 0
    let job = vectors ? "V" : "N"
    dsyevd_(job, "U", &size, a, &size, values, &best, &length, &integerBest, &integerLength, &info)
    length = Int32(best)
    integerLength = integerBest
    let work = Output.allocate(capacity: max(1, Int(length)))
    let integers = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, Int(integerLength)))
    defer {
      work.deallocate()
      integers.deallocate()
    }
    dsyevd_(job, "U", &size, a, &size, values, work, &length, integers, &integerLength, &info)
    if info != 0 { throw NumericalFailure("the symmetric eigenvalues did not converge") }
    guard vectors else { return }
    for row in 0..<n { makeLargestPositive(n, a + row * n) }
    for i in 0..<n {
      for j in 0..<i {
        let t = a[i * n + j]
        a[i * n + j] = a[j * n + i]
        a[j * n + i] = t
      }
    }
  }

  /// Flips the sign of a vector whose component of largest magnitude is negative; true where it did.
  @discardableResult
  private static func makeLargestPositive(_ n: Int, _ x: Output, step: Int = 1) -> Bool {
    var largest = 0.0
    for i in 0..<n where x[i * step].magnitude > largest.magnitude * (1 + 1e-12) { largest = x[i * step] }
    guard largest < 0 else { return false }
    for i in 0..<n { x[i * step] = -x[i * step] }
    return true
  }

  /// A = U diag(s) V', thin: k = min(rows, columns), s descending, `u` rows x k, `vTransposed` k x columns; `a` is destroyed.
  ///
  /// Each column of U has its largest component positive.
  public static func singularValues(
    rows: Int, columns: Int, overwriting a: Output, s: Output, u: Output, vTransposed: Output
  ) throws(NumericalFailure) {
    try sizes(rows, columns)
    let k = min(rows, columns)
    if k == 0 { return }
    try finite(a, rows * columns, "singular values")
    // The stored matrix is A' = V diag(s) U' in column-major terms.
    var m = Int32(columns)
    var n = Int32(rows)
    var k32 = Int32(k)
    var info: Int32 = 0
    var length: Int32 = -1
    var best = 0.0
    let integers = UnsafeMutablePointer<Int32>.allocate(capacity: 8 * k)
    defer { integers.deallocate() }
    dgesdd_("S", &m, &n, a, &m, s, vTransposed, &m, u, &k32, &best, &length, integers, &info)
    length = Int32(best)
    let work = Output.allocate(capacity: max(1, Int(length)))
    defer { work.deallocate() }
    dgesdd_("S", &m, &n, a, &m, s, vTransposed, &m, u, &k32, work, &length, integers, &info)
    if info != 0 { throw NumericalFailure("the singular values did not converge") }
    for j in 0..<k where makeLargestPositive(rows, u + j, step: k) {
      for i in 0..<columns { vTransposed[j * columns + i] = -vTransposed[j * columns + i] }
    }
  }

  /// A = Q R, thin: k = min(rows, columns), `q` rows x k, `r` k x columns with a diagonal that is not negative; `a` is destroyed.
  public static func qr(rows: Int, columns: Int, overwriting a: Output, q: Output, r: Output) throws(NumericalFailure) {
    try sizes(rows, columns)
    let k = min(rows, columns)
    if k == 0 { return }
    // The stored matrix is A' = L P with L = R' and P = Q'.
    var m = Int32(columns)
    var n = Int32(rows)
    var k32 = Int32(k)
    var info: Int32 = 0
    let tau = Output.allocate(capacity: k)
    defer { tau.deallocate() }
    var length = Int32(clamping: max(rows, columns) * 64)
    let work = Output.allocate(capacity: Int(length))
    defer { work.deallocate() }
    dgelqf_(&m, &n, a, &m, tau, work, &length, &info)
    for i in 0..<k {
      for j in 0..<columns { r[i * columns + j] = j < i ? 0 : a[i * columns + j] }
    }
    // The reflectors sit in the first k rows of the stored matrix (stride `columns`); `q` (stride k) takes them.
    for i in 0..<rows {
      for j in 0..<k { q[i * k + j] = a[i * columns + j] }
    }
    dorglq_(&k32, &n, &k32, q, &k32, tau, work, &length, &info)
    for i in 0..<k where r[i * columns + i] < 0 {
      for j in 0..<columns { r[i * columns + j] = -r[i * columns + j] }
      for row in 0..<rows { q[row * k + i] = -q[row * k + i] }
    }
  }
}
