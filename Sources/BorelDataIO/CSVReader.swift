// CSV with a header: columns become arrays, texts become factors.

import BorelSource
import BorelValues

/// How a CSV file is written.
public struct CSVOptions: Sendable {
  /// nil to take the one of comma, semicolon and tab that the header holds most of.
  public var separator: UInt8?
  /// Lines that start with this byte are skipped. Lines before the header that start with `#` always are.
  public var comment: UInt8?
  /// What stands for a missing value, besides an empty field.
  public var missing: Set<String> = ["NA", "N/A", "null", "NULL"]

  public init(separator: UInt8? = nil, comment: UInt8? = nil) {
    self.separator = separator
    self.comment = comment
  }
}

/// Reads a CSV file with a header; `-` is standard input.
///
/// Every column is a key of the record. Whole numbers become an Int array, other numbers a Real array (missing values
/// are NaN), `true` and `false` (in any case) a Bool array. Other texts become a factor: `name` is an Int array of
/// codes that count from 0 in the order of the sorted texts, and `name_levels` the list of the texts. A column of Int,
/// Bool or text with missing values becomes a list with nulls. In files separated by semicolons numbers may have a decimal comma.
public func readCSV(
  _ path: String, options: CSVOptions = CSVOptions(), into sources: inout SourceMap
) throws(DataFailure) -> LoadedData {
  let bytes = try readFile(path)
  try checkIsText(bytes, path)
  let file = SourceFile(name: path == "-" ? "<stdin>" : path, utf8: bytes)
  let id = sources.add(file)
  return try parseCSV(file, id: id, options: options)
}

/// Parses CSV text that is in `sources` already under `id`.
public func parseCSV(
  _ file: SourceFile, id: FileID, options: CSVOptions = CSVOptions()
) throws(DataFailure) -> LoadedData {
  var scanner = CSVScanner(file, id: id, options: options)
  guard let header = try scanner.nextRow(isHeader: true) else {
    throw DataFailure(
      .malformed, code: "empty-file", "\(file.name) is empty, expected a line with the names of the columns")
  }
  let names = try columnNames(header, file)
  var columns = names.map { _ in CSVColumn() }
  var rowCount = 0
  while let row = try scanner.nextRow() {
    guard row.count == names.count else { throw raggedRow(row, names, scanner) }
    for (index, field) in row.enumerated() {
      columns[index].append(field, options, hasDecimalComma: scanner.separator == UInt8(ascii: ";"))
    }
    rowCount += 1
  }
  var keys: [String] = []
  var values: [Value] = []
  let spans = Dictionary(zip(names, header.map(\.span)), uniquingKeysWith: { first, _ in first })
  for (index, name) in names.enumerated() {
    keys.append(name)
    let (value, levels) = columns[index].value()
    values.append(value)
    guard let levels else { continue }
    let levelsName = name + "_levels"
    guard !names.contains(levelsName) else {
      throw DataFailure(
        .malformed, code: "duplicate-column",
        "the column `\(levelsName)` has the name that the texts of the column `\(name)` need", at: spans[levelsName],
        hint: "rename one of them")
    }
    keys.append(levelsName)
    values.append(.list(levels.map { .string($0) }))
  }
  return LoadedData(value: .object(RecordObject(keys: keys, values: values)), keySpans: spans, rowCount: rowCount)
}

private func columnNames(_ header: [CSVField], _ file: SourceFile) throws(DataFailure) -> [String] {
  var places: [String: Span] = [:]
  var names: [String] = []
  for (index, field) in header.enumerated() {
    // Tables written with row names have no name over them.
    let name = field.text.isEmpty && index == 0 && header.count > 1 ? "row_names" : field.text
    guard !name.isEmpty else {
      throw DataFailure(.malformed, code: "unnamed-column", "column \(index + 1) has no name", at: field.span)
    }
    if let first = places[name] {
      throw DataFailure(
        .malformed, code: "duplicate-column", "two columns are called `\(name)`", at: field.span, label: "again here",
        secondary: [.init(first, "first here")])
    }
    places[name] = field.span
    names.append(name)
  }
  return names
}

private func raggedRow(_ row: [CSVField], _ names: [String], _ scanner: CSVScanner) -> DataFailure {
  let isComment = row.first?.text.hasPrefix("#") ?? false
  let hint: String? =
    if isComment {
      "lines that start with # are skipped with the option comment: \"#\""
    } else if row.count > names.count {
      "a field that holds the separator must stand in double quotes"
    } else {
      nil
    }
  let span = row.first.flatMap { first in row.last.map { first.span.union($0.span) } }
  return DataFailure(
    .malformed, code: "ragged-row",
    "line \(scanner.rowLine + 1) has \(row.count) field\(row.count == 1 ? "" : "s"), the header has \(names.count)",
    at: span, hint: hint)
}
