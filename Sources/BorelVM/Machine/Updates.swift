// Elements, rows, slices and fields: writing, in place where nobody else holds the object.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

/// Changes a value at a path. Objects are changed in place while they have one owner, and copied otherwise.
struct ValueUpdater {
  let machine: MachineStorage
  let location: CodeLocation
  /// The operands of the path in order.
  let operands: [Value]
  /// The number of the first operand among the instruction's.
  var firstOperand = 0

  func update(
    _ target: inout Value, _ steps: ArraySlice<AccessStep>, at operand: Int, to value: Value
  ) throws(Failure) {
    guard let step = steps.first else {
      target = value
      return
    }
    let reader = SubscriptReader(location: location, operand: firstOperand + operand)
    switch step {
    case .field(let name):
      try updateRecord(&target, name, steps.dropFirst(), at: operand, reader, to: value)
    case .subscripts(let kinds):
      // No reference is held while parts are updated, so that uniqueness can be asked.
      switch target.tag {
      case .record where kinds.count == 1 && operands[operand].asString != nil:
        try updateRecord(
          &target, operands[operand].asString ?? "", steps.dropFirst(), at: operand + 1, reader, to: value, adds: true)
        return
      case .list:
        try updateList(&target, steps, kinds, at: operand, reader, to: value)
        return
      case .array:
        if value.isTracedNumber {
          try updateTraced(&target, steps, at: operand, reader, to: value)
        } else {
          try updateArray(&target, steps, at: operand, reader, to: value)
        }
        return
      case .host:
        if target.asObject is TracedArray {
          try updateTraced(&target, steps, at: operand, reader, to: value)
          return
        }
        if let growing = target.asObject as? GrowingArray {
          guard growing.firstHole == nil else { throw machine.hole(growing, at: location) }
          target = growing.assembled()
          try update(&target, steps, at: operand, to: value)
          return
        }
      default: break
      }
      throw reader.failure(
        "elements of \(target.kindDescription) cannot be set", code: "not-indexable", operand: nil)
    }
  }

  /// The subscripts of a step with their values.
  private func subscripts(
    _ kinds: [AccessStep.SubscriptKind], at operand: Int, _ reader: SubscriptReader
  ) throws(Failure) -> [Subscript] {
    try Self.subscripts(kinds, operands[operand...], reader)
  }

  /// Pairs kinds with operands; a closed range ends one later.
  static func subscripts(
    _ kinds: [AccessStep.SubscriptKind], _ operands: ArraySlice<Value>, _ reader: SubscriptReader
  ) throws(Failure) -> [Subscript] {
    var result: [Subscript] = []
    var position = operands.startIndex
    func next() throws(Failure) -> Int {
      defer { position += 1 }
      return try reader.index(operands[position], operand: reader.operand + position - operands.startIndex)
    }
    for kind in kinds {
      switch kind {
      case .index: result.append(.index(try next()))
      case .range(let closed):
        let lower = try next()
        let upper = try next()
        result.append(.range(lower, closed && upper < .max ? upper + 1 : upper))
      case .all: result.append(.all)
      }
    }
    return result
  }

  // MARK: Records and lists

  private func updateRecord(
    _ target: inout Value, _ name: String, _ rest: ArraySlice<AccessStep>, at operand: Int,
    _ reader: SubscriptReader, to value: Value, adds: Bool = false
  ) throws(Failure) {
    guard var record = Self.take(&target, as: RecordObject.self) else {
      throw reader.failure(
        "\(target.kindDescription) has no fields that can be set", code: "not-a-record", operand: nil)
    }
    defer { target = .object(record) }
    guard let index = record.keys.firstIndex(of: name) else {
      guard adds, rest.isEmpty else { throw reader.missingField(name, of: record.keys, operand: nil) }
      record = RecordObject(keys: record.keys + [name], values: record.values + [value])
      return
    }
    if !isKnownUniquelyReferenced(&record) { record = RecordObject(keys: record.keys, values: record.values) }
    var child = record.values[index]
    record.values[index] = .null
    defer { record.values[index] = child }
    try update(&child, rest, at: operand, to: value)
  }

  private func updateList(
    _ target: inout Value, _ steps: ArraySlice<AccessStep>, _ kinds: [AccessStep.SubscriptKind], at operand: Int,
    _ reader: SubscriptReader, to value: Value
  ) throws(Failure) {
    let parts = try subscripts(kinds, at: operand, reader)
    guard case .index(let index) = parts.first else {
      throw reader.failure("slices of lists cannot be set", code: "not-indexable", operand: nil)
    }
    guard var list = Self.take(&target, as: ListObject.self) else { return }
    defer { target = .object(list) }
    guard index >= 0, index < list.elements.count else {
      throw reader.outOfRange(index, "a list of \(list.elements.count)", list.elements.count, operand: reader.operand)
    }
    if !isKnownUniquelyReferenced(&list) { list = ListObject(list.elements) }
    var child = list.elements[index]
    list.elements[index] = .null
    defer { list.elements[index] = child }
    var rest = Array(steps.dropFirst())
    if kinds.count > 1 { rest.insert(.subscripts(Array(kinds.dropFirst())), at: 0) }
    try update(&child, rest[...], at: operand + 1, to: value)
  }

