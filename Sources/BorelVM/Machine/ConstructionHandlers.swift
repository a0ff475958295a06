// Instructions that make arrays, lists, tuples, records, ranges and closures.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

extension Handlers {
  static let construction: [(borel_operation, Handler)] = [
    (BOREL_OP_MAKE_ARRAY, makeArray), (BOREL_OP_MAKE_TUPLE, makeTuple), (BOREL_OP_EXTEND_TUPLE, extendTuple),
    (BOREL_OP_ARRAY_OF_TUPLE, arrayOfTuple), (BOREL_OP_MAKE_RECORD, makeRecord), (BOREL_OP_MAKE_RANGE, makeRange),
    (BOREL_OP_MAKE_CLOSURE, makeClosure), (BOREL_OP_CURRENT_CLOSURE, currentClosure), (BOREL_OP_EXPECT, expect),
    (BOREL_OP_EXPECT_REAL, expect), (BOREL_OP_EXPECT_INT, expect),
  ]

  private static func makeArray(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let result = ArrayLiteral.make(take(m, i.a, Int(i.b)))
    try m.accountChecked(result)
    m.put(result, i.a)
    return .advance
  }

  private static func makeTuple(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let result = Value.tuple(take(m, i.a, Int(i.b)))
    try m.accountChecked(result)
    m.put(result, i.a)
    return .advance
  }

  private static func extendTuple(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let values = take(m, i.a + i.c, Int(i.b))
    (m.register(i.a).pointee.value.asObject as? TupleObject)?.elements += values
    return .advance
  }

  private static func arrayOfTuple(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let values = (m.register(i.a).pointee.value.asObject as? TupleObject)?.elements ?? []
    let result = ArrayLiteral.make(values)
    try m.accountChecked(result)
    m.put(result, i.a)
    return .advance
  }

  private static func makeRecord(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let keys = m.function.keys[Int(i.b)]
    let result = Value.object(RecordObject(keys: keys, values: take(m, i.a, keys.count)))
    try m.accountChecked(result)
    m.put(result, i.a)
    return .advance
  }

  private static func makeRange(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    for offset in 0..<2 {
      let value = m.register(i.a + UInt16(offset)).pointee.value
      guard case .int = value else {
        throw Failure(
          .user,
          Diagnostic(
            code: "range-bound",
            "the \(offset == 0 ? "start" : "end") of a range must be an Int, got \(value.kindDescription)",
            at: m.location.span(operand: offset)))
      }
    }
    let lower = m.register(i.a).pointee.int
    let upper = m.register(i.a + 1).pointee.int
    let (difference, overflow) = upper.subtractingReportingOverflow(lower)
    let (count, overflow2) = difference.addingReportingOverflow(i.b == 1 ? 1 : 0)
    guard !overflow, !overflow2 else { throw Limits.memoryFailure(bytes: .max, at: m.location.span) }
    try m.reserve(elements: max(count, 0))
    let array = ArrayObject(uninitialized: .int, shape: [max(count, 0)])
    for index in 0..<array.count { array.storage[index] = UInt64(bitPattern: Int64(lower + index)) }
    m.account(.object(array))
    m.put(.object(array), i.a)
    return .advance
  }

  private static func makeClosure(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let captures = UnsafeMutableBufferPointer(start: m.register(i.a), count: Int(i.b))
    m.put(.object(FunctionObject(FunctionID(Int(i.c)), taking: captures)), i.a)
    return .advance
  }

  private static func currentClosure(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    guard let pointer = m.frame.pointee.closure_object else { return .advance }
    m.put(.object(Unmanaged<HeapObject>.fromOpaque(pointer).takeUnretainedValue()), i.a)
    return .advance
  }

  // MARK: Declared types

  private static func expect(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let index = Int(borel_wide(i))
    let function = m.function
    let parameter = function.parameters[index]
    guard let type = parameter.type else { return .advance }
    let value = m.register(i.a).pointee.value
    let what = "`\(parameter.name)` of \(function.name.isEmpty ? "this function" : function.name)"
    func failure(_ message: String) -> Failure {
      Failure(.user, Diagnostic(code: "wrong-type", message, at: type.span))
    }
    guard let converted = convert(value, to: type) else {
      throw failure("\(what) must be \(describe(type)), got \(value.kindDescription)")
    }
    if let array = converted.asArray ?? (converted.asObject as? TracedArray)?.values {
      for (dimension, size) in type.sizes.enumerated() where dimension < array.rank {
        guard let wanted = self.size(size, before: index, function, m), wanted != array.shape[dimension] else {
          continue
        }
        throw failure(
          "\(what) must have \(wanted) elements\(array.rank > 1 ? " in dimension \(dimension)" : ""), got "
            + "\(array.shape[dimension])")
      }
    }
    m.put(converted, i.a)
    return .advance
  }

  /// What a size says: its number, the Int parameter of that name, or the size of an earlier parameter declared with it.
  private static func size(
    _ size: CoreType.Size, before index: Int, _ function: CompiledFunction, _ m: MachineStorage
  ) -> Int? {
    switch size {
    case .any: return nil
    case .fixed(let n): return n
    case .named(let name):
      for (position, other) in function.parameters.enumerated() {
        if other.name == name, m.registers[position].isInt { return m.registers[position].int }
        guard position < index, let type = other.type,
          let array = m.registers[position].value.withoutNodes.asArray
        else { continue }
        for (dimension, otherSize) in type.sizes.enumerated() where otherSize == size && dimension < array.rank {
          return array.shape[dimension]
        }
      }
      return nil
    }
  }

  private static func convert(_ value: Value, to type: CoreType) -> Value? {
    if value.isTracedNumber {
      let rank = value.withoutNodes.asArray?.rank ?? 0
      switch type.name {
      case "Real": return rank == type.sizes.count ? value : nil
      case "Int", "Bool", "String": return nil
      default: return type.sizes.isEmpty || rank == type.sizes.count ? value : nil
      }
    }
    guard type.sizes.isEmpty else {
      guard let array = value.asArray else {
        // The empty list literal is an array of anything.
        guard let list = value.asObject as? ListObject, list.elements.isEmpty, type.sizes.count == 1 else { return nil }
        return .array([Double]())
      }
      guard array.rank == type.sizes.count else { return nil }
      switch (type.name, array.kind) {
      case ("Real", .real), ("Int", .int), ("Bool", .bool): return value
      case ("Real", .int): return .object(array.widened())
      default: return array.count == 0 ? value : nil
      }
    }
    switch type.name {
    case "Real": return value.asReal.map { .real($0) }
    case "Int": return value.asInt == nil ? nil : value
    case "Bool": return value.asBool == nil ? nil : value
    case "String": return value.asString == nil ? nil : value
    default: return value
    }
  }

  private static func describe(_ type: CoreType) -> String {
    if type.sizes.isEmpty { return type.name == "Int" ? "an Int" : "a \(type.name)" }
    let sizes = type.sizes.map { size in
      switch size {
      case .named(let name): name
      case .fixed(let n): String(n)
      case .any: "_"
      }
    }
    return "an array \(type.name)[\(sizes.joined(separator: ", "))]"
  }
}
