// The state of the parser and its tools: looking ahead, reporting, recovering, and bounding depth.

import BorelSource

/// A recursive-descent parser with operator precedence for expressions.
///
/// After an error the parser is `panicking` and silent until it has found its place again: the next separator
/// in a list, the next statement otherwise.
struct Parser {
  static let maximumDiagnostics = 100
  /// How many brackets, blocks and prefix operators may nest; bounds the parser's own recursion.
  static let maximumDepth = 200

  let file: FileID
  let bytes: UnsafeBufferPointer<UInt8>
  var tokens: [Token]
  var diagnostics: [Diagnostic] = []
  var index = 0
  var panicking = false
  /// In the head of `if`, `while`, `for` and `distribution`, `{` begins the body and not a record.
  var bareRecordsAllowed = true
  /// `1:n` is read as a mistaken range; not in the head of `if`, where the colon is Python's.
  var readsColonRanges = true
  /// The expression being parsed stands directly at the beginning of a statement.
  var atStatementLevel = false
  /// The height of the tree that was parsed last.
  var height = 0
  var depth = 0
  /// An open bracket at the end of the file has been reported; those around it are not.
  var reportedOpenEnd = false
  /// The outermost statement has been reported as nested too deeply; once is enough.
  var reportedTooDeep = false
  /// The program declares a variable named `target`, so `target +=` is not Stan's.
  var declaresTarget = false

  init(file: FileID, bytes: UnsafeBufferPointer<UInt8>, tokens: [Token]) {
    self.file = file
    self.bytes = bytes
    self.tokens = tokens
  }

  // MARK: Looking

  @inline(__always) var token: Token { tokens[index] }
  @inline(__always) var kind: TokenKind { tokens[index].kind }

  /// The kind of a token further on; `endOfFile` beyond the end.
  @inline(__always) func kind(ahead distance: Int) -> TokenKind {
    index + distance < tokens.count ? tokens[index + distance].kind : .endOfFile
  }

  /// The token further on stands on the same line as the one before it.
  @inline(__always) func isOnLine(ahead distance: Int) -> Bool {
    index + distance < tokens.count && !tokens[index + distance].onNewLine
  }

  /// The current token begins a new statement by the layout rule.
  @inline(__always) var atLineStart: Bool { tokens[index].startsStatement }

  var atStatementEnd: Bool {
    switch kind {
    case .endOfFile, .semicolon, .rightBrace: true
    default: atLineStart
    }
  }

  @inline(__always) mutating func advance() {
    if index < tokens.count - 1 { index += 1 }
  }

  mutating func take(_ expected: TokenKind) -> Bool {
    guard kind == expected else { return false }
    advance()
    return true
  }

  /// The span from a token up to the last consumed one.
  func span(from first: Int) -> Span {
    let start = Int(tokens[first].start)
    let end = index > first ? Int(tokens[index - 1].end) : start
    return Span(file: file, start: start, end: max(start, end))
  }

  var tokenSpan: Span { token.span(in: file) }

  /// The place just after the last consumed token.
  var endOfPrevious: Span {
    guard index > 0 else { return tokenSpan }
    let end = Int(tokens[index - 1].end)
    return Span(file: file, start: end, end: end)
  }

  func text(of token: Token) -> String {
    String(
      decoding: UnsafeBufferPointer(rebasing: bytes[Int(token.start)..<Int(token.end)]), as: UTF8.self)
  }

  func text(ahead distance: Int = 0) -> String {
    index + distance < tokens.count ? text(of: tokens[index + distance]) : ""
  }

  /// How a message names the current token.
  func describe(_ token: Token) -> String {
    switch token.kind {
    case .endOfFile: "the end of the file"
    case .string: "a string"
    default:
      if token.startsStatement { "the end of the line" } else { "`\(shortened(text(of: token)))`" }
    }
  }

  private func shortened(_ text: String) -> String {
    text.utf8.count > 40 ? String(text.prefix(36)) + "..." : text
  }

  // MARK: Reporting

  /// Reports an error that leaves the parser's place in doubt; silent until it is found again.
  mutating func fail(_ diagnostic: Diagnostic) {
    if !panicking { record(diagnostic) }
    panicking = true
  }

  /// Reports a mistake whose meaning is clear; parsing goes on as if it had been written properly.
  mutating func note(_ diagnostic: Diagnostic) {
    if !panicking { record(diagnostic) }
  }

