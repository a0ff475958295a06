// The entry point of the parser and what it returns.

import BorelSource

/// A parsed file.
public struct ParseResult: Sendable {
  public var tree: SyntaxTree
  /// Errors and warnings in the order of the text.
  public var diagnostics: [Diagnostic]
  /// Ends with one `endOfFile` token; roles and statement starts are filled in.
  public var tokens: [Token]
  public var comments: [Comment]
  /// More input could make the text correct: an open bracket or comment, or a statement that ends too early.
  ///
  /// A prompt reads another line then. A string cannot be continued on the next line and does not count.
  public var isIncomplete: Bool

  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// Parses a file. Every text gives a tree; what could not be understood is an `error` node and a diagnostic.
///
/// Time and memory are linear in the length of the text, and the tree is at most `maximumTreeHeight` high, so
/// that later stages may recurse over it.
public func parse(_ file: FileID, in sources: SourceMap) -> ParseResult {
  let lexed = lex(file, in: sources)
  return sources[file].utf8.withUnsafeBufferPointer { bytes in
    var parser = Parser(file: file, bytes: bytes, tokens: lexed.tokens)
    let tree = parser.parseFile()
    let all = (lexed.diagnostics + parser.diagnostics).enumerated().sorted {
      ($0.element.primary?.span.start ?? 0, $0.offset) < ($1.element.primary?.span.start ?? 0, $1.offset)
    }.map(\.element)
    let errors = all.filter { $0.severity == .error }
    let isIncomplete =
      !errors.isEmpty
      && errors.allSatisfy { error in
        lexed.endsOpen && (error.code == "unclosed-bracket" || error.code == "unterminated-comment")
          || error.code == "unexpected-end"
      }
    return ParseResult(
      tree: tree, diagnostics: limited(all, file: file), tokens: parser.tokens, comments: lexed.comments,
      isIncomplete: isIncomplete)
  }
}

/// The height no syntax tree exceeds, counted in nodes from the root to the deepest leaf.
public let maximumTreeHeight = 512

/// Keeps the first hundred diagnostics and says so.
private func limited(_ diagnostics: [Diagnostic], file: FileID) -> [Diagnostic] {
  guard diagnostics.count > Parser.maximumDiagnostics else { return diagnostics }
  var kept = Array(diagnostics.prefix(Parser.maximumDiagnostics))
  kept.append(
    Diagnostic(
      code: "too-many-errors", "too many errors in this file; the rest is not shown",
      at: kept.last?.primary?.span))
  return kept
}
