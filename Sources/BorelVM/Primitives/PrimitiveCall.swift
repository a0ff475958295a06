// One call of a general primitive: its arguments, read without copying, and the failures that point at them.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

/// The arguments and surroundings of one call of a primitive.
public struct PrimitiveCall {
  let slots: UnsafePointer<Slot>
  /// The number of arguments; for variadic rows it varies.
  public let count: Int
  public let primitive: PrimitiveID
  /// The machine that calls, for primitives that call functions or know of models.
  unowned(unsafe) let machine: MachineStorage
  /// The first argument's number among the instruction's operands.
  let operandOffset: Int
  /// Bytes that may still be allocated.
  let memoryLeft: Int

  var location: CodeLocation { machine.location }

  public var name: String { PrimitiveTable[primitive].name }

  /// The i-th argument.
  public subscript(i: Int) -> Value { slots[i].value }

  /// Moves an argument out, so that an object that nobody else holds can be changed in place.
  func take<Object: HeapObject>(_ i: Int, as type: Object.Type) -> Object? {
    let slot = UnsafeMutablePointer(mutating: slots + i)
    guard slot.pointee.isObject, slot.pointee.reference?.takeUnretainedValue() is Object else { return nil }
    defer { slot.pointee = .null }
    return slot.pointee.takeValue().asObject as? Object
  }

  /// Hands the call to the host.
  func performHost() throws(Failure) -> Value { try machine.performHost(primitive, slots, count) }

  public var arguments: [Value] { (0..<count).map { self[$0] } }

  /// The span of the whole call.
  public var span: Span? { location.span }

  /// The span of an argument.
  public func span(of argument: Int) -> Span? { location.span(operand: argument + operandOffset) ?? location.span }

  /// The stream of the `sample` method that is running, nil elsewhere.
  public var stream: UnsafeMutablePointer<RandomStream>? { machine.isInsideMethod ? machine.stream : nil }

  /// Draws from the stream of the `sample` method that is running.
  public func withRandom<Result>(_ body: (inout RandomStream) throws(Failure) -> Result) throws(Failure) -> Result {
    guard machine.isInsideMethod else {
      throw failure(
        "`\(name)` draws at random and can only be called in `sample` of a distribution", code: "random-outside-sample")
    }
    return try body(&machine.stream.pointee)
  }

  // MARK: Failures

  /// An error of the user's at an argument, or at the call.
  public func failure(
    _ message: String, code: String = "invalid-argument", argument: Int? = nil, label: String = "", hint: String? = nil
  ) -> Failure {
    let place = argument.map(span(of:)) ?? span
    return Failure(.user, Diagnostic(code: code, message, at: place, label: label, hint: hint))
  }

  /// A numerical failure: inside a model the weight becomes -inf, elsewhere it is an error.
  public func numericalFailure(
    _ message: String, code: String = "numerical", argument: Int? = nil, hint: String? = nil
  ) -> Failure {
    let place = argument.map(span(of:)) ?? span
    return Failure(.numerical, Diagnostic(code: code, message, at: place, hint: hint))
  }

  /// "`exp` needs a Real, got a String" at the argument.
  public func mismatch(_ argument: Int, expected: String) -> Failure {
    let row = PrimitiveTable[primitive]
    let parameter = argument < row.parameters.count ? " as `\(row.parameters[argument].name)`" : ""
    return failure(
      "`\(row.name)` needs \(expected)\(row.parameters.count > 1 ? parameter : ""), got \(self[argument].kindDescription)",
      code: "wrong-type", argument: argument)
  }

  /// Checks that an allocation of this many eight-byte elements stays within the memory limit; call it before allocating.
  public func reserve(elements: Int) throws(Failure) {
    guard elements > memoryLeft / 8 else { return }
    throw Limits.memoryFailure(elements: elements, at: span)
  }

  // MARK: Typed arguments

  public func real(_ i: Int) throws(Failure) -> Double {
    guard let x = slots[i].asReal else { throw mismatch(i, expected: "a Real") }
    return x
  }

  public func int(_ i: Int) throws(Failure) -> Int {
    guard slots[i].isInt else { throw mismatch(i, expected: "an Int") }
    return slots[i].int
  }

  public func bool(_ i: Int) throws(Failure) -> Bool {
    guard slots[i].isBool else { throw mismatch(i, expected: "a Bool") }
    return slots[i].isTrue
  }

  public func string(_ i: Int) throws(Failure) -> String {
    guard let string = self[i].asString else { throw mismatch(i, expected: "a String") }
    return string
  }

  public func array(_ i: Int, rank: Int? = nil) throws(Failure) -> ArrayObject {
    guard let array = self[i].asArray, rank == nil || array.rank == rank else {
      throw mismatch(i, expected: rank == 1 ? "a vector" : rank == 2 ? "a matrix" : "an array of numbers")
    }
    return array
  }

  /// An array of Reals; Int and Bool widen.
  public func realArray(_ i: Int, rank: Int? = nil) throws(Failure) -> ArrayObject {
    let array = try array(i, rank: rank)
    return array.kind == .real ? array : array.widened()
  }
}
