// The terms of the Metropolis-Hastings ratio for traces whose choices may come and go.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the acceptance probability of a proposed trace is made of.
///
/// With x the current and x' the proposed trace, n and n' their numbers of free choices, q the proposal at the chosen choice,
/// stale the choices of x that x' does not keep and fresh those of x' that were drawn from their own distributions,
/// ```
/// log r = log p(x') - log p(x) + log n - log n' + log q(v | v') - log q(v' | v)
///         + Σ_stale log p(choice | x) - Σ_fresh log p(choice | x')
/// ```
/// and the proposal is accepted with probability min(1, r) (Wingate, Stuhlmüller and Goodman 2011, section 3; Green 1995).
public struct AcceptanceTerms: Sendable {
  /// log p(x') - log p(x), choices, observations and factors together
  public var logJointRatio = 0.0
  /// n
  public var count = 0
  /// n'
  public var proposedCount = 0
  /// log q(v | v') - log q(v' | v)
  public var logProposalRatio = 0.0
  public var logStale = 0.0
  public var logFresh = 0.0

  /// log r
  public var logRatio: Double {
    logJointRatio + log(Double(count) / Double(max(proposedCount, 1))) + logProposalRatio + logStale - logFresh
  }
}
