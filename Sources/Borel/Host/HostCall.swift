// One call of a host primitive: its arguments by kind, and the failures that name them.

import BorelIR
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// The arguments of a call, defaults filled in, with where it stands and what it may do.
struct HostCall {
  let primitive: Primitive
  let arguments: [Value]
  let span: Span
  let context: HostContext

  var name: String { primitive.name }

  /// An error of the user's at the call.
  func failure(_ message: String, code: String = "invalid-argument", hint: String? = nil) -> Failure {
    Failure(.user, Diagnostic(code: code, message, at: span, hint: hint))
  }

  private func mismatch(_ index: Int, _ expected: String) -> Failure {
    failure(
      "`\(primitive.parameters[index].name)` of \(name) must be \(expected), got \(arguments[index].kindDescription)",
      code: "wrong-type")
  }

  /// What the machine that calls runs in.
  func environment() throws(Failure) -> RunEnvironment {
    guard let environment = context.environment else {
      throw Failure(.internal, Diagnostic(code: "internal", "a host call without its machine", at: span))
    }
    return environment
  }

  /// The models among the arguments.
  var modelArguments: [ModelObject] { arguments.compactMap { $0.asObject as? ModelObject } }

  func isNull(_ index: Int) -> Bool { arguments[index].tag == .null }

  /// An Int of at least `minimum`.
  func int(_ index: Int, atLeast minimum: Int) throws(Failure) -> Int {
    guard let number = arguments[index].asInt else { throw mismatch(index, "an Int") }
    guard number >= minimum else {
      throw failure("`\(primitive.parameters[index].name)` of \(name) must be at least \(minimum), got \(number)")
    }
    return number
  }

  func real(_ index: Int) throws(Failure) -> Double {
    guard let number = arguments[index].asReal else { throw mismatch(index, "a number") }
    return number
  }

  func string(_ index: Int) throws(Failure) -> String {
    guard let text = arguments[index].asString else { throw mismatch(index, "a String") }
    return text
  }

  func record(_ index: Int) throws(Failure) -> RecordObject {
    guard let record = arguments[index].asRecord else { throw mismatch(index, "a record") }
    return record
  }

  func function(_ index: Int) throws(Failure) -> Value {
    guard arguments[index].tag == .function else { throw mismatch(index, "a function") }
    return arguments[index]
  }

  /// A model applied to its arguments; the bare name of a model is a common slip.
  func model(_ index: Int) throws(Failure) -> ModelObject {
    if let model = arguments[index].asObject as? ModelObject { return model }
    if let function = arguments[index].asObject as? FunctionObject, case .model = function.target {
      throw failure(
        "`\(name)` needs a model applied to its arguments, got the model itself", code: "wrong-type",
        hint: "write \(name)(m()), with the arguments of m in its parentheses")
    }
    throw mismatch(index, "a model applied to its arguments")
  }

  func posterior(_ index: Int) throws(Failure) -> PosteriorValue {
    if let posterior = (arguments[index].asObject as? HostObject)?.payload as? PosteriorValue { return posterior }
    throw mismatch(index, "a posterior")
  }

  /// One of the cases of an enumeration by name.
  func choice<C: CaseIterable & RawRepresentable>(_ index: Int, _: C.Type) throws(Failure) -> C
  where C.RawValue == String {
    let text = try string(index)
    if let choice = C(rawValue: text) { return choice }
    let names = C.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    let nearest = closestMatch(to: text, among: C.allCases.map(\.rawValue))
    throw failure(
      "`\(primitive.parameters[index].name)` of \(name) must be one of \(names), got \"\(text)\"",
      hint: nearest.map { "did you mean \"\($0)\"?" })
  }
}
