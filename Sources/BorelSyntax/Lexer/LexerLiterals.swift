// Numbers and strings: where they end, which of them are malformed, and the values they stand for.

import BorelSource

extension Lexer {
  // MARK: Numbers

  /// `12`, `1_000`, `1.5`, `1e-3`; `1..<n` is the integer 1 and a range.
  mutating func scanNumber() {
    let start = position
    var end = digits(from: start)
    var kind = TokenKind.integer
    if byte(at: end) == UInt8(ascii: "."), isDigit(byte(at: end + 1)) {
      kind = .real
      end = digits(from: end + 1)
    } else if byte(at: end) == UInt8(ascii: "."), !isDotOperator(at: end), !startsName(at: end + 1) {
      report(
        Diagnostic(
          code: "malformed-number", "a number needs digits after its point", at: span(start, end + 1),
          hint: "write \(text(start, end)).0"))
      kind = .real
      end += 1
    }
    end = exponent(from: end, numberStart: start, kind: &kind)
    finishNumber(kind, from: start, to: end)
  }

  /// `.5`: reported, then read as 0.5; a dot after a name or bracket is left to the parser.
  mutating func scanLeadingDotNumber(at start: Int) -> Bool {
    guard isDigit(byte(at: start + 1)) else { return false }
    if let last = tokens.last, Int(last.end) == start,
      last.kind.isName || last.kind == .rightParen || last.kind == .rightBracket || last.kind == .rightBrace
    {
      return false
    }
    var kind = TokenKind.real
    var end = digits(from: start + 1)
    end = exponent(from: end, numberStart: start, kind: &kind)
    report(
      Diagnostic(
        code: "malformed-number", "a number needs a digit before its point", at: span(start, end),
        hint: "write 0\(text(start, end))"))
    finishNumber(.real, from: start, to: end)
    return true
  }

  private func exponent(from index: Int, numberStart: Int, kind: inout TokenKind) -> Int {
    guard byte(at: index) | 0x20 == UInt8(ascii: "e") else { return index }
    var next = index + 1
    if byte(at: next) == UInt8(ascii: "+") || byte(at: next) == UInt8(ascii: "-") { next += 1 }
    guard isDigit(byte(at: next)) else { return index }
    kind = .real
    return digits(from: next)
  }

  private mutating func finishNumber(_ kind: TokenKind, from start: Int, to digitsEnd: Int) {
    var end = digitsEnd
    if startsName(at: end) {
      let suffixStart = end
      while end < bytes.count {
        if isIdentifierByte(bytes[end]) {
          end += 1
        } else if bytes[end] >= 0x80, let (scalar, length) = decodeScalar(at: end),
          scalar.properties.isXIDContinue
        {
          end += length
        } else {
          break
        }
      }
      let suffix = text(suffixStart, end)
      let number = text(start, suffixStart)
      var hint = "a product is written \(number) * \(suffix)"
      switch suffix {
      case "L", "l", "f", "F", "d", "u", "U": hint = "write \(number)"
      case "i", "j", "im": hint = "there are no complex numbers"
      case _ where suffix.hasPrefix("_"): hint = "`_` goes between digits, as in 1_000"
      case "e", "E": hint = "an exponent needs digits, as in 1e-3"
      case _ where number == "0" && (suffix.hasPrefix("x") || suffix.hasPrefix("b") || suffix.hasPrefix("o")):
        hint = "numbers are written in decimal"
      default: break
      }
      report(
        Diagnostic(
          code: "malformed-number", "a number cannot be followed directly by `\(suffix)`",
          at: span(suffixStart, end), hint: hint))
    }
    position = end
    // The token ends with its digits, so that its value can be read from its text.
    append(kind, from: start, to: digitsEnd)
  }

  private func digits(from index: Int) -> Int {
    var end = index
    while true {
      while isDigit(byte(at: end)) { end += 1 }
      // Underscores belong to the number if a digit follows.
      var next = end
      while byte(at: next) == UInt8(ascii: "_") { next += 1 }
      guard next > end, isDigit(byte(at: next)) else { return end }
      end = next
    }
  }

  @inline(__always) private func isDigit(_ c: UInt8) -> Bool { c &- 0x30 < 10 }

