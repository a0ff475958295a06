// Why an execution stopped: a numerical failure, an error of the user's, or a fault of ours.

import BorelSource

/// An execution that could not go on.
public struct Failure: Error, Sendable {
  public enum Kind: Sendable {
    /// The execution has density zero or an undefined number came up: weight -inf, counted and shown.
    case numerical
    /// The program or its data are wrong: inference stops with the diagnostic.
    case user
    /// The user's run hit a limit on steps, stack or memory: inference stops with the diagnostic.
    case limit
    /// A fault of Borel: "internal error, please report".
    case `internal`
  }

  public var kind: Kind
  public var diagnostic: Diagnostic

  public init(_ kind: Kind, _ diagnostic: Diagnostic) {
    self.kind = kind
    self.diagnostic = diagnostic
  }
}

extension Failure {
  /// Whether a distribution has no draws, as improper ones: they are scored, and a Markov chain moves them all the same.
  public var isUndefinedDraw: Bool { kind == .numerical && diagnostic.code == "undefined-draw" }
}
