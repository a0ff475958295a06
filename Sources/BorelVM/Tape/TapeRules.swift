// What becomes of nodes in each primitive: a table by name. Functions of reals with rows in the derivative table need no entry.

import BorelIR
import BorelSemantics
import BorelValues
import CBorelVM

/// How a primitive treats arguments that have nodes.
enum TapeRule: Sendable {
  /// The primitive moves values about without looking into them; it runs as it is.
  case opaque
  /// The result does not change with the arguments, or only by steps: it is computed without nodes.
  case flat
  /// The primitive moves the elements of these arguments (all where nil): done to the values and to the nodes.
  case moving([Int]?)
  /// A function of reals with a row in the derivative table, elementwise on arrays where the primitive is.
  case function
  /// Makes a distribution that keeps the arguments with their nodes.
  case combinator
  /// The value is computed without nodes; the rule gives it nodes.
  case array(@Sendable (inout TapeCall) throws(Failure) -> Value)
  /// The rule computes the value as well.
  case whole(@Sendable (inout TapeCall) throws(Failure) -> Value)
  /// The same for primitives that call functions, which may have captured nodes.
  case calling(@Sendable (inout TapeCall) throws(Failure) -> Value)
}

enum TapeRules {
  /// By `PrimitiveID`; nil for a primitive that cannot be differentiated.
  static let table: [TapeRule?] = PrimitiveTable.rows.enumerated().map { index, row in
    if let rule = named[row.name] { return rule }
    guard let implementation = PrimitiveRegistry.table[index], TapeFunction(implementation) != nil else { return nil }
    switch row.result {
    case .bool, .int: return .flat
    default: return DerivativeTable.named[row.name] == nil ? nil : .function
    }
  }

  private static let named: [String: TapeRule] = [
    opaque.map { ($0, TapeRule.opaque) }, flat.map { ($0, .flat) },
    ["iid", "mixture", "truncate", "censor", "ordered", "transformed", "delta", "finite"].map { ($0, .combinator) },
    moving, operators, reductions, linearAlgebra, distributions, differentialEquations,
  ].joined().reduce(into: [:]) { $0[$1.0] = $1.1 }

  private static let opaque = [
    "to_list", "zip", "enumerated", "insert", "keys", "values", "has", "merge", "mem",
  ]

  private static let flat = [
    "!", "<", "<=", ">", ">=", "==", "!=", "len", "shape", "ndim", "order", "rank", "tabulate", "which", "index_of",
    "contains", "argmin", "argmax", "any", "all", "count", "int", "div", "type_of", "zeros", "ones", "identity",
    "print", "str", "format", "join", "assert", "error",
  ]

  private static let moving: [(String, TapeRule)] = [
    ("append", .whole(append)), ("concat", .moving(nil)), ("full", .moving([0])), ("rep", .moving([0])),
    ("remove", .moving([0])), ("reshape", .moving([0])), ("flatten", .moving([0])), ("to_array", .moving([0])),
    ("head", .moving([0])), ("tail", .moving([0])), ("reverse", .moving([0])), ("transpose", .moving([0])),
    ("diagonal", .moving([0])), ("diag_matrix", .moving([0])), ("real", .moving([0])), ("sort", .array(sort)),
    ("unique", .array(unique)),
  ]

  private static func append(_ call: inout TapeCall) throws(Failure) -> Value {
    guard !(call.arguments[0].asObject is ListObject), !(call.arguments[0].asObject is StringObject) else {
      return try call.performPlainly()
    }
    if var array = call.takeArray(0) {
      let value = call.arguments[1]
      if TracedArray.append(value, to: &array) { return array }
      call.arguments[0] = array
    }
    return try call.performMoving(nil)
  }

  /// Finds each element of the result among those of the argument, in order.
  private static func sort(_ call: inout TapeCall) throws(Failure) -> Value {
    let x = try call.operand(0)
    let order = (0..<x.count).sorted { a, b in
      let (u, v) = (x.value(a), x.value(b))
      if u.isNaN || v.isNaN { return v.isNaN && !u.isNaN || u.isNaN == v.isNaN && a < b }
      return u < v || u == v && a < b
    }
    return try call.result { x.node(order[$0]) }
  }

  private static func unique(_ call: inout TapeCall) throws(Failure) -> Value {
    let x = try call.operand(0)
    guard x.rank == 1 else { throw call.noDerivative(0) }
    var seen: Set<Double> = []
    let kept = (0..<x.count).filter { x.value($0).isNaN || seen.insert(x.value($0)).inserted }
    guard kept.count == call.primal.asArray?.count else { throw call.noDerivative(0) }
    return try call.result { x.node(kept[$0]) }
  }
}

