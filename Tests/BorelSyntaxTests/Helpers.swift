// Programs and grammar as the tests see them.

import BorelSource
import BorelSyntax
import Foundation

enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The paths of the `.ppl` files below some folders.
  static func programs(_ folders: [String]) -> [String] {
    var paths: [String] = []
    for folder in folders {
      let walk = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      paths += (walk?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".ppl") }.map { "\(folder)/\($0)" }
    }
    return paths.sorted()
  }

  /// Every program that is meant to be correct.
  static let goodPrograms = programs(["Tests/Golden/good", "stdlib", "examples"])
}

func parsed(_ text: String) -> (result: ParseResult, sources: SourceMap) {
  var sources = SourceMap()
  let file = sources.add(SourceFile(name: "test.ppl", text: text))
  return (parse(file, in: sources), sources)
}

/// The syntax errors of a text as the user sees them.
func errors(_ text: String) -> String {
  let (result, sources) = parsed(text)
  return render(result.diagnostics.filter { $0.severity == .error }, in: sources)
}

/// The tokens of a program as terminals of the grammar, with a NEWLINE where a line break ends a statement.
struct TerminalSequence {
  private(set) var terminals: [(text: String, kind: String?)] = []

  init(_ text: String) {
    var sources = SourceMap()
    let file = sources.add(SourceFile(name: "test.ppl", text: text))
    let lexed = lex(file, in: sources)
    for token in lexed.tokens where token.kind != .endOfFile {
      if token.startsStatement { terminals.append(("\n", "NEWLINE")) }
      let text = sources[file].text(of: token.span(in: file))
      switch token.kind {
      case .integer: terminals.append(("", "INTEGER"))
      case .real: terminals.append(("", "REAL"))
      case .string: terminals.append(("", "STRING"))
      case .identifier: terminals.append(("", "NAME"))
      case _ where token.kind.isContextualKeyword: terminals.append((text, "NAME"))
      default: terminals.append((text, nil))
      }
    }
  }

  func accepts(_ symbol: Symbol, at position: Int) -> Bool {
    switch symbol {
    case .text(let text): terminals[position].text == text
    case .token(let kind): terminals[position].kind == kind
    case .words: position >= terminals.count || terminals[position].text != "{"
    case .nonterminal: false
    }
  }
}

/// The grammar file, read once.
struct GrammarFile {
  let productions: [Production]
  let overTokens: PlainGrammar
  let overCharacters: PlainGrammar
  let program: Int

  init() throws {
    var reader = EBNFReader(try Repository.text("grammar/borel.ebnf"))
    productions = try reader.read()
    overTokens = try PlainGrammar(productions, overTokens: true)
    overCharacters = try PlainGrammar(productions, overTokens: false)
    guard let program = overTokens.nonterminal("program") else { throw EBNFError(description: "no program") }
    self.program = program
  }

  /// The rules of a derivation of a program, or nil.
  func derive(_ text: String) -> (rules: [Int]?, reached: Int) {
    let sequence = TerminalSequence(text)
    let earley = Earley(
      grammar: overTokens, accepts: { sequence.accepts($0, at: $1) }, looksAhead: { _ in true },
      length: sequence.terminals.count)
    return earley.derive(from: program)
  }
}
