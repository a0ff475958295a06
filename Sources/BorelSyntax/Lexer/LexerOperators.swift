// Operators and punctuation, and the characters that people bring along from other languages and word processors.

import BorelSource

extension Lexer {
  mutating func scanOperator(_ first: UInt8) {
    let start = position
    let second = byte(at: start + 1)
    let third = byte(at: start + 2)
    func ascii(_ character: Unicode.Scalar) -> UInt8 { UInt8(ascii: character) }
    var kind: TokenKind
    var length = 1
    func two(_ character: Unicode.Scalar, _ match: TokenKind, else other: TokenKind) -> (TokenKind, Int) {
      second == UInt8(ascii: character) ? (match, 2) : (other, 1)
    }
    switch first {
    case ascii("("): kind = .leftParen
    case ascii(")"): kind = .rightParen
    case ascii("["): kind = .leftBracket
    case ascii("]"): kind = .rightBracket
    case ascii("{"): kind = .leftBrace
    case ascii("}"): kind = .rightBrace
    case ascii(","): kind = .comma
    case ascii(";"): kind = .semicolon
    case ascii("~"): kind = .tilde
    case ascii("^"): kind = .caret
    case ascii("?"): kind = .question
    case ascii(":"): (kind, length) = two("=", .colonAssign, else: .colon)
    case ascii("+"):
      (kind, length) = two("=", .plusAssign, else: .plus)
      if second == ascii("+"), third != ascii("+") { (kind, length) = (.plusPlus, 2) }
    case ascii("-"):
      (kind, length) = two("=", .minusAssign, else: .minus)
      if second == ascii(">") { (kind, length) = (.thinArrow, 2) }
    case ascii("*"):
      (kind, length) = two("=", .starAssign, else: .star)
      if second == ascii("*") { (kind, length) = (.starStar, 2) }
    case ascii("/"): (kind, length) = two("=", .slashAssign, else: .slash)
    case ascii("%"):
      kind = .percent
      if second == ascii("*"), third == ascii("%") { (kind, length) = (.matrixProduct, 3) }
      if second == ascii("/"), third == ascii("%") { (kind, length) = (.integerDivide, 3) }
      if second == ascii("%") { (kind, length) = (.percentPercent, 2) }
    case ascii("<"): (kind, length) = two("=", .lessEqual, else: .less)
    case ascii(">"): (kind, length) = two("=", .greaterEqual, else: .greater)
    case ascii("="):
      (kind, length) = two("=", .equalEqual, else: .assign)
      if second == ascii(">") { (kind, length) = (.fatArrow, 2) }
      if second == ascii("="), third == ascii("=") {
        (kind, length) = (.equalEqual, 3)
        report(slip("===", at: start, length: 3, write: "=="))
      }
    case ascii("!"): (kind, length) = two("=", .notEqual, else: .bang)
    case ascii("&"):
      (kind, length) = two("&", .andAnd, else: .andAnd)
      if length == 1 { report(slip("&", at: start, length: 1, write: "&&")) }
    case ascii("|"):
      (kind, length) = two("|", .orOr, else: .bar)
      if second == ascii(">") { (kind, length) = (.pipe, 2) }
    case ascii("."):
      if scanLeadingDotNumber(at: start) { return }
      (kind, length) = scanDots(at: start)
    case ascii("#"):
      scanHashComment()
      return
    default:
      scanUnknownASCII(first)
      return
    }
    position = start + length
    append(kind, from: start, to: position)
  }

  /// `.`, `.*`, `./`, `.^`, `..<`, `...`, and the mistaken `..`, `..=`.
  private mutating func scanDots(at start: Int) -> (TokenKind, Int) {
    let second = byte(at: start + 1)
    let third = byte(at: start + 2)
    if second == UInt8(ascii: "*") { return (.dotStar, 2) }
    // `./` but not the start of a comment, as in `x./*c*/y`, which no one writes.
    if second == UInt8(ascii: "/") { return (.dotSlash, 2) }
    if second == UInt8(ascii: "^") { return (.dotCaret, 2) }
    guard second == UInt8(ascii: ".") else { return (.dot, 1) }
    if third == UInt8(ascii: "<") { return (.rangeHalfOpen, 3) }
    if third == UInt8(ascii: ".") { return (.rangeClosed, 3) }
    let length = third == UInt8(ascii: "=") ? 3 : 2
    report(
      Diagnostic(
        code: "bad-range", "`..` is not an operator", at: span(start, start + length),
        hint: "a range is written a..<b (without b) or a...b (with b)"))
    return (.rangeClosed, length)
  }

  private func slip(_ text: String, at start: Int, length: Int, write replacement: String) -> Diagnostic {
    Diagnostic(
      code: "foreign-operator", "`\(text)` is not an operator here", at: span(start, start + length),
      hint: "write \(replacement)")
  }

  /// `# comment`, as in R, Python and Julia: reported, then read as a comment.
  private mutating func scanHashComment() {
    let start = position
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    report(
      Diagnostic(
        code: "hash-comment", "`#` does not begin a comment", at: span(start, start + 1),
        hint: "comments are written // to the end of the line, or /* ... */"))
  }

