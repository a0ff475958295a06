// What algorithms ask of randomness, so that a test can put an exact enumeration in the place of the random stream.

import BorelNumerics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The source of an algorithm's own random choices and of the draws of the programs that it runs.
///
/// Algorithms are generic over it. `RandomStream` is the source of every real run; `EnumeratingSource` runs the same code once for
/// every possible outcome and so gives the exact law of what the algorithm returns. To make that possible a uniform number is
/// only ever compared with thresholds, never looked at.
public protocol RandomSource: Sendable {
  associatedtype Uniform: UniformVariate
  /// A number with the uniform law on (0, 1), to be compared with thresholds.
  mutating func uniformVariate() -> Uniform
  /// One of 0, …, n - 1 with equal probabilities; 0 where n < 1.
  mutating func uniformInt(below n: Int) -> Int
  /// An increment with a law symmetric about 0: standard normal, or plus or minus 1 under enumeration.
  mutating func symmetricIncrement() -> Double
  /// A draw from the distribution that the execution has stopped at.
  mutating func drawValue<Run: Execution>(from run: inout Run) throws(Failure) -> Value
  /// The source number `id` below this one, independent of it and of its other children.
  func child(_ id: UInt64) -> Self
}

/// A uniform number on (0, 1) that only answers comparisons.
public protocol UniformVariate: Sendable {
  /// Whether u < threshold, an event of probability `threshold` clamped to [0, 1]. Answers agree with each other.
  mutating func isBelow(_ threshold: Double) -> Bool
}

extension RandomSource {
  /// True with probability min(1, exp(`logProbability`)); false for NaN.
  @inlinable
  public mutating func accepts(logProbability: Double) -> Bool {
    if logProbability >= 0 { return true }
    guard logProbability > -.infinity else { return false }
    var uniform = uniformVariate()
    return uniform.isBelow(exp(logProbability))
  }

  /// An index with probability proportional to `weights`, which are not negative and have a positive sum.
  @inlinable
  public mutating func index(weights: [Double]) -> Int {
    var total = 0.0
    for weight in weights { total += weight }
    var uniform = uniformVariate()
    var below = 0.0
    var last = 0
    for (index, weight) in weights.enumerated() where weight > 0 {
      below += weight
      last = index
      if uniform.isBelow(below / total) { return index }
    }
    return last
  }
}

/// A uniform number that is known.
public struct UniformNumber: UniformVariate {
  public let value: Double

  @inlinable
  public init(_ value: Double) { self.value = value }

  @inlinable
  public mutating func isBelow(_ threshold: Double) -> Bool { value < threshold }
}

extension RandomStream: RandomSource {
  @inlinable
  public mutating func uniformVariate() -> UniformNumber { UniformNumber(uniform()) }

  @inlinable
  public mutating func symmetricIncrement() -> Double { normal() }

  @inlinable
  public mutating func drawValue<Run: Execution>(from run: inout Run) throws(Failure) -> Value {
    try run.draw(using: &self)
  }
}
