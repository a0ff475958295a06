// The density semantics of a program: the joint log density at given values of all its free choices.

import BorelSource
import BorelValues

extension Program {
  /// The trace with the given values, whose `logDensity` is log p(choices, data), -inf outside the support.
  ///
  /// A choice that the execution reaches without a given value is an error, and so is a given value that it never asks for. A
  /// numerical failure is thrown; `logDensity(of:)` turns it into -inf.
  public func assess(_ given: GivenChoices) throws(Failure) -> Trace {
    var trace = Trace()
    var run = start()
    var unused = Set(given.addresses)
    try run.complete(into: &trace) { (run, address) throws(Failure) in
      guard let found = given.value(for: address) else {
        throw missingChoice(address, at: run.pendingSpan, unused: given.addresses.filter(unused.contains))
      }
      unused.remove(found.givenAt)
      return found.value
    }
    if !unused.isEmpty { throw unknownChoices(given.addresses.filter(unused.contains), trace) }
    return trace
  }

  /// log p(choices, data) as in `assess`, -inf where the execution fails numerically.
  public func logDensity(of given: GivenChoices) throws(Failure) -> Double {
    do throws(Failure) {
      return try assess(given).logDensity
    } catch {
      guard error.kind == .numerical else { throw error }
      return -.infinity
    }
  }
}

/// The failure of an execution that reaches a choice without a given value.
public func missingChoice(_ address: Address, at span: Span?, unused: [Address]) -> Failure {
  Failure(
    .user,
    Diagnostic(
      code: "missing-choice", "no value is given for the choice `\(address)`", at: span, label: "chosen here",
      hint: unused.isEmpty
        ? "a log density needs a value for every choice that is not observed"
        : "given and not asked for so far: \(list(unused))"))
}

/// The failure of values that the execution has not asked for.
public func unknownChoices(_ unused: [Address], _ trace: Trace) -> Failure {
  let observed = unused.filter { trace[$0]?.isObserved == true }
  let free = trace.choices.filter { !$0.isObserved }.map(\.address)
  let message =
    unused.count == 1
    ? "a value is given for `\(unused[0])`, which the execution never chooses"
    : "values are given for \(list(unused)), which the execution never chooses"
  let hint =
    observed.isEmpty
    ? free.isEmpty ? "every choice of this program is observed" : "it chooses \(list(free))"
    : "\(list(observed)) \(observed.count == 1 ? "is" : "are") observed already"
  return Failure(.user, Diagnostic(code: "unknown-choice", message, hint: hint))
}

/// The first few addresses in backquotes.
private func list(_ addresses: [Address]) -> String {
  let shown = addresses.prefix(6).map { "`\($0)`" }.joined(separator: ", ")
  return addresses.count > 6 ? shown + ", … (\(addresses.count) in all)" : shown
}
