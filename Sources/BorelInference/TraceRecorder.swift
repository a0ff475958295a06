// Turns traces into draws: one variable per name, one column per element, the return value as `value`.

import BorelDraws
import BorelSemantics
import BorelValues

/// Records traces one after the other as the draws of one chain.
///
/// A free choice `x` or `x[i]` is recorded under its address, arrays element by element. The return value is recorded as `value`,
/// fields of a record as `value.name`, parts of a tuple as `value.0`; it is left out where it is null or nothing that a
/// column can hold, or where a choice is called `value`. Choices that a trace does not have are missing (NaN) in its draw.
public struct TraceRecorder: Sendable {
  public private(set) var draws = DrawsRecorder()
  /// Names with their scopes, by address without indices.
  private var names: [Address: String] = [:]
  private let recordsValue: Bool

  public init(recordsValue: Bool = true) { self.recordsValue = recordsValue }

  /// Starts a draw and records the free choices and the value of a trace in it.
  public mutating func record(_ trace: Trace, logWeight: Double? = nil) {
    record(trace.choices, value: trace.value, logWeight: logWeight)
  }

  /// Starts a draw and records its free choices and value.
  public mutating func record(_ choices: some Sequence<Choice>, value: Value, logWeight: Double? = nil) {
    draws.beginDraw(logWeight: logWeight)
    var isValueTaken = false
    for choice in choices where !choice.isObserved {
      let name = name(of: choice.address)
      if name == "value" { isValueTaken = true }
      record(choice.value, as: name, at: choice.address.indices == .none ? [] : choice.address.indices.array)
    }
    if recordsValue, !isValueTaken { record(value, as: "value", at: []) }
  }

  /// Records what the algorithm says of the current draw.
  public mutating func recordStatistic(_ name: String, _ value: Double, kind: Draws.Kind = .real) {
    draws.setStatistic(name, value, kind: kind)
  }

  private mutating func name(of address: Address) -> String {
    guard let scope = address.scope else { return address.name.text }
    let key = address.indices == .none ? address : Address(address.name, in: scope)
    if let name = names[key] { return name }
    let name = key.description
    names[key] = name
    return name
  }

  /// Parts of a value inside one another that get columns.
  private static let maximumDepth = 16

  private mutating func record(_ value: Value, as name: String, at indices: [Int], depth: Int = 0) {
    guard depth < Self.maximumDepth else { return }
    switch value {
    case .null: break
    case .bool(let x): draws.set(name, at: indices, x ? 1 : 0, kind: .bool)
    case .int(let x): draws.set(name, at: indices, Double(x), kind: .int)
    case .real(let x): draws.set(name, at: indices, x, kind: .real)
    case .object(let object): record(object, as: name, at: indices, depth: depth + 1)
    }
  }

  private mutating func record(_ object: HeapObject, as name: String, at indices: [Int], depth: Int) {
    switch object {
    case let string as StringObject: draws.set(name, at: indices, text: string.string)
    case let array as ArrayObject:
      draws.set(
        name, at: indices, shape: array.shape, elements: array.realElements, kind: Draws.Kind(array.kind))
    case let list as ListObject:
      for (index, element) in list.elements.enumerated() {
        record(element, as: name, at: indices + [index], depth: depth)
      }
    case let tuple as TupleObject:
      for (index, part) in tuple.elements.enumerated() {
        record(part, as: "\(name).\(index)", at: indices, depth: depth)
      }
    case let record as RecordObject:
      for (key, part) in zip(record.keys, record.values) {
        self.record(part, as: "\(name).\(key)", at: indices, depth: depth)
      }
    default: break
    }
  }
}

extension Draws.Kind {
  public init(_ kind: ElementKind) {
    switch kind {
    case .bool: self = .bool
    case .int: self = .int
    case .real: self = .real
    }
  }
}
