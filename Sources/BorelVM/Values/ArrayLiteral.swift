// The rule for `[a, b, ...]`: numbers or Bools make a dense array, equal shapes a higher rank, anything else a list.

import BorelValues

enum ArrayLiteral {
  /// The array or list of these values.
  static func make(_ values: [Value]) -> Value {
    dense(values) ?? .list(values)
  }

  /// A dense array of scalars of one kind, or of arrays of one shape; Int with Real widens. nil where there is none.
  static func dense(_ values: [Value]) -> Value? {
    guard let first = values.first else { return .array([Double]()) }
    if case .object(let object) = first {
      guard let array = object as? ArrayObject else { return traced(values) }
      return stacked(values, shape: array.shape) ?? traced(values)
    }
    guard let kind = kind(of: values) else { return traced(values) }
    let result = ArrayObject(uninitialized: kind, shape: [values.count])
    for (index, value) in values.enumerated() { result.storage[index] = bits(value, as: kind) }
    return .object(result)
  }

  /// The array of values some of which have nodes.
  private static func traced(_ values: [Value]) -> Value? {
    guard values.contains(where: \.isTracedNumber), let array = dense(values.map(\.withoutNodes)),
      let nodes = dense(values.map(\.nodesOnly))
    else { return nil }
    return .joined(array, nodes)
  }

  private static func kind(of values: [Value]) -> ElementKind? {
    var kind: ElementKind?
    for value in values {
      let own: ElementKind
      switch value {
      case .bool: own = .bool
      case .int: own = .int
      case .real: own = .real
      default: return nil
      }
      guard let joined = join(kind ?? own, own) else { return nil }
      kind = joined
    }
    return kind
  }

  /// The kind that holds elements of both.
  static func join(_ a: ElementKind, _ b: ElementKind) -> ElementKind? {
    a == b ? a : a == .bool || b == .bool ? nil : .real
  }

  /// The bits of a scalar as an element of an array.
  static func bits(_ value: Value, as kind: ElementKind) -> UInt64 {
    switch (value, kind) {
    case (.real(let x), _): x.bitPattern
    case (.int(let n), .real): Double(n).bitPattern
    case (.int(let n), _): UInt64(bitPattern: Int64(n))
    case (.bool(let b), _): b ? 1 : 0
    default: 0
    }
  }

  private static func stacked(_ values: [Value], shape: [Int]) -> Value? {
    var kind: ElementKind?
    for value in values {
      guard let array = value.asArray, array.shape == shape, let joined = join(kind ?? array.kind, array.kind)
      else { return nil }
      kind = joined
    }
    guard let kind else { return nil }
    let result = ArrayObject(uninitialized: kind, shape: [values.count] + shape)
    var offset = 0
    for value in values {
      guard let array = value.asArray else { return nil }
      if array.kind == kind {
        (result.storage + offset).update(from: array.storage, count: array.count)
      } else {
        for index in 0..<array.count { result.reals[offset + index] = array.real(index) }
      }
      offset += array.count
    }
    return .object(result)
  }
}
