// The machine's entries for arithmetic on scalars and arrays.

import BorelNumerics
import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

let operatorImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("+", .general(add)),
  ("-", .general(subtract)),
  ("*", .general(multiply)),
  ("/", .general(divide)),
  ("%", .general(modulo)),
  ("^", .general(power)),
  (".*", .general(multiplyElements)),
  ("./", .general(divideElements)),
  (".^", .general(powerElements)),
  ("negate", .general(negate)),
  ("!", .general(not)),
]

/// An operator on numbers: on Ints where it stays in them, nil on overflow, and on Reals.
private struct Arithmetic: Sendable {
  var symbol: String
  /// nil for operators whose result is always Real.
  var integers: (@Sendable (Int, Int) -> Int?)?
  var reals: @Sendable (Double, Double) -> Double

  static let sum = Arithmetic(symbol: "+", integers: { checked($0.addingReportingOverflow($1)) }, reals: { $0 + $1 })
  static let difference = Arithmetic(
    symbol: "-", integers: { checked($0.subtractingReportingOverflow($1)) }, reals: { $0 - $1 })
  static let product = Arithmetic(
    symbol: "*", integers: { checked($0.multipliedReportingOverflow(by: $1)) }, reals: { $0 * $1 })
  static let quotient = Arithmetic(symbol: "/", integers: nil, reals: { $0 / $1 })
  static let remainder = Arithmetic(
    symbol: "%", integers: { IntegerMath.remainder($0, $1) }, reals: { IntegerMath.remainder($0, $1) })
  static let power = Arithmetic(symbol: "^", integers: nil, reals: { pow($0, $1) })

  private static func checked(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
    result.overflow ? nil : result.partialValue
  }
}

/// Integer arithmetic as the language defines it.
enum IntegerMath {
  /// With the sign of the divisor; nil for a divisor of 0.
  static func remainder(_ a: Int, _ b: Int) -> Int? {
    guard b != 0 else { return nil }
    guard b != -1 else { return 0 }
    let r = a % b
    return r != 0 && (r < 0) != (b < 0) ? r + b : r
  }

  static func remainder(_ a: Double, _ b: Double) -> Double {
    let r = fmod(a, b)
    return r != 0 && (r < 0) != (b < 0) ? r + b : r
  }

  /// The quotient rounded towards minus infinity, so that a = div(a, b) * b + a % b; nil for 0 and on overflow.
  static func quotient(_ a: Int, _ b: Int) -> Int? {
    guard b != 0, !(a == .min && b == -1) else { return nil }
    let q = a / b
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q
  }

  /// a^n for n >= 0; nil on overflow.
  static func power(_ a: Int, _ n: Int) -> Int? {
    var result = 1
    var base = a
    var rest = n
    while rest > 0 {
      if rest & 1 == 1 {
        let (product, overflow) = result.multipliedReportingOverflow(by: base)
        if overflow { return nil }
        result = product
      }
      rest >>= 1
      if rest > 0 {
        let (square, overflow) = base.multipliedReportingOverflow(by: base)
        if overflow { return nil }
        base = square
      }
    }
    return result
  }
}

// MARK: Scalars and elements

