// Equality of values: by content for data, by identity for functions, distributions, models and host values.

import BorelValues

enum ValueEquality {
  /// Int and Real compare as numbers; NaN equals nothing. Arrays are equal with equal shapes and elements; records with
  /// equal values under the same keys, in any order. A stack of its own keeps deep values from exhausting the native one;
  /// of many pairs of objects each is compared once, so that parts that occur often take no more time.
  static func areEqual(_ a: Value, _ b: Value) -> Bool {
    var pairs = [(a, b)]
    var compared: Set<ObjectPair> = []
    var count = 0
    while let (a, b) = pairs.popLast() {
      switch (a, b) {
      case (.null, .null): continue
      case (.bool(let x), .bool(let y)): if x != y { return false }
      case (.int(let x), .int(let y)): if x != y { return false }
      case (.object(let x), .object(let y)):
        count += 1
        if count > 1000, x.tag.mayNest, !compared.insert(ObjectPair(x, y)).inserted { continue }
        guard areEqual(x, y, &pairs) else { return false }
      default:
        guard let x = a.asReal, let y = b.asReal, x == y else { return false }
      }
    }
    return true
  }

  private struct ObjectPair: Hashable {
    let a, b: ObjectIdentifier
    init(_ a: HeapObject, _ b: HeapObject) { (self.a, self.b) = (ObjectIdentifier(a), ObjectIdentifier(b)) }
  }

  /// Compares two objects as far as they go themselves and leaves pairs of parts to be compared.
  private static func areEqual(_ a: HeapObject, _ b: HeapObject, _ pairs: inout [(Value, Value)]) -> Bool {
    switch (a, b) {
    case (let a as StringObject, let b as StringObject): return a.string == b.string
    case (let a as ArrayObject, let b as ArrayObject):
      guard a.shape == b.shape else { return false }
      guard a.count > 0, (a.kind == .bool) == (b.kind == .bool) else { return a.count == 0 }
      if a.kind == b.kind, a.kind != .real {
        return (0..<a.count).allSatisfy { a.storage[$0] == b.storage[$0] }
      }
      return (0..<a.count).allSatisfy { a.real($0) == b.real($0) }
    case (let a as ListObject, let b as ListObject): return push(a.elements, b.elements, &pairs)
    case (let a as ArrayObject, let b as ListObject): return a.count == 0 && b.elements.isEmpty
    case (let a as ListObject, let b as ArrayObject): return a.elements.isEmpty && b.count == 0
    case (let a as TupleObject, let b as TupleObject): return push(a.elements, b.elements, &pairs)
    case (let a as RecordObject, let b as RecordObject):
      guard a.keys.count == b.keys.count else { return false }
      for (key, value) in zip(a.keys, a.values) {
        guard let other = b[key] else { return false }
        pairs.append((value, other))
      }
      return true
    default: return a === b
    }
  }

  private static func push(_ a: [Value], _ b: [Value], _ pairs: inout [(Value, Value)]) -> Bool {
    guard a.count == b.count else { return false }
    for (x, y) in zip(a, b) { pairs.append((x, y)) }
    return true
  }
}
