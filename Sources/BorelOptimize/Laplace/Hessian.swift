// The matrix of second derivatives by differences of gradients.

import BorelSemantics
import BorelSource

/// Second derivatives of a log density.
struct Hessian {
  /// n x n, symmetric.
  var elements: [Double]
  let dimension: Int

  /// Central differences of fourth order over five gradients,
  /// (g(x - 2h) - 8 g(x - h) + 8 g(x + h) - g(x + 2h)) / 12h, with a step for each coordinate
  /// that follows the scale on which the density changes; exact up to rounding where the log density is a polynomial of degree 5 or less.
  ///
  /// - Throws: where the density or its gradient is missing around the point.
  init(_ function: DensityFunction, at point: DensityPoint) throws(Failure) {
    dimension = point.position.count
    elements = Array(repeating: 0, count: dimension * dimension)
    for i in 0..<dimension {
      var step = 1e-3 * Self.scale(function, at: point, along: i)
      var row = Self.derivative(function, at: point, along: i, step)
      for _ in 0..<6 where row == nil {
        step /= 10
        row = Self.derivative(function, at: point, along: i, step)
      }
      guard let row else {
        throw Failure(
          .user,
          Diagnostic(
            code: "no-hessian",
            "there are no second derivatives at the mode: around coordinate \(i) = \(point.position[i]) the log density or its gradient is missing",
            hint: "the mode lies at the edge of where the model has a density"))
      }
      for j in 0..<dimension {
        elements[i * dimension + j] += 0.5 * row[j]
        elements[j * dimension + i] += 0.5 * row[j]
      }
    }
  }

  /// 1 / √|∂²log p / ∂xᵢ²| from a first, rough difference; no more than the size of the coordinate, or 1.
  private static func scale(_ function: DensityFunction, at point: DensityPoint, along i: Int) -> Double {
    let size = max(1, abs(point.position[i]))
    var step = 1e-4 * size
    for _ in 0..<4 {
      let up = function.point(at: shifted(point.position, i, step)).gradient[i]
      let down = function.point(at: shifted(point.position, i, -step)).gradient[i]
      let curvature = abs((up - down) / (2 * step))
      if curvature.isFinite {
        let scale = curvature > 0 ? 1 / curvature.squareRoot() : size
        // A density that changes within the step is looked at once more with a shorter one.
        if scale > 10 * step { return min(scale, size) }
      }
      step /= 100
    }
    return step
  }

  private static func derivative(
    _ function: DensityFunction, at point: DensityPoint, along i: Int, _ step: Double
  ) -> [Double]? {
    var row = point.gradient.map { _ in 0.0 }
    for (offset, weight) in [(-2.0, 1.0), (-1, -8), (1, 8), (2, -1)] {
      let place = shifted(point.position, i, offset * step)
      let distance = (place[i] - point.position[i]) / offset
      let moved = function.point(at: place)
      guard moved.isUsable, distance > 0 else { return nil }
      for j in row.indices { row[j] += weight * moved.gradient[j] / (12 * distance) }
    }
    return row
  }

  private static func shifted(_ x: [Double], _ i: Int, _ step: Double) -> [Double] {
    var x = x
    x[i] += step
    return x
  }
}
