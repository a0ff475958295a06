// The line with which our Stan CSV files tell what plain columns cannot: kinds, shapes, dimensions and their labels.

import BorelDraws
import BorelSource
import BorelValues

/// `# layout: {"variables": {"theta": {"kind": "real", "shape": [8], "dims": ["school"]}}, "coords": {"school": ["Choate", ...]}}`
struct StanLayout: Equatable {
  var variables: [Draws.Variable]
  var dimensions: [String: [String]]
  var coordinates: [String: [String]]

  static let mark = "layout:"
  private static let kinds: [(Draws.Kind, String)] = [(.bool, "bool"), (.int, "int"), (.real, "real"), (.text, "text")]

  init(_ layout: DrawLayout) {
    variables = layout.variables
    dimensions = layout.dimensions
    coordinates = layout.coordinates
  }

  /// The JSON on one line. Equals signs are escaped, since other readers take them for settings.
  var line: String {
    var text = ByteText()
    text.append("{\"variables\": {")
    for (index, variable) in variables.enumerated() {
      if index > 0 { text.append(", ") }
      text.appendQuoted(variable.name)
      text.append(": {\"kind\": \"\(Self.kinds.first { $0.0 == variable.kind }?.1 ?? "real")\"")
      if !variable.shape.isEmpty { text.append(", \"shape\": \(variable.shape)") }
      if !variable.labels.isEmpty { text.appendList("labels", variable.labels) }
      if let names = dimensions[variable.name] { text.appendList("dims", names) }
      text.append("}")
    }
    text.append("}")
    if !coordinates.isEmpty {
      text.append(", \"coords\": {")
      for (index, name) in coordinates.keys.sorted().enumerated() {
        if index > 0 { text.append(", ") }
        text.appendQuoted(name)
        text.append(": ")
        text.appendStrings(coordinates[name] ?? [])
      }
      text.append("}")
    }
    text.append("}")
    let json = String(decoding: text.bytes, as: UTF8.self)
    return json.split(separator: "=", omittingEmptySubsequences: false).joined(separator: "\\u003d")
  }

  /// nil where the line is not one that `line` gives.
  init?(line: String) {
    let file = SourceFile(name: "layout", text: line)
    guard let root = try? parseJSON(file, id: FileID(index: 0)).record, let list = root["variables"]?.asRecord else {
      return nil
    }
    variables = []
    dimensions = [:]
    coordinates = [:]
    for (name, value) in zip(list.keys, list.values) {
      guard let entry = value.asRecord, let word = entry["kind"]?.asString,
        let kind = Self.kinds.first(where: { $0.1 == word })?.0
      else { return nil }
      var shape: [Int] = []
      if let sizes = entry["shape"]?.asArray {
        shape = (0..<sizes.count).compactMap { sizes.element($0).asInt }
        guard shape.count == sizes.count, ArrayObject.elementCount(of: shape) != nil else { return nil }
      }
      variables.append(
        .init(name: name, shape: shape, kind: kind, firstColumn: 0, labels: strings(entry["labels"]) ?? []))
      if let names = strings(entry["dims"]) { dimensions[name] = names }
    }
    guard let coords = root["coords"]?.asRecord else { return }
    for (name, value) in zip(coords.keys, coords.values) { coordinates[name] = strings(value) ?? [] }
  }

  /// The variables with columns numbered from `first`, and the file's columns that they stand in; nil where the header does not have
  /// exactly these.
  func placed(from first: Int, header: [(column: Int, name: String)]) -> (variables: [Draws.Variable], columns: [Int])?
  {
    var placed: [Draws.Variable] = []
    var columns: [Int] = []
    var next = 0
    for var variable in variables {
      variable.firstColumn = first + next
      let offsets = columnMajorOffsets(variable.shape)
      guard next + offsets.count <= header.count else { return nil }
      var own = Array(repeating: 0, count: offsets.count)
      for (position, offset) in offsets.enumerated() {
        let column = header[next + position]
        guard column.name == stanColumnName(variable, offset) else { return nil }
        own[offset] = column.column
      }
      placed.append(variable)
      columns += own
      next += offsets.count
    }
    return next == header.count ? (placed, columns) : nil
  }
}

/// The texts of a JSON array, nil where it is none.
func strings(_ value: Value?) -> [String]? {
  switch value {
  case .object(let list as ListObject):
    let texts = list.elements.compactMap(\.asString)
    return texts.count == list.elements.count ? texts : nil
  case .object(let array as ArrayObject): return array.count == 0 ? [] : nil
  default: return nil
  }
}

extension ByteText {
  /// `, "key": ["a", "b"]`
  mutating func appendList(_ key: String, _ texts: [String]) {
    append(", ")
    appendQuoted(key)
    append(": ")
    appendStrings(texts)
  }

  mutating func appendStrings(_ texts: [String]) {
    append("[")
    for (index, text) in texts.enumerated() {
      if index > 0 { append(", ") }
      appendQuoted(text)
    }
    append("]")
  }
}
