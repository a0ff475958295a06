// docs/functions.md is the table of primitives as a page; `make promote` writes it anew.

import BorelIR
import Foundation
import Testing

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
private let page = root.appending(path: "docs/functions.md")

/// The functions of one file of the library: each has its comment in front.
private func libraryRows(_ file: String) throws -> String {
  let text = try String(contentsOf: root.appending(path: "stdlib/\(file).ppl"), encoding: .utf8)
  var rows = ""
  var comment: [Substring] = []
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    if line.hasPrefix("// ") {
      comment.append(line.dropFirst(3))
    } else {
      if line.hasPrefix("fn "), let end = line.range(of: ") {") {
        let summary = comment.joined(separator: " ")
        rows +=
          "| `\(line.dropFirst(3).prefix(upTo: end.lowerBound)))` | \(escaped(summary.hasSuffix(".") ? String(summary.dropLast()) : summary)) |\n"
      }
      comment = []
    }
  }
  return rows
}

private func signature(_ row: Primitive) -> String {
  var parameters = row.parameters.map { parameter in
    guard let value = parameter.defaultValue else { return parameter.name }
    switch value {
    case .bool(let b): return "\(parameter.name): \(b)"
    case .int(let n): return "\(parameter.name): \(n)"
    case .real(let x): return "\(parameter.name): \(x)"
    case .object: return value.asString.map { "\(parameter.name): \"\($0)\"" } ?? "[\(parameter.name)]"
    case .null: return "[\(parameter.name)]"
    }
  }
  if row.isVariadic, let last = parameters.popLast() { parameters.append(last + "...") }
  return "\(row.name)(\(parameters.joined(separator: ", ")))"
}

private func operatorText(_ row: Primitive) -> String {
  if row.name == "negate" { return "-a" }
  return row.parameters.count == 1 ? "\(row.name)a" : "a \(row.name) b"
}

private func escaped(_ text: String) -> String { text.replacingOccurrences(of: "|", with: "\\|") }

private func reference() throws -> String {
  var text = """
    # Functions

    Every function that is built in. Functions of numbers marked * map over arrays of equal shape. An argument in brackets, or with a value,
    may be left out. Conventions of the numerical ones are in [contributing/primitives.md](contributing/primitives.md).

    """
  for (title, rows) in PrimitiveTable.sections where !rows.isEmpty {
    text += "\n## \(title)\n\n| | |\n|---|---|\n"
    for row in rows {
      let isOperator = !(row.name.first?.isLetter ?? false) || row.name == "negate"
      let name = isOperator ? operatorText(row) : signature(row)
      text += "| `\(escaped(name))`\(row.isElementwise ? " *" : "") | \(escaped(row.summary)) |\n"
    }
  }
  for (title, file) in [("Functions of functions", "prelude"), ("Kernels of Gaussian processes", "kernels")] {
    text += "\n## \(title)\n\nWritten in the language, in `stdlib/\(file).ppl`.\n\n| | |\n|---|---|\n"
    text += try libraryRows(file)
  }
  return text
}

@Suite struct FunctionReferenceTests {
  @Test func isWhatTheTableSays() throws {
    if ProcessInfo.processInfo.environment["BOREL_PROMOTE"] != nil {
      try reference().write(to: page, atomically: true, encoding: .utf8)
    }
    #expect(
      try String(contentsOf: page, encoding: .utf8) == reference(), "docs/functions.md is out of date: make promote")
  }

  @Test func everyRowHasASummary() {
    for row in PrimitiveTable.rows {
      let endsLikeASentence = row.summary.hasSuffix(".") && !row.summary.hasSuffix("...")
      #expect(!row.summary.isEmpty && !endsLikeASentence, "\(row.name): \(row.summary)")
    }
  }
}
