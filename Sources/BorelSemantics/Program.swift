// What inference sees of a program: an execution that stops at every effect, can be forked by copying, and is resumed with a value.

import BorelNumerics
import BorelSource
import BorelValues

/// A program that can be executed against a source of choices: a model applied to its arguments, conditioned or not.
public protocol Program: Sendable {
  associatedtype Run: Execution
  /// A new execution, before its first effect.
  func start() -> Run
  /// What can be told about the sites before running, for messages and output order.
  var sites: [SiteDescription] { get }
}

/// A static site of a program.
public struct SiteDescription: Sendable, Equatable {
  public var name: String
  public var rank: Int
  public var isConditional: Bool
  public var span: Span?
  public init(name: String, rank: Int, isConditional: Bool, span: Span? = nil) {
    self.name = name
    self.rank = rank
    self.isConditional = isConditional
    self.span = span
  }
}

/// A running program: a value, so that copying it forks it.
///
/// A driver calls `advance()` until `.finished` or `.failed`. After `.sample` it must call `resume(with:)` before the next `advance()`;
/// after `.observe` and `.factor` it just advances. While stopped at `.sample` or `.observe`, the pending distribution answers
/// `draw`, `logDensity` and `support`; these do not resume.
public protocol Execution: Sendable {
  mutating func advance() -> Effect
  /// A draw from the pending distribution.
  mutating func draw(using random: inout RandomStream) throws(Failure) -> Value
  /// log p(value) under the pending distribution, -inf outside its support, with respect to Lebesgue or counting measure.
  mutating func logDensity(of value: Value) throws(Failure) -> Double
  /// The support of the pending distribution.
  mutating func support() throws(Failure) -> Support
  /// Continues from `.sample` with this value as the choice.
  mutating func resume(with value: Value)
  /// Where the pending effect stands, for messages.
  var pendingSpan: Span? { get }
}

/// What an execution stopped at.
public enum Effect: Sendable {
  /// A free choice at this address.
  case sample(Address)
  /// A choice or an expression whose value is given by the data; the address is nil for `observe e ~ d`.
  case observe(Address?, Value)
  /// The log weight grows by this; -inf ends the execution's chances but not the execution.
  case factor(Double)
  case finished(Value)
  case failed(Failure)
}

/// The support of a pending distribution, with bounds evaluated.
public enum Support: Sendable {
  /// An interval of the reals, bounds possibly infinite.
  case reals(lower: Double, upper: Double)
  /// Consecutive integers; nil for no bound.
  case integers(lower: Int?, upper: Int?)
  case booleans
  /// A finite set given by its elements, such as the arrays of a product of Bernoullis.
  case finite([Value])
  /// A continuous set of arrays: `unconstrained` is true for all of ℝⁿ.
  case continuous(shape: [Int], unconstrained: Bool)
  /// A discrete set that is not listed.
  case discrete

  /// All values of a finite discrete support in ascending order, nil where it is infinite, continuous or longer than `limit`.
  public func values(limit: Int) -> [Value]? {
    switch self {
    case .booleans: return [.bool(false), .bool(true)]
    case .finite(let values): return values.count <= limit ? values : nil
    case .integers(let lower?, let upper?):
      guard lower <= upper else { return [] }
      let (span, overflow) = upper.subtractingReportingOverflow(lower)
      guard !overflow, span < limit else { return nil }
      return (lower...upper).map { .int($0) }
    default: return nil
    }
  }

  public var isDiscrete: Bool {
    switch self {
    case .integers, .booleans, .finite, .discrete: true
    case .reals, .continuous: false
    }
  }
}
