// Strings in JSON, with their escapes.

import BorelSource
import BorelValues

extension JSONScanner {
  mutating func string() throws(DataFailure) -> String {
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

  func validText(_ range: Range<Int>) throws(DataFailure) -> String {
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
}
