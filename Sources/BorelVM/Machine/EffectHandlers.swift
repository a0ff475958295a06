// Choices, observations and factors: the instructions that stop a machine.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

extension Handlers {
  static let effects: [(borel_operation, Handler)] = [
    (BOREL_OP_CHOICE, choice), (BOREL_OP_STORE_CHOICE, storeChoice), (BOREL_OP_SAMPLE, sample),
    (BOREL_OP_OBSERVE, observe), (BOREL_OP_FACTOR, factor),
  ]

  private static func choice(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let table = m.function.choices[Int(i.b)]
    let result = i.a + UInt16(table.indexCount)
    var indices = AddressIndices.none
    if table.indexCount == 1 {
      indices = .one(try choiceIndex(m, i.a, 0))
    } else if table.indexCount == 2 {
      indices = .two(try choiceIndex(m, i.a, 0), try choiceIndex(m, i.a, 1))
    } else if table.indexCount > 2 {
      var list: [Int] = []
      for offset in 0..<table.indexCount { list.append(try choiceIndex(m, i.a, offset)) }
      indices = .many(list)
    }
    if table.hasStrategy { m.clear(Int(result) + 1) }
    return try resolve(m, m.program.tables[table.site], indices, result, m.location.span(operand: table.indexCount))
  }

  private static func choiceIndex(_ m: MachineStorage, _ base: UInt16, _ offset: Int) throws(Failure) -> Int {
    let slot = m.register(base + UInt16(offset)).pointee
    guard slot.isInt else {
      throw m.failure(
        "an index must be an Int, got \(slot.value.kindDescription)", code: "index-type", operand: offset)
    }
    guard slot.int >= 0 else {
      throw m.failure(
        "an index of a choice must not be negative, got \(slot.int)", code: "index-out-of-range", operand: offset)
    }
    return slot.int
  }

  private static func sample(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    try resolve(m, m.program.tables[SiteID(Int(borel_wide(i)))], .none, i.a, m.location.span(operand: 0))
  }

  private static func resolve(
    _ m: MachineStorage, _ site: SiteDefinition, _ indices: AddressIndices, _ result: UInt16, _ sourceSpan: Span?
  ) throws(Failure) -> Flow {
    guard !m.isInsideMethod else { throw m.effectInMethod() }
    let action: ChoiceAction
    do throws(Failure) {
      action = try m.models.resolve(
        site, indices, source: m.register(result).pointee.value, at: m.location.span, in: m.program.tables)
    } catch {
      var failure = error
      if failure.diagnostic.primary == nil, let span = sourceSpan { failure.diagnostic.primary = .init(span) }
      throw failure
    }
    switch action {
    case .value(let value, let address, let distribution):
      var caller = MachineReference(storage: m)
      m.put(try distribution?.converted(value, at: address, "set to", &caller) ?? value, result)
      return .advance
    case .sample(let address, let distribution):
      m.wait(PendingChoice(address: address, distribution: distribution, observed: nil, span: site.span), for: result)
      return .stopped
    case .observe(let address, let distribution, let value):
      m.wait(PendingChoice(address: address, distribution: distribution, observed: value, span: site.span), for: result)
      return .stopped
    case .expand(let elementwise):
      m.elementwise = elementwise
      if let value = m.nextElement(span: site.span, for: result) {
        m.put(value, result)
        return .advance
      }
      return .stopped
    case .enter(let model):
      let registers = Int(m.function.registerCount)
      let base = Int(m.frame.pointee.base)
      // The submodel's frame stands above this one; its result replaces the source.
      try m.push(
        model.definition.function, closure: nil, result: base + Int(result), base: base + registers,
        flags: UInt32(BOREL_FRAME_SCOPE))
      (m.frame - 1).pointee.pc += 1
      for (index, argument) in model.arguments.enumerated() { m.registers[index] = Slot(owning: argument) }
      try m.step()
      return .entered
    }
  }

