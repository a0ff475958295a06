// A grammar as plain rules: options and repetitions become nonterminals, parameters become separate productions.

/// What a rule is made of.
enum Symbol: Hashable {
  case nonterminal(Int)
  /// A keyword, an operator, or one character.
  case text(String)
  /// A class of tokens: `NAME`, `INTEGER`, `NEWLINE`, …
  case token(String)
  /// A condition in words, on the next character or token.
  case words(String)
}

struct PlainRule {
  let nonterminal: Int
  let symbols: [Symbol]
  /// What of the grammar file this rule stands for; empty for the empty case of an option.
  let label: String
}

struct PlainGrammar {
  private(set) var rules: [PlainRule] = []
  private(set) var rulesOf: [[Int]] = []
  private var numbers: [String: Int] = [:]
  private(set) var names: [String] = []
  /// Tokens are terminals; otherwise they are productions over characters.
  let overTokens: Bool

  init(_ productions: [Production], overTokens: Bool) throws {
    self.overTokens = overTokens
    for production in productions where isToken(production.name) != overTokens {
      if production.parameter == "r" {
        for value in ["open", "head"] { add(production, parameter: value) }
      } else {
        add(production, parameter: production.parameter)
      }
    }
    let defined = Set(productions.map(\.name))
    for (name, number) in numbers where rulesOf[number].isEmpty {
      let base = name.split(separator: "<")[0]
      // `record<head>` alone is meant to have none.
      guard defined.contains(String(base)) else { throw EBNFError(description: "\(name) has no production") }
    }
  }

  private func isToken(_ name: String) -> Bool { name.allSatisfy { $0.isUppercase || $0 == "_" } }

  func nonterminal(_ name: String) -> Int? { numbers[name] }

  /// The labels a complete set of programs has to use.
  var labels: Set<String> { Set(rules.map(\.label)).subtracting([""]) }

  private mutating func number(_ name: String) -> Int {
    if let number = numbers[name] { return number }
    numbers[name] = names.count
    names.append(name)
    rulesOf.append([])
    return names.count - 1
  }

  private mutating func fresh(_ name: String) -> Int {
    names.append(name)
    rulesOf.append([])
    return names.count - 1
  }

  private mutating func add(_ nonterminal: Int, _ symbols: [Symbol], _ label: String) {
    rulesOf[nonterminal].append(rules.count)
    rules.append(PlainRule(nonterminal: nonterminal, symbols: symbols, label: label))
  }

  private mutating func add(_ production: Production, parameter: String?) {
    let full = parameter.map { "\(production.name)<\($0)>" } ?? production.name
    let left = number(full)
    for alternative in alternatives(of: production.body) {
      let symbols = symbols(of: alternative, in: production.name, parameter: parameter)
      add(left, symbols, "\(production.name) = \(alternative.description)")
    }
  }

  private func alternatives(of body: EBNF) -> [EBNF] {
    if case .alternatives(let parts) = body { parts } else { [body] }
  }

  private mutating func symbols(of body: EBNF, in name: String, parameter: String?) -> [Symbol] {
    switch body {
    case .text(let text): return overTokens ? [.text(text)] : text.map { .text(String($0)) }
    case .words(let words): return [.words(words)]
    case .name(let reference, let written):
      if overTokens, isToken(reference) { return [.token(reference)] }
      let value = written == "r" ? parameter : written
      return [.nonterminal(number(value.map { "\(reference)<\($0)>" } ?? reference))]
    case .sequence(let parts):
      var all: [Symbol] = []
      for part in parts { all += symbols(of: part, in: name, parameter: parameter) }
      return all
    case .alternatives(let parts):
      let group = fresh("(\(name))")
      for part in parts {
        add(
          group, symbols(of: part, in: name, parameter: parameter), "\(name): \(body.description): \(part.description)")
      }
      return [.nonterminal(group)]
    case .optional(let inner):
      let option = fresh("[\(name)]")
      add(option, [], "")
      for part in alternatives(of: inner) {
        add(option, symbols(of: part, in: name, parameter: parameter), "\(name): [ \(part.description) ]")
      }
      return [.nonterminal(option)]
    case .repeated(let inner):
      let repetition = fresh("{\(name)}")
      add(repetition, [], "")
      for part in alternatives(of: inner) {
        let element = symbols(of: part, in: name, parameter: parameter)
        add(repetition, [.nonterminal(repetition)] + element, "\(name): { \(part.description) }")
      }
      return [.nonterminal(repetition)]
    }
  }
}
