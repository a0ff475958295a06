// The lexer: one pass over the bytes gives tokens, comments, bracket partners and the layout of statements.

import BorelSource

/// What the lexer makes of a text.
public struct LexResult: Sendable {
  /// Ends with one `endOfFile` token.
  public var tokens: [Token]
  public var comments: [Comment]
  public var diagnostics: [Diagnostic]
  /// The text ends inside a block comment or an open bracket.
  public var endsOpen: Bool
}

/// Splits a text into tokens.
public func lex(_ file: FileID, in sources: SourceMap) -> LexResult {
  let bytes = sources[file].utf8
  return bytes.withUnsafeBufferPointer { buffer in
    var lexer = Lexer(file: file, bytes: buffer)
    lexer.run()
    return LexResult(
      tokens: lexer.tokens, comments: lexer.comments, diagnostics: lexer.diagnostics, endsOpen: lexer.endsOpen)
  }
}

/// The state of a pass; it lives only inside `lex`.
struct Lexer {
  static let maximumDiagnostics = 100

  let file: FileID
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  var tokens: [Token] = []
  var comments: [Comment] = []
  var diagnostics: [Diagnostic] = []
  var endsOpen = false
  private var sawNewline = false
  /// Something other than white space stands on the current line before `position`.
  private var lineHasContent = false
  private var openBrackets: [Int32] = []
  private var sawUnclosed = false
  private var openCounts = (parens: 0, brackets: 0, braces: 0)

  init(file: FileID, bytes: UnsafeBufferPointer<UInt8>) {
    self.file = file
    self.bytes = bytes
    tokens.reserveCapacity(bytes.count / 3 + 16)
  }

  @inline(__always) func byte(at index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  func span(_ start: Int, _ end: Int) -> Span { Span(file: file, start: start, end: end) }

  mutating func report(_ diagnostic: Diagnostic) {
    if diagnostics.count < Lexer.maximumDiagnostics { diagnostics.append(diagnostic) }
  }

  mutating func run() {
    if bytes.count >= Int(Int32.max) {
      report(Diagnostic(code: "file-too-large", "a source file must be smaller than 2 GB", at: span(0, 0)))
      append(.endOfFile, from: 0, to: 0)
      return
    }
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    while position < bytes.count { next() }
    sawNewline = true
    append(.endOfFile, from: bytes.count, to: bytes.count)
    if !openBrackets.isEmpty { endsOpen = true }
    if sawUnclosed || endsOpen { layOutWithoutUnclosed() }
  }

  private mutating func next() {
    let start = position
    let first = bytes[start]
    switch first {
    case 0x20, 0x09, 0x0D: position += 1
    case 0x0A:
      position += 1
      sawNewline = true
      lineHasContent = false
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
      scanIdentifier()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): scanNumber()
    case UInt8(ascii: "\""): scanString(closing: UInt8(ascii: "\""))
    case UInt8(ascii: "'"): scanSingleQuote()
    case UInt8(ascii: "/") where byte(at: start + 1) == UInt8(ascii: "/"): scanLineComment()
    case UInt8(ascii: "/") where byte(at: start + 1) == UInt8(ascii: "*"): scanBlockComment()
    case 0x80...0xFF: scanNonASCII()
    default: scanOperator(first)
    }
  }

  // MARK: Names

  mutating func scanIdentifier() {
    let start = position
    var end = start
    while end < bytes.count {
      let c = bytes[end]
      if isIdentifierByte(c) {
        end += 1
      } else if c >= 0x80, let (scalar, length) = decodeScalar(at: end), scalar.properties.isXIDContinue {
        end += length
      } else {
        break
      }
    }
    position = end
    append(keyword(from: start, to: end), from: start, to: end)
  }

  @inline(__always) func isIdentifierByte(_ c: UInt8) -> Bool {
    (c | 0x20) &- 0x61 < 26 || c &- 0x30 < 10 || c == 0x5F
  }

