// Densities with known answers for Hamiltonian samplers.

import BorelSemantics

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A density given by a closure that returns log p and fills the gradient.
struct ClosureTarget: DensityTarget {
  let dimension: Int
  let density: @Sendable (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Double

  final class Evaluator: DensityEvaluator {
    let target: ClosureTarget
    var dimension: Int { target.dimension }
    init(_ target: ClosureTarget) { self.target = target }
    func evaluate(at position: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>) -> Double {
      target.density(
        UnsafeBufferPointer(start: position, count: dimension),
        UnsafeMutableBufferPointer(start: gradient, count: dimension))
    }
  }

  func makeEvaluator() throws(Failure) -> any DensityEvaluator { Evaluator(self) }
}

extension ClosureTarget {
  /// Independent normals.
  static func normal(means: [Double], deviations: [Double]) -> ClosureTarget {
    ClosureTarget(dimension: means.count) { q, g in
      var sum = 0.0
      for i in q.indices {
        let z = (q[i] - means[i]) / deviations[i]
        sum -= z * z / 2
        g[i] = -z / deviations[i]
      }
      return sum
    }
  }

  /// A bivariate normal with unit variances.
  static func correlated(_ rho: Double) -> ClosureTarget {
    ClosureTarget(dimension: 2) { q, g in
      let factor = 1 / (1 - rho * rho)
      g[0] = -factor * (q[0] - rho * q[1])
      g[1] = -factor * (q[1] - rho * q[0])
      return -factor / 2 * (q[0] * q[0] - 2 * rho * q[0] * q[1] + q[1] * q[1])
    }
  }

  /// An anharmonic oscillator in two dimensions: not Gaussian, so that the energy error is not small.
  static let quartic = ClosureTarget(dimension: 2) { q, g in
    g[0] = -q[0] * q[0] * q[0] - 0.5 * q[1]
    g[1] = -2 * q[1] - 0.5 * q[0]
    return -q[0] * q[0] * q[0] * q[0] / 4 - q[1] * q[1] - 0.5 * q[0] * q[1]
  }

  /// Neal's funnel.
  static func funnel(_ n: Int) -> ClosureTarget {
    ClosureTarget(dimension: n) { q, g in
      let v = q[0]
      var sum = -v * v / 18
      g[0] = -v / 9
      for i in 1..<n {
        let scaled = q[i] * exp(-v)
        sum += -v / 2 - q[i] * scaled / 2
        g[i] = -scaled
        g[0] += -0.5 + q[i] * scaled / 2
      }
      return sum
    }
  }
}