/// What the tape does with a primitive whose arguments depend on inputs.
public enum TapeTreatment: Sendable {
  /// The result is a constant: it is no Real, or changes by steps only.
  case constant
  /// Elements are moved, distributions or containers made.
  case moved
  /// It is differentiated.
  case differentiated
  /// It has no derivative: an error.
  case none

  /// The treatment of a primitive by name.
  public init(of primitive: String) {
    guard let id = PrimitiveTable.ids[primitive] else {
      self = .none
      return
    }
    switch TapeRules.table[id.index] {
    case .flat: self = .constant
    case .opaque, .moving, .combinator: self = .moved
    case .function, .array, .whole, .calling: self = .differentiated
    case nil: self = .none
    }
  }
}

/// A real number or an array of them, with nodes.
struct TapeOperand {
  /// nil for a number, which stands for all elements.
  let array: ArrayObject?
  let nodes: ArrayObject?
  let scalar: Dual

  init?(_ value: Value) {
    if let dual = value.asDual {
      (array, nodes, scalar) = (nil, nil, dual)
      return
    }
    scalar = Dual(0)
    switch value.asObject {
    case let traced as TracedArray: (array, nodes) = (traced.values, traced.nodes)
    case let plain as ArrayObject: (array, nodes) = (plain.kind == .real ? plain : plain.widened(), nil)
    default: return nil
    }
  }

  var count: Int { array?.count ?? 1 }
  var rank: Int { array?.rank ?? 0 }
  var shape: [Int] { array?.shape ?? [] }
  /// Whether any element may have a node.
  var isActive: Bool { nodes != nil || scalar.node != 0 }

  func value(_ offset: Int) -> Double { array?.reals[offset] ?? scalar.value }
  func node(_ offset: Int) -> Int {
    nodes.map { Int(Int64(bitPattern: $0.storage[offset])) } ?? scalar.node
  }
  /// The nodes that there are.
  var activeNodes: [Int] { isActive ? (0..<count).map(node).filter { $0 != 0 } : [] }
  subscript(offset: Int) -> Dual { Dual(value(offset), node: node(offset)) }
  var elements: [Dual] { (0..<count).map { self[$0] } }
}

/// One call of a primitive with arguments that have nodes.
struct TapeCall {
  let machine: MachineStorage
  let tape: Tape
  let id: PrimitiveID
  var arguments: [Value]
  let slots: UnsafeMutablePointer<Slot>
  let operandOffset: Int
  /// The value without nodes, for rules of kind `array`.
  var primal = Value.null

  var name: String { PrimitiveTable[id].name }

  func noDerivative(_ argument: Int) -> Failure { .noDerivative(id, argument: argument, at: machine.location.span) }

  /// A numerical argument.
  func operand(_ index: Int) throws(Failure) -> TapeOperand {
    guard index < arguments.count, let operand = TapeOperand(arguments[index]) else { throw noDerivative(index) }
    return operand
  }

  /// Whether an argument has been given.
  func has(_ index: Int) -> Bool { index < arguments.count && arguments[index].tag != .null }

  /// An array argument, moved out of its register so that it can be changed in place; nil for anything else.
  mutating func takeArray(_ index: Int) -> Value? {
    guard arguments[index].asObject is TracedArray || arguments[index].asObject is ArrayObject else { return nil }
    arguments[index] = .null
    let value = slots[index].takeValue()
    slots[index] = .null
    return value
  }

  func performPlainly() throws(Failure) -> Value {
    try machine.performPlainly(id, slots, arguments.count, operandOffset)
  }

  /// The value for arguments without nodes.
  func performWithoutNodes() throws(Failure) -> Value {
    try machine.performPlainly(id, arguments.map(\.withoutNodes), operandOffset)
  }

  /// Moves elements: the values, then the nodes.
  func performMoving(_ moved: [Int]?) throws(Failure) -> Value {
    let values = try performWithoutNodes()
    let nodes = arguments.indices.map { moved?.contains($0) ?? true ? arguments[$0].nodesOnly : arguments[$0] }
    return .joined(values, try machine.performPlainly(id, nodes, operandOffset))
  }

  /// The value with nodes by row-major offset.
  func result(_ node: (Int) throws(Failure) -> Int) throws(Failure) -> Value {
    if let array = primal.asArray {
      let nodes = ArrayObject(uninitialized: .int, shape: array.shape)
      for offset in 0..<array.count { nodes.storage[offset] = UInt64(try node(offset)) }
      return .joined(primal, .object(nodes))
    }
    guard let x = primal.asReal else { return primal }
    return .traced(x, node: try node(0))
  }

  /// The i-th element of the value.
  func primal(_ offset: Int) -> Double { primal.asArray?.real(offset) ?? primal.asReal ?? .nan }

  /// A real value that depends linearly on nodes, to first order.
  func linear(_ terms: some Sequence<(node: Int, partial: Double)>) throws(Failure) -> Value {
    guard let value = primal.asReal else { return primal }
    return Value(try tape.linear(value, terms))
  }
}

