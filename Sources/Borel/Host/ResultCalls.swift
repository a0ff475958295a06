// The handlers that look at posteriors: summaries, expectations, resampling, the draws themselves; and `print`.

import BorelDraws
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

let resultHandlers: [String: DriverHost.Handler] = [
  "print": { (host, call) throws(Failure) in
    host.options.output(call.arguments.map(\.text).joined(separator: " ") + "\n")
    return .null
  },
  "summary": { (host, call) throws(Failure) in .host(SummaryValue(summary: try call.posterior(0).summary())) },
  "log_evidence": { (host, call) throws(Failure) in
    let posterior = try call.posterior(0)
    guard let evidence = posterior.draws.logEvidence else {
      throw call.failure(
        "\(posterior.method) does not estimate the evidence", code: "no-evidence",
        hint: "importance, smc, rejection and enumerate do")
    }
    return .real(evidence.value)
  },
  "expectation": { (host, call) throws(Failure) in
    let (values, total) = try call.values(of: call.posterior(0), by: call.function(1))
    var sum: Value?
    for (value, weight) in values {
      guard let term = value.scaled(by: weight) else {
        throw call.failure(
          "the function given to expectation must return a number or an array of numbers, got \(value.kindDescription)",
          code: "wrong-type")
      }
      guard let before = sum else {
        sum = term
        continue
      }
      guard let next = before.adding(term) else {
        throw call.failure(
          "the function given to expectation returns \(before.kindDescription) for one draw and "
            + "\(value.kindDescription) for another", code: "shape-mismatch")
      }
      sum = next
    }
    return sum?.scaled(by: 1 / total) ?? .real(.nan)
  },
  "probability": { (host, call) throws(Failure) in
    let (values, total) = try call.values(of: call.posterior(0), by: call.function(1))
    var sum = 0.0
    for (value, weight) in values {
      guard let holds = value.asBool else {
        throw call.failure(
          "the function given to probability must return a Bool, got \(value.kindDescription)", code: "wrong-type")
      }
      if holds { sum += weight }
    }
    return .real(min(sum / total, 1))
  },
  "resample": { (host, call) throws(Failure) in
    let posterior = try call.posterior(0)
    let count = call.isNull(1) ? posterior.draws.count : try call.int(1, atLeast: 1)
    var random = try host.stream(call, seedArgument: 2)
    guard let weights = posterior.draws.weights else {
      throw call.failure("all weights are zero: there is nothing to resample", code: "all-weights-zero")
    }
    var result = posterior.outcome.result
    result.draws = posterior.draws.resampled(count, weights: weights, using: &random)
    return .host(PosteriorValue(InferenceOutcome(result: result), method: "resample"))
  },
  "draws": { (host, call) throws(Failure) in
    let posterior = try call.posterior(0)
    let name = try call.string(1)
    guard let object = posterior.element(at: .string(name))?.asObject as? HostObject,
      let variable = object.payload as? VariableValue
    else {
      let names = posterior.draws.variables.map(\.name)
      throw call.failure(
        "the posterior has no variable `\(name)`", code: "unknown-variable",
        hint: closestMatch(to: name, among: names).map { "did you mean `\($0)`?" }
          ?? "it has \(names.prefix(12).map { "`\($0)`" }.joined(separator: ", "))")
    }
    return variable.values
  },
]

extension HostCall {
  /// A function's value for every draw of positive weight, with the weight, and the sum of the weights.
  func values(
    of posterior: PosteriorValue, by function: Value
  ) throws(Failure) -> (values: [(value: Value, weight: Double)], total: Double) {
    // Draws that count the same count 1, so that shares come out exact.
    let isWeighted = posterior.draws.logWeights != nil
    guard let weights = isWeighted ? posterior.draws.weights : Array(repeating: 1, count: posterior.draws.count) else {
      throw failure("all weights are zero: there is no expectation", code: "all-weights-zero")
    }
    guard posterior.outcome.marginals.isEmpty else {
      throw failure(
        "the posterior has too many executions to go through one by one", code: "too-many-executions",
        hint: "return what you want to know from the model; its law is exact")
    }
    var machine = try caller()
    var values: [(value: Value, weight: Double)] = []
    var total = 0.0
    for (index, weight) in weights.enumerated() where weight > 0 {
      values.append((try machine.callValue(function, [posterior.draw(index)]), weight))
      total += weight
    }
    return (values, total)
  }

  /// A machine that calls functions for the host.
  func caller() throws(Failure) -> Machine {
    var environment = try environment()
    environment.context = HostContext(isInsideInference: context.isInsideInference, depth: context.depth + 1)
    return Machine(caller: environment)
  }
}

extension Value {
  /// The number or every element times a factor; Bool counts as 0 and 1. nil for anything else.
  fileprivate func scaled(by factor: Double) -> Value? {
    switch self {
    case .bool(let b): return .real(b ? factor : 0)
    case .int, .real: return asReal.map { .real($0 * factor) }
    default:
      guard let array = asArray else { return nil }
      return .array(array.realElements.map { $0 * factor }, shape: array.shape)
    }
  }

  /// The sum of two numbers or of two Real arrays of equal shapes.
  fileprivate func adding(_ other: Value) -> Value? {
    if let a = asReal, let b = other.asReal { return .real(a + b) }
    guard let a = asArray, let b = other.asArray, a.shape == b.shape else { return nil }
    return .array(zip(a.realElements, b.realElements).map { $0 + $1 }, shape: a.shape)
  }
}

extension Draws {
  /// Draws with equal weights, each an independent pick by weight.
  func resampled(_ count: Int, weights: [Double], using random: inout RandomStream) -> Draws {
    var cumulative = 0.0
    let bounds = weights.map { weight -> Double in
      cumulative += weight
      return cumulative
    }
    let picks = (0..<count).map { _ -> Int in
      let u = random.uniform() * cumulative
      var low = 0
      var high = bounds.count - 1
      while low < high {
        let middle = (low + high) / 2
        if bounds[middle] > u { high = middle } else { low = middle + 1 }
      }
      return low
    }
    var storage: [Double] = []
    storage.reserveCapacity(count * columnCount)
    for index in 0..<columnCount {
      let column = column(index)
      for pick in picks { storage.append(column[column.startIndex + pick]) }
    }
    var draws = Draws(
      variables: variables, statistics: statistics, chainLengths: [count], storage: storage, logEvidence: logEvidence)
    draws.notes = notes
    return draws
  }
}
