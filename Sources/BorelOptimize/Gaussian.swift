// Gaussian approximations: what draws from one and scores its draws.

import BorelNumerics

/// A Gaussian over unconstrained space.
public protocol Gaussian: Sendable {
  var mean: [Double] { get }
  /// log det Σ
  var logDeterminant: Double { get }
  /// Σ^½ u for some square root of the covariance.
  func scaled(_ u: [Double]) -> [Double]
}

extension Gaussian {
  /// A draw x = μ + Σ^½ u with log q(x) = -½ (log det Σ + u'u + n log 2π).
  public func draw(using random: inout RandomStream) -> (position: [Double], logDensity: Double) {
    let u = mean.map { _ in random.normal() }
    let logDensity = -0.5 * (logDeterminant + dot(u, u) + Double(u.count) * logTwoPi)
    return (moved(mean, by: 1, along: scaled(u)), logDensity)
  }
}
