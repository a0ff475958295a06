// Lays out what stands inside a statement: operators, brackets and lists.

import BorelSource

extension Layout {
  /// A token, or a bracketed group with all it holds.
  private struct Element {
    var first: Int
    var document: Document
    /// One past its last token.
    var end: Int
  }

  /// Tokens that divide a statement into expressions.
  private func divides(_ index: Int) -> Bool {
    switch tokens[index].kind {
    case .assign, .plusAssign, .minusAssign, .starAssign, .slashAssign, .tilde, .fatArrow, .thinArrow, .colon,
      .ifKeyword, .elseKeyword, .expectKeyword, .whileKeyword, .forKeyword, .returnKeyword, .observeKeyword,
      .letKeyword, .varKeyword:
      true
    case .leftBrace: tokens[index].role == .block
    default: false
    }
  }

  /// The tokens of a statement or list element. Comments after its last token are left to the caller.
  mutating func sequence(_ first: Int, _ end: Int) -> Document {
    .concat(sequenceParts(first, end).parts)
  }

  /// The parts of a sequence; `lastElement` tells how many of them stand before its last bracket, if it ends
  /// with one that may open at the end of a line.
  private mutating func sequenceParts(_ first: Int, _ end: Int) -> (parts: [Document], lastElement: Int?) {
    var parts: [Document] = []
    var lastElement: Int?
    var blocks = 0
    var index = first
    let declares = tokens[first].beginsParsedStatement && declaration(first)
    while index < end {
      if tokens[index].role == .clause {
        var stop = index
        while stop < end, tokens[stop].kind != .leftBrace { stop = after(stop) }
        parts.append(conditions(index, stop, block: stop < end))
        lastElement = nil
        index = stop
        continue
      }
      if divides(index) {
        if index > first, spaced(index) { parts.append(.space()) }
        parts += leadingComments(before: index)
        lastElement = parts.count
        if tokens[index].kind == .leftBrace {
          blocks += 1
          parts.append(block(index, alwaysBroken: declares))
        } else {
          parts.append(.text(text(tokens[index].start, tokens[index].end)))
        }
        let next = after(index)
        if next < end { parts += trailingComments(after: next - 1, before: next) }
        index = next
        continue
      }
      var stop = index
      while stop < end, !divides(stop), tokens[stop].role != .clause { stop = after(stop) }
      if index > first, spaced(index) { parts.append(.space()) }
      lastElement = parts.count
      parts.append(operators(index, stop, isLast: stop == end))
      index = stop
    }
    return (parts, blocks < 2 && opensAtEnd(first, end) ? lastElement : nil)
  }

  /// The last expression is a record, an array, or the block of a lambda or `expect`, and nothing else.
  private func opensAtEnd(_ first: Int, _ end: Int) -> Bool {
    let opener = Int(tokens[end - 1].partner)
    guard opener >= first, opener < end - 1 else { return false }
    switch tokens[opener].kind {
    case .leftBrace where tokens[opener].role == .block:
      return opener > first && (tokens[opener - 1].kind == .fatArrow || tokens[opener - 1].kind == .expectKeyword)
    case .leftBrace, .leftBracket: return tokens[opener].role != .postfix && (opener == first || divides(opener - 1))
    default: return false
    }
  }

  /// `model` and `distribution` bodies are never written on one line.
  private func declaration(_ index: Int) -> Bool {
    guard index + 1 < tokens.count, tokens[index + 1].kind.isName, !tokens[index + 1].onNewLine else { return false }
    return tokens[index].kind == .modelKeyword || tokens[index].kind == .distributionKeyword
  }

  // MARK: Spaces

  /// A space stands before this token.
  private func spaced(_ index: Int) -> Bool {
    let token = tokens[index]
    let previous = tokens[index - 1]
    switch token.kind {
    case .comma, .semicolon, .rightParen, .rightBracket, .colon, .dot, .caret, .dotCaret, .rangeHalfOpen,
      .rangeClosed:
      return false
    default: break
    }
    if token.role == .postfix || previous.role == .prefix { return false }
    switch previous.kind {
    case .leftParen, .leftBracket, .dot, .caret, .dotCaret, .rangeHalfOpen, .rangeClosed: return false
    case .leftBrace: return previous.role == .block
    case .rightBrace where token.kind == .rightBrace: return false
    default: break
    }
    if token.kind == .rightBrace {
      let opener = Int(token.partner)
      return opener >= 0 && tokens[opener].role == .block
    }
    return true
  }