  private mutating func record(_ diagnostic: Diagnostic) {
    // A token the lexer could not read has been reported.
    if token.kind == .invalid, diagnostic.primary?.span == tokenSpan { return }
    diagnostics.append(diagnostic)
    if diagnostics.count > Parser.maximumDiagnostics { index = tokens.count - 1 }
  }

  /// Where a message about the current token should point: at it, or after the previous one at a line's end.
  var errorPlace: Span { token.startsStatement || kind == .endOfFile && index > 0 ? endOfPrevious : tokenSpan }

  mutating func failExpecting(_ what: String, hint: String? = nil) {
    if kind == .endOfFile {
      fail(
        Diagnostic(
          code: "unexpected-end", "expected \(what), found the end of the file", at: endOfPrevious, hint: hint))
    } else {
      fail(
        Diagnostic(
          code: "unexpected-token", "expected \(what), found \(describe(token))", at: errorPlace, hint: hint))
    }
  }

  /// Reports an opening bracket without partner; of several that are open at the end, only the innermost.
  mutating func failUnclosed(_ opener: Int, _ closing: TokenKind) {
    if kind == .endOfFile {
      if reportedOpenEnd {
        panicking = true
        return
      }
      reportedOpenEnd = true
    }
    var labels = [Diagnostic.Label(errorPlace, "expected `\(closing.spelling)` here")]
    if closing == .rightBrace, let suspect = misalignedBrace(after: opener) {
      labels.append(Diagnostic.Label(tokens[suspect].span(in: file), "or this one lacks its `}`, by the indentation"))
    }
    fail(
      Diagnostic(
        code: "unclosed-bracket", "this `\(tokens[opener].kind.spelling)` is never closed",
        at: tokens[opener].span(in: file), label: "opened here", secondary: labels))
  }

  /// The first `{` inside an unclosed block whose `}` stands in another column than the line of its `{` begins.
  private func misalignedBrace(after opener: Int) -> Int? {
    var lineIndent = 0
    for index in tokens.indices {
      let token = tokens[index]
      if token.onNewLine || index == 0 { lineIndent = indentation(of: index) }
      guard index > opener, token.kind == .leftBrace, Int(token.partner) > index else { continue }
      let closer = Int(token.partner)
      if tokens[closer].onNewLine, indentation(of: closer) != lineIndent { return index }
    }
    return nil
  }

  /// White space before the first token of a line, in bytes.
  private func indentation(of index: Int) -> Int {
    var offset = Int(tokens[index].start)
    while offset > 0, bytes[offset - 1] == 0x20 || bytes[offset - 1] == 0x09 { offset -= 1 }
    return Int(tokens[index].start) - offset
  }

  // MARK: Depth

  /// Runs a nested part of the grammar unless it lies too deep; then skips it.
  mutating func nested(_ body: (inout Parser) -> Expression) -> Expression {
    guard depth < Parser.maximumDepth else {
      failTooDeep()
      return skippedExpression()
    }
    depth += 1
    defer { depth -= 1 }
    return body(&self)
  }

  mutating func failTooDeep() {
    if reportedTooDeep { panicking = true }
    reportedTooDeep = true
    fail(
      Diagnostic(
        code: "nested-too-deeply", "this is nested too deeply", at: tokenSpan,
        hint: "give a part of it a name with let"))
  }

  /// Adds a level to the tree under construction; false when it is too high, and then an `error` node follows.
  mutating func grow(_ heights: Int) -> Bool {
    height = heights + 1
    if height <= maximumTreeHeight - 16 { return true }
    failTooDeep()
    height = 1
    return false
  }

  // MARK: Recovering

  /// Skips to the end of a list element or statement and returns an `error` node.
  mutating func skippedExpression() -> Expression {
    let first = index
    while true {
      switch kind {
      case .endOfFile, .comma, .semicolon, .rightParen, .rightBracket, .rightBrace:
        height = 1
        return Expression(.error, span(from: first))
      default: break
      }
      if atLineStart {
        height = 1
        return Expression(.error, span(from: first))
      }
      skipOne()
    }
  }

  /// Skips one token, or a whole bracketed group.
  mutating func skipOne() {
    switch kind {
    case .leftParen, .leftBracket, .leftBrace:
      if token.partner > index { index = Int(token.partner) }
    default: break
    }
    advance()
  }

  /// Skips to the end of the statement.
  mutating func synchronize() {
    while !atStatementEnd { skipOne() }
  }

  /// An error node for which no tokens are skipped.
  mutating func missingExpression() -> Expression {
    height = 1
    return Expression(.error, endOfPrevious)
  }
}
