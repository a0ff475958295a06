// What there is to say about each element of each variable: moments, quantiles, effective size, probabilities.

/// The summary of a table of draws.
public struct Summary: Sendable {
  /// One element of a variable.
  public struct Row: Sendable {
    public var name: String
    public var mean: Double
    public var standardDeviation: Double
    public var quantile5: Double
    public var median: Double
    public var quantile95: Double
    /// Of the chains by their autocorrelation, of weighted draws Kish's; nil for exact results.
    public var effectiveSize: Double?
    /// The Monte Carlo standard error of the mean; nil for exact results.
    public var standardErrorOfMean: Double?
    /// The probability that the element exists at all: less than 1 in programs whose structure changes.
    public var presence: Double
    /// Probabilities of the values in `Group.values`, given that the element exists.
    public var probabilities: [Double]
  }

  /// The rows of one variable.
  public struct Group: Sendable {
    public var variable: Draws.Variable
    public var rows: [Row]
    /// The values of a discrete variable that takes few, ascending; empty otherwise.
    public var values: [Double]
    /// How many elements have no row; they stand before the last `tailCount` rows.
    public var omittedCount: Int
    public var tailCount: Int

    /// The text of a value: true, 3, a label.
    public func valueText(_ value: Double) -> String {
      switch variable.kind {
      case .bool: value == 0 ? "false" : "true"
      case .text:
        Int(exactly: value).flatMap { variable.labels.indices.contains($0) ? variable.labels[$0] : nil } ?? "?"
      case .int, .real: plain(value)
      }
    }
  }

  public var groups: [Group]
  public var chainLengths: [Int]
  public var weightEffectiveSize: Double?
  public var logEvidence: Draws.Estimate?
  public var isExact: Bool
  public var notes: [String]

  /// Summarises the variables, or the named ones only. Of an array with more than `elementLimit` elements the first and
  /// the last few get rows.
  public init(_ draws: Draws, of names: [String]? = nil, elementLimit: Int = 24) {
    let weights = draws.logWeights == nil ? nil : draws.weights
    let hasNoWeight = draws.logWeights != nil && weights == nil
    chainLengths = draws.chainLengths
    weightEffectiveSize = draws.weightEffectiveSize
    logEvidence = draws.logEvidence
    isExact = draws.isExact
    notes = draws.notes
    let chosen = names.map { names in draws.variables.filter { names.contains($0.name) } } ?? draws.variables
    guard !hasNoWeight, draws.count > 0 else {
      groups = []
      notes.append(draws.count == 0 ? "there are no draws" : "all weights are zero: nothing to summarise")
      return
    }
    groups = chosen.map { Group($0, of: draws, weights: weights, elementLimit: max(elementLimit, 4)) }
  }
}

extension Summary.Group {
  /// A discrete variable with more values than this is shown by moments and quantiles.
  private static let valueLimit = 10

  init(_ variable: Draws.Variable, of draws: Draws, weights: [Double]?, elementLimit: Int) {
    self.variable = variable
    let count = variable.count
    tailCount = count > elementLimit ? 2 : 0
    omittedCount = count > elementLimit ? count - elementLimit + 1 : 0
    let shown =
      omittedCount == 0
      ? Array(0..<count) : Array(0..<(elementLimit - 3)) + Array((count - 2)..<count)

    var distinct = Set<Double>(variable.kind == .bool ? [0, 1] : [])
    var hasFewValues = variable.kind != .real
    search: for offset in shown where hasFewValues {
      for value in draws.column(variable.firstColumn + offset) where !value.isNaN {
        distinct.insert(value)
        if distinct.count > Self.valueLimit, variable.kind != .text {
          hasFewValues = false
          break search
        }
      }
    }
    let values = hasFewValues ? distinct.sorted() : []
    self.values = values
    rows = shown.map { Summary.Row(variable, offset: $0, of: draws, weights: weights, values: values) }
  }
}

extension Summary.Row {
  init(_ variable: Draws.Variable, offset: Int, of draws: Draws, weights: [Double]?, values distinct: [Double]) {
    name = variable.elementName(offset)
    let columnIndex = variable.firstColumn + offset
    let column = draws.column(columnIndex)
    var values = Array(column)
    var present = weights
    presence = 1
    if values.contains(where: \.isNaN) {
      let kept = values.indices.filter { !values[$0].isNaN }
      if let weights {
        let total = kept.reduce(0) { $0 + weights[$1] }
        presence = total
        present = total > 0 ? kept.map { weights[$0] / total } : kept.map { _ in 1 / Double(kept.count) }
      } else {
        presence = Double(kept.count) / Double(values.count)
      }
      values = kept.map { values[$0] }
    }
    mean = BorelDraws.mean(values, weights: present)
    standardDeviation = BorelDraws.standardDeviation(values, weights: present)
    let marks = quantiles(
      values, at: [0.05, 0.5, 0.95], weights: present, isDiscrete: variable.kind != .real)
    (quantile5, median, quantile95) = (marks[0], marks[1], marks[2])
    probabilities = distinct.map { value in
      var sum = 0.0
      for (index, x) in values.enumerated() where x == value { sum += present?[index] ?? 1 }
      return present == nil ? sum / Double(values.count) : sum
    }
    guard !draws.isExact else { return }
    if let present {
      let squares = present.reduce(0) { $0 + $1 * $1 }
      effectiveSize = 1 / squares
      var sum = 0.0
      for (value, weight) in zip(values, present) where weight > 0 {
        sum += weight * weight * (value - mean) * (value - mean)
      }
      standardErrorOfMean = sum.squareRoot()
    } else {
      let chains = (0..<draws.chainCount).map { draws.column(columnIndex, chain: $0).filter { !$0.isNaN } }
      let size = effectiveSampleSize(chains.filter { !$0.isEmpty })
      effectiveSize = size
      standardErrorOfMean = standardDeviation / size.squareRoot()
    }
  }
}
