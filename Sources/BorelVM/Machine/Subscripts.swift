// Elements, rows and slices of arrays, lists, strings, records and host values: reading.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

/// A subscript with its value.
enum Subscript {
  case index(Int)
  /// Half-open.
  case range(Int, Int)
  case all
}

/// Reads values by subscripts; its failures point at the operands of an instruction.
struct SubscriptReader {
  let location: CodeLocation
  /// The number of the first subscript's operand.
  var operand = 1
  /// The number of the operand that stands for the value.
  var base = 0

  func failure(_ message: String, code: String, operand: Int?, hint: String? = nil) -> Failure {
    let span = operand.flatMap { location.span(operand: $0) } ?? location.span
    return Failure(.user, Diagnostic(code: code, message, at: span, hint: hint))
  }

  /// The index as an Int.
  func index(_ value: Value, operand: Int) throws(Failure) -> Int {
    if case .int(let n) = value { return n }
    throw failure(
      "an index must be an Int, got \(value.kindDescription)", code: "index-type", operand: operand,
      hint: value.tag == .real ? "`int(x)` makes an Int of a whole number" : nil)
  }

  func outOfRange(_ index: Int, _ what: String, _ count: Int, operand: Int?) -> Failure {
    let range = count == 0 ? "it is empty" : "0..<\(count)"
    return failure(
      "index \(index) is out of range for \(what) (\(range))", code: "index-out-of-range", operand: operand,
      hint: index == count && count > 0
        ? "indices start at 0: the last one is \(count - 1)"
        : index < 0 && count > 0 ? "indices start at 0; `x[len(x) - 1]` is the last element" : nil)
  }

  /// "an array of 3 elements", "dimension 1 of an array of shape [2, 3]"
  static func describe(_ array: ArrayObject, dimension: Int) -> String {
    if array.rank == 1 { return "an array of \(array.count) element\(array.count == 1 ? "" : "s")" }
    return "dimension \(dimension) of an array of shape [\(array.shape.map(String.init).joined(separator: ", "))]"
  }

  /// `value[i]` with one index of any type.
  func element(of value: Value, at subscriptValue: Value, operand: Int) throws(Failure) -> Value {
    switch value.asObject {
    case let array as ArrayObject:
      let n = try index(subscriptValue, operand: operand)
      guard n >= 0, n < array.shape[0] else {
        throw outOfRange(n, Self.describe(array, dimension: 0), array.shape[0], operand: operand)
      }
      return array.row(n)
    case let array as TracedArray:
      let n = try index(subscriptValue, operand: operand)
      guard n >= 0, n < array.values.shape[0] else {
        throw outOfRange(n, Self.describe(array.values, dimension: 0), array.values.shape[0], operand: operand)
      }
      return array.row(n)
    case let list as ListObject: return try pick(list.elements, subscriptValue, "a list of", operand)
    case let tuple as TupleObject: return try pick(tuple.elements, subscriptValue, "a tuple of", operand)
    case let string as StringObject:
      let characters = Array(string.string)
      let n = try index(subscriptValue, operand: operand)
      guard n >= 0, n < characters.count else {
        throw outOfRange(n, "a string of \(characters.count) characters", characters.count, operand: operand)
      }
      return .string(String(characters[n]))
    case let record as RecordObject:
      guard let key = subscriptValue.asString else {
        throw failure(
          "a record is indexed by a String, got \(subscriptValue.kindDescription)", code: "index-type",
          operand: operand)
      }
      guard let element = record[key] else { throw missingField(key, of: record.keys, operand: operand) }
      return element
    case let growing as GrowingArray:
      return try element(of: growing, at: [try index(subscriptValue, operand: operand)], operand: operand)
    case let host as HostObject:
      guard let element = host.payload.element(at: subscriptValue) else {
        throw failure(
          "the \(host.payload.typeName) has no element \(subscriptValue.shortText)", code: "no-element",
          operand: operand, hint: Self.didYouMean(subscriptValue.asString ?? "", among: host.payload.memberNames))
      }
      return element
    default:
      throw failure("\(value.kindDescription) has no elements", code: "not-indexable", operand: base)
    }
  }

  private func pick(_ elements: [Value], _ value: Value, _ what: String, _ operand: Int) throws(Failure) -> Value {
    let n = try index(value, operand: operand)
    guard n >= 0, n < elements.count else {
      throw outOfRange(n, "\(what) \(elements.count)", elements.count, operand: operand)
    }
    return elements[n]
  }

  func missingField(_ name: String, of names: [String], operand: Int?) -> Failure {
    failure(
      "there is no `\(name)` in this record", code: "missing-key", operand: operand,
      hint: Self.didYouMean(name, among: names)
        ?? (names.isEmpty
          ? "the record is empty" : "it has \(names.prefix(12).map { "`\($0)`" }.joined(separator: ", "))"))
  }

  static func didYouMean(_ name: String, among names: [String]) -> String? {
    closestMatch(to: name, among: names).map { "did you mean `\($0)`?" }
  }

  /// An element of an array that is being built by choices.
  func element(of array: GrowingArray, at indices: [Int], operand: Int) throws(Failure) -> Value {
    guard indices.count == array.rank else {
      throw failure(
        "\(array.rank) indices are needed while the array is being built, got \(indices.count)", code: "wrong-rank",
        operand: operand)
    }
    if let element = array.element(at: indices) { return element }
    let text = "[\(indices.map(String.init).joined(separator: ", "))]"
    throw failure("the element \(text) has no value yet", code: "missing-element", operand: operand)
  }

