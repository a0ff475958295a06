// Sorting, ranks, distinct elements and searching.

import BorelSemantics
import BorelValues

let orderingImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("sort", .general(sort)),
  ("order", .general(order)),
  ("rank", .general(rank)),
  ("unique", .general(unique)),
  ("tabulate", .general(tabulate)),
  ("which", .general(which)),
  ("index_of", .general(indexOf)),
  ("contains", .general(contains)),
]

/// Indices that sort the first argument, and whether two neighbours in that order are equal.
private func sorted(_ call: PrimitiveCall) throws(Failure) -> (order: [Int], areEqual: (Int, Int) -> Bool) {
  if let array = call[0].asArray {
    guard array.rank == 1 else { throw call.mismatch(0, expected: "a vector or a list of strings") }
    let x = array.realElements
    // Ints beyond 2^53 are compared exactly.
    if array.kind == .int {
      let n = (0..<array.count).map { Int64(bitPattern: array.storage[$0]) }
      return (n.indices.sorted { (n[$0], $0) < (n[$1], $1) }, { n[$0] == n[$1] })
    }
    return (
      x.indices.sorted { a, b in
        if x[a].isNaN || x[b].isNaN { return x[b].isNaN && !x[a].isNaN || x[a].isNaN == x[b].isNaN && a < b }
        return x[a] < x[b] || x[a] == x[b] && a < b
      }, { x[$0] == x[$1] }
    )
  }
  let elements = try call.elements(0)
  var strings: [String] = []
  for element in elements {
    guard let string = element.asString else { throw call.mismatch(0, expected: "numbers, Bools or strings") }
    strings.append(string)
  }
  return (strings.indices.sorted { (strings[$0], $0) < (strings[$1], $1) }, { strings[$0] == strings[$1] })
}

private func sort(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let (order, _) = try sorted(call)
  guard let array = call[0].asArray else {
    let elements = try call.elements(0)
    return .list(order.map { elements[$0] })
  }
  try call.reserve(elements: array.count)
  let result = ArrayObject(uninitialized: array.kind, shape: array.shape)
  for (place, index) in order.enumerated() { result.storage[place] = array.storage[index] }
  return .object(result)
}

private func order(_ call: inout PrimitiveCall) throws(Failure) -> Value { .array(try sorted(call).order) }

private func rank(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let (order, areEqual) = try sorted(call)
  var ranks = [Double](repeating: 0, count: order.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, areEqual(order[start], order[end]) { end += 1 }
    for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
    start = end
  }
  return .array(ranks)
}

private func unique(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let array = call[0].asArray, array.rank == 1 {
    var seen: Set<UInt64> = []
    var kept: [UInt64] = []
    for offset in 0..<array.count {
      // 0.0 and -0.0 are equal.
      let bits = array.kind == .real && array.reals[offset] == 0 ? 0 : array.storage[offset]
      if seen.insert(bits).inserted { kept.append(array.storage[offset]) }
    }
    let result = ArrayObject(uninitialized: array.kind, shape: [kept.count])
    result.storage.update(from: kept, count: kept.count)
    return .object(result)
  }
  let elements = try call.elements(0)
  if elements.allSatisfy({ $0.asString != nil }) {
    var seen: Set<String> = []
    return .list(elements.filter { seen.insert($0.asString ?? "").inserted })
  }
  var kept: [Value] = []
  for element in elements where !kept.contains(where: { ValueEquality.areEqual($0, element) }) { kept.append(element) }
  return ArrayLiteral.make(kept)
}

private func tabulate(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let array = try call.array(0, rank: 1)
  guard array.kind != .real || array.count == 0 else { throw call.mismatch(0, expected: "an Int array") }
  let x = (0..<array.count).map { Int(Int64(bitPattern: array.storage[$0])) }
  let n = call[1].tag == .null ? (x.max() ?? -1) &+ 1 : try call.size(1)
  try call.reserve(elements: max(n, 0))
  var counts = [Int](repeating: 0, count: max(n, 0))
  for value in x {
    guard counts.indices.contains(value) else {
      throw call.failure("`tabulate`: \(value) is not in 0..<\(max(n, 0))", argument: 0)
    }
    counts[value] += 1
  }
  return .array(counts)
}

private func which(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let array = try call.array(0, rank: 1)
  guard array.kind == .bool || array.count == 0 else { throw call.mismatch(0, expected: "a Bool array") }
  return .array((0..<array.count).filter { array.storage[$0] != 0 })
}

private func indexOf(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let target = call[1]
  return .int(try call.elements(0).firstIndex { ValueEquality.areEqual($0, target) } ?? -1)
}

private func contains(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let string = call[0].asString {
    let part = try call.string(1)
    return .bool(part.isEmpty || string.contains(part))
  }
  if let record = call[0].asRecord { return .bool(record[try call.string(1)] != nil) }
  let target = call[1]
  return .bool(try call.elements(0).contains { ValueEquality.areEqual($0, target) })
}
