// R-hat and effective sizes of every column of a table, and what is wrong with them.

import BorelDraws

/// The measures of all columns that vary.
public struct ConvergenceMeasures: Sendable {
  public struct Column: Sendable {
    public var name: String
    public var index: Int
    public var rHat: Double
    public var bulkSize: Double
    public var tailSize: Double
  }

  /// In the order of the table, `lp__` first; columns of labels, constants and columns with missing values are left out.
  public var columns: [Column] = []
  /// How many there are to measure; more than are measured where a table is very wide.
  public var total = 0
  public var chainCount: Int
  public var length: Int

  /// Of wider tables evenly spaced columns are measured.
  public static let columnLimit = 20_000

  public init(_ draws: Draws) {
    let chains = ChainColumns(draws)
    chainCount = chains.analyzer.chainCount
    length = chains.analyzer.length
    var places: [(Draws.Variable, Int)] = draws.statistic("lp__").map { [($0, 0)] } ?? []
    for variable in draws.variables where variable.kind != .text {
      for offset in 0..<variable.count { places.append((variable, offset)) }
    }
    total = places.count
    let step = max(1, (total + Self.columnLimit - 1) / Self.columnLimit)
    for place in stride(from: 0, to: total, by: step) {
      let (variable, offset) = places[place]
      let index = variable.firstColumn + offset
      let column = draws.column(index)
      guard let first = column.first, !first.isNaN, column.contains(where: { $0 != first }) else { continue }
      chains.load(index)
      guard !chains.analyzer.hasMissing else { continue }
      columns.append(
        Column(
          name: variable.elementName(offset), index: index, rHat: chains.analyzer.rHat,
          bulkSize: chains.analyzer.effectiveSize(of: .bulk), tailSize: chains.analyzer.effectiveSize(of: .tail)))
    }
  }

  /// The largest R-hat; NaN where there is none, as of a single chain.
  public var worstRHat: Double { columns.map(\.rHat).filter { !$0.isNaN }.max() ?? .nan }

  /// The smallest effective size, bulk or tail; NaN where there is none.
  public var worstSize: Double { columns.map(\.size).filter { !$0.isNaN }.min() ?? .nan }

  private func ofAll(_ count: Int) -> String {
    let measured = columns.count
    return "\(count) of \(measured) quantities"
      + (total > Self.columnLimit ? " (every \(total / Self.columnLimit + 1)th)" : "")
  }

  func rHatVerdict() -> Verdict? {
    let bad = columns.filter { $0.rHat > 1.01 }.sorted { $0.rHat > $1.rHat }
    guard let worst = bad.first else { return nil }
    let names = bad.prefix(4).map {
      "\($0.name) \($0.rHat < 10 ? formatted($0.rHat, decimals: $0.rHat < 1.1 ? 3 : 2) : short($0.rHat))"
    }
    let hint =
      worst.rHat < 1.1
      ? "the chains have not quite mixed: draw more, with a longer warm-up"
      : "the chains disagree: no number of draws repairs that; look at the other messages first, then at the model"
    return Verdict(
      code: "rhat",
      "R-hat is above 1.01 for \(ofAll(bad.count)): \(names.joined(separator: ", "))"
        + (bad.count > names.count ? ", ..." : ""), hint: hint)
  }

  func sizeVerdict() -> Verdict? {
    let wanted = 100.0 * Double(chainCount)
    let bad = columns.filter { $0.size < wanted }.sorted { $0.size < $1.size }
    guard let worst = bad.first else { return nil }
    let names = bad.prefix(4).map { column in
      "\(column.name) \(short(column.size))" + (column.tailSize < column.bulkSize ? " (tail)" : "")
    }
    let hint: String
    if length < 200 {
      hint = "there are only \(length) draws a chain: draw more"
    } else {
      let factor = wanted / max(worst.size, 1)
      hint =
        factor <= 20
        ? "draw about \(formatted(factor.rounded(.up), decimals: 0)) times as many, or help the sampler by rescaling the model"
        : "the chains hardly move along these: rewrite that part of the model rather than draw more"
    }
    return Verdict(
      code: "ess",
      "the effective sample size is below \(Int(wanted)), 100 a chain, for \(ofAll(bad.count)): "
        + names.joined(separator: ", ") + (bad.count > names.count ? ", ..." : ""), hint: hint)
  }
}

extension ConvergenceMeasures.Column {
  /// The smaller of the two sizes.
  public var size: Double { tailSize < bulkSize ? tailSize : bulkSize }
}
