// A table in plain text: names flush left, numbers aligned at their decimal points.

/// Cells of text; the first column is flush left, the others are aligned at the decimal point.
public struct TextTable: Sendable {
  public var header: [String]
  public var rows: [[String]] = []

  public init(header: [String]) { self.header = header }

  /// The lines joined by line breaks, without blanks at their ends.
  public var text: String {
    let columns = header.indices.map { index in aligned(index) }
    return (0...rows.count).map { row in
      var line = columns.map { $0[row] }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  private func aligned(_ index: Int) -> [String] {
    let cells = rows.map { index < $0.count ? $0[index] : "" }
    if index == 0 {
      let width = ([header[0]] + cells).map(\.count).max() ?? 0
      return ([header[0]] + cells).map { $0 + blanks(width - $0.count) }
    }
    let parts = cells.map { cell in
      let point = cell.firstIndex(of: ".") ?? cell.endIndex
      return (String(cell[..<point]), String(cell[point...]))
    }
    let left = parts.map(\.0.count).max() ?? 0
    let right = parts.map(\.1.count).max() ?? 0
    let width = max(left + right, header[index].count)
    let body = parts.map { blanks(width - right - $0.0.count) + $0.0 + $0.1 + blanks(right - $0.1.count) }
    return [blanks(width - header[index].count) + header[index]] + body
  }

  private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }
}

/// A number with a fixed number of decimals.
public func fixedPoint(_ x: Double, decimals: Int) -> String { formatted(x, decimals: max(decimals, 0)) }
