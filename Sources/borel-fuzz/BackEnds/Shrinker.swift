// Makes a failing program small: drops lines, parameters and parts of expressions as long as it fails in the same way.

/// Shrinks a program while `fails` says of its variants that they fail like it.
struct Shrinker {
  let fails: (GeneratedProgram) -> Bool
  var attempts = 0
  static let limit = 600

  init(fails: @escaping (GeneratedProgram) -> Bool) { self.fails = fails }

  mutating func shrink(_ program: GeneratedProgram) -> GeneratedProgram {
    var best = program
    var isSmaller = true
    while isSmaller, attempts < Self.limit {
      isSmaller = dropLines(&best)
      if dropParameters(&best) { isSmaller = true }
      if simplify(&best) { isSmaller = true }
    }
    return best
  }

  private mutating func accepts(_ text: String, _ best: inout GeneratedProgram) -> Bool {
    guard attempts < Self.limit, text != best.text else { return false }
    attempts += 1
    var candidate = best
    candidate.text = text
    // Data of variables that are gone are none.
    candidate.data = best.data.filter { Self.mentions(text, $0.name) }
    guard fails(candidate) else { return false }
    best = candidate
    return true
  }

  private static func mentions(_ text: String, _ name: String) -> Bool {
    text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }).contains { $0 == name }
  }

  // MARK: Lines

  private mutating func dropLines(_ best: inout GeneratedProgram) -> Bool {
    var changed = false
    var size = max(1, best.text.split(separator: "\n").count / 2)
    while size >= 1 {
      var start = 0
      while true {
        let lines = best.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard start < lines.count else { break }
        let end = min(lines.count, start + size)
        let dropped = lines[start..<end].joined(separator: "\n")
        var isBetter = false
        if Self.isBalanced(dropped) {
          isBetter = accepts((lines[..<start] + lines[end...]).joined(separator: "\n"), &best)
        } else if size == 1, let close = Self.closing(lines, start), close > start {
          // A block with what is in it, or its head and foot only.
          isBetter =
            accepts((lines[..<start] + lines[(close + 1)...]).joined(separator: "\n"), &best)
            || accepts(
              (lines[..<start] + lines[(start + 1)..<close] + lines[(close + 1)...]).joined(separator: "\n"), &best)
        }
        if isBetter { changed = true } else { start += 1 }
      }
      size /= 2
    }
    return changed
  }

  private static func isBalanced(_ text: String) -> Bool {
    var depth = 0
    for character in text {
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      if depth < 0 { return false }
    }
    return depth == 0
  }

  /// The line on which a block that opens on a line ends.
  private static func closing(_ lines: [String], _ start: Int) -> Int? {
    var depth = 0
    for (number, line) in lines.enumerated().dropFirst(start) {
      for character in line {
        if character == "{" { depth += 1 }
        if character == "}" { depth -= 1 }
      }
      if depth <= 0 { return number }
    }
    return nil
  }

  // MARK: Parameters

  private mutating func dropParameters(_ best: inout GeneratedProgram) -> Bool {
    var changed = false
    for name in best.data.map(\.name) {
      var lines = best.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      guard let head = lines.firstIndex(where: { $0.hasPrefix("model main(") }),
        let open = lines[head].firstIndex(of: "("),
        let close = lines[head].lastIndex(of: ")")
      else { return changed }
      let parts = Self.parts(lines[head][lines[head].index(after: open)..<close], separator: ",")
      let kept = parts.filter { !Self.mentions(String($0.prefix(while: { $0 != ":" })), name) }
      guard kept.count < parts.count else { continue }
      lines[head] = "model main(\(kept.joined(separator: ",").drop { $0 == " " })) {"
      var candidate = best
      candidate.data.removeAll { $0.name == name }
      if accepts(lines.joined(separator: "\n"), &candidate) {
        best = candidate
        changed = true
      }
    }
    return changed
  }

  /// A text cut at a separator outside of brackets.
  private static func parts(_ text: Substring, separator: Character) -> [String] {
    var result = [""]
    var depth = 0
    for character in text {
      if "([{".contains(character) { depth += 1 }
      if ")]}".contains(character) { depth -= 1 }
      if depth == 0, character == separator { result.append("") } else { result[result.count - 1].append(character) }
    }
    return result
  }

  // MARK: Expressions

  private mutating func simplify(_ best: inout GeneratedProgram) -> Bool {
    var changed = false
    var place = 0
    while attempts < Self.limit {
      let text = Array(best.text)
      guard place < text.count else { break }
      guard text[place] == "(", let close = Self.partner(text, place) else {
        place += 1
        continue
      }
      var start = place
      while start > 0, text[start - 1].isLetter || text[start - 1].isNumber || text[start - 1] == "_" { start -= 1 }
      let inner = String(text[(place + 1)..<close])
      var isBetter = false
      for replacement in Self.replacements(inner, isCall: start < place) {
        let shorter = String(text[..<start]) + replacement + String(text[(close + 1)...])
        if shorter.count < text.count, accepts(shorter, &best) {
          isBetter = true
          break
        }
      }
      if isBetter { changed = true } else { place += 1 }
    }
    return changed
  }

  private static func partner(_ text: [Character], _ open: Int) -> Int? {
    var depth = 0
    for place in open..<text.count {
      if text[place] == "(" { depth += 1 }
      if text[place] == ")" {
        depth -= 1
        if depth == 0 { return place }
      }
      if text[place] == "\n" { return nil }
    }
    return nil
  }

  private static func replacements(_ inner: String, isCall: Bool) -> [String] {
    var result = ["0.5", "1"]
    if isCall {
      result += parts(inner[...], separator: ",").map { "(\($0))" }
      result += parts(inner[...], separator: ",")
    } else if inner.hasPrefix("if ") {
      let arms = parts(inner[...], separator: " ").filter { $0.hasPrefix("{") }.map { "(\($0.dropFirst().dropLast()))" }
      result += arms
    } else {
      for word in parts(inner[...], separator: " ") where word.count > 1 { result.append(word) }
      result.append(inner)
    }
    return result
  }
}
