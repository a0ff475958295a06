// An inverse metric from draws and their gradients: the directions in which a diagonal one is wrong.

import BorelDraws
import BorelNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The symmetric positive definite X with X C_g X = C_q, the inverse metric of least Fisher divergence, where C_q and C_g are the covariances of
/// draws and of gradients (Seyboldt, Carlson & Carpenter 2026). For a Gaussian it is the covariance itself, however few the draws are.
///
/// It is sought in the coordinates scaled by a diagonal metric: of all directions there for few dimensions, and else of those in which draws or gradients vary most.
struct FisherMetric {
  /// Directions whose eigenvalue lies between 1 / cutoff and cutoff are left to the scale.
  var cutoff = 2.0
  /// Below it all directions are looked at.
  var fullDimension = 64
  /// Directions looked at, of draws and of gradients, where there are more dimensions.
  var directionLimit = 8

  /// Nil where nothing can be estimated; `scale` are standard deviations.
  func estimate(_ window: DrawWindow, scale: [Double]) -> InverseMetric? {
    let n = scale.count
    let m = window.count
    guard m > 3, n > 0, window.keepsDraws else { return nil }
    do {
      let draws = centred(window.positions, m, n) { 1 / scale[$0] }
      let gradients = centred(window.gradients, m, n) { scale[$0] }
      let basis: [Double]
      let size: Int
      if n <= fullDimension {
        size = n
        basis = (0..<(n * n)).map { $0 / n == $0 % n ? 1 : 0 }
      } else {
        (basis, size) = try directions(draws, gradients, m, n)
      }
      guard size > 0 else { return .diagonal(scale.map { $0 * $0 }) }
      let regularisation = m >= 3 * size ? 1e-7 : 0.02
      let first = try covariance(draws, basis, m, n, size, regularisation)
      let second = try covariance(gradients, basis, m, n, size, regularisation)
      var metric = try solution(first, second, size)
      var values = [Double](repeating: 0, count: size)
      try LinearAlgebra.symmetricEigen(size, &metric, values: &values)
      // Few draws in many directions are believed in part.
      let trust = Double(m) / Double(m + size)
      var vectors: [Double] = []
      var kept: [Double] = []
      for k in 0..<size {
        let value = pow(min(max(values[k], 1e-12), 1e12), trust)
        guard value.isFinite, abs(log(value)) > log(cutoff) else { continue }
        kept.append(value)
        // Column k of the eigenvectors, in the basis.
        for i in 0..<n {
          vectors.append((0..<size).reduce(0.0) { $0 + basis[$1 * n + i] * metric[$1 * size + k] })
        }
      }
      if kept.isEmpty { return .diagonal(scale.map { $0 * $0 }) }
      let lowRank = InverseMetric.lowRank(scale: scale, vectors: vectors, values: kept)
      return 3 * kept.count > n && n <= 512 ? dense(scale, vectors, kept) : lowRank
    } catch {
      return nil
    }
  }

