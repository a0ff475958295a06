// A point of unconstrained space with the log density and its gradient there.

import BorelSemantics

/// A point with what a target says of it.
public struct DensityPoint: Sendable, Equatable {
  public var position: [Double]
  /// log p, -inf where there is no density.
  public var value: Double
  public var gradient: [Double]

  public init(position: [Double], value: Double, gradient: [Double]) {
    self.position = position
    self.value = value
    self.gradient = gradient
  }

  /// A density and a gradient that one can go on from.
  public var isUsable: Bool { value.isFinite && gradient.allSatisfy(\.isFinite) }
}

/// One thread's evaluations of a target, counted; what is not a number counts as no density.
public final class DensityFunction {
  private let evaluator: any DensityEvaluator
  private var buffer: [Double]
  public private(set) var evaluations = 0
  public var dimension: Int { evaluator.dimension }

  public init(_ target: some DensityTarget) throws(Failure) {
    evaluator = try target.makeEvaluator()
    // One number more, so that there is an address without dimensions, too.
    buffer = Array(repeating: 0, count: evaluator.dimension + 1)
  }

  /// The point at a position of `dimension` numbers.
  public func point(at position: [Double]) -> DensityPoint {
    let value = logDensity(at: position)
    return DensityPoint(position: position, value: value, gradient: Array(buffer.prefix(dimension)))
  }

  /// log p at a position of `dimension` numbers.
  public func logDensity(at position: [Double]) -> Double {
    evaluations += 1
    let value = (position.isEmpty ? [0] : position).withUnsafeBufferPointer { at in
      buffer.withUnsafeMutableBufferPointer { gradient in
        guard let at = at.baseAddress, let gradient = gradient.baseAddress else { return -Double.infinity }
        return evaluator.evaluate(at: at, gradient: gradient)
      }
    }
    return value.isNaN ? -.infinity : value
  }

  /// Why the last evaluation failed, where that is known.
  public var lastFailure: Failure? { evaluator.lastFailure }
}
