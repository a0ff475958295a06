// The grammar file and the parser describe the same language.

import BorelSource
import BorelSyntax
import Testing

@Suite struct GrammarTests {
  /// Every correct program of the repository is derived by the grammar and accepted by the parser.
  @Test(arguments: Repository.goodPrograms) func derives(path: String) throws {
    let grammar = try GrammarFile()
    let text = try Repository.text(path)
    #expect(errors(text) == "")
    let (rules, reached) = grammar.derive(text)
    let terminals = TerminalSequence(text).terminals
    let context = terminals[max(0, reached - 8)..<min(terminals.count, reached + 3)].map { $0.kind ?? $0.text }
    #expect(rules != nil, "no derivation; stopped after \(context.joined(separator: " "))")
  }

  /// Every production, alternative, option and repetition is used by a golden program.
  @Test func goldenProgramsCoverTheGrammar() throws {
    let grammar = try GrammarFile()
    var used: Set<String> = []
    for path in Repository.programs(["Tests/Golden/good"]) {
      for rule in grammar.derive(try Repository.text(path)).rules ?? [] {
        used.insert(grammar.overTokens.rules[rule].label)
      }
    }
    let missing = grammar.overTokens.labels.subtracting(used).sorted()
    #expect(missing.isEmpty, "not exercised by Tests/Golden/good:\n\(missing.joined(separator: "\n"))")
  }

  /// The parser accepts whatever the grammar generates, and the formatter keeps it.
  @Test(arguments: 1...8) func generatedSentencesParse(seed: UInt64) throws {
    let grammar = try GrammarFile()
    var generator = SentenceGenerator(grammar.overTokens, seed: seed)
    var failures: [String] = []
    for round in 0..<400 {
      let text = generator.sentence(from: grammar.program, depth: 18 + round % 40, budget: 10 + round % 90)
      let (result, _) = parsed(text)
      guard !result.hasErrors, let formatted = format(text) else {
        failures.append("refused: \(text)\n\(errors(text))")
        continue
      }
      if !parsed(formatted).result.tree.isSame(as: result.tree) {
        failures.append("tree changed: \(text)\n\(formatted)")
      }
      if format(formatted) != formatted { failures.append("not idempotent: \(text)\n\(formatted)") }
    }
    #expect(failures.isEmpty, "\(failures.prefix(3).joined(separator: "\n\n"))")
  }

  /// Of programs with a token removed, doubled, swapped or exchanged, parser and grammar accept the same.
  @Test(arguments: 1...8) func parserAndGrammarAgree(seed: UInt64) throws {
    let grammar = try GrammarFile()
    var generator = SentenceGenerator(grammar.overTokens, seed: seed &* 7919)
    var random = TestRandom(seed: seed)
    var accepted = 0
    var failures: [String] = []
    for _ in 0..<300 {
      var tokens = generator.sentence(from: grammar.program, depth: 30).split(separator: " ").map(String.init)
      guard tokens.count > 2, tokens.count < 300 else { continue }
      let place = Int.random(in: 0..<tokens.count, using: &random)
      let other = Int.random(in: 0..<tokens.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: tokens.remove(at: place)
      case 1: tokens.insert(tokens[other], at: place)
      case 2: tokens.swapAt(place, other)
      default: tokens[place] = tokens[other]
      }
      let text = tokens.joined(separator: " ")
      let derivable = grammar.derive(text).rules != nil
      let parses = !parsed(text).result.hasErrors
      if parses { accepted += 1 }
      if derivable != parses { failures.append("grammar \(derivable), parser \(parses): \(text)\n\(errors(text))") }
    }
    #expect(failures.isEmpty, "\(failures.prefix(5).joined(separator: "\n\n"))")
    #expect(accepted > 20)
  }

  /// The productions over characters agree with the lexer on the tokens of all correct programs.
  @Test func tokensAreDerived() throws {
    let grammar = try GrammarFile()
    var texts: [String: Set<String>] = [:]
    for path in Repository.goodPrograms {
      var sources = SourceMap()
      let file = sources.add(SourceFile(name: path, text: try Repository.text(path)))
      let lexed = lex(file, in: sources)
      for token in lexed.tokens {
        let kind: String? =
          switch token.kind {
          case .identifier: "NAME"
          case .integer: "INTEGER"
          case .real: "REAL"
          case .string: "STRING"
          default: nil
          }
        if let kind { texts[kind, default: []].insert(sources[file].text(of: token.span(in: file))) }
      }
      for comment in lexed.comments {
        let span = Span(file: file, start: Int(comment.start), end: Int(comment.end))
        texts["COMMENT", default: []].insert(sources[file].text(of: span))
      }
    }
    var used: Set<String> = []
    for (kind, spellings) in texts {
      let start = try #require(grammar.overCharacters.nonterminal(kind))
      for spelling in spellings {
        let rules = characterDerivation(of: spelling, from: start, grammar.overCharacters)
        #expect(rules != nil, "\(kind) does not derive \(spelling)")
        for rule in rules ?? [] { used.insert(grammar.overCharacters.rules[rule].label) }
      }
    }
    let missing = grammar.overCharacters.labels.subtracting(used).sorted()
    #expect(missing.isEmpty, "not exercised:\n\(missing.joined(separator: "\n"))")
  }

  private func characterDerivation(of text: String, from start: Int, _ grammar: PlainGrammar) -> [Int]? {
    let scalars = Array(text.unicodeScalars)
    func delimits(_ position: Int) -> Bool {
      guard position + 1 < scalars.count else { return false }
      return scalars[position] == "/" && scalars[position + 1] == "*"
        || scalars[position] == "*" && scalars[position + 1] == "/"
    }
    func holds(_ words: String, _ position: Int) -> Bool {
      let scalar = scalars[position]
      if words.hasPrefix("a letter or other") { return scalar.properties.isXIDStart }
      if words.hasPrefix("a letter, digit") { return scalar.properties.isXIDContinue || scalar == "_" }
      switch words {
      case "any character but a line feed": return scalar != "\n"
      case "any character, where neither comment delimiter begins": return !delimits(position)
      case "any character but \", \\ and a line feed": return scalar != "\"" && scalar != "\\" && scalar != "\n"
      case "0 to 9": return ("0"..."9").contains(scalar)
      case "0 to 9, a to f or A to F":
        return ("0"..."9").contains(scalar) || ("a"..."f").contains(scalar) || ("A"..."F").contains(scalar)
      default: return false
      }
    }
    let earley = Earley(
      grammar: grammar,
      accepts: { symbol, position in
        switch symbol {
        case .text(let text): text.unicodeScalars.first == scalars[position]
        case .words(let words): holds(words, position)
        default: false
        }
      }, looksAhead: { _ in false }, length: scalars.count)
    return earley.derive(from: start).rules
  }
}
