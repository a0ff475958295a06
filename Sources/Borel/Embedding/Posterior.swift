// The result of inference for a Swift program: draws by name, statistics, a summary, files.

import BorelConvergence
import BorelDataIO
import BorelDraws
import BorelInference
import BorelSource
import BorelValues

/// Draws from a posterior, weighted or not.
public struct Posterior: Sendable, CustomStringConvertible {
  let value: PosteriorValue
  /// Repeats the run; nil where no random numbers were drawn.
  public let seed: UInt64?

  init(_ outcome: InferenceOutcome, method: String = "inference", seed: UInt64?) {
    value = PosteriorValue(outcome, method: method)
    self.seed = seed
  }

  private var result: InferenceResult { value.outcome.result }

  /// The names of the variables, arrays as a whole: `mu`, `theta`, `leaf/x`; the return value is `value`.
  public var names: [String] { value.variableNames }

  /// A random variable, `mu`, or one element of an array, `theta[3]`.
  public subscript(name: String) -> RandomVariable? {
    guard let object = value.element(at: .string(name))?.asObject as? HostObject,
      let variable = object.payload as? VariableValue
    else { return nil }
    return RandomVariable(value: variable)
  }

  /// The number of draws of all chains.
  public var count: Int { result.draws.count }

  public var chainCount: Int { result.draws.chainCount }

  /// The weights of the draws, which sum to 1.
  public var weights: [Double] { result.draws.weights ?? [] }

  /// The log of the marginal likelihood, where the algorithm estimates it.
  public var logEvidence: Double? { result.draws.logEvidence?.value }

  /// The standard error of `logEvidence`, nil where it is exact or unknown.
  public var logEvidenceStandardError: Double? { result.draws.logEvidence?.standardError }

  /// True where the draws are all the values there are and the weights their exact probabilities.
  public var isExact: Bool { result.draws.isExact }

  /// The share of proposals or executions that were accepted, where that makes sense.
  public var acceptance: Double? { result.acceptance }

  /// True where the run was cancelled; the draws are those made until then.
  public var wasCancelled: Bool { result.wasCancelled }

  /// What to know before trusting the result: uneven weights, numerical failures.
  public var warnings: [Diagnostic] { result.warnings }

  /// The summary table.
  public var description: String { value.text }

  /// The summary table with so many elements of each array; where there are more, the first and the last of them.
  public func summaryText(elementLimit: Int) -> String { value.summary(elementLimit: elementLimit).text }

  /// The summary as a JSON object: one entry per element, and what belongs to the whole.
  public var summaryJSON: String { summaryJSON(verdicts: nil) }

