// The comment lines of a Stan CSV file: the tree of settings, and what adaptation arrived at.

import BorelDraws
import BorelSource
import BorelValues

/// Collects the comments of one file in their order.
struct StanComments {
  var chain: SavedChain
  /// What a line of ours tells about the variables: their kinds, shapes, dimensions and labels.
  private(set) var layout: StanLayout?
  /// True behind the line that ends warm-up.
  private(set) var hasAdapted = false

  private enum Expectation { case nothing, diagonal, rows }
  private var expected = Expectation.nothing
  private var rows: [[Double]] = []
  private var scope: [(indent: Int, key: String)] = []

  init(path: String) { chain = SavedChain(path: path) }

  /// Takes a line without its line break; it starts with `#`.
  mutating func add(_ line: String) {
    let body = line.drop { $0 == "#" }
    let indent = body.prefix { $0 == " " }.count
    let text = trimmed(body)
    if expected != .nothing, let numbers = Self.numbers(text) {
      rows.append(numbers)
      if expected == .diagonal {
        chain.inverseMetric = .diagonal(numbers)
        expected = .nothing
      } else if rows.count == numbers.count, rows.allSatisfy({ $0.count == numbers.count }) {
        chain.inverseMetric = .dense(rows.flatMap { $0 }, rows.count)
        expected = .nothing
      }
      return
    }
    expected = .nothing
    if text.hasPrefix(StanLayout.mark) {
      layout = StanLayout(line: String(text.dropFirst(StanLayout.mark.count)))
    } else if text.hasPrefix("Adaptation terminated") {
      hasAdapted = true
    } else if text.hasPrefix("Diagonal elements of inverse mass matrix") {
      expected = .diagonal
      rows = []
    } else if text.hasPrefix("Elements of inverse mass matrix") {
      expected = .rows
      rows = []
    } else {
      addSetting(text, indent: indent)
    }
  }

  private mutating func addSetting(_ text: String, indent: Int) {
    guard let sign = text.firstIndex(of: "=") else {
      // A name alone opens a group, as `adapt` does.
      if !text.isEmpty, text.utf8.allSatisfy(isWordByte) { open(text, indent) }
      return
    }
    let key = trimmed(text[..<sign])
    var value = trimmed(text[text.index(after: sign)...])
    if value.hasSuffix("(Default)") { value = trimmed(value.dropLast("(Default)".count)) }
    if key == "Step size" {
      chain.stepSize = Double(value)
      return
    }
    guard !key.isEmpty, !key.contains(" ") else { return }
    open(key, indent)
    chain.settings.append(.init(path: scope.map(\.key).joined(separator: "."), value: value))
  }

  private mutating func open(_ key: String, _ indent: Int) {
    while let last = scope.last, last.indent >= indent { scope.removeLast() }
    scope.append((indent, key))
  }

  /// The numbers of `a, b, c`, nil where something else stands there.
  private static func numbers(_ text: String) -> [Double]? {
    guard !text.isEmpty else { return nil }
    var numbers: [Double] = []
    for field in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Double(trimmed(field)) else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}

/// A text without the blanks around it.
func trimmed(_ text: some StringProtocol) -> String {
  let start = text.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
  guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" && $0 != "\r" }) else { return "" }
  return String(start[...end])
}
