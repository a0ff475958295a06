// What checking a program found.

import BorelSource

/// The errors and warnings of a program, in the order of its text.
public struct CheckResult: Sendable {
  public let diagnostics: [Diagnostic]
  let sources: SourceMap

  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// The messages as a terminal shows them.
  public func rendered(color: Bool = false) -> String { render(diagnostics, in: sources, color: color) }

  /// One JSON object for each message.
  public var jsonLines: [String] { diagnostics.map { renderJSON($0, in: sources) } }
}