  private static func observe(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    guard !m.isInsideMethod else { throw m.effectInMethod() }
    let value = m.register(i.a).pointee.value
    let source = m.register(i.a + 1).pointee.value
    guard let distribution = source.asObject as? DistributionObject else {
      throw m.failure(
        "the right side of `~` in `observe` must be a distribution, got \(source.kindDescription)",
        code: "not-a-distribution", operand: 1,
        hint: source.tag == .model ? "condition a model with `|`" : nil)
    }
    m.clear(Int(i.a))
    m.wait(
      PendingChoice(
        address: nil, distribution: distribution, observed: value, span: m.location.span ?? m.function.span),
      for: i.a + 1)
    return .stopped
  }

  private static func factor(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    guard !m.isInsideMethod else { throw m.effectInMethod() }
    let slot = m.register(i.a).pointee
    if m.tape != nil { m.factorWeight = slot.value.asDual ?? Dual(0) }
    guard let weight = slot.isTraced ? slot.real : slot.asReal else {
      throw m.failure("`factor` needs a Real, got \(slot.value.kindDescription)", code: "wrong-type", operand: 0)
    }
    guard !weight.isNaN else {
      throw Failure(
        .numerical,
        Diagnostic(
          code: "factor-nan", "the log weight of `factor` is NaN", at: m.location.span(operand: 0) ?? m.location.span))
    }
    guard weight < .infinity else {
      throw Failure(
        .numerical,
        Diagnostic(
          code: "factor-infinite", "the log weight of `factor` is +inf",
          at: m.location.span(operand: 0) ?? m.location.span))
    }
    m.frame.pointee.pc += 1
    m.effect = .factor(weight)
    return .stopped
  }

  // MARK: Arrays built by choices

  /// `x[i] ~ d`: elements in order are appended to a dense array; other orders are collected until none is missing.
  private static func storeChoice(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let table = m.function.choices[Int(i.b)]
    let variable = m.registers + table.register
    let valueSlot = m.register(i.a + UInt16(table.indexCount))
    var indices: [Int] = []
    if table.indexCount == 1 {
      let index = m.register(i.a).pointee.int
      if try append(m, variable, index, valueSlot.pointee) {
        m.clear(Int(i.a) + 1)
        return .advance
      }
      indices = [index]
    } else {
      indices = (0..<table.indexCount).map { m.registers[Int(i.a) + $0].int }
    }
    let value = valueSlot.pointee.takeValue()
    valueSlot.pointee = .null
    var growing: GrowingArray
    switch variable.pointee.takeValue().asObject {
    case let object as GrowingArray: growing = object
    case let array as ArrayObject: growing = GrowingArray(array, rank: min(table.indexCount, array.rank))
    case let array as TracedArray: growing = GrowingArray(array, rank: min(table.indexCount, array.values.rank))
    case let list as ListObject where table.indexCount == 1: growing = GrowingArray(list)
    default: growing = GrowingArray(rank: table.indexCount)
    }
    variable.pointee = .null
    if !isKnownUniquelyReferenced(&growing) { growing = GrowingArray(copying: growing) }
    guard let size = growing.sizeNeeded(at: indices), size < Int.max / 16 else {
      throw Limits.memoryFailure(bytes: .max, at: m.location.span)
    }
    try m.reserve(elements: 2 * size)
    growing.store(value, at: indices)
    if table.indexCount == 1, growing.filled == growing.extents[0] {
      variable.pointee = Slot(owning: growing.assembled())
    } else {
      variable.pointee = Slot(owning: .object(growing))
    }
    return .advance
  }

  /// Appends a value that comes in its turn; false where it does not or does not fit.
  private static func append(
    _ m: MachineStorage, _ variable: UnsafeMutablePointer<Slot>, _ index: Int, _ value: Slot
  ) throws(Failure) -> Bool {
    if variable.pointee.tag == 0 {
      guard index == 0 else { return false }
      variable.pointee = Slot(owning: first(value))
      return true
    }
    if m.tape != nil, let isDone = try appendTraced(m, variable, index, value.value) { return isDone }
    switch try joining(m, variable.pointee, index, value.value) {
    case .neither: return false
    case .list:
      guard var list = variable.pointee.takeValue().asObject as? ListObject else { return false }
      variable.pointee = .null
      if !isKnownUniquelyReferenced(&list) { list = ListObject(list.elements) }
      list.elements.append(value.value)
      m.allocatedBytes += MemoryLayout<Value>.stride
      variable.pointee = Slot(owning: .object(list))
    case .array(let kind):
      guard var array = variable.pointee.takeValue().asObject as? ArrayObject else { return false }
      variable.pointee = .null
      ArrayObject.makeGrowable(&array, kind)
      array.push(value.value)
      variable.pointee = Slot(owning: .object(array))
    }
    return true
  }

