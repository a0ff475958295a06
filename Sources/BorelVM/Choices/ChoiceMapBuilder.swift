// Builds choice maps from records and merges them; two different values for one choice are an error that names both.

import BorelSemantics
import BorelSource
import BorelValues

/// A choice map under construction.
struct ChoiceMapBuilder {
  private final class Node {
    var whole: Value?
    var elements: [(indices: AddressIndices, value: Value)] = []
    var positions: [AddressIndices: Int] = [:]
    var below: [(indices: AddressIndices, branch: Branch)] = []
    var record: Value?
  }

  private final class Branch {
    var names: [String] = []
    var nodes: [String: Node] = [:]

    func node(_ name: String) -> Node {
      if let node = nodes[name] { return node }
      let node = Node()
      nodes[name] = node
      names.append(name)
      return node
    }
  }

  /// The word for what the values do: "conditioned on" or "set to".
  let verb: String
  private let root = Branch()

  init(verb: String = "conditioned on") { self.verb = verb }

  /// Adds everything that an existing map gives.
  func add(_ map: ChoiceMap) throws(Failure) {
    try add(map, into: root, prefix: "")
  }

  private func add(_ map: ChoiceMap, into branch: Branch, prefix: String) throws(Failure) {
    for entry in map.entries {
      let node = branch.node(entry.name)
      let name = prefix + entry.name
      if let whole = entry.whole { try set(whole, .none, of: node, name) }
      for element in entry.elements { try set(element.value, element.indices, of: node, name) }
      if let submap = entry.submap { try add(submap, into: self.branch(of: node, .none), prefix: name + "/") }
      for (indices, submap) in entry.elementSubmaps {
        try add(submap, into: self.branch(of: node, indices), prefix: name + ChoiceMap.text(indices) + "/")
      }
      if let record = entry.record { node.record = node.record ?? record }
    }
  }

  /// Adds the fields of a record. Keys are names or paths; below a name, whole numbers are indices.
  func add(record: RecordObject) throws(Failure) {
    for (key, value) in zip(record.keys, record.values) {
      if ChoicePath.indices(key) != nil {
        throw Self.failure("`\(key)` is an index, but a name is needed here", code: "condition-key")
      }
      guard let path = ChoicePath(key) else {
        throw Self.failure(
          "`\(key)` does not name a random choice", code: "condition-key",
          hint: "keys look like \"mu\", \"theta[3]\" or \"leaf/x\"")
      }
      try add(value, at: path)
    }
  }

  private func add(_ value: Value, at path: ChoicePath) throws(Failure) {
    switch value.asObject {
    case let record as RecordObject:
      node(at: path).record = value
      for (key, field) in zip(record.keys, record.values) {
        if let indices = ChoicePath.indices(key) {
          try add(field, at: path.appending(indices))
        } else if let below = ChoicePath(key) {
          try add(field, at: path.appending(below))
        } else {
          throw Self.failure("`\(path.text)/\(key)` does not name a random choice", code: "condition-key")
        }
      }
    case let list as ListObject where Self.hasHoles(list):
      for (index, element) in list.elements.enumerated() { try add(element, at: path.appending([index])) }
    default:
      if case .null = value { return }
      try Self.checkNumbers(value, path.text)
      let (node, name) = nodeAndName(at: path)
      try set(value, AddressIndices(path.steps[path.steps.count - 1].indices), of: node, name)
    }
  }

  private func nodeAndName(at path: ChoicePath) -> (Node, String) {
    var parent = path
    parent.steps[parent.steps.count - 1].indices = []
    return (node(at: path), parent.text)
  }

  /// The node of the path's last name; its indices are not looked at.
  private func node(at path: ChoicePath) -> Node {
    var branch = root
    for step in path.steps.dropLast() {
      branch = self.branch(of: branch.node(step.name), AddressIndices(step.indices))
    }
    return branch.node(path.steps[path.steps.count - 1].name)
  }

  private func branch(of node: Node, _ indices: AddressIndices) -> Branch {
    for (key, branch) in node.below where key == indices { return branch }
    let branch = Branch()
    node.below.append((indices, branch))
    return branch
  }

  // MARK: Setting a value

