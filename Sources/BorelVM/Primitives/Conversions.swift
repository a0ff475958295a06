// Conversions between numbers, integer division, and the names of kinds.

import BorelSemantics
import BorelValues

let conversionImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("int", .general(int)),
  ("real", .general(real)),
  ("div", .general(divide)),
  ("mod", .general(modulo)),
  ("type_of", .general(typeOf)),
]

private func wholeNumber(_ x: Double, _ call: PrimitiveCall) throws(Failure) -> Int {
  if let n = Int(exactly: x) { return n }
  throw call.failure(
    x.isFinite ? "`int` needs a whole number, got \(Value.real(x).shortText)" : "\(Value.real(x).shortText) is no Int",
    code: "not-whole", argument: 0,
    hint: x.isFinite && abs(x) < 1e18 ? "`int(floor(x))`, `int(round(x))` and `int(trunc(x))` round" : nil)
}

private func int(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  switch call[0] {
  case .int: return call[0]
  case .bool(let b): return .int(b ? 1 : 0)
  case .real(let x): return .int(try wholeNumber(x, call))
  default: break
  }
  if let string = call[0].asString {
    guard let n = Int(string) else { throw call.failure("\"\(string)\" is no Int", code: "not-a-number", argument: 0) }
    return .int(n)
  }
  let array = try call.array(0)
  if array.kind == .int { return call[0] }
  try call.reserve(elements: array.count)
  let result = ArrayObject(uninitialized: .int, shape: array.shape)
  for i in 0..<array.count {
    result.storage[i] =
      array.kind == .bool ? array.storage[i] : UInt64(bitPattern: Int64(try wholeNumber(array.reals[i], call)))
  }
  return .object(result)
}

private func real(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  switch call[0] {
  case .real: return call[0]
  case .int(let n): return .real(Double(n))
  case .bool(let b): return .real(b ? 1 : 0)
  default: break
  }
  if let string = call[0].asString {
    guard let x = Double(string) else {
      throw call.failure("\"\(string)\" is no number", code: "not-a-number", argument: 0)
    }
    return .real(x)
  }
  let array = try call.array(0)
  try call.reserve(elements: array.count)
  return array.kind == .real ? call[0] : .object(array.widened())
}

private func quotient(_ a: Int, _ b: Int, _ call: PrimitiveCall) throws(Failure) -> Int {
  if let q = IntegerMath.quotient(a, b) { return q }
  throw b == 0
    ? call.failure("division by zero: div(\(a), 0)", code: "division-by-zero", argument: 1)
    : call.failure("div(\(a), \(b)) is too large for an Int", code: "integer-overflow")
}

private func divide(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if call.slots[0].isInt, call.slots[1].isInt { return .int(try quotient(call.slots[0].int, call.slots[1].int, call)) }
  for i in 0..<2 where !call.slots[i].isInt {
    guard let array = call[i].asArray, array.kind == .int else {
      throw call.failure(
        "`div` divides Ints, got \(call[i].kindDescription)", code: "wrong-type", argument: i,
        hint: call.slots[i].isReal ? "`floor(a / b)` for Reals" : nil)
    }
  }
  let (a, b) = (call[0].asArray, call[1].asArray)
  if let a, let b, a.shape != b.shape {
    throw call.failure(
      "`div`: shapes differ, \(Value.shapeText(a.shape)) and \(Value.shapeText(b.shape))", code: "shape-mismatch",
      argument: 1)
  }
  guard let shaped = a ?? b else { return .null }
  try call.reserve(elements: shaped.count)
  let result = ArrayObject(uninitialized: .int, shape: shaped.shape)
  for i in 0..<shaped.count {
    let x = a.map { Int(Int64(bitPattern: $0.storage[i])) } ?? call.slots[0].int
    let y = b.map { Int(Int64(bitPattern: $0.storage[i])) } ?? call.slots[1].int
    result.storage[i] = UInt64(bitPattern: Int64(try quotient(x, y, call)))
  }
  return .object(result)
}

private func modulo(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if call.slots[0].isInt, call.slots[1].isInt {
    guard let r = IntegerMath.remainder(call.slots[0].int, call.slots[1].int) else {
      throw call.failure(
        "remainder of a division by zero: mod(\(call.slots[0].int), 0)", code: "division-by-zero", argument: 1)
    }
    return .int(r)
  }
  return .real(IntegerMath.remainder(try call.real(0), try call.real(1)))
}

private func typeOf(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  switch call[0] {
  case .null: return .string("null")
  case .bool: return .string("Bool")
  case .int: return .string("Int")
  case .real: return .string("Real")
  case .object(let object):
    if let array = object as? ArrayObject { return .string("\(array.kind.name) array") }
    if let host = object as? HostObject { return .string(host.payload.typeName) }
    return .string(object.tag == .string ? "String" : String(describing: object.tag))
  }
}
