// Calls of values that are only known when they run: labels, defaults, primitives, models and distributions as functions.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

extension Handlers {
  static let calls: [(borel_operation, Handler)] = [
    (BOREL_OP_CALL_VALUE, callValue), (BOREL_OP_CALL_LOCAL, callLocal), (BOREL_OP_APPLY_MODEL, applyModel),
    (BOREL_OP_APPLY_DISTRIBUTION, applyDistribution), (BOREL_OP_CONDITION, condition),
  ]

  /// Like a call of a value that stands before its arguments.
  private static func callLocal(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    m.put(m.register(i.c).pointee.value, i.a)
    var call = i
    call.c = 0
    return try callValue(m, call)
  }

  private static func callValue(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let callee = m.register(i.a).pointee.value
    guard let function = callee.asObject as? FunctionObject else { throw m.notCallable(callee) }
    let labels = i.c == 0 ? nil : m.function.labels[Int(i.c) - 1]
    switch function.target {
    case .closure(let id):
      let parameters = m.program.core[id].parameters
      let arguments = try m.bind(
        take(m, i.a + 1, Int(i.b)), labels, parameters.map { .init(name: $0.name, isRequired: $0.defaultValue == nil) },
        callee: m.program.core[id].name)
      let filled = try m.fillDefaults(arguments, parameters)
      return try enter(m, function, id, filled, result: Int(i.a))
    case .primitive(let id):
      let row = PrimitiveTable[id]
      if labels == nil, row.isVariadic || Int(i.b) == row.parameters.count {
        let result = try m.perform(id, m.register(i.a + 1), Int(i.b), operandOffset: 1)
        _ = take(m, i.a + 1, Int(i.b))
        m.put(result, i.a)
        return .advance
      }
      let arguments = try m.bind(take(m, i.a + 1, Int(i.b)), labels, row)
      m.put(try m.perform(id, arguments), i.a)
      return .advance
    case .model(let id):
      let parameters = m.program.core[m.program.core[id].function].parameters
      let arguments = try m.bind(
        take(m, i.a + 1, Int(i.b)), labels, parameters.map { .init(name: $0.name, isRequired: $0.defaultValue == nil) },
        callee: m.program.core[id].name)
      m.put(m.makeModel(id, try m.fillDefaults(arguments, parameters)), i.a)
      return .advance
    case .distribution(let id):
      let parameters = m.program.core[id].parameters
      let arguments = try m.bind(
        take(m, i.a + 1, Int(i.b)), labels, parameters.map { .init(name: $0.name, isRequired: $0.defaultValue == nil) },
        callee: m.program.core[id].name)
      m.put(try m.makeDistribution(id, try m.fillDefaults(arguments, parameters), operandOffset: 1), i.a)
      return .advance
    case .memoised(let memo):
      guard labels == nil else {
        throw m.failure("a memoised function takes no labels", code: "wrong-label")
      }
      let arguments = take(m, i.a + 1, Int(i.b))
      if let value = try m.models.enterMemo(memo, arguments, at: m.location.span) {
        m.put(value, i.a)
        return .advance
      }
      guard let inner = memo.function.asObject as? FunctionObject, case .closure(let id) = inner.target else {
        let result = try m.callValue(memo.function, arguments)
        try m.models.leave(with: result)
        m.put(result, i.a)
        return .advance
      }
      let parameters = m.program.core[id].parameters
      let bound = try m.bind(
        arguments, nil, parameters.map { .init(name: $0.name, isRequired: $0.defaultValue == nil) }, callee: memo.name)
      let flow = try enter(m, inner, id, try m.fillDefaults(bound, parameters), result: Int(i.a))
      m.frame.pointee.flags |= UInt32(BOREL_FRAME_SCOPE)
      return flow
    }
  }

  /// Pushes the frame of a closure whose result goes to a register of the running frame. The registers from there on are free,
  /// and this one holds, until it returns, what keeps the closure alive.
  private static func enter(
    _ m: MachineStorage, _ closure: FunctionObject, _ id: FunctionID, _ arguments: [Value], result: Int
  ) throws(Failure) -> Flow {
    let absolute = Int(m.frame.pointee.base) + result
    m.put(.object(closure), UInt16(result))
    try m.push(id, closure: closure, result: absolute, base: absolute + 1, flags: 0)
    (m.frame - 1).pointee.pc += 1
    for (index, argument) in arguments.enumerated() { m.registers[index] = Slot(owning: argument) }
    try m.step()
    return .entered
  }

  private static func applyModel(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let result = m.makeModel(ModelID(Int(i.c)), take(m, i.a, Int(i.b)))
    m.put(result, i.a)
    return .advance
  }

  private static func applyDistribution(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let result = try m.makeDistribution(DistributionID(Int(i.c)), take(m, i.a, Int(i.b)), operandOffset: 0)
    m.put(result, i.a)
    return .advance
  }

  private static func condition(_ m: MachineStorage, _ i: borel_instruction) throws(Failure) -> Flow {
    let values = take(m, i.a, 2)
    m.put(try ModelObject.condition(values[0], on: values[1], in: m.program.tables, at: m.location), i.a)
    return .advance
  }
}

/// A parameter as far as binding arguments goes.
struct BindableParameter {
  var name: String
  var isRequired: Bool
}

extension MachineStorage {
  func failure(_ message: String, code: String, operand: Int? = nil, hint: String? = nil) -> Failure {
    let span = operand.flatMap { location.span(operand: $0) } ?? location.span
    return Failure(.user, Diagnostic(code: code, message, at: span, hint: hint))
  }

