// What is wrong with the draws of a posterior, as messages.

import BorelConvergence
import BorelInference
import BorelSource

extension Posterior {
  /// One warning per problem of the draws, those that explain others first: `divergences`, `rhat`, `ess`, `ebfmi`, `treedepth`, `multimodal`,
  /// `stuck` or `infinite`. `borel explain CODE` tells what to do.
  ///
  /// - Parameter maximumTreeDepth: the limit of the sampler, 10 where it is not known.
  public func verdicts(maximumTreeDepth: Int? = nil) -> [Diagnostic] {
    value.draws.verdicts(maximumTreeDepth: maximumTreeDepth).map(\.diagnostic)
  }
}

extension Verdict {
  var diagnostic: Diagnostic {
    Diagnostic(.warning, code: code, message, hint: hint + " (borel explain \(code))")
  }
}
