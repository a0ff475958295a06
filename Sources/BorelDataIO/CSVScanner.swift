// Splits CSV text into rows and fields, with quotes as in RFC 4180.

import BorelSource

struct CSVField {
  var text: String
  var isQuoted: Bool
  var span: Span
}

struct CSVScanner {
  private let file: SourceFile
  private let bytes: [UInt8]
  private let id: FileID
  private let comment: UInt8?
  private var position = 0
  private(set) var separator: UInt8
  /// The line, counted from 0, on which the last row started.
  private(set) var rowLine = 0

  init(_ file: SourceFile, id: FileID, options: CSVOptions) {
    self.file = file
    self.id = id
    bytes = file.utf8
    comment = options.comment
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    separator = UInt8(ascii: ",")
    skipLines(startingWith: UInt8(ascii: "#"))
    separator = options.separator ?? mostFrequentSeparator()
  }

  /// The fields of the next row that is not blank, nil at the end of the file.
  mutating func nextRow(isHeader: Bool = false) throws(DataFailure) -> [CSVField]? {
    skipLines(startingWith: comment)
    guard position < bytes.count else { return nil }
    rowLine = file.lineIndex(at: position)
    var fields: [CSVField] = []
    while true {
      fields.append(try field())
      guard position < bytes.count else { break }
      let byte = bytes[position]
      position += 1
      if byte == separator { continue }
      // A line break; CR LF counts as one.
      if byte == 0x0D, position < bytes.count, bytes[position] == 0x0A { position += 1 }
      break
    }
    return fields
  }

  private mutating func field() throws(DataFailure) -> CSVField {
    while position < bytes.count, isBlank(bytes[position]) { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedField() }
    let start = position
    while position < bytes.count, bytes[position] != separator, !isLineBreak(bytes[position]) { position += 1 }
    var end = position
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    return CSVField(text: try text(start..<end), isQuoted: false, span: span(start, end))
  }

  private mutating func quotedField() throws(DataFailure) -> CSVField {
    let start = position
    position += 1
    var pieceStart = position
    var content = ""
    while true {
      guard position < bytes.count else {
        throw DataFailure(
          .malformed, code: "malformed-csv", "the file ends inside a quoted field: is a quote missing?",
          at: span(start, start + 1), label: "starts here")
      }
      guard bytes[position] == UInt8(ascii: "\"") else {
        position += 1
        continue
      }
      content += try text(pieceStart..<position)
      position += 1
      // A doubled quote is one quote.
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { break }
      pieceStart = position
      position += 1
    }
    let end = position
    while position < bytes.count, isBlank(bytes[position]) { position += 1 }
    guard position == bytes.count || bytes[position] == separator || isLineBreak(bytes[position]) else {
      throw DataFailure(
        .malformed, code: "malformed-csv", "text follows the closing quote of a field",
        at: span(position, position + 1), hint: #"a quote inside a quoted field is written """#)
    }
    return CSVField(text: content, isQuoted: true, span: span(start, end))
  }

  /// Skips blank lines and, where there is a mark, lines that start with it.
  private mutating func skipLines(startingWith mark: UInt8?) {
    while position < bytes.count {
      var next = position
      while next < bytes.count, isBlank(bytes[next]), bytes[next] != separator { next += 1 }
      guard next < bytes.count else {
        position = next
        return
      }
      if isLineBreak(bytes[next]) {
        position = next + 1
      } else if let mark, bytes[next] == mark {
        while next < bytes.count, !isLineBreak(bytes[next]) { next += 1 }
        position = next
      } else {
        return
      }
    }
  }

  private func mostFrequentSeparator() -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in bytes[position...] {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, isLineBreak(byte) { break }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    var best = UInt8(ascii: ",")
    for candidate in [UInt8(ascii: ";"), UInt8(ascii: "\t")]
    where counts[candidate, default: 0] > counts[best, default: 0] {
      best = candidate
    }
    return best
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte == 0x09 && separator != 0x09) }
  private func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
  private func span(_ start: Int, _ end: Int) -> Span { Span(file: id, start: start, end: min(end, bytes.count)) }

  private func text(_ range: Range<Int>) throws(DataFailure) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw DataFailure(
        .malformed, code: "invalid-utf8", "\(file.name) holds bytes that are not UTF-8",
        at: span(range.lowerBound, range.upperBound), hint: "save the file as UTF-8")
    }
    return text
  }
}
