// A running model as inference sees it: effects with addresses, draws and densities of what is pending.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

/// The execution of a model under its conditions and interventions. Copying it forks it.
public struct ModelRun: Execution {
  private var machine: Machine
  /// The value of an observation that has been reported; the machine gets it when the driver goes on.
  private var answer: Value?
  /// The model's value, while the weight of a contradicted condition is being reported first.
  private var result: Value?

  init(_ model: ModelObject, in environment: RunEnvironment) {
    machine = Machine(model.definition.function, model.arguments, in: environment)
    var models = ModelContext()
    models.start(model)
    machine.models = models
  }

  public mutating func advance() -> Effect {
    if let result { return .finished(result) }
    if let value = answer {
      answer = nil
      machine.resume(with: value)
    }
    switch machine.run() {
    case .choice: return pendingEffect()
    case .factor(let logWeight): return .factor(logWeight)
    case .failed(let failure): return .failed(failure)
    case .finished(let value):
      switch machine.models.verdict(in: machine.environment.program.tables) {
      case .met: return .finished(value)
      case .wrong(let failure): return fail(failure)
      case .contradicted:
        result = value
        return .factor(-.infinity)
      }
    }
  }

  private mutating func pendingEffect() -> Effect {
    guard let pending = machine.pending else {
      return fail(Failure(.internal, Diagnostic(code: "internal", "internal error, please report: nothing is pending")))
    }
    guard let observed = pending.observed else {
      guard let address = pending.address else {
        return fail(Failure(.internal, Diagnostic(code: "internal", "internal error, please report: no address")))
      }
      return .sample(address)
    }
    do throws(Failure) {
      let value = try pending.distribution.converted(observed, at: pending.address, "conditioned on", &machine)
      answer = value
      return .observe(pending.address, value)
    } catch { return fail(placed(error, pending)) }
  }

  private mutating func fail(_ failure: Failure) -> Effect {
    let located = machine.located(failure)
    machine.fail(located)
    return .failed(located)
  }

  // MARK: The pending distribution

  public mutating func draw(using random: inout RandomStream) throws(Failure) -> Value {
    let pending = try self.pending
    machine.random = random
    defer { random = machine.random }
    do throws(Failure) { return try pending.distribution.draw(&machine) } catch { throw placed(error, pending) }
  }

  public mutating func logDensity(of value: Value) throws(Failure) -> Double {
    let pending = try self.pending
    do throws(Failure) {
      return try pending.distribution.logDensity(of: value, &machine)
    } catch { throw placed(error, pending) }
  }

  /// Asks the pending distribution something; a failure stands at the choice.
  mutating func withPending<Result>(
    _ body: (DistributionObject, inout Machine) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let pending = try self.pending
    do throws(Failure) { return try body(pending.distribution, &machine) } catch { throw placed(error, pending) }
  }

  public mutating func support() throws(Failure) -> Support {
    let pending = try self.pending
    do throws(Failure) { return try pending.distribution.support(&machine) } catch { throw placed(error, pending) }
  }

  /// A value in another type than a draw's is converted where it can be, such as an Int for a Real.
  public mutating func resume(with value: Value) {
    guard let pending = machine.pending else { return }
    let converted: Value
    if case .real = value {
      converted = value
    } else {
      do throws(Failure) {
        converted = try pending.distribution.converted(value, at: pending.address, "set to", &machine)
      } catch {
        machine.fail(machine.located(placed(error, pending)))
        return
      }
    }
    machine.resume(with: converted)
  }

  public var pendingSpan: Span? { machine.pending?.span }

  private var pending: PendingChoice {
    get throws(Failure) {
      guard let pending = machine.pending else {
        throw Failure(.internal, Diagnostic(code: "internal", "internal error, please report: no choice is pending"))
      }
      return pending
    }
  }

  /// A failure of the pending distribution stands at the choice, with its address.
  private func placed(_ failure: Failure, _ pending: PendingChoice) -> Failure {
    var failure = failure
    if failure.diagnostic.primary == nil {
      failure.diagnostic.primary = .init(pending.span, pending.address.map { "at \($0)" } ?? "")
    }
    return machine.located(failure)
  }
}
