// The formatter's entry points.

import BorelSource

/// The longest line the formatter writes when it has a choice.
public let formatWidth = 100

/// A text in canonical style, or nil if it has syntax errors.
///
/// Formatting keeps the syntax tree and every comment, and formatting its own result changes nothing.
public func format(_ source: String) -> String? {
  var sources = SourceMap()
  let file = sources.add(SourceFile(name: "<format>", text: source))
  return format(parse(file, in: sources), of: sources[file])
}

/// A parsed file in canonical style, or nil if it has syntax errors.
public func format(_ result: ParseResult, of source: SourceFile) -> String? {
  guard !result.hasErrors else { return nil }
  return source.utf8.withUnsafeBufferPointer { bytes in
    var layout = Layout(bytes: bytes, tokens: result.tokens, comments: result.comments)
    let document = layout.file()
    return DocumentPrinter.print(document, width: formatWidth)
  }
}
