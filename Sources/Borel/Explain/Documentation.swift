// What there is to say about a name: a function's signature, a distribution's definition, the meaning of an error code.

import BorelIR
import BorelSource
import BorelStandardLibrary
import BorelSyntax

extension Session {
  /// The documentation of a function, a distribution or an error code.
  public func documentation(of name: String) throws(BorelError) -> String {
    let name = name.hasSuffix("()") ? String(name.dropLast(2)) : name
    var parts: [String] = []
    if let id = PrimitiveTable.ids[name] { parts.append(Self.text(of: PrimitiveTable[id])) }
    if let module = store.library(name) {
      for statement in module.tree.statements {
        if let text = Self.text(of: statement, named: name, in: module.source) { parts.append(text) }
      }
    }
    if let topic = ConvergenceGuide.topics[name] { parts.append("\(name): \(topic)\n") }
    if let entry = DiagnosticGuide.entries[name] { parts.append("\(name): \(entry)\n") }
    if !parts.isEmpty { return parts.joined(separator: "\n") }
    let known =
      Array(PrimitiveTable.ids.keys) + store.libraryNames + DiagnosticGuide.entries.keys + ConvergenceGuide.topics.keys
    throw BorelError(
      .program, code: "nothing-known", "nothing is known about `\(name)`",
      hint: closestMatch(to: name, among: known).map { "did you mean `\($0)`?" }
        ?? "borel explain without a name lists what can be explained")
  }

  /// All names that `documentation(of:)` knows, by kind.
  public var documentationIndex: String {
    let functions = PrimitiveTable.rows.map(\.name).filter { $0.first?.isLetter == true }
    let distributions = Set(StandardLibrary.distributions.keys)
    let library = store.libraryNames.filter { !distributions.contains($0) }
    return """
      Distributions
      \(Self.columns(distributions.sorted()))
      Functions
      \(Self.columns((functions + library).sorted()))
      Verdicts on draws
      \(Self.columns(ConvergenceGuide.topics.keys.sorted()))
      Error codes
      \(Self.columns(DiagnosticGuide.entries.keys.sorted()))
      """
  }

  /// Words in lines of up to 100 characters.
  private static func columns(_ words: [String]) -> String {
    var text = ""
    var line = " "
    for word in words {
      if line.count + word.count + 1 > 100 {
        text += line + "\n"
        line = " "
      }
      line += " " + word
    }
    return text + line + "\n"
  }

  // MARK: Functions of the language's core

  static func signature(of row: Primitive) -> String {
    let parameters = row.parameters.enumerated().map { index, parameter in
      var text = parameter.name
      if let value = parameter.defaultValue, value.tag != .null {
        text += ": " + value.shortText
      } else if parameter.defaultValue != nil {
        text += "?"
      }
      return row.isVariadic && index == row.parameters.count - 1 ? text + "..." : text
    }
    return "\(row.name)(\(parameters.joined(separator: ", ")))"
  }

  private static func text(of row: Primitive) -> String {
    var lines = [signature(of: row), "  \(row.summary)."]
    if row.isElementwise { lines.append("  Maps over arrays of equal shapes; scalars are repeated.") }
    switch row.effect {
    case .pure: break
    case .random: lines.append("  Draws random numbers: for the `sample` method of a distribution.")
    case .host where row.parameters.contains { $0.name == "seed" }:
      lines.append(
        "  Draws random numbers; the same seed gives the same result. Inside a model the seed must be given.")
    case .host: break
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: The standard library

  /// The comment above a definition and its head.
  private static func text(of statement: Statement, named name: String, in source: SourceFile) -> String? {
    switch statement.kind {
    case .distribution(let declaration) where declaration.name.text == name:
      let methods = declaration.methods.map(\.name.text).joined(separator: ", ")
      return """
        \(head(of: statement, in: source))
        \(comment(above: statement, in: source))  Defines \(methods).
          \(source.name)

        """
    case .function(let declaration) where declaration.name.text == name:
      return "\(head(of: statement, in: source))\n\(comment(above: statement, in: source))  \(source.name)\n"
    case .model(let declaration) where declaration.name.text == name:
      return "\(head(of: statement, in: source))\n\(comment(above: statement, in: source))  \(source.name)\n"
    default: return nil
    }
  }

  /// `normal(mu, sigma) on Real where sigma > 0`
  private static func head(of statement: Statement, in source: SourceFile) -> String {
    let text = source.text(of: statement.span)
    let line = text.prefix { $0 != "{" && $0 != "\n" }
    let words = line.split(separator: " ").drop { $0 == "distribution" || $0 == "fn" || $0 == "model" }
    return words.joined(separator: " ")
  }

  /// The `//` lines that end where the statement begins, indented, with a line break after each.
  private static func comment(above statement: Statement, in source: SourceFile) -> String {
    var lines: [String] = []
    var index = source.lineIndex(at: Int(statement.span.start)) - 1
    while index >= 0 {
      let line = String(decoding: source.lineBytes(index), as: UTF8.self).drop { $0 == " " }
      if line.hasPrefix("//") {
        lines.append("  " + line.dropFirst(2).drop { $0 == " " })
      } else if !line.isEmpty || !lines.isEmpty {
        break
      }
      index -= 1
    }
    return lines.reversed().map { $0 + "\n" }.joined()
  }
}
