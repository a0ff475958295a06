// The one error that the driver and the embedding API throw: diagnostics, their text, and what kind of trouble it is.

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

  /// The error of an input file that cannot be read.
  init(reading path: String, _ problem: FileProblem, isData: Bool) {
    let noun = isData ? "data file" : "file"
    switch problem {
    case .missing:
      self.init(.noInput, code: "missing-file", "there is no \(noun) `\(path)`")
    case .isDirectory:
      self.init(.noInput, code: "is-directory", "`\(path)` is a directory, not a \(noun)")
    case .other(let reason):
      self.init(
        isData ? .dataFile : .noInput, code: "unreadable-file", "cannot read `\(path)`: \(lowercasedFirst(reason))")
    }
  }

  /// The error of an output file that cannot be written.
  init(writing path: String, _ problem: FileProblem) {
    let reason =
      switch problem {
      case .missing: "its folder does not exist"
      case .isDirectory: "it is a directory"
      case .other(let reason): lowercasedFirst(reason)
      }
    self.init(.output, code: "unwritable-file", "cannot write `\(path)`: \(reason)")
  }
}

/// The system's "Permission denied" within a sentence.
func lowercasedFirst(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }
