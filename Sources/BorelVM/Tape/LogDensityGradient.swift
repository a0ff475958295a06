// The gradient of a model's log density with respect to its continuous free choices, by one run that records a tape.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

extension ModelProgram {
  /// log p(choices, data) at the given choices and its derivatives with respect to the continuous ones that are free.
  ///
  /// Discrete choices are held fixed, and with them the way that the execution takes. Choices are given and failures thrown as
  /// in `assess`; a function without a derivative that stands in the way is an error that names it. Reverse mode on a tape (Griewank
  /// and Walther 2008, ch. 4).
  public func logDensityGradient(at given: GivenChoices) throws(Failure) -> LogDensityGradient {
    try TapeEvaluator(self).logDensityGradient(at: given)
  }
}

/// Evaluates gradients of one program, one after the other; keeps the memory of the tape. For one thread.
public final class TapeEvaluator {
  public let program: ModelProgram
  let tape: Tape

  public init(_ program: ModelProgram) {
    self.program = program
    tape = Tape(memoryLimit: program.environment.limits.memory)
  }

  /// The number of entries of the last run's tape.
  public var entryCount: Int { tape.count - 1 }

  public func logDensityGradient(at given: GivenChoices) throws(Failure) -> LogDensityGradient {
    var trace = Trace()
    var unused = Set(given.addresses)
    var inputs: [(address: Address, value: Value)] = []
    let target = try run(&trace) { (run, address, distribution) throws(Failure) in
      guard let found = given.value(for: address) else {
        throw missingChoice(address, at: run.span, unused: given.addresses.filter(unused.contains))
      }
      unused.remove(found.givenAt)
      let value = try run.converted(found.value)
      guard !distribution.isDiscrete else { return value }
      let input = try tape.inputs(for: value)
      inputs.append((address, input))
      return input
    }
    if !unused.isEmpty { throw unknownChoices(given.addresses.filter(unused.contains), trace) }
    let adjoints = try tape.adjoints(of: target.node)
    let exists = target.value > -.infinity
    let derivatives = inputs.map { input in
      (address: input.address, value: exists ? input.value.derivatives(adjoints) : input.value.undefined)
    }
    return LogDensityGradient(trace: trace, derivatives: derivatives)
  }

  /// Runs the program with a value for each free choice, and returns its log density.
  func run(
    _ trace: inout Trace, choosing choose: (TapeRun, Address, DistributionObject) throws(Failure) -> Value
  ) throws(Failure) -> Dual {
    tape.clear()
    let run = TapeRun(program, tape)
    var total = Dual(0)
    while let effect = try run.advance() {
      switch effect {
      case .factor(let weight):
        total = try tape.add(total, weight)
        trace.addLogWeight(weight.value)
      case .choice(let pending):
        let value: Value
        if let observed = pending.observed {
          value = try run.converted(observed)
        } else if let address = pending.address {
          value = try choose(run, address, pending.distribution)
        } else {
          throw Failure(.internal, Diagnostic(code: "internal", "internal error, please report: no address"))
        }
        let density = try run.logDensity(of: value)
        total = try tape.add(total, density)
        if let address = pending.address {
          let choice = Choice(
            address: address, value: value.withoutNodes, logDensity: density.value,
            isObserved: pending.observed != nil, span: pending.span)
          if let earlier = trace.record(choice) {
            throw duplicateAddress(address, first: earlier.span, second: choice.span)
          }
        } else {
          trace.addLogWeight(density.value)
        }
        run.resume(with: value)
      }
    }
    trace.value = run.result
    return total.value == -.infinity ? Dual(-.infinity) : total
  }
}

/// One execution that records: like `ModelRun`, with nodes in values and weights.
final class TapeRun {
  enum Effect {
    case choice(PendingChoice)
    case factor(Dual)
  }

  let storage: MachineStorage
  private(set) var result = Value.null
  private var isDone = false

  init(_ program: ModelProgram, _ tape: Tape) {
    storage = MachineStorage(program.environment)
    storage.tape = tape
    storage.start(program.model.definition.function, program.model.arguments)
    var models = ModelContext()
    models.start(program.model)
    storage.models = models
  }

