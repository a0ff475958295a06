// Values for the choices of a program, by address, whole arrays included.

import BorelValues

/// Values given for choices: `mu` ↦ 0.3, `theta[2]` ↦ 1, or `theta` ↦ a whole array whose elements are `theta[0]`, `theta[1]`, ...
public struct GivenChoices: Sendable {
  private var values: [Address: Value] = [:]
  /// The addresses in the order in which they were given.
  public private(set) var addresses: [Address] = []

  public init() {}

  public init(_ pairs: [(Address, Value)]) {
    for (address, value) in pairs { self[address] = value }
  }

  /// The choices of a trace, observed ones left out.
  public init(freeChoicesOf trace: Trace) {
    for choice in trace.choices where !choice.isObserved { self[choice.address] = choice.value }
  }

  public subscript(address: Address) -> Value? {
    get { values[address] }
    set {
      if values.updateValue(newValue ?? .null, forKey: address) == nil { addresses.append(address) }
    }
  }

  /// The value for a choice and the address that it was given under: its own, or that of a whole array or list.
  public func value(for address: Address) -> (value: Value, givenAt: Address)? {
    if let value = values[address] { return (value, address) }
    let indices = address.indices.array
    for length in stride(from: indices.count - 1, through: 0, by: -1) {
      let whole = Address(address.name, AddressIndices(Array(indices[..<length])), in: address.scope)
      guard let value = values[whole] else { continue }
      guard let part = element(of: value, at: indices[length...]) else { return nil }
      return (part, whole)
    }
    return nil
  }
}

/// The element or row of an array or nested list at some indices, nil where there is none.
private func element(of value: Value, at indices: ArraySlice<Int>) -> Value? {
  guard let first = indices.first else { return value }
  if let array = value.asArray {
    guard indices.count <= array.rank else { return nil }
    var offset = 0
    for (dimension, index) in indices.enumerated() {
      guard index >= 0, index < array.shape[dimension] else { return nil }
      offset = offset * array.shape[dimension] + index
    }
    let rest = Array(array.shape[indices.count...])
    guard !rest.isEmpty else { return array.element(offset) }
    let row = ArrayObject(uninitialized: array.kind, shape: rest)
    row.storage.update(from: array.storage + offset * row.count, count: row.count)
    return .object(row)
  }
  let elements = (value.asObject as? ListObject)?.elements ?? (value.asObject as? TupleObject)?.elements
  guard let elements, first >= 0, first < elements.count else { return nil }
  return element(of: elements[first], at: indices.dropFirst())
}
