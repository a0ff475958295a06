// Values that a compiled model takes: scalars and dense arrays.

import BorelIR
import BorelValues

/// A value of an input.
public enum NativeValue: Sendable, Equatable {
  case bool(Bool)
  case int(Int)
  case real(Double)
  /// Row-major, with its sizes.
  case bools([Bool], [Int])
  case ints([Int], [Int])
  case reals([Double], [Int])

  public static func vector(_ elements: [Double]) -> NativeValue { .reals(elements, [elements.count]) }
  public static func vector(_ elements: [Int]) -> NativeValue { .ints(elements, [elements.count]) }

  /// Of a scalar or an array of the language; nil for anything else.
  public init?(_ value: Value) {
    switch value {
    case .bool(let b): self = .bool(b)
    case .int(let n): self = .int(n)
    case .real(let x): self = .real(x)
    case .object(let array as ArrayObject):
      let places = 0..<array.count
      switch array.kind {
      case .bool: self = .bools(places.map { array.storage[$0] != 0 }, array.shape)
      case .int: self = .ints(places.map { Int(Int64(bitPattern: array.storage[$0])) }, array.shape)
      case .real: self = .reals(places.map { array.reals[$0] }, array.shape)
      }
    default: return nil
    }
  }

  /// Nil for a scalar.
  var shape: [Int]? {
    switch self {
    case .bool, .int, .real: nil
    case .bools(_, let shape), .ints(_, let shape), .reals(_, let shape): shape
    }
  }

  /// The elements as eight bytes each (Real's and Int's bits), converted; nil where an element has no such value.
  func bits(_ scalar: LoopScalar) -> [UInt64]? {
    func int(_ n: Int) -> UInt64? {
      switch scalar {
      case .real: Double(n).bitPattern
      case .int: UInt64(bitPattern: Int64(n))
      case .bool: nil
      }
    }
    func real(_ x: Double) -> UInt64? {
      switch scalar {
      case .real: x.bitPattern
      case .int: Int(exactly: x).map { UInt64(bitPattern: Int64($0)) }
      case .bool: nil
      }
    }
    func bool(_ b: Bool) -> UInt64? { scalar == .bool ? (b ? 1 : 0) : int(b ? 1 : 0) }
    var result: [UInt64] = []
    func add(_ bits: UInt64?) -> Bool {
      if let bits { result.append(bits) }
      return bits != nil
    }
    let isWhole =
      switch self {
      case .bool(let b): add(bool(b))
      case .int(let n): add(int(n))
      case .real(let x): add(real(x))
      case .bools(let elements, _): elements.allSatisfy { add(bool($0)) }
      case .ints(let elements, _): elements.allSatisfy { add(int($0)) }
      case .reals(let elements, _): elements.allSatisfy { add(real($0)) }
      }
    return isWhole ? result : nil
  }
}
