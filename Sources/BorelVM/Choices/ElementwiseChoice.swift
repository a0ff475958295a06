// A product of which only some elements are given: it is made element by element, each with an address of its own.

import BorelSemantics
import BorelSource
import BorelValues

/// An array-valued choice that is being made element by element.
struct ElementwiseChoice: Sendable {
  /// What one element is.
  enum Element {
    case set(Value, Address, DistributionObject)
    case observe(Address, DistributionObject, Value)
    case sample(Address, DistributionObject)
  }

  private let address: Address
  private let elements: IndependentElements
  private let set: [Int: Value]
  private let observed: [Int: Value]
  private let count: Int
  private var values: [Value] = []

  /// Counts what is given in `context`; an element that does not exist is an error.
  init(
    _ address: Address, _ distribution: DistributionObject, interventions: GivenChoice, conditions: GivenChoice,
    _ context: inout ModelContext
  ) throws(Failure) {
    guard let elements = distribution.elements else {
      throw .user(
        code: "partial-condition",
        "`\(address)` comes from \(distribution.name) and can only be given as a whole",
        hint: "only independent products, such as iid(d, n), can be given in part")
    }
    self.address = address
    self.elements = elements
    count = elements.shape.reduce(1, &*)
    set = try Self.byOffset(interventions, address, elements.shape, "set", &context)
    observed = try Self.byOffset(conditions, address, elements.shape, "conditioned on", &context)
    if let both = Swift.Set(set.keys).intersection(observed.keys).min() {
      throw .user(
        code: "conflicting-conditions",
        "`\(Self.elementAddress(address, elements.shape, both))` is set by an intervention, so it cannot be conditioned on"
      )
    }
  }

  private static func byOffset(
    _ given: GivenChoice, _ address: Address, _ shape: [Int], _ verb: String, _ context: inout ModelContext
  ) throws(Failure) -> [Int: Value] {
    let parts: [GivenElement] =
      switch given {
      case .nothing: []
      case .value(let value): [GivenElement(indices: [], value: value, slot: nil)]
      case .elements(let elements): elements
      }
    let rank = address.indices.count + shape.count
    var result: [Int: Value] = [:]
    for part in parts {
      for (offset, value) in try offsets(of: part, address, shape, verb) {
        if let other = result[offset], ValueKey(other) != ValueKey(value) {
          throw .user(
            code: "conflicting-conditions",
            "`\(elementAddress(address, shape, offset))` is \(verb) two different values, \(other.shortText) and "
              + value.shortText)
        }
        result[offset] = value
        context.countElement(part.slot, rank: rank)
      }
    }
    return result
  }

  private static func offsets(
    of part: GivenElement, _ address: Address, _ shape: [Int], _ verb: String
  ) throws(Failure) -> [(Int, Value)] {
    var offset = 0
    for (dimension, index) in part.indices.enumerated() {
      guard dimension < shape.count, index < shape[dimension] else {
        let name = Address(address.name, AddressIndices(address.indices.array + part.indices), in: address.scope)
        throw .user(
          code: "condition-shape",
          "`\(name)` is \(verb) \(part.value.shortText), but `\(address)` has \(ArrayObject.text(ofShape: shape))")
      }
      offset = offset * shape[dimension] + index
    }
    let rest = Array(shape.dropFirst(part.indices.count))
    if rest.isEmpty { return [(offset, part.value)] }
    guard let array = part.value.asArray, array.shape == rest else {
      let name = Address(address.name, AddressIndices(address.indices.array + part.indices), in: address.scope)
      throw .user(
        code: "condition-shape",
        "`\(name)` is \(verb) \(part.value.kindDescription), but it has \(ArrayObject.text(ofShape: rest))")
    }
    return (0..<array.count).map { (offset * array.count + $0, array.element($0)) }
  }

  private static func elementAddress(_ address: Address, _ shape: [Int], _ offset: Int) -> Address {
    Address(
      address.name, AddressIndices(address.indices.array + IndependentProduct.indices(ofOffset: offset, in: shape)),
      in: address.scope)
  }

  /// The next element, nil when all are made.
  func next() -> Element? {
    let offset = values.count
    guard offset < count else { return nil }
    let place = Self.elementAddress(address, elements.shape, offset)
    let distribution = elements.element(offset)
    if let value = set[offset] { return .set(distribution.convertedScalar(value), place, distribution) }
    if let value = observed[offset] { return .observe(place, distribution, value) }
    return .sample(place, distribution)
  }

  /// Gives the element that `next` asked for its value.
  mutating func append(_ value: Value) { values.append(value) }

  /// The whole array.
  func assembled() -> Value { Value.assembled(values, shape: elements.shape) }
}

extension Value {
  /// An array of a shape from its elements in row-major order, which may be arrays themselves; a list where they differ in kind.
  static func assembled(_ elements: [Value], shape: [Int]) -> Value {
    guard let first = elements.first else {
      return .object(ArrayObject(uninitialized: .real, shape: shape))
    }
    if elements.contains(where: \.isTracedNumber) {
      return .joined(
        assembled(elements.map(\.withoutNodes), shape: shape), assembled(elements.map(\.nodesOnly), shape: shape))
    }
    switch first {
    case .real, .int, .bool: return scalars(elements, shape: shape) ?? .list(elements)
    case .object(let object):
      guard let array = object as? ArrayObject,
        elements.allSatisfy({ $0.asArray?.shape == array.shape && $0.asArray?.kind == array.kind })
      else { return .list(elements) }
      let result = ArrayObject(uninitialized: array.kind, shape: shape + array.shape)
      for (index, element) in elements.enumerated() {
        guard let part = element.asArray else { continue }
        (result.storage + index * array.count).update(from: part.storage, count: array.count)
      }
      return .object(result)
    case .null: return .list(elements)
    }
  }

  private static func scalars(_ elements: [Value], shape: [Int]) -> Value? {
    let isBool = elements.allSatisfy { $0.tag == .bool }
    let isInt = elements.allSatisfy { $0.tag == .int }
    let result = ArrayObject(uninitialized: isBool ? .bool : isInt ? .int : .real, shape: shape)
    for (offset, element) in elements.enumerated() {
      switch element {
      case .bool(let b):
        guard isBool else { return nil }
        result.storage[offset] = b ? 1 : 0
      case .int(let n): result.storage[offset] = isInt ? UInt64(bitPattern: Int64(n)) : Double(n).bitPattern
      case .real(let x): result.storage[offset] = x.bitPattern
      default: return nil
      }
    }
    return .object(result)
  }
}
