// A summary as a value of the language: what `print` shows, and `summary(post)["theta[3]"].mean`.

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
    return .record([
      ("mean", .real(row.mean)), ("sd", .real(row.standardDeviation)), ("q5", .real(row.quantile5)),
      ("median", .real(row.median)), ("q95", .real(row.quantile95)),
      ("ess", row.effectiveSize.map { .real($0) } ?? .null),
      ("mcse", row.standardErrorOfMean.map { .real($0) } ?? .null),
    ])
  }

  func element(at index: Value) -> Value? { index.asString.flatMap { member($0.filter { $0 != " " }) } }

  var text: String { summary.text }
}
