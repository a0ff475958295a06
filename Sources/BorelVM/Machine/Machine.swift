// The virtual machine as a value: copying it forks the execution.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

/// Why a machine has stopped.
public enum Stop: Sendable {
  /// At a choice or an `observe`, described by `pending`; continue with `resume(with:)`.
  case choice
  case factor(Double)
  case finished(Value)
  case failed(Failure)
}

/// The distribution that a machine has stopped at.
public struct PendingChoice: Sendable {
  /// nil for `observe e ~ d`.
  public var address: Address?
  public var distribution: DistributionObject
  /// The value that the data give; nil for a free choice.
  public var observed: Value?
  public var span: Span
  init(address: Address?, distribution: DistributionObject, observed: Value?, span: Span) {
    self.address = address
    self.distribution = distribution
    self.observed = observed
    self.span = span
  }
}

/// A running program. Copying costs one reference; the registers and frames are copied when one of two copies runs on,
/// and objects are shared until one of them changes them.
public struct Machine: Sendable {
  private var storage: MachineStorage

  /// A machine that is about to call a function with arguments in parameter order.
  public init(_ function: FunctionID, _ arguments: [Value], in environment: RunEnvironment) {
    storage = MachineStorage(environment)
    storage.start(function, arguments)
  }

  /// A machine that only calls functions for its owner: `call` and `callValue`.
  public init(caller environment: RunEnvironment) {
    storage = MachineStorage(environment)
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.fork() }
  }

  /// Runs to the next effect, the end or a failure. Returns the same again where the machine waits for a value or is done.
  public mutating func run() -> Stop {
    if let stop = storage.restingStop { return stop }
    makeUnique()
    return storage.run()
  }

  /// Gives the pending choice or observation its value; `run()` goes on from there.
  public mutating func resume(with value: Value) {
    makeUnique()
    storage.resume(with: value)
  }

  public var pending: PendingChoice? { storage.pending }

  /// Stops for good: the next `run()` returns this failure.
  public mutating func fail(_ failure: Failure) {
    makeUnique()
    storage.fail(failure)
  }

  /// A failure with a place and the calls that led to it.
  public func located(_ failure: Failure) -> Failure { storage.located(failure) }

  /// The global variables as they are now.
  public var globals: Globals { storage.globals }

  public var environment: RunEnvironment {
    var environment = storage.environment
    environment.globals = storage.globals
    return environment
  }

  /// Scopes, conditions and memoised values.
  public var models: ModelContext {
    get { storage.models }
    set {
      makeUnique()
      storage.models = newValue
    }
  }
}

extension Machine: MethodCaller {
  public var random: RandomStream {
    get { storage.random }
    set {
      makeUnique()
      storage.random = newValue
    }
  }

  public mutating func call(_ function: FunctionID, _ arguments: [Value]) throws(Failure) -> Value {
    makeUnique()
    return try storage.call(function, arguments)
  }

  public mutating func call(
    _ method: FunctionID, of distribution: DistributionObject, _ x: Value?
  ) throws(Failure) -> Value {
    makeUnique()
    return try storage.call(method, of: distribution, x)
  }

  public mutating func callValue(_ callee: Value, _ arguments: [Value]) throws(Failure) -> Value {
    makeUnique()
    return try storage.callValue(callee, arguments)
  }
}
