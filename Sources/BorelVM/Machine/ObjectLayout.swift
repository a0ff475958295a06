// What the C loop must know of Swift objects and of functions of reals; computed once.

import BorelValues
import CBorelVM

enum ObjectLayout {
  static let shared: borel_layout = {
    let array = ArrayObject.propertyOffsets()
    return borel_layout(
      array_kind: UInt32(array.kind), array_rank: UInt32(array.rank), array_count: UInt32(array.count),
      array_stride: UInt32(array.stride), array_storage: UInt32(array.storage),
      closure_state: UInt32(FunctionObject.stateOffset()))
  }()
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
