// Why a program has no gradient.

import BorelIR
import BorelSource

/// The reason that keeps reverse mode from a program, with the place in its text.
public struct GradientFailure: Error, Sendable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// A function that has no derivative with respect to the argument of the given position (zero-based).
    case noDerivative(function: String, argument: Int)
    /// A routine of linear algebra without an adjoint: the adjoints themselves.
    case noAdjoint(routine: String)
    /// `choice` and `bind` have to be taken apart first.
    case unresolvedChoice(site: Int)
  }
  public var reason: Reason
  public var span: Span?

  public init(_ reason: Reason, _ span: Span?) {
    self.reason = reason
    self.span = span
  }

  public var description: String {
    switch reason {
    case .noDerivative(let function, let argument):
      DerivativeTable.missing(function: function, argument: argument)
    case .noAdjoint(let routine): "\(routine) has no adjoint"
    case .unresolvedChoice(let site): "site \(site) is still a choice"
    }
  }
}
