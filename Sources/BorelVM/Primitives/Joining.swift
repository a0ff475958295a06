// The machine's entries for what adds elements to collections and takes them away.

import BorelSemantics
import BorelValues

let joiningImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("append", .general(append)),
  ("concat", .general(concat)),
  ("insert", .general(insert)),
  ("remove", .general(remove)),
]

/// How a value joins an array or list. It holds no reference, so that uniqueness can be asked afterwards.
private enum Joining {
  case list
  /// Dense, with elements of this kind.
  case array(ElementKind)
  case value(Value)
}

/// In place where the array or list has no other owner: `x = append(x, y)` hands it over.
private func append(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  switch try joining(call) {
  case .value(let value): return value
  case .list:
    guard var list = call.take(0, as: ListObject.self) else { return .null }
    if !isKnownUniquelyReferenced(&list) { list = ListObject(list.elements) }
    list.elements.append(call[1])
    return .object(list)
  case .array(let kind):
    guard var array = call.take(0, as: ArrayObject.self) else { return .null }
    ArrayObject.makeGrowable(&array, kind)
    array.push(call[1])
    return .object(array)
  }
}

private func joining(_ call: PrimitiveCall) throws(Failure) -> Joining {
  let value = call[1]
  switch call[0].asObject {
  case let list as ListObject: return list.elements.isEmpty ? .value(ArrayLiteral.make([value])) : .list
  case let string as StringObject:
    guard let more = value.asString else { throw call.mismatch(1, expected: "a String") }
    return .value(.string(string.string + more))
  case let array as ArrayObject:
    if array.count == 0, array.rank == 1 { return .value(ArrayLiteral.make([value])) }
    if array.count + array.stride > array.capacity { try call.reserve(elements: 2 * array.capacity) }
    if let kind = array.kind(joining: value) { return .array(kind) }
    if array.rank > 1, let row = value.asArray {
      throw call.failure(
        "a row of \(Value.shapeText(row.shape)) cannot join \(call[0].kindDescription)", code: "shape-mismatch",
        argument: 1)
    }
    return .value(.list((0..<array.shape[0]).map(array.row) + [value]))
  default: throw call.mismatch(0, expected: "an array or a list")
  }
}

extension ArrayObject {
  /// The kind of the array with one more element (or row); nil where the value does not fit in.
  func kind(joining value: Value) -> ElementKind? {
    let own: ElementKind
    switch value {
    case .null: return nil
    case .bool: own = .bool
    case .int: own = .int
    case .real: own = .real
    case .object(let object):
      guard let row = object as? ArrayObject, row.shape == Array(shape.dropFirst()) else { return nil }
      return ArrayLiteral.join(kind, row.kind)
    }
    return rank == 1 ? ArrayLiteral.join(kind, own) : nil
  }

  /// Appends an element (or row) that fits in; the array has one owner and the right kind.
  func push(_ value: Value) {
    if let row = value.asArray {
      let source = row.kind == kind ? row : row.widened()
      withExtendedLifetime(source) { append(from: source.storage) }
    } else {
      var bits = ArrayLiteral.bits(value, as: kind)
      append(from: &bits)
    }
  }
}

private func concat(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let parts = call.arguments
  if !parts.isEmpty, parts.allSatisfy({ $0.asString != nil }) { return .string(parts.compactMap(\.asString).joined()) }
  let arrays = parts.compactMap(\.asArray).filter { $0.count > 0 || $0.rank > 1 }
  let onlyArrays = parts.allSatisfy { value in
    value.asArray != nil || (value.asObject as? ListObject)?.elements.isEmpty == true
  }
  if onlyArrays {
    guard let first = arrays.first else { return .array([Double]()) }
    let inner = Array(first.shape.dropFirst())
    var kind = first.kind
    var rows = 0
    for (i, array) in arrays.enumerated() {
      guard Array(array.shape.dropFirst()) == inner, let joined = ArrayLiteral.join(kind, array.kind) else {
        throw call.failure(
          "`concat` needs arrays with equal shapes after the first dimension, got \(Value.object(first).kindDescription) and \(Value.object(array).kindDescription)",
          code: "shape-mismatch", argument: min(i, call.count - 1))
      }
      kind = joined
      rows += array.shape[0]
    }
    try call.reserve(elements: rows * inner.reduce(1, &*))
    let result = ArrayObject(uninitialized: kind, shape: [rows] + inner)
    var offset = 0
    for array in arrays {
      let source = array.kind == kind ? array : array.widened()
      (result.storage + offset).update(from: source.storage, count: array.count)
      offset += array.count
      withExtendedLifetime(source) {}
    }
    return .object(result)
  }
  var elements: [Value] = []
  for i in 0..<call.count { elements += try call.elements(i) }
  return ArrayLiteral.make(elements)
}

private func insert(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  var elements = try call.elements(0)
  elements.insert(call[2], at: try call.position(1, upTo: elements.count, inclusive: true))
  return ArrayLiteral.make(elements)
}

private func remove(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let elements = try call.elements(0)
  let index = try call.position(1, upTo: elements.count)
  if let array = call[0].asArray {
    let result = ArrayObject(uninitialized: array.kind, shape: [array.shape[0] - 1] + array.shape.dropFirst())
    let before = index * array.stride
    result.storage.update(from: array.storage, count: before)
    (result.storage + before).update(from: array.storage + before + array.stride, count: result.count - before)
    return .object(result)
  }
  return .list(Array(elements[..<index] + elements[(index + 1)...]))
}
