// The text of values for `print`, `str` and the prompt: shortest numbers that read back, long arrays elided.

import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Texts of values.
public enum ValueText {
  /// Elements of one dimension that are shown before the rest is elided.
  private static let shownElements = 1000
  /// Parts inside one another that are shown.
  private static let maximumDepth = 40
  /// Parts in all, for values whose parts occur in many places.
  private static let maximumParts = 250_000

  /// What `print` and `str` write: strings as they are, everything else as it would be written in a program.
  /// Real numbers keep a point (`2.0`), so that they can be told from Ints; arrays of rank 2 have one row a line.
  public static func full(_ value: Value) -> String {
    if let string = value.asString { return string }
    return literal(value)
  }

  /// The same, with quotes around strings: what the prompt answers with.
  public static func literal(_ value: Value) -> String {
    var left = maximumParts
    return text(value, depth: 0, &left)
  }

  public static func number(_ x: Double) -> String {
    x.isNaN ? "NaN" : x.isInfinite ? (x < 0 ? "-inf" : "inf") : x.description
  }

  /// With a number of digits after the point.
  static func fixed(_ x: Double, digits: Int) -> String {
    guard x.isFinite else { return number(x) }
    var buffer = [CChar](repeating: 0, count: 700)
    let length = withVaList([digits, x]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
    return String(decoding: buffer.prefix(Int(max(length, 0))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func text(_ value: Value, depth: Int, _ left: inout Int) -> String {
    switch value {
    case .null: return "null"
    case .bool(let b): return b ? "true" : "false"
    case .int(let n): return String(n)
    case .real(let x): return number(x)
    case .object(let object):
      left -= 1
      guard depth < maximumDepth, left > 0 else { return "..." }
      return text(object, depth: depth, &left)
    }
  }

  private static func text(_ object: HeapObject, depth: Int, _ left: inout Int) -> String {
    switch object {
    case let string as StringObject: return quoted(string.string)
    case let array as ArrayObject:
      return text(of: array) { offset in
        switch array.element(offset) {
        case .real(let x): number(x)
        case .int(let n): String(n)
        case .bool(let b): b ? "true" : "false"
        default: ""
        }
      }
    case let list as ListObject: return "[" + joined(list.elements, depth, &left) + "]"
    case let tuple as TupleObject: return "(" + joined(tuple.elements, depth, &left) + ")"
    case let record as RecordObject:
      let fields = zip(record.keys, record.values).map { key, value in
        "\(isName(key) ? key : quoted(key)): \(text(value, depth: depth + 1, &left))"
      }
      return "{" + fields.joined(separator: ", ") + "}"
    case let host as HostObject: return host.payload.text
    default: return Value.object(object).shortText
    }
  }

  private static func joined(_ elements: [Value], _ depth: Int, _ left: inout Int) -> String {
    let shown = elements.prefix(shownElements).map { text($0, depth: depth + 1, &left) }
    return (elements.count > shownElements ? shown + ["... (\(elements.count))"] : shown).joined(separator: ", ")
  }

  /// Nested brackets; rows of a matrix stand below one another.
  static func text(of array: ArrayObject, _ element: (Int) -> String) -> String {
    func part(_ dimension: Int, _ start: Int, _ size: Int) -> String {
      let count = array.shape[dimension]
      let step = count == 0 ? 0 : size / count
      let shown = min(count, shownElements)
      var parts = (0..<shown).map { index in
        dimension == array.rank - 1 ? element(start + index) : part(dimension + 1, start + index * step, step)
      }
      if shown < count { parts.append("... (\(count))") }
      let isRow = dimension == array.rank - 1
      return "[" + parts.joined(separator: isRow ? ", " : ",\n" + String(repeating: " ", count: dimension + 1)) + "]"
    }
    return part(0, 0, array.count)
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first == "_" || first.properties.isAlphabetic else { return false }
    return text.unicodeScalars.allSatisfy {
      $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
