// How distributions and combinators call functions of the language while the machine is stopped.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelValues

/// Runs functions to their end on top of whatever the machine is doing. They must not sample, observe or factor.
public protocol MethodCaller {
  /// Calls a function with arguments in parameter order.
  mutating func call(_ function: FunctionID, _ arguments: [Value]) throws(Failure) -> Value
  /// Calls a method of a distribution: its parameters, then one argument of its own; nothing is allocated for scalars.
  mutating func call(_ function: FunctionID, _ parameters: [Value], _ argument: Value) throws(Failure) -> Value
  /// Calls a `sample` method with a random stream.
  mutating func call(_ function: FunctionID, _ arguments: [Value], using random: inout RandomStream)
    throws(Failure) -> Value
  /// Calls a function value: a closure, a primitive, a model or distribution that makes a value.
  mutating func callValue(_ callee: Value, _ arguments: [Value]) throws(Failure) -> Value
}
