// The choices of a particle as a list that descendants share with their ancestors.

import BorelSemantics
import BorelSource
import BorelValues

/// The last choice of an execution and those before it. Forked executions share what they have in common.
final class ChoiceHistory: @unchecked Sendable {
  let address: Address
  let value: Value
  let span: Span?
  private var earlier: ChoiceHistory?

  init(_ address: Address, _ value: Value, at span: Span?, after earlier: ChoiceHistory?) {
    self.address = address
    self.value = value
    self.span = span
    self.earlier = earlier
  }

  /// Releases a long history without recursion.
  deinit {
    var next = earlier
    earlier = nil
    while isKnownUniquelyReferenced(&next) {
      let following = next?.earlier
      next?.earlier = nil
      next = following
    }
  }

  /// The choices in the order in which they were made; an error where two have one address.
  static func choices(_ last: ChoiceHistory?) throws(Failure) -> [Choice] {
    var choices: [Choice] = []
    var node = last
    while let current = node {
      choices.append(
        Choice(
          address: current.address, value: current.value, logDensity: .nan, isObserved: false, span: current.span))
      node = current.earlier
    }
    choices.reverse()
    var spans: [Address: Span?] = [:]
    for choice in choices {
      if let first = spans.updateValue(choice.span, forKey: choice.address) {
        throw duplicateAddress(choice.address, first: first, second: choice.span)
      }
    }
    return choices
  }
}
