// Makes a new program from the seeds: by bytes, tokens, lines, splices, nesting, layout, and strange text.

import BorelSource
import BorelSyntax

/// Seed programs and the pieces that mutations insert.
struct Mutator {
  /// Each seed with the byte ranges of its tokens.
  private let seeds: [(bytes: [UInt8], tokens: [Range<Int>])]
  /// Programs longer than this are cut before they are mutated.
  private let maximumLength = 3000

  init(seeds texts: [[UInt8]]) {
    seeds = texts.filter { !$0.isEmpty }.map { bytes in (bytes, Mutator.tokenRanges(bytes)) }
  }

  private static func tokenRanges(_ bytes: [UInt8]) -> [Range<Int>] {
    var sources = SourceMap()
    let file = sources.add(SourceFile(name: "seed", utf8: bytes))
    return lex(file, in: sources).tokens.dropLast().map { Int($0.start)..<Int($0.end) }
  }

  /// Program number `index` of a seed.
  func program(_ index: Int, seed: UInt64) -> [UInt8] {
    var random = FuzzRandom(seed: seed, program: UInt64(index))
    var bytes = window(&random)
    // Layout changes keep a program correct, which is what the formatter needs; two programs in five get only those.
    if random.chance(2, in: 5) {
      for _ in 0..<(1 + random.below(6)) { changeLayout(&bytes, &random) }
      return bytes
    }
    for _ in 0..<(1 + random.below(4)) { mutate(&bytes, &random) }
    return bytes
  }

  /// A seed, or some whole lines of one.
  private func window(_ random: inout FuzzRandom) -> [UInt8] {
    guard !seeds.isEmpty else { return [] }
    let seed = random.pick(seeds).bytes
    if seed.count <= maximumLength, random.chance(1, in: 3) { return seed }
    var start = random.below(seed.count)
    while start > 0, seed[start - 1] != 0x0A { start -= 1 }
    let end = min(seed.count, start + 40 + random.below(800))
    return Array(seed[start..<end])
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    switch random.below(12) {
    case 0: changeBytes(&bytes, &random)
    case 1, 2, 3: changeTokens(&bytes, &random)
    case 4: insertToken(&bytes, &random)
    case 5: splice(&bytes, &random)
    case 6: changeLines(&bytes, &random)
    case 7: nest(&bytes, &random)
    case 8: insert(Mutator.strangeTexts, into: &bytes, &random)
    case 9: insert(Mutator.foreignTexts, into: &bytes, &random)
    case 10: bytes.removeLast(random.below(bytes.count))
    default: changeLayout(&bytes, &random)
    }
  }

  // MARK: Bytes