/// The operation on two scalars or elementwise; arrays need equal shapes, scalars are repeated.
private func apply(_ operation: Arithmetic, _ call: PrimitiveCall) throws(Failure) -> Value {
  let left = call.slots[0]
  let right = call.slots[1]
  if let a = left.asReal, let b = right.asReal {
    if left.isInt, right.isInt, let integers = operation.integers {
      guard let n = integers(left.int, right.int) else { throw integerFailure(operation, left.int, right.int, call) }
      return .int(n)
    }
    return .real(operation.reals(a, b))
  }
  let a = try operand(call, 0, operation.symbol)
  let b = try operand(call, 1, operation.symbol)
  if let a, let b, a.shape != b.shape { throw shapeFailure(operation.symbol, a, b, call) }
  guard let shaped = a ?? b else { return .null }
  try call.reserve(elements: shaped.count)
  let isInteger = (a.map { $0.kind == .int } ?? left.isInt) && (b.map { $0.kind == .int } ?? right.isInt)
  if isInteger, let integers = operation.integers {
    let result = ArrayObject(uninitialized: .int, shape: shaped.shape)
    for offset in 0..<result.count {
      let x = a.map { Int(Int64(bitPattern: $0.storage[offset])) } ?? left.int
      let y = b.map { Int(Int64(bitPattern: $0.storage[offset])) } ?? right.int
      guard let n = integers(x, y) else { throw integerFailure(operation, x, y, call) }
      result.storage[offset] = UInt64(bitPattern: Int64(n))
    }
    return .object(result)
  }
  let result = ArrayObject(uninitialized: .real, shape: shaped.shape)
  fill(result, a, left, b, right, operation.reals)
  return .object(result)
}

private func fill(
  _ result: ArrayObject, _ a: ArrayObject?, _ left: Slot, _ b: ArrayObject?, _ right: Slot,
  _ f: (Double, Double) -> Double
) {
  let x = left.asReal ?? 0
  let y = right.asReal ?? 0
  let out = result.reals
  switch (a, b) {
  case (let a?, nil) where a.kind == .real: for i in 0..<result.count { out[i] = f(a.reals[i], y) }
  case (nil, let b?) where b.kind == .real: for i in 0..<result.count { out[i] = f(x, b.reals[i]) }
  case (let a?, let b?) where a.kind == .real && b.kind == .real:
    for i in 0..<result.count { out[i] = f(a.reals[i], b.reals[i]) }
  default: for i in 0..<result.count { out[i] = f(a?.real(i) ?? x, b?.real(i) ?? y) }
  }
}

/// The array at an operand; nil for a number, a failure for anything else.
private func operand(_ call: PrimitiveCall, _ i: Int, _ symbol: String) throws(Failure) -> ArrayObject? {
  if call.slots[i].asReal != nil { return nil }
  if let array = call[i].asArray, array.kind != .bool || array.count == 0 { return array }
  let value = call[i]
  var hint: String?
  switch value {
  case .object(let object):
    switch object.tag {
    case .distribution: hint = "draw from it first: `x ~ ...` on a line of its own, or `sample(...)`"
    case .string where symbol == "+": hint = "make a String of the other side with `str(x)`"
    case .list: hint = "a list that holds only numbers is an array; this one holds something else"
    case .model: hint = "run it first: `s ~ m(...)` in a model, or `simulate(m)`"
    default: break
    }
  case .bool: hint = "`if b { 1 } else { 0 }` makes a number of a Bool; `count(xs)` counts the true ones"
  default: break
  }
  throw call.failure(
    "`\(symbol)` needs numbers, got \(value.kindDescription)", code: "wrong-type", argument: i, hint: hint)
}

private func shapeFailure(_ symbol: String, _ a: ArrayObject, _ b: ArrayObject, _ call: PrimitiveCall) -> Failure {
  call.failure(
    "`\(symbol)` needs equal shapes: the left side has \(Value.shapeText(a.shape)), the right side \(Value.shapeText(b.shape))",
    code: "shape-mismatch")
}

private func integerFailure(_ operation: Arithmetic, _ a: Int, _ b: Int, _ call: PrimitiveCall) -> Failure {
  if operation.symbol == "%", b == 0 {
    return call.failure("remainder of a division by zero: \(a) % 0", code: "division-by-zero", argument: 1)
  }
  return call.failure(
    "the result of \(a) \(operation.symbol) \(b) is too large for an Int", code: "integer-overflow",
    hint: "Ints have 64 bits; write \(a).0 to calculate with Reals")
}

private func add(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let a = call[0].asString, let b = call[1].asString {
    try call.reserve(elements: (a.utf8.count + b.utf8.count) / 8)
    return .string(a + b)
  }
  return try apply(.sum, call)
}