  private func isDotOperator(at index: Int) -> Bool {
    switch byte(at: index + 1) {
    case UInt8(ascii: "."), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "^"): true
    default: false
    }
  }

  private func startsName(at index: Int) -> Bool {
    guard index < bytes.count else { return false }
    let c = bytes[index]
    if c >= 0x80 { return decodeScalar(at: index)?.0.properties.isXIDStart ?? false }
    return isIdentifierByte(c) && !isDigit(c)
  }

  func text(_ start: Int, _ end: Int) -> String {
    String(decoding: bytes[start..<end], as: UTF8.self)
  }

  // MARK: Strings

  mutating func scanString(closing: UInt8) {
    let start = position
    var end = start + 1
    while end < bytes.count, bytes[end] != closing, bytes[end] != 0x0A {
      if bytes[end] == UInt8(ascii: "\\"), end + 1 < bytes.count, bytes[end + 1] != 0x0A {
        end = escape(at: end)
      } else if bytes[end] >= 0x80 {
        if let (_, length) = decodeScalar(at: end) {
          end += length
        } else {
          let first = end
          while end < bytes.count, bytes[end] >= 0x80, decodeScalar(at: end) == nil { end += 1 }
          report(
            Diagnostic(
              code: "invalid-utf8", "the text is not UTF-8 here", at: span(first, end), hint: "save the file as UTF-8"))
        }
      } else {
        end += 1
      }
    }
    if end < bytes.count, bytes[end] == closing {
      position = end + 1
    } else {
      position = end
      if end > start, bytes[end - 1] == 0x0D { position -= 1 }
      report(
        Diagnostic(
          code: "unterminated-string", "this string is never closed", at: span(start, position),
          label: "no closing \" on this line", hint: "strings end on the line they begin; \\n is a line break"))
    }
    append(.string, from: start, to: position)
  }

  /// Checks the escape at an offset and returns the offset after it.
  private mutating func escape(at index: Int) -> Int {
    switch bytes[index + 1] {
    case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "r"), UInt8(ascii: "0"), UInt8(ascii: "\\"),
      UInt8(ascii: "\""), UInt8(ascii: "'"):
      return index + 2
    case UInt8(ascii: "u") where byte(at: index + 2) == UInt8(ascii: "{"):
      var end = index + 3
      var value: UInt32 = 0
      var count = 0
      while end < bytes.count, let digit = hexValue(bytes[end]) {
        value = count < 8 ? value << 4 | digit : .max
        count += 1
        end += 1
      }
      if count > 0, byte(at: end) == UInt8(ascii: "}"), count <= 8, Unicode.Scalar(value) != nil {
        return end + 1
      }
      report(
        Diagnostic(
          code: "bad-escape", "this is not a Unicode scalar", at: span(index, min(end + 1, bytes.count)),
          hint: "write \\u{3C3} with 1 to 8 hexadecimal digits"))
      return end
    default:
      let length = decodeScalar(at: index + 1)?.1 ?? 1
      report(
        Diagnostic(
          code: "bad-escape", "unknown escape `\(text(index, index + 1 + length))`",
          at: span(index, index + 1 + length),
          hint: "the escapes are \\n \\t \\r \\0 \\\" \\\\ and \\u{...}; a backslash is written \\\\"))
      return index + 1 + length
    }
  }

  private func hexValue(_ c: UInt8) -> UInt32? {
    switch c {
    case 0x30...0x39: UInt32(c) - 0x30
    case 0x41...0x46: UInt32(c) - 0x37
    case 0x61...0x66: UInt32(c) - 0x57
    default: nil
    }
  }

  /// `'text'`: reported, then read as a string; a quote after an operand is someone's transpose.
  mutating func scanSingleQuote() {
    let start = position
    if let last = tokens.last, Int(last.end) == start,
      last.kind.isName || last.kind == .rightParen || last.kind == .rightBracket
    {
      position += 1
      report(
        Diagnostic(
          code: "foreign-operator", "`'` is not an operator", at: span(start, start + 1),
          hint: "the transpose of X is transpose(X)"))
      return
    }
    var end = start + 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "'"), bytes[end] != 0x0A { end += 1 }
    let closed = end < bytes.count && bytes[end] == UInt8(ascii: "'")
    position = closed ? end + 1 : start + 1
    report(
      Diagnostic(
        code: "single-quotes", "text is written with double quotes", at: span(start, position),
        hint: closed ? "write \"\(text(start + 1, end))\"" : nil))
    append(closed ? .string : .invalid, from: start, to: position)
  }

  /// Reads `“text”` to the next quote of any kind on the line.
  mutating func scanTypographicString(from start: Int) {
    var end = position
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != UInt8(ascii: "\"") {
      if bytes[end] >= 0x80, let (scalar, length) = decodeScalar(at: end) {
        end += length
        switch scalar {
        case "\u{2018}"..."\u{201E}", "\u{00AB}", "\u{00BB}":
          position = end
          append(.string, from: start, to: end)
          return
        default: break
        }
      } else {
        end += 1
      }
    }
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
      position = end + 1
      append(.string, from: start, to: position)
    } else {
      append(.invalid, from: start, to: position)
    }
  }
}

/// The value of a string token's text, quotes included; malformed escapes stand for themselves.
func stringValue(_ raw: UnsafeBufferPointer<UInt8>) -> String {
  guard raw.count >= 2 else { return "" }
  let last = raw[raw.count - 1]
  let closed = raw.count > 1 && (last == UInt8(ascii: "\"") || last == UInt8(ascii: "'"))
  let inner = UnsafeBufferPointer(rebasing: raw[1..<(closed ? raw.count - 1 : raw.count)])
  guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
  var out: [UInt8] = []
  out.reserveCapacity(inner.count)
  var index = 0
  while index < inner.count {
    guard inner[index] == UInt8(ascii: "\\"), index + 1 < inner.count else {
      out.append(inner[index])
      index += 1
      continue
    }
    let escape = inner[index + 1]
    index += 2
    switch escape {
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "r"): out.append(0x0D)
    case UInt8(ascii: "0"): out.append(0)
    case UInt8(ascii: "u"):
      var value: UInt32 = 0
      var end = index + 1
      while end < inner.count, inner[end] != UInt8(ascii: "}"), value < 0x110000 {
        let c = inner[end]
        value = value << 4 | UInt32(c < 0x3A ? c &- 0x30 : (c | 0x20) &- 0x57)
        end += 1
      }
      if let scalar = Unicode.Scalar(value) { out.append(contentsOf: Array(String(scalar).utf8)) }
      index = end + 1
    default: out.append(escape)
    }
  }
  return String(decoding: out, as: UTF8.self)
}
