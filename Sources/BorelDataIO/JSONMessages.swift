// What the JSON scanner says where a text is malformed.

import BorelSource
import BorelValues

extension JSONScanner {
  /// `, at $.theta[3]`, empty at the top.
  var pathText: String {
    guard !path.isEmpty else { return "" }
    return ", at $"
      + path.map { step in
        switch step {
        case .key(let key): isPlainName(key) ? ".\(key)" : "[\"\(key)\"]"
        case .index(let index): "[\(index)]"
        }
      }.joined()
  }

  var isRecordPath: Bool {
    path.allSatisfy { if case .key = $0 { true } else { false } }
  }

  func plainStep(_ step: Step) -> String {
    switch step {
    case .key(let key): key
    case .index(let index): String(index)
    }
  }

  /// The thing at the current position, in words.
  func found() -> String {
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

  func failure(_ message: String, _ label: String = "", length: Int = 1, hint: String? = nil) -> DataFailure {
    let span = Span(file: id, start: position, end: min(position + length, bytes.count))
    return DataFailure(
      .malformed, code: "malformed-json", message + pathText, at: span, label: label, hint: hint)
  }

  func badNumber(from start: Int, _ message: String) -> DataFailure {
    DataFailure(
      .malformed, code: "malformed-json", message + pathText,
      at: Span(file: id, start: start, end: min(position + 1, bytes.count)))
  }

  func badKey(isFirst: Bool) -> DataFailure {
    if bytes[position] == UInt8(ascii: "}"), !isFirst {
      return failure("a key must follow the comma, found `}`", hint: "remove the comma before the brace")
    }
    return failure(
      "expected a key in double quotes\(isFirst ? " or `}`" : ""), found \(found())",
      hint: isWordByte(bytes[position]) ? "keys are strings: write \"name\": value" : nil)
  }

  func unfinished(_ what: String, from start: Int) -> DataFailure {
    let line = file.lineIndex(at: start) + 1
    return DataFailure(
      .malformed, code: "truncated-json",
      "the file ends inside the \(what) that starts on line \(line): is it complete?\(pathText)",
      at: Span(file: id, start: start, end: start + 1), label: "starts here")
  }

  func tooDeep() -> DataFailure {
    DataFailure(
      .malformed, code: "nested-too-deeply", "arrays and objects are nested more than \(Self.depthLimit) deep",
      at: Span(file: id, start: position, end: position + 1))
  }
}
