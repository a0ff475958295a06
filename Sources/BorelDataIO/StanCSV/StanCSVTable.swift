// The rows of one Stan CSV file as columns of doubles.

import BorelDraws
import BorelSource

/// One file, read completely.
struct StanCSVTable {
  let path: String
  /// With indices from 1 and points, as the header has them.
  private(set) var names: [String] = []
  private(set) var comments: StanComments
  private(set) var rowCount = 0
  /// The rows before the line that ends adaptation; nil where there is no such line.
  private(set) var adaptedAt: Int?
  /// True where a number of the column is written with a point or an exponent.
  private(set) var isReal: [Bool] = []
  /// Column after column, `capacity` numbers each, of which the first `rowCount` are set.
  private(set) var storage: [Double] = []
  private(set) var capacity = 0
  /// The line of an unfinished row at the end, which is left out.
  private(set) var unfinishedLine: Int?

  init(_ path: String, into sources: inout SourceMap) throws(DataFailure) {
    self.path = path
    comments = StanComments(path: path)
    var bytes = try readFile(path, sizeLimit: .max)
    try checkIsText(Array(bytes.prefix(65_536)), path)
    let isComplete = bytes.last == 0x0A
    if !isComplete { bytes.append(0x0A) }
    var lineCount = 0
    var failure: Failure?
    bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      for byte in buffer where byte == 0x0A { lineCount += 1 }
      failure = read(start, buffer.count, lineCount: lineCount, isComplete: isComplete)
    }
    if let failure { throw report(failure, bytes, &sources) }
    guard !names.isEmpty else {
      throw DataFailure(
        .malformed, code: "no-stan-csv", "\(shown(path)) has no line with the names of its columns",
        hint: "a Stan CSV file has comment lines that start with #, then a header such as lp__,accept_stat__,mu")
    }
  }

  /// A place where the file is not what it should be.
  private struct Failure {
    var message: String
    var start: Int
    var end: Int
    var line: Int
    var hint: String?
  }

  private mutating func read(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, lineCount: Int, isComplete: Bool
  ) -> Failure? {
    var position = 0
    var line = 0
    if count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    while position < count {
      line += 1
      let start = position
      let isLast = line == lineCount
      switch bytes[position] {
      case 0x0A: position += 1
      case UInt8(ascii: "#"):
        while bytes[position] != 0x0A { position += 1 }
        let wasAdapted = comments.hasAdapted
        comments.add(text(bytes, start, position))
        if comments.hasAdapted, !wasAdapted { adaptedAt = rowCount }
        position += 1
      default:
        if bytes[position] == 0x0D, bytes[position + 1] == 0x0A {
          position += 2
        } else if names.isEmpty {
          while bytes[position] != 0x0A { position += 1 }
          if let failure = takeHeader(text(bytes, start, position), start, line) { return failure }
          // A row has at least a digit and a separator for each column.
          capacity = min(lineCount - line, (count - position) / (2 * names.count) + 1)
          storage = Array(repeating: .nan, count: capacity * names.count)
          isReal = Array(repeating: false, count: names.count)
          position += 1
        } else if isLast, !isComplete {
          // The process that wrote it ended within the row; its last number may lack digits.
          unfinishedLine = line
          return nil
        } else if let failure = readRow(bytes, &position, line) {
          return failure
        }
      }
    }
    return nil
  }

  private mutating func readRow(_ bytes: UnsafePointer<UInt8>, _ position: inout Int, _ line: Int) -> Failure? {
    let width = names.count
    let start = position
    var next = position
    var failure: Failure?
    // Taken out of self, which the messages need as well.
    var storage: [Double] = []
    var isReal: [Bool] = []
    swap(&storage, &self.storage)
    swap(&isReal, &self.isReal)
    storage.withUnsafeMutableBufferPointer { table in
      isReal.withUnsafeMutableBufferPointer { isReal in
        var place = rowCount
        for column in 0..<width {
          guard let field = NumberField(bytes, from: next) else {
            failure = badField(bytes, next, column, line)
            return
          }
          table[place] = field.value
          if field.isReal { isReal[column] = true }
          place += capacity
          let isAtEnd = bytes[field.end] == 0x0A
          guard isAtEnd == (column == width - 1) else {
            failure = badRow(bytes, start, line)
            return
          }
          next = field.end + 1
        }
      }
    }
    swap(&storage, &self.storage)
    swap(&isReal, &self.isReal)
    position = next
    rowCount += 1
    return failure
  }

  private mutating func takeHeader(_ text: String, _ start: Int, _ line: Int) -> Failure? {
    let fields = text.split(separator: ",", omittingEmptySubsequences: false).map {
      trimmed($0).filter { $0 != "\"" }
    }
    let end = start + text.utf8.count
    if fields.allSatisfy({ Double($0) != nil }) {
      return Failure(
        message: "expected the names of the columns, found numbers", start: start, end: end, line: line,
        hint: "a Stan CSV file has a header such as lp__,accept_stat__,mu")
    }
    var seen: Set<String> = []
    for (column, name) in fields.enumerated() {
      guard !name.isEmpty else {
        return Failure(message: "column \(column + 1) has no name", start: start, end: end, line: line)
      }
      guard seen.insert(name).inserted else {
        return Failure(message: "two columns are called `\(name)`", start: start, end: end, line: line)
      }
    }
    names = fields
    return nil
  }

  private func badField(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ column: Int, _ line: Int) -> Failure {
    var end = start
    while bytes[end] != UInt8(ascii: ","), bytes[end] != 0x0A { end += 1 }
    let found = trimmed(text(bytes, start, end))
    if bytes[end] == 0x0A, column < names.count - 1, found.isEmpty { return badRow(bytes, start, line) }
    let what = found.isEmpty ? "nothing" : "`\(found.prefix(32))`"
    return Failure(
      message: "column `\(names[column])`: expected a number, found \(what)", start: start, end: max(end, start + 1),
      line: line, hint: found.isEmpty ? nil : "numbers are written 1.5, 2e-7, NaN, inf, -inf")
  }

  private func badRow(_ bytes: UnsafePointer<UInt8>, _ place: Int, _ line: Int) -> Failure {
    var start = place
    while start > 0, bytes[start - 1] != 0x0A { start -= 1 }
    var end = start
    var fields = 1
    while bytes[end] != 0x0A {
      if bytes[end] == UInt8(ascii: ",") { fields += 1 }
      end += 1
    }
    return Failure(
      message: "the row has \(fields) field\(fields == 1 ? "" : "s"), the header has \(names.count)", start: start,
      end: end, line: line,
      hint: fields < names.count ? "the file may have been cut off, or two processes wrote to it at a time" : nil)
  }

  private func text(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> String {
    var end = end
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return String(decoding: UnsafeBufferPointer(start: bytes + start, count: end - start), as: UTF8.self)
  }

  private func report(_ failure: Failure, _ bytes: [UInt8], _ sources: inout SourceMap) -> DataFailure {
    let message = "\(shown(path)), line \(failure.line): \(failure.message)"
    // Spans count bytes in 32 bits.
    var span: Span?
    if bytes.count < Int(Int32.max) {
      let id = sources.add(SourceFile(name: path == "-" ? "<stdin>" : path, utf8: bytes))
      span = Span(file: id, start: failure.start, end: min(failure.end, failure.start + 80))
    }
    return DataFailure(.malformed, code: "malformed-stan-csv", message, at: span, hint: failure.hint)
  }
}