  private func keyword(from start: Int, to end: Int) -> TokenKind {
    let length = end - start
    if length == 1, bytes[start] == UInt8(ascii: "_") { return .underscore }
    guard length >= 2, length <= 12, bytes[start] >= UInt8(ascii: "a"), bytes[start] <= UInt8(ascii: "w")
    else { return .identifier }
    func matches(_ text: StaticString) -> Bool {
      guard text.utf8CodeUnitCount == length else { return false }
      for offset in 0..<length where text.utf8Start[offset] != bytes[start + offset] { return false }
      return true
    }
    switch bytes[start] {
    case UInt8(ascii: "b"): return matches("break") ? .breakKeyword : .identifier
    case UInt8(ascii: "c"): return matches("continue") ? .continueKeyword : .identifier
    case UInt8(ascii: "d"): return matches("distribution") ? .distributionKeyword : .identifier
    case UInt8(ascii: "e"):
      return matches("else") ? .elseKeyword : matches("expect") ? .expectKeyword : .identifier
    case UInt8(ascii: "f"):
      return matches("for")
        ? .forKeyword
        : matches("fn") ? .fnKeyword : matches("false") ? .falseKeyword : .identifier
    case UInt8(ascii: "i"):
      return matches("if")
        ? .ifKeyword
        : matches("in") ? .inKeyword : matches("import") ? .importKeyword : .identifier
    case UInt8(ascii: "l"): return matches("let") ? .letKeyword : .identifier
    case UInt8(ascii: "m"): return matches("model") ? .modelKeyword : .identifier
    case UInt8(ascii: "n"): return matches("null") ? .nullKeyword : .identifier
    case UInt8(ascii: "o"):
      return matches("on") ? .onKeyword : matches("observe") ? .observeKeyword : .identifier
    case UInt8(ascii: "r"): return matches("return") ? .returnKeyword : .identifier
    case UInt8(ascii: "t"): return matches("true") ? .trueKeyword : .identifier
    case UInt8(ascii: "v"):
      return matches("var") ? .varKeyword : matches("via") ? .viaKeyword : .identifier
    case UInt8(ascii: "w"):
      return matches("while") ? .whileKeyword : matches("where") ? .whereKeyword : .identifier
    default: return .identifier
    }
  }

  // MARK: Comments

  private mutating func scanLineComment() {
    let start = position
    var end = start
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    position = end
    var textEnd = end
    while textEnd > start, bytes[textEnd - 1] == 0x0D || bytes[textEnd - 1] == 0x20 || bytes[textEnd - 1] == 0x09 {
      textEnd -= 1
    }
    addComment(from: start, to: textEnd, isBlock: false)
  }

  private mutating func scanBlockComment() {
    let start = position
    var depth = 1
    var end = start + 2
    var crossesLines = false
    while end < bytes.count, depth > 0 {
      let c = bytes[end]
      if c == UInt8(ascii: "*"), byte(at: end + 1) == UInt8(ascii: "/") {
        depth -= 1
        end += 2
      } else if c == UInt8(ascii: "/"), byte(at: end + 1) == UInt8(ascii: "*") {
        depth += 1
        end += 2
      } else {
        if c == 0x0A { crossesLines = true }
        end += 1
      }
    }
    position = end
    addComment(from: start, to: end, isBlock: true)
    if crossesLines { sawNewline = true }
    if depth > 0 {
      endsOpen = true
      report(
        Diagnostic(
          code: "unterminated-comment", "this comment is never closed", at: span(start, start + 2),
          label: "opened here", hint: "end it with */ (comments nest)"))
    }
  }

  private mutating func addComment(from start: Int, to end: Int, isBlock: Bool) {
    var offset = start
    while offset < end {
      if bytes[offset] < 0x80 {
        offset += 1
      } else if let (_, length) = decodeScalar(at: offset) {
        offset += length
      } else {
        report(
          Diagnostic(
            code: "invalid-utf8", "the text is not UTF-8 here", at: span(offset, offset + 1),
            hint: "save the file as UTF-8"))
        break
      }
    }
    comments.append(
      Comment(start: UInt32(start), end: UInt32(end), isBlock: isBlock, ownsLine: !lineHasContent))
    lineHasContent = true
  }

