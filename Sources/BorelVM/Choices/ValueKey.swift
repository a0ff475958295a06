// Values as keys: equality and hashing by content, for memoised calls and for comparing two conditions.

import BorelValues

/// A value compared by content as `==` does: Int and Real as numbers, functions, distributions and models by identity.
struct ValueKey: Hashable, Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }

  static func == (a: ValueKey, b: ValueKey) -> Bool { ValueEquality.areEqual(a.value, b.value) }

  /// Parts of one value that enter its hash.
  private static let hashedParts = 4096

  func hash(into hasher: inout Hasher) {
    var pending = [value]
    var count = 0
    while let value = pending.popLast(), count < Self.hashedParts {
      count += 1
      switch value {
      case .null: hasher.combine(0)
      case .bool(let b): hasher.combine(b)
      case .int(let n): hasher.combine(Double(n))
      case .real(let x): hasher.combine(x)
      case .object(let object): Self.hash(object, into: &hasher, &pending)
      }
    }
  }

  private static func hash(_ object: HeapObject, into hasher: inout Hasher, _ pending: inout [Value]) {
    switch object {
    case let string as StringObject: hasher.combine(string.string)
    case let array as ArrayObject:
      // Without elements it equals an empty list.
      hasher.combine(array.count)
      for offset in 0..<array.count { hasher.combine(array.real(offset)) }
    case let list as ListObject:
      hasher.combine(list.elements.count)
      pending.append(contentsOf: list.elements)
    case let tuple as TupleObject: pending.append(contentsOf: tuple.elements)
    case let record as RecordObject: hasher.combine(record.keys.count)
    default: hasher.combine(ObjectIdentifier(object))
    }
  }
}
