// Reads JSON text straight into values: numbers of equal shape become dense arrays on the way.

import BorelSource
import BorelValues

/// Scans one JSON text. Errors name the place, what was expected and found, and the path to it.
struct JSONScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  let file: SourceFile
  let id: FileID
  var position = 0
  var path: [Step] = []
  /// Elements of the dense arrays that are being read; every level appends its own and takes them off again.
  var scratch: [UInt64] = []
  private(set) var keySpans: [String: Span] = [:]

  static let depthLimit = 256

  enum Step {
    case key(String)
    case index(Int)
  }

  /// What an array or an element of one turned out to be.
  enum Item {
    /// Elements at the end of `scratch`.
    case dense(kind: ElementKind, shape: [Int])
    case value(Value)
  }

  init(_ file: SourceFile, id: FileID, bytes: UnsafeBufferPointer<UInt8>) {
    self.file = file
    self.id = id
    self.bytes = bytes
  }

  /// The whole text as one value.
  mutating func document() throws(DataFailure) -> Value {
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    skipBlanks()
    if position == bytes.count {
      throw DataFailure(
        .malformed, code: "empty-file", "\(file.name) is empty, expected JSON",
        hint: "the smallest data file is {}")
    }
    let value = try scalarOrContainer(depth: 0)
    skipBlanks()
    if position < bytes.count {
      throw failure("the JSON value is complete, but more text follows", "unexpected")
    }
    return value
  }

  // MARK: Values

  mutating func scalarOrContainer(depth: Int) throws(DataFailure) -> Value {
    guard position < bytes.count else { throw failure("expected a value, found the end of the file") }
    switch bytes[position] {
    case UInt8(ascii: "["):
      let start = scratch.count
      let value = try materialised(try array(depth: depth), from: start)
      return value
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "\""):
      let text = try string()
      return specialNumber(text).map { .real($0) } ?? .string(text)
    default: return try literal()
    }
  }

  mutating func object(depth: Int) throws(DataFailure) -> Value {
    let start = position
    guard depth < Self.depthLimit else { throw tooDeep() }
    position += 1
    var keys: [String] = []
    var values: [Value] = []
    var places: [String: Int] = [:]
    skipBlanks()
    if take("}") { return .record([]) }
    while true {
      guard position < bytes.count else { throw unfinished("object", from: start) }
      guard bytes[position] == UInt8(ascii: "\"") else { throw badKey(isFirst: keys.isEmpty) }
      let keyStart = position
      let key = try string()
      let span = Span(file: id, start: keyStart, end: position)
      if let first = places[key] {
        throw DataFailure(
          .malformed, code: "duplicate-key", "the key `\(key)` stands twice in one object\(pathText)", at: span,
          label: "again here",
          secondary: [.init(Span(file: id, start: first, end: first + (position - keyStart)), "first here")])
      }
      places[key] = keyStart
      path.append(.key(key))
      if isRecordPath { keySpans[path.map(plainStep).joined(separator: ".")] = span }
      skipBlanks()
      guard take(":") else {
        if position == bytes.count { throw unfinished("object", from: start) }
        throw failure("expected `:` after the key `\(key)`, found \(found())")
      }
      skipBlanks()
      if position == bytes.count { throw unfinished("object", from: start) }
      let value = try scalarOrContainer(depth: depth + 1)
      path.removeLast()
      keys.append(key)
      values.append(value)
      skipBlanks()
      if take("}") { return .object(RecordObject(keys: keys, values: values)) }
      guard take(",") else {
        if position == bytes.count { throw unfinished("object", from: start) }
        throw failure("expected `,` or `}` after the value of `\(key)`, found \(found())")
      }
      skipBlanks()
    }
  }

  // MARK: Bytes

  mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }
}
