// `marginal(m)`: the distribution of a model's return value, exact, and remembered for the same model and arguments.

import BorelExact
import BorelIR
import BorelInference
import BorelNumerics
import BorelSemantics
import BorelVM
import BorelValues

/// Marginals by model, arguments and conditions, valid for one state of the global variables.
///
/// A model that reasons about models asks for the same few marginals in each of its executions.
struct MarginalCache: Sendable {
  struct Key: Hashable, Sendable {
    let model: Int
    let arguments: [ValueKey]
    let conditions: ValueKey
    let interventions: ValueKey
    let limit: Int
  }

  private var globals: Globals?
  private var values: [Key: Value] = [:]
  private static let capacity = 10_000

  /// Globals are changed in place only by their one owner; as long as the cache holds on to them they stay as they were.
  func value(for key: Key, in globals: Globals) -> Value? { globals === self.globals ? values[key] : nil }

  mutating func set(_ value: Value, for key: Key, in globals: Globals) {
    if globals !== self.globals || values.count >= Self.capacity { values = [:] }
    self.globals = globals
    values[key] = value
  }
}

extension DriverHost {
  func marginal(of model: ModelObject, limit: Int, _ call: HostCall) throws(Failure) -> Value {
    let globals = call.context.environment?.globals
    let key = MarginalCache.Key(
      model: model.definition.id.index, arguments: model.arguments.map { ValueKey($0) },
      conditions: ValueKey(model.conditions.record), interventions: ValueKey(model.interventions.record), limit: limit)
    if let globals, let known = cachedMarginal(key, in: globals) { return known }
    let program = try call.program(model)
    let law = try Enumeration(maximumExecutions: limit, maximumCells: 0).run(program).posterior
    let finite = FiniteDistribution(law.values, probabilities: law.logProbabilities.map(exponential))
    let result = Value.object(DistributionObject(finite))
    if let globals { remember(result, for: key, in: globals) }
    return result
  }
}
