// Where a search or a chain begins when nothing is known: somewhere near the origin of unconstrained space that has a density.

import BorelNumerics
import BorelSemantics
import BorelSource

/// How to find a first position.
public struct StartingPosition: Sendable {
  /// Every coordinate is uniform between -radius and radius, as in Stan.
  public var radius = 2.0
  public var attempts = 100

  public init(radius: Double = 2) { self.radius = radius }

  /// A position with a finite log density and gradient.
  ///
  /// - Throws: what the last evaluation failed with, or else that no position was found.
  public func find(_ function: DensityFunction, using random: inout RandomStream) throws(Failure) -> DensityPoint {
    let tries = radius > 0 ? max(attempts, 1) : 1
    for _ in 0..<tries {
      let position = (0..<function.dimension).map { _ in radius * (2 * random.uniform() - 1) }
      let point = function.point(at: position)
      if point.isUsable || point.value == .infinity { return point }
    }
    var diagnostic = Diagnostic(
      code: "no-start",
      radius > 0
        ? "none of \(tries) random positions between -\(radius) and \(radius) in unconstrained space has a log density"
        : "the origin of unconstrained space has no log density",
      hint: "give starting values, or a smaller radius")
    if let failure = function.lastFailure {
      diagnostic.notes.append("the last one failed: \(failure.diagnostic.message)")
      diagnostic.primary = failure.diagnostic.primary
    }
    throw Failure(.user, diagnostic)
  }
}