  /// The summary as a JSON object, with the problems of the draws where they are given.
  public func summaryJSON(verdicts: [Diagnostic]?) -> String {
    let summary = value.summary(elementLimit: .max)
    func number(_ x: Double?) -> Value { x.map { .real($0) } ?? .null }
    let rows = summary.groups.flatMap(\.rows).map { row in
      (row.name, Value.record(row.fields + [("presence", .real(row.presence))]))
    }
    var record: [(String, Value)] = [
      ("variables", .record(rows)), ("draws", .int(count)), ("chains", .int(chainCount)),
      ("log_evidence", number(logEvidence)), ("log_evidence_se", number(logEvidenceStandardError)),
      ("weight_ess", number(summary.weightEffectiveSize)), ("exact", .bool(isExact)),
      ("acceptance", number(acceptance)), ("seed", seed.flatMap { Int(exactly: $0) }.map { .int($0) } ?? .null),
      ("warnings", .list(warnings.map { .string($0.message) } + summary.notes.map { .string($0) })),
    ]
    if let verdicts {
      let entries = verdicts.map { verdict -> Value in
        .record([
          ("code", .string(verdict.code)), ("message", .string(verdict.message)),
          ("hint", verdict.hint.map { .string($0) } ?? .null),
        ])
      }
      record.append(("verdicts", .list(entries)))
    }
    return jsonText(.record(record)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Writes the draws, one row each, as CSV or, where the name ends in `.json`, as JSON; `-` is standard output.
  public func write(to path: String) throws(BorelError) {
    do throws(DataFailure) {
      try writeDraws(result.draws, to: path)
    } catch {
      throw BorelError(error)
    }
  }

  /// Without the variables that no `keep` pattern matches (where there are any), and without those that a `drop` pattern matches.
  ///
  /// In a pattern `*` stands for any characters and `?` for one. A pattern that matches nothing is an error.
  public func selecting(keep: [String] = [], drop: [String] = []) throws(BorelError) -> Posterior {
    guard !keep.isEmpty || !drop.isEmpty else { return self }
    try checkPatterns(keep + drop, among: names)
    func isKept(_ name: String) -> Bool {
      (keep.isEmpty || keep.contains { matches(name, $0) }) && !drop.contains { matches(name, $0) }
    }
    var outcome = value.outcome
    outcome.result.draws = outcome.result.draws.selecting(isKept)
    outcome.marginals = outcome.marginals.filter { $0.variables.contains { isKept($0.name) } }
    return Posterior(outcome, method: value.method, seed: seed)
  }
}

/// A random variable of a posterior, or one element of it.
public struct RandomVariable: Sendable, CustomStringConvertible {
  let value: VariableValue

  /// Empty for a scalar.
  public var shape: [Int] { value.variable.shape }

  /// The values of a scalar in all draws; of an array, draw after draw, row-major. NaN where the variable does not exist in a draw.
  public var values: [Double] {
    (0..<value.draws.count).flatMap { value.draws.elements(of: value.variable, draw: $0) }
  }

  /// The draws' weights, which sum to 1.
  public var weights: [Double] { value.draws.weights ?? [] }

  /// The weighted mean of a scalar, NaN for an array: take its elements.
  public var mean: Double { scalar(value.member("mean")) }

  public var standardDeviation: Double { scalar(value.member("sd")) }

  public func quantile(_ probability: Double) -> Double { scalar(value.quantile(min(max(probability, 0), 1))) }

  /// An element of an array, or a row of a matrix.
  public subscript(index: Int) -> RandomVariable? {
    guard let object = value.element(at: .int(index))?.asObject as? HostObject,
      let variable = object.payload as? VariableValue
    else { return nil }
    return RandomVariable(value: variable)
  }

  public var description: String { value.text }

  private func scalar(_ value: Value?) -> Double { value?.asReal ?? .nan }
}

extension Draws {
  /// The variables whose names are kept; the statistics stay.
  func selecting(_ isKept: (String) -> Bool) -> Draws {
    var storage: [Double] = []
    var next = 0
    func move(_ variable: Variable) -> Variable {
      var moved = variable
      moved.firstColumn = next
      next += variable.count
      for column in variable.columns { storage.append(contentsOf: self.column(column)) }
      return moved
    }
    let kept = variables.filter { isKept($0.name) }.map(move)
    let keptStatistics = statistics.map(move)
    var draws = Draws(
      variables: kept, statistics: keptStatistics, chainLengths: chainLengths, storage: storage,
      logWeights: logWeights, logEvidence: logEvidence, isExact: isExact)
    draws.notes = notes
    return draws
  }
}

/// An error for the first pattern that matches no name.
func checkPatterns(_ patterns: [String], among names: [String]) throws(BorelError) {
  for pattern in patterns where !names.contains(where: { matches($0, pattern) }) {
    throw BorelError(
      .data, code: "unknown-variable", "no variable matches `\(pattern)`",
      hint: closestMatch(to: pattern, among: names).map { "did you mean `\($0)`?" }
        ?? "the variables are \(names.prefix(12).map { "`\($0)`" }.joined(separator: ", "))")
  }
}

/// Whether a name matches a pattern of literal characters, `*` and `?`.
func matches(_ name: String, _ pattern: String) -> Bool {
  let (name, pattern) = (Array(name), Array(pattern))
  var (n, p) = (0, 0)
  /// Where the last star stands and how far it reaches.
  var star: (pattern: Int, name: Int)?
  while n < name.count {
    if p < pattern.count, pattern[p] == "*" {
      star = (p, n)
      p += 1
    } else if p < pattern.count, pattern[p] == "?" || pattern[p] == name[n] {
      n += 1
      p += 1
    } else if let last = star {
      star = (last.pattern, last.name + 1)
      p = last.pattern + 1
      n = last.name + 1
    } else {
      return false
    }
  }
  return pattern[p...].allSatisfy { $0 == "*" }
}
