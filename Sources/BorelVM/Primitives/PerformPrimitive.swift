// Calls an implementation: conversion of results by the row, and elementwise functions over arrays.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelValues

extension PrimitiveImplementation {
  func perform(_ call: inout PrimitiveCall) throws(Failure) -> Value {
    switch self {
    case .general(let function): return try function(&call)
    case .real1(let f): return try Self.map(&call, 1) { f($0[0]) }
    case .real2(let f): return try Self.map(&call, 2) { f($0[0], $0[1]) }
    case .real3(let f): return try Self.map(&call, 3) { f($0[0], $0[1], $0[2]) }
    case .real4(let f): return try Self.map(&call, 4) { f($0[0], $0[1], $0[2], $0[3]) }
    case .number1(let f, let integers):
      if call.slots[0].isInt { return try Self.exact(integers(call.slots[0].int), call) }
      return try Self.map(&call, 1, integers: { integers($0[0]) }) { f($0[0]) }
    case .number2(let f, let integers):
      if call.slots[0].isInt, call.slots[1].isInt {
        return try Self.exact(integers(call.slots[0].int, call.slots[1].int), call)
      }
      return try Self.map(&call, 2, integers: { integers($0[0], $0[1]) }) { f($0[0], $0[1]) }
    case .draw0(let f): return try Self.draw(&call, 0) { stream, _ in f(&stream) }
    case .draw1(let f): return try Self.draw(&call, 1) { stream, x in f(&stream, x[0]) }
    case .draw2(let f): return try Self.draw(&call, 2) { stream, x in f(&stream, x[0], x[1]) }
    case .draw3(let f): return try Self.draw(&call, 3) { stream, x in f(&stream, x[0], x[1], x[2]) }
    }
  }

  private typealias Reals = (UnsafePointer<Double>) -> Double
  private typealias Integers = (UnsafePointer<Int>) -> Int?

  private static func exact(_ n: Int?, _ call: PrimitiveCall) throws(Failure) -> Value {
    guard let n else { throw overflow(call) }
    return .int(n)
  }

  private static func overflow(_ call: PrimitiveCall) -> Failure {
    call.failure(
      "`\(call.name)`: the result is too large for an Int", code: "integer-overflow",
      hint: "Ints have 64 bits; Reals go further")
  }

  /// The result of a function of reals as the row has it.
  private static func result(_ x: Double, _ call: PrimitiveCall) throws(Failure) -> Value {
    switch PrimitiveTable[call.primitive].result {
    case .bool: return .bool(x != 0)
    case .int:
      guard let n = Int(exactly: x) else {
        throw call.numericalFailure("`\(call.name)` is \(x), which is no Int")
      }
      return .int(n)
    default: return .real(x)
    }
  }

  private static func draw(
    _ call: inout PrimitiveCall, _ count: Int, _ f: (inout RandomStream, UnsafePointer<Double>) -> Double
  ) throws(Failure) -> Value {
    var arguments = (0.0, 0.0, 0.0)
    if count > 0 { arguments.0 = try call.real(0) }
    if count > 1 { arguments.1 = try call.real(1) }
    if count > 2 { arguments.2 = try call.real(2) }
    let x = try call.withRandom { stream in
      withUnsafePointer(to: arguments) {
        $0.withMemoryRebound(to: Double.self, capacity: 3) { f(&stream, $0) }
      }
    }
    return try result(x, call)
  }

  /// A scalar function over scalars, or over arrays of one shape with scalars repeated.
  private static func map(
    _ call: inout PrimitiveCall, _ count: Int, integers: Integers? = nil, _ f: Reals
  ) throws(Failure) -> Value {
    var scalars: (Double, Double, Double, Double) = (0, 0, 0, 0)
    var arrays: [ArrayObject?] = []
    var shape: [Int]?
    let isElementwise = PrimitiveTable[call.primitive].isElementwise
    return try withUnsafeMutablePointer(to: &scalars) { (pointer) throws(Failure) -> Value in
      try pointer.withMemoryRebound(to: Double.self, capacity: 4) { (x) throws(Failure) -> Value in
        for index in 0..<count {
          if let scalar = call.slots[index].asReal {
            x[index] = scalar
            if shape != nil { arrays.append(nil) }
            continue
          }
          guard isElementwise, let array = call[index].asArray, array.kind != .bool || array.count == 0 else {
            throw call.mismatch(index, expected: isElementwise ? "a Real or an array of Reals" : "a Real")
          }
          if let shape, shape != array.shape {
            throw call.failure(
              "`\(call.name)`: shapes differ, \(Value.shapeText(shape)) and \(Value.shapeText(array.shape))",
              code: "shape-mismatch", argument: index)
          }
          if shape == nil { arrays = Array(repeating: nil, count: index) }
          shape = array.shape
          arrays.append(array)
        }
        guard let shape else { return try result(f(x), call) }
        return try lifted(call, shape, arrays, x, integers, f)
      }
    }
  }

  private static func lifted(
    _ call: PrimitiveCall, _ shape: [Int], _ arrays: [ArrayObject?], _ x: UnsafeMutablePointer<Double>,
    _ integers: Integers?, _ f: Reals
  ) throws(Failure) -> Value {
    let elementCount = shape.reduce(1, &*)
    try call.reserve(elements: elementCount)
    let isInteger = arrays.enumerated().allSatisfy { index, array in
      array.map { $0.kind == .int } ?? call.slots[index].isInt
    }
    if let integers, isInteger {
      let result = ArrayObject(uninitialized: .int, shape: shape)
      var n = (0..<arrays.count).map { call.slots[$0].isInt ? call.slots[$0].int : 0 }
      for offset in 0..<elementCount {
        for (index, array) in arrays.enumerated() {
          if let array { n[index] = Int(Int64(bitPattern: array.storage[offset])) }
        }
        guard let value = integers(n) else { throw overflow(call) }
        result.storage[offset] = UInt64(bitPattern: Int64(value))
      }
      return .object(result)
    }
    let kind: ElementKind =
      switch PrimitiveTable[call.primitive].result {
      case .bool: .bool
      case .int: .int
      default: .real
      }
    let result = ArrayObject(uninitialized: kind, shape: shape)
    for offset in 0..<elementCount {
      for (index, array) in arrays.enumerated() {
        if let array { x[index] = array.real(offset) }
      }
      result.storage[offset] = ArrayLiteral.bits(try Self.result(f(x), call), as: kind)
    }
    return .object(result)
  }
}
