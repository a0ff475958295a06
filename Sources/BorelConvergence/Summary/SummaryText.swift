// The summary as text: aligned columns for moments and quantiles, probabilities for discrete variables with few values.

extension Summary {
  /// The text that `print(summary(post))` shows; it ends without a line break.
  public var text: String {
    var blocks: [String] = []
    let numeric = groups.filter { $0.values.isEmpty && !$0.rows.isEmpty }
    if !numeric.isEmpty {
      let isOfChains = errors == .chains
      var table = TextTable(
        header: ["", "mean"] + (isOfChains ? ["mcse", "sd", "5%", "median", "95%"] : ["sd", "5%", "50%", "95%"])
          + errorHeader)
      for group in numeric { table.rows += numericRows(group) }
      blocks.append(table.text)
    }
    var tables: [TextTable] = []
    for group in groups where !group.values.isEmpty {
      for table in probabilityTables(group) {
        if let last = tables.indices.last, tables[last].header == table.header {
          tables[last].rows += table.rows
        } else {
          tables.append(table)
        }
      }
    }
    blocks += tables.map(\.text)
    let footer = footerLines
    if !footer.isEmpty { blocks.append(footer.joined(separator: "\n")) }
    return blocks.joined(separator: "\n\n")
  }

  /// Where the precision of the numbers comes from.
  private enum Errors { case none, weights, chains }

  private var errors: Errors { isExact ? .none : weightEffectiveSize != nil ? .weights : .chains }

  /// R-hat compares chains: one alone has none.
  private var hasRHat: Bool { chainLengths.count { $0 > 0 } > 1 }

  private var errorHeader: [String] {
    switch errors {
    case .none: []
    case .weights: ["ess"]
    case .chains: ["ess_bulk", "ess_tail"] + (hasRHat ? ["rhat"] : [])
    }
  }

  private func errorCells(_ row: Row) -> [String] {
    switch errors {
    case .none: []
    case .weights: [sizeText(row.weightEffectiveSize)]
    case .chains:
      [sizeText(row.convergence?.bulkSize), sizeText(row.convergence?.tailSize)]
        + (hasRHat ? [ratioText(row.convergence?.rHat)] : [])
    }
  }

  private func numericRows(_ group: Group) -> [[String]] {
    let rows = group.rows.map { row in
      let numbers = [row.mean, row.standardDeviation, row.quantile5, row.median, row.quantile95]
      let format = NumberFormat(numbers: numbers, spread: row.standardDeviation)
      var cells = [row.name] + numbers.map(format.text)
      if errors == .chains { cells.insert(errorText(row.standardErrorOfMean), at: 2) }
      return cells + errorCells(row)
    }
    return elided(rows, group)
  }

  /// One table whose columns are the values; labels are too long for columns and become rows.
  private func probabilityTables(_ group: Group) -> [TextTable] {
    if group.variable.kind == .text {
      return group.rows.map { row in
        var table = TextTable(header: [row.name, "P"])
        let order = group.values.indices.sorted { row.probabilities[$0] > row.probabilities[$1] }
        for index in order.prefix(Self.labelLimit) {
          table.rows.append([group.valueText(group.values[index]), probabilityText(row.probabilities[index])])
        }
        let rest = order.dropFirst(Self.labelLimit)
        if !rest.isEmpty {
          let sum = rest.reduce(0) { $0 + row.probabilities[$1] }
          table.rows.append(["(\(rest.count) more values)", probabilityText(sum)])
        }
        return table
      }
    }
    let isBool = group.variable.kind == .bool
    let columns = isBool ? [1.0] : group.values
    var table = TextTable(header: [""] + columns.map { "P(\(group.valueText($0)))" } + errorHeader)
    let rows = group.rows.map { row in
      let probabilities = isBool ? [row.probabilities[1]] : row.probabilities
      return [row.name] + probabilities.map(probabilityText) + errorCells(row)
    }
    table.rows = elided(rows, group)
    return [table]
  }

