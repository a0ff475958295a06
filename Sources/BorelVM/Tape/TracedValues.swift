// Reals and arrays that depend on inputs of a gradient: a value with the node that the tape has for it.

import BorelValues

/// A real that has a node. It exists outside of registers only; in a register the node stands in the slot's tag.
final class TracedReal: HeapObject, @unchecked Sendable {
  let value: Double
  /// Never 0, the node of constants.
  let node: Int

  init(_ value: Double, node: Int) {
    self.value = value
    self.node = node
    super.init(tag: .host)
  }
}

/// A Real array some elements of which have nodes: the values, and the nodes as an Int array of the same shape.
///
/// Whatever only moves elements is done to both. It is no `ArrayObject`, so code that does not know of it fails instead of losing nodes.
final class TracedArray: HeapObject, @unchecked Sendable {
  var values: ArrayObject
  var nodes: ArrayObject

  init(values: ArrayObject, nodes: ArrayObject) {
    self.values = values
    self.nodes = nodes
    super.init(tag: .host)
  }

  func node(_ offset: Int) -> Int { Int(Int64(bitPattern: nodes.storage[offset])) }

  /// The element at a row-major offset.
  func element(_ offset: Int) -> Value { .traced(values.reals[offset], node: node(offset)) }

  /// An element, or the part below one index of the first dimension.
  func row(_ index: Int) -> Value { .joined(values.row(index), nodes.row(index)) }

  /// Appends an element or a row to an array, in place where it has no other owner; false where it does not fit.
  static func append(_ value: Value, to target: inout Value) -> Bool {
    // No reference is held afterwards, so that uniqueness can be asked.
    guard fits(value, target) else { return false }
    var values: ArrayObject
    var nodes: ArrayObject
    if var traced = target.asObject as? TracedArray {
      target = .null
      values = traced.values
      nodes = traced.nodes
      if isKnownUniquelyReferenced(&traced) {
        traced.values = ArrayObject(uninitialized: .real, shape: [0])
        traced.nodes = ArrayObject(uninitialized: .int, shape: [0])
      }
    } else {
      guard let array = target.asArray else { return false }
      target = .null
      values = array
      nodes = .zeros(shape: array.shape)
    }
    ArrayObject.makeGrowable(&values, .real)
    ArrayObject.makeGrowable(&nodes, .int)
    values.push(value.withoutNodes)
    nodes.push(value.nodesOnly)
    target = .object(TracedArray(values: values, nodes: nodes))
    return true
  }

  private static func fits(_ value: Value, _ target: Value) -> Bool {
    guard let array = target.withoutNodes.asArray, array.kind != .bool else { return false }
    return array.kind(joining: value.withoutNodes) != nil
  }

  /// Byte offsets of `values` and `nodes` from the object's start.
  static func propertyOffsets() -> (values: Int, nodes: Int) {
    let probe = TracedArray(values: ArrayObject([0.0]), nodes: ArrayObject([0]))
    let start = UnsafeRawPointer(Unmanaged.passUnretained(probe).toOpaque())
    return withExtendedLifetime(probe) {
      let values = withUnsafeMutablePointer(to: &probe.values) { UnsafeRawPointer($0) - start }
      let nodes = withUnsafeMutablePointer(to: &probe.nodes) { UnsafeRawPointer($0) - start }
      return (values, nodes)
    }
  }
}

/// A real number with its node, 0 for a constant.
struct Dual: Sendable {
  var value: Double
  var node = 0

  init(_ value: Double, node: Int = 0) {
    self.value = value
    self.node = node
  }
}

extension Value {
  static func traced(_ value: Double, node: Int) -> Value {
    node == 0 ? .real(value) : .object(TracedReal(value, node: node))
  }

  init(_ dual: Dual) { self = .traced(dual.value, node: dual.node) }

  /// The number with its node; nil for anything that is no number.
  var asDual: Dual? {
    switch self {
    case .real(let x): return Dual(x)
    case .int(let n): return Dual(Double(n))
    case .object(let object):
      guard object.tag == .host, let real = object as? TracedReal else { return nil }
      return Dual(real.value, node: real.node)
    default: return nil
    }
  }

  /// True for a real or an array with nodes.
  var isTracedNumber: Bool {
    guard case .object(let object) = self, object.tag == .host else { return false }
    return object is TracedReal || object is TracedArray
  }

