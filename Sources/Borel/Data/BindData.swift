// Applies a model to data: keys that name a parameter become arguments, keys that name a random variable become observations.

import BorelDataIO
import BorelIR
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

extension Model {
  func bind(_ data: LoadedData) throws(BorelError) -> BoundModel {
    guard let record = data.record else {
      throw BorelError(.internal, code: "internal", "the data are no record")
    }
    let program = environment.program.core
    let parameters = program[program[id].function].parameters
    let parameterNames = Set(parameters.map(\.name))
    try checkKeys(record, data, parameters: parameterNames)

    let given = parameters.filter { $0.defaultValue == nil || record[$0.name] != nil }
    let values: [Value]
    do throws(DataFailure) {
      let fitted = try fitData(data, to: given.map(expectation))
      for warning in fitted.warnings { host.notify(.warning, warning) }
      values = fitted.values
    } catch {
      throw BorelError(error, sources: store.sources)
    }
    var byName = Dictionary(zip(given.map(\.name), values), uniquingKeysWith: { first, _ in first })

    do throws(Failure) {
      var arguments: [Value] = []
      var machine = Machine(caller: environment)
      for parameter in parameters {
        if let value = byName.removeValue(forKey: parameter.name) {
          arguments.append(value)
        } else if let function = parameter.defaultValue {
          arguments.append(try machine.call(function, arguments))
        }
      }
      let observed = zip(record.keys, record.values).filter { !parameterNames.contains($0.0) }
      let tables = environment.program.tables
      let conditions = try ChoiceMap.from(record: RecordObject(keys: observed.map(\.0), values: observed.map(\.1)))
      let model = try ModelObject(tables[id], arguments: arguments).conditioned(on: conditions, in: tables)
      return BoundModel(model: self, value: model)
    } catch {
      throw BorelError(located(error, data), sources: store.sources)
    }
  }

  /// A key that is neither parameter nor random variable is a mistake, most often a misspelt name.
  private func checkKeys(_ record: RecordObject, _ data: LoadedData, parameters: Set<String>) throws(BorelError) {
    let program = environment.program.core
    let known = Set(variables).union(parameters)
    for key in record.keys {
      // `theta[3]` and `leaf/x` belong to theta and leaf.
      let head = String(key.prefix { $0 != "[" && $0 != "/" && $0 != "(" })
      if known.contains(key) || known.contains(head) || key.contains("/") { continue }
      let names = program[program[id].function].parameters.map(\.name) + variables
      throw BorelError(
        .data,
        [
          Diagnostic(
            code: "unknown-key", "`\(key)` is neither a parameter nor a random variable of model \(name)",
            at: data.keySpans[key],
            notes: names.isEmpty ? [] : ["the model has \(names.map { "`\($0)`" }.joined(separator: ", "))"],
            hint: closestMatch(to: key, among: names).map { "did you mean `\($0)`?" })
        ], sources: store.sources)
    }
  }

  private func expectation(_ parameter: CoreParameter) -> DataExpectation {
    let kind: ElementKind? =
      switch parameter.type?.name {
      case "Real": .real
      case "Int": .int
      case "Bool": .bool
      default: nil
      }
    let sizes = (parameter.type?.sizes ?? []).map { size -> DataExpectation.Size in
      switch size {
      case .named(let name): .named(name)
      case .fixed(let size): .exactly(size)
      case .any: .any
      }
    }
    return DataExpectation(name: parameter.name, kind: kind, sizes: sizes, span: parameter.span)
  }

  /// A failure of conditioning points at the key that it names, where that stands in a file.
  private func located(_ failure: Failure, _ data: LoadedData) -> Failure {
    guard failure.diagnostic.primary == nil else { return failure }
    var failure = failure
    let message = failure.diagnostic.message
    // `y` and `y[3]`
    let named = data.keySpans.keys.filter { message.contains("`\($0)`") || message.contains("`\($0)[") }
      .sorted { ($1.count, $0) < ($0.count, $1) }
    if let key = named.first, let span = data.keySpans[key] { failure.diagnostic.primary = .init(span) }
    return failure
  }
}
