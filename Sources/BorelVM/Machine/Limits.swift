// What one machine may use: steps, call depth and memory.

import BorelSemantics
import BorelSource

/// Limits of one machine; reaching one is a failure of kind `.limit`.
public struct Limits: Sendable {
  /// Loop back-edges and calls.
  public var steps: Int
  /// Active calls.
  public var depth: Int
  /// Bytes held by arrays and lists.
  public var memory: Int
  public init(steps: Int = 1_000_000_000, depth: Int = 65_536, memory: Int = 512 << 20) {
    self.steps = steps
    self.depth = depth
    self.memory = memory
  }

  /// The failure of an allocation of `elements` eight-byte elements.
  static func memoryFailure(bytes elements: Int, at span: Span?) -> Failure {
    let megabytes = elements / (1 << 17)
    return Failure(
      .limit,
      Diagnostic(
        code: "memory-limit", "out of memory: this needs \(megabytes) MB more than the limit allows", at: span,
        hint: "the limit is set with `--max-memory`"))
  }
}
