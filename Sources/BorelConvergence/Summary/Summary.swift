// What there is to say about each element of each variable: moments, quantiles, errors, convergence, probabilities.

import BorelDraws

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
    /// The Monte Carlo standard error of the mean; nil for exact results.
    public var standardErrorOfMean: Double?
    /// Kish's effective size of weighted draws; nil otherwise.
    public var weightEffectiveSize: Double?
    /// What the chains say about their own precision; nil for weighted draws and exact results.
    public var convergence: Convergence?
    /// The probability that the element exists at all: less than 1 in programs whose structure changes.
    public var presence: Double
    /// Probabilities of the values in `Group.values`, given that the element exists.
    public var probabilities: [Double]

    /// The effective size for the centre: of chains the bulk size, of weighted draws Kish's; nil for exact results.
    public var effectiveSize: Double? { convergence?.bulkSize ?? weightEffectiveSize }
  }

  /// Measures of chains; NaN where they cannot be told, as of a single chain's R-hat.
  public struct Convergence: Sendable {
    public var bulkSize: Double
    public var tailSize: Double
    public var rHat: Double
    /// The Monte Carlo standard error of the standard deviation.
    public var standardErrorOfDeviation: Double
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
      case .int, .real: Int(exactly: value).map { String($0) } ?? value.description
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
    let rows = SummaryRows(draws, weights: weights)
    groups = chosen.map { Group($0, rows, elementLimit: max(elementLimit, 4)) }
  }
}

extension Summary.Group {
  /// A discrete variable with more values than this is shown by moments and quantiles.
  private static let valueLimit = 10

  init(_ variable: Draws.Variable, _ maker: SummaryRows, elementLimit: Int) {
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
      for value in maker.draws.column(variable.firstColumn + offset) where !value.isNaN {
        distinct.insert(value)
        if distinct.count > Self.valueLimit, variable.kind != .text {
          hasFewValues = false
          break search
        }
      }
    }
    let values = hasFewValues ? distinct.sorted() : []
    self.values = values
    rows = shown.map { maker.row(variable, offset: $0, values: values) }
  }
}
