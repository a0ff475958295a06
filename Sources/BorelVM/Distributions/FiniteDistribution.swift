// finite(values, weights): a distribution over any values, one probability each.

import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// P(X = values[k]) = weights[k]. Equal values count as one, their weights added.
public struct FiniteDistribution: DistributionCombination {
  public let values: [Value]
  public let weights: [Double]
  private let positions: [ValueKey: Int]

  init(_ values: [Value], weights: Value) throws(Failure) {
    self.init(
      values, probabilities: try Mixture.probabilities(weights, count: values.count, of: "finite", each: "value"))
  }

  /// Values with weights that are not negative and sum to 1.
  public init(_ values: [Value], probabilities: [Double]) {
    var distinct: [Value] = []
    var weights: [Double] = []
    var positions: [ValueKey: Int] = [:]
    for (value, weight) in zip(values, probabilities) {
      let key = ValueKey(value)
      if let position = positions[key] {
        weights[position] += weight
      } else {
        positions[key] = distinct.count
        distinct.append(value)
        weights.append(weight)
      }
    }
    self.values = distinct
    self.weights = weights
    self.positions = positions
  }

  public var name: String { "finite" }
  public var text: String { "finite(\(Value.list(values).shortText), \(Value.array(weights).shortText))" }
  public var isDiscrete: Bool { true }

  public func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    values[Mixture.pick(weights, caller.random.uniform())]
  }

  public func logDensity<Caller: MethodCaller>(
    of value: Value, _ caller: inout Caller
  ) throws(Failure) -> Double {
    positions[ValueKey(value)].map { log(weights[$0]) } ?? -.infinity
  }

  public func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    positions[ValueKey(value)].map { values[$0] }
  }

  public func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support {
    .finite(values.indices.filter { weights[$0] > 0 }.map { values[$0] })
  }

  public func shape<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Int] {
    values.first?.asArray?.shape ?? []
  }

  private func numbers(for method: String) throws(Failure) -> [Double] {
    let numbers = values.compactMap { value in value.asReal ?? value.asBool.map { $0 ? 1 : 0 } }
    guard numbers.count == values.count else { throw .missing(method, of: "finite over values that are not numbers") }
    return numbers
  }

  public func cdf<Caller: MethodCaller>(
    at x: Double, tail: CDFTail, _ caller: inout Caller
  ) throws(Failure) -> Double {
    let mass = zip(try numbers(for: tail.rawValue), weights)
      .reduce(0) { ($1.0 <= x) != tail.isUpper ? $0 + $1.1 : $0 }
    return tail.isLog ? log(min(1, mass)) : min(1, mass)
  }

  public func quantile<Caller: MethodCaller>(_ p: Double, _ caller: inout Caller) throws(Failure) -> Double {
    var left = p
    var last = Double.nan
    for (x, weight) in zip(try numbers(for: "quantile"), weights).sorted(by: { $0.0 < $1.0 }) where weight > 0 {
      last = x
      left -= weight
      if left <= 1e-15 { return x }
    }
    return last
  }

  public func mean<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    .real(zip(try numbers(for: "mean"), weights).reduce(0) { $0 + $1.0 * $1.1 })
  }

  public func variance<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    let numbers = try numbers(for: "variance")
    let mean = zip(numbers, weights).reduce(0) { $0 + $1.0 * $1.1 }
    return .real(zip(numbers, weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) })
  }
}
