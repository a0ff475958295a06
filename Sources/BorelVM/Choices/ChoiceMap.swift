// A tree of given choices, by name and index: what a model is conditioned on, or what an intervention sets.

import BorelSemantics
import BorelValues

/// Values for choices by address: an immutable tree, shared between forks.
///
/// One entry per name. An entry holds the value of the whole variable, values of single elements, or the choices of a
/// submodel below that name. Entries of the whole tree are numbered so that executions can count what they met.
public final class ChoiceMap: Sendable {
  public static let empty = ChoiceMap(entries: [], slots: 0..<0)

  /// What is given for one name.
  final class Entry: Sendable {
    let name: String
    /// The number of the entry in its tree.
    let slot: Int
    /// The value of the whole variable: a scalar, an array, or a list without holes.
    let whole: Value?
    /// Values of single elements in the order in which they were given.
    let elements: [(indices: AddressIndices, value: Value)]
    private let positions: [AddressIndices: Int]
    /// What is given below `name/`.
    let submap: ChoiceMap?
    /// What is given below `name[i]/`.
    let elementSubmaps: [(indices: AddressIndices, map: ChoiceMap)]
    private let submapPositions: [AddressIndices: Int]
    /// The record as it was given, for a variable whose value is a record.
    let record: Value?

    init(
      name: String, slot: Int, whole: Value?, elements: [(indices: AddressIndices, value: Value)],
      submap: ChoiceMap?, elementSubmaps: [(indices: AddressIndices, map: ChoiceMap)], record: Value?
    ) {
      self.name = name
      self.slot = slot
      self.whole = whole
      self.elements = elements
      self.submap = submap
      self.elementSubmaps = elementSubmaps
      self.record = record
      positions = Dictionary(
        elements.enumerated().map { ($1.indices, $0) }, uniquingKeysWith: { first, _ in first })
      submapPositions = Dictionary(
        elementSubmaps.enumerated().map { ($1.indices, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func element(_ indices: AddressIndices) -> Value? {
      guard !elements.isEmpty, let position = positions[indices] else { return nil }
      return elements[position].value
    }

    func submap(_ indices: AddressIndices) -> ChoiceMap? {
      if indices == .none { return submap }
      guard !elementSubmaps.isEmpty, let position = submapPositions[indices] else { return nil }
      return elementSubmaps[position].map
    }

    /// The number of values that a variable with this many indices takes from the entry.
    func leafCount(rank: Int) -> Int {
      (whole.map { ChoiceMap.elementCount($0, rank: rank) } ?? 0)
        + elements.reduce(0) { $0 + ChoiceMap.elementCount($1.value, rank: rank - $1.indices.count) }
    }
  }

  let entries: [Entry]
  private let positions: [String: Int]?
  /// The numbers of the entries of this tree and of all below.
  let slots: Range<Int>

  init(entries: [Entry], slots: Range<Int>) {
    self.entries = entries
    self.slots = slots
    // A linear search is faster for the few names of most models.
    positions =
      entries.count <= 6
      ? nil : Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public var isEmpty: Bool { entries.isEmpty }

  func entry(_ name: String) -> Entry? {
    if let positions { return positions[name].map { entries[$0] } }
    for entry in entries where entry.name == name { return entry }
    return nil
  }

  // MARK: Lookup

  /// What is given for a choice.
  enum Given {
    case nothing
    case value(Value)
    /// Values for some elements of an array-valued choice, by the indices behind those of the choice.
    case elements([(indices: [Int], value: Value)])
    /// The variable is given as an array that has no such element.
    case outOfRange(shape: [Int])
    /// The variable is given as a value without this many dimensions.
    case notIndexed(Value)
  }

  /// What is given for the choice `name[indices]`.
  func given(_ name: String, _ indices: AddressIndices) -> (Given, Entry?) {
    guard let entry = entry(name) else { return (.nothing, nil) }
    return (Self.given(entry, indices), entry)
  }

  private static func given(_ entry: Entry, _ indices: AddressIndices) -> Given {
    if let value = entry.element(indices) { return .value(value) }
    if let whole = entry.whole {
      if indices == .none { return .value(whole) }
      return element(of: whole, at: indices.array)
    }
    if !entry.elements.isEmpty {
      let prefix = indices.array
      var below: [(indices: [Int], value: Value)] = []
      for element in entry.elements {
        let full = element.indices.array
        if full.count > prefix.count, full.starts(with: prefix) {
          below.append((Array(full.dropFirst(prefix.count)), element.value))
        }
      }
      if !below.isEmpty { return .elements(below) }
      // A row given as a whole.
      for length in stride(from: prefix.count - 1, to: 0, by: -1) {
        if let row = entry.element(AddressIndices(Array(prefix[..<length]))) {
          return element(of: row, at: Array(prefix[length...]))
        }
      }
    }
    if indices == .none, let record = entry.record { return .value(record) }
    return .nothing
  }

  private static func element(of whole: Value, at indices: [Int]) -> Given {
    var value = whole
    for (depth, index) in indices.enumerated() {
      switch value.asObject {
      case let array as ArrayObject:
        // The remaining indices at once, without making the rows between.
        let rest = Array(indices[depth...])
        guard rest.count <= array.rank else { return .notIndexed(whole) }
        guard let value = array.subvalue(at: rest) else { return .outOfRange(shape: array.shape) }
        return .value(value)
      case let list as ListObject:
        guard list.elements.indices.contains(index) else { return .outOfRange(shape: [list.elements.count]) }
        value = list.elements[index]
      default: return .notIndexed(whole)
      }
    }
    return .value(value)
  }

  static func elementCount(_ value: Value, rank: Int) -> Int {
    switch value.asObject {
    case let array as ArrayObject where array.count == 0: return 0
    case let list as ListObject where list.elements.isEmpty: return 0
    case _ where rank <= 0: return 1
    case let array as ArrayObject: return array.shape.prefix(rank).reduce(1, &*)
    case let list as ListObject: return list.elements.reduce(0) { $0 + elementCount($1, rank: rank - 1) }
    default: return 1
    }
  }

  // MARK: Listing

  /// The keys of all given values, `leaf/x`, `theta[3]`, in order.
  public var names: [String] { names(prefix: "") }

  private func names(prefix: String) -> [String] {
    var names: [String] = []
    for entry in entries {
      let name = prefix + entry.name
      if entry.whole != nil { names.append(name) }
      for element in entry.elements { names.append(name + Self.text(element.indices)) }
      if let submap = entry.submap { names += submap.names(prefix: name + "/") }
      for (indices, map) in entry.elementSubmaps {
        names += map.names(prefix: name + Self.text(indices) + "/")
      }
    }
    return names
  }

  static func text(_ indices: AddressIndices) -> String {
    indices == .none ? "" : "[\(indices.array.map(String.init).joined(separator: ","))]"
  }

  /// The tree as a record with flat keys; conditioning on it gives the same tree.
  public var record: Value { .record(fields(prefix: "")) }

  private func fields(prefix: String) -> [(String, Value)] {
    var fields: [(String, Value)] = []
    for entry in entries {
      let name = prefix + entry.name
      if let whole = entry.whole { fields.append((name, whole)) }
      for element in entry.elements { fields.append((name + Self.text(element.indices), element.value)) }
      if let submap = entry.submap { fields += submap.fields(prefix: name + "/") }
      for (indices, map) in entry.elementSubmaps {
        fields += map.fields(prefix: name + Self.text(indices) + "/")
      }
    }
    return fields
  }
}

extension ArrayObject {
  /// The element, or the part below fewer indices than the rank; nil where out of range or with too many indices.
  func subvalue(at indices: [Int]) -> Value? {
    guard indices.count <= rank else { return nil }
    var offset = 0
    for (dimension, index) in indices.enumerated() {
      guard index >= 0, index < shape[dimension] else { return nil }
      offset = offset * shape[dimension] + index
    }
    if indices.count == rank { return element(offset) }
    let part = ArrayObject(uninitialized: kind, shape: Array(shape.dropFirst(indices.count)))
    part.storage.update(from: storage + offset * part.count, count: part.count)
    return .object(part)
  }
}
