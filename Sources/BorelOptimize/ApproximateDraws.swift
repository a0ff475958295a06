// Draws from an approximation with both log densities, and how well they fit the target.

/// Draws x of an approximation q of a density p.
public struct ApproximateDraws: Sendable {
  public var positions: [[Double]] = []
  /// log p(x), -inf where there is none.
  public var logDensities: [Double] = []
  /// log q(x), normalised.
  public var logApproximations: [Double] = []
  /// Which path a draw belongs to; empty where there is only one.
  public var paths: [Int] = []

  public var count: Int { positions.count }

  mutating func append(_ position: [Double], logDensity: Double, logApproximation: Double) {
    positions.append(position)
    logDensities.append(logDensity)
    logApproximations.append(logApproximation)
  }

  /// log p - log q
  public var logRatios: [Double] { zip(logDensities, logApproximations).map { $0 - $1 } }

  /// The draws at some places, which may repeat.
  public func selecting(_ places: [Int]) -> ApproximateDraws {
    var selected = ApproximateDraws()
    selected.positions = places.map { positions[$0] }
    selected.logDensities = places.map { logDensities[$0] }
    selected.logApproximations = places.map { logApproximations[$0] }
    if !paths.isEmpty { selected.paths = places.map { paths[$0] } }
    return selected
  }
}
