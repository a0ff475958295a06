// Programs written by hand: a process is a tree of effects whose branches are closures, and its execution a place in that tree.

import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

/// The rest of a program from one effect on.
public indirect enum Process: Sendable {
  case sample(Address, TestDistribution, @Sendable (Value) -> Process)
  case observe(Address?, TestDistribution, Value, @Sendable () -> Process)
  case factor(Double, @Sendable () -> Process)
  case finish(Value)
  case fail(Failure)
}

/// The choice `name` or `leaf/name[i]`, passed on as a value.
public func sample(_ address: String, _ law: TestDistribution, _ next: @escaping @Sendable (Value) -> Process)
  -> Process
{
  .sample(Address(parsing: address) ?? Address(AddressName(address)), law, next)
}

/// A choice passed on as a Double.
public func sampleReal(_ address: String, _ law: TestDistribution, _ next: @escaping @Sendable (Double) -> Process)
  -> Process
{
  sample(address, law) { next($0.asReal ?? .nan) }
}

/// A choice passed on as an Int.
public func sampleInt(_ address: String, _ law: TestDistribution, _ next: @escaping @Sendable (Int) -> Process)
  -> Process
{
  sample(address, law) { next($0.asInt ?? -1) }
}

/// A choice passed on as a Bool.
public func sampleBool(_ address: String, _ law: TestDistribution, _ next: @escaping @Sendable (Bool) -> Process)
  -> Process
{
  sample(address, law) { next($0.asBool ?? false) }
}

public func observe(
  _ address: String? = nil, _ law: TestDistribution, _ value: Value, _ next: @escaping @Sendable () -> Process
) -> Process {
  .observe(address.flatMap { Address(parsing: $0) }, law, value, next)
}

public func factor(_ logWeight: Double, _ next: @escaping @Sendable () -> Process) -> Process {
  .factor(logWeight, next)
}

/// A process as a program.
public struct ProcessProgram: Program {
  let process: @Sendable () -> Process
  public init(_ process: @escaping @Sendable () -> Process) { self.process = process }
  public func start() -> ProcessRun { ProcessRun(process: process()) }
  public var sites: [SiteDescription] { [] }
}

public struct ProcessRun: Execution {
  var process: Process
  var law: TestDistribution?
  var next: (@Sendable (Value) -> Process)?
  var after: (@Sendable () -> Process)?
  var spanStart = 0

  init(process: Process) { self.process = process }

  public mutating func advance() -> Effect {
    if let after { process = after() }
    after = nil
    spanStart += 1
    switch process {
    case .sample(let address, let law, let next):
      self.law = law
      self.next = next
      return .sample(address)
    case .observe(let address, let law, let value, let next):
      self.law = law
      after = next
      return .observe(address, value)
    case .factor(let logWeight, let next):
      after = next
      return .factor(logWeight)
    case .finish(let value): return .finished(value)
    case .fail(let failure): return .failed(failure)
    }
  }

  public mutating func draw(using random: inout RandomStream) throws(Failure) -> Value {
    guard let law else { throw misuse }
    return try law.draw(using: &random)
  }

  public mutating func logDensity(of value: Value) throws(Failure) -> Double {
    guard let law else { throw misuse }
    return try law.logDensity(of: value)
  }

  public mutating func support() throws(Failure) -> Support {
    guard let law else { throw misuse }
    return law.support
  }

  public mutating func resume(with value: Value) {
    if let next { process = next(value) }
    next = nil
  }

  /// A span that tells the n-th effect of an execution from the others.
  public var pendingSpan: Span? { Span(file: FileID(index: 0), start: spanStart, end: spanStart + 1) }

  private var misuse: Failure { Failure(.internal, Diagnostic(code: "misuse", "no distribution is pending")) }
}

/// A numerical failure with a code of its own.
public func numericalFailure(_ message: String = "negative scale") -> Failure {
  Failure(.numerical, Diagnostic(code: "test", message))
}
