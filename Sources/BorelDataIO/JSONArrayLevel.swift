// One array of a JSON text while its elements come in.

import BorelValues

/// One array while its elements come in: dense as long as all have the same shape and are numbers or all Bool.
struct JSONArrayLevel {
  /// Where its elements start in `scratch`.
  let base: Int
  var count = 0
  var kind = ElementKind.real
  var elementShape: [Int] = []
  var isDense = true
  var hasNumbers = false
  var values: [Value] = []
  /// Elements written as strings that stand for numbers, and so stay strings among strings.
  var specials: [(index: Int, text: String)] = []

  init(base: Int) { self.base = base }

  /// Size of one element in `scratch`.
  var stride: Int { elementShape.reduce(1, &*) }

  mutating func append(bits: UInt64, _ newKind: ElementKind, _ scratch: inout [UInt64]) {
    if isDense {
      if count == 0 {
        kind = newKind
      } else if !elementShape.isEmpty || !accept(newKind, &scratch) {
        toList(&scratch)
      }
    }
    if isDense {
      scratch.append(
        kind == .real && newKind == .int ? Double(Int64(bitPattern: bits)).bitPattern : bits)
      count += 1
    } else {
      appendToList(scalar(bits, newKind))
    }
  }

  mutating func appendSpecial(_ number: Double, _ text: String, _ scratch: inout [UInt64]) {
    specials.append((count, text))
    append(bits: number.bitPattern, .real, &scratch)
  }

  /// An array whose elements stand in `scratch` from `start` on.
  mutating func append(_ newKind: ElementKind, _ shape: [Int], from start: Int, _ scratch: inout [UInt64]) {
    let isEmpty = start == scratch.count
    if isDense {
      if count == 0 {
        kind = newKind
        elementShape = shape
      } else if elementShape != shape || !(isEmpty || accept(newKind, &scratch, upTo: start)) {
        let own = Array(scratch[start...])
        scratch.removeSubrange(start...)
        toList(&scratch)
        scratch += own
      }
    }
    if isDense {
      if kind == .real, newKind == .int { widen(&scratch, start..<scratch.count) }
      count += 1
    } else {
      let newStart = scratch.count - shape.reduce(1, &*)
      appendToList(denseValue(newKind, shape, scratch[newStart...]))
      scratch.removeSubrange(newStart...)
    }
  }

  mutating func append(_ value: Value, _ scratch: inout [UInt64]) {
    if isDense { toList(&scratch) }
    appendToList(value)
  }

  private mutating func appendToList(_ value: Value) {
    values.append(value)
    count += 1
  }

  /// Makes the array ready for an element of another kind; false where both cannot stand in one dense array.
  private mutating func accept(_ newKind: ElementKind, _ scratch: inout [UInt64], upTo end: Int? = nil) -> Bool {
    if kind == newKind || (kind == .real && newKind == .int) { return true }
    guard kind == .int, newKind == .real else { return false }
    widen(&scratch, base..<(end ?? scratch.count))
    kind = .real
    return true
  }

  private func widen(_ scratch: inout [UInt64], _ range: Range<Int>) {
    for index in range { scratch[index] = Double(Int64(bitPattern: scratch[index])).bitPattern }
  }

  /// Moves the elements so far out of `scratch`.
  private mutating func toList(_ scratch: inout [UInt64]) {
    isDense = false
    let size = stride
    for index in 0..<count {
      let start = base + index * size
      values.append(
        elementShape.isEmpty
          ? scalar(scratch[start], kind) : denseValue(kind, elementShape, scratch[start..<start + size]))
    }
    scratch.removeSubrange(base...)
  }

  mutating func finish(_ scratch: inout [UInt64]) -> JSONScanner.Item {
    if isDense { return .dense(kind: kind, shape: [count] + elementShape) }
    if values.contains(where: { $0.tag == .string }) {
      for (index, text) in specials { values[index] = .string(text) }
    }
    return .value(.list(withOneNumberKind(values)))
  }
}
