// A trace as a value of the language: `t.mu`, `t["theta"][3]`, `t.log_density`, `t.value`.

import BorelSemantics
import BorelValues

/// One execution of a model. A random variable is a member under its own name and hides a statistic of that name.
struct TraceValue: HostValue {
  let trace: Trace
  /// Variables in the order in which they first came up, arrays assembled from their elements.
  let variables: [(name: String, value: Value)]
  private let positions: [String: Int]

  init(_ trace: Trace) {
    self.trace = trace
    var names: [String] = []
    var elements: [String: [(indices: ArraySlice<Int>, value: Value)]] = [:]
    for choice in trace.choices {
      let address = choice.address
      let name = address.scope.map { "\($0.address)/\(address.name.text)" } ?? address.name.text
      if elements[name] == nil { names.append(name) }
      elements[name, default: []].append((address.indices.array[...], choice.value))
    }
    variables = names.map { ($0, assembled(elements[$0] ?? [])) }
    positions = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
  }

  var typeName: String { "trace" }

  var parts: [Value] { variables.map(\.value) + trace.choices.map(\.value) + [trace.value] }

  static let statistics = ["value", "log_density", "log_prior", "log_likelihood", "choices"]

  var memberNames: [String] { variables.map(\.name) + Self.statistics }

  func member(_ name: String) -> Value? {
    if let position = positions[name] { return variables[position].value }
    switch name {
    case "value": return trace.value
    case "log_density": return .real(trace.logDensity)
    case "log_prior": return .real(trace.logPrior)
    case "log_likelihood": return .real(trace.logLikelihood)
    case "choices": return .record(variables)
    default: return nil
    }
  }

  /// `t["theta"]`, `t["leaf/x"]`, and single elements, `t["theta[3]"]`.
  func element(at index: Value) -> Value? {
    guard let name = index.asString else { return nil }
    if let value = member(name) { return value }
    let wanted = name.filter { $0 != " " }
    return trace.choices.first { $0.address.description == wanted }?.value
  }

  var text: String {
    var lines = ["trace with log density \(trace.logDensity)"]
    lines += variables.map { "  \($0.name) = \($0.value.text)" }
    return lines.joined(separator: "\n")
  }
}
