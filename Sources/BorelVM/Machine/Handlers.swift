// The instructions that the C loop leaves to Swift: a table by operation.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

/// What happens after an instruction.
enum Flow {
  case advance
  /// By this many instructions.
  case jump(Int)
  /// A frame has been pushed; the one below is already behind the instruction.
  case entered
  /// `effect` says why.
  case stopped
}

typealias Handler = @Sendable (MachineStorage, borel_instruction) throws(Failure) -> Flow

enum Handlers {
  static let table: [Handler] = {
    let missing: Handler = { (m, i) throws(Failure) in try unexpected(m, i) }
    var table = Array(repeating: missing, count: Int(BOREL_OPERATION_COUNT.rawValue))
    for (operation, handler) in arithmetic + conditions + loops + indexing + construction + calls + effects {
      table[Int(operation.rawValue)] = handler
    }
    return table
  }()

  private static func unexpected(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    throw Failure(
      .internal,
      Diagnostic(
        code: "internal-error",
        "internal error in the virtual machine, please report: \(String(cString: borel_operation_name(i.operation)))",
        at: m.location.span))
  }
}

// MARK: Operators

extension Handlers {
  static let arithmetic: [(borel_operation, Handler)] =
    [
      (BOREL_OP_ADD, "+"), (BOREL_OP_SUBTRACT, "-"), (BOREL_OP_MULTIPLY, "*"), (BOREL_OP_DIVIDE, "/"),
      (BOREL_OP_MODULO, "%"), (BOREL_OP_POWER, "^"), (BOREL_OP_LESS, "<"), (BOREL_OP_LESS_EQUAL, "<="),
      (BOREL_OP_GREATER, ">"), (BOREL_OP_GREATER_EQUAL, ">="), (BOREL_OP_EQUAL, "=="), (BOREL_OP_NOT_EQUAL, "!="),
    ].map { ($0.0, binary($0.1)) }
    + [
      (BOREL_OP_ADD_K, "+"), (BOREL_OP_SUBTRACT_K, "-"), (BOREL_OP_MULTIPLY_K, "*"), (BOREL_OP_DIVIDE_K, "/"),
      (BOREL_OP_MODULO_K, "%"), (BOREL_OP_POWER_K, "^"),
    ]
    .map { ($0.0, constantRight($0.1)) }
    + [(BOREL_OP_K_SUBTRACT, "-"), (BOREL_OP_K_DIVIDE, "/")].map { ($0.0, constantLeft($0.1)) }
    + [(BOREL_OP_NEGATE, "negate"), (BOREL_OP_NOT, "!"), (BOREL_OP_LENGTH, "len")].map { ($0.0, unary($0.1)) }
    + [(BOREL_OP_REAL1, 1), (BOREL_OP_REAL2, 2), (BOREL_OP_REAL3, 3)].map { ($0.0, real($0.1)) }
    + [(BOREL_OP_PRIMITIVE, primitive)]

  private static func id(_ name: String) -> PrimitiveID { PrimitiveTable.ids[name] ?? PrimitiveID(0) }

  private static func binary(_ name: String) -> Handler {
    let id = id(name)
    return { (m, i) throws(Failure) in
      m.scratch[0] = m.register(i.b).pointee
      m.scratch[1] = m.register(i.c).pointee
      let result = try m.perform(id, m.scratch, 2)
      m.consume(i.b, keeping: i.a)
      m.consume(i.c, keeping: i.a)
      m.put(result, i.a)
      return .advance
    }
  }

  private static func constantRight(_ name: String) -> Handler {
    let id = id(name)
    return { (m, i) throws(Failure) in
      m.scratch[0] = m.register(i.b).pointee
      m.scratch[1] = m.frame.pointee.function.pointee.constants[Int(i.c)]
      let result = try m.perform(id, m.scratch, 2)
      m.consume(i.b, keeping: i.a)
      m.put(result, i.a)
      return .advance
    }
  }

  private static func constantLeft(_ name: String) -> Handler {
    let id = id(name)
    return { (m, i) throws(Failure) in
      m.scratch[0] = m.frame.pointee.function.pointee.constants[Int(i.c)]
      m.scratch[1] = m.register(i.b).pointee
      let result = try m.perform(id, m.scratch, 2)
      m.consume(i.b, keeping: i.a)
      m.put(result, i.a)
      return .advance
    }
  }

  private static func unary(_ name: String) -> Handler {
    let id = id(name)
    return { (m, i) throws(Failure) in
      let result = try m.perform(id, m.register(i.b), 1)
      m.consume(i.b, keeping: i.a)
      m.put(result, i.a)
      return .advance
    }
  }

  private static func real(_ count: UInt16) -> Handler {
    { (m, i) throws(Failure) in
      let result = try m.perform(PrimitiveID(Int(i.c)), m.register(i.b), Int(count))
      for offset in 0..<count { m.consume(i.b + offset, keeping: i.a) }
      m.put(result, i.a)
      return .advance
    }
  }

  private static func primitive(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let id = PrimitiveID(Int(i.b))
    let result = try m.perform(id, m.register(i.a), Int(i.c))
    for offset in 0..<Int(i.c) { m.clear(Int(i.a) + offset) }
    m.put(result, i.a)
    return .advance
  }
}

