// The gradient of a log density with respect to continuous choices.

import BorelValues

/// A log density with its derivatives with respect to the continuous free choices, discrete ones held fixed.
public struct LogDensityGradient: Sendable {
  /// The execution with its choices and weights.
  public var trace: Trace
  /// For each continuous free choice, in order: ∂ log p / ∂ value, a Real or an array in the shape of the value. NaN where the log density is
  /// -inf.
  public var derivatives: [(address: Address, value: Value)]

  public init(trace: Trace, derivatives: [(address: Address, value: Value)]) {
    self.trace = trace
    self.derivatives = derivatives
  }

  public var logDensity: Double { trace.logDensity }

  /// The derivative with respect to a choice; nil for one that is discrete, observed or not made.
  public subscript(address: Address) -> Value? { derivatives.first { $0.address == address }?.value }
}

/// A point of unconstrained space: the numbers of each continuous free choice in the order of the execution, and the values of discrete ones.
public struct UnconstrainedPosition: Sendable {
  public var coordinates: [(address: Address, values: [Double])] = []
  public var discrete = GivenChoices()

  public init() {}

  /// All numbers one behind the other.
  public var vector: [Double] {
    get { coordinates.flatMap(\.values) }
    set {
      var start = 0
      for place in coordinates.indices {
        let end = min(start + coordinates[place].values.count, newValue.count)
        coordinates[place].values.replaceSubrange(0..<(end - start), with: newValue[start..<end])
        start = end
      }
    }
  }
}

/// A log density over unconstrained space with its derivatives.
public struct UnconstrainedGradient: Sendable {
  /// The execution with its choices in their own space.
  public var trace: Trace
  /// log p, with the log-Jacobian where it was asked for.
  public var logDensity: Double
  /// Σ log |∂x / ∂y| over the continuous choices.
  public var logJacobian: Double
  /// ∂ log p / ∂y in the order of the position; NaN where the log density is -inf.
  public var derivatives: [(address: Address, values: [Double])]

  public init(
    trace: Trace, logDensity: Double, logJacobian: Double, derivatives: [(address: Address, values: [Double])]
  ) {
    self.trace = trace
    self.logDensity = logDensity
    self.logJacobian = logJacobian
    self.derivatives = derivatives
  }

  /// All derivatives one behind the other.
  public var vector: [Double] { derivatives.flatMap(\.values) }
}
