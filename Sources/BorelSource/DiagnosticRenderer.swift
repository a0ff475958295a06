// Draws a diagnostic as text: message, place, the line with carets, labels, notes and hint.

/// The text of a diagnostic, ending with a line break.
///
/// Lines of the source are shown with tabs expanded, control characters replaced, and very long lines cut
/// around the span, so that the carets stand where they should on any terminal.
public func render(_ diagnostic: Diagnostic, in sources: SourceMap, color: Bool = false) -> String {
  var renderer = DiagnosticRenderer(sources: sources, color: color)
  renderer.draw(diagnostic)
  return renderer.text
}

/// Several diagnostics, separated by blank lines.
public func render(_ diagnostics: [Diagnostic], in sources: SourceMap, color: Bool = false) -> String {
  diagnostics.map { render($0, in: sources, color: color) }.joined(separator: "\n")
}

private struct DiagnosticRenderer {
  let sources: SourceMap
  let color: Bool
  var text = ""

  /// Part of one source line that gets carets.
  private struct Mark {
    var line: Int
    /// Byte offsets in the file.
    var start: Int
    var end: Int
    var label: String
    var isPrimary: Bool
  }

  private enum Style {
    static let error = "\u{1B}[1;31m"
    static let warning = "\u{1B}[1;33m"
    static let note = "\u{1B}[1;36m"
    static let gutter = "\u{1B}[34m"
    static let bold = "\u{1B}[1m"
    static let reset = "\u{1B}[0m"
  }

  init(sources: SourceMap, color: Bool) {
    self.sources = sources
    self.color = color
  }

  private func paint(_ content: String, _ style: String) -> String {
    color && !content.isEmpty ? style + content + Style.reset : content
  }

  private func style(of severity: Diagnostic.Severity) -> String {
    switch severity {
    case .error: Style.error
    case .warning: Style.warning
    case .note: Style.note
    }
  }

  mutating func draw(_ diagnostic: Diagnostic) {
    let severityStyle = style(of: diagnostic.severity)
    text += paint(diagnostic.severity.rawValue, severityStyle)
    text += paint(": " + printable(diagnostic.message), Style.bold) + "\n"

    var groups: [(file: FileID, marks: [Mark], location: Span)] = []
    func collect(_ label: Diagnostic.Label, isPrimary: Bool) {
      guard Int(label.span.file.index) < sources.files.count else { return }
      let marks = marks(of: label, isPrimary: isPrimary)
      if let index = groups.firstIndex(where: { $0.file == label.span.file }) {
        groups[index].marks += marks
      } else {
        groups.append((label.span.file, marks, label.span))
      }
    }
    if let primary = diagnostic.primary { collect(primary, isPrimary: true) }
    for label in diagnostic.secondary { collect(label, isPrimary: false) }

    let lastLine = groups.flatMap { $0.marks.map(\.line) }.max() ?? 0
    let width = groups.isEmpty ? 0 : String(lastLine + 1).utf8.count
    let margin = String(repeating: " ", count: width + 1)
    for (index, group) in groups.enumerated() {
      let place = sources.location(of: group.location)
      text += margin + paint(index == 0 ? "--> " : "::: ", Style.gutter)
      text += printable(place.file) + ":\(place.line):\(place.column)\n"
      text += margin + paint(" |", Style.gutter) + "\n"
      drawLines(sources[group.file], group.marks, width: width, severityStyle: severityStyle)
    }
    for note in diagnostic.notes + diagnostic.callNotes(in: sources) { drawRemark(printable(note), margin) }
    if let hint = diagnostic.hint { drawRemark("hint: " + printable(hint), margin) }
  }

  private mutating func drawRemark(_ remark: String, _ margin: String) {
    text += margin + paint(" = ", Style.gutter) + remark + "\n"
  }

  /// One mark for a span within a line; two, for its first and last line, otherwise.
  private func marks(of label: Diagnostic.Label, isPrimary: Bool) -> [Mark] {
    let file = sources[label.span.file]
    let start = min(Int(label.span.start), file.utf8.count)
    let end = min(max(Int(label.span.end), start), file.utf8.count)
    let firstLine = file.lineIndex(at: start)
    let lastLine = end > start ? file.lineIndex(at: end - 1) : firstLine
    if firstLine == lastLine {
      return [Mark(line: firstLine, start: start, end: end, label: label.text, isPrimary: isPrimary)]
    }
    let lastBytes = file.lineBytes(lastLine)
    let indented = lastBytes.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? lastBytes.startIndex
    return [
      Mark(line: firstLine, start: start, end: file.lineBytes(firstLine).endIndex, label: "", isPrimary: isPrimary),
      Mark(line: lastLine, start: min(indented, end), end: end, label: label.text, isPrimary: isPrimary),
    ]
  }

  private mutating func drawLines(_ file: SourceFile, _ marks: [Mark], width: Int, severityStyle: String) {
    var previous: Int?
    for line in Set(marks.map(\.line)).sorted() {
      let gap = String(repeating: " ", count: width + 2)
      if let previous, line == previous + 2 {
        drawSourceLine(LineView(file, line: previous + 1, around: file.lineStarts[previous + 1]), previous + 1, width)
      } else if let previous, line > previous + 1 {
        text += paint(String(repeating: ".", count: 3), Style.gutter) + "\n"
      }
      previous = line
      let here = marks.filter { $0.line == line }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
      let anchor = here.first(where: \.isPrimary) ?? here[0]
      let view = LineView(file, line: line, around: anchor.start)
      drawSourceLine(view, line, width)
      for row in rows(here) {
        text += gap + paint("| ", Style.gutter) + carets(row, view, severityStyle) + "\n"
      }
    }
  }

  private mutating func drawSourceLine(_ view: LineView, _ line: Int, _ width: Int) {
    let number = String(line + 1)
    let padding = String(repeating: " ", count: max(0, width - number.utf8.count))
    text += paint(" " + padding + number + " |", Style.gutter)
    text += view.text.isEmpty ? "\n" : " " + view.text + "\n"
  }

  /// Marks share a row when they do not overlap and only the last has a label; the primary one comes first.
  private func rows(_ marks: [Mark]) -> [[Mark]] {
    guard marks.count > 1 else { return [marks] }
    let labelled = marks.filter { !$0.label.isEmpty }
    var overlaps = false
    for (left, right) in zip(marks, marks.dropFirst()) where left.end > right.start { overlaps = true }
    if !overlaps, labelled.isEmpty || labelled.count == 1 && marks[marks.count - 1].label == labelled[0].label {
      return [marks]
    }
    return (marks.filter(\.isPrimary) + marks.filter { !$0.isPrimary }).map { [$0] }
  }

  private func carets(_ row: [Mark], _ view: LineView, _ severityStyle: String) -> String {
    var out = ""
    var column = 0
    for mark in row {
      let from = max(view.column(of: mark.start), column)
      let to = max(view.column(of: mark.end), from + 1)
      out += String(repeating: " ", count: from - column)
      var underline = String(repeating: mark.isPrimary ? "^" : "-", count: to - from)
      if !mark.label.isEmpty { underline += " " + printable(mark.label) }
      out += paint(underline, mark.isPrimary ? severityStyle : Style.gutter)
      column = to
    }
    return out
  }
}

/// Text with control characters replaced, so that a source file cannot drive the terminal.
func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  var out = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if scalar == "\n" || scalar == "\t" {
      out.append(" ")
    } else {
      out.append(isControl(scalar) ? "\u{FFFD}" : scalar)
    }
  }
  return String(out)
}

func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
  default: false
  }
}
