// A data file as a record with the places of its keys, whichever format it has.

import BorelSource
import BorelValues

/// What a data file holds.
public struct LoadedData: Sendable {
  /// A record; any JSON value where the file was read with `readJSON`.
  public var value: Value
  /// Where keys stand, by path: `theta`, `school.sigma`. For a CSV file the header's fields.
  public var keySpans: [String: Span]
  /// The number of rows of a CSV file.
  public var rowCount: Int?
  public var warnings: [Diagnostic]

  public init(value: Value, keySpans: [String: Span] = [:], rowCount: Int? = nil, warnings: [Diagnostic] = []) {
    self.value = value
    self.keySpans = keySpans
    self.rowCount = rowCount
    self.warnings = warnings
  }

  public var record: RecordObject? { value.asRecord }
}

/// Reads a data file for a program: CSV where the name ends in `.csv` or `.tsv`, JSON otherwise; `-` is standard input.
///
/// The top level must be an object. The text is added to `sources`, so that messages can show it.
public func loadData(_ path: String, into sources: inout SourceMap) throws(DataFailure) -> LoadedData {
  let name = path.lowercased()
  if name.hasSuffix(".csv") { return try readCSV(path, into: &sources) }
  if name.hasSuffix(".tsv") {
    return try readCSV(path, options: CSVOptions(separator: UInt8(ascii: "\t")), into: &sources)
  }
  let data = try readJSON(path, into: &sources)
  guard data.record != nil else {
    let start = Span(file: FileID(index: UInt32(sources.files.count - 1)), start: 0, end: 1)
    throw DataFailure(
      .malformed, code: "data-not-a-record",
      "\(shown(path)) holds \(describe(data.value)), expected an object with the names of the data", at: start,
      hint: #"write {"y": [1.5, 2.5]}"#)
  }
  return data
}

/// Reads a JSON file; `-` is standard input. CmdStan's conventions: nested arrays of equal shapes are dense and row-major,
/// `NaN`, `Infinity` and `-Infinity` are numbers, also as strings.
public func readJSON(_ path: String, into sources: inout SourceMap) throws(DataFailure) -> LoadedData {
  let bytes = try readFile(path)
  try checkIsText(bytes, path)
  let file = SourceFile(name: path == "-" ? "<stdin>" : path, utf8: bytes)
  let id = sources.add(file)
  return try parseJSON(file, id: id)
}

/// Parses JSON text that is in `sources` already under `id`.
public func parseJSON(_ file: SourceFile, id: FileID) throws(DataFailure) -> LoadedData {
  let result = file.utf8.withUnsafeBufferPointer { bytes -> Result<LoadedData, DataFailure> in
    var scanner = JSONScanner(file, id: id, bytes: bytes)
    do throws(DataFailure) {
      let value = try scanner.document()
      return .success(LoadedData(value: value, keySpans: scanner.keySpans))
    } catch {
      return .failure(error)
    }
  }
  return try result.get()
}

/// Refuses what is no text at all, with a guess at what it is.
func checkIsText(_ bytes: [UInt8], _ path: String) throws(DataFailure) {
  let start = Array(bytes.prefix(4))
  let guess: String? =
    if start.starts(with: [0x1F, 0x8B]) {
      "gzip-compressed"
    } else if start.starts(with: [0x50, 0x4B, 3, 4]) {
      "a zip archive or a spreadsheet"
    } else if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
      "UTF-16 text"
    } else if bytes.contains(0) {
      "a binary file"
    } else {
      nil
    }
  guard let guess else { return }
  throw DataFailure(
    .malformed, code: "file-not-text", "\(shown(path)) is no text in UTF-8: it looks like \(guess)",
    hint: guess == "UTF-16 text" ? "save it as UTF-8" : nil)
}

/// A value's type and shape in words: "an Int", "a Real[3, 2]", "a list of 4 elements".
public func describe(_ value: Value) -> String {
  switch value {
  case .null: return "null"
  case .bool: return "a Bool"
  case .int: return "an Int"
  case .real: return "a Real"
  case .object(let object):
    switch object {
    case is StringObject: return "a string"
    case let array as ArrayObject:
      let article = array.kind == .int ? "an" : "a"
      return "\(article) \(array.kind.name)[\(array.shape.map(String.init).joined(separator: ", "))]"
    case let list as ListObject: return "a list of \(list.elements.count) elements"
    case is RecordObject: return "an object"
    case is TupleObject: return "a tuple"
    default: return "a \(object.tag)"
    }
  }
}
