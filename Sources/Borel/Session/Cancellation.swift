// A flag that ends runs early, set from a signal handler or another thread.

import BorelVM
import Synchronization

/// Cancels the runs whose options hold it.
public final class Cancellation: Sendable {
  /// Two flags, `isCancelled` and whether executions stop where they are. Machines read them through their address; a single
  /// aligned word is written and read as a whole.
  private nonisolated(unsafe) let flags: UnsafeMutablePointer<Int32>

  public init() {
    flags = .allocate(capacity: 2)
    flags.initialize(repeating: 0, count: 2)
  }

  deinit { flags.deallocate() }

  /// Ends runs as soon as they look; safe in a signal handler. Inference finishes the execution that it is at and keeps its draws.
  public func cancel() { flags[0] = 1 }

  /// Cancels, and ends with an error also the executions that inference is at; safe in a signal handler.
  public func stop() {
    flags[0] = 1
    flags[1] = 1
  }

  /// Allows new runs.
  public func reset() {
    flags[0] = 0
    flags[1] = 0
  }

  public var isCancelled: Bool { flags[0] != 0 }

  /// What a script looks at.
  var interruption: InterruptionFlag { InterruptionFlag(flags) }

  /// What the executions of a model look at while inference runs them.
  var interruptionOfInference: InterruptionFlag { InterruptionFlag(flags + 1) }
}
