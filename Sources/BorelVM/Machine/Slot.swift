// A register of the machine: sixteen plain bytes, so that scalar code does no reference counting.

import BorelValues
import CBorelVM

/// A register. The reference in it is counted by hand: see `retain`, `release` and the two conversions.
public typealias Slot = borel_slot

extension Slot {
  static let null = Slot(bits: 0, tag: 0)

  static func real(_ x: Double) -> Slot { Slot(bits: x.bitPattern, tag: UInt64(ValueTag.real.rawValue)) }
  static func int(_ n: Int) -> Slot {
    Slot(bits: UInt64(bitPattern: Int64(n)), tag: UInt64(ValueTag.int.rawValue))
  }
  static func bool(_ b: Bool) -> Slot { Slot(bits: b ? 1 : 0, tag: UInt64(ValueTag.bool.rawValue)) }

  /// The tag proper: above the lowest byte stands the node of a traced real.
  private var kind: UInt8 { UInt8(truncatingIfNeeded: tag) }
  var isObject: Bool { kind >= ValueTag.string.rawValue }
  /// True for a real that has a node; `isReal` is false for it.
  var isTraced: Bool { tag > UInt64(UInt8.max) }
  var node: Int { Int(tag >> UInt64(BOREL_NODE_SHIFT)) }
  var isReal: Bool { tag == UInt64(ValueTag.real.rawValue) }
  var isInt: Bool { tag == UInt64(ValueTag.int.rawValue) }
  var isBool: Bool { tag == UInt64(ValueTag.bool.rawValue) }
  var real: Double { Double(bitPattern: bits) }
  var int: Int { Int(Int64(bitPattern: bits)) }
  var isTrue: Bool { bits != 0 }

  /// The number as a double, an Int widened; nil for anything else.
  var asReal: Double? { isReal ? real : isInt ? Double(int) : nil }

  /// The heap object, borrowed; only valid where `isObject`.
  var reference: Unmanaged<HeapObject>? {
    UnsafeRawPointer(bitPattern: UInt(bits)).map(Unmanaged<HeapObject>.fromOpaque)
  }

  func retain() {
    if isObject { _ = reference?.retain() }
  }

  func release() {
    if isObject { reference?.release() }
  }

  /// Takes over a value with its reference.
  init(owning value: Value) {
    switch value {
    case .null: self = .null
    case .bool(let b): self = .bool(b)
    case .int(let n): self = .int(n)
    case .real(let x): self = .real(x)
    case .object(let object):
      if object.tag == .host, let traced = object as? TracedReal {
        self.init(
          bits: traced.value.bitPattern,
          tag: UInt64(ValueTag.real.rawValue) | UInt64(traced.node) << UInt64(BOREL_NODE_SHIFT))
        return
      }
      self.init(
        bits: UInt64(UInt(bitPattern: Unmanaged.passRetained(object).toOpaque())), tag: UInt64(object.tag.rawValue))
    }
  }

  /// The value, with a reference of its own; the slot keeps the one it has.
  var value: Value {
    switch tag {
    case UInt64(ValueTag.bool.rawValue): return .bool(isTrue)
    case UInt64(ValueTag.int.rawValue): return .int(int)
    case UInt64(ValueTag.real.rawValue): return .real(real)
    default:
      if isTraced { return .traced(real, node: node) }
      guard isObject, let reference else { return .null }
      return .object(reference.takeUnretainedValue())
    }
  }

  /// The value, taking over the slot's reference.
  func takeValue() -> Value {
    guard isObject, let reference else { return value }
    return .object(reference.takeRetainedValue())
  }
}
