// A line of source as a terminal shows it: which text, and at which column each byte begins.

/// The visible part of a line.
struct LineView {
  /// Bytes shown before and after the anchor when a line is too long.
  private static let reach = 100

  let text: String
  /// Column of each byte from `firstByte`, and one more for the end of the line.
  private let columns: [Int]
  private let firstByte: Int

  init(_ file: SourceFile, line: Int, around anchor: Int) {
    let bytes = file.lineBytes(line)
    var start = bytes.startIndex
    var end = bytes.endIndex
    let place = min(max(anchor, start), end)
    if end - start > 2 * LineView.reach {
      start = max(start, place - LineView.reach)
      end = min(end, place + LineView.reach)
      while start > bytes.startIndex, start < end, bytes[start] & 0xC0 == 0x80 { start += 1 }
      while end < bytes.endIndex, end > start, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    }
    var shown = String.UnicodeScalarView()
    var columns: [Int] = []
    columns.reserveCapacity(end - start + 1)
    var column = 0
    if start > bytes.startIndex {
      shown.append(contentsOf: "...".unicodeScalars)
      column = 3
    }
    var decoder = UTF8()
    var iterator = bytes[start..<end].makeIterator()
    var byte = start
    decoding: while byte < end {
      var length = 1
      var scalar: Unicode.Scalar = "\u{FFFD}"
      switch decoder.decode(&iterator) {
      case .scalarValue(let value):
        scalar = value
        length = UTF8.width(value)
      case .emptyInput: break decoding
      case .error: break
      }
      columns += repeatElement(column, count: length)
      byte += length
      if scalar == "\t" {
        let width = 4 - column % 4
        shown.append(contentsOf: String(repeating: " ", count: width).unicodeScalars)
        column += width
      } else if isControl(scalar) {
        shown.append("\u{FFFD}")
        column += 1
      } else {
        shown.append(scalar)
        column += displayWidth(scalar)
      }
    }
    columns.append(column)
    if end < bytes.endIndex { shown.append(contentsOf: "...".unicodeScalars) }
    text = String(shown)
    self.columns = columns
    firstByte = start
  }

  /// The column at which a byte of the file is shown; bytes beyond the shown part get its end.
  func column(of offset: Int) -> Int {
    let index = offset - firstByte
    if index < 0 { return 0 }
    return index < columns.count ? columns[index] : columns[columns.count - 1]
  }
}

/// How many terminal columns a scalar takes: 0 for combining marks, 2 for wide characters, else 1.
func displayWidth(_ scalar: Unicode.Scalar) -> Int {
  if scalar.value < 0x300 { return 1 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: break
  }
  switch scalar.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
    0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
    return 2
  default: return 1
  }
}