extension Tape {
  /// A value with these partial derivatives: one entry for two nodes, then one for each further node.
  func linear(_ value: Double, _ terms: some Sequence<(node: Int, partial: Double)>) throws(Failure) -> Dual {
    var sum = Dual(0)
    var waiting: (node: Int, partial: Double)?
    for term in terms where term.node != 0 {
      if sum.node != 0 {
        sum = try record(0, sum, 1, Dual(0, node: term.node), term.partial)
      } else if let first = waiting {
        sum = try record(0, Dual(0, node: first.node), first.partial, Dual(0, node: term.node), term.partial)
        waiting = nil
      } else {
        waiting = term
      }
    }
    if let first = waiting {
      // A derivative of one needs no entry.
      if first.partial == 1 { return Dual(value, node: first.node) }
      sum = try record(0, Dual(0, node: first.node), first.partial)
    }
    return Dual(value, node: sum.node)
  }
}

extension MachineStorage {
  /// Performs a primitive with arguments that have nodes; nil where none has, or where they make no difference.
  func performTraced(
    _ id: PrimitiveID, _ slots: UnsafePointer<Slot>, _ count: Int, _ operandOffset: Int
  ) throws(Failure) -> Value? {
    guard let tape else { return nil }
    let rule = TapeRules.table[id.index]
    if case .opaque = rule { return nil }
    var first: Int?
    for index in 0..<count where slots[index].isTraced || slots[index].isObject && slots[index].value.hasNodes {
      first = index
      break
    }
    if case .calling = rule { first = first ?? 0 }
    guard let first else { return nil }
    guard let rule else { throw .noDerivative(id, argument: first, at: location.span) }
    if case .function = rule, count <= Int(BOREL_TAPE_ARITY), let result = try performScalar(id, slots, count) {
      return result
    }
    var call = TapeCall(
      machine: self, tape: tape, id: id, arguments: (0..<count).map { slots[$0].value },
      slots: UnsafeMutablePointer(mutating: slots), operandOffset: operandOffset)
    switch rule {
    case .opaque: return nil
    case .flat: return try call.performWithoutNodes()
    case .moving(let moved): return try call.performMoving(moved)
    case .function: return try performElementwise(call)
    case .combinator: return try performCombinator(call)
    case .array(let rule):
      call.primal = try call.performWithoutNodes()
      return try rule(&call)
    case .whole(let rule), .calling(let rule): return try rule(&call)
    }
  }

  /// The primitive on values that stand in no registers.
  func performPlainly(_ id: PrimitiveID, _ arguments: [Value], _ operandOffset: Int) throws(Failure) -> Value {
    let buffer = UnsafeMutablePointer<Slot>.allocate(capacity: max(arguments.count, 1))
    for (index, argument) in arguments.enumerated() { buffer[index] = Slot(owning: argument) }
    defer {
      for index in arguments.indices { buffer[index].release() }
      buffer.deallocate()
    }
    return try performPlainly(id, buffer, arguments.count, operandOffset)
  }

  /// A function of real numbers; nil where an argument is no number.
  private func performScalar(_ id: PrimitiveID, _ slots: UnsafePointer<Slot>, _ count: Int) throws(Failure) -> Value? {
    guard let tape else { return nil }
    var values = (0.0, 0.0, 0.0, 0.0)
    var nodes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    return try withUnsafeMutableBytes(of: &values) { (x) throws(Failure) -> Value? in
      try withUnsafeMutableBytes(of: &nodes) { (n) throws(Failure) -> Value? in
        let x = x.bindMemory(to: Double.self)
        let n = n.bindMemory(to: UInt64.self)
        for index in 0..<count {
          if slots[index].isTraced {
            x[index] = slots[index].real
            n[index] = UInt64(slots[index].node)
          } else if let number = slots[index].asReal {
            x[index] = number
          } else {
            return nil
          }
        }
        guard let values = x.baseAddress, let nodes = n.baseAddress else { return nil }
        return Value(try tape.apply(id, values, nodes))
      }
    }
  }

  /// The same over arrays.
  private func performElementwise(_ call: TapeCall) throws(Failure) -> Value {
    var call = call
    call.primal = try call.performWithoutNodes()
    var operands: [TapeOperand] = []
    for index in call.arguments.indices { operands.append(try call.operand(index)) }
    var values = [Double](repeating: 0, count: operands.count)
    var nodes = [UInt64](repeating: 0, count: operands.count)
    return try call.result { (offset) throws(Failure) -> Int in
      for (index, operand) in operands.enumerated() {
        values[index] = operand.value(offset)
        nodes[index] = UInt64(operand.node(offset))
      }
      return try call.tape.apply(call.id, values, nodes).node
    }
  }
}
