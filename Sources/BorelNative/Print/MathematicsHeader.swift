// The vector mathematics header as text: which functions it defines, and the part of it that given functions need.

/// The text of `borel_math.h`, taken apart at its top level.
public struct MathematicsHeader: Sendable {
  private struct Item: Sendable {
    var text: String
    /// Without comments.
    var code: String
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
      items.append(Item(text: piece, code: code))
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
      for name in Set(Self.identifiers(items[next].code)) { open += places[name] ?? [] }
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
      if let first = piece.firstIndex(where: { $0 != UInt8(ascii: "\n") }),
        let last = piece.lastIndex(where: { !isSpace($0) })
      {
        pieces.append(String(decoding: piece[min(first, last)...last], as: UTF8.self))
      }
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

  // Bytes, not characters: the header is read in every process.

  private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (9...13).contains(byte) }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func withoutComments(_ text: String) -> String {
    var result: [UInt8] = []
    let bytes = Array(text.utf8)
    result.reserveCapacity(bytes.count)
    var i = 0
    while i < bytes.count {
      let next = i + 1 < bytes.count ? bytes[i + 1] : 0
      if bytes[i] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
        i += 2
        while i + 1 < bytes.count, !(bytes[i] == UInt8(ascii: "*") && bytes[i + 1] == UInt8(ascii: "/")) { i += 1 }
        i += 2
      } else if bytes[i] == UInt8(ascii: "/"), next == UInt8(ascii: "/") {
        while i < bytes.count, bytes[i] != UInt8(ascii: "\n") { i += 1 }
      } else {
        result.append(bytes[i])
        i += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func identifiers(_ code: String) -> [String] {
    var result: [String] = []
    var word: [UInt8] = []
    for byte in code.utf8 {
      if isWord(byte) {
        word.append(byte)
      } else if !word.isEmpty {
        result.append(String(decoding: word, as: UTF8.self))
        word = []
      }
    }
    if !word.isEmpty { result.append(String(decoding: word, as: UTF8.self)) }
    return result
  }

  /// The names that a piece defines; none for include guards and the like.
  private static func definedNames(_ code: String) -> [String] {
    let trimmed = code.drop { $0.isWhitespace }
    if trimmed.hasPrefix("#if") {
      let inner = trimmed.split(separator: "\n").filter { !$0.hasPrefix("#") || $0.hasPrefix("#define") }
      return topLevel(inner.joined(separator: "\n")).flatMap { definedNames($0) }
    }
    if trimmed.hasPrefix("#") {
      let words = identifiers(code)
      return words.first == "define" && words.count > 1 ? [words[1]] : []
    }
    if trimmed.hasPrefix("typedef") { return identifiers(String(code.prefix { $0 != ";" })).suffix(1) }
    // Up to the body, which can be long.
    var head = String(decoding: code.utf8.prefix { $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: ";") }, as: UTF8.self)
    while let start = head.firstRange(of: "__attribute__(("), let end = head.firstRange(of: "))"),
      end.lowerBound >= start.upperBound
    {
      head.removeSubrange(start.lowerBound..<end.upperBound)
    }
    return identifiers(String(head.prefix { !"(={;[".contains($0) })).suffix(1)
  }
}
