// A Gaussian whose covariance is a diagonal and a matrix of low rank, as the steps of an optimisation give it.

import BorelNumerics

/// N(x + Σ ∇log p(x), Σ) with Σ = diag(α) + β γ β', β = [diag(α) Z, S] (Zhang et al. 2022, algorithm 4).
///
/// With diag(α)^-½ β = Q R and L L' = I + R γ R' a square root of Σ is diag(α)^½ (I + Q (L - I) Q'), so that a draw takes time
/// proportional to n.
public struct LowRankGaussian: Gaussian {
  public let mean: [Double]
  public let logDeterminant: Double
  private let scale: [Double]
  /// Orthonormal columns, one behind the other.
  private let columns: [[Double]]
  /// L, row by row.
  private let factor: [Double]

  /// Nil where rounding leaves a covariance that is not positive definite.
  public init?(_ estimate: InverseHessian, at point: DensityPoint) {
    let n = point.position.count
    let alpha = estimate.diagonal
    let scale = alpha.map { $0.squareRoot() }
    self.scale = scale
    let count = estimate.pairs.count
    let gradient = point.gradient
    guard count > 0, n > 0 else {
      mean = (0..<n).map { point.position[$0] + alpha[$0] * gradient[$0] }
      logDeterminant = alpha.reduce(0) { $0 + logarithm($1) }
      (columns, factor) = ([], [])
      return
    }
    let gamma = Self.middle(estimate)
    let width = 2 * count
    let beta =
      estimate.pairs.map { pair in (0..<n).map { alpha[$0] * pair.z[$0] } } + estimate.pairs.map(\.s)
    // μ = x + α g + β γ β' g
    let projected = beta.map { dot($0, gradient) }
    var mean = (0..<n).map { point.position[$0] + alpha[$0] * gradient[$0] }
    for i in 0..<width {
      let weight = (0..<width).reduce(0.0) { $0 + gamma[i * width + $1] * projected[$1] }
      mean = moved(mean, by: weight, along: beta[i])
    }
    guard let (columns, r) = Self.orthogonalised(beta, by: scale) else { return nil }
    let rank = columns.count
    // I + R γ R'
    var inner = [Double](repeating: 0, count: rank * width)
    for i in 0..<rank {
      for k in 0..<width {
        inner[i * width + k] = (0..<width).reduce(0.0) { $0 + r[i * width + $1] * gamma[$1 * width + k] }
      }
    }
    var factor = [Double](repeating: 0, count: rank * rank)
    for i in 0..<rank {
      for j in 0...i {
        factor[i * rank + j] =
          (i == j ? 1 : 0) + (0..<width).reduce(0.0) { $0 + inner[i * width + $1] * r[j * width + $1] }
      }
    }
    do throws(NumericalFailure) {
      try factor.withUnsafeMutableBufferPointer { (a) throws(NumericalFailure) in
        if let base = a.baseAddress { try LinearAlgebra.cholesky(rank, base) }
      }
    } catch {
      return nil
    }
    let diagonal = (0..<rank).map { factor[$0 * rank + $0] }
    logDeterminant = alpha.reduce(0) { $0 + logarithm($1) } + 2 * diagonal.reduce(0) { $0 + logarithm($1) }
    self.mean = mean
    self.columns = columns
    self.factor = factor
    guard logDeterminant.isFinite, mean.allSatisfy(\.isFinite) else { return nil }
  }

  /// diag(α)^½ (u + Q (L - I) Q'u)
  public func scaled(_ u: [Double]) -> [Double] {
    let rank = columns.count
    let projected = columns.map { dot($0, u) }
    var x = u
    for i in 0..<rank {
      let mixed = (0...i).reduce(0.0) { $0 + factor[i * rank + $1] * projected[$1] }
      x = moved(x, by: mixed - projected[i], along: columns[i])
    }
    for i in x.indices { x[i] *= scale[i] }
    return x
  }

  /// log q(x), where Q L⁻¹ Q' undoes the square root within the columns of Q.
  public func logDensity(at x: [Double]) -> Double {
    let rank = columns.count
    var u = difference(x, mean)
    for i in u.indices { u[i] /= scale[i] }
    let projected = columns.map { dot($0, u) }
    var square = dot(u, u) - dot(projected, projected)
    var whitened = projected
    for i in 0..<rank {
      for j in 0..<i { whitened[i] -= factor[i * rank + j] * whitened[j] }
      whitened[i] /= factor[i * rank + i]
    }
    square = max(square, 0) + dot(whitened, whitened)
    return -0.5 * (logDeterminant + square + Double(u.count) * logTwoPi)
  }

  /// γ = [0, -R⁻¹; -R⁻ᵀ, R⁻ᵀ (I + Z'αZ) R⁻¹] with R the upper triangle of S'Z.
  private static func middle(_ estimate: InverseHessian) -> [Double] {
    let pairs = estimate.pairs
    let count = pairs.count
    let width = 2 * count
    var inverse = [Double](repeating: 0, count: count * count)
    for column in 0..<count {
      inverse[column * count + column] = 1
      for row in (0..<column).reversed() {
        var sum = 0.0
        for k in (row + 1)...column { sum += dot(pairs[row].s, pairs[k].z) * inverse[k * count + column] }
        inverse[row * count + column] = -sum
      }
    }
    var core = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0...i {
        var sum = i == j ? 1.0 : 0
        for k in pairs[i].z.indices { sum += pairs[i].z[k] * estimate.diagonal[k] * pairs[j].z[k] }
        (core[i * count + j], core[j * count + i]) = (sum, sum)
      }
    }
    var gamma = [Double](repeating: 0, count: width * width)
    for i in 0..<count {
      for j in 0..<count {
        gamma[i * width + count + j] = -inverse[i * count + j]
        gamma[(count + i) * width + j] = -inverse[j * count + i]
        var sum = 0.0
        for k in 0...i {
          for l in 0...j { sum += inverse[k * count + i] * core[k * count + l] * inverse[l * count + j] }
        }
        gamma[(count + i) * width + count + j] = sum
      }
    }
    return gamma
  }

  /// Q by columns and R row by row of diag(scale)⁻¹ β.
  private static func orthogonalised(_ beta: [[Double]], by scale: [Double]) -> ([[Double]], [Double])? {
    let (n, width) = (scale.count, beta.count)
    let rank = min(n, width)
    var matrix = [Double](repeating: 0, count: n * width)
    for i in 0..<n {
      for j in 0..<width { matrix[i * width + j] = beta[j][i] / scale[i] }
    }
    var q = [Double](repeating: 0, count: n * rank)
    var r = [Double](repeating: 0, count: rank * width)
    do throws(NumericalFailure) {
      try matrix.withUnsafeMutableBufferPointer { (a) throws(NumericalFailure) in
        try q.withUnsafeMutableBufferPointer { (q) throws(NumericalFailure) in
          try r.withUnsafeMutableBufferPointer { (r) throws(NumericalFailure) in
            guard let a = a.baseAddress, let q = q.baseAddress, let r = r.baseAddress else { return }
            try LinearAlgebra.qr(rows: n, columns: width, overwriting: a, q: q, r: r)
          }
        }
      }
    } catch {
      return nil
    }
    return ((0..<rank).map { j in (0..<n).map { q[$0 * rank + j] } }, r)
  }
}
