// The tables of `borel loo`, and the same as JSON.

import BorelConvergence
import BorelDataIO
import BorelValues

extension CrossValidation {
  private var prefix: String { criterion.rawValue }

  private var informationName: String { criterion == .loo ? "looic" : "waic" }

  /// The table of estimates, how many observations have which k̂, and the worst observations.
  public func text(worst: Int = 5) -> String {
    var blocks: [String] = []
    var table = TextTable(header: ["", "estimate", "se"])
    for (label, estimate) in [
      ("elpd_\(prefix)", elpd), ("p_\(prefix)", parameters), (informationName, information),
    ] {
      table.rows.append([label, Self.number(estimate.value), Self.number(estimate.standardError)])
    }
    blocks.append(table.text)
    if criterion == .loo { blocks.append(shapeTable.text) }
    let shown = order.prefix(max(worst, 0))
    if !shown.isEmpty { blocks.append(observationTable(Array(shown)).text) }
    let chains = chainCount == 1 ? "" : " in \(chainCount) chains"
    blocks.append("\(observations.count) observations, \(drawCount) draws\(chains)")
    return blocks.joined(separator: "\n\n")
  }

  private var shapeTable: TextTable {
    var table = TextTable(header: ["Pareto k", "count", "share", ""])
    for (label, range, word) in [
      ("up to 0.5", -Double.infinity...0.5, "good"), ("0.5 to 0.7", 0.5.nextUp...0.7, "usable"),
      ("0.7 to 1", 0.7.nextUp...1.0, "bad"), ("above 1", 1.0.nextUp...Double.infinity, "very bad"),
    ] {
      let count = shapes.count { range.contains($0) }
      let share = Self.number(100 * Double(count) / Double(max(shapes.count, 1))) + " %"
      table.rows.append([label, String(count), share, word])
    }
    return table
  }

  private func observationTable(_ shown: [Int]) -> TextTable {
    var header = ["", "elpd", "p"]
    if criterion == .loo { header += ["k", "mcse"] }
    var table = TextTable(header: header)
    for index in shown {
      var row = [observations[index], Self.number(pointwise[index], 2), Self.number(parameterShares[index], 2)]
      if criterion == .loo { row += [Self.number(shapes[index], 2), Self.number(standardErrors[index], 2)] }
      table.rows.append(row)
    }
    return table
  }

  static func number(_ x: Double, _ decimals: Int = 1) -> String {
    if x.isNaN { return "-" }
    if x.isInfinite { return x < 0 ? "-inf" : "inf" }
    return fixedPoint(x, decimals: decimals)
  }

  /// Everything, pointwise values included.
  public var json: String { jsonString(of: jsonValue) }

  var jsonValue: Value {
    var fields: [(String, Value)] = [("name", .string(name)), ("observations", .int(observations.count))]
    fields += [("draws", .int(drawCount)), ("chains", .int(chainCount))]
    for (label, estimate) in [
      ("elpd_\(prefix)", elpd), ("p_\(prefix)", parameters), (informationName, information),
    ] {
      fields += [(label, .real(estimate.value)), ("se_" + label, .real(estimate.standardError))]
    }
    if criterion == .loo {
      fields.append(
        (
          "pareto_k",
          .record([
            ("good", .int(shapes.count { $0 <= 0.5 })), ("usable", .int(shapes.count { $0 > 0.5 && $0 <= 0.7 })),
            ("bad", .int(shapes.count { $0 > 0.7 && $0 <= 1 })), ("very_bad", .int(shapes.count { $0 > 1 })),
          ])
        ))
    }
    let points = observations.indices.map { index -> Value in
      var point: [(String, Value)] = [
        ("name", .string(observations[index])), ("elpd_\(prefix)", .real(pointwise[index])),
        ("p_\(prefix)", .real(parameterShares[index])),
      ]
      if criterion == .loo {
        point += [
          ("pareto_k", .real(shapes[index])), ("mcse_elpd_loo", .real(standardErrors[index])),
          ("r_eff", .real(relativeEfficiencies[index])),
        ]
      }
      return .record(point)
    }
    return .record(fields + [("pointwise", .list(points))])
  }
}

/// Fits to the same observations side by side.
public struct FitComparison: Sendable {
  /// The best first.
  public let rows: [ModelComparison]
  private let fits: [CrossValidation]

  /// An error where the fits have different observations.
  public init(_ fits: [CrossValidation]) throws(BorelError) {
    self.fits = fits
    guard let first = fits.first else { throw BorelError(.data, code: "no-fit", "there is no fit to compare") }
    if let other = fits.first(where: { $0.observations.count != first.observations.count }) {
      throw BorelError(
        .data, code: "different-observations",
        "\(other.name) has \(other.observations.count) observations, \(first.name) has \(first.observations.count)",
        hint: "predictive densities compare only for the same data")
    }
    rows = ModelComparison.compare(fits.map { ($0.name, $0.pointwise) }) ?? []
  }

  /// True where the fits name their observations alike.
  public var hasSameNames: Bool { fits.allSatisfy { $0.observations == fits.first?.observations } }

  public var text: String {
    let prefix = fits.first?.criterion.rawValue ?? "loo"
    var table = TextTable(header: ["", "elpd_diff", "se_diff", "elpd_\(prefix)", "se", "p_\(prefix)"])
    let hasShapes = fits.contains { !$0.shapes.isEmpty }
    if hasShapes { table.header.append("k > 0.7") }
    for row in rows {
      guard let fit = fits.first(where: { $0.name == row.name }) else { continue }
      let isBest = row == rows.first
      var cells = [
        row.name, isBest ? "0.0" : CrossValidation.number(row.difference.value),
        isBest ? "0.0" : CrossValidation.number(row.difference.standardError),
        CrossValidation.number(row.elpd.value), CrossValidation.number(row.elpd.standardError),
        CrossValidation.number(fit.parameters.value),
      ]
      if hasShapes { cells.append(String(fit.shapes.count { $0 > 0.7 })) }
      table.rows.append(cells)
    }
    return table.text
  }

  public var json: String {
    let lines = rows.map { row -> Value in
      .record([
        ("name", .string(row.name)), ("elpd_diff", .real(row.difference.value)),
        ("se_diff", .real(row.difference.standardError)), ("elpd", .real(row.elpd.value)),
        ("se_elpd", .real(row.elpd.standardError)),
      ])
    }
    return jsonString(of: .record([("comparison", .list(lines)), ("fits", .list(fits.map(\.jsonValue)))]))
  }
}

/// Numbers and lists always have a JSON form.
private func jsonString(of value: Value) -> String {
  jsonText(value).map { String(decoding: $0, as: UTF8.self) } ?? ""
}
