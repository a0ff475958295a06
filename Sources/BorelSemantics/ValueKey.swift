// Equality and hashing of values by structure, for merging equal results.

import BorelValues

/// A value as a dictionary key: equal where types, shapes and contents are equal.
///
/// NaN equals NaN and 0.0 equals -0.0; the Int 1 and the Real 1.0 differ. Functions, distributions, models and host values are
/// equal only to themselves.
public struct ValueKey: Hashable, Sendable {
  public let value: Value

  public init(_ value: Value) { self.value = value }

  public static func == (a: ValueKey, b: ValueKey) -> Bool { equalStructure(a.value, b.value) }

  public func hash(into hasher: inout Hasher) { hashStructure(value, &hasher) }
}

/// Whether two values are equal in the sense of `ValueKey`. Nested lists are compared without recursion on the native stack.
private func equalStructure(_ a: Value, _ b: Value) -> Bool {
  var pending: [(Value, Value)] = []
  var next: (Value, Value)? = (a, b)
  while let (a, b) = next {
    switch (a, b) {
    case (.null, .null): break
    case (.bool(let x), .bool(let y)): guard x == y else { return false }
    case (.int(let x), .int(let y)): guard x == y else { return false }
    case (.real(let x), .real(let y)): guard x == y || (x.isNaN && y.isNaN) else { return false }
    case (.object(let x), .object(let y)):
      guard x !== y else { break }
      guard equalObjects(x, y, &pending) else { return false }
    default: return false
    }
    next = pending.popLast()
  }
  return true
}

/// Whether two objects agree but for their elements, which are appended to `pending`.
private func equalObjects(_ a: HeapObject, _ b: HeapObject, _ pending: inout [(Value, Value)]) -> Bool {
  switch (a, b) {
  case (let a as StringObject, let b as StringObject): return a.string == b.string
  case (let a as ArrayObject, let b as ArrayObject):
    guard a.kind == b.kind, a.shape == b.shape else { return false }
    for offset in 0..<a.count where a.storage[offset] != b.storage[offset] {
      guard a.kind == .real else { return false }
      let (x, y) = (a.reals[offset], b.reals[offset])
      guard x == y || (x.isNaN && y.isNaN) else { return false }
    }
    return true
  case (let a as ListObject, let b as ListObject):
    pending.append(contentsOf: zip(a.elements, b.elements))
    return a.elements.count == b.elements.count
  case (let a as TupleObject, let b as TupleObject):
    pending.append(contentsOf: zip(a.elements, b.elements))
    return a.elements.count == b.elements.count
  case (let a as RecordObject, let b as RecordObject):
    pending.append(contentsOf: zip(a.values, b.values))
    return a.keys == b.keys
  default: return false
  }
}

private func hashStructure(_ value: Value, _ hasher: inout Hasher) {
  var pending = [value]
  var count = 0
  // Equal values have equal beginnings; the rest is left to the comparison.
  while let value = pending.popLast(), count < 4096 {
    count += 1
    hasher.combine(value.tag)
    switch value {
    case .null: break
    case .bool(let x): hasher.combine(x)
    case .int(let x): hasher.combine(x)
    case .real(let x): hasher.combine(canonicalBits(x))
    case .object(let object):
      switch object {
      case let string as StringObject: hasher.combine(string.string)
      case let array as ArrayObject:
        hasher.combine(array.shape)
        for offset in 0..<array.count {
          hasher.combine(array.kind == .real ? canonicalBits(array.reals[offset]) : array.storage[offset])
        }
      case let list as ListObject: pending.append(contentsOf: list.elements)
      case let tuple as TupleObject: pending.append(contentsOf: tuple.elements)
      case let record as RecordObject:
        hasher.combine(record.keys)
        pending.append(contentsOf: record.values)
      default: hasher.combine(ObjectIdentifier(object))
      }
    }
  }
}

/// One bit pattern for all NaNs and one for both zeros.
private func canonicalBits(_ x: Double) -> UInt64 {
  x.isNaN ? Double.nan.bitPattern : x == 0 ? 0 : x.bitPattern
}
