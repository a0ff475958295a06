// Releases values inside one another without recursion, so that no nesting exhausts the native stack.

/// The release of objects that refer to objects.
///
/// An object that goes away moves its parts to a worklist; each part that nobody else holds does the same before it goes away in turn.
public enum Release {
  /// Called in `deinit` with the values that the object holds.
  @inlinable
  public static func parts(of values: inout [Value]) {
    // A part that were still held here, by a binding, would not be alone when its turn comes.
    let nests = values.contains { if case .object(let object) = $0 { object.tag.mayNest } else { false } }
    if nests { all(&values) }
  }

  /// Empties an array of values that hold others.
  public static func all(_ values: inout [Value]) {
    var pending: [HeapObject] = []
    move(&values, to: &pending)
    drain(&pending)
  }

  /// Releases what is in a worklist.
  public static func drain(_ pending: inout [HeapObject]) {
    while var object = pending.popLast() {
      if isKnownUniquelyReferenced(&object) { object.surrenderParts(to: &pending) }
    }
  }

  /// Moves the objects among some values to a worklist.
  public static func move(_ values: inout [Value], to pending: inout [HeapObject]) {
    for value in values { keep(value, in: &pending) }
    values = []
  }

  /// Keeps an object until its turn in a worklist comes.
  public static func keep(_ value: Value, in pending: inout [HeapObject]) {
    if case .object(let object) = value, object.tag.mayNest { pending.append(object) }
  }
}

extension ValueTag {
  /// Whether such an object can refer to objects that refer to others.
  @inlinable
  public var mayNest: Bool {
    switch self {
    case .null, .bool, .int, .real, .string, .array: false
    case .list, .tuple, .record, .function, .distribution, .model, .host: true
    }
  }
}
