// Instructions that read and write elements and fields where the C loop cannot.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

extension Handlers {
  static let indexing: [(borel_operation, Handler)] = [
    (BOREL_OP_INDEX, index), (BOREL_OP_INDEX_TAKE, index), (BOREL_OP_INDEX2, index2), (BOREL_OP_INDEX2_TAKE, index2),
    (BOREL_OP_INDEX_CHAIN, indexChain), (BOREL_OP_INDEX_PATH, indexPath), (BOREL_OP_SET_INDEX, setIndex),
    (BOREL_OP_SET_INDEX2, setIndex2), (BOREL_OP_UPDATE, update), (BOREL_OP_UPDATE_GLOBAL, updateGlobal),
    (BOREL_OP_FIELD, field), (BOREL_OP_FIELD_TAKE, field), (BOREL_OP_ELEMENT, element), (BOREL_OP_COMPLETE, complete),
    (BOREL_OP_GET_GLOBAL, getGlobal), (BOREL_OP_SET_GLOBAL, setGlobal),
  ]

  private static func index(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let reader = SubscriptReader(location: m.location)
    let result = try reader.element(
      of: m.register(i.b).pointee.value, at: m.register(i.c).pointee.value, operand: 1)
    m.consume(i.b, keeping: i.a)
    m.consume(i.c, keeping: i.a)
    m.account(result)
    m.put(result, i.a)
    return .advance
  }

  private static func index2(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let reader = SubscriptReader(location: m.location)
    let result = try reader.element(
      of: m.register(i.b).pointee.value, m.register(i.c).pointee.value, m.register(i.c + 1).pointee.value)
    m.consume(i.b, keeping: i.a)
    m.consume(i.c, keeping: i.a)
    m.consume(i.c + 1, keeping: i.a)
    m.account(result)
    m.put(result, i.a)
    return .advance
  }

  private static func indexChain(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    var reader = SubscriptReader(location: m.location)
    let row = try reader.element(
      of: m.register(i.b).pointee.value, at: m.register(i.c).pointee.value, operand: 1)
    m.account(row)
    reader.base = 3
    let result = try reader.element(of: row, at: m.register(i.c + 1).pointee.value, operand: 2)
    m.consume(i.c, keeping: i.a)
    m.consume(i.c + 1, keeping: i.a)
    m.account(result)
    m.put(result, i.a)
    return .advance
  }

  /// The values of `count` registers from `first` on, which become empty.
  static func take(_ m: MachineStorage, _ first: UInt16, _ count: Int) -> [Value] {
    (0..<count).map { offset in
      let slot = m.registers + Int(first) + offset
      let value = slot.pointee.takeValue()
      slot.pointee = .null
      return value
    }
  }

  private static func indexPath(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let steps = m.function.paths[Int(i.b)]
    let count = steps.reduce(0) { $0 + $1.operandCount }
    var value = m.register(i.a).pointee.value
    let operands = take(m, i.a + 1, count)
    var position = 0
    for step in steps {
      let reader = SubscriptReader(location: m.location, operand: 1 + position)
      switch step {
      case .field(let name): value = try member(value, name, m)
      case .subscripts(let kinds):
        let parts = try ValueUpdater.subscripts(kinds, operands[position...], reader)
        value = try reader.read(try completed(value, m), parts)
      }
      position += step.operandCount
    }
    try m.accountChecked(value)
    m.put(value, i.a)
    return .advance
  }

  private static func completed(_ value: Value, _ m: MachineStorage) throws(Failure) -> Value {
    guard let growing = value.asObject as? GrowingArray else { return value }
    guard growing.firstHole == nil else { throw m.hole(growing, at: m.location) }
    return growing.assembled()
  }

  private static func complete(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let value = m.register(i.a).pointee.value
    guard value.asObject is GrowingArray else { return .advance }
    m.put(try completed(value, m), i.a)
    return .advance
  }

  // MARK: Writing

  private static func setIndex(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    try set(
      m, m.register(i.a), [.subscripts([.index])], [m.register(i.b).pointee.value], m.register(i.c).pointee.value, 1)
    m.consume(i.b, keeping: i.a)
    m.consume(i.c, keeping: i.a)
    return .advance
  }

  private static func setIndex2(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    try set(
      m, m.register(i.a), [.subscripts([.index, .index])],
      [m.register(i.b).pointee.value, m.register(i.b + 1).pointee.value], m.register(i.c).pointee.value, 1)
    m.consume(i.b, keeping: i.a)
    m.consume(i.b + 1, keeping: i.a)
    m.consume(i.c, keeping: i.a)
    return .advance
  }