private func subtract(_ call: inout PrimitiveCall) throws(Failure) -> Value { try apply(.difference, call) }

private func multiplyElements(_ call: inout PrimitiveCall) throws(Failure) -> Value { try apply(.product, call) }

private func divideElements(_ call: inout PrimitiveCall) throws(Failure) -> Value { try apply(.quotient, call) }

private func modulo(_ call: inout PrimitiveCall) throws(Failure) -> Value { try apply(.remainder, call) }

private func divide(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if call[1].asArray != nil {
    throw call.failure(
      "`/` divides by a number, and the right side is \(call[1].kindDescription)", code: "shape-mismatch", argument: 1,
      hint: "for elements use `./`; to solve a linear system use `solve(A, b)`")
  }
  return try apply(.quotient, call)
}

private func powerElements(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if call.slots[0].isInt, call.slots[1].isInt, call.slots[1].int >= 0 {
    return try integerPower(call.slots[0].int, call.slots[1].int, call)
  }
  return try apply(.power, call)
}

private func integerPower(_ a: Int, _ n: Int, _ call: PrimitiveCall) throws(Failure) -> Value {
  guard let result = IntegerMath.power(a, n) else {
    throw call.failure(
      "the result of \(a)^\(n) is too large for an Int", code: "integer-overflow",
      hint: "write \(a).0^\(n) to calculate with Reals")
  }
  return .int(result)
}

/// A number to a number; a square matrix to a whole power by repeated squaring.
private func power(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  guard let matrix = call[0].asArray else {
    if call[1].asArray != nil {
      throw call.failure(
        "`^` needs numbers, got \(call[1].kindDescription)", code: "wrong-type", argument: 1,
        hint: "for elements use `.^`")
    }
    return try powerElements(&call)
  }
  guard matrix.rank == 2, matrix.shape[0] == matrix.shape[1], call.slots[1].isInt, call.slots[1].int >= 0 else {
    throw call.failure(
      "`^` needs numbers, or a square matrix and a whole number that is not negative", code: "wrong-type", argument: 0,
      hint: "for elements use `.^`")
  }
  let n = matrix.shape[0]
  var result = ArrayObject(uninitialized: .real, shape: [n, n])
  for offset in 0..<n * n { result.reals[offset] = offset / n == offset % n ? 1 : 0 }
  var base = matrix.widened()
  var rest = call.slots[1].int
  while rest > 0 {
    if rest & 1 == 1 { result = try matrixProduct(result, base, call) }
    rest >>= 1
    if rest > 0 { base = try matrixProduct(base, base, call) }
  }
  return .object(result)
}

// MARK: Products

private func multiply(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  guard let a = call[0].asArray, let b = call[1].asArray, a.kind != .bool, b.kind != .bool else {
    return try apply(.product, call)
  }
  let inner = a.shape[a.rank - 1]
  guard a.rank <= 2, b.rank <= 2 else {
    throw call.failure(
      "`*` multiplies vectors and matrices, not arrays of rank \(max(a.rank, b.rank))", code: "shape-mismatch",
      hint: "for elements use `.*`")
  }
  guard inner == b.shape[0] else { throw productFailure(a, b, call) }
  if a.kind == .int, b.kind == .int { return try integerProduct(a, b, call) }
  if a.rank == 1, b.rank == 1 {
    let (x, y) = (a.kind == .real ? a : a.widened(), b.kind == .real ? b : b.widened())
    return .real(LinearAlgebra.dot(inner, x.reals, y.reals))
  }
  return .object(try matrixProduct(a, b, call))
}

private func productFailure(_ a: ArrayObject, _ b: ArrayObject, _ call: PrimitiveCall) -> Failure {
  func text(_ array: ArrayObject) -> String {
    array.rank == 1 ? "a vector of length \(array.count)" : "a \(array.shape[0]) x \(array.shape[1]) matrix"
  }
  return call.failure(
    "`*` cannot multiply \(text(a)) by \(text(b))", code: "shape-mismatch",
    hint: a.shape == b.shape
      ? "for elements use `.*`"
      : a.rank == 2 && a.shape[0] == b.shape[0]
        ? "did you mean `transpose(A) * x`?" : nil)
}

