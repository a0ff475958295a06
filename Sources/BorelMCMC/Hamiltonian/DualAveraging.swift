// Tunes a step size by stochastic approximation.

import BorelInference

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Nesterov's dual averaging for a step size (Hoffman & Gelman 2014, section 3.2):
/// x_{t+1} = μ - (√t / γ) (1 / (t + t₀)) Σ (δ - αᵢ),  x̄_{t+1} = t^-κ x_{t+1} + (1 - t^-κ) x̄_t, x = log ε.
public struct DualAveraging: Sendable, Equatable {
  /// δ, the acceptance to reach.
  public var target: Double
  public var gamma = 0.05
  public var offset = 10.0
  public var kappa = 0.75
  private var count = 0.0
  private var errorMean = 0.0
  private var average = 0.0
  private var centre = 0.0

  public init(target: Double, stepSize: Double) {
    self.target = target
    restart(at: stepSize)
  }

  /// Forgets everything and begins around 10 ε.
  public mutating func restart(at stepSize: Double) {
    centre = log(10 * stepSize)
    count = 0
    errorMean = 0
    average = log(stepSize)
  }

  /// The next step size to try.
  public mutating func update(acceptance: Double) -> Double {
    count += 1
    let weight = 1 / (count + offset)
    errorMean = (1 - weight) * errorMean + weight * (target - (acceptance.isFinite ? acceptance : 0))
    let current = min(max(centre - errorMean * count.squareRoot() / gamma, -40), 15)
    let share = pow(count, -kappa)
    average = (1 - share) * average + share * current
    return exp(current)
  }

  /// The step size to keep.
  public var final: Double { exp(average) }
}

extension DualAveraging: Checkpointed {
  public func save(to checkpoint: inout CheckpointWriter) {
    for x in [target, gamma, offset, kappa, count, errorMean, average, centre] { checkpoint.write(x) }
  }

  public mutating func restore(from checkpoint: inout CheckpointReader) throws(CheckpointFailure) {
    target = try checkpoint.real()
    gamma = try checkpoint.real()
    offset = try checkpoint.real()
    kappa = try checkpoint.real()
    count = try checkpoint.real()
    errorMean = try checkpoint.real()
    average = try checkpoint.real()
    centre = try checkpoint.real()
  }
}
