// The result of an enumeration: exact posterior, marginals and evidence, also as a table of draws.

import BorelDraws
import BorelInference
import BorelSemantics
import BorelValues

/// The exact posterior of a program with finitely many executions.
public struct EnumerationResult: Sendable {
  /// The law of a result or of a choice: distinct values in the order in which they came up, with their log probabilities.
  public struct Law: Sendable {
    public var values: [Value]
    public var logProbabilities: [Double]

    /// The probability of a value, 0 where it does not occur.
    public func probability(of value: Value) -> Double {
      let key = ValueKey(value)
      return values.firstIndex { ValueKey($0) == key }.map { exponential(logProbabilities[$0]) } ?? 0
    }
  }

  /// The law of one choice.
  public struct Marginal: Sendable {
    public var address: Address
    /// Its probabilities sum to the probability that an execution makes this choice.
    public var law: Law
  }

  /// The law of the return value.
  public var posterior: Law
  /// Of every free choice, in the order in which they came up.
  public var marginals: [Marginal]
  /// log Σ of the weights of all executions.
  public var logEvidence: Double
  /// Executions that reached an end.
  public var executions: Int
  public var failures: NumericalFailureLog
  /// Every execution of positive weight as a draw with its log weight; nil where there are more than `Enumeration.maximumCells`.
  public var joint: Draws?

  public func marginal(_ address: Address) -> Law? { marginals.first { $0.address == address }?.law }

  /// The law of the return value as weighted draws in the column `value`.
  public var draws: Draws {
    var recorder = TraceRecorder()
    for (value, logProbability) in zip(posterior.values, posterior.logProbabilities) {
      recorder.record(EmptyCollection(), value: value, logWeight: logProbability)
    }
    return Draws(chains: [recorder.draws], logEvidence: .init(logEvidence), isExact: true)
  }

  init(_ tables: EnumerationTables) throws(Failure) {
    let logEvidence = tables.total.value
    guard logEvidence > -.infinity else {
      throw allWeightsZero("each of the \(grouped(tables.executions)) executions", tables.failures)
    }
    func law(_ values: [Value], _ masses: [LogSum]) -> Law {
      Law(values: values, logProbabilities: masses.map { $0.value - logEvidence })
    }
    self.logEvidence = logEvidence
    posterior = law(tables.results, tables.resultMasses)
    marginals = tables.slots.filter { !$0.values.isEmpty }.map {
      Marginal(address: $0.address, law: law($0.values, $0.masses))
    }
    executions = tables.executions
    failures = tables.failures
    joint = tables.rows.map { rows in
      var recorder = TraceRecorder()
      for row in rows {
        let choices = row.choices.lazy.map {
          Choice(address: $0.address, value: $0.value, logDensity: 0, isObserved: false)
        }
        recorder.record(choices, value: row.value, logWeight: row.logWeight)
      }
      var draws = Draws(chains: [recorder.draws], logEvidence: .init(logEvidence), isExact: true)
      draws.notes = tables.failures.notes
      return draws
    }
  }
}