  /// Whether a node stands anywhere in the value, distributions included; closures are not looked into.
  var hasNodes: Bool {
    guard case .object(let object) = self else { return false }
    switch object {
    case is TracedReal, is TracedArray: return true
    case let list as ListObject: return list.elements.contains(where: \.hasNodes)
    case let tuple as TupleObject: return tuple.elements.contains(where: \.hasNodes)
    case let record as RecordObject: return record.values.contains(where: \.hasNodes)
    case let growing as GrowingArray: return growing.values.contains(where: \.hasNodes)
    case let distribution as DistributionObject: return distribution.hasNodes
    case let model as ModelObject: return model.arguments.contains(where: \.hasNodes)
    default: return false
    }
  }

  /// The value without nodes. Distributions keep theirs: what does not know of nodes reads the arguments without them.
  var withoutNodes: Value {
    guard case .object(let object) = self else { return self }
    switch object {
    case let real as TracedReal: return .real(real.value)
    case let array as TracedArray: return .object(array.values)
    case let list as ListObject where hasNodes: return .list(list.elements.map(\.withoutNodes))
    case let tuple as TupleObject where hasNodes: return .tuple(tuple.elements.map(\.withoutNodes))
    case let record as RecordObject where hasNodes:
      return .object(RecordObject(keys: record.keys, values: record.values.map(\.withoutNodes)))
    default: return self
    }
  }

  /// The nodes in the place of numbers: of a Real its node, 0 for constants, Ints and Bools; anything else stays as it is.
  var nodesOnly: Value {
    switch self {
    case .real, .int, .bool: return .int(0)
    case .null: return self
    case .object(let object):
      switch object {
      case let real as TracedReal: return .int(real.node)
      case let array as TracedArray: return .object(array.nodes)
      case let array as ArrayObject: return .object(ArrayObject.zeros(shape: array.shape))
      case let list as ListObject: return .list(list.elements.map(\.nodesOnly))
      case let tuple as TupleObject: return .tuple(tuple.elements.map(\.nodesOnly))
      case let record as RecordObject:
        return .object(RecordObject(keys: record.keys, values: record.values.map(\.nodesOnly)))
      default: return self
      }
    }
  }

  /// Puts a value and its nodes, of the same structure, together.
  static func joined(_ value: Value, _ nodes: Value) -> Value {
    switch value {
    case .real(let x):
      guard let node = nodes.asReal else { return value }
      return .traced(x, node: Int(node))
    case .null, .bool, .int: return value
    case .object(let object):
      switch object {
      case let array as ArrayObject:
        guard array.kind == .real, let nodes = nodes.asArray, nodes.shape == array.shape else { return value }
        let whole = nodes.asNodes()
        let isConstant = (0..<whole.count).allSatisfy { whole.storage[$0] == 0 }
        return isConstant ? value : .object(TracedArray(values: array, nodes: whole))
      case let list as ListObject:
        if let rows = nodes.asArray, rows.shape[0] == list.elements.count {
          return .list(list.elements.indices.map { .joined(list.elements[$0], rows.row($0)) })
        }
        guard let other = nodes.asObject as? ListObject, other.elements.count == list.elements.count else {
          return value
        }
        return .list(zip(list.elements, other.elements).map(Value.joined))
      case let tuple as TupleObject:
        guard let other = nodes.asObject as? TupleObject, other.elements.count == tuple.elements.count else {
          return value
        }
        return .tuple(zip(tuple.elements, other.elements).map(Value.joined))
      case let record as RecordObject:
        guard let other = nodes.asRecord, other.values.count == record.values.count else { return value }
        return .object(RecordObject(keys: record.keys, values: zip(record.values, other.values).map(Value.joined)))
      default: return value
      }
    }
  }
}

extension ArrayObject {
  static func zeros(shape: [Int]) -> ArrayObject {
    let zeros = ArrayObject(uninitialized: .int, shape: shape)
    zeros.storage.update(repeating: 0, count: zeros.count)
    return zeros
  }

  /// Nodes that have been moved by something that works on Reals, as Ints again.
  fileprivate func asNodes() -> ArrayObject {
    guard kind == .real else { return self }
    let nodes = ArrayObject(uninitialized: .int, shape: shape)
    for offset in 0..<count { nodes.storage[offset] = UInt64(reals[offset]) }
    return nodes
  }
}
