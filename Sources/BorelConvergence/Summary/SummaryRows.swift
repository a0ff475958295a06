// The row of one element: by weights where there are some, by the chains' own measures otherwise.

import BorelDraws

/// Makes the rows of one table.
struct SummaryRows {
  let draws: Draws
  let weights: [Double]?
  private let chains: ChainColumns?

  init(_ draws: Draws, weights: [Double]?) {
    self.draws = draws
    self.weights = weights
    chains = weights == nil && !draws.isExact ? ChainColumns(draws) : nil
  }

  func row(_ variable: Draws.Variable, offset: Int, values distinct: [Double]) -> Summary.Row {
    let column = variable.firstColumn + offset
    var values = Array(draws.column(column))
    var present = weights
    var presence = 1.0
    if values.contains(where: \.isNaN) {
      let kept = values.indices.filter { !values[$0].isNaN }
      if let weights {
        presence = kept.reduce(0) { $0 + weights[$1] }
        present = presence > 0 ? kept.map { weights[$0] / presence } : kept.map { _ in 1 / Double(kept.count) }
      } else {
        presence = Double(kept.count) / Double(values.count)
      }
      values = kept.map { values[$0] }
    }
    let mean = BorelDraws.mean(values, weights: present)
    let marks: [Double]
    if let chains, presence == 1, chains.hasAllDraws, variable.kind == .real {
      // The order that the ranks need anyway.
      chains.load(column)
      let sorted = chains.analyzer.sorted
      marks = [0.05, 0.5, 0.95].map { interpolatedQuantile(sorted, $0) }
    } else {
      marks = quantiles(
        values, at: [0.05, 0.5, 0.95], weights: present, isDiscrete: variable.kind != .real)
    }
    let probabilities = distinct.map { value in
      var sum = 0.0
      for (index, x) in values.enumerated() where x == value { sum += present?[index] ?? 1 }
      return present == nil ? sum / Double(values.count) : sum
    }
    var row = Summary.Row(
      name: variable.elementName(offset), mean: mean,
      standardDeviation: BorelDraws.standardDeviation(values, weights: present),
      quantile5: marks[0], median: marks[1], quantile95: marks[2], presence: presence, probabilities: probabilities)
    if draws.isExact { return row }
    if let present {
      row.weightEffectiveSize = 1 / present.reduce(0) { $0 + $1 * $1 }
      var sum = 0.0
      for (value, weight) in zip(values, present) where weight > 0 {
        sum += weight * weight * (value - mean) * (value - mean)
      }
      row.standardErrorOfMean = sum.squareRoot()
    } else if let chains {
      row.convergence = chains.convergence(of: column)
      row.standardErrorOfMean = chains.standardErrorOfMean(of: column, presence: presence, mean: mean)
    }
    return row
  }
}

/// The columns of unweighted draws for a `ChainAnalyzer`: of chains of different lengths the first draws of each.
final class ChainColumns {
  let draws: Draws
  let analyzer: ChainAnalyzer
  /// Chains without draws, of a run that was interrupted, say nothing.
  private let chains: [Int]
  private var loaded: Int?
  /// True where all chains are equally long, so that none of their draws is left out.
  let hasAllDraws: Bool

  init(_ draws: Draws) {
    self.draws = draws
    chains = (0..<draws.chainCount).filter { draws.chainLengths[$0] > 0 }
    analyzer = ChainAnalyzer(chainCount: chains.count, length: chains.map { draws.chainLengths[$0] }.min() ?? 0)
    hasAllDraws = analyzer.count == draws.count
  }

  func load(_ column: Int) {
    guard loaded != column else { return }
    loaded = column
    load(column) { $0 }
  }

  private func load(_ column: Int, _ transform: (Double) -> Double) {
    draws.storage.withUnsafeBufferPointer { storage in
      var row: [Double] = []
      row.reserveCapacity(analyzer.count)
      for chain in chains {
        let start = column * draws.count + draws.chainRange(chain).lowerBound
        for index in start..<start + analyzer.length { row.append(transform(storage[index])) }
      }
      analyzer.load(row)
    }
  }

  func convergence(of column: Int) -> Summary.Convergence {
    load(column)
    return Summary.Convergence(
      bulkSize: analyzer.effectiveSize(of: .bulk), tailSize: analyzer.effectiveSize(of: .tail), rHat: analyzer.rHat,
      standardErrorOfDeviation: analyzer.standardError(of: .standardDeviation))
  }

  /// Of an element that does not always exist the mean is a ratio, Σ x / Σ 1 over the draws that have it; its error is that of the mean
  /// of (x - mean) / presence, 0 where there is none.
  func standardErrorOfMean(of column: Int, presence: Double, mean: Double) -> Double {
    guard presence < 1 else {
      load(column)
      return analyzer.standardError(of: .mean)
    }
    loaded = nil
    load(column) { $0.isNaN ? 0 : ($0 - mean) / presence }
    return analyzer.standardError(of: .mean)
  }
}