  private static let labelLimit = 20

  private func elided(_ rows: [[String]], _ group: Group) -> [[String]] {
    guard group.omittedCount > 0, let width = rows.first?.count else { return rows }
    let head = rows.dropLast(group.tailCount)
    return head + [["..."] + Array(repeating: "", count: width - 1)] + rows.suffix(group.tailCount)
  }

  private func probabilityText(_ p: Double) -> String {
    p.isNaN ? "-" : formatted(p, decimals: isExact ? 6 : 3)
  }

  private func sizeText(_ size: Double?) -> String {
    guard let size, size.isFinite else { return "-" }
    return size >= 100 ? formatted(size, decimals: 0) : formatted(size, decimals: 1)
  }

  /// R-hat: three decimals where they matter.
  private func ratioText(_ ratio: Double?) -> String {
    guard let ratio, !ratio.isNaN else { return "-" }
    if ratio.isInfinite { return "inf" }
    return ratio < 100 ? formatted(ratio, decimals: 3) : formatted(ratio, decimals: 0, scientific: ratio >= 1e6)
  }

  /// A standard error: two digits.
  private func errorText(_ error: Double?) -> String {
    guard let error, !error.isNaN else { return "-" }
    if error.isInfinite { return "inf" }
    if error == 0 { return "0" }
    let decimals = 1 - decimalExponent(error)
    let isScientific = decimals > 8 || error >= 1e7
    return formatted(error, decimals: isScientific ? 1 : max(decimals, 0), scientific: isScientific)
  }

  private var footerLines: [String] {
    var lines: [String] = []
    let total = chainLengths.reduce(0, +)
    if !isExact {
      var line =
        chainLengths.count == 1
        ? "\(total) draws"
        : Set(chainLengths).count == 1
          ? "\(chainLengths.count) chains of \(chainLengths[0]) draws"
          : "\(total) draws in \(chainLengths.count) chains"
      if let size = weightEffectiveSize { line += ", weighted; effective size \(sizeText(size))" }
      lines.append(line)
    }
    if let logEvidence {
      let digits = isExact ? 6 : 3
      var line = "log evidence \(formatted(logEvidence.value, decimals: digits))"
      if let error = logEvidence.standardError { line += " (standard error \(formatted(error, decimals: 3)))" }
      lines.append(line)
    }
    for group in groups where group.omittedCount > 0 {
      lines.append("\(group.omittedCount) of \(group.variable.count) elements of \(group.variable.name) not shown")
    }
    let partial = groups.flatMap(\.rows).filter { $0.presence < 1 }
    if !partial.isEmpty {
      lines.append("given that they exist, with probability:")
      lines += partial.prefix(12).map { "  \($0.name) \(probabilityText($0.presence))" }
      if partial.count > 12 { lines.append("  and \(partial.count - 12) more") }
    }
    return lines + notes
  }
}

/// How the numbers of one row are written: enough decimals for three digits of the spread.
struct NumberFormat {
  let decimals: Int
  let isScientific: Bool

  init(numbers: [Double], spread: Double) {
    let largest = numbers.filter(\.isFinite).map(\.magnitude).max() ?? 0
    let scale = spread.isFinite && spread > 0 ? spread : largest / 10
    let wanted = scale > 0 ? 2 - decimalExponent(scale) : 0
    isScientific = largest >= 1e7 || wanted > 6
    // Next to a small spread a large mean needs more digits than three, but no more than a double can tell.
    decimals = isScientific ? min(max(decimalExponent(largest) - decimalExponent(scale) + 2, 3), 15) : max(wanted, 0)
  }

  func text(_ x: Double) -> String {
    if x.isNaN { return "-" }
    if x.isInfinite { return x < 0 ? "-inf" : "inf" }
    let text = formatted(x, decimals: decimals, scientific: isScientific)
    // No "-0.00".
    return text.hasPrefix("-") && text.allSatisfy({ "-0.".contains($0) }) ? String(text.dropFirst()) : text
  }
}
