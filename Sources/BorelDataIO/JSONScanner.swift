// Reads JSON text straight into values: numbers of equal shape become dense arrays on the way.

import BorelSource
import BorelValues

/// Scans one JSON text. Errors name the place, what was expected and found, and the path to it.
struct JSONScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: SourceFile
  private let id: FileID
  private var position = 0
  private var path: [Step] = []
  /// Elements of the dense arrays that are being read; every level appends its own and takes them off again.
  private var scratch: [UInt64] = []
  private(set) var keySpans: [String: Span] = [:]

  private static let depthLimit = 256

  private enum Step {
    case key(String)
    case index(Int)
  }

  /// What an array or an element of one turned out to be.
  private enum Item {
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

  // MARK: values

  private mutating func scalarOrContainer(depth: Int) throws(DataFailure) -> Value {
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

  private mutating func object(depth: Int) throws(DataFailure) -> Value {
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

  // MARK: arrays

  private mutating func array(depth: Int) throws(DataFailure) -> Item {
    let start = position
    guard depth < Self.depthLimit else { throw tooDeep() }
    position += 1
    skipBlanks()
    if take("]") { return .dense(kind: .real, shape: [0]) }
    var level = ArrayLevel(base: scratch.count)
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

  private mutating func element(_ level: inout ArrayLevel, depth: Int) throws(DataFailure) {
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

  /// One array while its elements come in: dense as long as all have the same shape and are numbers or all Bool.
  private struct ArrayLevel {
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

    mutating func finish(_ scratch: inout [UInt64]) -> Item {
      if isDense { return .dense(kind: kind, shape: [count] + elementShape) }
      if values.contains(where: { $0.tag == .string }) {
        for (index, text) in specials { values[index] = .string(text) }
      }
      return .value(.list(withOneNumberKind(values)))
    }
  }

  /// Takes the elements of a dense array off `scratch`.
  private mutating func materialised(_ item: Item, from start: Int) throws(DataFailure) -> Value {
    switch item {
    case .value(let value): return value
    case .dense(let kind, let shape):
      let value = denseValue(kind, shape, scratch[start...])
      scratch.removeSubrange(start...)
      return value
    }
  }

  // MARK: literals

  private mutating func literal() throws(DataFailure) -> Value {
    let first = bytes[position]
    if first == UInt8(ascii: "-") || isDigit(first) { return try number() }
    let start = position
    while position < bytes.count, isWordByte(bytes[position]) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "NaN": return .real(.nan)
    case "Infinity", "Inf": return .real(.infinity)
    default:
      let end = position
      position = start
      guard end > start else {
        let hint: String? =
          switch first {
          case UInt8(ascii: "+"): "JSON numbers have no plus sign"
          case UInt8(ascii: "."): "write 0.5, not .5"
          case UInt8(ascii: "'"): "strings are written with double quotes"
          case UInt8(ascii: "/"), UInt8(ascii: "#"): "JSON has no comments"
          default: nil
          }
        throw failure("expected a value, found \(found())", hint: hint)
      }
      let alternatives = [
        "True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "None": "null", "NA": "null",
        "nan": "NaN", "NAN": "NaN", "inf": "Infinity", "infinity": "Infinity", "INF": "Infinity",
      ]
      throw failure(
        "expected a value, found `\(word)`", length: end - start,
        hint: alternatives[word].map { "write \($0)" } ?? "strings are written with double quotes")
    }
  }

  private mutating func number() throws(DataFailure) -> Value {
    let start = position
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "I") {
        let wordStart = position
        while position < bytes.count, isWordByte(bytes[position]) { position += 1 }
        let word = String(decoding: bytes[wordStart..<position], as: UTF8.self)
        if word == "Infinity" || word == "Inf" { return .real(-.infinity) }
        position = start
        throw failure("expected a number, found `-\(word)`", length: word.utf8.count + 1, hint: "write -Infinity")
      }
    }
    guard position < bytes.count, isDigit(bytes[position]) else {
      let end = position
      position = start
      throw failure("expected a number, found `-`", length: end - start)
    }
    var significand: UInt64 = 0
    var digitCount = 0
    var exponent = 0
    let integerStart = position
    while position < bytes.count, isDigit(bytes[position]) {
      significand = significand &* 10 &+ UInt64(bytes[position] - 48)
      position += 1
    }
    digitCount = position - integerStart
    if digitCount > 1, bytes[integerStart] == UInt8(ascii: "0") {
      let end = position
      position = start
      throw failure("a number starts with a superfluous 0", length: end - start, hint: "write it without leading zeros")
    }
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      let fractionStart = position
      while position < bytes.count, isDigit(bytes[position]) {
        significand = significand &* 10 &+ UInt64(bytes[position] - 48)
        position += 1
      }
      guard position > fractionStart else { throw badNumber(from: start, "digits must follow the point") }
      digitCount += position - fractionStart
      exponent = fractionStart - position
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      var isExponentNegative = false
      if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
        isExponentNegative = bytes[position] == UInt8(ascii: "-")
        position += 1
      }
      let exponentStart = position
      var written = 0
      while position < bytes.count, isDigit(bytes[position]) {
        // Beyond a million nothing changes any more.
        if written < 1_000_000 { written = written * 10 + Int(bytes[position] - 48) }
        position += 1
      }
      guard position > exponentStart else { throw badNumber(from: start, "digits must follow the exponent sign") }
      exponent += isExponentNegative ? -written : written
    }
    if position < bytes.count, isWordByte(bytes[position]) || bytes[position] == UInt8(ascii: ".") {
      throw badNumber(from: start, "a number must end before \(found())")
    }
    if isInteger, digitCount <= 19 {
      if isNegative, significand <= UInt64(Int64.max) + 1 { return .int(Int(truncatingIfNeeded: 0 &- significand)) }
      if !isNegative, significand <= UInt64(Int64.max) { return .int(Int(significand)) }
    }
    // Nineteen digits fit; longer numbers may start with zeros behind the point, but need not be fast.
    if digitCount <= 19, let x = DecimalNumber.nearestDouble(significand, exponent) {
      return .real(isNegative ? -x : x)
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    return .real(Double(text) ?? .nan)
  }

  private mutating func string() throws(DataFailure) -> String {
    let start = position
    position += 1
    var pieceStart = position
    var text = ""
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let piece = try validText(pieceStart..<position)
        position += 1
        return text.isEmpty ? piece : text + piece
      }
      if byte == UInt8(ascii: "\\") {
        text += try validText(pieceStart..<position)
        text.unicodeScalars.append(try escape())
        pieceStart = position
      } else if byte < 0x20 {
        if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
          position = start
          throw failure("a string ends at the end of its line: is a quote missing?")
        }
        throw failure("a control character stands in a string", hint: "write it as \\u00\(hexadecimal(byte))")
      } else {
        position += 1
      }
    }
    position = start
    throw failure("the file ends inside a string: is it complete?")
  }

  private func validText(_ range: Range<Int>) throws(DataFailure) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw DataFailure(
        .malformed, code: "invalid-utf8", "\(file.name) holds bytes that are not UTF-8\(pathText)",
        at: Span(file: id, start: range.lowerBound, end: range.upperBound), hint: "save the file as UTF-8")
    }
    return text
  }

  private mutating func escape() throws(DataFailure) -> Unicode.Scalar {
    let start = position
    position += 1
    guard position < bytes.count else {
      throw failure("the file ends inside a string: is it complete?")
    }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try hexadecimalUnit(start)
      if let scalar = Unicode.Scalar(unit) { return scalar }
      // A high surrogate must be followed by a low one.
      if unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try hexadecimalUnit(start)
        if (0xDC00..<0xE000).contains(low),
          let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        {
          return scalar
        }
      }
      position = start
      throw failure("half of a surrogate pair stands alone", length: 6)
    default:
      position = start
      throw failure("unknown escape sequence in a string", length: 2, hint: #"a backslash is written \\"#)
    }
  }

  private mutating func hexadecimalUnit(_ start: Int) throws(DataFailure) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = hexadecimalDigit(bytes[position]) else {
        position = min(start, bytes.count)
        throw failure(#"four hexadecimal digits must follow \u"#, length: 2)
      }
      unit = unit << 4 | digit
      position += 1
    }
    return unit
  }

  // MARK: bytes

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  // MARK: messages

  /// `, at $.theta[3]`, empty at the top.
  private var pathText: String {
    guard !path.isEmpty else { return "" }
    return ", at $"
      + path.map { step in
        switch step {
        case .key(let key): isPlainName(key) ? ".\(key)" : "[\"\(key)\"]"
        case .index(let index): "[\(index)]"
        }
      }.joined()
  }

  private var isRecordPath: Bool {
    path.allSatisfy { if case .key = $0 { true } else { false } }
  }

  private func plainStep(_ step: Step) -> String {
    switch step {
    case .key(let key): key
    case .index(let index): String(index)
    }
  }

  /// The thing at the current position, in words.
  private func found() -> String {
    guard position < bytes.count else { return "the end of the file" }
    let end = min(position + 4, bytes.count)
    let scalar = String(decoding: bytes[position..<end], as: UTF8.self).unicodeScalars.first ?? "?"
    if bytes[position] == UInt8(ascii: "\n") || bytes[position] == UInt8(ascii: "\r") { return "the end of the line" }
    if isWordByte(bytes[position]) {
      var wordEnd = position
      while wordEnd < bytes.count, isWordByte(bytes[wordEnd]), wordEnd - position < 24 { wordEnd += 1 }
      return "`\(String(decoding: bytes[position..<wordEnd], as: UTF8.self))`"
    }
    return scalar == "\"" ? "a string" : "`\(scalar)`"
  }

  private func failure(_ message: String, _ label: String = "", length: Int = 1, hint: String? = nil) -> DataFailure {
    let span = Span(file: id, start: position, end: min(position + length, bytes.count))
    return DataFailure(
      .malformed, code: "malformed-json", message + pathText, at: span, label: label, hint: hint)
  }

  private func badNumber(from start: Int, _ message: String) -> DataFailure {
    DataFailure(
      .malformed, code: "malformed-json", message + pathText,
      at: Span(file: id, start: start, end: min(position + 1, bytes.count)))
  }

  private func badKey(isFirst: Bool) -> DataFailure {
    if bytes[position] == UInt8(ascii: "}"), !isFirst {
      return failure("a key must follow the comma, found `}`", hint: "remove the comma before the brace")
    }
    return failure(
      "expected a key in double quotes\(isFirst ? " or `}`" : ""), found \(found())",
      hint: isWordByte(bytes[position]) ? "keys are strings: write \"name\": value" : nil)
  }

  private func unfinished(_ what: String, from start: Int) -> DataFailure {
    let line = file.lineIndex(at: start) + 1
    return DataFailure(
      .malformed, code: "truncated-json",
      "the file ends inside the \(what) that starts on line \(line): is it complete?\(pathText)",
      at: Span(file: id, start: start, end: start + 1), label: "starts here")
  }

  private func tooDeep() -> DataFailure {
    DataFailure(
      .malformed, code: "nested-too-deeply", "arrays and objects are nested more than \(Self.depthLimit) deep",
      at: Span(file: id, start: position, end: position + 1))
  }
}
