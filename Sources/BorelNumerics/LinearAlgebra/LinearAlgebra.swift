// Dense linear algebra on row-major matrices: conventions, sizes and products.

import COpenBLAS

/// Dense linear algebra over caller-owned, row-major storage, by OpenBLAS on one thread.
///
/// A row-major matrix is its transpose in the column-major convention of BLAS and LAPACK, so most operations need no copy. Pointers
/// must hold the stated number of elements; outputs may not overlap inputs unless it is said. Operations that can
/// fail throw `NumericalFailure`; a size beyond 2^31 - 1 is one. The Fortran interface is called because
/// GSL's own CBLAS exports the `cblas_` names as well.
public enum LinearAlgebra {
  public typealias Input = UnsafePointer<Double>
  public typealias Output = UnsafeMutablePointer<Double>

  /// Results must not depend on the number of cores: one thread, set once, before the first call.
  @usableFromInline static let singleThreaded: Void = openblas_set_num_threads(1)

  /// The name and version that the linked library reports.
  public static var libraryDescription: String {
    guard let text = openblas_get_config() else { return "" }
    return String(cString: text)
  }

  /// Checks that sizes fit the library's 32-bit integers.
  static func sizes(_ values: Int...) throws(NumericalFailure) {
    _ = singleThreaded
    for value in values where value < 0 || value > Int(Int32.max) {
      throw NumericalFailure("the matrix is too large", values: [.init("size", Double(value))])
    }
  }

  /// Throws where an element is NaN or infinite: iterative factorisations may not end on them.
  static func finite(_ a: Input, _ count: Int, _ operation: String) throws(NumericalFailure) {
    for i in 0..<count where !a[i].isFinite {
      throw NumericalFailure("\(operation): an element of the matrix is \(a[i])", values: [.init("offset", Double(i))])
    }
  }

  // MARK: Products

  /// x' y
  public static func dot(_ n: Int, _ x: Input, _ y: Input) -> Double {
    if n < 64 {
      var sum = 0.0
      for i in 0..<n { sum += x[i] * y[i] }
      return sum
    }
    _ = singleThreaded
    var sum = 0.0
    var start = 0
    while start < n {  // whole calls for any size
      var part = Int32(min(n - start, 1 << 30))
      var one: Int32 = 1
      sum += ddot_(&part, x + start, &one, y + start, &one)
      start += Int(part)
    }
    return sum
  }

  /// Euclidean length, scaled so that squares neither overflow nor vanish.
  public static func norm(_ n: Int, _ x: Input) -> Double {
    let square = dot(n, x, x)
    if square > 1e-280 && square < 1e280 { return square.squareRoot() }
    var largest = 0.0
    for i in 0..<n {
      if x[i].isNaN { return .nan }
      largest = max(largest, x[i].magnitude)
    }
    if largest == 0 || largest.isInfinite { return largest }
    var sum = 0.0
    for i in 0..<n { sum += (x[i] / largest) * (x[i] / largest) }
    return largest * sum.squareRoot()
  }

  /// y = A x, A of rows x columns.
  public static func multiply(rows: Int, columns: Int, _ a: Input, vector x: Input, into y: Output)
    throws(NumericalFailure)
  {
    try sizes(rows, columns)
    if rows == 0 { return }
    if columns == 0 {
      y.update(repeating: 0, count: rows)
      return
    }
    var m = Int32(columns)
    var n = Int32(rows)
    var one: Int32 = 1
    var alpha = 1.0
    var beta = 0.0
    dgemv_("T", &m, &n, &alpha, a, &m, x, &one, &beta, y, &one)
  }

  /// y = A' x, A of rows x columns.
  public static func multiplyTransposed(rows: Int, columns: Int, _ a: Input, vector x: Input, into y: Output)
    throws(NumericalFailure)
  {
    try sizes(rows, columns)
    if columns == 0 { return }
    if rows == 0 {
      y.update(repeating: 0, count: columns)
      return
    }
    var m = Int32(columns)
    var n = Int32(rows)
    var one: Int32 = 1
    var alpha = 1.0
    var beta = 0.0
    dgemv_("N", &m, &n, &alpha, a, &m, x, &one, &beta, y, &one)
  }

  /// C = op(A) op(B) of m x n, inner size k; op transposes where asked.
  public static func multiply(
    m: Int, n: Int, k: Int, _ a: Input, _ b: Input, transposingFirst transposeA: Bool = false,
    transposingSecond transposeB: Bool = false, into c: Output
  ) throws(NumericalFailure) {
    try sizes(m, n, k)
    if m == 0 || n == 0 { return }
    if k == 0 {
      c.update(repeating: 0, count: m * n)
      return
    }
    // C' = op(B)' op(A)' in column-major terms.
    var m32 = Int32(m)
    var n32 = Int32(n)
    var k32 = Int32(k)
    var leadingA = Int32(transposeA ? m : k)
    var leadingB = Int32(transposeB ? k : n)
    var alpha = 1.0
    var beta = 0.0
    dgemm_(
      transposeB ? "T" : "N", transposeA ? "T" : "N", &n32, &m32, &k32, &alpha, b, &leadingB, a, &leadingA, &beta, c,
      &n32)
  }

  /// C = A' A of columns x columns.
  public static func crossProduct(rows: Int, columns: Int, _ a: Input, into c: Output) throws(NumericalFailure) {
    try symmetricProduct(rows: rows, columns: columns, a, ofRows: false, into: c)
  }

  /// C = A A' of rows x rows.
  public static func outerCrossProduct(rows: Int, columns: Int, _ a: Input, into c: Output) throws(NumericalFailure) {
    try symmetricProduct(rows: rows, columns: columns, a, ofRows: true, into: c)
  }

  private static func symmetricProduct(rows: Int, columns: Int, _ a: Input, ofRows: Bool, into c: Output)
    throws(NumericalFailure)
  {
    try sizes(rows, columns)
    let size = ofRows ? rows : columns
    let inner = ofRows ? columns : rows
    if inner == 0 {
      c.update(repeating: 0, count: size * size)
      return
    }
    if size == 0 { return }
    var n = Int32(size)
    var k = Int32(inner)
    var leading = Int32(columns)
    var alpha = 1.0
    var beta = 0.0
    dsyrk_("U", ofRows ? "T" : "N", &n, &k, &alpha, a, &leading, &beta, c, &n)
    mirrorLower(size, c)
  }

  /// Copies the lower triangle to the upper.
  static func mirrorLower(_ n: Int, _ a: Output) {
    for i in 0..<n {
      for j in 0..<i { a[j * n + i] = a[i * n + j] }
    }
  }

  /// b = a', a of rows x columns, in blocks that fit a cache.
  public static func transpose(rows: Int, columns: Int, _ a: Input, into b: Output) {
    let block = 32
    for i0 in stride(from: 0, to: rows, by: block) {
      for j0 in stride(from: 0, to: columns, by: block) {
        for i in i0..<min(i0 + block, rows) {
          for j in j0..<min(j0 + block, columns) { b[j * rows + i] = a[i * columns + j] }
        }
      }
    }
  }

  /// x' A x
  public static func quadraticForm(_ n: Int, _ a: Input, _ x: Input) -> Double {
    var sum = 0.0
    for i in 0..<n { sum += x[i] * dot(n, a + i * n, x) }
    return sum
  }
}
