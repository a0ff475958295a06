// The machine's entries for order and equality.

import BorelSemantics
import BorelValues

let comparisonImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("<", .general(less)),
  ("<=", .general(lessOrEqual)),
  (">", .general(greater)),
  (">=", .general(greaterOrEqual)),
  ("==", .general(equal)),
  ("!=", .general(notEqual)),
]

private func order(
  _ call: PrimitiveCall, _ symbol: String, _ integers: (Int, Int) -> Bool, _ reals: (Double, Double) -> Bool,
  _ strings: (String, String) -> Bool
) throws(Failure) -> Value {
  let (left, right) = (call.slots[0], call.slots[1])
  if left.isInt, right.isInt { return .bool(integers(left.int, right.int)) }
  if let a = left.asReal, let b = right.asReal { return .bool(reals(a, b)) }
  if let a = call[0].asString, let b = call[1].asString { return .bool(strings(a, b)) }
  let isNumeric = left.asReal != nil || call[0].asArray != nil
  let offending = left.asReal != nil || call[0].asString != nil ? 1 : 0
  let isArray = call[offending].asArray != nil
  throw call.failure(
    "`\(symbol)` compares two numbers or two strings, got \(call[0].kindDescription) and \(call[1].kindDescription)",
    code: "wrong-type", argument: offending,
    hint: isArray && isNumeric ? "for elements: `map(x => x \(symbol) ..., xs)`" : nil)
}

private func less(_ call: inout PrimitiveCall) throws(Failure) -> Value { try order(call, "<", <, <, <) }

private func lessOrEqual(_ call: inout PrimitiveCall) throws(Failure) -> Value { try order(call, "<=", <=, <=, <=) }

private func greater(_ call: inout PrimitiveCall) throws(Failure) -> Value { try order(call, ">", >, >, >) }

private func greaterOrEqual(_ call: inout PrimitiveCall) throws(Failure) -> Value { try order(call, ">=", >=, >=, >=) }

private func equal(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if comparesDraws(call) { return try call.performHost() }
  return .bool(ValueEquality.areEqual(call[0], call[1]))
}

private func notEqual(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if comparesDraws(call) { return try call.performHost() }
  return .bool(!ValueEquality.areEqual(call[0], call[1]))
}

/// Whether an operand is a random variable, which is compared draw by draw.
private func comparesDraws(_ call: PrimitiveCall) -> Bool {
  (0..<2).contains { (call[$0].asObject as? HostObject)?.payload.isRandomVariable == true }
}
