// The Gaussian whose log density has the mode and the second derivatives of the target's there.

import BorelNumerics
import BorelSemantics
import BorelSource

/// N(mode, (-H)⁻¹).
struct LaplaceGaussian: Gaussian {
  let mean: [Double]
  /// The lower Cholesky factor L of -H, row by row.
  private let factor: [Double]
  let logDeterminant: Double

  /// - Parameter names: of the coordinates, for messages.
  /// - Throws: where -H is not positive definite, with the direction in which the log density does not fall.
  init(mode: [Double], _ hessian: Hessian, names: [String]) throws(Failure) {
    let n = mode.count
    var factor = hessian.elements.map { -$0 }
    do throws(NumericalFailure) {
      if n > 0 {
        try factor.withUnsafeMutableBufferPointer { (a) throws(NumericalFailure) in
          if let base = a.baseAddress { try LinearAlgebra.cholesky(n, base) }
        }
      }
    } catch {
      throw Self.notConcave(hessian, names)
    }
    mean = mode
    self.factor = factor
    logDeterminant = -(0..<n).reduce(0) { $0 + 2 * logarithm(factor[$1 * n + $1]) }
  }

  /// L'⁻¹ u
  func scaled(_ u: [Double]) -> [Double] {
    let n = u.count
    var x = u
    for i in (0..<n).reversed() {
      x[i] /= factor[i * n + i]
      for j in 0..<i { x[j] -= factor[i * n + j] * x[i] }
    }
    return x
  }

  /// (-H)⁻¹ g, the step to the maximum of the quadratic.
  func newtonStep(_ gradient: [Double]) -> [Double] {
    let n = gradient.count
    var x = gradient
    for i in 0..<n {
      for j in 0..<i { x[i] -= factor[i * n + j] * x[j] }
      x[i] /= factor[i * n + i]
    }
    return scaled(x)
  }

  private static func notConcave(_ hessian: Hessian, _ names: [String]) -> Failure {
    let n = hessian.dimension
    var vectors = hessian.elements
    var values = [Double](repeating: 0, count: n)
    var diagnostic = Diagnostic(
      code: "not-concave",
      "the log density has no Gaussian approximation where the search ended: it does not fall in every direction",
      hint:
        "the posterior may be improper or flat there, or have its mode at an edge; `optimize` shows where the search ends, and proper priors on the parameters named help"
    )
    let found: Bool
    do throws(NumericalFailure) {
      try vectors.withUnsafeMutableBufferPointer { (a) throws(NumericalFailure) in
        try values.withUnsafeMutableBufferPointer { (w) throws(NumericalFailure) in
          if let a = a.baseAddress, let w = w.baseAddress { try LinearAlgebra.symmetricEigen(n, a, values: w) }
        }
      }
      found = true
    } catch {
      found = false
    }
    if found, let largest = values.last {
      let direction = (0..<n).map { vectors[$0 * n + n - 1] }
      let main = direction.indices.sorted { abs(direction[$0]) > abs(direction[$1]) }.prefix(4)
        .filter { abs(direction[$0]) > 0.1 }
      let terms = main.map { i in
        "\(names.indices.contains(i) ? names[i] : "coordinate \(i)") (\(rounded(direction[i])))"
      }
      diagnostic.notes.append(
        "the second derivative is \(rounded(largest)) along \(terms.joined(separator: ", ")), and \(rounded(values[0])) where it is lowest"
      )
    }
    return Failure(.user, diagnostic)
  }
}

/// Three significant digits.
func rounded(_ x: Double) -> Double {
  guard x.isFinite, x != 0 else { return x }
  var scale = 1.0
  var size = abs(x)
  while size < 100, scale < 1e300 { (size, scale) = (size * 10, scale * 10) }
  while size >= 1000, scale > 1e-300 { (size, scale) = (size / 10, scale / 10) }
  return (x * scale).rounded() / scale
}