  /// `value[i, j]`
  func element(of value: Value, _ first: Value, _ second: Value) throws(Failure) -> Value {
    if let growing = value.asObject as? GrowingArray {
      return try element(
        of: growing, at: [try index(first, operand: operand), try index(second, operand: operand + 1)],
        operand: operand)
    }
    return try read(
      value, [.index(try index(first, operand: operand)), .index(try index(second, operand: operand + 1))])
  }

  /// Any subscripts.
  func read(_ value: Value, _ subscripts: [Subscript]) throws(Failure) -> Value {
    if let array = value.asArray { return try read(array, subscripts) }
    if let array = value.asObject as? TracedArray {
      return .joined(try read(array.values, subscripts), try read(array.nodes, subscripts))
    }
    guard let first = subscripts.first else { return value }
    if let list = value.asObject as? ListObject ?? (value.asObject as? TupleObject).map({ ListObject($0.elements) }) {
      let rest = Array(subscripts.dropFirst())
      switch first {
      case .index(let n):
        guard n >= 0, n < list.elements.count else {
          throw outOfRange(n, "a list of \(list.elements.count)", list.elements.count, operand: operand)
        }
        return rest.isEmpty
          ? list.elements[n]
          : try SubscriptReader(location: location, operand: operand + 1).read(list.elements[n], rest)
      case .range(let lower, let upper):
        try checkRange(lower, upper, count: list.elements.count, "a list of \(list.elements.count)", operand)
        return try mapped(list.elements[lower..<upper], rest, operand + 2)
      case .all: return try mapped(list.elements[...], rest, operand)
      }
    }
    if let string = value.asString, subscripts.count == 1 {
      let characters = Array(string)
      guard case .range(let lower, let upper) = first else { return value }
      try checkRange(lower, upper, count: characters.count, "a string of \(characters.count) characters", operand)
      return .string(String(characters[lower..<upper]))
    }
    throw failure("\(value.kindDescription) cannot be indexed like this", code: "not-indexable", operand: base)
  }

  private func mapped(_ elements: ArraySlice<Value>, _ rest: [Subscript], _ operand: Int) throws(Failure) -> Value {
    guard !rest.isEmpty else { return .list(Array(elements)) }
    var results: [Value] = []
    let reader = SubscriptReader(location: location, operand: operand)
    for element in elements { results.append(try reader.read(element, rest)) }
    return ArrayLiteral.make(results)
  }

  func checkRange(_ lower: Int, _ upper: Int, count: Int, _ what: String, _ operand: Int) throws(Failure) {
    if lower < 0 || lower > count { throw outOfRange(lower, what, count, operand: operand) }
    if upper > count { throw outOfRange(upper - 1, what, count, operand: operand + 1) }
  }

  /// Elements of a dense array; dimensions without a subscript are taken whole.
  func read(_ array: ArrayObject, _ subscripts: [Subscript]) throws(Failure) -> Value {
    let region = try region(of: array, subscripts)
    if region.shape.isEmpty { return array.element(region.offset(0)) }
    let result = ArrayObject(uninitialized: array.kind, shape: region.shape)
    region.forEach { place, offset in result.storage[place] = array.storage[offset] }
    return .object(result)
  }

  /// The elements that subscripts select.
  func region(of array: ArrayObject, _ subscripts: [Subscript]) throws(Failure) -> ArrayRegion {
    guard subscripts.count <= array.rank else {
      throw failure(
        "\(subscripts.count) indices are too many for an array of rank \(array.rank)", code: "wrong-rank", operand: nil)
    }
    var region = ArrayRegion()
    var stride = array.count == 0 ? 0 : array.count
    var operand = self.operand
    for (dimension, size) in array.shape.enumerated() {
      stride = size == 0 ? 0 : stride / size
      let part = dimension < subscripts.count ? subscripts[dimension] : .all
      switch part {
      case .index(let n):
        guard n >= 0, n < size else {
          throw outOfRange(n, Self.describe(array, dimension: dimension), size, operand: operand)
        }
        region.start += n * stride
        operand += 1
      case .range(let lower, let upper):
        try checkRange(lower, upper, count: size, Self.describe(array, dimension: dimension), operand)
        region.start += lower * stride
        region.shape.append(max(upper - lower, 0))
        region.strides.append(stride)
        operand += 2
      case .all:
        region.shape.append(size)
        region.strides.append(stride)
      }
    }
    return region
  }
}

/// A rectangular part of a dense array.
struct ArrayRegion {
  var start = 0
  /// Sizes and steps of the dimensions that are left.
  var shape: [Int] = []
  var strides: [Int] = []

  var count: Int { shape.reduce(1, &*) }

  /// The offset in the array of the region's element at a row-major place.
  func offset(_ place: Int) -> Int {
    var rest = place
    var offset = start
    for dimension in shape.indices.reversed() {
      offset += rest % shape[dimension] * strides[dimension]
      rest /= shape[dimension]
    }
    return offset
  }

  func forEach(_ body: (_ place: Int, _ offset: Int) -> Void) {
    guard let inner = shape.last, let step = strides.last else {
      body(0, start)
      return
    }
    guard inner > 0 else { return }
    for row in stride(from: 0, to: count, by: inner) {
      let offset = self.offset(row)
      for column in 0..<inner { body(row + column, offset + column * step) }
    }
  }
}