// MARK: Conditions and loops

extension Handlers {
  static let conditions: [(borel_operation, Handler)] =
    [
      (BOREL_OP_UNLESS_LESS, "<"), (BOREL_OP_UNLESS_LESS_EQUAL, "<="), (BOREL_OP_UNLESS_GREATER, ">"),
      (BOREL_OP_UNLESS_GREATER_EQUAL, ">="), (BOREL_OP_UNLESS_EQUAL, "=="), (BOREL_OP_UNLESS_NOT_EQUAL, "!="),
    ].map { ($0.0, unless($0.1, isConstant: false)) }
    + [
      (BOREL_OP_UNLESS_LESS_K, "<"), (BOREL_OP_UNLESS_LESS_EQUAL_K, "<="), (BOREL_OP_UNLESS_GREATER_K, ">"),
      (BOREL_OP_UNLESS_GREATER_EQUAL_K, ">="), (BOREL_OP_UNLESS_EQUAL_K, "=="),
      (BOREL_OP_UNLESS_NOT_EQUAL_K, "!="),
    ].map { ($0.0, unless($0.1, isConstant: true)) }
    + [(BOREL_OP_JUMP_IF_FALSE, needsBool), (BOREL_OP_JUMP_IF_TRUE, needsBool), (BOREL_OP_CHECK_BOOL, needsBool)]

  private static func unless(_ name: String, isConstant: Bool) -> Handler {
    let id = id(name)
    return { (m, i) throws(Failure) in
      m.scratch[0] = m.register(i.a).pointee
      m.scratch[1] =
        isConstant ? m.frame.pointee.function.pointee.constants[Int(i.b)] : m.register(i.b).pointee
      let result = try m.perform(id, m.scratch, 2)
      m.consume(i.a, keeping: .max)
      if !isConstant { m.consume(i.b, keeping: .max) }
      guard let holds = result.asBool else { throw m.notABool(result) }
      return holds ? .advance : .jump(Int(Int16(bitPattern: i.c)))
    }
  }

  private static func needsBool(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    throw m.notABool(m.register(i.a).pointee.value)
  }

  static let loops: [(borel_operation, Handler)] = [
    (BOREL_OP_FOR_PREPARE, forPrepare), (BOREL_OP_EACH_PREPARE, eachPrepare), (BOREL_OP_EACH_NEXT, eachNext),
  ]

  private static func forPrepare(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let offset = m.register(i.a).pointee.isInt ? 1 : 0
    let value = m.register(i.a + UInt16(offset)).pointee.value
    throw Failure(
      .user,
      Diagnostic(
        code: "range-bound",
        "the \(offset == 0 ? "start" : "end") of a range must be an Int, got \(value.kindDescription)",
        at: m.location.span(operand: offset), hint: value.tag == .real ? "`int(x)` makes an Int of a whole number" : nil
      ))
  }

  private static func eachPrepare(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let value = m.register(i.a).pointee.value
    switch value.asObject {
    case let tuple as TupleObject: m.put(.list(tuple.elements), i.a)
    case is TracedArray: break
    case let record as RecordObject: m.put(.list(record.keys.map { .string($0) }), i.a)
    case let string as StringObject: m.put(.list(string.string.map { .string(String($0)) }), i.a)
    default:
      let isNumber = value.tag == .int
      throw Failure(
        .user,
        Diagnostic(
          code: "not-iterable", "`for` needs a range, an array or a list, got \(value.kindDescription)",
          at: m.location.span, hint: isNumber ? "`for i in 0..<n` counts" : nil))
    }
    m.put(.int(0), i.a + 1)
    return .advance
  }

  private static func eachNext(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let position = m.register(i.a + 1).pointee.int
    let element: Value
    switch m.register(i.a).pointee.value.asObject {
    case let array as ArrayObject:
      guard position < array.shape[0] else { return .jump(Int(borel_wide(i))) }
      element = array.row(position)
      m.account(element)
    case let array as TracedArray:
      guard position < array.values.shape[0] else { return .jump(Int(borel_wide(i))) }
      element = array.row(position)
      m.account(element)
    case let list as ListObject:
      guard position < list.elements.count else { return .jump(Int(borel_wide(i))) }
      element = list.elements[position]
    default: return .jump(Int(borel_wide(i)))
    }
    m.put(.int(position + 1), i.a + 1)
    m.put(element, i.a + 2)
    try m.step()
    return .advance
  }
}

extension MachineStorage {
  /// The error of a condition that is not true or false.
  fileprivate func notABool(_ value: Value) -> Failure {
    let hint: String? =
      switch value {
      case .int, .real: "compare it with something: `x != 0`"
      case .object(let object as HostObject) where object.payload.isRandomVariable:
        "it differs from draw to draw; `mean(event)` is its probability"
      case .object(let object) where object.tag == .array: "`all(x)` and `any(x)` make one Bool of an array"
      default: nil
      }
    return failure("a condition must be a Bool, got \(value.kindDescription)", code: "not-a-bool", hint: hint)
  }
}
