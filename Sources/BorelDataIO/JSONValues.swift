// The small rules of the JSON reader: bytes, spelled-out numbers, dense values.

import BorelValues

func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

/// Letters, digits, `_` and everything that is not ASCII.
func isWordByte(_ byte: UInt8) -> Bool {
  isDigit(byte) || (byte | 0x20) &- 97 < 26 || byte == UInt8(ascii: "_") || byte >= 0x80
}

func isPlainName(_ text: String) -> Bool {
  guard let first = text.utf8.first, !isDigit(first) else { return false }
  return text.utf8.allSatisfy(isWordByte)
}

func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
  switch byte {
  case 48...57: UInt32(byte - 48)
  case 65...70: UInt32(byte - 55)
  case 97...102: UInt32(byte - 87)
  default: nil
  }
}

func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return digits.count < 2 ? "0" + digits : digits
}

/// The strings that CmdStan takes for numbers.
func specialNumber(_ text: String) -> Double? {
  switch text {
  case "NaN": .nan
  case "Inf", "+Inf", "Infinity", "+Infinity": .infinity
  case "-Inf", "-Infinity": -.infinity
  default: nil
  }
}

func scalar(_ bits: UInt64, _ kind: ElementKind) -> Value {
  switch kind {
  case .real: .real(Double(bitPattern: bits))
  case .int: .int(Int(Int64(bitPattern: bits)))
  case .bool: .bool(bits != 0)
  }
}

func denseValue(_ kind: ElementKind, _ shape: [Int], _ elements: ArraySlice<UInt64>) -> Value {
  let array = ArrayObject(uninitialized: kind, shape: shape)
  elements.withUnsafeBufferPointer { source in
    if let start = source.baseAddress { array.storage.update(from: start, count: min(array.count, source.count)) }
  }
  return .object(array)
}

/// In a list with numbers of both kinds, the elements of nested arrays included, Int widens to Real.
func withOneNumberKind(_ values: [Value]) -> [Value] {
  let kinds = values.reduce(into: NumberKinds()) { $0.add($1) }
  return kinds.hasInt && kinds.hasReal ? values.map(widened) : values
}

private struct NumberKinds {
  var hasInt = false
  var hasReal = false

  mutating func add(_ value: Value) {
    switch value {
    case .int: hasInt = true
    case .real: hasReal = true
    case .object(let array as ArrayObject) where array.count > 0:
      if array.kind == .int { hasInt = true }
      if array.kind == .real { hasReal = true }
    case .object(let list as ListObject):
      // All numbers of a list have one kind already: the first that has any decides.
      for element in list.elements {
        let before = (hasInt, hasReal)
        add(element)
        if before != (hasInt, hasReal) { break }
      }
    default: break
    }
  }
}

private func widened(_ value: Value) -> Value {
  switch value {
  case .int(let n): .real(Double(n))
  case .object(let array as ArrayObject) where array.kind == .int: .object(array.widened())
  case .object(let list as ListObject): .list(list.elements.map(widened))
  default: value
  }
}
