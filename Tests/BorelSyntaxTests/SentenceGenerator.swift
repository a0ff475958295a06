// Random sentences of a grammar, as tokens separated by spaces.

/// SplitMix64 (Steele, Lea and Flood, 2014), so that a test meets the same sentences every time.
struct TestRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

struct SentenceGenerator {
  private let grammar: PlainGrammar
  /// The least height of a derivation from each nonterminal, and of each rule.
  private let heights: [Int]
  private var random: TestRandom
  private var budget = 0

  init(_ grammar: PlainGrammar, seed: UInt64) {
    self.grammar = grammar
    random = TestRandom(seed: seed)
    var heights = [Int](repeating: 1000, count: grammar.names.count)
    var changed = true
    while changed {
      changed = false
      for rule in grammar.rules {
        let height = SentenceGenerator.height(rule, heights)
        if height < heights[rule.nonterminal] {
          heights[rule.nonterminal] = height
          changed = true
        }
      }
    }
    self.heights = heights
  }

  private static func height(_ rule: PlainRule, _ heights: [Int]) -> Int {
    var height = 1
    for case .nonterminal(let inner) in rule.symbols { height = max(height, heights[inner] + 1) }
    return height
  }

  /// A sentence; once a derivation is `depth` levels deep, or `budget` tokens long, it takes the shortest way
  /// to an end.
  mutating func sentence(from start: Int, depth: Int, budget: Int = 60) -> String {
    self.budget = budget
    var tokens: [String] = []
    expand(start, depth, &tokens)
    return tokens.joined(separator: " ")
  }

  private mutating func expand(_ nonterminal: Int, _ depth: Int, _ tokens: inout [String]) {
    let rules = grammar.rulesOf[nonterminal].filter { SentenceGenerator.height(grammar.rules[$0], heights) < 1000 }
    let least = rules.map { SentenceGenerator.height(grammar.rules[$0], heights) }.min() ?? 0
    let allowed = rules.filter {
      SentenceGenerator.height(grammar.rules[$0], heights) <= max(tokens.count < budget ? depth : 0, least)
    }
    guard let rule = allowed.randomElement(using: &random) else { return }
    var excludesBrace = false
    for symbol in grammar.rules[rule].symbols {
      let count = tokens.count
      switch symbol {
      case .nonterminal(let inner): expand(inner, depth - 1, &tokens)
      case .text(let text): tokens.append(text)
      case .token(let kind): tokens.append(spelling(kind))
      case .words: excludesBrace = true
      }
      // `? not { ?`: what follows is made again until it does not begin with a brace.
      if excludesBrace, case .nonterminal(let inner) = symbol {
        while tokens[count] == "{" {
          tokens.removeSubrange(count...)
          expand(inner, depth - 1, &tokens)
        }
        excludesBrace = false
      }
    }
  }

  private static let spellings: [String: [String]] = [
    "NAME": ["x", "y", "normal", "theta", "mu_1", "f", "on", "in", "via", "where", "model", "distribution", "σ"],
    "INTEGER": ["0", "1", "42", "1_000"],
    "REAL": ["1.5", "1e-3", "2.5e+10", "0.1_5"],
    "STRING": ["\"\"", "\"leaf/x\"", "\"\\\"b\\\"\\n\\u{3C3}\""],
    "NEWLINE": ["\n", "\n\n", "// comment\n"],
  ]

  private mutating func spelling(_ kind: String) -> String {
    SentenceGenerator.spellings[kind]?.randomElement(using: &random) ?? "<\(kind)>"
  }
}
