// An array that choices build one element at a time, in any order: `x[i] ~ d`, `x[i, j] ~ d`.

import BorelValues

/// Elements by index with a mark for those that are missing. It lives only in the register of its variable and becomes a
/// dense array, or a list, when the variable is used as a whole.
final class GrowingArray: HeapObject, @unchecked Sendable {
  /// One past the largest index of each dimension.
  private(set) var extents: [Int]
  private var capacity: [Int]
  private var elements: [Value?]
  private(set) var filled = 0

  init(rank: Int) {
    extents = Array(repeating: 0, count: rank)
    capacity = Array(repeating: 0, count: rank)
    elements = []
    super.init(tag: .host)
  }

  init(copying other: GrowingArray) {
    extents = other.extents
    capacity = other.capacity
    elements = other.elements
    filled = other.filled
    super.init(tag: .host)
  }

  /// Takes the leading dimensions of a dense array apart.
  convenience init(_ array: ArrayObject, rank: Int) {
    self.init(rank: rank)
    let shape = Array(array.shape.prefix(rank))
    for offset in 0..<shape.reduce(1, &*) {
      let indices = Self.indices(offset, shape)
      store(array.subvalue(at: indices) ?? .null, at: indices)
    }
  }

  /// The same for an array with nodes.
  convenience init(_ array: TracedArray, rank: Int) {
    self.init(rank: rank)
    let shape = Array(array.values.shape.prefix(rank))
    for offset in 0..<shape.reduce(1, &*) {
      let indices = Self.indices(offset, shape)
      store(
        .joined(array.values.subvalue(at: indices) ?? .null, array.nodes.subvalue(at: indices) ?? .null), at: indices)
    }
  }

  convenience init(_ list: ListObject) {
    self.init(rank: 1)
    for (index, element) in list.elements.enumerated() { store(element, at: [index]) }
  }

  var rank: Int { extents.count }

  /// The elements that there are.
  var values: [Value] { elements.compactMap { $0 } }

  /// The number of elements of allocated memory that storing at these indices would need; nil where it overflows.
  func sizeNeeded(at indices: [Int]) -> Int? {
    ArrayObject.elementCount(of: zip(indices, capacity).map { $0 < $1 ? $1 : max($0 &+ 1, 2 &* $1) })
  }

  func store(_ value: Value, at indices: [Int]) {
    if zip(indices, capacity).contains(where: { $0 >= $1 }) { grow(to: indices) }
    let offset = self.offset(indices)
    if elements[offset] == nil { filled += 1 }
    elements[offset] = value
    for (dimension, index) in indices.enumerated() { extents[dimension] = max(extents[dimension], index + 1) }
  }

  /// nil for a hole or an index out of range.
  func element(at indices: [Int]) -> Value? {
    guard zip(indices, extents).allSatisfy({ $0 >= 0 && $0 < $1 }) else { return nil }
    return elements[offset(indices)]
  }

  private func offset(_ indices: [Int]) -> Int {
    zip(indices, capacity).reduce(0) { $0 * $1.1 + $1.0 }
  }

  private func grow(to indices: [Int]) {
    let old = (capacity, elements)
    capacity = zip(indices, capacity).map { $0 < $1 ? $1 : max($0 + 1, 2 * $1) }
    elements = Array(repeating: nil, count: capacity.reduce(1, *))
    for (offset, element) in old.1.enumerated() {
      if let element { elements[self.offset(Self.indices(offset, old.0))] = element }
    }
  }

  private static func indices(_ offset: Int, _ shape: [Int]) -> [Int] {
    var indices = shape
    var rest = offset
    for dimension in shape.indices.reversed() {
      indices[dimension] = rest % shape[dimension]
      rest /= shape[dimension]
    }
    return indices
  }

  /// The first missing element in row-major order; nil when there is none.
  var firstHole: [Int]? {
    let count = extents.reduce(1, *)
    guard filled < count else { return nil }
    for offset in 0..<count {
      let indices = Self.indices(offset, extents)
      if elements[self.offset(indices)] == nil { return indices }
    }
    return nil
  }

  /// The dense array of all elements, or a list (of lists) where they do not fit in one; there must be no holes.
  func assembled() -> Value {
    var values: [Value] = []
    values.reserveCapacity(filled)
    for offset in 0..<extents.reduce(1, *) {
      values.append(elements[self.offset(Self.indices(offset, extents))] ?? .null)
    }
    let dense = ArrayLiteral.dense(values)
    if let flat = dense?.asObject as? TracedArray {
      let shape = extents + flat.values.shape.dropFirst()
      return .joined(.object(flat.values.reshaped(shape)), .object(flat.nodes.reshaped(shape)))
    }
    guard let flat = dense?.asArray else { return nested(values[...], extents[...]) }
    let shape = extents + flat.shape.dropFirst()
    let result = ArrayObject(uninitialized: flat.kind, shape: shape)
    result.storage.update(from: flat.storage, count: flat.count)
    return .object(result)
  }

  private func nested(_ values: ArraySlice<Value>, _ shape: ArraySlice<Int>) -> Value {
    guard let size = shape.first, shape.count > 1 else { return .list(Array(values)) }
    let part = values.count / max(size, 1)
    let rows = (0..<size).map { row in
      nested(values[(values.startIndex + row * part)..<(values.startIndex + (row + 1) * part)], shape.dropFirst())
    }
    return .list(rows)
  }
}
