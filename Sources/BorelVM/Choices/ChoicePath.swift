// The keys of conditions: `y`, `theta[3]`, `leaf/x`, `leaf[2]/x[1,2]`, `cluster(3)/sample#1`.

/// One step of a key: a name and the indices after it.
struct ChoicePath: Sendable {
  struct Step: Sendable {
    var name: String
    var indices: [Int]
  }

  var steps: [Step]

  init(steps: [Step]) { self.steps = steps }

  /// Parses a key; nil where it is not of the form above.
  init?(_ key: String) {
    var steps: [Step] = []
    for part in Self.split(key) {
      guard let step = Self.step(part) else { return nil }
      steps.append(step)
    }
    guard !steps.isEmpty else { return nil }
    self.steps = steps
  }

  /// Indices written as a key of their own: `3` or `1,2`, with or without brackets.
  static func indices(_ key: String) -> [Int]? {
    var text = Substring(key)
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    guard !text.isEmpty else { return nil }
    var indices: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let index = Int(trimmed(part)), index >= 0 else { return nil }
      indices.append(index)
    }
    return indices
  }

  var text: String { steps.map(\.text).joined(separator: "/") }

  func appending(_ index: [Int]) -> ChoicePath {
    var path = self
    if let last = path.steps.indices.last { path.steps[last].indices += index }
    return path
  }

  func appending(_ other: ChoicePath) -> ChoicePath { ChoicePath(steps: steps + other.steps) }

  /// Splits at slashes outside parentheses and quotes.
  private static func split(_ key: String) -> [Substring] {
    var parts: [Substring] = []
    var start = key.startIndex
    var depth = 0
    var isQuoted = false
    for index in key.indices {
      switch key[index] {
      case "\"": isQuoted.toggle()
      case "(" where !isQuoted: depth += 1
      case ")" where !isQuoted: depth -= 1
      case "/" where !isQuoted && depth == 0:
        parts.append(key[start..<index])
        start = key.index(after: index)
      default: break
      }
    }
    parts.append(key[start...])
    return parts
  }

  private static func step(_ part: Substring) -> Step? {
    let part = trimmed(part)
    guard part.hasSuffix("]") else { return part.isEmpty ? nil : Step(name: normalised(part), indices: []) }
    guard let bracket = part.lastIndex(of: "["), bracket > part.startIndex,
      let indices = indices(String(part[bracket...]))
    else { return nil }
    return Step(name: normalised(trimmed(part[..<bracket])), indices: indices)
  }

  /// Without blanks outside quotes, so that `f(1, 2)` and `f(1,2)` are one name.
  static func normalised(_ name: some StringProtocol) -> String {
    var isQuoted = false
    return String(
      name.filter { character in
        if character == "\"" { isQuoted.toggle() }
        return isQuoted || character != " "
      })
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first == " " { text = text.dropFirst() }
    while text.last == " " { text = text.dropLast() }
    return text
  }
}

extension ChoicePath.Step {
  var text: String { indices.isEmpty ? name : "\(name)[\(indices.map(String.init).joined(separator: ","))]" }
}