  /// Appends to an array where it or the value has nodes; nil where neither has.
  private static func appendTraced(
    _ m: MachineStorage, _ variable: UnsafeMutablePointer<Slot>, _ index: Int, _ value: Value
  ) throws(Failure) -> Bool? {
    guard value.isTracedNumber || variable.pointee.value.isTracedNumber else { return nil }
    guard variable.pointee.value.withoutNodes.asArray?.shape[0] == index else { return false }
    var array = variable.pointee.takeValue()
    variable.pointee = .null
    let bytes = array.ownBytes
    let isDone = TracedArray.append(value, to: &array)
    m.allocatedBytes += max(array.ownBytes - bytes, 0)
    if array.ownBytes > bytes { try m.reserve(elements: 0) }
    variable.pointee = Slot(owning: array)
    return isDone
  }

  private enum Joining {
    case neither, list
    case array(ElementKind)
  }

  /// How a value at an index joins what is there. No reference is held afterwards, so that uniqueness can be asked.
  private static func joining(
    _ m: MachineStorage, _ variable: Slot, _ index: Int, _ value: Value
  ) throws(Failure) -> Joining {
    switch variable.value.asObject {
    case let array as ArrayObject:
      guard array.shape[0] == index, let kind = array.kind(joining: value) else { return .neither }
      if array.count + array.stride > array.capacity {
        try m.reserve(elements: 2 * array.capacity)
        m.allocatedBytes += 8 * array.capacity
      }
      return .array(kind)
    case let list as ListObject: return list.elements.count == index ? .list : .neither
    default: return .neither
    }
  }

  /// An array, or a list, of one value.
  private static func first(_ value: Slot) -> Value {
    switch value.tag {
    case UInt64(ValueTag.real.rawValue): return .array([value.real])
    case UInt64(ValueTag.int.rawValue): return .array([value.int])
    case UInt64(ValueTag.bool.rawValue): return .array([value.isTrue])
    default: return ArrayLiteral.make([value.value])
    }
  }
}

extension MachineStorage {
  /// Makes the machine wait for a value that goes to a register.
  func wait(_ choice: PendingChoice, for register: UInt16) {
    state = .waiting(choice)
    waitingRegister = register
    effect = .choice
  }

  /// Gives the value that was waited for.
  func resume(with value: Value) {
    guard case .waiting(let choice) = state else { return }
    state = .ready
    if choice.address == nil {
      clear(Int(waitingRegister))
      frame.pointee.pc += 1
      return
    }
    if elementwise != nil {
      elementwise?.append(value)
      guard let whole = nextElement(span: choice.span, for: waitingRegister) else { return }
      put(whole, waitingRegister)
    } else {
      put(value, waitingRegister)
    }
    account(value)
    frame.pointee.pc += 1
  }

  /// Goes on with a product that is made element by element: the whole array when it is complete, else nil, and the machine
  /// waits for the next element.
  func nextElement(span: Span, for register: UInt16) -> Value? {
    while let element = elementwise?.next() {
      switch element {
      case .set(let value, _, _): elementwise?.append(value)
      case .sample(let address, let distribution):
        wait(PendingChoice(address: address, distribution: distribution, observed: nil, span: span), for: register)
        return nil
      case .observe(let address, let distribution, let value):
        wait(PendingChoice(address: address, distribution: distribution, observed: value, span: span), for: register)
        return nil
      }
    }
    defer { elementwise = nil }
    return elementwise?.assembled()
  }
}
