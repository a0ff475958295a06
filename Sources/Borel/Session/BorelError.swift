// The one error that the driver and the embedding API throw: diagnostics, their text, and what kind of trouble it is.

import BorelDataIO
import BorelSemantics
import BorelSource

public typealias Diagnostic = BorelSource.Diagnostic

/// Why something could not be done.
public struct BorelError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is; the command line turns it into an exit code.
  public enum Kind: String, Sendable {
    /// The program is wrong, before it runs or while it does.
    case program
    /// The data do not fit the program.
    case data
    /// A limit on steps, depth or memory was hit.
    case limit
    /// A data file is unreadable or malformed.
    case dataFile
    /// A file is missing or a directory.
    case noInput
    /// The output cannot be written.
    case output
    /// The run was cancelled.
    case interrupted
    /// A fault of Borel.
    case `internal`
  }

  public let kind: Kind
  /// At least one, errors and warnings, in the order in which they should be shown.
  public let diagnostics: [Diagnostic]
  /// The texts that the diagnostics point into.
  public let sources: SourceMap

  public init(_ kind: Kind, _ diagnostics: [Diagnostic], sources: SourceMap = SourceMap()) {
    self.kind = kind
    self.diagnostics = diagnostics
    self.sources = sources
  }

  init(_ kind: Kind, code: String, _ message: String, hint: String? = nil) {
    self.init(kind, [Diagnostic(code: code, message, hint: hint)])
  }

  /// The whole text as a terminal shows it, with places and carets.
  public func rendered(color: Bool = false) -> String { render(diagnostics, in: sources, color: color) }

  public var description: String { rendered() }
}

extension BorelError {
  /// The error that a failed execution amounts to.
  init(_ failure: Failure, sources: SourceMap) {
    if ["interrupted", "cancelled"].contains(failure.diagnostic.code) {
      self.init(.interrupted, [failure.diagnostic], sources: sources)
      return
    }
    if failure.diagnostic.code == "cannot-write" {
      self.init(.output, [failure.diagnostic], sources: sources)
      return
    }
    switch failure.kind {
    // Outside inference a numerical failure is the program's.
    case .numerical, .user: self.init(.program, [failure.diagnostic], sources: sources)
    case .limit: self.init(.limit, [failure.diagnostic], sources: sources)
    case .internal: self.init(.internal, [Self.report(failure.diagnostic)], sources: sources)
    }
  }

  private static func report(_ diagnostic: Diagnostic) -> Diagnostic {
    var diagnostic = diagnostic
    if !diagnostic.message.hasPrefix("internal error") {
      diagnostic.message = "internal error: " + diagnostic.message
    }
    diagnostic.hint = diagnostic.hint ?? "please report this with the program that caused it"
    return diagnostic
  }

  /// The error of data that cannot be read, do not fit, or cannot be written.
  init(_ failure: DataFailure, sources: SourceMap = SourceMap()) {
    let kind: Kind =
      switch failure.reason {
      case .missing: .noInput
      case .malformed: .dataFile
      case .mismatch: .data
      case .output: .output
      }
    self.init(kind, [failure.diagnostic], sources: sources)
  }
}