  /// Arguments in parameter order; nil where one is left out that has a default.
  func bind(
    _ arguments: [Value], _ labels: [String?]?, _ parameters: [BindableParameter], callee: String
  ) throws(Failure) -> [Value?] {
    let name = callee.isEmpty ? "this function" : "`\(callee)`"
    var bound = [Value?](repeating: nil, count: parameters.count)
    var position = 0
    for (index, argument) in arguments.enumerated() {
      let target: Int
      if let label = labels?[index] {
        guard let found = parameters.firstIndex(where: { $0.name == label }) else {
          throw failure(
            "\(name) has no parameter `\(label)`", code: "wrong-label", operand: index + 1,
            hint: SubscriptReader.didYouMean(label, among: parameters.map(\.name)))
        }
        target = found
      } else {
        guard position < parameters.count else {
          throw failure(
            "\(name) takes \(Self.count(parameters.count)), got \(arguments.count)", code: "wrong-argument-count")
        }
        target = position
        position += 1
      }
      guard bound[target] == nil else {
        throw failure("`\(parameters[target].name)` is given twice", code: "wrong-label", operand: index + 1)
      }
      bound[target] = argument
    }
    if let missing = parameters.indices.first(where: { bound[$0] == nil && parameters[$0].isRequired }) {
      let required = parameters.filter(\.isRequired).count
      throw failure(
        labels == nil && required == parameters.count
          ? "\(name) takes \(Self.count(parameters.count)), got \(arguments.count)"
          : "\(name) needs `\(parameters[missing].name)`", code: "wrong-argument-count")
    }
    return bound
  }

  private static func count(_ n: Int) -> String { n == 1 ? "1 argument" : "\(n) arguments" }

  /// Computes defaults from the arguments before them.
  func fillDefaults(_ arguments: [Value?], _ parameters: [CoreParameter]) throws(Failure) -> [Value] {
    var filled: [Value] = []
    filled.reserveCapacity(arguments.count)
    for (index, argument) in arguments.enumerated() {
      if let argument {
        filled.append(argument)
      } else if let function = parameters[index].defaultValue {
        filled.append(try call(function, filled))
      } else {
        filled.append(.null)
      }
    }
    return filled
  }

  /// Arguments of a primitive with the row's defaults filled in.
  func bind(_ arguments: [Value], _ labels: [String?]?, _ row: Primitive) throws(Failure) -> [Value] {
    let parameters = row.parameters.map { BindableParameter(name: $0.name, isRequired: $0.defaultValue == nil) }
    let bound = try bind(arguments, labels, parameters, callee: row.name)
    return zip(bound, row.parameters).map { $0 ?? $1.defaultValue ?? .null }
  }

  func perform(_ id: PrimitiveID, _ arguments: [Value]) throws(Failure) -> Value {
    let buffer = UnsafeMutablePointer<Slot>.allocate(capacity: max(arguments.count, 1))
    for (index, argument) in arguments.enumerated() { buffer[index] = Slot(owning: argument) }
    defer {
      for index in arguments.indices { buffer[index].release() }
      buffer.deallocate()
    }
    return try perform(id, buffer, arguments.count, operandOffset: 1)
  }

  /// A call from native code that the fast way does not cover.
  func callLoosely(_ function: FunctionObject, _ arguments: [Value]) throws(Failure) -> Value {
    func parameters(_ list: [CoreParameter]) -> [BindableParameter] {
      list.map { .init(name: $0.name, isRequired: $0.defaultValue == nil) }
    }
    switch function.target {
    case .closure(let id):
      let core = program.core[id]
      let filled = try fillDefaults(
        try bind(arguments, nil, parameters(core.parameters), callee: core.name), core.parameters)
      return try callValue(.object(function), filled)
    case .primitive(let id):
      let row = PrimitiveTable[id]
      return try perform(id, row.isVariadic ? arguments : try bind(arguments, nil, row))
    case .model(let id):
      let core = program.core[program.core[id].function]
      return makeModel(
        id,
        try fillDefaults(try bind(arguments, nil, parameters(core.parameters), callee: core.name), core.parameters))
    case .distribution(let id):
      let core = program.core[id]
      return try makeDistribution(
        id,
        try fillDefaults(try bind(arguments, nil, parameters(core.parameters), callee: core.name), core.parameters),
        operandOffset: 1)
    case .memoised(let memo):
      if let value = try models.enterMemo(memo, arguments, at: location.span) { return value }
      let result = try callValue(memo.function, arguments)
      try models.leave(with: result)
      return result
    }
  }

  func makeModel(_ id: ModelID, _ arguments: [Value]) -> Value {
    .object(ModelObject(program.tables[id], arguments: arguments))
  }

  func makeDistribution(_ id: DistributionID, _ arguments: [Value], operandOffset: Int) throws(Failure) -> Value {
    if tape != nil, arguments.contains(where: \.hasNodes) {
      return try makeTracedDistribution(id, arguments, operandOffset: operandOffset)
    }
    var caller = MachineReference(storage: self)
    var place = location
    place.operandOffset = operandOffset
    return try program.tables[id].apply(arguments, at: place, &caller)
  }
}

/// The machine as it is, for calls of methods in the middle of an instruction.
struct MachineReference: MethodCaller {
  let storage: MachineStorage

  var random: RandomStream {
    get { storage.random }
    nonmutating set { storage.random = newValue }
  }

  func call(_ function: FunctionID, _ arguments: [Value]) throws(Failure) -> Value {
    try storage.call(function, arguments)
  }

  func callValue(_ callee: Value, _ arguments: [Value]) throws(Failure) -> Value {
    try storage.callValue(callee, arguments)
  }

  func call(_ method: FunctionID, of distribution: DistributionObject, _ x: Value?) throws(Failure) -> Value {
    try storage.call(method, of: distribution, x)
  }
}