  private func set(_ value: Value, _ indices: AddressIndices, of node: Node, _ name: String) throws(Failure) {
    if indices == .none {
      if let other = node.whole, ValueKey(other) != ValueKey(value) { throw conflict(name, other, value) }
      for element in node.elements { try check(element.value, at: element.indices, within: value, name) }
      // The whole says what the elements said.
      node.elements = []
      node.positions = [:]
      node.whole = value
      return
    }
    if let whole = node.whole { return try check(value, at: indices, within: whole, name) }
    if let position = node.positions[indices] {
      let other = node.elements[position].value
      if ValueKey(other) != ValueKey(value) { throw conflict(name + ChoiceMap.text(indices), other, value) }
      return
    }
    node.positions[indices] = node.elements.count
    node.elements.append((indices, value))
  }

  private func check(_ value: Value, at indices: AddressIndices, within whole: Value, _ name: String) throws(Failure) {
    let single = ChoiceMap(
      entries: [
        .init(name: "", slot: 0, whole: whole, elements: [], submap: nil, elementSubmaps: [], record: nil)
      ], slots: 0..<1)
    let key = name + ChoiceMap.text(indices)
    guard case .value(let other) = single.given("", indices).0 else {
      throw Self.failure(
        "`\(name)` is \(verb) \(whole.shortText), which has no element `\(key)`", code: "conflicting-conditions")
    }
    if ValueKey(other) != ValueKey(value) { throw conflict(key, other, value) }
  }

  private func conflict(_ key: String, _ first: Value, _ second: Value) -> Failure {
    Self.failure(
      "`\(key)` is \(verb) two different values, \(first.shortText) and \(second.shortText)",
      code: "conflicting-conditions")
  }

  private static func hasHoles(_ list: ListObject) -> Bool {
    list.elements.contains { element in
      switch element {
      case .null: true
      case .object(let object):
        object is RecordObject || (object as? ListObject).map(hasHoles) ?? false
      default: false
      }
    }
  }

  /// NaN in data is the user's error.
  private static func checkNumbers(_ value: Value, _ name: String) throws(Failure) {
    switch value {
    case .real(let x) where x.isNaN:
      throw failure(
        "`\(name)` is NaN in the data", code: "nan-data", hint: "use null for a value that is to stay random")
    case .object(let object):
      if let array = object as? ArrayObject, array.kind == .real {
        for offset in 0..<array.count where array.reals[offset].isNaN {
          let place = array.indices(ofOffset: offset).map(String.init).joined(separator: ",")
          throw failure(
            "`\(name)[\(place)]` is NaN in the data", code: "nan-data",
            hint: "use null for a value that is to stay random")
        }
      } else if let list = object as? ListObject {
        for (index, element) in list.elements.enumerated() { try checkNumbers(element, "\(name)[\(index)]") }
      }
    default: break
    }
  }

  static func failure(_ message: String, code: String, hint: String? = nil) -> Failure {
    Failure(.user, Diagnostic(code: code, message, hint: hint))
  }

  // MARK: Result

  func build() -> ChoiceMap {
    var next = 0
    return freeze(root, &next)
  }

  private func freeze(_ branch: Branch, _ next: inout Int) -> ChoiceMap {
    let first = next
    var entries: [ChoiceMap.Entry] = []
    for name in branch.names {
      guard let node = branch.nodes[name] else { continue }
      let slot = next
      next += 1
      var submap: ChoiceMap?
      var elementSubmaps: [(indices: AddressIndices, map: ChoiceMap)] = []
      for (indices, below) in node.below {
        let map = freeze(below, &next)
        if indices == .none { submap = map } else { elementSubmaps.append((indices, map)) }
      }
      entries.append(
        ChoiceMap.Entry(
          name: name, slot: slot, whole: node.whole, elements: node.elements, submap: submap,
          elementSubmaps: elementSubmaps, record: node.record))
    }
    return entries.isEmpty ? .empty : ChoiceMap(entries: entries, slots: first..<next)
  }
}

extension ArrayObject {
  /// The indices of a row-major offset.
  func indices(ofOffset offset: Int) -> [Int] {
    var indices: [Int] = []
    var rest = offset
    for size in shape.reversed() where size > 0 {
      indices.append(rest % size)
      rest /= size
    }
    return indices.reversed()
  }
}

extension ChoiceMap {
  /// The map that a record gives.
  public static func from(record: RecordObject, verb: String = "conditioned on") throws(Failure) -> ChoiceMap {
    let builder = ChoiceMapBuilder(verb: verb)
    try builder.add(record: record)
    return builder.build()
  }

  /// Everything that either map gives.
  public func merged(with other: ChoiceMap, verb: String = "conditioned on") throws(Failure) -> ChoiceMap {
    if isEmpty { return other }
    if other.isEmpty { return self }
    let builder = ChoiceMapBuilder(verb: verb)
    try builder.add(self)
    try builder.add(other)
    return builder.build()
  }
}