  private mutating func scanUnknownASCII(_ c: UInt8) {
    let start = position
    position += 1
    // A run of one stray character is one mistake.
    while position < bytes.count, bytes[position] == c { position += 1 }
    let shown: String
    if c < 0x20 || c == 0x7F {
      let hex = String(c, radix: 16, uppercase: true)
      shown = "control character U+00" + (hex.utf8.count < 2 ? "0" : "") + hex
    } else {
      shown = "character `\(Character(Unicode.Scalar(c)))`"
    }
    var hint: String?
    switch c {
    case UInt8(ascii: "$"): hint = "fields are read with a dot: data.x"
    case UInt8(ascii: "\\"): hint = "a function without name is written x => e"
    case UInt8(ascii: "`"): hint = "names need no quotes; text is written \"...\""
    case UInt8(ascii: "@"): hint = "elementwise operators are .* ./ .^ and the matrix product is *"
    default: break
    }
    report(Diagnostic(code: "unknown-character", "unexpected \(shown)", at: span(start, position), hint: hint))
    append(.invalid, from: start, to: position)
  }

  // MARK: Beyond ASCII

  /// The scalar at an offset and its length in bytes, or nil where the bytes are not UTF-8.
  func decodeScalar(at index: Int) -> (Unicode.Scalar, Int)? {
    let first = bytes[index]
    let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
    guard length > 0, index + length <= bytes.count else { return nil }
    if length == 1 { return (Unicode.Scalar(first), 1) }
    var value = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
    for offset in 1..<length {
      let c = bytes[index + offset]
      guard c & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(c & 0x3F)
    }
    guard length == 2 || value >= (length == 3 ? 0x800 : 0x10000) else { return nil }
    return Unicode.Scalar(value).map { ($0, length) }
  }

  /// Operators that look like ours: what to read them as, and how to write them.
  private static let lookalikes: [Unicode.Scalar: (TokenKind, String)] = [
    "×": (.star, "*"), "·": (.star, "*"), "∙": (.star, "*"), "⋅": (.star, "*"), "∗": (.star, "*"),
    "÷": (.slash, "/"), "∕": (.slash, "/"), "⁄": (.slash, "/"),
    "−": (.minus, "-"), "–": (.minus, "-"), "—": (.minus, "-"), "‐": (.minus, "-"), "‑": (.minus, "-"),
    "≤": (.lessEqual, "<="), "⩽": (.lessEqual, "<="), "≥": (.greaterEqual, ">="), "⩾": (.greaterEqual, ">="),
    "≠": (.notEqual, "!="), "¬": (.bang, "!"), "∧": (.andAnd, "&&"), "∨": (.orOr, "||"),
    "∼": (.tilde, "~"), "～": (.tilde, "~"), "˜": (.tilde, "~"), "←": (.assign, "="), "≔": (.assign, "="),
    "→": (.fatArrow, "=>"), "↦": (.fatArrow, "=>"), "⇒": (.fatArrow, "=>"), "∈": (.inKeyword, "in"),
    "…": (.rangeClosed, "..."), "∣": (.bar, "|"), "│": (.bar, "|"), "，": (.comma, ","), "；": (.semicolon, ";"),
    "：": (.colon, ":"), "（": (.leftParen, "("), "）": (.rightParen, ")"), "∞": (.identifier, "infinity()"),
  ]

  private static let superscripts: Set<Unicode.Scalar> = [
    "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹",
  ]

  mutating func scanNonASCII() {
    let start = position
    guard let (scalar, length) = decodeScalar(at: start) else {
      while position < bytes.count, bytes[position] >= 0x80, decodeScalar(at: position) == nil { position += 1 }
      report(
        Diagnostic(
          code: "invalid-utf8", "the text is not UTF-8 here", at: span(start, position),
          hint: "save the file as UTF-8"))
      append(.invalid, from: start, to: position)
      return
    }
    if scalar.properties.isXIDStart {
      scanIdentifier()
      return
    }
    position = start + length
    let place = span(start, position)
    let codePoint =
      "U+" + String(repeating: "0", count: max(0, 4 - String(scalar.value, radix: 16).utf8.count))
      + String(scalar.value, radix: 16, uppercase: true)
    switch scalar {
    case "\u{201C}", "\u{201D}", "\u{201E}", "\u{00AB}", "\u{00BB}":
      report(
        Diagnostic(
          code: "smart-quotes", "`\(scalar)` is a typographic quote", at: place,
          hint: "text is written with straight quotes: \"...\""))
      scanTypographicString(from: start)
    case "\u{2018}", "\u{2019}", "\u{201A}":
      report(
        Diagnostic(
          code: "smart-quotes", "`\(scalar)` is a typographic quote", at: place,
          hint: "text is written with straight double quotes: \"...\""))
      scanTypographicString(from: start)
    case "\u{00A0}", "\u{2000}"..."\u{200D}", "\u{202F}", "\u{205F}", "\u{2060}", "\u{3000}", "\u{FEFF}":
      report(
        Diagnostic(
          code: "invisible-character", "an invisible character (\(codePoint)) stands here", at: place,
          hint: "replace it by an ordinary space"))
    case "\u{0085}", "\u{2028}", "\u{2029}":
      report(
        Diagnostic(
          code: "invisible-character", "an unusual line break (\(codePoint)) stands here", at: place,
          hint: "end lines with an ordinary line feed"))
    default:
      if let (kind, replacement) = Lexer.lookalikes[scalar] {
        report(
          Diagnostic(
            code: "non-ascii-operator", "`\(scalar)` is not an operator", at: place, hint: "write \(replacement)"))
        append(kind, from: start, to: position)
      } else if Lexer.superscripts.contains(scalar) {
        report(
          Diagnostic(
            code: "non-ascii-operator", "`\(scalar)` is not an operator", at: place,
            hint: "powers are written x^2"))
      } else {
        report(
          Diagnostic(code: "unknown-character", "unexpected character `\(scalar)` (\(codePoint))", at: place))
        append(.invalid, from: start, to: position)
      }
    }
  }
}