  /// diag(s) (I + Σ (λ - 1) v vᵀ) diag(s) written out.
  private func dense(_ scale: [Double], _ vectors: [Double], _ values: [Double]) -> InverseMetric {
    let n = scale.count
    var matrix = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        var sum = i == j ? 1.0 : 0
        for k in values.indices { sum += (values[k] - 1) * vectors[k * n + i] * vectors[k * n + j] }
        matrix[i * n + j] = sum * scale[i] * scale[j]
        matrix[j * n + i] = matrix[i * n + j]
      }
    }
    return .dense(matrix, n)
  }

  /// m rows of n numbers without their means, scaled.
  private func centred(_ rows: [Double], _ m: Int, _ n: Int, _ factor: (Int) -> Double) -> [Double] {
    var means = [Double](repeating: 0, count: n)
    for r in 0..<m { for i in 0..<n { means[i] += rows[r * n + i] / Double(m) } }
    let factors = (0..<n).map(factor)
    var result = rows
    for r in 0..<m { for i in 0..<n { result[r * n + i] = (rows[r * n + i] - means[i]) * factors[i] } }
    return result
  }

  /// An orthonormal basis, one vector of n after the other, of the leading principal directions of both.
  private func directions(
    _ draws: [Double], _ gradients: [Double], _ m: Int, _ n: Int
  ) throws(NumericalFailure) -> (basis: [Double], size: Int) {
    var columns = try leading(draws, m, n)
    columns += try leading(gradients, m, n)
    let count = columns.count / n
    guard count > 0 else { return ([], 0) }
    // Gram-Schmidt, twice: what depends on those before is left out.
    var basis: [Double] = []
    var size = 0
    for c in 0..<count {
      var x = Array(columns[(c * n)..<((c + 1) * n)])
      for _ in 0..<2 {
        for b in 0..<size {
          let product = (0..<n).reduce(0.0) { $0 + basis[b * n + $1] * x[$1] }
          for i in 0..<n { x[i] -= product * basis[b * n + i] }
        }
      }
      let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 1e-6 else { continue }
      basis += x.map { $0 / length }
      size += 1
    }
    return (basis, size)
  }

  /// The unit vectors of the directions in which m rows vary most, by the eigenvectors of the rows' products with each other.
  private func leading(_ rows: [Double], _ m: Int, _ n: Int) throws(NumericalFailure) -> [Double] {
    var products = [Double](repeating: 0, count: m * m)
    try LinearAlgebra.outerCrossProduct(rows: m, columns: n, rows, into: &products)
    var values = [Double](repeating: 0, count: m)
    try LinearAlgebra.symmetricEigen(m, &products, values: &values)
    var result: [Double] = []
    for k in stride(from: m - 1, through: max(0, m - directionLimit), by: -1) {
      guard values[k] > cutoff * Double(m - 1) else { break }
      var x = [Double](repeating: 0, count: n)
      for r in 0..<m {
        let amount = products[r * m + k] / values[k].squareRoot()
        for i in 0..<n { x[i] += amount * rows[r * n + i] }
      }
      result += x
    }
    return result
  }

  /// The covariance of m rows in a basis, with something added to its diagonal.
  private func covariance(
    _ rows: [Double], _ basis: [Double], _ m: Int, _ n: Int, _ size: Int, _ regularisation: Double
  ) throws(NumericalFailure) -> [Double] {
    var projected = [Double](repeating: 0, count: m * size)
    try LinearAlgebra.multiply(m: m, n: size, k: n, rows, basis, transposingSecond: true, into: &projected)
    var result = [Double](repeating: 0, count: size * size)
    try LinearAlgebra.crossProduct(rows: m, columns: size, projected, into: &result)
    for i in result.indices { result[i] /= Double(m - 1) }
    for i in 0..<size { result[i * size + i] += regularisation }
    return result
  }

  /// X with X B X = A: B^-½ (B^½ A B^½)^½ B^-½.
  private func solution(_ a: [Double], _ b: [Double], _ n: Int) throws(NumericalFailure) -> [Double] {
    let root = try power(b, n, 0.5)
    let inverseRoot = try power(b, n, -0.5)
    let middle = try power(product(product(root, a, n), root, n), n, 0.5)
    return try product(product(inverseRoot, middle, n), inverseRoot, n)
  }

  private func product(_ a: [Double], _ b: [Double], _ n: Int) throws(NumericalFailure) -> [Double] {
    var c = [Double](repeating: 0, count: n * n)
    try LinearAlgebra.multiply(m: n, n: n, k: n, a, b, into: &c)
    return c
  }

  /// A power of a symmetric positive definite matrix.
  private func power(_ matrix: [Double], _ n: Int, _ exponent: Double) throws(NumericalFailure) -> [Double] {
    var vectors = matrix
    var values = [Double](repeating: 0, count: n)
    try LinearAlgebra.symmetricEigen(n, &vectors, values: &values)
    var scaled = [Double](repeating: 0, count: n * n)
    for i in 0..<n { for k in 0..<n { scaled[i * n + k] = vectors[i * n + k] * pow(max(values[k], 1e-300), exponent) } }
    var result = [Double](repeating: 0, count: n * n)
    try LinearAlgebra.multiply(m: n, n: n, k: n, scaled, vectors, transposingSecond: true, into: &result)
    return result
  }
}