  var span: Span? { storage.pending?.span }

  /// Runs to the next effect; nil at the end.
  func advance() throws(Failure) -> Effect? {
    if isDone { return nil }
    switch storage.restingStop ?? storage.run() {
    case .choice:
      guard let pending = storage.pending else {
        throw Failure(.internal, Diagnostic(code: "internal", "internal error, please report: nothing is pending"))
      }
      return .choice(pending)
    case .factor: return .factor(storage.factorWeight)
    case .failed(let failure): throw failure
    case .finished(let value):
      isDone = true
      result = value.withoutNodes
      switch storage.models.verdict(in: storage.program.tables) {
      case .met: return nil
      case .wrong(let failure): throw storage.located(failure)
      case .contradicted: return .factor(Dual(-.infinity))
      }
    }
  }

  /// A given value in the type of a draw; nodes stay where the type is that of a real.
  func converted(_ value: Value) throws(Failure) -> Value {
    try placed { (pending) throws(Failure) in
      var caller = MachineReference(storage: storage)
      let verb = pending.observed == nil ? "set to" : "conditioned on"
      let plain = try pending.distribution.converted(value.withoutNodes, at: pending.address, verb, &caller)
      return value.isTracedNumber && !pending.distribution.isDiscrete ? value : plain
    }
  }

  /// log p(value) under the pending distribution, checked as in `Execution.score`.
  func logDensity(of value: Value) throws(Failure) -> Dual {
    let density = try placed { (pending) throws(Failure) in
      try storage.tracedLogDensity(of: value, pending.distribution)
    }
    if density.value < .infinity { return density }
    throw undefinedWeight(density.value, "the log density", at: span)
  }

  func resume(with value: Value) { storage.resume(with: value) }

  /// Failures of the pending distribution stand at the choice, with its address.
  func placed<Result>(_ body: (PendingChoice) throws(Failure) -> Result) throws(Failure) -> Result {
    guard let pending = storage.pending else {
      throw Failure(.internal, Diagnostic(code: "internal", "internal error, please report: no choice is pending"))
    }
    do throws(Failure) { return try body(pending) } catch {
      var failure = error
      if failure.diagnostic.primary == nil {
        failure.diagnostic.primary = .init(pending.span, pending.address.map { "at \($0)" } ?? "")
      }
      throw storage.located(failure)
    }
  }
}

extension Tape {
  /// A value whose Reals are new inputs.
  func inputs(for value: Value) throws(Failure) -> Value {
    switch value {
    case .real(let x): return .traced(x, node: try input())
    case .object(let object):
      switch object {
      case let array as ArrayObject where array.kind == .real && array.count > 0:
        let nodes = ArrayObject(uninitialized: .int, shape: array.shape)
        for offset in 0..<array.count { nodes.storage[offset] = UInt64(try input()) }
        return .object(TracedArray(values: array, nodes: nodes))
      case let list as ListObject:
        var elements: [Value] = []
        for element in list.elements { elements.append(try inputs(for: element)) }
        return .list(elements)
      default: return value
      }
    default: return value
    }
  }
}

extension Value {
  /// The derivatives in the place of a value's Reals.
  fileprivate func derivatives(_ adjoints: UnsafePointer<Double>) -> Value {
    guard case .object(let object) = self else { return self }
    switch object {
    case let real as TracedReal: return .real(adjoints[real.node])
    case let array as TracedArray:
      let result = ArrayObject(uninitialized: .real, shape: array.values.shape)
      for offset in 0..<result.count { result.reals[offset] = adjoints[array.node(offset)] }
      return .object(result)
    case let list as ListObject: return .list(list.elements.map { $0.derivatives(adjoints) })
    default: return self
    }
  }

  /// NaN in the place of a value's Reals.
  fileprivate var undefined: Value {
    guard case .object(let object) = self else { return self }
    switch object {
    case is TracedReal: return .real(.nan)
    case let array as TracedArray:
      return .array([Double](repeating: .nan, count: array.values.count), shape: array.values.shape)
    case let list as ListObject: return .list(list.elements.map(\.undefined))
    default: return self
    }
  }
}
