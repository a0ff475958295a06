// A source of randomness that makes every possible choice in turn, so that an algorithm's law can be summed exactly.

import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

/// Runs `body` once for every outcome of the random choices that it makes and adds up the probabilities of its results.
///
/// The body is an algorithm generic over `RandomSource`, such as a resampling scheme, a Metropolis-Hastings step or a whole particle
/// filter on a discrete program. The probabilities sum to 1; nothing is sampled. An algorithm that makes continuous draws, or more
/// than `limit` different sequences of choices, is an error.
public func exactLaw<Outcome: Hashable>(
  limit: Int = 10_000_000, of body: (inout EnumeratingSource) throws(Failure) -> Outcome
) throws(Failure) -> [Outcome: Double] {
  var law: [Outcome: Double] = [:]
  try forEachOutcome(limit: limit, of: body) { outcome, probability in law[outcome, default: 0] += probability }
  return law
}

/// The expectation of what `body` returns over all outcomes of its random choices.
public func exactExpectation(
  limit: Int = 10_000_000, of body: (inout EnumeratingSource) throws(Failure) -> Double
) throws(Failure) -> Double {
  var sum = 0.0
  try forEachOutcome(limit: limit, of: body) { value, probability in sum += probability * value }
  return sum
}

/// Runs `body` once for every outcome of its random choices and hands each result on with its probability.
public func forEachOutcome<Outcome>(
  limit: Int = 10_000_000, of body: (inout EnumeratingSource) throws(Failure) -> Outcome,
  visit: (Outcome, Double) -> Void
) throws(Failure) {
  let path = DecisionPath()
  var count = 0
  repeat {
    count += 1
    if count > limit {
      throw Failure(
        .limit, Diagnostic(code: "too-many-outcomes", "the algorithm makes more than \(limit) sequences of choices"))
    }
    path.restart()
    var source = EnumeratingSource(path: path)
    let outcome = try body(&source)
    visit(outcome, path.probability)
  } while path.moveToNext()
}

/// The source that `exactLaw` gives to an algorithm. For one thread; children share its sequence of choices.
public struct EnumeratingSource: RandomSource {
  let path: DecisionPath

  public mutating func uniformVariate() -> BisectedUniform { BisectedUniform(path: path) }

  public mutating func uniformInt(below n: Int) -> Int {
    n > 1 ? path.choose(Array(repeating: 1 / Double(n), count: n)) : 0
  }

  /// -1 or 1, each with probability 1/2: a random walk may use any symmetric increment.
  public mutating func symmetricIncrement() -> Double { path.choose([0.5, 0.5]) == 0 ? -1 : 1 }

  public mutating func drawValue<Run: Execution>(from run: inout Run) throws(Failure) -> Value {
    guard let values = try run.support().values(limit: 10_000) else {
      throw Failure(
        .user,
        Diagnostic(code: "not-enumerable", "this choice has no finite support to enumerate", at: run.pendingSpan))
    }
    var probabilities: [Double] = []
    for value in values { probabilities.append(exponential(try run.score(value))) }
    return values[path.choose(probabilities)]
  }

  public func child(_ id: UInt64) -> EnumeratingSource { self }
}

/// A uniform number of which only an interval is known; a comparison inside the interval is a random choice that halves it.
public struct BisectedUniform: UniformVariate {
  let path: DecisionPath
  var lower = 0.0
  var upper = 1.0

  public mutating func isBelow(_ threshold: Double) -> Bool {
    if threshold <= lower { return false }
    if threshold >= upper { return true }
    let probability = (threshold - lower) / (upper - lower)
    let isBelow = path.choose([probability, 1 - probability]) == 0
    if isBelow { upper = threshold } else { lower = threshold }
    return isBelow
  }
}

/// The sequence of choices of one run, and the way to the next sequence in depth-first order.
final class DecisionPath: @unchecked Sendable {
  private var decisions: [(chosen: Int, probabilities: [Double])] = []
  private var cursor = 0
  private(set) var probability = 1.0

  func restart() {
    cursor = 0
    probability = 1
  }

  /// The choice to make now among outcomes with these probabilities, impossible ones left out.
  func choose(_ probabilities: [Double]) -> Int {
    if cursor == decisions.count {
      decisions.append((probabilities.firstIndex { $0 > 0 } ?? 0, probabilities))
    }
    let decision = decisions[cursor]
    cursor += 1
    probability *= probabilities[decision.chosen]
    return decision.chosen
  }

  /// Moves the last choice that has a further possible outcome to it and forgets those after; false where none has.
  func moveToNext() -> Bool {
    decisions.removeSubrange(cursor...)
    while let (chosen, probabilities) = decisions.popLast() {
      if let next = probabilities[(chosen + 1)...].firstIndex(where: { $0 > 0 }) {
        decisions.append((next, probabilities))
        return true
      }
    }
    return false
  }
}