  // MARK: Tokens and layout

  /// Adds a token, finds its bracket partner, and decides whether the line break before it ends a statement.
  ///
  /// A line break ends a statement unless it lies inside `( )` or `[ ]`, follows a token that needs more, or
  /// precedes one that cannot begin a statement.
  mutating func append(_ kind: TokenKind, from start: Int, to end: Int) {
    let previous = tokens.last?.kind ?? .endOfFile
    var token = Token(kind: kind, onNewLine: sawNewline, startsStatement: false, start: start, end: end)
    sawNewline = false
    lineHasContent = true
    let index = Int32(truncatingIfNeeded: tokens.count)
    if token.onNewLine, kind.beginsStatement { abandonOpenParens() }
    switch kind {
    case .rightParen, .rightBracket, .rightBrace: token.partner = close(kind, at: index)
    default: break
    }
    if token.onNewLine, index > 0 {
      let inside = openBrackets.last.map { tokens[Int($0)].kind == .leftBrace } ?? true
      token.startsStatement = inside && separates(previous, kind)
    }
    switch kind {
    case .leftParen:
      openCounts.parens += 1
      openBrackets.append(index)
    case .leftBracket:
      openCounts.brackets += 1
      openBrackets.append(index)
    case .leftBrace:
      openCounts.braces += 1
      openBrackets.append(index)
    default: break
    }
    tokens.append(token)
  }

  /// A line break between these two tokens ends a statement, brackets apart.
  private func separates(_ previous: TokenKind, _ next: TokenKind) -> Bool {
    if next.beginsStatement { return previous != .leftBrace }
    return !previous.continuesAfter && !next.continuesBefore
  }

  /// Pops the opening bracket that a closing one matches; brackets opened after it stay without partner.
  private mutating func close(_ kind: TokenKind, at index: Int32) -> Int32 {
    let opener: TokenKind
    switch kind {
    case .rightParen:
      guard openCounts.parens > 0 else { return -1 }
      opener = .leftParen
    case .rightBracket:
      guard openCounts.brackets > 0 else { return -1 }
      opener = .leftBracket
    default:
      guard openCounts.braces > 0 else { return -1 }
      opener = .leftBrace
    }
    while let top = openBrackets.popLast() {
      forgetOpen(tokens[Int(top)].kind)
      if tokens[Int(top)].kind == opener {
        tokens[Int(top)].partner = index
        return top
      }
      sawUnclosed = true
    }
    return -1
  }

  private mutating func forgetOpen(_ kind: TokenKind) {
    switch kind {
    case .leftParen: openCounts.parens -= 1
    case .leftBracket: openCounts.brackets -= 1
    default: openCounts.braces -= 1
    }
  }

  /// A line that begins with `let`, `for`, … cannot lie inside parentheses: they were never closed.
  private mutating func abandonOpenParens() {
    while let top = openBrackets.last, tokens[Int(top)].kind != .leftBrace {
      openBrackets.removeLast()
      sawUnclosed = true
      forgetOpen(tokens[Int(top)].kind)
    }
  }

  /// Decides again which line breaks end statements, as if brackets that are never closed were not there, so
  /// that one forgotten bracket does not join the rest of the file into one statement.
  private mutating func layOutWithoutUnclosed() {
    var open: [TokenKind] = []
    for index in tokens.indices {
      let token = tokens[index]
      switch token.kind {
      case .rightParen, .rightBracket, .rightBrace: if token.partner >= 0 { open.removeLast() }
      default: break
      }
      if token.onNewLine, index > 0 {
        tokens[index].startsStatement =
          open.last ?? .leftBrace == .leftBrace && separates(tokens[index - 1].kind, token.kind)
      }
      switch token.kind {
      case .leftParen, .leftBracket, .leftBrace: if token.partner >= 0 { open.append(token.kind) }
      default: break
      }
    }
  }
}