  // MARK: Operators

  /// `where c1, c2`: behind the support if all fits there, else on a line of its own, as many conditions on each line as fit.
  private mutating func conditions(_ first: Int, _ end: Int, block: Bool) -> Document {
    var items: [Document] = []
    var start = first
    var index = first + 1
    while index <= end {
      if index == end || tokens[index].kind == .comma {
        var item: [Document] = []
        if start == first {
          item += leadingComments(before: first) + [.text(text(tokens[first].start, tokens[first].end)), .space()]
          item += trailingComments(after: first, before: first + 1)
          start += 1
        }
        item.append(operators(start, index, isLast: false))
        if index < end {
          item += leadingComments(before: index) + [.text(",")]
          if index + 1 < end { item += trailingComments(after: index, before: index + 1) }
        }
        items.append(.concat(item))
        start = index + 1
      }
      index = index < end ? after(index) : index + 1
    }
    return .group(.indent(.concat([.breakable(" "), Document(.fill(items)), .space()]), by: 4))
  }

  private func precedence(_ index: Int) -> Int? {
    guard tokens[index].role != .prefix else { return nil }
    switch tokens[index].kind {
    case .bar: return 1
    case .orOr: return 2
    case .andAnd: return 3
    case .equalEqual, .notEqual: return 4
    case .less, .lessEqual, .greater, .greaterEqual: return 5
    case .plus, .minus: return 7
    case .star, .slash, .percent, .dotStar, .dotSlash: return 8
    default: return nil
    }
  }

  /// An expression, broken after its loosest operators first.
  private mutating func operators(_ first: Int, _ end: Int, isLast: Bool) -> Document {
    var loosest = Int.max
    var index = first
    while index < end {
      if index > first, let level = precedence(index) { loosest = min(loosest, level) }
      index = after(index)
    }
    guard loosest < Int.max else { return operand(first, end, isLast: isLast) }
    var parts: [Document] = []
    var rest: [Document] = []
    var start = first
    index = first
    func add(_ documents: [Document], to parts: inout [Document], _ rest: inout [Document], isFirst: Bool) {
      if isFirst { parts += documents } else { rest += documents }
    }
    var isFirst = true
    while index < end {
      guard index > first, precedence(index) == loosest else {
        index = after(index)
        continue
      }
      add([operators(start, index, isLast: false), .space()], to: &parts, &rest, isFirst: isFirst)
      let sign = leadingComments(before: index) + [.text(tokens[index].kind.spelling)]
      let comments = index + 1 < end ? trailingComments(after: index, before: index + 1) : []
      add(sign + comments, to: &parts, &rest, isFirst: isFirst)
      isFirst = false
      rest.append(.breakable(" "))
      index += 1
      start = index
    }
    rest.append(operators(start, end, isLast: isLast))
    return .group(.concat(parts + [.indent(.concat(rest), by: 4)]))
  }

  /// Tokens and brackets between operators.
  private mutating func operand(_ first: Int, _ end: Int, isLast: Bool) -> Document {
    var parts: [Document] = []
    var index = first
    while index < end {
      if index > first, spaced(index) { parts.append(.space()) }
      parts += leadingComments(before: index)
      let next = after(index)
      switch tokens[index].kind {
      case .leftParen, .leftBracket, .leftBrace: parts.append(list(index))
      default: parts.append(.text(text(tokens[index].start, tokens[index].end)))
      }
      if next < end || !isLast { parts += trailingComments(after: next - 1, before: next) }
      index = next
    }
    return .concat(parts)
  }

  // MARK: Lists