  private func changeBytes(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    guard !bytes.isEmpty else { return }
    for _ in 0..<(1 + random.below(3)) {
      let place = random.below(bytes.count)
      switch random.below(4) {
      case 0: bytes[place] ^= 1 << UInt8(random.below(8))
      case 1: bytes[place] = UInt8(random.below(256))
      case 2: bytes.insert(UInt8(random.below(256)), at: place)
      default: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(12)))
      }
      if bytes.isEmpty { return }
    }
  }

  // MARK: Tokens

  private static let vocabulary: [[UInt8]] =
    TokenKind.allCases.map(\.spelling).filter { !$0.isEmpty }.map { Array($0.utf8) }
    + [
      "x", "f(", "theta[j]", "normal(0, 1)", "1", "0.5", "1e-3", "9223372036854775807", "\"s\"", "{a: 1}", "\n",
      ";", "x => x", "(a, b) => a", "if a { b } else { c }", "expect { x }", "m | {y: ys}", "x ~ d via reparam",
      "[1, 2]", "(", "[", "{", "X[:, j]", "-", "- ", "\n-",
    ].map { Array($0.utf8) }

  private func changeTokens(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    let tokens = Mutator.tokenRanges(bytes)
    guard tokens.count > 1 else { return }
    let first = random.below(tokens.count)
    switch random.below(4) {
    case 0: bytes.removeSubrange(tokens[first])
    case 1:
      let second = random.below(tokens.count)
      let (low, high) = (min(first, second), max(first, second))
      guard low < high else { return }
      let (left, right) = (Array(bytes[tokens[low]]), Array(bytes[tokens[high]]))
      bytes.replaceSubrange(tokens[high], with: left)
      bytes.replaceSubrange(tokens[low], with: right)
    case 2: bytes.replaceSubrange(tokens[first], with: random.pick(Mutator.vocabulary))
    default:
      let last = min(tokens.count - 1, first + random.below(12))
      let copy = Array(bytes[tokens[first].lowerBound..<tokens[last].upperBound])
      bytes.insert(contentsOf: copy, at: tokens[random.below(tokens.count)].lowerBound)
    }
  }

  private func insertToken(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    let tokens = Mutator.tokenRanges(bytes)
    let place = tokens.isEmpty ? 0 : tokens[random.below(tokens.count)].lowerBound
    bytes.insert(contentsOf: [0x20] + random.pick(Mutator.vocabulary) + [0x20], at: place)
  }

  private func splice(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    let other = random.pick(seeds)
    guard !other.tokens.isEmpty else { return }
    let first = random.below(other.tokens.count)
    let last = min(other.tokens.count - 1, first + random.below(30))
    let piece = other.bytes[other.tokens[first].lowerBound..<other.tokens[last].upperBound]
    let tokens = Mutator.tokenRanges(bytes)
    let place = tokens.isEmpty ? 0 : tokens[random.below(tokens.count)].lowerBound
    bytes.insert(contentsOf: piece, at: place)
  }

  // MARK: Lines and nesting

  private func changeLines(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    let first = random.below(lines.count)
    switch random.below(3) {
    case 0: lines.remove(at: first)
    case 1: lines.insert(lines[random.below(lines.count)], at: first)
    default: lines.swapAt(first, random.below(lines.count))
    }
    bytes = Array(lines.joined(separator: [0x0A]))
  }

  private static let openers: [(String, String)] = [
    ("(", ")"), ("[", "]"), ("{a: ", "}"), ("f(", ")"), ("x[", "]"), ("-", ""), ("!", ""), ("if a { ", " }"),
    ("x => ", ""), ("1 + ", ""), ("2^", ""), ("expect { ", " }"), ("if a { 1 } else ", ""), ("for i in x { ", " }"),
    ("x => { ", " }"), ("a | ", ""), ("f(1).", ""), ("let (", ")"), ("/* ", " */"),
  ]

  private func nest(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    let (open, close) = random.pick(Mutator.openers)
    let depth = random.chance(1, in: 8) ? random.below(1200) : random.below(40)
    let closed = random.chance(2, in: 3) ? depth : random.below(depth + 1)
    let tokens = Mutator.tokenRanges(bytes)
    let place = tokens.isEmpty ? 0 : tokens[random.below(tokens.count)].lowerBound
    let core = random.chance(1, in: 2) ? "x" : ""
    let text = String(repeating: open, count: depth) + core + String(repeating: close, count: closed)
    bytes.insert(contentsOf: Array(text.utf8), at: place)
  }

  // MARK: Strange and foreign text

  private static let strangeTexts: [[UInt8]] =
    [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0], [0x0D], [0x0D, 0x0A],
      [0xEF, 0xBB, 0xBF], [0x1B, 0x5B, 0x33, 0x31, 0x6D],
    ]
    + [
      "é", "e\u{301}", "日本", "\u{1F600}", "\u{1F468}\u{200D}\u{1F469}", "\u{202E}", "\u{200B}", "\u{A0}", "μ", "σ",
      "“", "”", "‘", "×", "≤", "−", "→", "∞", "²", "\u{2028}", "\u{85}", "\u{10FFFF}", "\"", "'", "\\", "\"\\u{",
      "\"\\u{110000}\"", "\"\\q\"", "/*", "*/", "//", "#", "$", "@", "`", "?", "\t", "\u{0C}",
      "99999999999999999999", "1e999", "1.", ".5", "0x1F", "1_", "1__0", "2x", "1e", "-9223372036854775808",
      "-9223372036854775808^2", "1..2", "1....2", "x....y",
    ].map { Array($0.utf8) }

  private static let foreignTexts: [[UInt8]] = [
    "x <- 3", ":=", "def f(x):\n", "function(x) { x }", "lambda x: x", "elif c { 1 }", " and ", " or ", "not x", "**",
    "%*%", "%%", "%/%", "|>", "->", "T[0, 1]", "data { int N; }", "target += 1", "1:n", "x'", "c ? a : b", "i++",
    "for (i in 1:n) {", "int n;", "== =", "let x ~ d", "{a = 1}", "{a, b}", "fn(x) { x }", "model {", "else",
    "print \"x\"", "===", "&", "const x = 1", "via", "where", "on", "in", "then",
  ].map { Array((" " + $0 + " ").utf8) }

  private func insert(_ texts: [[UInt8]], into bytes: inout [UInt8], _ random: inout FuzzRandom) {
    let text = random.pick(texts)
    if random.chance(1, in: 2) {
      bytes.insert(contentsOf: text, at: random.below(bytes.count + 1))
    } else {
      let tokens = Mutator.tokenRanges(bytes)
      let place = tokens.isEmpty ? 0 : tokens[random.below(tokens.count)].lowerBound
      bytes.insert(contentsOf: text, at: place)
    }
  }

  // MARK: Layout

  private static let layouts: [[UInt8]] = [
    "\n", "\n\n\n", " ", "   ", "\t", ";", " // c\n", "// own\n", "\n// own\n", "/* c */", "\n/* c */ ", "/* a\n b */",
    " /* c */\n", "\r\n", ",", "\n// é 日本\n", "// a\n// b\n", "/**/", ";\n",
  ].map { Array($0.utf8) }

  private static let longWords: [[UInt8]] = [
    "a_rather_long_name_that_pushes_the_line", "x", "1000000.000001", "\"a string that takes some space\"",
    "another_long_name_of_a_variable_or_function_that_is_used", "f(a, b, c)", "(a + b)", "[1, 2, 3, 4, 5, 6, 7]",
    "{a: 1, b: 2}", "x => { let a = 1; a }", "if a { 1 } else { 2 }", "expect { a; b }", "-x",
  ].map { Array($0.utf8) }

  private func changeLayout(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    let tokens = Mutator.tokenRanges(bytes)
    guard !tokens.isEmpty else { return }
    let index = random.below(tokens.count)
    switch random.below(4) {
    case 0:
      // Replaces a name or number by a longer one, or by a larger expression.
      guard let first = bytes[tokens[index]].first, first >= 0x30, first < 0x3A || first > 0x40, first < 0x7B else {
        return
      }
      bytes.replaceSubrange(tokens[index], with: random.pick(Mutator.longWords))
    case 1 where index > 0:
      // Joins or separates two tokens.
      let gap = tokens[index - 1].upperBound..<tokens[index].lowerBound
      bytes.replaceSubrange(gap, with: random.chance(1, in: 2) ? [0x20] : [0x0A])
    default: bytes.insert(contentsOf: random.pick(Mutator.layouts), at: tokens[index].lowerBound)
    }
  }
}
