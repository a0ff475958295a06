// A model with its data: what can be simulated, scored and sampled.

import BorelDraws
import BorelIR
import BorelInference
import BorelNumerics
import BorelSemantics
import BorelVM
import BorelValues

/// A model applied to its arguments and conditioned on its observations.
public struct BoundModel: Sendable {
  public let model: Model
  let value: ModelObject

  func program(_ value: ModelObject) -> ModelProgram {
    var environment = model.environment
    environment.context = HostContext(isInsideInference: true, depth: 0)
    // Inference itself looks for a cancellation between executions, and then keeps its draws.
    environment.interruption = model.options.cancellation.interruptionOfInference
    return ModelProgram(value, in: environment)
  }

  /// Runs the model once, every free choice drawn from its distribution; observed variables keep their values.
  public func simulate(seed: UInt64? = nil) throws(BorelError) -> Simulation {
    var random = RandomStream(seed: model.host.seed(seed))
    do throws(Failure) {
      return Simulation(TraceValue(try program(value).simulate(using: &random)))
    } catch {
      throw self.error(error)
    }
  }

  /// Independent executions of the model as equally weighted draws. Observations do not weight them; for that there is `sample`.
  public func simulate(draws: Int, seed: UInt64? = nil) throws(BorelError) -> Posterior {
    let seed = model.host.seed(seed)
    do throws(Failure) {
      let result = try ForwardSampling(draws: draws).run(
        program(value), random: RandomStream(seed: seed), control: model.options.control)
      return Posterior(InferenceOutcome(result: result), method: "simulate", seed: seed)
    } catch {
      throw self.error(error)
    }
  }

  /// The log density of the model at the given values of all its free choices, observations and factors included; -infinity outside
  /// the support.
  public func logDensity(at choices: [String: any DataConvertible] = [:]) throws(BorelError) -> Double {
    let fields = choices.sorted { $0.key < $1.key }.map { ($0.key, $0.value.dataValue.value) }
    do throws(Failure) {
      let map = try ChoiceMap.from(record: RecordObject(keys: fields.map(\.0), values: fields.map(\.1)))
      let given = try value.conditioned(on: map, in: model.environment.program.tables)
      return try program(given).logDensity(of: GivenChoices())
    } catch {
      throw self.error(error)
    }
  }

  /// Draws from the posterior.
  ///
  /// - Parameter seed: fixes all random numbers; nil uses that of the model's options, or a new one, which `Posterior.seed` tells.
  /// - Parameter destination: files that receive the draws of chains as they are made; for methods of `Method.hamiltonian`.
  public func sample(
    method: Method = .nuts(), seed: UInt64? = nil, to destination: FitDestination? = nil
  ) throws(BorelError) -> Posterior {
    let earlier = seed == nil ? try destination?.seedOfEarlierRun() : nil
    let seed = method.isRandom ? model.host.seed(seed ?? earlier) : 0
    if case .hamiltonian(let settings) = method { return try sample(settings, seed: seed, to: destination) }
    do throws(Failure) {
      let outcome = try method.run(program(value), random: RandomStream(seed: seed), control: model.options.control)
      model.host.report(outcome.result)
      return Posterior(outcome, seed: method.isRandom ? seed : nil)
    } catch {
      throw self.error(error)
    }
  }

  /// The exact posterior of a model whose free choices are finite.
  public func enumerate(limit: Int = 10_000_000) throws(BorelError) -> Posterior {
    try sample(method: .enumeration(limit: limit))
  }

  /// Weighted executions from the prior.
  public func importance(draws: Int = 1000, seed: UInt64? = nil) throws(BorelError) -> Posterior {
    try sample(method: .importance(draws: draws), seed: seed)
  }

  /// A bootstrap particle filter.
  public func smc(particles: Int = 1000, seed: UInt64? = nil) throws(BorelError) -> Posterior {
    try sample(method: .sequentialMonteCarlo(particles: particles), seed: seed)
  }

  func error(_ failure: Failure) -> BorelError {
    let sources = model.store.sources
    let told = failure.withProvenance(in: model.environment.program.core, sources, models: [value])
    return BorelError(told, sources: sources)
  }
}
