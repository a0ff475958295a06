// Finds a trace of positive density for a chain to start at.

import BorelInference
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

/// A trace of positive density; an error that tells the most frequent reason where none is found.
public func startingTrace<P: Program, Source: RandomSource>(
  of program: P, using random: inout Source, attempts: Int, _ failures: inout NumericalFailureLog
) throws(Failure) -> Trace {
  for attempt in 0..<attempts {
    var attemptRandom = random.child(UInt64(attempt))
    let weighted = try attemptStart(program, using: &attemptRandom)
    if let failure = weighted.failure { failures.record(failure) }
    if weighted.logWeight > -.infinity, weighted.trace.logPrior > -.infinity { return weighted.trace }
  }
  var diagnostic = Diagnostic(
    code: "no-start", "no start with positive density was found in \(grouped(attempts)) executions",
    hint: "conditions that hardly any execution meets need `smc`, or `factor` instead of a hard condition")
  if let most = failures.mostFrequent {
    diagnostic.notes.append("\(grouped(most.count)) of them failed numerically: \(most.first.message)")
    if let place = most.first.primary { diagnostic.secondary.append(.init(place.span, "failed here")) }
  }
  let impossible = attempts - failures.count
  if impossible > 0 {
    diagnostic.notes.append("\(grouped(impossible)) of them met an observation or a factor of weight zero")
  }
  throw Failure(.user, diagnostic)
}

/// An execution whose choices are drawn from their own distributions or, where these are improper, around the middle of their supports.
private func attemptStart<P: Program, Source: RandomSource>(
  _ program: P, using random: inout Source
) throws(Failure) -> WeightedTrace {
  var trace = Trace()
  var run = program.start()
  do throws(Failure) {
    try run.complete(into: &trace, stopsAtZero: true) { (run, _) throws(Failure) in
      do throws(Failure) {
        return try random.drawValue(from: &run)
      } catch {
        guard error.isUndefinedDraw, let value = middleValue(of: try run.support(), using: &random) else { throw error }
        return value
      }
    }
    return WeightedTrace(trace: trace, logWeight: trace.logLikelihood)
  } catch {
    guard error.kind == .numerical else { throw error }
    return WeightedTrace(trace: trace, logWeight: -.infinity, failure: error)
  }
}

/// A value for a choice that cannot be drawn: standard normal on the scale on which the support is the whole line.
private func middleValue<Source: RandomSource>(of support: Support, using random: inout Source) -> Value? {
  switch support {
  case .reals(let lower, let upper):
    let y = random.symmetricIncrement()
    switch (lower.isFinite, upper.isFinite) {
    case (false, false): return .real(y)
    case (true, false): return .real(lower + exp(y))
    case (false, true): return .real(upper - exp(y))
    case (true, true): return .real(lower + (upper - lower) / (1 + exp(-y)))
    }
  case .continuous(let shape, true):
    guard let count = ArrayObject.elementCount(of: shape) else { return nil }
    return .array((0..<count).map { _ in random.symmetricIncrement() }, shape: shape)
  default: return nil
  }
}
