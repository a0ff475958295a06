// docs/functions.md is the table of primitives as a page; `make promote` writes it anew.

import BorelIR
import Foundation
import Testing

private let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "docs/functions.md")

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

private func reference() -> String {
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
