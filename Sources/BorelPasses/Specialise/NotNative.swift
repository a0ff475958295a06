// Why a program, or a part of it, cannot be specialised to LoopIR.

import BorelSource

/// A reason for which a model stays on the virtual machine, with its place in the text.
public struct NotNative: Error, Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// A function or model that calls itself without an end that is known beforehand.
    case recursion
    /// Sizes or numbers of repetitions that depend on choices.
    case stochasticStructure = "stochastic structure"
    /// A function that is only known when the program runs.
    case unknownFunction = "unknown function"
    /// A distribution that is only known when the program runs.
    case unknownDistribution = "unknown distribution"
    /// `mem`: which choices exist depends on calls.
    case memoised
    /// A value or construct that LoopIR has no form for: strings, lists that grow, `while`, ...
    case construct
    /// A discrete choice that is not observed.
    case discreteChoice = "discrete choice"
    /// A function without a derivative.
    case noDerivative = "no derivative"
    /// The passes met something that they should not have.
    case internalError = "internal error"
  }
  public var kind: Kind
  /// "the number of passes of this loop depends on `n`, which is random"
  public var reason: String
  public var span: Span?

  public init(_ kind: Kind, _ reason: String, at span: Span?) {
    self.kind = kind
    self.reason = reason
    self.span = span
  }
}
