// A document that can be laid out on one line or several (after Wadler 2003, with the widths kept in the nodes).

/// Text with possible line breaks.
///
/// A group is printed on one line if it fits and contains nothing that forces a break; otherwise its own
/// breaks become new lines, and its inner groups decide for themselves.
final class Document {
  enum Kind {
    case text(String)
    /// So many spaces, with those already there, unless they would begin or end a line.
    case space(Int)
    /// The given text on one line; otherwise a new line.
    case breakable(flat: String)
    case newline
    /// A new line and an empty one before what follows.
    case blankLine
    case concat([Document])
    case group(Document)
    /// On one line in any case.
    case flat(Document)
    /// New lines inside begin further to the right.
    case indent(Int, Document)
    /// As many elements on each line as fit.
    case fill([Document])
    /// `flat` if it fits; else `hugged` if `head` fits on the line; else `expanded`.
    case choice(flat: Document, hugged: Document, head: Int, expanded: Document)
  }

  /// Larger than any line: the width of what cannot be printed on one line.
  static let unbounded = 1 << 40

  let kind: Kind
  /// The width on one line.
  let flatWidth: Int
  /// The width up to the first place where a new line may begin.
  let headWidth: Int
  /// There is such a place.
  let canBreak: Bool

  init(_ kind: Kind) {
    self.kind = kind
    switch kind {
    case .text(let content):
      let width = content.utf8.count == content.unicodeScalars.count ? content.utf8.count : content.unicodeScalars.count
      let multiline = content.utf8.contains(0x0A)
      (flatWidth, headWidth, canBreak) = (multiline ? Document.unbounded : width, width, multiline)
    case .space(let count): (flatWidth, headWidth, canBreak) = (count, count, false)
    case .breakable(let flat): (flatWidth, headWidth, canBreak) = (flat.utf8.count, 0, true)
    case .newline, .blankLine: (flatWidth, headWidth, canBreak) = (Document.unbounded, 0, true)
    case .flat(let inner): (flatWidth, headWidth, canBreak) = (inner.flatWidth, inner.flatWidth, false)
    case .group(let inner), .indent(_, let inner):
      (flatWidth, headWidth, canBreak) = (inner.flatWidth, inner.headWidth, inner.canBreak)
    case .concat(let parts), .fill(let parts):
      var flat = 0
      var head = 0
      var breaks = false
      for part in parts {
        flat = min(flat + part.flatWidth, Document.unbounded)
        if !breaks {
          head += part.headWidth
          breaks = part.canBreak
        }
      }
      (flatWidth, headWidth, canBreak) = (flat, head, breaks)
    case .choice(let flat, _, _, _):
      // After its opening bracket every list can break.
      (flatWidth, headWidth, canBreak) = (flat.flatWidth, 1, true)
    }
  }

  static func text(_ content: String) -> Document { Document(.text(content)) }
  static func concat(_ parts: [Document]) -> Document {
    parts.count == 1 ? parts[0] : Document(.concat(parts))
  }
  static func group(_ inner: Document) -> Document { Document(.group(inner)) }
  static func indent(_ inner: Document, by columns: Int = 2) -> Document { Document(.indent(columns, inner)) }
  static func space(_ count: Int = 1) -> Document { Document(.space(count)) }
  static func newline() -> Document { Document(.newline) }
  static func blankLine() -> Document { Document(.blankLine) }
  static func breakable(_ flat: String) -> Document { Document(.breakable(flat: flat)) }
}

/// Prints a document.
struct DocumentPrinter {
  let width: Int
  private var out: [UInt8] = []
  private var column = 0
  private var indentation = 0
  private var atLineStart = true

  init(width: Int) { self.width = width }

  /// The text, ending with one line break unless it is empty.
  static func print(_ document: Document, width: Int) -> String {
    var printer = DocumentPrinter(width: width)
    printer.print(document, flat: false, indent: 0, trailing: 0)
    printer.newline(indent: 0)
    return String(decoding: printer.out, as: UTF8.self)
  }

  private mutating func newline(indent: Int) {
    indentation = indent
    guard !atLineStart else { return }
    trimSpaces()
    out.append(0x0A)
    atLineStart = true
    column = indent
  }

  private mutating func trimSpaces() {
    while out.last == 0x20 { out.removeLast() }
  }

  private mutating func write(_ content: String) {
    guard !content.isEmpty else { return }
    if atLineStart {
      out.append(contentsOf: repeatElement(0x20, count: indentation))
      column = indentation
      atLineStart = false
    }
    out.append(contentsOf: content.utf8)
    if let last = content.utf8.lastIndex(of: 0x0A) {
      column = content.utf8.distance(from: last, to: content.utf8.endIndex) - 1
    } else {
      column += content.utf8.count
    }
  }

  /// Prints; `trailing` is the width that must follow on the same line.
  private mutating func print(_ document: Document, flat: Bool, indent: Int, trailing: Int) {
    switch document.kind {
    case .text(let content): write(content)
    case .space(let count): writeSpaces(count)
    case .breakable(let content): if flat { write(content) } else { newline(indent: indent) }
    case .newline: newline(indent: indent)
    case .blankLine:
      newline(indent: indent)
      if out.count >= 2, out[out.count - 2] != 0x0A { out.append(0x0A) }
    case .concat(let parts): print(parts, flat: flat, indent: indent, trailing: trailing)
    case .group(let inner):
      print(inner, flat: flat || fits(inner.flatWidth + trailing, indent), indent: indent, trailing: trailing)
    case .flat(let inner): print(inner, flat: true, indent: indent, trailing: trailing)
    case .indent(let columns, let inner):
      print(inner, flat: flat, indent: indent + columns, trailing: trailing)
    case .fill(let parts): printFill(parts, flat: flat, indent: indent)
    case .choice(let flatForm, let hugged, let head, let expanded):
      if flat || fits(flatForm.flatWidth + trailing, indent) {
        print(flatForm, flat: true, indent: indent, trailing: trailing)
      } else {
        print(fits(head, indent) ? hugged : expanded, flat: false, indent: indent, trailing: trailing)
      }
    }
  }

  private mutating func writeSpaces(_ count: Int) {
    guard !atLineStart else { return }
    var present = 0
    while present < count, present < out.count, out[out.count - 1 - present] == 0x20 { present += 1 }
    for _ in present..<count { write(" ") }
  }

  private func fits(_ needed: Int, _ indent: Int) -> Bool {
    needed <= width - (atLineStart ? indentation : column)
  }

  private mutating func print(_ parts: [Document], flat: Bool, indent: Int, trailing: Int) {
    if flat {
      for part in parts { print(part, flat: true, indent: indent, trailing: 0) }
      return
    }
    var after = [Int](repeating: trailing, count: parts.count)
    var index = parts.count - 1
    while index > 0 {
      let next = parts[index]
      after[index - 1] = next.canBreak ? next.headWidth : next.flatWidth + after[index]
      index -= 1
    }
    for (index, part) in parts.enumerated() {
      print(part, flat: false, indent: indent, trailing: after[index])
    }
  }

  private mutating func printFill(_ parts: [Document], flat: Bool, indent: Int) {
    for (index, part) in parts.enumerated() {
      if index > 0 {
        if flat || fits(part.flatWidth + 1, indent) { write(" ") } else { newline(indent: indent) }
      }
      print(part, flat: true, indent: indent, trailing: 0)
    }
  }
}
