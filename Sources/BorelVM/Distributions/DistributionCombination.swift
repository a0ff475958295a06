// What a distribution that is made from others can do; one file of this folder per combination.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelValues

/// A distribution made from other distributions or from values.
///
/// Scalars and arrays alike: `x` is a draw's type after `conform`. Operations that a combination does not have throw
/// an error of the user's that names it.
public protocol DistributionCombination: Sendable {
  /// The word for messages: `mixture`.
  var name: String { get }
  /// The distribution as it could be written.
  var text: String { get }
  var isDiscrete: Bool { get }
  /// The distributions that it is made of.
  var components: [DistributionObject] { get }

  func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value
  func logDensity<Caller: MethodCaller>(of value: Value, _ caller: inout Caller) throws(Failure) -> Double
  func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support
  /// The value in the type of a draw: nil where it cannot be one but has the right structure (density zero).
  func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value?
  /// The shape of a draw; empty for scalars.
  func shape<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Int]

  func cdf<Caller: MethodCaller>(at x: Double, tail: CDFTail, _ caller: inout Caller) throws(Failure) -> Double
  func quantile<Caller: MethodCaller>(_ p: Double, _ caller: inout Caller) throws(Failure) -> Double
  func mean<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value
  func variance<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value

  /// The independent elements of a product, nil for anything else.
  var elements: IndependentElements? { get }
}

/// The parts of a product in row-major order.
public struct IndependentElements: Sendable {
  public var shape: [Int]
  public var element: @Sendable (Int) -> DistributionObject
}

/// Which tail of a cdf, and on which scale.
public enum CDFTail: String, Sendable {
  /// P(X <= x)
  case lower = "cdf"
  /// P(X > x)
  case upper = "ccdf"
  case logLower = "logcdf"
  case logUpper = "logccdf"

  var isLog: Bool { self == .logLower || self == .logUpper }
  var isUpper: Bool { self == .upper || self == .logUpper }
}

extension DistributionCombination {
  public var components: [DistributionObject] { [] }

  public func cdf<Caller: MethodCaller>(
    at x: Double, tail: CDFTail, _ caller: inout Caller
  ) throws(Failure) -> Double {
    throw .missing(tail.rawValue, of: name)
  }
  public func quantile<Caller: MethodCaller>(_ p: Double, _ caller: inout Caller) throws(Failure) -> Double {
    throw .missing("quantile", of: name)
  }
  public func mean<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    throw .missing("mean", of: name)
  }
  public func variance<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    throw .missing("variance", of: name)
  }
  public func shape<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Int] { [] }
  public var elements: IndependentElements? { nil }
}

extension Failure {
  static func missing(_ method: String, of name: String) -> Failure {
    .user(code: "missing-method", "\(name) has no \(method)")
  }
}
