// The language in which derivative rules are written: expressions over a function's arguments and its result.

/// A partial derivative of a scalar function, in terms of its arguments and of its value.
///
/// Equal parts are meant to be computed once: the gradient pass numbers them by value.
public indirect enum DerivativeExpression: Sendable, Hashable {
  case argument(Int)
  /// The value of the function itself.
  case result
  case constant(Double)
  case apply(LoopFunction, [DerivativeExpression])
}

extension DerivativeExpression: ExpressibleByFloatLiteral {
  public init(floatLiteral value: Double) { self = .constant(value) }
}

extension DerivativeExpression {
  static func + (a: Self, b: Self) -> Self { .apply(.add, [a, b]) }
  static func - (a: Self, b: Self) -> Self { .apply(.subtract, [a, b]) }
  static func * (a: Self, b: Self) -> Self { .apply(.multiply, [a, b]) }
  static func / (a: Self, b: Self) -> Self { .apply(.divide, [a, b]) }
  static prefix func - (a: Self) -> Self {
    if case .constant(let value) = a { return .constant(-value) }
    return .apply(.negate, [a])
  }
  static func < (a: Self, b: Self) -> Self { .apply(.less, [a, b]) }
  static func == (a: Self, b: Self) -> Self { .apply(.equal, [a, b]) }
  static func || (a: Self, b: Self) -> Self { .apply(.or, [a, b]) }

  /// `a` where the condition holds, else `b`; a derivative that exists on one side only.
  static func select(_ condition: Self, _ a: Self, _ b: Self) -> Self { .apply(.select, [condition, a, b]) }

  /// A function of the primitive table; a misspelt name gives NaN, which the test of every row finds.
  static func call(_ name: String, _ arguments: Self...) -> Self {
    guard let function = LoopFunction.named(name) else { return .constant(.nan) }
    return .apply(function, arguments)
  }

  static func absolute(_ a: Self) -> Self { .apply(.absolute, [a]) }
  static func exp(_ a: Self) -> Self { call("exp", a) }
  static func log(_ a: Self) -> Self { call("log", a) }
  static func log1p(_ a: Self) -> Self { call("log1p", a) }
  static func expm1(_ a: Self) -> Self { call("expm1", a) }
  static func sqrt(_ a: Self) -> Self { call("sqrt", a) }
  static func invLogit(_ a: Self) -> Self { call("inv_logit", a) }
  static func lgamma(_ a: Self) -> Self { call("lgamma", a) }
  static func digamma(_ a: Self) -> Self { call("digamma", a) }
  static func trigamma(_ a: Self) -> Self { call("trigamma", a) }
  static func lbeta(_ a: Self, _ b: Self) -> Self { call("lbeta", a, b) }
  static func lchoose(_ a: Self, _ b: Self) -> Self { call("lchoose", a, b) }
  static func xLogY(_ a: Self, _ b: Self) -> Self { call("x_log_y", a, b) }
  static func xLog1pY(_ a: Self, _ b: Self) -> Self { call("x_log1p_y", a, b) }
  static func erfcx(_ a: Self) -> Self { call("erfcx", a) }
  static func logPhi(_ a: Self) -> Self { call("log_Phi", a) }
  static func floor(_ a: Self) -> Self { call("floor", a) }

  /// The coefficients' polynomial in `x`, constant term first.
  static func polynomial(_ x: Self, _ coefficients: [Double]) -> Self {
    var value = Self.constant(coefficients.last ?? 0)
    for coefficient in coefficients.dropLast().reversed() { value = value * x + .constant(coefficient) }
    return value
  }

  /// The expression with its arguments replaced: how a rule for one function is used for another.
  func substituting(_ arguments: [Self], result: Self = .result) -> Self {
    switch self {
    case .argument(let index): index < arguments.count ? arguments[index] : self
    case .result: result
    case .constant: self
    case .apply(let function, let operands):
      .apply(function, operands.map { $0.substituting(arguments, result: result) })
    }
  }

  /// Whether the expression reads the value of the function.
  public var usesResult: Bool {
    switch self {
    case .result: true
    case .argument, .constant: false
    case .apply(_, let operands): operands.contains(where: \.usesResult)
    }
  }
}
