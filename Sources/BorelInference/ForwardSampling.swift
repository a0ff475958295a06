// Forward sampling: independent executions with every free choice drawn from its distribution.

import BorelDraws
import BorelSemantics

/// Independent, equally weighted executions; observed choices keep their values and weight nothing.
public struct ForwardSampling: Sendable {
  public var draws: Int

  public init(draws: Int = 1000) { self.draws = max(draws, 1) }

  /// Execution i draws from `random.child(i)`.
  public func run<P: Program, Source: RandomSource>(
    _ program: P, random: Source, control: RunControl = .init()
  ) throws(Failure) -> InferenceResult {
    var recorder = TraceRecorder()
    var isCancelled = false
    try control.reserve(draws, "draws", bytesEach: 8)
    while recorder.draws.count < draws, !isCancelled {
      let first = recorder.draws.count
      let numbers = first..<min(draws, first + min(4096, draws - first))
      let traces = try independentResults(numbers, random: random, control: control) { (random) throws(Failure) in
        try program.simulate(using: &random)
      }
      for trace in traces { recorder.record(trace) }
      isCancelled = traces.count < numbers.count
      try control.reserve(draws, "draws", bytesEach: 8 * (recorder.draws.columnCount + 1))
    }
    let count = recorder.draws.count
    return InferenceResult(draws: Draws(chains: [recorder.draws]), executions: count, wasCancelled: count < draws)
  }
}
