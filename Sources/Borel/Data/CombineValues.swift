// Values beside each other as an array literal would put them: a dense array where they are numbers, a list otherwise.

import BorelValues

/// The value of `[values...]`: numbers of one kind (Int beside Real widens) make a dense array, arrays of equal shapes one of a
/// higher rank, anything else a list.
func combined(_ values: [Value]) -> Value {
  guard let first = values.first else { return .array([Double]()) }
  switch first {
  case .bool:
    let elements = values.compactMap(\.asBool)
    return elements.count == values.count ? .array(elements) : .list(values)
  case .int, .real:
    let integers = values.compactMap(\.asInt)
    if integers.count == values.count { return .array(integers) }
    let reals = values.compactMap(\.asReal)
    return reals.count == values.count ? .array(reals) : .list(values)
  default:
    let arrays = values.compactMap(\.asArray)
    guard arrays.count == values.count, let stacked = stacked(arrays) else { return .list(values) }
    return .object(stacked)
  }
}

/// Arrays of equal shapes under a new first dimension; nil where shapes differ or Bool meets numbers.
private func stacked(_ arrays: [ArrayObject]) -> ArrayObject? {
  guard let first = arrays.first, arrays.allSatisfy({ $0.shape == first.shape }) else { return nil }
  let kinds = Set(arrays.map(\.kind))
  let widens = kinds.count > 1
  if widens, kinds.contains(.bool) { return nil }
  let result = ArrayObject(uninitialized: widens ? .real : first.kind, shape: [arrays.count] + first.shape)
  for (index, array) in arrays.enumerated() {
    let source = widens && array.kind != .real ? array.widened() : array
    (result.storage + index * source.count).update(from: source.storage, count: source.count)
  }
  return result
}

/// The value of an array built element by element, `x[i] ~ d` for some indices: nested by index, `null` where an element is missing.
func assembled(_ elements: [(indices: ArraySlice<Int>, value: Value)]) -> Value {
  if elements.count == 1, elements[0].indices.isEmpty { return elements[0].value }
  var rows: [Int: [(indices: ArraySlice<Int>, value: Value)]] = [:]
  for (indices, value) in elements {
    guard let index = indices.first, index >= 0 else { continue }
    rows[index, default: []].append((indices.dropFirst(), value))
  }
  // Sparse indices, such as those of a hash, would make an endless list.
  guard let largest = rows.keys.max(), largest < 2 * elements.count + 16 else {
    return .record(rows.sorted { $0.key < $1.key }.map { (String($0.key), assembled($0.value)) })
  }
  return combined((0...largest).map { rows[$0].map(assembled) ?? .null })
}
