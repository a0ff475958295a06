// Why data could not be read, fitted or written, with the exit code that goes with it.

import BorelSource

/// A data file or data value that cannot be used.
public struct DataFailure: Error, Sendable {
  public enum Reason: Sendable {
    /// There is no such file, or it is a directory.
    case missing
    /// The file cannot be read, or its content is not what its format demands.
    case malformed
    /// The file is well formed, but its values do not fit what the program expects.
    case mismatch
    /// The output cannot be written.
    case output
  }

  public var reason: Reason
  public var diagnostic: Diagnostic

  public init(_ reason: Reason, _ diagnostic: Diagnostic) {
    self.reason = reason
    self.diagnostic = diagnostic
  }

  public init(
    _ reason: Reason, code: String, _ message: String, at span: Span? = nil, label: String = "",
    secondary: [Diagnostic.Label] = [], notes: [String] = [], hint: String? = nil
  ) {
    self.init(
      reason,
      Diagnostic(code: code, message, at: span, label: label, secondary: secondary, notes: notes, hint: hint))
  }

  /// 66 for a missing input, 65 for a malformed one, 1 for data that do not fit the program, 74 for output.
  public var exitCode: Int32 {
    switch reason {
    case .missing: 66
    case .malformed: 65
    case .mismatch: 1
    case .output: 74
    }
  }
}
