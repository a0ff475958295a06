// Means and variances of positions and gradients, updated draw by draw, and the draws themselves where a covariance is wanted.

import BorelInference

/// The moments of the draws of one window and of their gradients.
struct DrawWindow: Sendable {
  private(set) var count = 0
  private var positionMean: [Double]
  private var positionSquares: [Double]
  private var gradientMean: [Double]
  private var gradientSquares: [Double]
  /// Draw after draw, where they are kept.
  private(set) var positions: [Double] = []
  private(set) var gradients: [Double] = []
  let keepsDraws: Bool

  init(dimension: Int, keepsDraws: Bool) {
    self.keepsDraws = keepsDraws
    positionMean = Array(repeating: 0, count: dimension)
    positionSquares = positionMean
    gradientMean = positionMean
    gradientSquares = positionMean
  }

  mutating func add(_ position: UnsafeBufferPointer<Double>, _ gradient: UnsafeBufferPointer<Double>) {
    count += 1
    let weight = 1 / Double(count)
    Self.add(position, weight, &positionMean, &positionSquares)
    Self.add(gradient, weight, &gradientMean, &gradientSquares)
    if keepsDraws {
      positions.append(contentsOf: position)
      gradients.append(contentsOf: gradient)
    }
  }

  /// Welford's update.
  private static func add(
    _ x: UnsafeBufferPointer<Double>, _ weight: Double, _ mean: inout [Double], _ squares: inout [Double]
  ) {
    mean.withUnsafeMutableBufferPointer { mean in
      squares.withUnsafeMutableBufferPointer { squares in
        for i in x.indices {
          let difference = x[i] - mean[i]
          mean[i] += weight * difference
          squares[i] += difference * (x[i] - mean[i])
        }
      }
    }
  }

  /// √(Var q / Var ∇) for each coordinate: the diagonal inverse metric that minimises the Fisher divergence to a Gaussian (Seyboldt, Carlson & Carpenter
  /// 2026). Nil where a coordinate has not moved.
  func variance(_ i: Int) -> Double? {
    let (q, g) = (positionSquares[i], gradientSquares[i])
    guard q > 0, g > 0, q.isFinite, g.isFinite else { return nil }
    return min(max((q / g).squareRoot(), 1e-20), 1e20)
  }

  /// The plain variance of a coordinate.
  func positionVariance(_ i: Int) -> Double { count > 1 ? positionSquares[i] / Double(count - 1) : .nan }
}

extension DrawWindow: Checkpointed {
  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.write(count)
    for numbers in [positionMean, positionSquares, gradientMean, gradientSquares, positions, gradients] {
      checkpoint.write(numbers)
    }
  }

  mutating func restore(from checkpoint: inout CheckpointReader) throws(CheckpointFailure) {
    count = try checkpoint.integer()
    positionMean = try checkpoint.reals()
    positionSquares = try checkpoint.reals()
    gradientMean = try checkpoint.reals()
    gradientSquares = try checkpoint.reals()
    positions = try checkpoint.reals()
    gradients = try checkpoint.reals()
  }
}
