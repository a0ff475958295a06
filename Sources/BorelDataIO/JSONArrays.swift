// Arrays in JSON: dense as long as all elements are numbers of one shape, lists otherwise.

import BorelSource
import BorelValues

extension JSONScanner {
  mutating func array(depth: Int) throws(DataFailure) -> Item {
    let start = position
    guard depth < Self.depthLimit else { throw tooDeep() }
    position += 1
    skipBlanks()
    if take("]") { return .dense(kind: .real, shape: [0]) }
    var level = JSONArrayLevel(base: scratch.count)
    path.append(.index(0))
    while true {
      path[path.count - 1] = .index(level.count)
      guard position < bytes.count else { throw unfinished("array", from: start) }
      try element(&level, depth: depth)
      skipBlanks()
      if take("]") { break }
      guard take(",") else {
        if position == bytes.count { throw unfinished("array", from: start) }
        throw failure("expected `,` or `]`, found \(found())")
      }
      skipBlanks()
      if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
        throw failure("a value must follow the comma, found `]`", hint: "remove the comma before the bracket")
      }
    }
    path.removeLast()
    return level.finish(&scratch)
  }

  mutating func element(_ level: inout JSONArrayLevel, depth: Int) throws(DataFailure) {
    switch bytes[position] {
    case UInt8(ascii: "["):
      let start = scratch.count
      switch try array(depth: depth + 1) {
      case .dense(let kind, let shape): level.append(kind, shape, from: start, &scratch)
      case .value(let value): level.append(value, &scratch)
      }
    case UInt8(ascii: "{"):
      level.append(try object(depth: depth + 1), &scratch)
    case UInt8(ascii: "\""):
      let text = try string()
      if let number = specialNumber(text) {
        level.appendSpecial(number, text, &scratch)
      } else {
        level.append(.string(text), &scratch)
      }
    default:
      switch try literal() {
      case .real(let x): level.append(bits: x.bitPattern, .real, &scratch)
      case .int(let n): level.append(bits: UInt64(bitPattern: Int64(n)), .int, &scratch)
      case .bool(let b): level.append(bits: b ? 1 : 0, .bool, &scratch)
      case let other: level.append(other, &scratch)
      }
    }
  }

  /// Takes the elements of a dense array off `scratch`.
  mutating func materialised(_ item: Item, from start: Int) throws(DataFailure) -> Value {
    switch item {
    case .value(let value): return value
    case .dense(let kind, let shape):
      let value = denseValue(kind, shape, scratch[start...])
      scratch.removeSubrange(start...)
      return value
    }
  }
}
