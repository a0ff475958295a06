// Ordinary functions applied to random variables of a posterior: `mean(post.mu)`, `post.mu > 0`, `exp(post.mu) / post.tau`.

import BorelDraws
import BorelIR
import BorelSemantics
import BorelVM
import BorelValues

/// Functions of a random variable as a whole; every other function applies draw by draw.
private let statistics: [String: @Sendable (VariableValue, HostCall) throws(Failure) -> Value] = [
  "mean": { (variable, _) throws(Failure) in variable.statistic { BorelDraws.mean($0, weights: $1) } },
  "sd": { (variable, _) throws(Failure) in variable.statistic { standardDeviation($0, weights: $1) } },
  "variance": { (variable, _) throws(Failure) in
    variable.statistic {
      let sd = standardDeviation($0, weights: $1)
      return sd * sd
    }
  },
  "median": { (variable, _) throws(Failure) in variable.quantile(0.5) },
  "quantile": { (variable, call) throws(Failure) in
    func probability(_ value: Value?) throws(Failure) -> Double {
      guard let p = value?.asReal, p >= 0, p <= 1 else {
        throw call.failure("`quantile` needs probabilities between 0 and 1, got \(call.arguments[1].shortText)")
      }
      return p
    }
    guard let array = call.arguments[1].asArray else {
      return variable.quantile(try probability(call.arguments[1]))
    }
    var results: [Value] = []
    for p in array.realElements { results.append(variable.quantile(try probability(.real(p)))) }
    return combined(results)
  },
  "len": { (variable, call) throws(Failure) in
    guard let size = variable.variable.shape.first else {
      throw call.failure(
        "a random number has no length", code: "wrong-type",
        hint: "the number of draws is len(\(variable.variable.name).values)")
    }
    return .int(size)
  },
  "string": { (variable, _) throws(Failure) in .string(variable.text) },
  "str": { (variable, _) throws(Failure) in .string(variable.text) },
]

extension DriverHost {
  /// Performs a primitive of the machine one of whose arguments is a host value.
  func performOnVariables(_ primitive: PrimitiveID, _ call: HostCall) throws(Failure) -> Value {
    let payloads = call.arguments.indices.map { call.hostPayload($0) }
    let variables = payloads.compactMap { $0 as? VariableValue }
    if let statistic = statistics[call.name], let variable = payloads.first as? VariableValue {
      return try statistic(variable, call)
    }
    guard let first = variables.first, variables.count == payloads.filter({ $0 != nil }).count else {
      if let other = payloads.compactMap({ $0 }).first(where: { !($0 is VariableValue) }) {
        let hint =
          other is PosteriorValue
          ? "name one of its variables, such as \(Self.example(of: other)), or use summary" : nil
        throw call.failure(
          "`\(call.name)` does not apply to a \(other.typeName)", code: "wrong-type", hint: hint)
      }
      throw call.failure("`\(call.name)` does not apply here", code: "wrong-type")
    }
    guard variables.allSatisfy({ $0.draws.chainLengths == first.draws.chainLengths }) else {
      throw call.failure(
        "the random variables have \(variables.map { String($0.draws.count) }.joined(separator: " and ")) draws",
        code: "different-posteriors", hint: "variables can be combined when they come from the same posterior")
    }
    guard variables.allSatisfy({ $0.draws.logWeights == first.draws.logWeights }) else {
      throw call.failure(
        "the random variables come from posteriors with different weights", code: "different-posteriors",
        hint: "variables can be combined when they come from the same posterior")
    }
    var machine = try call.caller()
    let function = Value.object(FunctionObject(.primitive(primitive)))
    var values: [Value] = []
    values.reserveCapacity(first.draws.count)
    for draw in 0..<first.draws.count {
      let arguments = zip(call.arguments, payloads).map { argument, payload in
        (payload as? VariableValue)?.value(draw: draw) ?? argument
      }
      // Where a variable does not exist, neither does what is computed from it.
      if arguments.contains(where: { $0.tag == .null }) {
        values.append(.null)
      } else {
        values.append(try machine.callValue(function, arguments))
      }
    }
    return .host(first.mapped(to: values, name: Self.name(of: call)))
  }

  private static func example(of payload: any HostValue) -> String {
    payload.memberNames.first.map { "post.\($0)" } ?? "post.x"
  }

  /// `exp(mu)`, `mu - tau`: what the new variable is called in its summary.
  private static func name(of call: HostCall) -> String {
    let names = call.arguments.map { argument -> String in
      let variable = (argument.asObject as? HostObject)?.payload as? VariableValue
      guard let variable else { return argument.shortText }
      return variable.variable.name.contains(" ") ? "(\(variable.variable.name))" : variable.variable.name
    }
    if call.name == "negate", names.count == 1 { return "-\(names[0])" }
    if names.count == 2, call.name.first?.isLetter == false { return "\(names[0]) \(call.name) \(names[1])" }
    return "\(call.name)(\(names.joined(separator: ", ")))"
  }
}
