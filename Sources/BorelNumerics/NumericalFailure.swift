// The failure of a numerical operation: inside a model a weight of minus infinity, elsewhere an error.

/// A numerical operation that has no answer: a matrix that is not positive definite, a singular system, a step
/// that left the support.
public struct NumericalFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What failed and why, in one sentence without a final full stop.
  public var message: String
  /// The values involved, by name, for messages and statistics.
  public var values: [Value]
  /// What might help.
  public var hint: String?

  /// A named value.
  public struct Value: Sendable, Equatable {
    public var name: String
    public var value: Double

    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  public init(_ message: String, values: [Value] = [], hint: String? = nil) {
    self.message = message
    self.values = values
    self.hint = hint
  }

  public var description: String {
    if values.isEmpty { return message }
    return message + " (" + values.map { "\($0.name) = \($0.value)" }.joined(separator: ", ") + ")"
  }
}
