// Checks the names that `m | {...}`, `do(m, {...})` and `logdensity(m, {...})` give to a model that is known from the text.

import BorelIR
import BorelSource
import BorelSyntax

/// A record of values for a model's random variables, checked when all models have been lowered.
struct NamedValues {
  enum Purpose: String {
    case condition = "conditioned on"
    case intervention = "set by `do`"
    case density = "given a value"
  }
  var model: ModelID
  var fields: [RecordField]
  var purpose: Purpose
}

extension Lowerer {
  /// Primitives that take a model and a record of values, by the place of the record.
  private static let valuePurposes: [String: NamedValues.Purpose] = ["do": .intervention, "logdensity": .density]

  func noteCondition(_ model: CoreExpression, _ record: Expression) {
    note(model, record, .condition)
  }

  func noteValues(_ row: Primitive, _ arguments: [CoreExpression], _ given: [Argument]) {
    guard let purpose = Lowerer.valuePurposes[row.name], let model = arguments.first, given.count >= 2 else { return }
    note(model, given[1].value, purpose)
  }

  private func note(_ model: CoreExpression, _ record: Expression, _ purpose: NamedValues.Purpose) {
    guard case .record(let fields) = record.kind, let id = rootModel(model) else { return }
    namedValues.append(NamedValues(model: id, fields: fields, purpose: purpose))
  }

  /// The model that an expression conditions or intervenes on.
  private func rootModel(_ expression: CoreExpression) -> ModelID? {
    var expression = expression
    while true {
      switch expression.kind {
      case .applyModel(let id, _), .model(let id): return id
      case .condition(let model, _): expression = model
      case .callPrimitive(let id, let arguments) where PrimitiveTable[id].name == "do" && !arguments.isEmpty:
        expression = arguments[0]
      default: return nil
      }
    }
  }

  /// Reports names that no choice of the model has. Where a text has syntax errors, choices may have got lost.
  func checkNamedValues() {
    guard !sawSyntaxError else { return }
    for values in namedValues {
      let model = state.program[values.model]
      let names = model.sites.map { state.program[$0] }.filter { !$0.isAnonymous }.map(\.name)
      for field in values.fields {
        guard let key = field.key.text, let name = Lowerer.variable(of: key), !names.contains(name) else { continue }
        reportUnchosen(name, field.keySpan, model, names, values.purpose)
      }
    }
  }

  /// The variable that a key such as `y`, `y[3]` or `leaf/x` begins with; nil for memoised calls and anonymous choices.
  private static func variable(of key: String) -> String? {
    let name = key.prefix { $0 != "/" && $0 != "[" }
    return name.contains("(") || name.contains("#") ? nil : String(name)
  }

  private func reportUnchosen(
    _ name: String, _ span: Span, _ model: CoreModel, _ names: [String], _ purpose: NamedValues.Purpose
  ) {
    let function = state.program[model.function]
    if let parameter = function.parameters.first(where: { $0.name == name }) {
      error(
        "not-random",
        "`\(name)` is a parameter of \(model.name), not a random variable, and cannot be \(purpose.rawValue)",
        at: span, secondary: nearby(parameter.span).map { [.init($0, "a parameter")] } ?? [],
        hint: "give it as an argument: `\(model.name)(\(name): ...)`")
      return
    }
    var listed: [String] = []
    for name in names where !listed.contains(name) && listed.count < 8 { listed.append(name) }
    let list = listed.map { "`\($0)`" }.joined(separator: ", ")
    error(
      "unknown-name", "\(model.name) makes no choice named `\(name)`", at: span,
      hint: closestMatch(to: name, among: names).map { "did you mean `\($0)`?" }
        ?? (names.isEmpty ? nil : "its random variables are \(list)"))
  }
}

extension RecordField.Key {
  fileprivate var text: String? {
    switch self {
    case .name(let text), .string(let text): text
    case .integer: nil
    }
  }
}
