// General square systems by LU factorisation.

import COpenBLAS

extension LinearAlgebra {
  /// Pivots of the LU factorisation of A', in place; the first zero pivot, or nil.
  private static func factor(_ n: Int, _ a: Output, _ pivots: UnsafeMutablePointer<Int32>) throws(NumericalFailure)
    -> Int?
  {
    try sizes(n)
    if n == 0 { return nil }
    var size = Int32(n)
    var info: Int32 = 0
    dgetrf_(&size, &size, a, &size, pivots, &info)
    for i in 0..<n where a[i * n + i] == 0 || a[i * n + i].isNaN { return i }
    return nil
  }

  private static func singular(_ pivot: Int) -> NumericalFailure {
    NumericalFailure("the matrix is singular: pivot \(pivot) is zero", values: [.init("pivot", Double(pivot))])
  }

  /// Solves A X = B; `a` is overwritten by its factors, `b` (n x columns) by X. Throws where A is singular.
  public static func solve(_ n: Int, overwriting a: Output, _ b: Output, columns: Int = 1) throws(NumericalFailure) {
    try sizes(n, columns)
    if n == 0 || columns == 0 { return }
    let pivots = UnsafeMutablePointer<Int32>.allocate(capacity: n)
    defer { pivots.deallocate() }
    if let pivot = try factor(n, a, pivots) { throw singular(pivot) }
    var size = Int32(n)
    var count = Int32(columns)
    var info: Int32 = 0
    if columns == 1 {
      dgetrs_("T", &size, &count, a, &size, pivots, b, &size, &info)
      return
    }
    let columnMajor = Output.allocate(capacity: n * columns)
    defer { columnMajor.deallocate() }
    transpose(rows: n, columns: columns, b, into: columnMajor)
    dgetrs_("T", &size, &count, a, &size, pivots, columnMajor, &size, &info)
    transpose(rows: columns, columns: n, columnMajor, into: b)
  }

  /// Replaces A by its inverse. Throws where A is singular.
  public static func invert(_ n: Int, _ a: Output) throws(NumericalFailure) {
    if n == 0 { return }
    let pivots = UnsafeMutablePointer<Int32>.allocate(capacity: n)
    defer { pivots.deallocate() }
    if let pivot = try factor(n, a, pivots) { throw singular(pivot) }
    var size = Int32(n)
    var length = Int32(clamping: n * 64)
    let work = Output.allocate(capacity: Int(length))
    defer { work.deallocate() }
    var info: Int32 = 0
    dgetri_(&size, a, &size, pivots, work, &length, &info)
  }

  /// log |det A| and the determinant's sign (-1, 0 or 1); `a` is overwritten.
  public static func logAbsoluteDeterminant(_ n: Int, overwriting a: Output)
    throws(NumericalFailure) -> (logAbsolute: Double, sign: Double)
  {
    if n == 0 { return (0, 1) }
    let pivots = UnsafeMutablePointer<Int32>.allocate(capacity: n)
    defer { pivots.deallocate() }
    if let pivot = try factor(n, a, pivots) {
      return a[pivot * n + pivot].isNaN ? (.nan, .nan) : (-.infinity, 0)
    }
    var sum = 0.0
    var sign = 1.0
    for i in 0..<n {
      let d = a[i * n + i]
      sum += Special.log(d.magnitude)
      if d < 0 { sign = -sign }
      if Int(pivots[i]) != i + 1 { sign = -sign }
    }
    return (sum, sign)
  }
}
