// A flag that ends runs early, set from a signal handler or another thread.

import BorelVM
import Synchronization

/// Cancels the runs whose options hold it.
public final class Cancellation: Sendable {
  /// Machines read it through its address; a single aligned word is written and read as a whole.
  private nonisolated(unsafe) let flag: UnsafeMutablePointer<Int32>

  public init() {
    flag = .allocate(capacity: 1)
    flag.initialize(to: 0)
  }

  deinit { flag.deallocate() }

  /// Ends runs as soon as they look; safe in a signal handler.
  public func cancel() { flag.pointee = 1 }

  /// Allows new runs.
  public func reset() { flag.pointee = 0 }

  public var isCancelled: Bool { flag.pointee != 0 }

  var interruption: InterruptionFlag { InterruptionFlag(flag) }
}
