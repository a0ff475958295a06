// Primitives called by the machine, and the memory they use.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

extension MachineStorage {
  /// Calls a primitive with arguments in consecutive slots, which keep their references.
  func perform(
    _ id: PrimitiveID, _ slots: UnsafePointer<Slot>, _ count: Int, operandOffset: Int = 0
  ) throws(Failure) -> Value {
    if tape != nil, let result = try performTraced(id, slots, count, operandOffset) { return result }
    return try performPlainly(id, slots, count, operandOffset)
  }

  /// The same for arguments without nodes, or where nodes make no difference.
  func performPlainly(
    _ id: PrimitiveID, _ slots: UnsafePointer<Slot>, _ count: Int, _ operandOffset: Int
  ) throws(Failure) -> Value {
    guard let implementation = PrimitiveRegistry.table[id.index] else { return try performHost(id, slots, count) }
    var call = PrimitiveCall(
      slots: slots, count: count, primitive: id, machine: self, operandOffset: operandOffset,
      memoryLeft: environment.limits.memory - allocatedBytes)
    let result: Value
    do throws(Failure) {
      result = try implementation.perform(&call)
    } catch {
      // What does not apply to a host value is the host's to answer: `mean(post.mu)`.
      if error.kind == .user, environment.host != nil,
        (0..<count).contains(where: { slots[$0].value.asObject is HostObject })
      {
        return try performHost(id, slots, count)
      }
      // What is allocated may be garbage by now: count again before giving up.
      guard error.kind == .limit, error.diagnostic.code == "memory-limit", allocatedBytes > 0 else { throw error }
      let before = allocatedBytes
      allocatedBytes = liveBytes()
      guard allocatedBytes < before else { throw error }
      var again = PrimitiveCall(
        slots: slots, count: count, primitive: id, machine: self, operandOffset: operandOffset,
        memoryLeft: environment.limits.memory - allocatedBytes)
      return try implementation.perform(&again)
    }
    // Outside of the retry: by now the primitive may have taken its arguments.
    if case .object = result { try accountChecked(result) }
    return result
  }

  func performHost(_ id: PrimitiveID, _ slots: UnsafePointer<Slot>, _ count: Int) throws(Failure) -> Value {
    guard let host = environment.host else {
      throw Failure(
        .user,
        Diagnostic(code: "no-host", "`\(PrimitiveTable[id].name)` is not available here", at: location.span))
    }
    var current = environment
    current.globals = globals
    var context = environment.context
    context.environment = current
    return try host.perform(id, (0..<count).map { slots[$0].value }, at: location.span ?? function.span, in: context)
  }

  // MARK: Memory

  /// Adds a new value's own bytes to what is allocated.
  func account(_ value: Value) { allocatedBytes += value.ownBytes }

  /// The same, and counts what is alive where the limit seems to be reached.
  func accountChecked(_ value: Value) throws(Failure) {
    let bytes = value.ownBytes
    allocatedBytes += bytes
    guard allocatedBytes > environment.limits.memory else { return }
    allocatedBytes = liveBytes() + bytes
    guard allocatedBytes > environment.limits.memory else { return }
    throw Limits.memoryFailure(bytes: bytes, at: location.span)
  }

  /// Checks that `elements` new elements fit in the limit.
  func reserve(elements: Int) throws(Failure) {
    guard elements > (environment.limits.memory - allocatedBytes) / 8 else { return }
    allocatedBytes = liveBytes()
    guard elements > (environment.limits.memory - allocatedBytes) / 8 else { return }
    throw Limits.memoryFailure(elements: elements, at: location.span)
  }

  /// Bytes of all objects that registers and globals reach.
  private func liveBytes() -> Int {
    var seen: Set<ObjectIdentifier> = []
    var waiting: [HeapObject] = []
    var total = 0
    func visit(_ value: Value) {
      guard case .object(let object) = value, seen.insert(ObjectIdentifier(object)).inserted else { return }
      waiting.append(object)
    }
    for index in 0..<top { visit(vm.pointee.stack[index].value) }
    for index in 0..<globals.count {
      if let value = globals[GlobalID(index)] { visit(value) }
    }
    while let object = waiting.popLast() {
      total += Value.object(object).ownBytes
      switch object {
      case let list as ListObject: list.elements.forEach(visit)
      case let tuple as TupleObject: tuple.elements.forEach(visit)
      case let record as RecordObject: record.values.forEach(visit)
      case let function as FunctionObject: function.captures.forEach(visit)
      case let distribution as DistributionObject: distribution.arguments.forEach(visit)
      case let model as ModelObject: model.arguments.forEach(visit)
      default: break
      }
    }
    return total
  }

  /// One step of a loop that Swift performs.
  func step() throws(Failure) {
    vm.pointee.budget -= 1
  }
}

extension Value {
  /// The bytes of the object itself, without what it refers to.
  var ownBytes: Int {
    guard case .object(let object) = self else { return 0 }
    switch object {
    case let array as ArrayObject: return 96 + array.capacity * 8
    case let array as TracedArray: return 240 + (array.values.capacity + array.nodes.capacity) * 8
    case let list as ListObject: return 64 + list.elements.capacity * MemoryLayout<Value>.stride
    case let tuple as TupleObject: return 64 + tuple.elements.count * MemoryLayout<Value>.stride
    case let record as RecordObject: return 96 + record.values.count * 2 * MemoryLayout<Value>.stride
    case let string as StringObject: return 48 + string.string.utf8.count
    default: return 64
    }
  }
}
