// The vector mathematics header as text: which functions it defines, and the part of it that given functions need.

/// The text of `borel_math.h`, taken apart at its top level.
public struct MathematicsHeader: Sendable {
  private struct Item: Sendable {
    var text: String
    var defines: [String]
    var needs: Set<String>
  }
  private var items: [Item] = []
  private var places: [String: [Int]] = [:]

  /// The header that is built into this library.
  public static let builtIn = MathematicsHeader(
    nativeSourceFiles.first { $0.path.hasSuffix("borel_math.h") }?.text ?? "")

  init(_ text: String) {
    for piece in Self.topLevel(text) {
      let code = Self.withoutComments(piece)
      let defined = Self.definedNames(code)
      if defined.isEmpty { continue }
      items.append(Item(text: piece, defines: defined, needs: Set(Self.identifiers(code))))
      for name in defined { places[name, default: []].append(items.count - 1) }
    }
  }

  func has(_ function: String) -> Bool { places[function] != nil }

  /// The definitions of the functions and of all that they use, in the header's order.
  func text(of functions: Set<String>) -> String {
    var wanted: Set<Int> = []
    var open = functions.flatMap { places[$0] ?? [] }
    while let next = open.popLast() {
      guard wanted.insert(next).inserted else { continue }
      for name in items[next].needs { open += places[name] ?? [] }
    }
    return wanted.sorted().map { items[$0].text }.joined(separator: "\n")
  }

  // MARK: Reading C

  /// Pieces that end at a `;` or `}` outside all brackets or with a preprocessor line, conditionals whole; comments stay
  /// with what follows.
  private static func topLevel(_ text: String) -> [String] {
    var pieces: [String] = []
    var piece: [UInt8] = []
    var depth = 0
    var conditionals = 0
    let bytes = Array(text.utf8)
    var i = 0
    func flush() {
      let text = String(decoding: piece, as: UTF8.self)
      if text.contains(where: { !$0.isWhitespace }) { pieces.append(text.trimmingNewlines()) }
      piece = []
    }
    while i < bytes.count {
      let byte = bytes[i]
      if byte == UInt8(ascii: "/"), i + 1 < bytes.count, bytes[i + 1] == UInt8(ascii: "*") {
        let start = i
        i += 2
        while i + 1 < bytes.count, !(bytes[i] == UInt8(ascii: "*") && bytes[i + 1] == UInt8(ascii: "/")) { i += 1 }
        i = min(i + 2, bytes.count)
        piece += bytes[start..<i]
        continue
      }
      if byte == UInt8(ascii: "/"), i + 1 < bytes.count, bytes[i + 1] == UInt8(ascii: "/") {
        while i < bytes.count, bytes[i] != UInt8(ascii: "\n") {
          piece.append(bytes[i])
          i += 1
        }
        continue
      }
      if byte == UInt8(ascii: "#"), depth == 0, piece.last == nil || piece.last == UInt8(ascii: "\n") {
        var directive: [UInt8] = []
        while i < bytes.count, bytes[i] != UInt8(ascii: "\n") || bytes[i - 1] == UInt8(ascii: "\\") {
          directive.append(bytes[i])
          i += 1
        }
        let words = identifiers(withoutComments(String(decoding: directive, as: UTF8.self)))
        // The guard around the whole header is no condition of its parts.
        let isGuard = words.last?.hasSuffix("_MATH_H") == true
        if isGuard || (words.first == "endif" && conditionals == 0) {
          flush()
          continue
        }
        if words.first?.hasPrefix("if") == true {
          if conditionals == 0 { flush() }
          conditionals += 1
        } else if words.first == "endif" {
          conditionals -= 1
        } else if conditionals == 0 {
          flush()
        }
        piece += directive
        if conditionals == 0 { flush() }
        continue
      }
      piece.append(byte)
      i += 1
      if byte == UInt8(ascii: "{") { depth += 1 }
      if byte == UInt8(ascii: "}") { depth -= 1 }
      if conditionals > 0 { continue }
      if depth == 0, byte == UInt8(ascii: ";") { flush() }
      if depth == 0, byte == UInt8(ascii: "}") {
        // A function ends here; an initialiser or a type goes on to its semicolon.
        let code = withoutComments(String(decoding: piece, as: UTF8.self))
        let head = code.prefix(while: { $0 != "{" })
        if head.contains("("), !head.contains("=") { flush() }
      }
    }
    flush()
    return pieces
  }

  private static func withoutComments(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstRange(of: "/*") {
      result += rest[..<start.lowerBound]
      rest = rest[start.upperBound...]
      rest = rest.firstRange(of: "*/").map { rest[$0.upperBound...] } ?? ""
    }
    result += rest
    return result.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
    }.joined(separator: "\n")
  }

  private static func identifiers(_ code: String) -> [String] {
    code.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }.map(String.init)
  }

  /// The names that a piece defines; none for include guards and the like.
  private static func definedNames(_ code: String) -> [String] {
    let trimmed = code.drop { $0.isWhitespace }
    if trimmed.hasPrefix("#if") {
      let inner = trimmed.split(separator: "\n").filter { !$0.hasPrefix("#") || $0.hasPrefix("#define") }
      return topLevel(inner.joined(separator: "\n")).flatMap { definedNames($0) }
    }
    let words = identifiers(code)
    if trimmed.hasPrefix("#") { return words.first == "define" && words.count > 1 ? [words[1]] : [] }
    if trimmed.hasPrefix("typedef") { return identifiers(String(code.prefix { $0 != ";" })).suffix(1) }
    var head = String(code)
    while let start = head.firstRange(of: "__attribute__(("), let end = head.firstRange(of: "))"),
      end.lowerBound >= start.upperBound
    {
      head.removeSubrange(start.lowerBound..<end.upperBound)
    }
    return identifiers(String(head.prefix { !"(={;[".contains($0) })).suffix(1)
  }
}

extension String {
  fileprivate func trimmingNewlines() -> String {
    var text = Substring(self)
    while text.first == "\n" { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
