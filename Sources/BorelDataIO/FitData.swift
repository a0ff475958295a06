// Checks data against what a model declares, names both shapes where they differ, and takes what can be taken with a note.

import BorelSource
import BorelValues

/// What a parameter of a model says about its argument: `y: Int[n]` is an array of Int with one size called n.
public struct DataExpectation: Sendable {
  public enum Size: Sendable, Equatable {
    case any
    case exactly(Int)
    /// Equal wherever the name stands; also equal to the Int that the data give under this name.
    case named(String)
  }

  public var name: String
  /// nil for any kind of value; the sizes do not matter then.
  public var kind: ElementKind?
  /// Empty for a scalar.
  public var sizes: [Size]
  /// Where the model declares it, for messages.
  public var span: Span?

  public init(name: String, kind: ElementKind?, sizes: [Size] = [], span: Span? = nil) {
    self.name = name
    self.kind = kind
    self.sizes = sizes
    self.span = span
  }

  /// `Real[n, 3]`
  public var typeText: String {
    guard let kind else { return "any value" }
    guard !sizes.isEmpty else { return kind.name }
    return "\(kind.name)[\(sizes.map(\.text).joined(separator: ", "))]"
  }
}

extension DataExpectation.Size {
  var text: String {
    switch self {
    case .any: ":"
    case .exactly(let size): String(size)
    case .named(let name): name
    }
  }
}

/// Takes from the data the values of the expected names, in their order.
///
/// Int widens to Real; a scalar stands for an array of one element, with a warning; an array without elements has any
/// kind and any shape that has no elements. NaN is taken, with a warning.
public func fitData(
  _ data: LoadedData, to expectations: [DataExpectation]
) throws(DataFailure) -> (values: [Value], warnings: [Diagnostic]) {
  var fitting = Fitting(data: data)
  var values: [Value] = []
  for expectation in expectations {
    values.append(try fitting.value(of: expectation))
    fitting.warnOfNaN(in: values[values.count - 1], expectation.name)
  }
  return (values, fitting.warnings)
}

private struct Fitting {
  let data: LoadedData
  var warnings: [Diagnostic] = []
  /// The size that a name has, and the key that gave it.
  var sizes: [String: (size: Int, key: String)] = [:]

  init(data: LoadedData) {
    self.data = data
    guard let record = data.record else { return }
    for (key, value) in zip(record.keys, record.values) {
      if let size = value.asInt { sizes[key] = (size, key) }
    }
  }

  mutating func value(of expected: DataExpectation) throws(DataFailure) -> Value {
    guard let found = data.record?[expected.name] else { throw missing(expected) }
    guard let kind = expected.kind else { return found }
    if expected.sizes.isEmpty { return try scalar(found, kind, expected) }
    return try array(found, kind, expected)
  }

  /// Whatever is computed from NaN is NaN: a statistician should hear of it before a sampler finds no start.
  mutating func warnOfNaN(in value: Value, _ name: String) {
    var place = ""
    var count = 1
    if let array = value.asArray, array.kind == .real {
      let elements = array.realElements
      guard let first = elements.firstIndex(where: \.isNaN) else { return }
      var rest = first
      var indices: [Int] = []
      for size in array.shape.reversed() {
        indices.append(rest % max(size, 1))
        rest /= max(size, 1)
      }
      place = "[\(indices.reversed().map(String.init).joined(separator: ", "))]"
      count = elements.count { $0.isNaN }
    } else {
      guard case .real(let number) = value, number.isNaN else { return }
    }
    warnings.append(
      Diagnostic(
        .warning, code: "nan-argument",
        "`\(name)\(place)` is NaN in the data" + (count > 1 ? ", as are \(count - 1) more of its elements" : ""),
        at: data.keySpans[name],
        hint: "what is computed from it is NaN as well, unless the model asks `is_nan`; leave incomplete cases out, or "
          + "make `\(name)` a random variable, in which null stands for what is missing"))
  }

  private func scalar(_ found: Value, _ kind: ElementKind, _ expected: DataExpectation) throws(DataFailure) -> Value {
    switch (found, kind) {
    case (.real, .real), (.int, .int), (.bool, .bool): return found
    case (.int(let n), .real): return .real(Double(n))
    default: throw mismatch(expected, found)
    }
  }

