// A function as a value: a closure with its captured values, a primitive, or the name of a model or distribution.

import BorelIR
import BorelValues
import CBorelVM

/// Every value with the tag `.function`. The loop finds closures by `state`, at one offset for all of them, so there is no
/// other class with that tag.
public final class FunctionObject: HeapObject, @unchecked Sendable {
  public enum Target: Sendable {
    case closure(FunctionID)
    case primitive(PrimitiveID)
    /// Applying it makes a model value.
    case model(ModelID)
    /// Applying it makes a distribution value.
    case distribution(DistributionID)
    /// A function made by `mem`.
    case memoised(Memo)
  }

  public let target: Target
  /// The code and captured values of a closure; nil for the others.
  private(set) var state: UnsafeMutablePointer<borel_closure>?

  public init(_ target: Target) {
    self.target = target
    if case .closure(let function) = target { state = Self.makeState(function, captureCount: 0) }
    super.init(tag: .function)
  }

  /// A closure that takes over the references in `captures`.
  init(_ function: FunctionID, taking captures: UnsafeMutableBufferPointer<Slot>) {
    target = .closure(function)
    let state = Self.makeState(function, captureCount: captures.count)
    for index in 0..<captures.count {
      Self.captures(of: state)[index] = captures[index]
      captures[index] = .null
    }
    self.state = state
    super.init(tag: .function)
  }

  /// A closure over these values.
  public convenience init(_ function: FunctionID, captures: [Value]) {
    var slots = captures.map { Slot(owning: $0) }
    self.init(function, taking: &slots)
  }

  private convenience init(_ function: FunctionID, taking slots: inout [Slot]) {
    let buffer = UnsafeMutableBufferPointer<Slot>.allocate(capacity: slots.count)
    _ = buffer.initialize(from: slots)
    self.init(function, taking: buffer)
    buffer.deallocate()
  }

  deinit {
    guard let state else { return }
    if state.pointee.count > 0 {
      var pending: [HeapObject] = []
      surrenderParts(to: &pending)
      Release.drain(&pending)
    }
    UnsafeMutableRawPointer(state).deallocate()
  }

  public override func surrenderParts(to pending: inout [HeapObject]) {
    if case .memoised(let memo) = target { Release.keep(memo.function, in: &pending) }
    guard let state else { return }
    for index in 0..<Int(state.pointee.count) {
      Release.keep(Self.captures(of: state)[index].takeValue(), in: &pending)
      Self.captures(of: state)[index] = .null
    }
  }

  private static func makeState(_ function: FunctionID, captureCount: Int) -> UnsafeMutablePointer<borel_closure> {
    let size = MemoryLayout<borel_closure>.size + captureCount * MemoryLayout<Slot>.stride
    let state = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
      .bindMemory(to: borel_closure.self, capacity: 1)
    state.initialize(to: borel_closure())
    state.pointee.function = UInt32(truncatingIfNeeded: function.index)
    state.pointee.count = UInt32(truncatingIfNeeded: captureCount)
    return state
  }

  static func captures(of state: UnsafeMutablePointer<borel_closure>) -> UnsafeMutablePointer<Slot> {
    (UnsafeMutableRawPointer(state) + MemoryLayout<borel_closure>.size).assumingMemoryBound(to: Slot.self)
  }

  /// The captured values of a closure.
  public var captures: [Value] {
    guard let state else { return [] }
    return (0..<Int(state.pointee.count)).map { Self.captures(of: state)[$0].value }
  }

  /// The byte offset of `state` from the object's start.
  static func stateOffset() -> Int {
    let probe = FunctionObject(FunctionID(0), captures: [])
    let start = UnsafeRawPointer(Unmanaged.passUnretained(probe).toOpaque())
    return withExtendedLifetime(probe) {
      withUnsafeMutablePointer(to: &probe.state) { UnsafeRawPointer($0) - start }
    }
  }
}
