// The table of supports: the sets that distributions live on, as written after `on`.

/// A set that a distribution is defined on.
public enum SupportKind: String, Sendable, CaseIterable {
  case real = "Real"
  case positive = "Positive"
  case nonNegative = "NonNegative"
  /// `Above(a)`: x > a
  case above = "Above"
  /// `Below(b)`: x < b
  case below = "Below"
  /// `Interval(a, b)`
  case interval = "Interval"
  case unitInterval = "UnitInterval"
  case bool = "Bool"
  case int = "Int"
  /// 0, 1, 2, ...
  case count = "Count"
  /// `IntAbove(a)`: a, a + 1, ...
  case intAbove = "IntAbove"
  /// `IntInterval(a, b)`: a, ..., b, both included
  case intInterval = "IntInterval"
  /// `Vector(n)`
  case vector = "Vector"
  /// `Matrix(n, k)`
  case matrix = "Matrix"
  /// `Simplex(n)`
  case simplex = "Simplex"
  case ordered = "Ordered"
  case positiveOrdered = "PositiveOrdered"
  case unitVector = "UnitVector"
  /// `Counts(k, n)`: k counts that sum to n
  case counts = "Counts"
  case covariance = "Covariance"
  case correlation = "Correlation"
  case covarianceCholesky = "CovarianceCholesky"
  case correlationCholesky = "CorrelationCholesky"

  /// The number of arguments after the name.
  public var arity: Int {
    switch self {
    case .real, .positive, .nonNegative, .unitInterval, .bool, .int, .count: 0
    case .above, .below, .intAbove, .vector, .simplex, .ordered, .positiveOrdered, .unitVector: 1
    case .covariance, .correlation, .covarianceCholesky, .correlationCholesky: 1
    case .interval, .intInterval, .matrix, .counts: 2
    }
  }

  public var isDiscrete: Bool {
    switch self {
    case .bool, .int, .count, .intAbove, .intInterval, .counts: true
    default: false
    }
  }
}
