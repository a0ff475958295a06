// Sets of variables and values by variable as arrays over the variables' numbers, which passes look up all the time.
// Everything is inlinable: other modules could not specialise it otherwise.

/// A set of variables.
public struct LoopVariableSet: Sendable {
  @usableFromInline var words: [UInt64] = []

  @inlinable public init() {}

  @inlinable
  public func contains(_ variable: LoopVariable) -> Bool {
    let word = variable.index >> 6
    return word < words.count && words[word] >> UInt64(variable.index & 63) & 1 == 1
  }

  /// Whether the variable was new.
  @inlinable @discardableResult
  public mutating func insert(_ variable: LoopVariable) -> Bool {
    let word = variable.index >> 6
    if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
    let bit: UInt64 = 1 << UInt64(variable.index & 63)
    if words[word] & bit != 0 { return false }
    words[word] |= bit
    return true
  }

  @inlinable
  public mutating func remove(_ variable: LoopVariable) {
    let word = variable.index >> 6
    if word < words.count { words[word] &= ~(1 << UInt64(variable.index & 63)) }
  }

  @inlinable
  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  @inlinable
  public func isDisjoint(with other: LoopVariableSet) -> Bool {
    zip(words, other.words).allSatisfy { $0 & $1 == 0 }
  }
}

/// A value for some of the variables.
public struct LoopVariableTable<Value> {
  @usableFromInline var values: [Value?] = []

  @inlinable public init() {}

  @inlinable
  public subscript(variable: LoopVariable) -> Value? {
    get { variable.index < values.count ? values[variable.index] : nil }
    set {
      if variable.index >= values.count {
        if newValue == nil { return }
        values.append(contentsOf: repeatElement(nil, count: variable.index + 1 - values.count))
      }
      values[variable.index] = newValue
    }
  }
}

extension LoopVariableTable: Sendable where Value: Sendable {}
