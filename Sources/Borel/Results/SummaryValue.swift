// A summary as a value of the language: what `print` shows, and `summary(post)["theta[3]"].mean`.

import BorelConvergence
import BorelDraws
import BorelValues

/// The table that `summary(post)` returns.
struct SummaryValue: HostValue {
  let summary: Summary

  var typeName: String { "summary" }

  private var rows: [Summary.Row] { summary.groups.flatMap(\.rows) }

  var memberNames: [String] { rows.map(\.name) }

  func member(_ name: String) -> Value? {
    guard let row = rows.first(where: { $0.name == name }) else { return nil }
    return .record(row.fields)
  }

  func element(at index: Value) -> Value? { index.asString.flatMap { member($0.filter { $0 != " " }) } }

  var text: String { summary.text }
}

extension Summary.Row {
  /// The numbers of a row by their names in the language and in JSON; what does not apply is null.
  var fields: [(String, Value)] {
    func number(_ x: Double?) -> Value { x.map { .real($0) } ?? .null }
    return [
      ("mean", .real(mean)), ("mcse", number(standardErrorOfMean)), ("sd", .real(standardDeviation)),
      ("mcse_sd", number(convergence?.standardErrorOfDeviation)), ("q5", .real(quantile5)), ("median", .real(median)),
      ("q95", .real(quantile95)), ("ess", number(effectiveSize)), ("ess_bulk", number(convergence?.bulkSize)),
      ("ess_tail", number(convergence?.tailSize)), ("rhat", number(convergence?.rHat)),
    ]
  }
}
