// What is done with each program, and what must hold afterwards.

import BorelIR
import BorelSema
import BorelSource
import BorelStandardLibrary
import BorelSyntax

/// The standard library, read and analyzed once; every program starts from a copy.
private struct Library: Sendable {
  let sources: SourceMap
  let analyzer: Analyzer

  static let shared = Library()

  private init() {
    let loader = LibraryLoader()
    var text = ""
    for name in loader.libraryNames { text += "\(name)\n" }
    let source = SourceFile(name: "library.ppl", text: text)
    let file = loader.sources.add(source)
    var analyzer = Analyzer()
    _ = analyzer.analyze(
      parse(file, in: loader.sources).tree, file: file, source: source, loader: loader)
    self.analyzer = analyzer
    sources = loader.sources
  }
}

/// An analyzer that has read the standard library, and the sources of that.
func libraryAnalyzer() -> Analyzer { Library.shared.analyzer }
func librarySources() -> SourceMap { Library.shared.sources }

/// Knows the distributions of the standard library and no other file.
final class LibraryLoader: ModuleLoader {
  var sources = SourceMap()
  let libraryNames = StandardLibrary.distributions.keys.sorted()

  func module(at path: String, importedFrom file: FileID) throws(ModuleFailure) -> Module { throw .missing }

  func library(_ name: String) -> Module? {
    guard let text = StandardLibrary.distributions[name] else { return nil }
    let source = SourceFile(name: text.path, text: text.text)
    let file = sources.add(source)
    let tree = parse(file, in: sources).tree
    return Module(identity: text.path, file: file, source: source, tree: tree)
  }
}

/// One program on its way through the front end.
struct FuzzCase {
  var sources: SourceMap
  let file: FileID
  var result: ParseResult?

  init(_ bytes: [UInt8]) {
    sources = Library.shared.sources
    file = sources.add(SourceFile(name: "fuzz.ppl", utf8: bytes))
  }
}

/// A step of the front end; it returns what is wrong, or nil.
struct Stage: Sendable {
  let name: String
  let run: @Sendable (inout FuzzCase) -> String?
}

/// The steps in order; later ones may use what earlier ones left in the case.
let stages: [Stage] = [
  Stage(name: "lex") { fuzzCase in
    let lexed = lex(fuzzCase.file, in: fuzzCase.sources)
    return tokenViolation(lexed, length: fuzzCase.sources[fuzzCase.file].utf8.count)
  },
  Stage(name: "parse") { fuzzCase in
    let result = parse(fuzzCase.file, in: fuzzCase.sources)
    fuzzCase.result = result
    if result.diagnostics.count > 101 { return "\(result.diagnostics.count) diagnostics" }
    let height = treeHeight(result.tree)
    if height > maximumTreeHeight { return "tree of height \(height)" }
    if !result.hasErrors, containsError(result.tree) { return "an error node without an error" }
    return diagnosticViolation(result.diagnostics, length: fuzzCase.sources[fuzzCase.file].utf8.count)
  },
  Stage(name: "render") { fuzzCase in
    guard let result = fuzzCase.result else { return nil }
    for diagnostic in result.diagnostics {
      let text = render(diagnostic, in: fuzzCase.sources, color: false)
      if text.utf8.contains(0x1B) { return "an escape character in a message" }
      if renderJSON(diagnostic, in: fuzzCase.sources).utf8.contains(0x0A) { return "a line break in JSON" }
    }
    return nil
  },
  Stage(name: "analyze") { fuzzCase in
    guard let result = fuzzCase.result else { return nil }
    var analyzer = Library.shared.analyzer
    let source = fuzzCase.sources[fuzzCase.file]
    let first = FunctionID(analyzer.program.functions.count)
    let analysis = analyzer.analyze(result.tree, file: fuzzCase.file, source: source, loader: LibraryLoader())
    if analysis.main.index >= analyzer.program.functions.count { return "no main function" }
    // Whatever was lowered can be printed: every reference in it leads somewhere.
    if source.utf8.count < 10_000, dumpCore(analyzer.program, from: first).isEmpty { return "nothing lowered" }
    for diagnostic in analysis.diagnostics.prefix(20) {
      if render(diagnostic, in: fuzzCase.sources, color: false).utf8.contains(0x1B) {
        return "an escape character in a message"
      }
    }
    return diagnosticViolation(analysis.diagnostics, of: fuzzCase.file, length: source.utf8.count)
  },
  Stage(name: "format") { fuzzCase in
    guard let result = fuzzCase.result, !result.hasErrors else { return nil }
    guard let text = format(result, of: fuzzCase.sources[fuzzCase.file]) else { return "refused" }
    let again = fuzzCase.sources.add(SourceFile(name: "formatted.ppl", text: text))
    let second = parse(again, in: fuzzCase.sources)
    if second.hasErrors { return "the formatted text has errors: \(second.diagnostics[0].message)" }
    if !second.tree.isSame(as: result.tree) { return "the tree changed" }
    if format(second, of: fuzzCase.sources[again]) != text { return "not idempotent" }
    let before = commentTexts(result, fuzzCase.sources[fuzzCase.file])
    return before == commentTexts(second, fuzzCase.sources[again]) ? nil : "comments changed"
  },
]

private func commentTexts(_ result: ParseResult, _ source: SourceFile) -> [ArraySlice<UInt8>] {
  result.comments.map { source.utf8[Int($0.start)..<Int($0.end)] }
}

private func tokenViolation(_ lexed: LexResult, length: Int) -> String? {
  var last = 0
  for (index, token) in lexed.tokens.enumerated() {
    if Int(token.start) < last || token.end < token.start || Int(token.end) > length {
      return "token \(index) out of place"
    }
    last = Int(token.end)
    if token.partner >= 0, lexed.tokens[Int(token.partner)].partner != Int32(index) { return "brackets disagree" }
  }
  return lexed.tokens.last?.kind == .endOfFile ? nil : "no end of file"
}

private func diagnosticViolation(_ diagnostics: [Diagnostic], of file: FileID? = nil, length: Int) -> String? {
  for diagnostic in diagnostics {
    for label in [diagnostic.primary].compactMap({ $0 }) + diagnostic.secondary
    where (file == nil || label.span.file == file)
      && (label.span.start > label.span.end || Int(label.span.end) > length)
    {
      return "a label outside the text: \(diagnostic.code)"
    }
    if diagnostic.primary == nil { return "no place: \(diagnostic.code)" }
  }
  return nil
}
