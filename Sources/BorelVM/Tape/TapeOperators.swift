// Nodes through the operators: arithmetic on numbers and elements, and the products of linear algebra.

import BorelIR
import BorelSemantics
import BorelValues

extension TapeRules {
  static let operators: [(String, TapeRule)] = [
    ("+", arithmetic { (t, a, b) throws(Failure) in try t.add(a, b) }),
    ("-", arithmetic { (t, a, b) throws(Failure) in try t.subtract(a, b) }),
    (".*", arithmetic { (t, a, b) throws(Failure) in try t.multiply(a, b) }),
    ("/", arithmetic { (t, a, b) throws(Failure) in try t.divide(a, b) }),
    ("./", arithmetic { (t, a, b) throws(Failure) in try t.divide(a, b) }),
    ("*", .array(multiply)), ("^", .whole(power)), (".^", .array(powers)), ("%", .array(remainder)),
    ("mod", .array(remainder)), ("negate", .array(negate)), ("min", .array(extremum)), ("max", .array(extremum)),
  ]

  private typealias Operation = @Sendable (Tape, Dual, Dual) throws(Failure) -> Dual

  /// An operator on numbers or elements.
  private static func arithmetic(_ operation: @escaping Operation) -> TapeRule {
    .array { (call) throws(Failure) in try elementwise(&call, operation) }
  }

  private static func elementwise(_ call: inout TapeCall, _ operation: Operation) throws(Failure) -> Value {
    let (a, b, tape) = (try call.operand(0), try call.operand(1), call.tape)
    return try call.result { (offset) throws(Failure) in try operation(tape, a[offset], b[offset]).node }
  }

  private static func multiply(_ call: inout TapeCall) throws(Failure) -> Value {
    let (a, b) = (try call.operand(0), try call.operand(1))
    guard a.rank > 0, b.rank > 0 else {
      return try elementwise(&call) { (t, a, b) throws(Failure) in try t.multiply(a, b) }
    }
    if a.rank == 1, b.rank == 1 { return try dot(&call) }
    return try product(&call, a, b)
  }

  private static let powerID = PrimitiveTable.ids["pow"] ?? PrimitiveID(0)

  /// By the row of `pow`.
  private static func powers(_ call: inout TapeCall) throws(Failure) -> Value {
    try elementwise(&call) { (t, a, b) throws(Failure) in try t.apply(powerID, [a, b]) }
  }

  private static func power(_ call: inout TapeCall) throws(Failure) -> Value {
    call.primal = try call.performWithoutNodes()
    let a = try call.operand(0)
    guard a.rank > 0 else { return try powers(&call) }
    // A matrix to a whole power, by repeated squaring as the value is computed.
    guard let exponent = call.arguments[1].asInt else { throw call.noDerivative(1) }
    let times = PrimitiveTable.ids["*"] ?? PrimitiveID(0)
    var result: Value?
    var base = call.arguments[0]
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 {
        if let factor = result { result = try call.machine.perform(times, [factor, base]) } else { result = base }
      }
      rest >>= 1
      if rest > 0 { base = try call.machine.perform(times, [base, base]) }
    }
    return result ?? call.primal
  }

  /// r = x - y floor(x / y).
  private static func remainder(_ call: inout TapeCall) throws(Failure) -> Value {
    let (x, y) = (try call.operand(0), try call.operand(1))
    let (tape, call) = (call.tape, call)
    return try call.result { (i) throws(Failure) in
      try tape.record(0, x[i], 1, y[i], (call.primal(i) - x.value(i)) / y.value(i)).node
    }
  }

  private static func negate(_ call: inout TapeCall) throws(Failure) -> Value {
    let (x, tape) = (try call.operand(0), call.tape)
    return try call.result { (i) throws(Failure) in try tape.negate(x[i]).node }
  }

  /// The first of equal numbers counts; NaN is a constant.
  private static func extremum(_ call: inout TapeCall) throws(Failure) -> Value {
    guard let best = call.primal.asReal, !best.isNaN else { return call.primal }
    let first = try call.operand(0)
    if call.has(1) {
      let second = try call.operand(1)
      return .traced(best, node: first.value(0) == best ? first.node(0) : second.node(0))
    }
    let place = (0..<first.count).first { first.value($0) == best }
    return .traced(best, node: place.map(first.node) ?? 0)
  }
}
