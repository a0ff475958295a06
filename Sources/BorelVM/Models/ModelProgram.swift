// A model value as a program that inference can run.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

/// A model with its arguments, conditions and interventions, and what it runs in.
public struct ModelProgram: Program {
  public let model: ModelObject
  public let environment: RunEnvironment

  /// The value must be a model; anything else is an error of the user's.
  public init(_ model: Value, in environment: RunEnvironment) throws(Failure) {
    guard let object = model.asObject as? ModelObject else {
      var isModelName = false
      if case .model? = (model.asObject as? FunctionObject)?.target { isModelName = true }
      throw .user(
        code: "wrong-type",
        "a model is needed here, got \(isModelName ? "a model without arguments" : model.kindDescription)",
        hint: isModelName ? "apply it to its arguments: `m(...)`" : nil)
    }
    self.init(object, in: environment)
  }

  public init(_ model: ModelObject, in environment: RunEnvironment) {
    self.model = model
    var environment = environment
    environment.context.isInsideInference = true
    self.environment = environment
  }

  public func start() -> ModelRun { ModelRun(model, in: environment) }

  /// The program under more conditions, as `m | record` makes it.
  public func conditioned(on map: ChoiceMap) throws(Failure) -> ModelProgram {
    ModelProgram(try model.conditioned(on: map, in: environment.program.tables), in: environment)
  }

  /// The static sites in textual order, those of submodels where the text names them: `leaf/x`.
  public var sites: [SiteDescription] {
    var sites: [SiteDescription] = []
    collect(model.definition, prefix: "", rank: 0, isConditional: false, above: [], into: &sites)
    return sites
  }

  private func collect(
    _ definition: ModelDefinition, prefix: String, rank: Int, isConditional: Bool, above: [ModelID],
    into sites: inout [SiteDescription]
  ) {
    // A recursive model has no end of static names.
    guard !above.contains(definition.id), above.count < 32 else { return }
    for variable in definition.variables {
      let name = prefix + variable.name
      let isConditional = isConditional || variable.isConditional
      if case .model(let id) = variable.source {
        collect(
          environment.program.tables[id], prefix: name + "/", rank: rank + variable.rank, isConditional: isConditional,
          above: above + [definition.id], into: &sites)
      } else {
        sites.append(
          SiteDescription(
            name: name, rank: rank + variable.rank, isConditional: isConditional, span: variable.sites.first?.span))
      }
    }
  }
}
