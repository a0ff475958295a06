// What every algorithm returns: draws, what went wrong on the way, and how much work it was.

import BorelDraws
import BorelSource

/// The result of a run.
public struct InferenceResult: Sendable {
  /// The draws with their weights and the log evidence where the algorithm gives them.
  public var draws: Draws
  /// Executions that failed numerically, by place.
  public var failures: NumericalFailureLog
  /// The number of executions or, for a Markov chain, of proposals.
  public var executions: Int
  /// The share of executions or proposals that were accepted, where that makes sense.
  public var acceptance: Double?
  /// True where the run was ended early; the draws are those made until then.
  public var wasCancelled: Bool
  /// What a user should know before trusting the result.
  public var warnings: [Diagnostic]

  public init(
    draws: Draws, failures: NumericalFailureLog = .init(), executions: Int, acceptance: Double? = nil,
    wasCancelled: Bool = false, warnings: [Diagnostic] = []
  ) {
    self.draws = draws
    self.failures = failures
    self.executions = executions
    self.acceptance = acceptance
    self.wasCancelled = wasCancelled
    self.warnings = warnings
  }
}
