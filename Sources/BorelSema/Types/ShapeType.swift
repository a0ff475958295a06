// What is known of a value before the program runs: its kind, and where possible its shape or its very value.

import BorelIR
import BorelSource

/// The kind of an array's elements.
enum ElementKind: Sendable, Equatable {
  case bool, int, real
  /// Int or Real.
  case number
  case unknown
}

/// What the checker knows of a value. `unknown` is always right; everything else must be certain.
public indirect enum ShapeType: Sendable, Equatable {
  case unknown
  case null
  case bool(Bool?)
  case int(Int?)
  case real(Double?)
  /// An Int or a Real.
  case number
  case string(String?)
  /// An array of numbers or Bools; nil for an unknown rank, nil for an unknown size.
  case array(elements: ElementTypeBox, shape: [Int?]?)
  /// A list of that many elements, where known.
  case list(Int?)
  case tuple([ShapeType])
  case record([String: ShapeType])
  case range
  /// A function that takes between so many arguments; nil for no upper bound.
  case function(least: Int, most: Int?)
  case distribution(DistributionID?, event: ShapeType)
  /// A model, applied to its arguments or not.
  case model(ModelID?, isApplied: Bool)
  case host(String)
}

/// Keeps the element kind out of the public interface.
public struct ElementTypeBox: Sendable, Equatable {
  var kind: ElementKind
  init(_ kind: ElementKind) { self.kind = kind }
}

extension ShapeType {
  static func numbers(_ kind: ElementKind, _ shape: [Int?]?) -> ShapeType {
    .array(elements: ElementTypeBox(kind), shape: shape)
  }

  /// What is certain when the value is one of two.
  func joined(_ other: ShapeType) -> ShapeType {
    if self == other { return self }
    switch (self, other) {
    case (.bool, .bool): return .bool(nil)
    case (.int, .int): return .int(nil)
    case (.real, .real): return .real(nil)
    case (.int, .real), (.real, .int), (.number, .int), (.number, .real), (.int, .number), (.real, .number):
      return .number
    case (.string, .string): return .string(nil)
    case (.array(let a, let first), .array(let b, let second)):
      return .numbers(a.kind.joined(b.kind), ShapeType.joined(first, second))
    case (.list, .list): return .list(nil)
    case (.tuple(let a), .tuple(let b)) where a.count == b.count:
      return .tuple(zip(a, b).map { $0.joined($1) })
    case (.record(let a), .record(let b)) where a.count == b.count && a.keys.allSatisfy { b[$0] != nil }:
      return .record(a.merging(b) { $0.joined($1) })
    case (.function(let least, let most), .function(let otherLeast, let otherMost)):
      let upper: Int? = if let most, let otherMost { max(most, otherMost) } else { nil }
      return .function(least: min(least, otherLeast), most: upper)
    case (.distribution(_, let a), .distribution(_, let b)): return .distribution(nil, event: a.joined(b))
    case (.model(_, let a), .model(_, let b)) where a == b: return .model(nil, isApplied: a)
    default: return .unknown
    }
  }

  private static func joined(_ a: [Int?]?, _ b: [Int?]?) -> [Int?]? {
    guard let a, let b, a.count == b.count else { return nil }
    return zip(a, b).map { $0 == $1 ? $0 : nil }
  }

  /// The same without the value.
  var widened: ShapeType {
    switch self {
    case .bool: .bool(nil)
    case .int: .int(nil)
    case .real: .real(nil)
    case .string: .string(nil)
    default: self
    }
  }

  // MARK: Questions

  var isUnknown: Bool { self == .unknown }

  /// Int, Real, or one of the two.
  var isNumber: Bool {
    switch self {
    case .int, .real, .number: true
    default: false
    }
  }

  /// Certainly neither a number, a Bool, nor an array of them.
  var isNeverNumeric: Bool {
    switch self {
    case .null, .string, .tuple, .record, .function, .distribution, .model, .range: true
    default: false
    }
  }

  var isNeverBool: Bool {
    switch self {
    case .bool, .unknown: false
    default: true
    }
  }

  var rank: Int? {
    switch self {
    case .bool, .int, .real, .number: 0
    case .array(_, let shape): shape?.count
    default: nil
    }
  }

  var shape: [Int?]? {
    switch self {
    case .array(_, let shape): shape
    default: nil
    }
  }

  var elementKind: ElementKind {
    switch self {
    case .bool: .bool
    case .int: .int
    case .real: .real
    case .number: .number
    case .array(let elements, _): elements.kind
    default: .unknown
    }
  }

  /// The number where it is known.
  var constant: Double? {
    switch self {
    case .int(let value): value.map(Double.init)
    case .real(let value): value
    default: nil
    }
  }

  static func scalar(_ kind: ElementKind) -> ShapeType {
    switch kind {
    case .bool: .bool(nil)
    case .int: .int(nil)
    case .real: .real(nil)
    case .number: .number
    case .unknown: .unknown
    }
  }

  // MARK: Text

  /// "a String", "a 2 x 3 matrix"
  var text: String {
    switch self {
    case .unknown: return "a value"
    case .null: return "null"
    case .bool: return "a Bool"
    case .int(let value): return value.map { "\($0)" } ?? "an Int"
    case .real(let value): return value.map { "\($0)" } ?? "a Real"
    case .number: return "a number"
    case .string(let value):
      if let value, value.utf8.count <= 20 { return "the string \"\(value)\"" }
      return "a string"
    case .array(_, let shape): return ShapeType.text(of: shape)
    case .list: return "a list"
    case .tuple(let elements): return "a tuple of \(elements.count)"
    case .record: return "a record"
    case .range: return "a range"
    case .function: return "a function"
    case .distribution: return "a distribution"
    case .model(_, isApplied: false): return "a model without its arguments"
    case .model: return "a model"
    case .host(let name): return "aeiou".contains(name.prefix(1)) ? "an \(name)" : "a \(name)"
    }
  }

  /// "a vector of length 3", "a 2 x ? matrix"
  static func text(of shape: [Int?]?) -> String {
    guard let shape else { return "an array" }
    let sizes = shape.map { $0.map(String.init) ?? "?" }
    switch shape.count {
    case 1: return shape[0].map { "a vector of length \($0)" } ?? "a vector"
    case 2: return shape.allSatisfy { $0 == nil } ? "a matrix" : "a \(sizes[0]) x \(sizes[1]) matrix"
    default: return "an array of shape \(sizes.joined(separator: " x "))"
    }
  }
}

extension ElementKind {
  func joined(_ other: ElementKind) -> ElementKind {
    if self == other { return self }
    switch (self, other) {
    case (.int, .real), (.real, .int), (.number, .int), (.number, .real), (.int, .number), (.real, .number):
      return .number
    default: return .unknown
    }
  }

  /// The kind of a literal's elements: an Int with a Real widens to Real.
  func combined(_ other: ElementKind) -> ElementKind? {
    if self == other { return self }
    switch (self, other) {
    case (.int, .real), (.real, .int): return .real
    case (.number, .int), (.int, .number): return .number
    case (.number, .real), (.real, .number): return .real
    default: return nil
    }
  }
}
