// Values as keys: equality and hashing by content, for memoised calls and for comparing two conditions.

import BorelValues

/// A value compared by content; Int and Real compare as numbers, functions, distributions and models by identity.
struct ValueKey: Hashable, Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }

  static func == (a: ValueKey, b: ValueKey) -> Bool { equal(a.value, b.value) }

  func hash(into hasher: inout Hasher) { Self.hash(value, into: &hasher) }

  private static func equal(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.null, .null): return true
    case (.bool(let x), .bool(let y)): return x == y
    case (.int(let x), .int(let y)): return x == y
    case (.real(let x), .real(let y)): return x == y
    case (.int(let n), .real(let x)), (.real(let x), .int(let n)): return Double(n) == x
    case (.object(let x), .object(let y)): return x === y || equal(x, y)
    default: return false
    }
  }

  private static func equal(_ a: HeapObject, _ b: HeapObject) -> Bool {
    switch (a, b) {
    case (let a as StringObject, let b as StringObject): return a.string == b.string
    case (let a as ArrayObject, let b as ArrayObject):
      guard a.shape == b.shape, (a.kind == .bool) == (b.kind == .bool) else { return false }
      for offset in 0..<a.count where a.real(offset) != b.real(offset) { return false }
      return true
    case (let a as ListObject, let b as ListObject): return equal(a.elements, b.elements)
    case (let a as TupleObject, let b as TupleObject): return equal(a.elements, b.elements)
    case (let a as RecordObject, let b as RecordObject):
      guard a.keys.count == b.keys.count else { return false }
      for (key, value) in zip(a.keys, a.values) {
        guard let other = b[key], equal(value, other) else { return false }
      }
      return true
    default: return false
    }
  }

  private static func equal(_ a: [Value], _ b: [Value]) -> Bool {
    guard a.count == b.count else { return false }
    for (x, y) in zip(a, b) where !equal(x, y) { return false }
    return true
  }

  private static func hash(_ value: Value, into hasher: inout Hasher) {
    switch value {
    case .null: hasher.combine(0)
    case .bool(let b): hasher.combine(b)
    case .int(let n): hasher.combine(Double(n))
    case .real(let x): hasher.combine(x)
    case .object(let object):
      hasher.combine(object.tag)
      switch object {
      case let string as StringObject: hasher.combine(string.string)
      case let array as ArrayObject:
        hasher.combine(array.shape)
        for offset in 0..<array.count { hasher.combine(array.real(offset)) }
      case let list as ListObject: for element in list.elements { hash(element, into: &hasher) }
      case let tuple as TupleObject: for element in tuple.elements { hash(element, into: &hasher) }
      case let record as RecordObject: hasher.combine(record.keys.count)
      default: hasher.combine(ObjectIdentifier(object))
      }
    }
  }
}
