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

  /// The failure of an allocation of so many bytes.
  static func memoryFailure(bytes: Int, at span: Span?) -> Failure {
    Failure(
      .limit,
      Diagnostic(
        code: "memory-limit", "out of memory: this needs another \(text(ofBytes: bytes)), more than the limit allows",
        at: span,
        hint: "the limit is set with `--max-memory`"))
  }

  /// The failure of an allocation of so many eight-byte elements.
  static func memoryFailure(elements: Int, at span: Span?) -> Failure {
    let (bytes, overflow) = elements.multipliedReportingOverflow(by: 8)
    return memoryFailure(bytes: overflow ? .max : bytes, at: span)
  }

  /// `1 byte`, `1.5 KB`, `320 MB`, in the largest unit of which there is at least one.
  static func text(ofBytes bytes: Int) -> String {
    guard bytes >= 1024 else { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    var units = ["KB", "MB", "GB", "TB", "PB", "EB"][...]
    var amount = Double(bytes) / 1024
    while amount >= 1024, units.count > 1 {
      amount /= 1024
      units.removeFirst()
    }
    let text = ValueText.fixed(amount, digits: amount < 10 ? 1 : 0)
    return "\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text) \(units.first ?? "")"
  }
}
