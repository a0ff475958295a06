// Shorthands of the data tests: parse a text, render a value, get a failure.

import BorelDataIO
import BorelSource
import BorelValues
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

func parse(_ text: String) throws(DataFailure) -> Value { try parseJSON(bytes: Array(text.utf8)).value }

func parseJSON(bytes: [UInt8]) throws(DataFailure) -> LoadedData {
  var sources = SourceMap()
  let file = SourceFile(name: "data.json", utf8: bytes)
  return try parseJSON(file, id: sources.add(file))
}

func parseCSVText(_ text: String, options: CSVOptions = CSVOptions()) throws(DataFailure) -> LoadedData {
  var sources = SourceMap()
  let file = SourceFile(name: "data.csv", text: text)
  return try parseCSV(file, id: sources.add(file), options: options)
}

/// A value with its types: `Real[2]{1.0 2.5}`, `[1, null]` for a list.
func show(_ value: Value) -> String {
  switch value {
  case .null: "null"
  case .bool(let b): String(b)
  case .int(let n): String(n)
  case .real(let x): x.description
  case .object(let array as ArrayObject):
    "\(array.kind.name)\(array.shape){"
      + (0..<array.count).map { show(array.element($0)) }.joined(separator: " ") + "}"
  case .object(let list as ListObject): "[" + list.elements.map(show).joined(separator: ", ") + "]"
  case .object(let string as StringObject): "'\(string.string)'"
  case .object(let record as RecordObject):
    "{" + zip(record.keys, record.values).map { "\($0): \(show($1))" }.joined(separator: ", ") + "}"
  case .object(let other): "\(other.tag)"
  }
}

/// Message, place and hint of the failure that a text gives, or nil where it parses.
func failure(_ text: String, csv: Bool = false) -> (message: String, place: String, hint: String?)? {
  var sources = SourceMap()
  let file = SourceFile(name: "data", text: text)
  let id = sources.add(file)
  do throws(DataFailure) {
    _ = csv ? try parseCSV(file, id: id) : try parseJSON(file, id: id)
    return nil
  } catch {
    let place = error.diagnostic.primary.map { label in
      let location = sources.location(of: label.span)
      return "\(location.line):\(location.column)"
    }
    return (error.diagnostic.message, place ?? "", error.diagnostic.hint)
  }
}

/// A directory that is removed with everything in it.
func withDirectory(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/borel-data-XXXXXX".utf8CString)
  let path = try template.withUnsafeMutableBufferPointer { buffer in
    let start = try #require(buffer.baseAddress)
    return String(cString: try #require(mkdtemp(start)))
  }
  defer { removeFolder(path) }
  try body(path)
}

/// The names in a folder, sorted.
func names(in path: String) -> [String] {
  var names: [String] = []
  guard let directory = opendir(path) else { return [] }
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  closedir(directory)
  return names.sorted()
}

private func removeFolder(_ path: String) {
  for name in names(in: path) where unlink("\(path)/\(name)") != 0 { removeFolder("\(path)/\(name)") }
  rmdir(path)
}
