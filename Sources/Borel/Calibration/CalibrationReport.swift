// What simulation-based calibration found: ranks by quantity, and whether they are uniform.

import BorelNumerics

/// Ranks of true values among posterior draws, and the test of their uniformity.
public struct CalibrationReport: Sendable, CustomStringConvertible {
  /// One rank: how many of `count` draws lie below the true value.
  public struct Rank: Sendable, Equatable {
    public var name: String
    public var rank: Int
    public var count: Int
  }

  /// A quantity over all simulations.
  public struct Row: Sendable {
    public let name: String
    /// Counts of ranks in classes of equal width.
    public let histogram: [Int]
    /// Σ (observed - expected)² / expected over the classes.
    public let chiSquare: Double
    /// The probability of as large a χ² from uniform ranks.
    public let probability: Double
    /// The mean rank as a share of L; 1/2 where the sampler is right.
    public let meanRank: Double
  }

  public let rows: [Row]
  public let simulations: Int
  public let ranks: Int
  public let falseAlarmRate: Double
  public let seed: UInt64

  init(_ results: [[Rank]], _ settings: CalibrationSettings, seed: UInt64) {
    simulations = results.count
    ranks = settings.ranks
    falseAlarmRate = settings.falseAlarmRate
    self.seed = seed
    var names: [String] = []
    var found: [String: [Rank]] = [:]
    for rank in results.joined() {
      if found[rank.name] == nil { names.append(rank.name) }
      found[rank.name, default: []].append(rank)
    }
    rows = names.map { Self.row($0, found[$0] ?? []) }
  }

  /// The test of one quantity: about ten ranks to a class, at most twenty classes.
  private static func row(_ name: String, _ ranks: [Rank]) -> Row {
    let possible = (ranks.first?.count ?? 0) + 1
    let wanted = min(max(ranks.count / 10, 2), 20)
    // Classes of equal width, so that their probabilities are exact.
    let classes = (2...max(wanted, 2)).last { possible.isMultiple(of: $0) } ?? 1
    var histogram = [Int](repeating: 0, count: classes)
    for rank in ranks { histogram[min(rank.rank * classes / possible, classes - 1)] += 1 }
    let expected = Double(ranks.count) / Double(classes)
    let chiSquare = histogram.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    let probability = classes > 1 ? Special.gammaQ(Double(classes - 1) / 2, chiSquare / 2) : 1
    let mean = ranks.reduce(0.0) { $0 + Double($1.rank) } / Double(max(ranks.count, 1) * max(possible - 1, 1))
    return Row(name: name, histogram: histogram, chiSquare: chiSquare, probability: probability, meanRank: mean)
  }

  /// The probability below which a quantity fails: the false-alarm rate shared among all of them (Bonferroni).
  public var threshold: Double { falseAlarmRate / Double(max(rows.count, 1)) }

  /// Quantities whose ranks are not uniform.
  public var failures: [Row] { rows.filter { $0.probability < threshold } }

  public var passes: Bool { failures.isEmpty && !rows.isEmpty }

  /// A table with a histogram of ranks for each quantity; long ones show the worst.
  public var description: String {
    let shown = rows.count <= 20 ? rows : Array(rows.sorted { $0.probability < $1.probability }.prefix(20))
    let width = max(8, shown.map(\.name.count).max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    var lines = [padded("quantity", width) + "  mean rank        p  ranks from 0 to \(ranks)"]
    for row in shown {
      let mean = String(fixed(row.meanRank, 3))
      let p = fixed(row.probability, 5)
      let verdict = row.probability < threshold ? "  NOT UNIFORM" : ""
      lines.append(
        padded(row.name, width) + "  " + padded(mean, 9) + "  " + p + "  " + Self.bars(row.histogram) + verdict)
    }
    if rows.count > shown.count { lines.append("(\(rows.count - shown.count) more quantities, all closer to uniform)") }
    lines.append("")
    lines.append(
      "\(simulations) simulations, \(rows.count) quantities; a right sampler fails with probability \(falseAlarmRate)")
    lines.append(
      passes
        ? "calibrated: no quantity's ranks are far from uniform"
        : "NOT calibrated: \(failures.map { "`\($0.name)`" }.joined(separator: ", "))")
    return lines.joined(separator: "\n")
  }

  private func fixed(_ x: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let text = ((x * scale).rounded() / scale).description
    let decimals = text.split(separator: ".").last?.count ?? 0
    return text.contains("e") ? text : text + String(repeating: "0", count: max(0, digits - decimals))
  }

  private static func bars(_ histogram: [Int]) -> String {
    let blocks = Array("▁▂▃▄▅▆▇█")
    let largest = max(histogram.max() ?? 1, 1)
    return String(histogram.map { blocks[min($0 * blocks.count / (largest + 1), blocks.count - 1)] })
  }

  /// One line of JSON.
  public var json: String {
    let smallest = rows.map(\.probability).min() ?? 1
    return
      "{\"simulations\":\(simulations),\"quantities\":\(rows.count),\"smallest_p\":\(smallest),\"threshold\":\(threshold),\"failed\":\(failures.count)}"
  }
}
