// One row of the table of distributions: parameters to try, parameters to refuse, oracles.

import BorelValues
import Testing

/// What the battery needs to know about a distribution.
struct Row: Sendable, CustomTestStringConvertible {
  var name: String
  /// Sets of arguments, ordinary and extreme, on which every check runs.
  var parameters: [[Double]]
  /// Sets of arguments that violate a condition.
  var invalid: [[Double]]
  /// GNU's density at x.
  var gsl: (@Sendable (Double, [Double]) -> Double)?
  /// The oracle that `values` come from.
  var oracle: String
  /// Lines `arguments | x | log density | log cdf | log upper tail`; `-` where the oracle has no accurate value.
  var values: String

  init(
    _ name: String, _ parameters: [[Double]], invalid: [[Double]] = [],
    gsl: (@Sendable (Double, [Double]) -> Double)? = nil, oracle: String, _ values: String
  ) {
    self.name = name
    self.parameters = parameters
    self.invalid = invalid
    self.gsl = gsl
    self.oracle = oracle
    self.values = values
  }

  var testDescription: String { name }

  struct Reference {
    var arguments: [Double]
    var x: Double
    /// Log density, log cdf and log upper tail.
    var logs: [Double?]
  }

  var references: [Reference] {
    values.split(separator: "\n").map { line in
      let fields = line.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
      return Reference(
        arguments: fields[0].compactMap(Double.init), x: Double(fields[1][0]) ?? .nan,
        logs: fields[2].map(Double.init))
    }
  }

  /// Distributions whose parameters are declared Int.
  private static let integerParameters: [String: Set<Int>] = [
    "binomial": [0], "binomial_logit": [0], "beta_binomial": [0], "hypergeometric": [0, 1, 2],
    "discrete_uniform": [0, 1],
  ]

  func values(of arguments: [Double]) -> [Value] {
    let integers = Self.integerParameters[name] ?? []
    return arguments.enumerated().map { index, x in
      integers.contains(index) ? Int(exactly: x).map { .int($0) } ?? .real(x) : .real(x)
    }
  }
}
