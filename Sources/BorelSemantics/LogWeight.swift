// Sums, means and effective sizes of weights that are kept as logarithms.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// log Σ exp(lᵢ) of numbers that come one after the other, without overflow or underflow.
///
/// No number at all, or only -inf, gives -inf; a NaN gives NaN.
public struct LogSum: Sendable {
  @usableFromInline var largest = -Double.infinity
  /// Σ exp(lᵢ - largest)
  @usableFromInline var scaled = 0.0

  @inlinable
  public init() {}

  @inlinable
  public mutating func add(_ logWeight: Double) {
    if logWeight <= largest {
      if logWeight > -.infinity { scaled += exp(logWeight - largest) }
    } else if logWeight > largest {
      scaled = scaled * exp(largest - logWeight) + 1
      largest = logWeight
    } else {
      largest = .nan
    }
  }

  @inlinable
  public var value: Double { scaled == 1 || largest.isInfinite ? largest : largest + log(scaled) }
}

/// log Σ exp(lᵢ), -inf for no numbers.
public func logSumExp(_ logWeights: some Collection<Double>) -> Double {
  var largest = -Double.infinity
  for logWeight in logWeights {
    if logWeight.isNaN { return .nan }
    if logWeight > largest { largest = logWeight }
  }
  guard largest.isFinite else { return largest }
  var sum = 0.0
  for logWeight in logWeights { sum += exp(logWeight - largest) }
  return largest + log(sum)
}

/// log ((1/n) Σ exp(lᵢ)), -inf for no numbers.
public func logMeanExp(_ logWeights: some Collection<Double>) -> Double {
  logWeights.isEmpty ? -.infinity : logSumExp(logWeights) - log(Double(logWeights.count))
}

/// exp(lᵢ) / Σ exp(lⱼ), nil where no weight is positive and finite.
public func normalizedWeights(ofLogarithms logWeights: [Double]) -> [Double]? {
  var largest = -Double.infinity
  for logWeight in logWeights where logWeight > largest { largest = logWeight }
  guard largest.isFinite else { return nil }
  var weights = logWeights
  var sum = 0.0
  for index in weights.indices {
    weights[index] = exp(weights[index] - largest)
    sum += weights[index]
  }
  for index in weights.indices { weights[index] /= sum }
  return weights
}

/// Kish's effective sample size (Σw)² / Σw² (Kish 1965), 0 where no weight is positive.
public func effectiveSampleSize(ofLogarithms logWeights: [Double]) -> Double {
  var largest = -Double.infinity
  for logWeight in logWeights where logWeight > largest { largest = logWeight }
  guard largest.isFinite else { return 0 }
  var sum = 0.0
  var squares = 0.0
  for logWeight in logWeights {
    let weight = exp(logWeight - largest)
    sum += weight
    squares += weight * weight
  }
  return sum * sum / squares
}
