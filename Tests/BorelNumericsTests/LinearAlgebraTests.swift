// Dense linear algebra: identities on random matrices of many sizes, hand-computed cases, failures, and the library that is linked.

import BorelNumerics
import CBorel
import CGSL
import COpenBLAS
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Tolerances are multiples of n times the unit roundoff times the size of the numbers, which are of order 1 here.
@Suite struct LinearAlgebraTests {
  func random(_ count: Int, seed: UInt64) -> [Double] {
    var stream = RandomStream(seed: seed)
    return (0..<count).map { _ in stream.normal() }
  }

  func naiveProduct(_ a: [Double], _ b: [Double], m: Int, n: Int, k: Int) -> [Double] {
    var c = [Double](repeating: 0, count: m * n)
    for i in 0..<m { for j in 0..<n { for l in 0..<k { c[i * n + j] += a[i * k + l] * b[l * n + j] } } }
    return c
  }

  func transposed(_ a: [Double], rows: Int, columns: Int) -> [Double] {
    var b = a
    LinearAlgebra.transpose(rows: rows, columns: columns, a, into: &b)
    return b
  }

  func distance(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
  }

  /// A' A + I, positive definite.
  func positiveDefinite(_ n: Int, seed: UInt64) -> [Double] {
    let a = random(n * n, seed: seed)
    var c = naiveProduct(transposed(a, rows: n, columns: n), a, m: n, n: n, k: n)
    for i in 0..<n { c[i * n + i] += 1 }
    return c
  }

  @Test(arguments: [(1, 1, 1), (2, 3, 4), (7, 5, 1), (1, 6, 9), (40, 33, 50)])
  func products(m: Int, n: Int, k: Int) throws {
    let a = random(m * k, seed: 1)
    let b = random(k * n, seed: 2)
    let expected = naiveProduct(a, b, m: m, n: n, k: k)
    let at = transposed(a, rows: m, columns: k)
    let bt = transposed(b, rows: k, columns: n)
    let tolerance = 1e-15 * Double(k) * 20
    var c = [Double](repeating: .nan, count: m * n)
    try LinearAlgebra.multiply(m: m, n: n, k: k, a, b, into: &c)
    #expect(distance(c, expected) < tolerance)
    try LinearAlgebra.multiply(m: m, n: n, k: k, at, b, transposingFirst: true, into: &c)
    #expect(distance(c, expected) < tolerance)
    try LinearAlgebra.multiply(m: m, n: n, k: k, a, bt, transposingSecond: true, into: &c)
    #expect(distance(c, expected) < tolerance)
    try LinearAlgebra.multiply(m: m, n: n, k: k, at, bt, transposingFirst: true, transposingSecond: true, into: &c)
    #expect(distance(c, expected) < tolerance)

    let x = random(k, seed: 3)
    var y = [Double](repeating: .nan, count: m)
    try LinearAlgebra.multiply(rows: m, columns: k, a, vector: x, into: &y)
    #expect(distance(y, naiveProduct(a, x, m: m, n: 1, k: k)) < tolerance)
    let z = random(m, seed: 4)
    var w = [Double](repeating: .nan, count: k)
    try LinearAlgebra.multiplyTransposed(rows: m, columns: k, a, vector: z, into: &w)
    #expect(distance(w, naiveProduct(at, z, m: k, n: 1, k: m)) < 1e-15 * Double(m) * 20)
    #expect(abs(LinearAlgebra.dot(k, x, x) - zip(x, x).reduce(0) { $0 + $1.0 * $1.1 }) < tolerance)

    var cross = [Double](repeating: .nan, count: k * k)
    try LinearAlgebra.crossProduct(rows: m, columns: k, a, into: &cross)
    #expect(distance(cross, naiveProduct(at, a, m: k, n: k, k: m)) < 1e-15 * Double(m) * 20)
    var outer = [Double](repeating: .nan, count: m * m)
    try LinearAlgebra.outerCrossProduct(rows: m, columns: k, a, into: &outer)
    #expect(distance(outer, naiveProduct(a, at, m: m, n: m, k: k)) < tolerance)
  }

