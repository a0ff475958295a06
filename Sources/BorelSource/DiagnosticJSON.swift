// A diagnostic as one line of JSON, for editors and other tools.

/// One JSON object, without a line break.
///
/// Keys: `code`, `severity`, `message`, `file`, `line`, `column`, `end_line`, `end_column` (from 1, the end
/// exclusive, columns in Unicode scalars; `null` without a place), `label`, `related`, `notes`, `hint`.
public func renderJSON(_ diagnostic: Diagnostic, in sources: SourceMap) -> String {
  var fields: [String] = []
  fields.append("\"code\":" + jsonString(diagnostic.code))
  fields.append("\"severity\":" + jsonString(diagnostic.severity.rawValue))
  fields.append("\"message\":" + jsonString(diagnostic.message))
  fields += placeFields(diagnostic.primary?.span, sources)
  fields.append("\"label\":" + jsonString(diagnostic.primary?.text ?? ""))
  let related = diagnostic.secondary.map { label in
    "{" + (placeFields(label.span, sources) + ["\"label\":" + jsonString(label.text)]).joined(separator: ",") + "}"
  }
  fields.append("\"related\":[" + related.joined(separator: ",") + "]")
  fields.append(
    "\"notes\":[" + (diagnostic.notes + diagnostic.callNotes(in: sources)).map(jsonString).joined(separator: ",") + "]")
  fields.append("\"hint\":" + (diagnostic.hint.map(jsonString) ?? "null"))
  return "{" + fields.joined(separator: ",") + "}"
}

private func placeFields(_ span: Span?, _ sources: SourceMap) -> [String] {
  guard let span, Int(span.file.index) < sources.files.count else {
    return ["file", "line", "column", "end_line", "end_column"].map { "\"\($0)\":null" }
  }
  let start = sources.location(of: span)
  let end = sources.location(of: Span(file: span.file, start: Int(span.end), end: Int(span.end)))
  return [
    "\"file\":" + jsonString(start.file), "\"line\":\(start.line)", "\"column\":\(start.column)",
    "\"end_line\":\(end.line)", "\"end_column\":\(end.column)",
  ]
}

/// A JSON string literal, quotes included.
public func jsonString(_ text: String) -> String {
  var out = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": out += "\\\""
    case "\\": out += "\\\\"
    case "\n": out += "\\n"
    case "\r": out += "\\r"
    case "\t": out += "\\t"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      let hex = String(scalar.value, radix: 16)
      out += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out + "\""
}
