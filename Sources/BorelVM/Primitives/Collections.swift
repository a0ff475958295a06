// The machine's entries for the rows of BorelIR/Primitives/Collections.swift: size, construction, parts.

import BorelSemantics
import BorelValues

let collectionImplementations: [(name: String, implementation: PrimitiveImplementation)] =
  [
    ("len", .general(length)),
    ("shape", .general(shape)),
    ("ndim", .general(dimensions)),
    ("zeros", .general(zeros)),
    ("ones", .general(ones)),
    ("full", .general(full)),
    ("range", .general(range)),
    ("linspace", .general(linspace)),
    ("rep", .general(rep)),
    ("reshape", .general(reshape)),
    ("flatten", .general(flatten)),
    ("to_list", .general(toList)),
    ("to_array", .general(toArray)),
    ("head", .general(head)),
    ("tail", .general(tail)),
    ("reverse", .general(reverse)),
  ] + joiningImplementations + orderingImplementations + foldingImplementations + recordImplementations
  + conversionImplementations

extension PrimitiveCall {
  /// The elements (or rows) of an array, list or tuple.
  func elements(_ i: Int) throws(Failure) -> [Value] {
    switch self[i].asObject {
    case let array as ArrayObject:
      try reserve(elements: array.count)
      return (0..<array.shape[0]).map(array.row)
    case let array as TracedArray:
      try reserve(elements: 2 * array.values.count)
      return (0..<array.values.shape[0]).map(array.row)
    case let list as ListObject: return list.elements
    case let tuple as TupleObject: return tuple.elements
    default: throw mismatch(i, expected: "an array or a list")
    }
  }

  /// A size: an Int that is not negative.
  func size(_ i: Int) throws(Failure) -> Int {
    let n = try int(i)
    guard n >= 0 else { throw failure("`\(name)` needs a size that is not negative, got \(n)", argument: i) }
    return n
  }

  /// A shape from the arguments from `first` on: sizes, or one vector of sizes.
  func shape(from first: Int) throws(Failure) -> [Int] {
    var shape: [Int] = []
    if count == first + 1, let array = self[first].asArray, array.kind == .int, array.rank == 1 {
      shape = (0..<array.count).map { Int(Int64(bitPattern: array.storage[$0])) }
    } else {
      for i in first..<max(count, first) { shape.append(try int(i)) }
    }
    guard !shape.isEmpty else { throw failure("`\(name)` needs at least one size") }
    guard let negative = shape.first(where: { $0 < 0 }) else {
      guard let elements = ArrayObject.elementCount(of: shape) else {
        throw Limits.memoryFailure(bytes: .max, at: span)
      }
      try reserve(elements: elements)
      return shape
    }
    throw failure("`\(name)` needs sizes that are not negative, got \(negative)", argument: min(first, count - 1))
  }

  /// A position in `0..<count`, or `0...count`.
  func position(_ i: Int, upTo count: Int, inclusive: Bool = false) throws(Failure) -> Int {
    let n = try int(i)
    guard n >= 0, inclusive ? n <= count : n < count else {
      throw failure(
        "`\(name)`: index \(n) is out of range (\(inclusive ? "0...\(count)" : "0..<\(count)"))",
        code: "index-out-of-range", argument: i)
    }
    return n
  }
}

// MARK: Size

private func length(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  switch call[0].asObject {
  case let array as ArrayObject: return .int(array.shape[0])
  case let list as ListObject: return .int(list.elements.count)
  case let tuple as TupleObject: return .int(tuple.elements.count)
  case let record as RecordObject: return .int(record.keys.count)
  case let string as StringObject: return .int(string.string.count)
  case let host as HostObject:
    if let count = host.payload.member("length") { return count }
    throw call.mismatch(0, expected: "an array, a list, a string or a record")
  default: throw call.mismatch(0, expected: "an array, a list, a string or a record")
  }
}

private func shape(_ call: inout PrimitiveCall) throws(Failure) -> Value { .array(try call.array(0).shape) }

private func dimensions(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  call.slots[0].asReal != nil ? .int(0) : .int(try call.array(0).rank)
}

// MARK: Construction

private func filled(_ call: PrimitiveCall, _ x: Double) throws(Failure) -> Value {
  let result = ArrayObject(uninitialized: .real, shape: try call.shape(from: 0))
  result.reals.update(repeating: x, count: result.count)
  return .object(result)
}

private func zeros(_ call: inout PrimitiveCall) throws(Failure) -> Value { try filled(call, 0) }

private func ones(_ call: inout PrimitiveCall) throws(Failure) -> Value { try filled(call, 1) }

private func full(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let shape = try call.shape(from: 1)
  let kind: ElementKind
  switch call[0] {
  case .bool: kind = .bool
  case .int: kind = .int
  case .real: kind = .real
  default:
    if let row = call[0].asArray {
      let whole = shape + row.shape
      guard let count = ArrayObject.elementCount(of: whole) else {
        throw Limits.memoryFailure(bytes: .max, at: call.span)
      }
      try call.reserve(elements: count)
      let result = ArrayObject(uninitialized: row.kind, shape: whole)
      for index in 0..<shape.reduce(1, &*) {
        (result.storage + index * row.count).update(from: row.storage, count: row.count)
      }
      return .object(result)
    }
    guard shape.count == 1 else {
      throw call.failure("`full` makes a list of \(call[0].kindDescription) in one dimension only", argument: 0)
    }
    return .list(Array(repeating: call[0], count: shape[0]))
  }
  let result = ArrayObject(uninitialized: kind, shape: shape)
  result.storage.update(repeating: ArrayLiteral.bits(call[0], as: kind), count: result.count)
  return .object(result)
}