  @Test(arguments: [1, 2, 3, 10, 65])
  func choleskyAndSolves(n: Int) throws {
    let a = positiveDefinite(n, seed: 5)
    var l = a
    for i in 0..<n { for j in (i + 1)..<max(n, i + 1) { l[i * n + j] = .nan } }  // only the lower triangle is read
    try LinearAlgebra.cholesky(n, &l)
    let lt = transposed(l, rows: n, columns: n)
    let tolerance = 1e-15 * Double(n * n) * 20
    #expect(distance(naiveProduct(l, lt, m: n, n: n, k: n), a) < tolerance)
    for i in 0..<n { for j in (i + 1)..<max(n, i + 1) { #expect(l[i * n + j] == 0) } }

    for columns in [1, 4] {
      let b = random(n * columns, seed: 6)
      var x = b
      try LinearAlgebra.solveTriangular(n, l, .lower, &x, columns: columns)
      #expect(distance(naiveProduct(l, x, m: n, n: columns, k: n), b) < tolerance)
      x = b
      try LinearAlgebra.solveTriangular(n, l, .lower, transposed: true, &x, columns: columns)
      #expect(distance(naiveProduct(lt, x, m: n, n: columns, k: n), b) < tolerance)
      x = b
      try LinearAlgebra.solveTriangular(n, lt, .upper, &x, columns: columns)
      #expect(distance(naiveProduct(lt, x, m: n, n: columns, k: n), b) < tolerance)
      x = b
      try LinearAlgebra.solveTriangular(n, lt, .upper, transposed: true, &x, columns: columns)
      #expect(distance(naiveProduct(l, x, m: n, n: columns, k: n), b) < tolerance)
      x = b
      try LinearAlgebra.choleskySolve(n, l, &x, columns: columns)
      #expect(distance(naiveProduct(a, x, m: n, n: columns, k: n), b) < tolerance * 10)
      x = b
      var factors = a
      try LinearAlgebra.solve(n, overwriting: &factors, &x, columns: columns)
      #expect(distance(naiveProduct(a, x, m: n, n: columns, k: n), b) < tolerance * 10)
    }

    var identity = [Double](repeating: 0, count: n * n)
    for i in 0..<n { identity[i * n + i] = 1 }
    var inverse = a
    try LinearAlgebra.invertPositiveDefinite(n, &inverse)
    #expect(distance(naiveProduct(a, inverse, m: n, n: n, k: n), identity) < tolerance * 10)
    inverse = a
    try LinearAlgebra.invert(n, &inverse)
    #expect(distance(naiveProduct(a, inverse, m: n, n: n, k: n), identity) < tolerance * 10)

    var copy = a
    let determinant = try LinearAlgebra.logAbsoluteDeterminant(n, overwriting: &copy)
    #expect(determinant.sign == 1)
    #expect(abs(determinant.logAbsolute - LinearAlgebra.logDeterminant(choleskyFactor: l, n)) < tolerance)
    var x = random(n, seed: 7)
    let form = LinearAlgebra.quadraticForm(n, inverse, x)
    #expect(abs(try LinearAlgebra.whitenedSquaredNorm(n, l, overwriting: &x) - form) < tolerance * 10)
  }

  @Test func generalSystemsAndDeterminants() throws {
    // det [[0, 2], [3, 4]] = -6; the first pivot needs a row exchange.
    var a: [Double] = [0, 2, 3, 4]
    let d = try LinearAlgebra.logAbsoluteDeterminant(2, overwriting: &a)
    #expect(d.sign == -1 && abs(d.logAbsolute - borel_log(6)) < 1e-15)
    a = [0, 2, 3, 4]
    var b: [Double] = [2, 7]
    try LinearAlgebra.solve(2, overwriting: &a, &b)
    #expect(b == [1, 1])
    a = [1, 2, 2, 4]
    let singular = try LinearAlgebra.logAbsoluteDeterminant(2, overwriting: &a)
    #expect(singular.sign == 0 && singular.logAbsolute == -.infinity)
    let n = 12
    let g = random(n * n, seed: 8)
    var x = random(n * 3, seed: 9)
    let right = x
    var factors = g
    try LinearAlgebra.solve(n, overwriting: &factors, &x, columns: 3)
    #expect(distance(naiveProduct(g, x, m: n, n: 3, k: n), right) < 1e-11)
  }

  @Test(arguments: [1, 2, 5, 30])
  func symmetricEigen(n: Int) throws {
    let a = positiveDefinite(n, seed: 10)
    var vectors = a
    for i in 0..<n { for j in (i + 1)..<max(n, i + 1) { vectors[i * n + j] = 1e9 } }  // not read
    var values = [Double](repeating: 0, count: n)
    try LinearAlgebra.symmetricEigen(n, &vectors, values: &values)
    #expect(values == values.sorted())
    var scaled = vectors
    for i in 0..<n { for j in 0..<n { scaled[i * n + j] *= values[j] } }
    let tolerance = 1e-14 * Double(n * n)
    #expect(distance(naiveProduct(a, vectors, m: n, n: n, k: n), scaled) < tolerance * 10)
    for j in 0..<n {
      let column = (0..<n).map { vectors[$0 * n + j] }
      #expect(abs(column.reduce(0) { $0 + $1 * $1 } - 1) < 1e-13)
      #expect((column.max { abs($0) < abs($1) } ?? 0) > 0)
    }
    var only = a
    var again = values
    try LinearAlgebra.symmetricEigen(n, &only, values: &again, vectors: false)
    #expect(distance(values, again) < tolerance * 10)
  }

  @Test(arguments: [(1, 1), (4, 4), (7, 3), (3, 7), (30, 12)])
  func qrAndSingularValues(rows: Int, columns: Int) throws {
    let a = random(rows * columns, seed: 11)
    let k = min(rows, columns)
    let tolerance = 1e-14 * Double(rows + columns)
    var copy = a
    var q = [Double](repeating: .nan, count: rows * k)
    var r = [Double](repeating: .nan, count: k * columns)
    try LinearAlgebra.qr(rows: rows, columns: columns, overwriting: &copy, q: &q, r: &r)
    #expect(distance(naiveProduct(q, r, m: rows, n: columns, k: k), a) < tolerance)
    var identity = [Double](repeating: 0, count: k * k)
    for i in 0..<k { identity[i * k + i] = 1 }
    let qt = transposed(q, rows: rows, columns: k)
    #expect(distance(naiveProduct(qt, q, m: k, n: k, k: rows), identity) < tolerance)
    for i in 0..<k {
      #expect(r[i * columns + i] >= 0)
      for j in 0..<i { #expect(r[i * columns + j] == 0) }
    }
    copy = a
    var s = [Double](repeating: .nan, count: k)
    var u = [Double](repeating: .nan, count: rows * k)
    var vt = [Double](repeating: .nan, count: k * columns)
    try LinearAlgebra.singularValues(
      rows: rows, columns: columns, overwriting: &copy, s: &s, u: &u, vTransposed: &vt)
    #expect(s == s.sorted(by: >) && (s.last ?? -1) >= 0)
    var us = u
    for i in 0..<rows { for j in 0..<k { us[i * k + j] *= s[j] } }
    #expect(distance(naiveProduct(us, vt, m: rows, n: columns, k: k), a) < tolerance)
    let ut = transposed(u, rows: rows, columns: k)
    #expect(distance(naiveProduct(ut, u, m: k, n: k, k: rows), identity) < tolerance)
  }

  @Test func matrixExponential() throws {
    // A rotation: exp [[0, -t], [t, 0]] turns by t, also through many squarings.
    for t in [0.0, 1e-10, 0.5, 3, 100] {
      let a = [0, -t, t, 0]
      var e = [Double](repeating: 0, count: 4)
      try LinearAlgebra.exponential(2, a, into: &e)
      let expected = [cos(t), -sin(t), sin(t), cos(t)]
      #expect(distance(e, expected) < 1e-15 * max(4, 4 * t))
    }
    // A nilpotent matrix has a finite series, and a triangular one shows its diagonal.
    let nilpotent: [Double] = [0, 2, 3, 0, 0, 4, 0, 0, 0]
    var e = [Double](repeating: 0, count: 9)
    try LinearAlgebra.exponential(3, nilpotent, into: &e)
    #expect(distance(e, [1, 2, 7, 0, 1, 4, 0, 0, 1]) < 1e-14)
    try LinearAlgebra.exponential(3, [-1, 5, 0, 0, -30, 1, 0, 0, -2], into: &e)
    #expect(abs(e[0] - 0.36787944117144233) < 1e-15 && abs(e[8] - 0.1353352832366127) < 1e-15)
    // exp(A) exp(-A) = I
    let n = 8
    let a = random(n * n, seed: 12)
    var plus = [Double](repeating: 0, count: n * n)
    var minus = plus
    try LinearAlgebra.exponential(n, a, into: &plus)
    try LinearAlgebra.exponential(n, a.map { -$0 }, into: &minus)
    var identity = [Double](repeating: 0, count: n * n)
    for i in 0..<n { identity[i * n + i] = 1 }
    #expect(distance(naiveProduct(plus, minus, m: n, n: n, k: n), identity) < 1e-10)
  }

  @Test func failuresNameThePivot() {
    var a: [Double] = [1, 0, 0, 0, 2, 5, 0, 5, 3]
    #expect {
      try LinearAlgebra.cholesky(3, &a)
    } throws: {
      ($0 as? NumericalFailure)?.values.first == .init("pivot", 2)
    }
    var b: [Double] = [1, 2, 2, 4]
    var x: [Double] = [1, 1]
    #expect(throws: NumericalFailure.self) { try LinearAlgebra.solve(2, overwriting: &b, &x) }
    #expect(throws: NumericalFailure.self) { try LinearAlgebra.solveTriangular(2, [1, 0, 3, 0], .lower, &x) }
    for bad in [Double.nan, .infinity, -.infinity] {
      var matrix = [1, bad, bad, 1]
      var values: [Double] = [0, 0]
      #expect(throws: NumericalFailure.self) { try LinearAlgebra.cholesky(2, &matrix) }
      matrix = [1, bad, bad, 1]
      #expect(throws: NumericalFailure.self) { try LinearAlgebra.symmetricEigen(2, &matrix, values: &values) }
      matrix = [1, bad, bad, 1]
      #expect(throws: NumericalFailure.self) { try LinearAlgebra.exponential(2, [1, bad, bad, 1], into: &matrix) }
    }
    #expect(LinearAlgebra.norm(2, [3e300, 4e300]) == 5e300)
    #expect(LinearAlgebra.norm(2, [3e-300, 4e-300]) == 5e-300)
  }

  /// libgsl needs libgslcblas, which exports the same `cblas_` names; ours must come from OpenBLAS although GSL is linked and used.
  @Test func cblasIsOpenBLAS() throws {
    #expect(gsl_sf_lnfact(3) > 0)
    #expect(LinearAlgebra.libraryDescription.contains("OpenBLAS"))
    #if os(Linux)
    let library = "libopenblas.so.0"
    #else
    let library = "libopenblas.0.dylib"
    #endif
    let everything = try #require(dlopen(nil, RTLD_NOW))
    let openBLAS = try #require(dlopen(library, RTLD_NOW | RTLD_NOLOAD), "\(library) is not loaded")
    let bound = try #require(dlsym(everything, "cblas_dgemm"))
    #expect(bound == dlsym(openBLAS, "cblas_dgemm"))
    var one: Double = 1
    try LinearAlgebra.cholesky(1, &one)
    #expect(openblas_get_num_threads() == 1)
  }
}
