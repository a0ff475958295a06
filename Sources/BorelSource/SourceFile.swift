// A source text with the byte offsets of its lines, and the map that gives every text a small identifier.

/// Identifies a text in a `SourceMap`.
public struct FileID: Hashable, Sendable {
  public let index: UInt32
  public init(index: UInt32) { self.index = index }
}

/// A half-open range of UTF-8 bytes of one file.
public struct Span: Hashable, Sendable {
  public let file: FileID
  public let start: UInt32
  public let end: UInt32

  public init(file: FileID, start: Int, end: Int) {
    self.file = file
    self.start = UInt32(truncatingIfNeeded: start)
    self.end = UInt32(truncatingIfNeeded: end)
  }

  /// The smallest span that covers both; `other` must lie in the same file.
  public func union(_ other: Span) -> Span {
    Span(file: file, start: Int(min(start, other.start)), end: Int(max(end, other.end)))
  }

  public var isEmpty: Bool { start == end }
}

/// A named text.
public struct SourceFile: Sendable {
  /// The path as the user wrote it, `<stdin>`, `<repl:3>`, or `stdlib/distributions/normal.ppl`.
  public let name: String
  public let utf8: [UInt8]
  /// Byte offsets at which lines start; the first is 0.
  public let lineStarts: [Int]

  public init(name: String, text: String) {
    self.init(name: name, utf8: Array(text.utf8))
  }

  public init(name: String, utf8: [UInt8]) {
    self.name = name
    self.utf8 = utf8
    var starts = [0]
    for (offset, byte) in utf8.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  /// The line that holds a byte offset, counted from 0.
  public func lineIndex(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The bytes of a line without its line break.
  public func lineBytes(_ index: Int) -> ArraySlice<UInt8> {
    let start = lineStarts[index]
    var end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : utf8.count
    if end > start, utf8[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return utf8[start..<max(start, end)]
  }

  /// The text of a span, with invalid UTF-8 repaired.
  public func text(of span: Span) -> String {
    let start = min(Int(span.start), utf8.count)
    let end = min(max(Int(span.end), start), utf8.count)
    return String(decoding: utf8[start..<end], as: UTF8.self)
  }
}

/// All the texts of one session.
public struct SourceMap: Sendable {
  public private(set) var files: [SourceFile] = []

  public init() {}

  public mutating func add(_ file: SourceFile) -> FileID {
    files.append(file)
    return FileID(index: UInt32(files.count - 1))
  }

  public subscript(id: FileID) -> SourceFile { files[Int(id.index)] }

  /// Line and column of a span's start, both counted from 1; columns count Unicode scalars.
  public func location(of span: Span) -> (file: String, line: Int, column: Int) {
    let file = self[span.file]
    let offset = min(Int(span.start), file.utf8.count)
    let line = file.lineIndex(at: offset)
    let column = String(decoding: file.utf8[file.lineStarts[line]..<offset], as: UTF8.self)
      .unicodeScalars.count
    return (file.name, line + 1, column + 1)
  }
}
