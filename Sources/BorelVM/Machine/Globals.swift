// The global variables of a session: scripts set them, functions and models read them.

import BorelIR
import BorelValues
import CBorelVM

/// Global variables by `GlobalID`. A machine changes them in place only while it is their one owner, so that whoever holds on
/// to them (a model that is being run, a fork) keeps what it saw.
public final class Globals: @unchecked Sendable {
  let slots: UnsafeMutablePointer<Slot>
  public let count: Int

  /// Variables that no statement has set yet.
  public init(count: Int) {
    self.count = count
    slots = .allocate(capacity: max(count, 1))
    slots.initialize(repeating: Self.unset, count: max(count, 1))
  }

  static let unset = Slot(bits: 0, tag: UInt64(BOREL_UNSET))

  /// The same variables, with room for at least `count`.
  func copy(count: Int? = nil) -> Globals {
    let copy = Globals(count: max(count ?? self.count, self.count))
    for index in 0..<self.count {
      if slots[index].tag != Self.unset.tag { slots[index].retain() }
      copy.slots[index] = slots[index]
    }
    return copy
  }

  deinit {
    for index in 0..<count where slots[index].tag != Self.unset.tag { slots[index].release() }
    slots.deallocate()
  }

  /// nil for a variable that no statement has set yet.
  public subscript(id: GlobalID) -> Value? {
    guard id.index < count, slots[id.index].tag != Self.unset.tag else { return nil }
    return slots[id.index].value
  }

  /// A copy, with room for at least `count` variables, in which one has this value.
  public func setting(_ id: GlobalID, to value: Value, count: Int) -> Globals {
    let copy = copy(count: max(count, id.index + 1))
    copy.set(id.index, Slot(owning: value))
    return copy
  }

  func set(_ index: Int, _ slot: Slot) {
    if slots[index].tag != Self.unset.tag { slots[index].release() }
    slots[index] = slot
  }
}