private func range(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let step = try call.real(2)
  guard step != 0, step.isFinite else {
    throw call.failure("the step of `range` must be finite and not zero", argument: 2)
  }
  let (start, stop) = (try call.real(0), try call.real(1))
  guard start.isFinite, stop.isFinite else {
    throw call.failure("the ends of `range` must be finite", argument: start.isFinite ? 1 : 0)
  }
  let size = max(((stop - start) / step).rounded(.up), 0)
  guard size < 1e15 else { throw Limits.memoryFailure(bytes: .max, at: call.span) }
  let count = Int(size)
  try call.reserve(elements: count)
  if call.slots[0].isInt, call.slots[1].isInt, call.slots[2].isInt {
    let first = call.slots[0].int
    let step = call.slots[2].int
    let result = ArrayObject(uninitialized: .int, shape: [count])
    for i in 0..<count { result.storage[i] = UInt64(bitPattern: Int64(first &+ i &* step)) }
    return .object(result)
  }
  let result = ArrayObject(uninitialized: .real, shape: [count])
  for i in 0..<count { result.reals[i] = start + Double(i) * step }
  return .object(result)
}

private func linspace(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let (start, stop, n) = (try call.real(0), try call.real(1), try call.size(2))
  try call.reserve(elements: n)
  let result = ArrayObject(uninitialized: .real, shape: [n])
  for i in 0..<n {
    result.reals[i] = i == n - 1 && n > 1 ? stop : start + (stop - start) * (Double(i) / Double(max(n - 1, 1)))
  }
  return .object(result)
}

private func rep(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let n = try call.size(1)
  switch call[0].asObject {
  case let array as ArrayObject:
    guard let count = ArrayObject.elementCount(of: [array.count, n]) else {
      throw Limits.memoryFailure(bytes: .max, at: call.span)
    }
    try call.reserve(elements: count)
    let result = ArrayObject(uninitialized: array.kind, shape: [array.shape[0] * n] + array.shape.dropFirst())
    for index in 0..<n { (result.storage + index * array.count).update(from: array.storage, count: array.count) }
    return .object(result)
  case let list as ListObject:
    guard let count = ArrayObject.elementCount(of: [list.elements.count, n]) else {
      throw Limits.memoryFailure(bytes: .max, at: call.span)
    }
    try call.reserve(elements: 2 * count)
    return .list(Array((0..<n).map { _ in list.elements }.joined()))
  case let string as StringObject:
    try call.reserve(elements: string.string.utf8.count / 8 * n)
    return .string(String(repeating: string.string, count: n))
  default:
    try call.reserve(elements: n)
    return n == 0 ? .array([Double]()) : ArrayLiteral.make(Array(repeating: call[0], count: n))
  }
}

private func reshape(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let array = try call.array(0)
  let shape = try call.shape(from: 1)
  guard shape.reduce(1, &*) == array.count else {
    throw call.failure(
      "`reshape` cannot make shape [\(shape.map(String.init).joined(separator: ", "))] of \(array.count) elements",
      code: "shape-mismatch")
  }
  return .object(array.reshaped(shape))
}

extension ArrayObject {
  /// The same elements in another shape of as many elements.
  func reshaped(_ shape: [Int]) -> ArrayObject {
    let result = ArrayObject(uninitialized: kind, shape: shape)
    result.storage.update(from: storage, count: count)
    return result
  }
}

private func flatten(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let array = call[0].asArray {
    try call.reserve(elements: array.count)
    return .object(array.reshaped([array.count]))
  }
  var result: [Value] = []
  for element in try call.elements(0) {
    switch element.asObject {
    case let list as ListObject: result += list.elements
    case let array as ArrayObject: result += (0..<array.shape[0]).map(array.row)
    default: result.append(element)
    }
  }
  return ArrayLiteral.make(result)
}

private func toList(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let string = call[0].asString { return .list(string.map { .string(String($0)) }) }
  return .list(try call.elements(0))
}

private func toArray(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if call[0].asArray != nil { return call[0] }
  let elements = try call.elements(0)
  guard let array = ArrayLiteral.dense(elements) else {
    throw call.failure(
      "`to_array` needs numbers, Bools, or arrays of one shape", code: "wrong-type", argument: 0)
  }
  return array
}

// MARK: Parts

/// Elements (or rows) from `start` on.
private func slice(_ call: PrimitiveCall, _ start: Int, _ count: Int) throws(Failure) -> Value {
  switch call[0].asObject {
  case let array as ArrayObject:
    try call.reserve(elements: count * array.stride)
    let result = ArrayObject(uninitialized: array.kind, shape: [count] + array.shape.dropFirst())
    result.storage.update(from: array.storage + start * array.stride, count: result.count)
    return .object(result)
  case let string as StringObject: return .string(String(string.string.dropFirst(start).prefix(count)))
  default: return .list(Array(try call.elements(0)[start..<(start + count)]))
  }
}

private func elementCount(_ call: PrimitiveCall) throws(Failure) -> Int {
  switch call[0].asObject {
  case let array as ArrayObject: array.shape[0]
  case let string as StringObject: string.string.count
  default: try call.elements(0).count
  }
}

private func head(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  try slice(call, 0, min(try call.size(1), try elementCount(call)))
}

private func tail(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let count = try elementCount(call)
  let n = min(try call.size(1), count)
  return try slice(call, count - n, n)
}

private func reverse(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let string = call[0].asString { return .string(String(string.reversed())) }
  guard let array = call[0].asArray else { return .list(try call.elements(0).reversed()) }
  try call.reserve(elements: array.count)
  let result = ArrayObject(uninitialized: array.kind, shape: array.shape)
  let rows = array.shape[0]
  for row in 0..<rows {
    (result.storage + (rows - 1 - row) * array.stride).update(
      from: array.storage + row * array.stride, count: array.stride)
  }
  return .object(result)
}
