// Values and draws as JSON, numbers in their shortest exact form.

import BorelDraws
import BorelValues

/// Collects UTF-8 text.
struct ByteText {
  var bytes: [UInt8] = []

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// A whole number of an Int or Bool column is written without a point.
  mutating func append(_ x: Double, _ kind: Draws.Kind) {
    if kind == .bool, x == 0 || x == 1 {
      append(x == 0 ? "false" : "true")
    } else if kind != .real, let whole = Int(exactly: x) {
      append(String(whole))
    } else {
      append(jsonNumber(x))
    }
  }

  mutating func appendQuoted(_ text: String) {
    append("\"")
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case _ where scalar.value < 0x20: append("\\u00\(hexadecimal(UInt8(scalar.value)))")
      default: append(String(scalar))
      }
    }
    append("\"")
  }
}

/// The shortest digits that read back as the same double; infinities and NaN in CmdStan's spelling.
func jsonNumber(_ x: Double) -> String {
  if x.isNaN { return "NaN" }
  if x.isInfinite { return x < 0 ? "-Infinity" : "Infinity" }
  return x.description
}

/// The JSON text of a value with a line break at its end; nil for functions, distributions and other things that JSON has no form for.
///
/// NaN and infinities are written bare as CmdStan reads them. Tuples become arrays.
public func jsonText(_ value: Value) -> [UInt8]? {
  var text = ByteText()
  guard write(value, &text, indent: 0) else { return nil }
  text.append("\n")
  return text.bytes
}

private func write(_ value: Value, _ text: inout ByteText, indent: Int) -> Bool {
  switch value {
  case .null: text.append("null")
  case .bool(let b): text.append(b ? "true" : "false")
  case .int(let n): text.append(String(n))
  case .real(let x): text.append(jsonNumber(x))
  case .object(let object):
    // The reader refuses deeper nesting too.
    guard indent < 256 else { return false }
    switch object {
    case let string as StringObject: text.appendQuoted(string.string)
    case let array as ArrayObject:
      writeNested(array.shape[...], &text) { offset, text in
        _ = write(array.element(offset), &text, indent: 0)
      }
    case let list as ListObject: return write(list.elements, &text, indent: indent)
    case let tuple as TupleObject: return write(tuple.elements, &text, indent: indent)
    case let record as RecordObject:
      guard !record.keys.isEmpty else {
        text.append("{}")
        return true
      }
      let margin = String(repeating: "  ", count: indent + 1)
      text.append("{")
      for (index, key) in record.keys.enumerated() {
        text.append(index == 0 ? "\n" : ",\n")
        text.append(margin)
        text.appendQuoted(key)
        text.append(": ")
        guard write(record.values[index], &text, indent: indent + 1) else { return false }
      }
      text.append("\n\(margin.dropLast(2))}")
    default: return false
    }
  }
  return true
}

private func write(_ elements: [Value], _ text: inout ByteText, indent: Int) -> Bool {
  text.append("[")
  for (index, element) in elements.enumerated() {
    if index > 0 { text.append(", ") }
    guard write(element, &text, indent: indent + 1) else { return false }
  }
  text.append("]")
  return true
}

/// Nested brackets of a row-major array; `element` writes the one at an offset.
private func writeNested(
  _ shape: ArraySlice<Int>, _ text: inout ByteText, _ element: (Int, inout ByteText) -> Void
) {
  var offset = 0
  func level(_ shape: ArraySlice<Int>, _ text: inout ByteText) {
    guard let size = shape.first else {
      element(offset, &text)
      offset += 1
      return
    }
    text.append("[")
    for index in 0..<max(size, 0) {
      if index > 0 { text.append(", ") }
      level(shape.dropFirst(), &text)
    }
    text.append("]")
  }
  level(shape, &text)
}

/// Draws as one JSON object that says what it holds:
/// `format`, `chain_lengths`, `exact`, `log_evidence` and its `standard_error` where there are any, `log_weights` by chain, `notes`,
/// and `variables` and `statistics`, each with `shape`, `kind` and `draws`, which are nested by chain, draw and shape.
/// What a draw does not have is null.
public func jsonText(_ draws: Draws) -> [UInt8] {
  var text = ByteText()
  text.append("{\n  \"format\": \"borel-draws-1\",\n  \"chain_lengths\": \(draws.chainLengths),\n")
  text.append("  \"exact\": \(draws.isExact),\n")
  if let evidence = draws.logEvidence {
    text.append("  \"log_evidence\": \(jsonNumber(evidence.value)),\n")
    if let error = evidence.standardError { text.append("  \"log_evidence_standard_error\": \(jsonNumber(error)),\n") }
  }
  if !draws.notes.isEmpty {
    text.append("  \"notes\": ")
    _ = write(draws.notes.map { .string($0) }, &text, indent: 0)
    text.append(",\n")
  }
  if let logWeights = draws.logWeights {
    text.append("  \"log_weights\": ")
    write(draws, &text) { draw, text in text.append(jsonNumber(logWeights[draw])) }
    text.append(",\n")
  }
  write("statistics", draws.statistics, of: draws, &text)
  text.append(",\n")
  write("variables", draws.variables, of: draws, &text)
  text.append("\n}\n")
  return text.bytes
}

private func write(_ name: String, _ variables: [Draws.Variable], of draws: Draws, _ text: inout ByteText) {
  text.append("  \"\(name)\": {")
  for (index, variable) in variables.enumerated() {
    text.append(index == 0 ? "\n    " : ",\n    ")
    text.appendQuoted(variable.name)
    text.append(": {\"shape\": \(variable.shape), \"kind\": \"\(variable.kind)\", \"draws\": ")
    write(draws, &text) { draw, text in
      writeNested(variable.shape[...], &text) { offset, text in
        let value = draws.storage[(variable.firstColumn + offset) * draws.count + draw]
        if value.isNaN {
          text.append("null")
        } else if variable.kind == .text, let code = Int(exactly: value), variable.labels.indices.contains(code) {
          text.appendQuoted(variable.labels[code])
        } else {
          text.append(value, variable.kind)
        }
      }
    }
    text.append("}")
  }
  text.append(variables.isEmpty ? "}" : "\n  }")
}

/// An array of chains of draws.
private func write(_ draws: Draws, _ text: inout ByteText, _ element: (Int, inout ByteText) -> Void) {
  text.append("[")
  for chain in 0..<draws.chainCount {
    text.append(chain == 0 ? "[" : ", [")
    let range = draws.chainRange(chain)
    for draw in range {
      if draw > range.lowerBound { text.append(", ") }
      element(draw, &text)
    }
    text.append("]")
  }
  text.append("]")
}
