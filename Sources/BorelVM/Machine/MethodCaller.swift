// How distributions and combinators call functions of the language while the machine is stopped or in the middle of an instruction.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelValues

/// Runs functions to their end on top of whatever the machine is doing; `Machine` is the one implementation.
///
/// The functions must not sample, observe or factor. A failure thrown without a span gets the span of the instruction
/// or effect that is being performed.
public protocol MethodCaller {
  /// The stream that `sample` methods draw from.
  var random: RandomStream { get set }

  /// Calls a function with arguments in parameter order.
  mutating func call(_ function: FunctionID, _ arguments: [Value]) throws(Failure) -> Value

  /// Calls a function value (a closure, a primitive, the name of a model or distribution) with positional arguments.
  mutating func callValue(_ callee: Value, _ arguments: [Value]) throws(Failure) -> Value

  /// Calls a method of a plain distribution: its arguments, then `x` where there is one.
  ///
  /// The hot path of inference: the arguments stand inline in the object and can be copied straight into registers.
  mutating func call(_ method: FunctionID, of distribution: DistributionObject, _ x: Value?) throws(Failure) -> Value
}

extension MethodCaller {
  public mutating func call(
    _ method: FunctionID, of distribution: DistributionObject, _ x: Value?
  ) throws(Failure) -> Value {
    var arguments = distribution.arguments
    if let x { arguments.append(x) }
    return try call(method, arguments)
  }
}
