// Laplace's approximation: a Gaussian at the mode over unconstrained space.

import BorelNumerics
import BorelSemantics
import BorelSource

/// The approximation with draws from it.
public struct LaplaceResult: Sendable {
  /// The mode, and how it was found.
  public var optimum: Optimum
  public var draws: ApproximateDraws
  /// log ∫ p ≈ log p(mode) + n/2 log 2π + ½ log det Σ
  public var logEvidence: Double
  /// The shape k̂ of the Pareto distribution of the greatest ratios p / q: above 0.7 the draws do not stand for p.
  public var paretoShape: Double
}

/// Approximates p by N(m, (-∇²log p(m))⁻¹) at its mode m (Tierney and Kadane 1986).
public struct Laplace: Sendable {
  public var draws = 1000
  public var optimiser = LBFGS()

  public init(draws: Int = 1000) { self.draws = draws }

  /// - Parameters:
  ///   - start: where the search for the mode begins.
  ///   - names: of the coordinates, for messages.
  /// - Throws: where no mode is found, or the log density is not concave there.
  public func run(
    _ function: DensityFunction, from start: [Double], names: [String] = [], random: RandomStream,
    onStep: (Int, DensityPoint) -> Bool = { _, _ in true }
  ) throws(Failure) -> LaplaceResult {
    var optimum = try optimiser.maximise(function, from: start, onStep: onStep)
    guard optimum.reason != .unbounded else {
      throw Failure(
        .user,
        Diagnostic(
          code: "unbounded-density", "the log density grows without bound, so that there is no mode",
          hint: "a scale may go to zero where data are constant: give it a prior that keeps it away"))
    }
    if optimum.reason == .cancelled {
      throw Failure(.user, Diagnostic(code: "cancelled", "the run was cancelled"))
    }
    let gaussian = try approximation(function, &optimum, names)
    var random = random
    var result = ApproximateDraws()
    for _ in 0..<max(draws, 0) {
      let (position, logApproximation) = gaussian.draw(using: &random)
      result.append(
        position, logDensity: function.logDensity(at: position), logApproximation: logApproximation)
    }
    let n = Double(optimum.point.position.count)
    return LaplaceResult(
      optimum: optimum, draws: result,
      logEvidence: optimum.point.value + 0.5 * (n * logTwoPi + gaussian.logDeterminant),
      paretoShape: paretoShape(ofLogRatios: result.logRatios))
  }

  /// The Gaussian at the mode, after Newton's steps for the last digits of it.
  private func approximation(
    _ function: DensityFunction, _ optimum: inout Optimum, _ names: [String]
  ) throws(Failure) -> LaplaceGaussian {
    for _ in 0..<20 {
      let hessian = try Hessian(function, at: optimum.point)
      let gaussian = try LaplaceGaussian(mode: optimum.point.position, hessian, names: names)
      let step = gaussian.newtonStep(optimum.point.gradient)
      // Twice what the quadratic says is left to gain.
      let gain = dot(step, optimum.point.gradient)
      let next = function.point(at: moved(optimum.point.position, by: 1, along: step))
      let noise = 1e-13 * max(1, abs(optimum.point.value))
      if next.isUsable, next.value >= optimum.point.value - noise, norm(next.gradient) < norm(optimum.point.gradient) {
        optimum.point = next
        // The second derivatives are those of the mode already.
        if gain < 1e-14 { return try LaplaceGaussian(mode: next.position, hessian, names: names) }
      } else if gain < 1e-3 {
        return gaussian
      } else {
        break
      }
    }
    throw Failure(
      .user,
      Diagnostic(
        code: "no-mode",
        "no mode was found: the search ended at a log density of \(optimum.point.value), \(optimum.reason.explanation)",
        hint:
          "other starting values, or more iterations, may help; where the posterior has no mode there is no approximation"
      ))
  }
}
