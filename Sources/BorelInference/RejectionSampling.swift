// Rejection sampling: independent executions, each accepted with probability w / bound; the accepted ones are exact posterior draws.

import BorelDraws
import BorelSemantics
import BorelSource
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Exact draws from the posterior by accepting an execution of weight w with probability w / exp(`logBound`) (von Neumann 1951).
///
/// Without a bound the weight must not exceed 1, as with hard conditions, discrete observations and factors that are log probabilities; an
/// observed continuous variable, whose density has no such bound, is then an error. A weight above the bound is an error.
public struct RejectionSampling: Sendable {
  public var draws: Int
  /// An upper bound of the log weight; nil means 0 and allows no continuous observations.
  public var logBound: Double?
  /// How many executions are tried before giving up.
  public var maximumExecutions: Int
  public var recordsValue = true

  public init(draws: Int = 1000, logBound: Double? = nil, maximumExecutions: Int = 1_000_000) {
    self.draws = max(draws, 1)
    self.logBound = logBound
    self.maximumExecutions = max(maximumExecutions, 1)
  }

  public func run<P: Program, Source: RandomSource>(
    _ program: P, random: Source, control: RunControl = .init()
  ) throws(Failure) -> InferenceResult {
    var recorder = TraceRecorder(recordsValue: recordsValue)
    var failures = NumericalFailureLog()
    var tried = 0
    var batchSize = 256
    var isCancelled = false
    try control.reserve(draws, "draws", bytesEach: 8)
    while recorder.draws.count < draws, tried < maximumExecutions, !isCancelled {
      let numbers = tried..<min(tried + batchSize, maximumExecutions)
      let batch = try independentResults(numbers, random: random, control: control) { (random) throws(Failure) in
        try attempt(program, using: &random)
      }
      for attempt in batch where recorder.draws.count < draws {
        tried += 1
        if let failure = attempt.failure { failures.record(failure) }
        if let trace = attempt.trace { recorder.record(trace) }
      }
      isCancelled = batch.count < numbers.count
      try control.reserve(draws, "draws", bytesEach: 8 * (recorder.draws.columnCount + 1))
      batchSize = min(batchSize * 2, 16_384)
      control.progress?(
        Progress(
          phase: "accepted", completed: recorder.draws.count, total: draws,
          acceptance: Double(recorder.draws.count) / Double(max(tried, 1)), failures: failures.count))
    }
    if recorder.draws.count < draws, !isCancelled { throw gaveUp(recorder.draws.count, of: tried, failures) }
    return result(recorder, tried, failures, isCancelled)
  }

  /// One execution: its trace where it was accepted, the failure where it failed numerically.
  private struct Attempt: Sendable {
    var trace: Trace?
    var failure: Failure?
  }

  private func attempt<P: Program, Source: RandomSource>(
    _ program: P, using random: inout Source
  ) throws(Failure) -> Attempt {
    var trace = Trace()
    var run = program.start()
    let bound = logBound ?? 0
    let needsBound = logBound == nil
    do throws(Failure) {
      let value = try run.complete(
        into: &trace, stopsAtZero: true,
        observing: { run throws(Failure) in
          if needsBound, try !run.support().isDiscrete { throw continuousObservation(at: run.pendingSpan) }
        },
        choosing: { (run, _) throws(Failure) in try random.drawValue(from: &run) })
      guard value != nil else { return Attempt() }
    } catch {
      guard error.kind == .numerical else { throw error }
      return Attempt(failure: error)
    }
    guard trace.logLikelihood <= bound + 1e-9 * max(1, abs(bound)) else {
      throw exceedsBound(trace.logLikelihood, bound, isDefault: needsBound)
    }
    return Attempt(trace: random.accepts(logProbability: trace.logLikelihood - bound) ? trace : nil)
  }

  private func result(
    _ recorder: TraceRecorder, _ tried: Int, _ failures: NumericalFailureLog, _ wasCancelled: Bool
  ) -> InferenceResult {
    let accepted = recorder.draws.count
    let rate = Double(accepted) / Double(max(tried, 1))
    let error = accepted > 0 ? sqrt((1 - rate) / Double(accepted)) : nil
    var table = Draws(
      chains: [recorder.draws], logEvidence: .init(log(rate) + (logBound ?? 0), standardError: error))
    table.notes = failures.notes
    return InferenceResult(
      draws: table, failures: failures, executions: tried, acceptance: rate, wasCancelled: wasCancelled)
  }

  private func gaveUp(_ accepted: Int, of tried: Int, _ failures: NumericalFailureLog) -> Failure {
    let rest = accepted == 0 ? "" : ", \(draws) were asked for"
    var diagnostic = Diagnostic(
      code: "too-few-accepted",
      "\(grouped(accepted)) of \(grouped(tried)) executions were accepted\(rest)",
      hint: "raise the limit on executions, tighten the bound, or use `importance`, `smc` or `mh`")
    if let most = failures.mostFrequent {
      diagnostic.notes.append("\(grouped(most.count)) of them failed numerically: \(most.first.message)")
      if let place = most.first.primary { diagnostic.secondary.append(.init(place.span, "failed here")) }
    }
    return Failure(.user, diagnostic)
  }
}

private func continuousObservation(at span: Span?) -> Failure {
  Failure(
    .user,
    Diagnostic(
      code: "rejection-continuous", "rejection sampling cannot condition on a continuous variable", at: span,
      label: "the density of this observation has no bound of 1",
      hint: "use `importance`, `smc` or `mh`, or give an upper bound of the log weight"))
}

private func exceedsBound(_ logWeight: Double, _ bound: Double, isDefault: Bool) -> Failure {
  Failure(
    .user,
    Diagnostic(
      code: "weight-above-bound",
      "an execution has log weight \(logWeight), above the \(isDefault ? "default bound" : "bound") \(bound)",
      hint: "the draws would not follow the posterior: give a higher bound, or use `importance`"))
}

/// `1000000` as `1,000,000`.
public func grouped(_ number: Int) -> String {
  var text = ""
  for (position, digit) in String(number).reversed().enumerated() {
    if position > 0, position % 3 == 0, digit != "-" { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}
