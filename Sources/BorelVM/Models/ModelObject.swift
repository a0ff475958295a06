// A model as a value: a model applied to arguments, with what it is conditioned on and what is intervened on.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

/// A model applied to arguments: the result of `m(args)`, `m(args) | record` and `do(m(args), record)`.
public final class ModelObject: HeapObject, @unchecked Sendable {
  public let definition: ModelDefinition
  /// One per parameter, defaults filled in.
  public private(set) var arguments: [Value]
  public let conditions: ChoiceMap
  public let interventions: ChoiceMap

  public init(
    _ definition: ModelDefinition, arguments: [Value], conditions: ChoiceMap = .empty,
    interventions: ChoiceMap = .empty
  ) {
    self.definition = definition
    self.arguments = arguments
    self.conditions = conditions
    self.interventions = interventions
    super.init(tag: .model)
  }

  deinit { Release.parts(of: &arguments) }

  public override func surrenderParts(to pending: inout [HeapObject]) { Release.move(&arguments, to: &pending) }

  /// The model as it could be written, long conditions cut: `schools([15, 10]) | {y: [28, 8]}`.
  public var text: String { text(depth: 0) }

  func text(depth: Int) -> String {
    let arguments = self.arguments.map { $0.shortText(limit: 6, depth: depth + 1) }
    var text = "\(definition.name)(\(arguments.joined(separator: ", ")))"
    if !interventions.isEmpty { text = "do(\(text), \(interventions.record.shortText))" }
    if !conditions.isEmpty { text += " | \(conditions.record.shortText)" }
    return text
  }

  // MARK: Conditioning

  /// `model | record`; the names are checked against the sites of the model.
  public static func condition(
    _ model: Value, on record: Value, in tables: ModelTables, at location: CodeLocation
  ) throws(Failure) -> Value {
    let object = try target(model, record, operation: "|", at: location)
    return try located(location) { () throws(Failure) in
      .object(try object.model.conditioned(on: ChoiceMap.from(record: object.record), in: tables))
    }
  }

  /// `do(model, record)`; the named variables are set and cut from their parents.
  public static func intervene(
    _ model: Value, _ record: Value, in tables: ModelTables, at location: CodeLocation
  ) throws(Failure) -> Value {
    let object = try target(model, record, operation: "do", at: location)
    return try located(location) { () throws(Failure) in
      .object(try object.model.intervened(ChoiceMap.from(record: object.record, verb: "set to"), in: tables))
    }
  }

  /// The model under more conditions.
  public func conditioned(on more: ChoiceMap, in tables: ModelTables) throws(Failure) -> ModelObject {
    try definition.check(more, for: .condition, in: tables)
    let merged = try conditions.merged(with: more)
    try Self.checkDisjoint(merged, interventions)
    return ModelObject(definition, arguments: arguments, conditions: merged, interventions: interventions)
  }

  /// The model under more interventions.
  public func intervened(_ more: ChoiceMap, in tables: ModelTables) throws(Failure) -> ModelObject {
    try definition.check(more, for: .intervention, in: tables)
    let merged = try interventions.merged(with: more, verb: "set to")
    try Self.checkDisjoint(conditions, merged)
    return ModelObject(definition, arguments: arguments, conditions: conditions, interventions: merged)
  }

  private static func target(
    _ model: Value, _ record: Value, operation: String, at location: CodeLocation
  ) throws(Failure) -> (model: ModelObject, record: RecordObject) {
    guard let object = model.asObject as? ModelObject else {
      let isName = model.tag == .function
      throw Failure(
        .user,
        Diagnostic(
          code: "wrong-type", "`\(operation)` needs a model, got \(model.kindDescription)",
          at: location.span(operand: 0) ?? location.span,
          hint: isName ? "apply the model to its arguments first: `m(...) | {...}`" : nil))
    }
    guard let fields = record.asRecord else {
      throw Failure(
        .user,
        Diagnostic(
          code: "wrong-type", "`\(operation)` needs a record of values by name, got \(record.kindDescription)",
          at: location.span(operand: 1) ?? location.span, hint: "for example {\(example(object)): ...}"))
    }
    return (object, fields)
  }

  private static func example(_ model: ModelObject) -> String { model.definition.variables.first?.name ?? "x" }

  /// Failures of conditioning point at the record.
  private static func located(
    _ location: CodeLocation, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    do { return try body() } catch {
      var failure = error
      if failure.diagnostic.primary == nil, let span = location.span(operand: 1) ?? location.span {
        failure.diagnostic.primary = .init(span)
      }
      throw failure
    }
  }

  /// A variable that is set is not random any more, so it cannot be conditioned on.
  private static func checkDisjoint(_ conditions: ChoiceMap, _ interventions: ChoiceMap) throws(Failure) {
    guard !conditions.isEmpty, !interventions.isEmpty else { return }
    if let name = conditions.overlap(with: interventions, prefix: "") {
      throw .user(
        code: "condition-on-intervention",
        "`\(name)` is set by an intervention, so it is not random and cannot be conditioned on")
    }
  }
}

extension ChoiceMap {
  /// The first key that both give.
  func overlap(with other: ChoiceMap, prefix: String) -> String? {
    for mine in entries {
      guard let theirs = other.entry(mine.name) else { continue }
      let name = prefix + mine.name
      if mine.whole != nil, theirs.whole != nil || !theirs.elements.isEmpty { return name }
      if theirs.whole != nil, !mine.elements.isEmpty { return name }
      for element in mine.elements where theirs.element(element.indices) != nil {
        return name + Self.text(element.indices)
      }
      if let below = mine.submap, let others = theirs.submap,
        let found = below.overlap(with: others, prefix: name + "/")
      {
        return found
      }
      for (indices, below) in mine.elementSubmaps {
        if let others = theirs.submap(indices),
          let found = below.overlap(with: others, prefix: name + Self.text(indices) + "/")
        {
          return found
        }
      }
    }
    return nil
  }
}