  /// Moves the object out of a value, which becomes null.
  private static func take<Object: HeapObject>(_ target: inout Value, as type: Object.Type) -> Object? {
    guard case .object(let object) = target, let typed = object as? Object else { return nil }
    target = .null
    return typed
  }

  // MARK: Arrays

  private func updateArray(
    _ target: inout Value, _ steps: ArraySlice<AccessStep>, at operand: Int, _ reader: SubscriptReader, to value: Value
  ) throws(Failure) {
    guard var array = Self.take(&target, as: ArrayObject.self) else { return }
    defer { target = .object(array) }
    // `x[i][j]` is `x[i, j]`.
    var kinds: [AccessStep.SubscriptKind] = []
    for step in steps {
      guard case .subscripts(let more) = step else {
        throw reader.failure("elements of an array have no fields", code: "not-a-record", operand: nil)
      }
      let arePlain = kinds.allSatisfy { if case .index = $0 { true } else { false } }
      guard arePlain else {
        throw reader.failure("a slice cannot be indexed again in an assignment", code: "not-indexable", operand: nil)
      }
      kinds += more
    }
    let region = try reader.region(of: array, try subscripts(kinds, at: operand, reader))
    let (kind, source) = try check(value, region, array, reader)
    if kind != array.kind {
      try machine.reserve(elements: array.count)
      array = array.widened()
    } else if !isKnownUniquelyReferenced(&array) {
      try machine.reserve(elements: array.count)
      array = array.copy()
    }
    let storage = array.storage
    if let source {
      if source.kind == kind {
        region.forEach { place, offset in storage[offset] = source.storage[place] }
      } else {
        region.forEach { place, offset in storage[offset] = source.real(place).bitPattern }
      }
    } else {
      let bits = ArrayLiteral.bits(value, as: kind)
      region.forEach { _, offset in storage[offset] = bits }
    }
  }

  /// Changes the values of an array and its nodes; one that has had no nodes gets them.
  private func updateTraced(
    _ target: inout Value, _ steps: ArraySlice<AccessStep>, at operand: Int, _ reader: SubscriptReader, to value: Value
  ) throws(Failure) {
    var values: Value
    var nodes: Value
    if var traced = Self.take(&target, as: TracedArray.self) {
      values = .object(traced.values)
      nodes = .object(traced.nodes)
      if isKnownUniquelyReferenced(&traced) {
        // The parts are handed over, so that they are changed in place.
        traced.values = Self.nothing
        traced.nodes = Self.nothing
      }
    } else {
      values = target
      nodes = target.nodesOnly
      target = .null
    }
    defer { target = .joined(values, nodes) }
    try updateArray(&values, steps, at: operand, reader, to: value.withoutNodes)
    try updateArray(&nodes, steps, at: operand, reader, to: value.nodesOnly)
  }

  private static let nothing = ArrayObject(uninitialized: .int, shape: [0])

  /// The kind that the array will have, and the array that is stored; a scalar fills the region.
  private func check(
    _ value: Value, _ region: ArrayRegion, _ array: ArrayObject, _ reader: SubscriptReader
  ) throws(Failure) -> (ElementKind, ArrayObject?) {
    let valueOperand = firstOperand + operands.count
    let own: ElementKind
    var source: ArrayObject?
    switch value {
    case .bool: own = .bool
    case .int: own = .int
    case .real: own = .real
    case .object(let object):
      guard let other = object as? ArrayObject else { fallthrough }
      guard other.shape == region.shape else {
        throw reader.failure(
          region.shape.isEmpty
            ? "an element of \(Value.object(array).kindDescription) must be a number, got \(value.kindDescription)"
            : "this part of the array has \(Value.shapeText(region.shape)), but the value has \(Value.shapeText(other.shape))",
          code: "shape-mismatch", operand: valueOperand)
      }
      own = other.kind
      source = other
    default:
      throw reader.failure(
        "\(value.kindDescription) cannot be stored in \(Value.object(array).kindDescription)", code: "wrong-type",
        operand: valueOperand)
    }
    guard let kind = ArrayLiteral.join(array.kind, own) else {
      throw reader.failure(
        "\(value.kindDescription) cannot be stored in \(Value.object(array).kindDescription)", code: "wrong-type",
        operand: valueOperand)
    }
    return (kind, source)
  }
}
