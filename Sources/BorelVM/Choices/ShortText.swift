// Short texts of values for messages and for the scopes of memoised calls: numbers in full, long arrays cut.

import BorelValues

extension Value {
  /// The value as a message shows it: `-0.3`, `2`, `[1, 2, 3, ... (8)]`, `{a: 1}`.
  public var shortText: String { shortText(limit: 6) }

  /// Parts inside one another that a message shows.
  private static let shownDepth = 5

  /// With at most `limit` elements of each array or list; where that is no limit, what is inside is not cut either.
  func shortText(limit: Int, depth: Int = 0) -> String {
    switch self {
    case .null: return "null"
    case .bool(let b): return b ? "true" : "false"
    case .int(let n): return String(n)
    case .real(let x): return Self.shortText(of: x)
    case .object(let object):
      guard depth < Self.shownDepth || limit == .max || !object.tag.mayNest else { return "..." }
      switch object {
      case let string as StringObject: return "\"\(string.string)\""
      case let array as ArrayObject: return Self.text(of: array, limit: limit)
      case is TracedReal, is TracedArray: return withoutNodes.shortText(limit: limit, depth: depth)
      case let list as ListObject:
        return "["
          + Self.joined(list.elements.count, limit) { list.elements[$0].shortText(limit: limit, depth: depth + 1) }
          + "]"
      case let tuple as TupleObject:
        return "("
          + Self.joined(tuple.elements.count, limit) { tuple.elements[$0].shortText(limit: limit, depth: depth + 1) }
          + ")"
      case let record as RecordObject:
        return "{"
          + Self.joined(record.keys.count, limit) {
            "\(record.keys[$0]): \(record.values[$0].shortText(limit: limit, depth: depth + 1))"
          } + "}"
      case let distribution as DistributionObject: return distribution.text(depth: depth)
      case let model as ModelObject: return model.text(depth: depth)
      case let host as HostObject: return "<\(host.payload.typeName)>"
      default: return "<function>"
      }
    }
  }

  /// The shortest text that gives the number back, whole numbers without a point.
  static func shortText(of x: Double) -> String {
    if x.isNaN { return "NaN" }
    if x.isInfinite { return x < 0 ? "-inf" : "inf" }
    let text = x.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func text(of array: ArrayObject, limit: Int) -> String {
    if array.rank == 1 {
      return "[" + joined(array.count, limit) { array.element($0).shortText } + "]"
    }
    return "[" + joined(array.shape[0], limit) { array.row($0).shortText(limit: limit) } + "]"
  }

  private static func joined(_ count: Int, _ limit: Int, _ text: (Int) -> String) -> String {
    let shown = (0..<min(count, limit)).map(text)
    return (count > limit ? shown + ["... (\(count))"] : shown).joined(separator: ", ")
  }
}

extension ArrayObject {
  /// The part below one index of the first dimension: an element for rank 1, an array of rank - 1 otherwise.
  func row(_ index: Int) -> Value {
    guard rank > 1 else { return element(index) }
    let row = ArrayObject(uninitialized: kind, shape: Array(shape.dropFirst()))
    row.storage.update(from: storage + index * stride, count: stride)
    return .object(row)
  }

  /// `[2, 3]`
  var shapeText: String { ArrayObject.text(ofShape: shape) }

  static func text(ofShape shape: [Int]) -> String {
    switch shape.count {
    case 0: "a single value"
    case 1: shape[0] == 1 ? "1 element" : "\(shape[0]) elements"
    default: shape.map(String.init).joined(separator: " x ")
    }
  }
}
