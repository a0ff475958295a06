// The metric of a Hamiltonian sampler: velocities from momenta, momenta from standard normals.

import BorelDraws
import BorelNumerics
import BorelSemantics

/// An inverse metric M⁻¹ prepared for use: v = M⁻¹ p and p ~ N(0, M). Immutable.
public final class Metric: @unchecked Sendable {
  public let inverse: InverseMetric
  public let dimension: Int
  /// For a unit or diagonal metric the variances; then velocities are products element by element.
  let diagonal: UnsafePointer<Double>?
  private let storage: UnsafeMutablePointer<Double>
  /// Of a dense metric the lower Cholesky factor of M⁻¹, of others the reciprocals of the scale.
  private let factor: UnsafeMutablePointer<Double>

  public convenience init(unit dimension: Int) { self.init(unchecked: .unit(dimension)) }

  /// Nil where the inverse metric is not positive definite or not finite.
  public convenience init?(_ inverse: InverseMetric) {
    switch inverse {
    case .unit: break
    case .diagonal(let variances): guard variances.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    case .dense(let matrix, let n):
      guard matrix.count == n * n, matrix.allSatisfy(\.isFinite) else { return nil }
      var copy = matrix
      let isPositive = copy.withUnsafeMutableBufferPointer { buffer -> Bool in
        guard let start = buffer.baseAddress else { return true }
        return (try? LinearAlgebra.cholesky(n, start)) != nil
      }
      guard isPositive else { return nil }
    case .lowRank(let scale, let vectors, let values):
      guard scale.allSatisfy({ $0 > 0 && $0.isFinite }), vectors.count == values.count * scale.count,
        vectors.allSatisfy(\.isFinite), values.allSatisfy({ $0 > 0 && $0.isFinite })
      else { return nil }
    }
    self.init(unchecked: inverse)
  }

  private init(unchecked inverse: InverseMetric) {
    self.inverse = inverse
    let n = inverse.dimension
    dimension = n
    let count: Int
    switch inverse {
    case .unit, .diagonal: count = n
    case .dense: count = n * n
    case .lowRank: count = n
    }
    storage = .allocate(capacity: max(count, 1))
    factor = .allocate(capacity: max(count, 1))
    switch inverse {
    case .unit:
      storage.initialize(repeating: 1, count: n)
      factor.initialize(repeating: 1, count: n)
      diagonal = UnsafePointer(storage)
    case .diagonal(let variances):
      for i in 0..<n {
        storage[i] = variances[i]
        factor[i] = 1 / variances[i].squareRoot()
      }
      diagonal = UnsafePointer(storage)
    case .dense(let matrix, _):
      for i in 0..<(n * n) {
        storage[i] = matrix[i]
        factor[i] = matrix[i]
      }
      // Checked by the initialiser that can fail.
      try? LinearAlgebra.cholesky(n, factor)
      diagonal = nil
    case .lowRank(let scale, _, _):
      for i in 0..<n {
        storage[i] = scale[i]
        factor[i] = 1 / scale[i]
      }
      diagonal = nil
    }
  }

  deinit {
    storage.deallocate()
    factor.deallocate()
  }

  /// v = M⁻¹ p
  func velocity(of p: UnsafePointer<Double>, into v: UnsafeMutablePointer<Double>) {
    let n = dimension
    switch inverse {
    case .unit, .diagonal: Leapfrog.multiply(n, storage, p, into: v)
    case .dense:
      for i in 0..<n { v[i] = Leapfrog.dot(n, storage + i * n, p) }
    case .lowRank(_, let vectors, let values):
      Leapfrog.multiply(n, storage, p, into: v)
      project(v, vectors) { values[$0] - 1 }
      for i in 0..<n { v[i] *= storage[i] }
    }
  }

  /// Turns standard normal numbers into a momentum with covariance M.
  func momentum(fromNormals z: UnsafeMutablePointer<Double>) {
    let n = dimension
    switch inverse {
    case .unit: break
    case .diagonal: for i in 0..<n { z[i] *= factor[i] }
    case .dense:
      // p = L⁻ᵀ z, the last element first.
      for i in stride(from: n - 1, through: 0, by: -1) {
        z[i] /= factor[i * n + i]
        for j in 0..<i { z[j] -= factor[i * n + j] * z[i] }
      }
    case .lowRank(_, let vectors, let values):
      project(z, vectors) { 1 / values[$0].squareRoot() - 1 }
      for i in 0..<n { z[i] *= factor[i] }
    }
  }

  /// x += Σₖ c(k) (vₖ · x) vₖ, for orthonormal vₖ.
  private func project(_ x: UnsafeMutablePointer<Double>, _ vectors: [Double], _ coefficient: (Int) -> Double) {
    let n = dimension
    vectors.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      // The vectors are orthonormal: adding along one leaves the products with the others as they are.
      for k in 0..<(vectors.count / n) {
        let v = start + k * n
        let amount = coefficient(k) * Leapfrog.dot(n, v, x)
        Leapfrog.addMultiple(n, amount, v, to: x)
      }
    }
  }
}
