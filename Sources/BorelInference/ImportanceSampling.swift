// Importance sampling from the prior (likelihood weighting): independent executions, weighted by their observations.

import BorelDraws
import BorelSemantics
import BorelValues

/// Independent executions weighted by w = Π p(observation | choices) · Π exp(factor) (Fung and Chang 1990).
///
/// Σ w f / Σ w tends to E[f | data], and the mean of w is unbiased for the evidence. Draws of weight zero are left out of the table but count
/// in the evidence.
public struct ImportanceSampling: Sendable {
  public var draws: Int
  /// Whether the return value becomes a column.
  public var recordsValue = true

  public init(draws: Int = 1000) { self.draws = max(draws, 1) }

  public func run<P: Program, Source: RandomSource>(
    _ program: P, random: Source, control: RunControl = .init()
  ) throws(Failure) -> InferenceResult {
    var recorder = TraceRecorder(recordsValue: recordsValue)
    var failures = NumericalFailureLog()
    var logWeights: [Double] = []
    var isCancelled = false
    try control.reserve(draws, "draws", bytesEach: 16)
    while logWeights.count < draws, !isCancelled {
      let first = logWeights.count
      let numbers = first..<min(draws, first + min(4096, draws - first))
      let batch = try independentResults(numbers, random: random, control: control) { (random) throws(Failure) in
        try program.generate(using: &random, stopsAtZero: true)
      }
      for execution in batch {
        logWeights.append(execution.logWeight)
        if let failure = execution.failure { failures.record(failure) }
        guard execution.logWeight > -.infinity else { continue }
        recorder.record(execution.trace, logWeight: execution.logWeight)
      }
      isCancelled = batch.count < numbers.count
      try control.reserve(draws, "draws", bytesEach: 8 * (recorder.draws.columnCount + 2))
      control.progress?(
        Progress(phase: "executions", completed: logWeights.count, total: draws, failures: failures.count))
    }
    return try result(recorder, logWeights, failures, isCancelled)
  }

  private func result(
    _ recorder: TraceRecorder, _ logWeights: [Double], _ failures: NumericalFailureLog, _ wasCancelled: Bool
  ) throws(Failure) -> InferenceResult {
    if recorder.draws.count == 0, !logWeights.isEmpty {
      throw allWeightsZero("each of the \(logWeights.count) executions", failures)
    }
    var table = Draws(chains: [recorder.draws], logEvidence: evidence(ofIndependent: logWeights))
    table.notes = failures.notes
    let warning = unevenWeightsWarning(
      effectiveSize: effectiveSampleSize(ofLogarithms: logWeights), of: logWeights.count,
      hint: "draw more, or use `smc` or `mh`")
    return InferenceResult(
      draws: table, failures: failures, executions: logWeights.count, wasCancelled: wasCancelled,
      warnings: warning.map { [$0] } ?? [])
  }
}
