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
      let traces = try executions(numbers, of: program, random: random, control: control)
      for trace in traces { recorder.record(trace) }
      isCancelled = traces.count < numbers.count
      try control.reserve(draws, "draws", bytesEach: 8 * (recorder.draws.columnCount + 1))
    }
    let count = recorder.draws.count
    return InferenceResult(draws: Draws(chains: [recorder.draws]), executions: count, wasCancelled: count < draws)
  }

  /// The executions with numbers in a range; after a cancellation only those before the first missing one.
  private func executions<P: Program, Source: RandomSource>(
    _ numbers: Range<Int>, of program: P, random: Source, control: RunControl
  ) throws(Failure) -> [Trace] {
    let blockSize = 32
    let blocks = try parallelMap((numbers.count + blockSize - 1) / blockSize, threads: control.threads) {
      block throws(Failure) in
      var traces: [Trace] = []
      let start = numbers.lowerBound + block * blockSize
      for number in start..<min(start + blockSize, numbers.upperBound) where !control.isCancelled() {
        var random = random.child(UInt64(number))
        traces.append(try program.simulate(using: &random))
      }
      return traces
    }
    var traces: [Trace] = []
    for (block, part) in blocks.enumerated() {
      traces.append(contentsOf: part)
      if traces.count < min((block + 1) * blockSize, numbers.count) { break }
    }
    return traces
  }
}
