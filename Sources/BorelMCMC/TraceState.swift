// Where a Metropolis-Hastings chain over traces stands: the choices in order and forks of the execution to start again from.

import BorelSemantics
import BorelSource
import BorelValues

/// A free choice of the current trace.
struct TraceEntry: Sendable {
  let address: Address
  var value: Value
  /// log p(value | the choices before)
  var logDensity: Double
  let support: Support
  let span: Span?
  /// The log density of all choices, observations and factors before this choice.
  let logJointBefore: Double
}

/// A fork of an execution stopped at the choice with index `index`.
struct Checkpoint<Run: Execution>: Sendable {
  let index: Int
  let run: Run
}

/// The state of a chain over traces.
public struct TraceState<Run: Execution>: Sendable {
  /// Free choices in the order of the execution.
  var entries: [TraceEntry] = []
  /// Some forks in ascending order of index; the one at the first choice is always there.
  var checkpoints: [Checkpoint<Run>] = []
  /// log p(choices, data)
  public internal(set) var logDensity = 0.0
  /// What the program returned.
  public internal(set) var value: Value = .null
  /// Indices by address, made when an execution first leaves the order of this trace.
  var indexOfAddress: [Address: Int]?

  /// The number of free choices.
  public var choiceCount: Int { entries.count }

  /// The free choices in order.
  public var choices: some Sequence<Choice> {
    entries.lazy.map {
      Choice(address: $0.address, value: $0.value, logDensity: $0.logDensity, isObserved: false, span: $0.span)
    }
  }

  /// The index of a choice by its address.
  mutating func index(of address: Address) -> Int? {
    if let indexOfAddress { return indexOfAddress[address] }
    var indices: [Address: Int] = [:]
    for (index, entry) in entries.enumerated() { indices[entry.address] = index }
    indexOfAddress = indices
    return indices[address]
  }

  /// How many choices there are from one fork to the next.
  func spacing(checkpoints count: Int) -> Int { max(1, (entries.count + count - 1) / max(count, 1)) }
}
