// Turns the tokens and comments of a correct program into a document: statements, blocks and comments.

import BorelSource

/// Walks the tokens in order; comments are taken from a cursor as the walk passes them, so none is lost.
///
/// The rules: two spaces of indentation; one statement a line; a block stays on one line if it was written so
/// and fits, and the blocks of one `if` agree; a list stays broken if its bracket was followed by a line
/// break; blank lines are kept, at most one at a time.
struct Layout {
  let bytes: UnsafeBufferPointer<UInt8>
  let tokens: [Token]
  let comments: [Comment]
  private var nextComment = 0

  init(bytes: UnsafeBufferPointer<UInt8>, tokens: [Token], comments: [Comment]) {
    self.bytes = bytes
    self.tokens = tokens
    self.comments = comments
  }

  mutating func file() -> Document {
    statements(from: 0, to: tokens.count - 1, blockOpener: nil)
  }

  func text(_ start: UInt32, _ end: UInt32) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: bytes[Int(start)..<Int(end)]), as: UTF8.self)
  }

  /// The index after a token, or after the bracket that matches it.
  func after(_ index: Int) -> Int {
    let partner = Int(tokens[index].partner)
    return partner > index ? partner + 1 : index + 1
  }

  // MARK: Statements

  /// The statements between two token indices, each on a line of its own.
  private mutating func statements(from first: Int, to end: Int, blockOpener: Int?) -> Document {
    var parts: [Document] = []
    var lastEnd = blockOpener.map { Int(tokens[$0].end) } ?? 0
    // Nothing has been written in this list yet: no blank line and, in a block, the first line break is due.
    var isFirst = true
    var index = first
    while true {
      while index < end, tokens[index].kind == .semicolon { index += 1 }
      let limit = tokens[min(index, end)].start
      addComments(before: limit, to: &parts, &lastEnd, &isFirst, inBlock: blockOpener != nil)
      guard index < end else { break }
      var stop = after(index)
      while stop < end, !tokens[stop].beginsParsedStatement, tokens[stop].kind != .semicolon { stop = after(stop) }
      startLine(at: Int(tokens[index].start), &parts, lastEnd, &isFirst, inBlock: blockOpener != nil)
      parts.append(Document.group(sequence(index, stop)))
      lastEnd = Int(tokens[stop - 1].end)
      index = stop
    }
    return Document.concat(parts)
  }

  private mutating func startLine(
    at offset: Int, _ parts: inout [Document], _ lastEnd: Int, _ isFirst: inout Bool, inBlock: Bool
  ) {
    if isFirst {
      isFirst = false
      if inBlock { parts.append(.newline()) }
    } else {
      parts.append(lineBreaks(lastEnd, offset) >= 2 ? .blankLine() : .newline())
    }
  }

  /// Comments between statements: those on the line of the statement before stay there.
  private mutating func addComments(
    before limit: UInt32, to parts: inout [Document], _ lastEnd: inout Int, _ isFirst: inout Bool, inBlock: Bool
  ) {
    while nextComment < comments.count, comments[nextComment].start < limit {
      let comment = comments[nextComment]
      nextComment += 1
      let content = text(comment.start, comment.end)
      let hasLineBefore = lineBreaks(lastEnd, Int(comment.start)) > 0
      if !hasLineBefore, !parts.isEmpty || inBlock {
        parts += [.space(comment.isBlock ? 1 : 2), .text(content)]
      } else {
        startLine(at: Int(comment.start), &parts, lastEnd, &isFirst, inBlock: inBlock)
        parts.append(.text(content))
      }
      lastEnd = Int(comment.end)
    }
  }

  /// Line breaks in the white space between two offsets.
  private func lineBreaks(_ start: Int, _ end: Int) -> Int {
    var count = 0
    var offset = start
    while offset < end {
      if bytes[offset] == 0x0A { count += 1 }
      offset += 1
    }
    return count
  }

  // MARK: Comments inside statements

  private func hasComment(before limit: UInt32) -> Bool {
    nextComment < comments.count && comments[nextComment].start < limit
  }

  /// A comment lies between two tokens.
  func hasComment(from first: Int, to last: Int) -> Bool {
    var low = nextComment
    var high = comments.count
    while low < high {
      let middle = (low + high) / 2
      if comments[middle].start < tokens[first].end { low = middle + 1 } else { high = middle }
    }
    return low < comments.count && comments[low].start < tokens[last].start
  }

  /// The comments that follow a token on its line.
  mutating func trailingComments(after index: Int, before next: Int) -> [Document] {
    var parts: [Document] = []
    while hasComment(before: tokens[next].start), !comments[nextComment].ownsLine {
      let comment = comments[nextComment]
      nextComment += 1
      let opens = tokens[index].kind == .leftParen || tokens[index].kind == .leftBracket
      if !comment.isBlock {
        parts += [.space(2), .text(text(comment.start, comment.end)), .newline()]
      } else {
        if !opens || !parts.isEmpty { parts.append(.space()) }
        parts.append(.text(text(comment.start, comment.end)))
        switch tokens[next].kind {
        case .comma, .rightParen, .rightBracket, .semicolon: break
        default: parts.append(.space())
        }
      }
    }
    return parts
  }

  /// The remaining comments before a token, each beginning a line.
  mutating func leadingComments(before index: Int) -> [Document] {
    var parts: [Document] = []
    while hasComment(before: tokens[index].start) {
      let comment = comments[nextComment]
      nextComment += 1
      if comment.ownsLine { parts.append(.newline()) } else { parts.append(.space()) }
      parts.append(.text(text(comment.start, comment.end)))
      let following = hasComment(before: tokens[index].start) ? comments[nextComment].start : tokens[index].start
      let breaks = !comment.isBlock || lineBreaks(Int(comment.end), Int(following)) > 0
      parts.append(breaks ? .newline() : .space())
    }
    return parts
  }

  // MARK: Blocks

  /// `{ ... }`; its breaks belong to the group around it, so that the blocks of one `if` agree.
  mutating func block(_ opener: Int, alwaysBroken: Bool) -> Document {
    let closer = Int(tokens[opener].partner)
    let commented = hasComment(from: opener, to: closer)
    if !commented, !(opener + 1..<closer).contains(where: { tokens[$0].kind != .semicolon }) { return .text("{}") }
    if !alwaysBroken, !commented, isOnOneLine(opener, closer) {
      return oneLineBlock(opener, closer)
    }
    let body = statements(from: opener + 1, to: closer, blockOpener: opener)
    return .concat([.text("{"), .indent(body), .newline(), .text("}")])
  }

  private func isOnOneLine(_ opener: Int, _ closer: Int) -> Bool {
    for index in (opener + 1)...closer where tokens[index].onNewLine { return false }
    return true
  }

  private mutating func oneLineBlock(_ opener: Int, _ closer: Int) -> Document {
    var parts: [Document] = [.breakable(" ")]
    var index = opener + 1
    while index < closer {
      if tokens[index].kind == .semicolon {
        index += 1
        continue
      }
      var stop = after(index)
      while stop < closer, !tokens[stop].beginsParsedStatement, tokens[stop].kind != .semicolon { stop = after(stop) }
      if parts.count > 1 { parts.append(.breakable("; ")) }
      parts.append(.group(sequence(index, stop)))
      index = stop
    }
    return .concat([.text("{"), .indent(.concat(parts)), .breakable(" "), .text("}")])
  }
}
