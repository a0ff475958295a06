// What Zarr version 2 tells about one array: sizes, chunks, the type of its elements, the names of its dimensions.

import BorelDraws
import BorelValues

/// The metadata of an array, in `.zarray` and `.zattrs`.
struct ZarrArrayInfo: Equatable {
  enum Element: Equatable {
    /// `<f8`; what is missing is NaN.
    case real
    /// `<i8`
    case int
    /// `|b1`
    case bool
    /// `<U5`: texts of a fixed number of scalars, four bytes each.
    case text(Int)

    init(_ kind: Draws.Kind) {
      switch kind {
      case .real: self = .real
      case .bool: self = .bool
      // Codes, whose texts stand in an attribute.
      case .int, .text: self = .int
      }
    }

    var type: String {
      switch self {
      case .real: "<f8"
      case .int: "<i8"
      case .bool: "|b1"
      case .text(let length): "<U\(length)"
      }
    }

    var size: Int {
      switch self {
      case .real, .int: 8
      case .bool: 1
      case .text(let length): 4 * length
      }
    }
  }

  /// The folder below the store.
  var path: String
  var shape: [Int]
  var chunks: [Int]
  var element: Element
  var dimensions: [String]
  var attributes: [(String, Value)] = []

  static func == (a: Self, b: Self) -> Bool { a.path == b.path && a.metadata == b.metadata }

  /// The text of `.zarray`. Readers would turn integers and truth values with a fill value into reals.
  var metadata: String {
    let fill = element == .real ? "\"NaN\"" : "null"
    return """
      {"chunks": \(chunks), "compressor": null, "dtype": "\(element.type)", "fill_value": \(fill), "filters": null, \
      "order": "C", "shape": \(shape), "zarr_format": 2}
      """
  }

  /// The text of `.zattrs`.
  var attributeText: String {
    let names = Value.list(dimensions.map { .string($0) })
    return compactJSON(.record(attributes + [("_ARRAY_DIMENSIONS", names)]))
  }

  var chunkBytes: Int { chunks.reduce(1, &*) * element.size }
}

/// A value on one line.
func compactJSON(_ value: Value) -> String {
  // Records of texts and numbers always have a JSON form, broken into lines by their keys only.
  let lines = String(decoding: jsonText(value) ?? [], as: UTF8.self).split(separator: "\n")
  return lines.map { $0.drop { $0 == " " } }.joined(separator: " ")
}

/// Data of a model, or another array that is the same for all draws.
public struct NamedArray: Sendable, Equatable {
  public var name: String
  public var shape: [Int]
  public var kind: Draws.Kind
  /// Row-major.
  public var elements: [Double]
  /// As many as `shape` has sizes, or none.
  public var dimensions: [String]

  public init(name: String, shape: [Int], kind: Draws.Kind, elements: [Double], dimensions: [String] = []) {
    self.name = name
    self.shape = shape
    self.kind = kind
    self.elements = elements
    self.dimensions = dimensions
  }
}