  /// A bracketed list: on one line, or one element a line, or with its last element opening at the line's end.
  private mutating func list(_ opener: Int) -> Document {
    let closer = Int(tokens[opener].partner)
    let open = Document.text(tokens[opener].kind.spelling)
    let close = Document.text(tokens[closer].kind.spelling)
    if closer == opener + 1, !hasComment(from: opener, to: closer) { return .concat([open, close]) }

    let ranges = elements(opener, closer)
    let fills =
      tokens[opener].kind == .leftBracket && ranges.count > 4 && ranges.allSatisfy(isLiteral)
      && !hasComment(from: opener, to: closer)
    let afterOpen = trailingComments(after: opener, before: opener + 1)
    var items: [Document] = []
    // The last element with its final bracket opened, and the width of what comes before that bracket's content.
    var opened: (document: Document, head: Int)?
    var commented = !afterOpen.isEmpty
    for (position, range) in ranges.enumerated() {
      var item = leadingComments(before: range.lowerBound)
      commented = commented || !item.isEmpty
      let (parts, lastElement) = sequenceParts(range.lowerBound, range.upperBound)
      if position == ranges.count - 1, let lastElement {
        let prefix = Document.concat(Array(parts[..<lastElement]))
        let document = Document.concat([Document(.flat(prefix)), expandedForm(of: parts[lastElement])])
        opened = (document, min(prefix.flatWidth + 1, Document.unbounded))
      }
      item.append(.group(.concat(parts)))
      let isLastItem = position == ranges.count - 1
      if !isLastItem { item.append(.text(",")) }
      var next = range.upperBound
      var trailing = trailingComments(after: next - 1, before: next)
      if next < closer {
        next += 1
        trailing += trailingComments(after: next - 1, before: next)
      }
      commented = commented || !trailing.isEmpty
      item += trailing
      items.append(.concat(item))
    }
    let beforeClose = leadingComments(before: closer)
    commented = commented || !beforeClose.isEmpty
    if fills {
      let body: [Document] = [.breakable(""), Document(.fill(items))]
      return .group(.concat([open, .indent(.concat(body)), .breakable(""), close]))
    }

    var flat: [Document] = [open]
    var broken: [Document] = [.newline()]
    for (position, item) in items.enumerated() {
      if position > 0 {
        flat.append(.space())
        broken.append(.newline())
      }
      flat.append(item)
      broken.append(item)
    }
    flat.append(close)
    broken = afterOpen + broken + beforeClose
    let expanded = Document.concat([open, .indent(.concat(broken)), .newline(), close])
    let isPlainParentheses = tokens[opener].kind == .leftParen && tokens[opener].role != .postfix && items.count < 2
    let keepsBroken = tokens[opener + 1].onNewLine && !isPlainParentheses
    if commented || keepsBroken { return expanded }
    guard let opened else {
      return Document(.choice(flat: .concat(flat), hugged: expanded, head: 0, expanded: expanded))
    }
    var hugged: [Document] = [open]
    var width = 1
    for item in items.dropLast() {
      hugged += [Document(.flat(item)), .space()]
      width = min(width + item.flatWidth + 1, Document.unbounded)
    }
    hugged += [opened.document, close]
    return Document(
      .choice(flat: .concat(flat), hugged: .concat(hugged), head: width + opened.head, expanded: expanded))
  }

  /// A bracket that ends an element, in its form on several lines.
  private func expandedForm(of document: Document) -> Document {
    switch document.kind {
    case .choice(_, _, _, let expanded): expanded
    case .group(let inner): inner
    default: document
    }
  }

  /// The token ranges of the elements between the commas of a list.
  private func elements(_ opener: Int, _ closer: Int) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = opener + 1
    var index = start
    while index < closer {
      if tokens[index].kind == .comma {
        ranges.append(start..<index)
        start = index + 1
        index = start
      } else {
        index = after(index)
      }
    }
    if start < closer { ranges.append(start..<closer) }
    return ranges
  }

  /// A number or other single token, perhaps with a sign.
  private func isLiteral(_ range: Range<Int>) -> Bool {
    switch range.count {
    case 1: true
    case 2: tokens[range.lowerBound].role == .prefix
    default: false
    }
  }
}
