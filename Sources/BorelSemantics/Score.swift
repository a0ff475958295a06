// Log densities and weights of a pending effect, checked: an undefined weight is never passed on.

import BorelSource
import BorelValues

extension Execution {
  /// log p(value) under the pending distribution, checked by `checkedWeight`.
  @inlinable
  public mutating func score(_ value: Value) throws(Failure) -> Double {
    let logDensity = try logDensity(of: value)
    if logDensity < .infinity { return logDensity }
    throw undefinedWeight(logDensity, "the log density", at: pendingSpan)
  }

  /// The log weight of a factor, checked by `checkedWeight`.
  @inlinable
  public func score(factor logWeight: Double) throws(Failure) -> Double {
    if logWeight < .infinity { return logWeight }
    throw undefinedWeight(logWeight, "the log weight", at: pendingSpan)
  }
}

/// The failure that a NaN or infinite weight stands for.
///
/// A NaN is the user's error: no weight follows from it. A density or weight of +inf is numerical: the point has probability zero.
public func undefinedWeight(_ logWeight: Double, _ what: String, at span: Span?) -> Failure {
  if logWeight.isNaN {
    return Failure(
      .user,
      Diagnostic(
        code: "nan-weight", "\(what) is NaN", at: span, label: "here",
        hint: "look for 0/0, inf - inf or the logarithm of a negative number in what it is computed from"))
  }
  return Failure(
    .numerical, Diagnostic(code: "infinite-weight", "\(what) is infinite", at: span, label: "here"))
}

/// The failure of an execution that uses one address for two choices.
public func duplicateAddress(_ address: Address, first: Span?, second: Span?) -> Failure {
  var diagnostic = Diagnostic(
    code: "duplicate-address", "two choices of one execution have the address `\(address)`", at: second,
    label: "the second choice",
    hint: "give every choice an address of its own, for instance an index: `\(address.name.text)[i] ~ ...`")
  if let first, first != second { diagnostic.secondary = [.init(first, "the first choice")] }
  if first == second { diagnostic.primary?.text = "reached twice" }
  return Failure(.user, diagnostic)
}
