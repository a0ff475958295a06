// Reads the notation of grammar/borel.ebnf and turns it into plain rules for recognising and generating.

/// A production's right side as written.
indirect enum EBNF {
  case text(String)
  /// A token or a production, with its parameter if it has one.
  case name(String, parameter: String?)
  case words(String)
  case sequence([EBNF])
  case alternatives([EBNF])
  case optional(EBNF)
  case repeated(EBNF)

  /// The notation again, without parameters.
  var description: String {
    switch self {
    case .text(let text): text.contains("\"") ? "'\(text)'" : "\"\(text)\""
    case .name(let name, _): name
    case .words(let words): "? \(words) ?"
    case .sequence(let parts): parts.map(\.description).joined(separator: " ")
    case .alternatives(let parts): "( " + parts.map(\.description).joined(separator: " | ") + " )"
    case .optional(let inner): "[ \(inner.description) ]"
    case .repeated(let inner): "{ \(inner.description) }"
    }
  }
}

struct EBNFError: Error, CustomStringConvertible {
  let description: String
}

/// A production: `name<parameter> = right side ;`
struct Production {
  let name: String
  let parameter: String?
  let body: EBNF
}

/// Reads a grammar file.
struct EBNFReader {
  private let characters: [Character]
  private var position = 0

  init(_ text: String) { characters = Array(text) }

  mutating func read() throws -> [Production] {
    var productions: [Production] = []
    try skip()
    while position < characters.count {
      let name = try word()
      let parameter = try takeParameter()
      try expect("=")
      let body = try alternatives()
      try expect(";")
      productions.append(Production(name: name, parameter: parameter, body: body))
    }
    return productions
  }

  private var current: Character? { position < characters.count ? characters[position] : nil }

  private mutating func skip() throws {
    while let c = current {
      if c.isWhitespace {
        position += 1
      } else if c == "(", position + 1 < characters.count, characters[position + 1] == "*" {
        position += 2
        while position + 1 < characters.count, !(characters[position] == "*" && characters[position + 1] == ")") {
          position += 1
        }
        guard position + 1 < characters.count else { throw EBNFError(description: "unclosed comment") }
        position += 2
      } else {
        return
      }
    }
  }

  private mutating func expect(_ character: Character) throws {
    guard current == character else {
      throw EBNFError(
        description: "expected \(character) at \(position): \(String(characters[position...].prefix(30)))")
    }
    position += 1
    try skip()
  }

  private mutating func word() throws -> String {
    var text = ""
    while let c = current, c.isLetter || c == "_" || c.isNumber {
      text.append(c)
      position += 1
    }
    guard !text.isEmpty else {
      throw EBNFError(description: "expected a name at \(position): \(String(characters[position...].prefix(30)))")
    }
    try skip()
    return text
  }

  private mutating func takeParameter() throws -> String? {
    guard current == "<" else { return nil }
    try expect("<")
    let name = try word()
    try expect(">")
    return name
  }

  private mutating func alternatives() throws -> EBNF {
    var parts = [try sequence()]
    while current == "|" {
      try expect("|")
      parts.append(try sequence())
    }
    return parts.count == 1 ? parts[0] : .alternatives(parts)
  }

  private mutating func sequence() throws -> EBNF {
    var parts: [EBNF] = []
    while let c = current {
      switch c {
      case "|", ")", "]", "}", ";": return parts.count == 1 ? parts[0] : .sequence(parts)
      case "(":
        try expect("(")
        parts.append(try alternatives())
        try expect(")")
      case "[":
        try expect("[")
        parts.append(.optional(try alternatives()))
        try expect("]")
      case "{":
        try expect("{")
        parts.append(.repeated(try alternatives()))
        try expect("}")
      case "\"", "'": parts.append(.text(try delimited(c)))
      case "?": parts.append(.words(try delimited("?").trimmed))
      default:
        let name = try word()
        parts.append(.name(name, parameter: try takeParameter()))
      }
    }
    throw EBNFError(description: "the grammar ends inside a production")
  }

  private mutating func delimited(_ delimiter: Character) throws -> String {
    position += 1
    var text = ""
    while let c = current, c != delimiter {
      text.append(c)
      position += 1
    }
    guard current == delimiter else { throw EBNFError(description: "unclosed \(delimiter)") }
    position += 1
    try skip()
    return text
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