/// Of vectors and matrices whose sizes agree.
private func matrixProduct(_ a: ArrayObject, _ b: ArrayObject, _ call: PrimitiveCall) throws(Failure) -> ArrayObject {
  let (x, y) = (a.kind == .real ? a : a.widened(), b.kind == .real ? b : b.widened())
  let shape = a.shape.dropLast() + b.shape.dropFirst()
  try call.reserve(elements: shape.reduce(1, &*))
  let result = ArrayObject(uninitialized: .real, shape: Array(shape))
  do throws(NumericalFailure) {
    if b.rank == 1 {
      try LinearAlgebra.multiply(rows: a.shape[0], columns: a.shape[1], x.reals, vector: y.reals, into: result.reals)
    } else if a.rank == 1 {
      try LinearAlgebra.multiplyTransposed(
        rows: b.shape[0], columns: b.shape[1], y.reals, vector: x.reals, into: result.reals)
    } else {
      try LinearAlgebra.multiply(
        m: a.shape[0], n: b.shape[1], k: a.shape[1], x.reals, y.reals, into: result.reals)
    }
  } catch {
    throw call.numericalFailure("`*`: the matrices are too large")
  }
  return withExtendedLifetime((x, y)) { result }
}

/// The product of Int arrays stays exact.
private func integerProduct(_ a: ArrayObject, _ b: ArrayObject, _ call: PrimitiveCall) throws(Failure) -> Value {
  let inner = b.shape[0]
  let rows = a.rank == 2 ? a.shape[0] : 1
  let columns = b.rank == 2 ? b.shape[1] : 1
  try call.reserve(elements: rows * columns)
  let result = ArrayObject(uninitialized: .int, shape: [rows * columns])
  for row in 0..<rows {
    for column in 0..<columns {
      var sum = 0
      for k in 0..<inner {
        let x = Int(Int64(bitPattern: a.storage[row * inner + k]))
        let y = Int(Int64(bitPattern: b.storage[k * columns + column]))
        let (product, overflow) = x.multipliedReportingOverflow(by: y)
        let (next, overflow2) = sum.addingReportingOverflow(product)
        if overflow || overflow2 { throw integerFailure(.product, x, y, call) }
        sum = next
      }
      result.storage[row * columns + column] = UInt64(bitPattern: Int64(sum))
    }
  }
  if a.rank == 1, b.rank == 1 { return result.element(0) }
  let shaped = ArrayObject(uninitialized: .int, shape: Array(a.shape.dropLast() + b.shape.dropFirst()))
  shaped.storage.update(from: result.storage, count: result.count)
  return .object(shaped)
}

// MARK: One operand

private func negate(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  switch call[0] {
  case .real(let x): return .real(-x)
  case .int(let n):
    guard n != .min else { throw integerFailure(.difference, 0, n, call) }
    return .int(-n)
  default: break
  }
  guard let array = try operand(call, 0, "-") else { return .null }
  try call.reserve(elements: array.count)
  let result = ArrayObject(uninitialized: array.kind, shape: array.shape)
  for offset in 0..<array.count {
    if array.kind == .real {
      result.reals[offset] = -array.reals[offset]
    } else {
      let n = Int64(bitPattern: array.storage[offset])
      guard n != .min else { throw integerFailure(.difference, 0, Int(n), call) }
      result.storage[offset] = UInt64(bitPattern: -n)
    }
  }
  return .object(result)
}

private func not(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let b = call[0].asBool { return .bool(!b) }
  guard let array = call[0].asArray, array.kind == .bool else {
    throw call.failure("`!` needs a Bool, got \(call[0].kindDescription)", code: "wrong-type", argument: 0)
  }
  let result = array.copy()
  for offset in 0..<array.count { result.storage[offset] ^= 1 }
  return .object(result)
}
