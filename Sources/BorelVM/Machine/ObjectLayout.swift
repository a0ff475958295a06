// What the C loop must know of Swift objects and of functions of reals; computed once.

import BorelValues
import CBorelVM

enum ObjectLayout {
  static let shared: borel_layout = {
    borel_layout(
      closure_state: UInt32(FunctionObject.stateOffset()), counts_are_inline: countsAreInline() ? 1 : 0)
  }()

  /// The tag by which the loop knows arrays that it can read by itself; no tag at all where their properties do not stand where
  /// it expects them.
  static let arrayTag: UInt64 = {
    let array = ArrayObject.propertyOffsets()
    let isExpected =
      array.kind == Int(BOREL_ARRAY_KIND) && array.rank == Int(BOREL_ARRAY_RANK)
      && array.count == Int(BOREL_ARRAY_COUNT) && array.stride == Int(BOREL_ARRAY_STRIDE)
      && array.storage == Int(BOREL_ARRAY_STORAGE)
    return isExpected ? UInt64(ValueTag.array.rawValue) : .max
  }()

  /// How the recording loop finds the parts of traced arrays; no class where arrays or classes are laid out otherwise than it expects.
  nonisolated(unsafe) static let tracedArray: borel_traced_array = {
    let probe = TracedArray(values: ArrayObject([0.0]), nodes: ArrayObject([0]))
    let offsets = TracedArray.propertyOffsets()
    let found = withExtendedLifetime(probe) {
      Unmanaged.passUnretained(probe).toOpaque().load(as: UnsafeRawPointer?.self)
    }
    let expected = unsafeBitCast(TracedArray.self as AnyClass, to: UnsafeRawPointer?.self)
    return borel_traced_array(
      class_pointer: arrayTag == .max || found != expected ? nil : found, values: UInt32(offsets.values),
      nodes: UInt32(offsets.nodes))
  }()

  private static func countsAreInline() -> Bool {
    let reference = Unmanaged.passRetained(StringObject("probe"))
    defer { reference.release() }
    return borel_counts_are_inline(reference.toOpaque()) == 1
  }
}

/// The functions of one, two and three reals by `PrimitiveID`, as the loop calls them.
struct RealFunctionTables: @unchecked Sendable {
  let one: UnsafeMutablePointer<(@convention(c) (Double) -> Double)?>
  let two: UnsafeMutablePointer<(@convention(c) (Double, Double) -> Double)?>
  let three: UnsafeMutablePointer<(@convention(c) (Double, Double, Double) -> Double)?>

  static let shared = RealFunctionTables()

  private init() {
    let table = PrimitiveRegistry.table
    one = .allocate(capacity: max(table.count, 1))
    two = .allocate(capacity: max(table.count, 1))
    three = .allocate(capacity: max(table.count, 1))
    for (index, implementation) in table.enumerated() {
      (one + index).initialize(to: nil)
      (two + index).initialize(to: nil)
      (three + index).initialize(to: nil)
      switch implementation {
      case .real1(let function): one[index] = function
      case .real2(let function): two[index] = function
      case .real3(let function): three[index] = function
      default: break
      }
    }
  }
}
