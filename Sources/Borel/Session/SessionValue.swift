// The value of an input, as a shell shows it.

import BorelVM
import BorelValues

/// What an input evaluated to.
public struct SessionValue: Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }

  /// What a prompt shows: strings in quotes, nothing for `null`.
  public var text: String? {
    if case .null = value { return nil }
    return ValueText.literal(value)
  }

  /// Its kind and shape, "a Real array of length 3".
  public var kind: String { value.kindDescription }
}
