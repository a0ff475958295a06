// Runs chains of a kernel: starts, warm-up with adaptation, draws with thinning, on any number of threads.

import BorelNumerics
import BorelSemantics

/// How many chains there are and how long they run.
public struct ChainPlan: Sendable {
  public var chains: Int
  /// Iterations before the first draw, during which the kernel adapts.
  public var warmup: Int
  /// Draws kept of each chain.
  public var draws: Int
  /// Steps of the kernel per iteration.
  public var stepsPerIteration: Int
  /// Iterations after warm-up for one draw.
  public var thin: Int

  public init(chains: Int = 4, warmup: Int = 500, draws: Int = 1000, stepsPerIteration: Int = 1, thin: Int = 1) {
    self.chains = max(chains, 1)
    self.warmup = max(warmup, 0)
    self.draws = max(draws, 0)
    self.stepsPerIteration = max(stepsPerIteration, 1)
    self.thin = max(thin, 1)
  }
}

/// One chain's part of a run.
public struct ChainResult<Output: Sendable>: Sendable {
  public var output: Output
  public var failures: NumericalFailureLog
  /// Steps after warm-up and the sum of their acceptance probabilities.
  public var steps: Int
  public var acceptanceSum: Double
  public var wasCancelled: Bool
}

/// Runs the chains of a plan; chain c takes its randomness from `random.child(c)`, so that chains do not depend on threads.
///
/// `start` gives a chain's first position, `record` adds a draw to the output of its chain.
public func runChains<K: Kernel, A: Adaptation<K>, Source: RandomSource, Output: Sendable>(
  of kernel: K, adaptation: A, on target: K.Target, plan: ChainPlan, output: Output,
  random: Source, control: RunControl,
  start: @escaping @Sendable (Int, inout Source, inout NumericalFailureLog) throws(Failure) -> K.Position,
  record: @escaping @Sendable (K.State, K.Info, inout Output) -> Void
) throws(Failure) -> [ChainResult<Output>] {
  try parallelMap(plan.chains, threads: control.threads) { chain throws(Failure) in
    let stream = random.child(UInt64(chain))
    var chainRandom = stream.child(1)
    var startRandom = stream.child(0)
    var kernel = kernel
    var adaptation = adaptation
    var result = ChainResult(
      output: output, failures: NumericalFailureLog(), steps: 0, acceptanceSum: 0, wasCancelled: false)
    let position = try start(chain, &startRandom, &result.failures)
    var state = try kernel.initialState(at: position, of: target)
    if plan.warmup > 0 { adaptation.begin(&kernel, at: state, using: &chainRandom) }
    let (sampling, overflow) = plan.draws.multipliedReportingOverflow(by: plan.thin)
    let total = plan.warmup.addingReportingOverflow(overflow ? .max : sampling)
    let iterations = total.overflow ? .max : total.partialValue
    for iteration in 0..<iterations {
      if control.isCancelled() {
        result.wasCancelled = true
        break
      }
      let isWarmup = iteration < plan.warmup
      if iteration == plan.warmup, plan.warmup > 0 { adaptation.end(&kernel) }
      var last: K.Info?
      for _ in 0..<plan.stepsPerIteration {
        let info = try kernel.step(&state, of: target, using: &chainRandom)
        if let failure = info.failure { result.failures.record(failure) }
        if isWarmup {
          adaptation.update(&kernel, at: state, after: info, using: &chainRandom)
        } else {
          result.steps += 1
          result.acceptanceSum += info.acceptance
        }
        last = info
      }
      if !isWarmup, (iteration - plan.warmup + 1).isMultiple(of: plan.thin), let last {
        record(state, last, &result.output)
      }
      control.progress?(
        Progress(
          phase: isWarmup ? "warm-up" : "draws", chain: chain, completed: iteration + 1,
          total: iterations,
          acceptance: result.steps > 0 ? result.acceptanceSum / Double(result.steps) : nil,
          failures: result.failures.count))
    }
    return result
  }
}
