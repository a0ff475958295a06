// A posterior as a value of the language: `post.mu`, `post["theta[3]"]`, `post.log_evidence`.

import BorelConvergence
import BorelDraws
import BorelInference
import BorelValues

/// What inference returns. A random variable is a member under its own name and hides a statistic of that name; the model's return
/// value is `post.value`.
struct PosteriorValue: HostValue {
  var outcome: InferenceOutcome
  /// The function that made it, for messages.
  let method: String

  init(_ outcome: InferenceOutcome, method: String) {
    self.outcome = outcome
    self.method = method
  }

  var draws: Draws { outcome.result.draws }

  /// The tables that hold the variables: one, or one each where there are too many executions for one.
  private var tables: [Draws] { [draws] + outcome.marginals }

  var variableNames: [String] {
    // Choices before the return value, as in a joint table.
    let names = tables.dropFirst().flatMap { $0.variables.map(\.name) } + draws.variables.map(\.name)
    return names
  }

  var typeName: String { "posterior" }

  static let statistics = ["weights", "log_weights", "log_evidence", "count", "chains", "names", "acceptance", "notes"]

  var memberNames: [String] {
    var names = variableNames.filter { !$0.hasPrefix("value.") }
    if !names.contains("value"), !fieldNames(of: "value", in: draws).isEmpty { names.append("value") }
    return names + Self.statistics
  }

  func member(_ name: String) -> Value? { variable(name) ?? statistic(name) }

  /// `post["theta"]`, `post["leaf/x"]`, and single elements, `post["theta[3]"]`.
  func element(at index: Value) -> Value? {
    guard let name = index.asString else { return nil }
    if let value = member(name) { return value }
    let wanted = name.filter { $0 != " " }
    for table in tables {
      guard let column = table.columnIndex(of: wanted),
        let owner = table.variables.first(where: { $0.columns.contains(column) })
      else { continue }
      let element = Draws.Variable(
        name: wanted, shape: [], kind: owner.kind, firstColumn: column, labels: owner.labels)
      return .host(VariableValue(draws: table, variable: element))
    }
    return nil
  }

  private func variable(_ name: String) -> Value? {
    for table in tables {
      if let variable = table.variable(name) { return .host(VariableValue(draws: table, variable: variable)) }
    }
    let fields = fieldNames(of: name, in: draws)
    guard !fields.isEmpty else { return nil }
    return .record(fields.compactMap { field in variable("\(name).\(field)").map { (field, $0) } })
  }

  /// The fields of a return value that is a record: its columns are `value.a`, `value.b`.
  private func fieldNames(of name: String, in table: Draws) -> [String] {
    var names: [String] = []
    for variable in table.variables where variable.name.hasPrefix(name + ".") {
      let field = String(variable.name.dropFirst(name.count + 1).prefix { $0 != "." })
      if !names.contains(field) { names.append(field) }
    }
    return names
  }

  private func statistic(_ name: String) -> Value? {
    switch name {
    case "weights": draws.weights.map { .array($0) } ?? .null
    case "log_weights": draws.logWeights.map { .array($0) } ?? .null
    case "log_evidence": draws.logEvidence.map { .real($0.value) } ?? .null
    case "count": .int(draws.count)
    case "chains": .int(draws.chainCount)
    case "names": .list(variableNames.map { .string($0) })
    case "acceptance": outcome.result.acceptance.map { .real($0) } ?? .null
    case "notes": .list(draws.notes.map { .string($0) })
    default: nil
    }
  }

  /// The summary of all variables; of arrays with more elements than the limit the first and the last get rows.
  func summary(elementLimit: Int = 24) -> Summary {
    var summary = Summary(draws, elementLimit: elementLimit)
    summary.groups = outcome.marginals.flatMap { Summary($0, elementLimit: elementLimit).groups } + summary.groups
    return summary
  }

  var text: String { summary().text }

  // MARK: Draw by draw

  /// One draw as a record of its variables, for the functions given to `expectation` and `probability`.
  func draw(_ index: Int) -> Value { fields(of: "", draw: index) }

  /// The variables whose names start with the prefix, those of records nested.
  private func fields(of prefix: String, draw index: Int) -> Value {
    var keys: [String] = []
    var values: [Value] = []
    for variable in draws.variables where variable.name.hasPrefix(prefix) {
      let rest = variable.name.dropFirst(prefix.count)
      // Only return values have dots in their names.
      if variable.name.hasPrefix("value."), let dot = rest.firstIndex(of: ".") {
        let key = String(rest[..<dot])
        if keys.contains(key) { continue }
        keys.append(key)
        values.append(fields(of: prefix + key + ".", draw: index))
      } else {
        keys.append(String(rest))
        values.append(VariableValue(draws: draws, variable: variable).value(draw: index))
      }
    }
    return .object(RecordObject(keys: keys, values: values))
  }
}
