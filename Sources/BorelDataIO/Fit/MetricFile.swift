// `fit_metric_1.json`: the adapted step size and metric of a chain; diagonal and dense ones as CmdStan reads and writes them.

import BorelDraws
import BorelSource
import BorelValues

/// What warm-up arrived at.
public struct AdaptedMetric: Sendable, Equatable {
  /// nil where the file gives none.
  public var stepSize: Double?
  public var inverseMetric: InverseMetric
  public init(stepSize: Double?, inverseMetric: InverseMetric) {
    self.stepSize = stepSize
    self.inverseMetric = inverseMetric
  }
}

/// The text of a metric file: `stepsize`, `metric_type` and `inv_metric`, the diagonal or the rows of the matrix.
///
/// A `low_rank` metric diag(s) (I + V (Λ - I) Vᵀ) diag(s) has `inv_metric` with its diagonal, as a `diag_e` metric would, and besides
/// `scale` (s), `vectors` (rows vₖ) and `values` (λₖ).
public func metricText(_ metric: AdaptedMetric) -> [UInt8] {
  var fields: [(String, Value)] = []
  if let stepSize = metric.stepSize { fields.append(("stepsize", .real(stepSize))) }
  switch metric.inverseMetric {
  case .unit(let n):
    fields += [("metric_type", .string("unit_e")), ("inv_metric", .array(Array(repeating: 1.0, count: n)))]
  case .diagonal(let variances):
    fields += [("metric_type", .string("diag_e")), ("inv_metric", .array(variances))]
  case .dense(let matrix, let n):
    fields += [
      ("metric_type", .string("dense_e")), ("inv_metric", .object(ArrayObject(matrix, shape: [n, n]))),
    ]
  case .lowRank(let scale, let vectors, let values):
    fields += [
      ("metric_type", .string("low_rank")), ("inv_metric", .array(metric.inverseMetric.variances)),
      ("scale", .array(scale)), ("vectors", .object(ArrayObject(vectors, shape: [values.count, scale.count]))),
      ("values", .array(values)),
    ]
  }
  return jsonText(.record(fields)) ?? []
}

