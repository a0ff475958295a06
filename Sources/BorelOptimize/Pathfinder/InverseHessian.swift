// Estimates of the inverse Hessian along a path of optimisation: a diagonal, and the latest steps in compact form.

/// The estimates of one path, point after point (Zhang, Carpenter, Gelman and Vehtari 2022, algorithm 3).
public struct InverseHessian: Sendable {
  let history: Int
  /// The diagonal α that the steps start from.
  public private(set) var diagonal: [Double]
  /// Steps s and changes z of the gradient of -log p, both scaled so that s'z = 1, which leaves the estimate as it is.
  public private(set) var pairs: [(s: [Double], z: [Double])] = []

  public init(dimension: Int, history: Int) {
    self.history = max(history, 1)
    diagonal = Array(repeating: 1, count: dimension)
  }

  /// Takes in a step; one along which the density is not log-concave is left out.
  public mutating func add(from old: DensityPoint, to new: DensityPoint) {
    var s = difference(new.position, old.position)
    var z = difference(old.gradient, new.gradient)
    let product = dot(s, z)
    guard product > 1e-12 * dot(z, z), product.isFinite, dot(s, s) > 0 else { return }
    updateDiagonal(s, z, product)
    let scale = 1 / product.squareRoot()
    for i in s.indices { (s[i], z[i]) = (s[i] * scale, z[i] * scale) }
    if pairs.count == history { pairs.removeFirst() }
    pairs.append((s, z))
  }

  /// 1/α' = z'αz / (z's α) + z² / z's - (z'αz) s² / (z's s'α⁻¹s α²) (Gilbert and Lemaréchal 1989).
  private mutating func updateDiagonal(_ s: [Double], _ z: [Double], _ b: Double) {
    var (a, c) = (0.0, 0.0)
    for i in s.indices {
      a += z[i] * diagonal[i] * z[i]
      c += s[i] * s[i] / diagonal[i]
    }
    var updated = diagonal
    for i in s.indices {
      let alpha = diagonal[i]
      let precision = a / (b * alpha) + z[i] * z[i] / b - a * s[i] * s[i] / (b * c * alpha * alpha)
      updated[i] = 1 / precision
      guard updated[i] > 0, updated[i].isFinite else { return }
    }
    diagonal = updated
  }
}
