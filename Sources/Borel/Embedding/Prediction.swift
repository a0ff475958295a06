// Draws of variables before data are seen, and of further data after a fit: by executing the model, never by a Markov chain.

import BorelDraws
import BorelInference
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

extension BoundModel {
  /// The model with its arguments and without its observations: data that it names are random again.
  private var unobserved: ModelProgram {
    program(ModelObject(value.definition, arguments: value.arguments, interventions: value.interventions))
  }

  /// Independent draws of all variables from the prior, those included that the data observe.
  public func prior(draws: Int = 1000, seed: UInt64? = nil) throws(BorelError) -> Posterior {
    let seed = model.host.seed(seed)
    do throws(Failure) {
      let result = try ForwardSampling(draws: draws).run(
        unobserved, random: RandomStream(seed: seed), control: model.options.control)
      return Posterior(InferenceOutcome(result: result), method: "prior", seed: seed)
    } catch {
      throw self.error(error)
    }
  }

  /// Draws from the posterior predictive distribution: at each draw of a fit the model is executed with the values of the draw, and
  /// every other choice, observed or not, is drawn from its distribution.
  ///
  /// The data may be others than those of the fit, such as new predictors; choices that the fit does not have, as of a new group, are
  /// drawn from their distributions too. The result holds what was drawn and the return value.
  /// - Parameter limit: at most so many draws of the fit, evenly spread over it.
  public func predict(
    from fit: SavedPosterior, limit: Int? = nil, seed: UInt64? = nil
  ) throws(BorelError) -> Posterior {
    let seed = model.host.seed(seed)
    let control = model.options.control
    let random = RandomStream(seed: seed)
    let program = unobserved
    let values = DrawValues(fit.draws)
    let total = fit.draws.count
    let count = min(limit ?? total, total)
    do throws(Failure) {
      guard count > 0 else { throw Failure(.user, Diagnostic(code: "no-draws", "the fit has no draws")) }
      let traces = try parallelMap(count, threads: control.threads) { number throws(Failure) -> Trace? in
        if control.isCancelled() { return nil }
        var stream = random.child(UInt64(number))
        return try values.execute(program, row: number * total / count, using: &stream)
      }
      var recorder = TraceRecorder()
      for trace in traces.compactMap({ $0 }) {
        recorder.record(trace.choices.filter { !$0.isObserved }, value: trace.value)
      }
      let result = InferenceResult(
        draws: Draws(chains: [recorder.draws]), executions: recorder.draws.count,
        wasCancelled: recorder.draws.count < count)
      return Posterior(InferenceOutcome(result: result), method: "predict", seed: seed)
    } catch {
      throw self.error(error)
    }
  }
}

extension DrawValues {
  /// An execution with the values of one draw; choices without one are drawn. Those that the draw gives are marked as observed.
  fileprivate func execute(
    _ program: ModelProgram, row: Int, using random: inout RandomStream
  ) throws(Failure) -> Trace {
    let given = choices(at: row)
    var kinds: [Address: ChoiceKind] = [:]
    var trace = Trace()
    var run = program.start()
    while true {
      switch run.advance() {
      case .sample(let address):
        if let found = given.value(for: address), !Self.isMissing(found.value) {
          let value = try typed(found.value, address, &run, &kinds)
          trace.record(Choice(address: address, value: value, logDensity: 0, isObserved: true, span: run.pendingSpan))
          run.resume(with: value)
        } else {
          let value = try run.draw(using: &random)
          trace.record(Choice(address: address, value: value, logDensity: 0, isObserved: false, span: run.pendingSpan))
          run.resume(with: value)
        }
      case .observe, .factor: break
      case .finished(let value):
        trace.value = value
        return trace
      case .failed(let failure): throw failure
      }
    }
  }
}