/// Reads a metric from JSON, ours or CmdStan's, or from the comments of a Stan CSV file.
///
/// Without `metric_type` the shape of `inv_metric` decides: a vector is a diagonal, a matrix dense.
/// - Throws: a failure where there is no metric, where a variance is not finite and positive, a matrix not square or not symmetric,
///   or the step size not positive.
public func readMetric(_ path: String, into sources: inout SourceMap) throws(DataFailure) -> AdaptedMetric {
  if path.lowercased().hasSuffix(".csv") {
    let chain = try readStanCSV(path, into: &sources).chains.first
    guard let metric = chain?.inverseMetric else {
      throw DataFailure(
        .malformed, code: "no-metric", "\(path) tells no metric in its comments",
        hint: "CmdStan writes it where warm-up ends; give a file of a run with adaptation, or its metric file")
    }
    let adapted = AdaptedMetric(stepSize: chain?.stepSize, inverseMetric: metric)
    try check(adapted, path, nil)
    return adapted
  }
  let data = try readJSON(path, into: &sources)
  guard let record = data.record, let given = record["inv_metric"] else {
    throw DataFailure(
      .malformed, code: "no-metric", "\(shown(path)) has no `inv_metric`",
      hint: #"a metric file is {"stepsize": 0.5, "metric_type": "diag_e", "inv_metric": [1.2, 0.8]}"#)
  }
  func bad(_ key: String, _ expected: String) -> DataFailure {
    DataFailure(
      .malformed, code: "bad-metric",
      "`\(key)` in \(shown(path)) is \(record[key].map(describe) ?? "missing"), expected \(expected)",
      at: data.keySpans[key])
  }
  func numbers(_ key: String, rank: Int) throws(DataFailure) -> ArrayObject {
    let expected = rank == 1 ? "an array of numbers" : "an array of rows of numbers"
    guard let array = record[key]?.asArray, array.kind != .bool else { throw bad(key, expected) }
    // Nothing tells how deep an empty array is.
    guard array.shape.count == rank || array.count == 0 else { throw bad(key, expected) }
    return array
  }
  let word = record["metric_type"]
  let type = word?.asString ?? (given.asArray?.shape.count == 2 ? "dense_e" : "diag_e")
  if word != nil, word?.asString == nil { throw bad("metric_type", "diag_e, dense_e, unit_e or low_rank") }
  let metric: InverseMetric
  switch type {
  case "unit_e": metric = .unit(try numbers("inv_metric", rank: 1).count)
  case "diag_e": metric = .diagonal(try numbers("inv_metric", rank: 1).realElements)
  case "dense_e":
    let matrix = try numbers("inv_metric", rank: 2)
    guard matrix.count == matrix.shape[0] * matrix.shape[0] else { throw bad("inv_metric", "a square matrix") }
    metric = .dense(matrix.realElements, matrix.shape[0])
  case "low_rank":
    let scale = try numbers("scale", rank: 1).realElements
    let values = try numbers("values", rank: 1).realElements
    let vectors = try numbers("vectors", rank: 2)
    guard vectors.count == scale.count * values.count, vectors.count == 0 || vectors.shape[0] == values.count else {
      throw bad("vectors", "\(values.count) rows of \(scale.count) numbers, as `values` and `scale` have")
    }
    metric = .lowRank(scale: scale, vectors: vectors.realElements, values: values)
  default:
    throw DataFailure(
      .malformed, code: "bad-metric",
      "`metric_type` in \(shown(path)) is `\(type)`, expected diag_e, dense_e, unit_e or low_rank",
      at: data.keySpans["metric_type"])
  }
  var stepSize: Double?
  if let value = record["stepsize"] {
    guard let x = value.asReal else { throw bad("stepsize", "a number") }
    stepSize = x
  }
  let adapted = AdaptedMetric(stepSize: stepSize, inverseMetric: metric)
  try check(adapted, path, data)
  return adapted
}

private func check(_ metric: AdaptedMetric, _ path: String, _ data: LoadedData?) throws(DataFailure) {
  func failure(_ key: String, _ message: String) -> DataFailure {
    DataFailure(.malformed, code: "bad-metric", "\(shown(path)): \(message)", at: data?.keySpans[key])
  }
  if let stepSize = metric.stepSize, !(stepSize > 0 && stepSize.isFinite) {
    throw failure("stepsize", "the step size must be finite and > 0, got \(stepSize)")
  }
  func checkPositive(_ values: [Double], _ key: String, _ what: String) throws(DataFailure) {
    guard let index = values.firstIndex(where: { !($0 > 0 && $0.isFinite) }) else { return }
    throw failure(key, "\(what) must be finite and > 0, got \(values[index]) at position \(index)")
  }
  try checkPositive(metric.inverseMetric.variances, "inv_metric", "variances of the inverse metric")
  switch metric.inverseMetric {
  case .unit, .diagonal: return
  case .lowRank(let scale, let vectors, let values):
    try checkPositive(scale, "scale", "scales")
    try checkPositive(values, "values", "eigenvalues")
    guard vectors.allSatisfy(\.isFinite) else { throw failure("vectors", "vectors must be finite") }
  case .dense(let matrix, let n):
    for row in 0..<n {
      for column in 0..<row {
        let (a, b) = (matrix[row * n + column], matrix[column * n + row])
        // Files may hold few digits of numbers that are equal.
        guard (a - b).magnitude <= 1e-6 * max(a.magnitude, b.magnitude) else {
          throw failure(
            "inv_metric",
            "the inverse metric must be symmetric: row \(row), column \(column) holds \(a), row \(column), column \(row) holds \(b)"
          )
        }
      }
    }
  }
}