  private static func update(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let steps = m.function.paths[Int(i.c)]
    var operands = take(m, i.a, steps.reduce(1) { $0 + $1.operandCount })
    let value = operands.removeLast()
    try set(m, m.register(i.b), steps, operands, value, 0)
    return .advance
  }

  private static func updateGlobal(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let steps = m.function.paths[Int(i.c)]
    var operands = take(m, i.a, steps.reduce(1) { $0 + $1.operandCount })
    let value = operands.removeLast()
    m.makeGlobalsUnique()
    let slot = m.globals.slots + Int(i.b)
    guard slot.pointee.tag != Globals.unset.tag else { throw m.unsetGlobal(Int(i.b)) }
    try set(m, slot, steps, operands, value, 0)
    return .advance
  }

  /// Changes the value in a slot at a path.
  private static func set(
    _ m: MachineStorage, _ slot: UnsafeMutablePointer<Slot>, _ steps: [AccessStep], _ operands: [Value],
    _ value: Value, _ firstOperand: Int
  ) throws(Failure) {
    let updater = ValueUpdater(machine: m, location: m.location, operands: operands, firstOperand: firstOperand)
    var target = slot.pointee.takeValue()
    slot.pointee = .null
    defer { slot.pointee = Slot(owning: target) }
    try updater.update(&target, steps[...], at: 0, to: value)
  }

  // MARK: Fields and globals

  private static func field(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let result = try member(m.register(i.b).pointee.value, m.function.names[Int(i.c)], m)
    m.consume(i.b, keeping: i.a)
    m.put(result, i.a)
    return .advance
  }

  private static func member(_ value: Value, _ name: String, _ m: MachineStorage) throws(Failure) -> Value {
    let reader = SubscriptReader(location: m.location, operand: 0)
    switch value.asObject {
    case let record as RecordObject:
      guard let field = record[name] else { throw reader.missingField(name, of: record.keys, operand: nil) }
      return field
    case let host as HostObject:
      guard let member = host.payload.member(name) else {
        throw reader.failure(
          "the \(host.payload.typeName) has no `\(name)`", code: "no-member", operand: nil,
          hint: SubscriptReader.didYouMean(name, among: host.payload.memberNames)
            ?? "it has \(host.payload.memberNames.prefix(12).map { "`\($0)`" }.joined(separator: ", "))")
      }
      return member
    default:
      throw reader.failure("\(value.kindDescription) has no field `\(name)`", code: "no-member", operand: 0)
    }
  }

  private static func element(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let value = m.register(i.a).pointee.value
    let elements: [Value]?
    switch value.asObject {
    case let tuple as TupleObject: elements = tuple.elements
    case let list as ListObject: elements = list.elements
    case let array as ArrayObject where array.shape[0] == Int(i.c): elements = (0..<array.shape[0]).map(array.row)
    case let array as TracedArray where array.values.shape[0] == Int(i.c):
      elements = (0..<array.values.shape[0]).map(array.row)
    default: elements = nil
    }
    guard let elements, elements.count == Int(i.c) else {
      throw Failure(
        .user,
        Diagnostic(
          code: "pattern-mismatch", "\(i.c) values are needed here, got \(value.kindDescription)",
          at: m.location.span(operand: 0) ?? m.location.span))
    }
    m.put(elements[Int(i.b)], i.a)
    return .advance
  }

  private static func getGlobal(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    throw m.unsetGlobal(Int(borel_wide(i)))
  }

  private static func setGlobal(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    m.makeGlobalsUnique()
    m.globals.set(Int(borel_wide(i)), m.register(i.a).pointee)
    m.register(i.a).pointee = .null
    return .advance
  }
}

extension MachineStorage {
  /// Before a global is changed: whoever else holds the globals keeps them as they are.
  func makeGlobalsUnique() {
    guard !isKnownUniquelyReferenced(&globals) else { return }
    globals = globals.copy()
    useGlobals()
  }

  func unsetGlobal(_ index: Int) -> Failure {
    let global = program.core.globals[index]
    return Failure(
      .user,
      Diagnostic(
        code: "unset-variable", "`\(global.name)` is used before it has a value", at: location.span,
        secondary: [.init(global.span, "declared here")]))
  }

  /// The use of an array that choices have not filled.
  func hole(_ array: GrowingArray, at location: CodeLocation) -> Failure {
    let missing = array.firstHole ?? []
    let text = missing.map(String.init).joined(separator: ", ")
    return Failure(
      .user,
      Diagnostic(
        code: "missing-element", "the element [\(text)] has no value yet, so the array cannot be used as a whole",
        at: location.span, hint: "every index below the largest must be chosen before"))
  }
}
