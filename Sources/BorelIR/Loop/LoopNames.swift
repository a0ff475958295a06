// Names for the variables of a LoopIR program: readable, unique and independent of how variables are numbered.

/// Unique names, given in the order in which they are asked for.
struct LoopNames {
  private var names: [LoopVariable: String] = [:]
  private var taken: Set<String> = [
    "inf", "nan", "true", "false", "and", "or", "not", "target", "let", "var", "array", "view", "for", "in", "if",
    "else", "call", "require", "choice", "bind", "result", "input", "output", "site", "program", "none",
  ]
  private var counts: [String: Int] = [:]

  mutating func name(_ variable: LoopVariable, in program: LoopProgram) -> String {
    if let known = names[variable] { return known }
    let name = fresh(Self.clean(program[variable].name))
    names[variable] = name
    return name
  }

  private mutating func fresh(_ wanted: String) -> String {
    if !wanted.isEmpty && taken.insert(wanted).inserted { return wanted }
    while true {
      let count = (counts[wanted] ?? (wanted.isEmpty ? 0 : 1)) + 1
      counts[wanted] = count
      let name = wanted.isEmpty ? "t\(count)" : "\(wanted)_\(count)"
      if taken.insert(name).inserted { return name }
    }
  }

  /// Letters, digits and underscores, not beginning with a digit.
  private static func clean(_ name: String) -> String {
    var clean = ""
    for byte in name.utf8 {
      let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
      let isDigit = byte >= 0x30 && byte <= 0x39
      if isLetter || (isDigit && !clean.isEmpty) {
        clean.unicodeScalars.append(Unicode.Scalar(byte))
      } else if !clean.isEmpty && !clean.hasSuffix("_") {
        clean.append("_")
      }
    }
    while clean.hasSuffix("_") { clean.removeLast() }
    return clean
  }
}