  private mutating func array(
    _ found: Value, _ kind: ElementKind, _ expected: DataExpectation
  ) throws(DataFailure) -> Value {
    var value = found
    switch found {
    case .int(let n): value = kind == .real ? .array([Double(n)]) : .array([n])
    case .real(let x): value = .array([x])
    case .bool(let b): value = .array([b])
    default: break
    }
    guard let array = value.asArray else { throw mismatch(expected, found) }
    if value.tag != found.tag {
      guard expected.sizes.count == 1 else { throw mismatch(expected, found) }
      warnings.append(
        Diagnostic(
          .warning, code: "scalar-for-array",
          "`\(expected.name)` is a single value; it is taken as an array with one element",
          at: data.keySpans[expected.name], hint: "write \"\(expected.name)\": [...]"))
    }
    if array.count == 0, array.shape.count <= expected.sizes.count { return try empty(kind, array, expected) }
    guard array.kind == kind || (array.kind == .int && kind == .real), array.shape.count == expected.sizes.count else {
      throw mismatch(expected, found)
    }
    for (dimension, size) in array.shape.enumerated() {
      try check(size, expected.sizes[dimension], dimension, expected, found)
    }
    return array.kind == kind ? value : .object(array.widened())
  }

  /// `[]` for Real[0, 3]: the sizes that the file cannot show come from the expectation.
  private mutating func empty(
    _ kind: ElementKind, _ array: ArrayObject, _ expected: DataExpectation
  ) throws(DataFailure) -> Value {
    var shape: [Int] = []
    for (dimension, size) in expected.sizes.enumerated() {
      if dimension < array.shape.count {
        try check(array.shape[dimension], size, dimension, expected, .object(array))
        shape.append(array.shape[dimension])
      } else {
        switch size {
        case .any: shape.append(0)
        case .exactly(let size): shape.append(max(size, 0))
        case .named(let name): shape.append(max(sizes[name]?.size ?? 0, 0))
        }
      }
    }
    guard ArrayObject.elementCount(of: shape) == 0 else { throw mismatch(expected, .object(array)) }
    return .object(ArrayObject(uninitialized: kind, shape: shape))
  }

  private mutating func check(
    _ size: Int, _ expected: DataExpectation.Size, _ dimension: Int, _ expectation: DataExpectation, _ found: Value
  ) throws(DataFailure) {
    switch expected {
    case .any: return
    case .exactly(let wanted):
      guard size == wanted else { throw mismatch(expectation, found) }
    case .named(let name):
      guard let known = sizes[name] else {
        sizes[name] = (size, expectation.name)
        return
      }
      guard size == known.size else {
        throw mismatch(
          expectation, found,
          note: known.key == name
            ? "\(name) is \(known.size) in the data" : "\(name) is \(known.size) because of `\(known.key)`",
          other: known.key)
      }
    }
  }

  private func missing(_ expected: DataExpectation) -> DataFailure {
    let keys = data.record?.keys ?? []
    let near = keys.filter { $0.lowercased() == expected.name.lowercased() }
    return DataFailure(
      .mismatch, code: "missing-key",
      "the data have no `\(expected.name)`" + (expected.kind == nil ? "" : ", expected \(article(expected))"),
      at: expected.span, notes: keys.isEmpty ? [] : ["the data have \(listed(keys))"],
      hint: near.first.map { "names tell upper from lower case: the data have `\($0)`" })
  }

  private func mismatch(
    _ expected: DataExpectation, _ found: Value, note: String? = nil, other: String? = nil
  ) -> DataFailure {
    var hint: String?
    if let array = found.asArray, expected.kind == .int, array.kind == .real {
      let isWhole = array.realElements.allSatisfy { $0 == $0.rounded() && $0.isFinite }
      hint = isWhole ? "1.0 is a Real: write whole numbers without a point" : nil
    } else if case .real(let x) = found, expected.kind == .int, x == x.rounded() {
      hint = "1.0 is a Real: write whole numbers without a point"
    } else if found.tag == .list {
      hint = "the rows have different lengths, or elements are missing or no numbers"
    } else if found.asArray?.kind == .int, expected.kind == .bool {
      hint = "write true and false"
    }
    var secondary: [Diagnostic.Label] = []
    if let other, let span = data.keySpans[other] { secondary.append(.init(span, "the other size")) }
    return DataFailure(
      .mismatch, code: "data-mismatch",
      "`\(expected.name)` is \(describe(found)) in the data, expected \(article(expected))",
      at: data.keySpans[expected.name], secondary: secondary, notes: note.map { [$0] } ?? [], hint: hint)
  }

  private func article(_ expected: DataExpectation) -> String {
    (expected.kind == .int ? "an " : expected.kind == nil ? "" : "a ") + expected.typeText
  }

  private func listed(_ keys: [String]) -> String {
    keys.prefix(12).map { "`\($0)`" }.joined(separator: ", ") + (keys.count > 12 ? ", ..." : "")
  }
}
