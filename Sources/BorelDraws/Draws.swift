// The result of inference: named variables, chains of draws in contiguous columns, weights, statistics, evidence.

/// A table of draws, weighted or not.
///
/// Every element of a variable is one column of doubles: chain after chain, draw after draw. A draw in which an element
/// does not exist, as in a program whose structure changes, holds NaN.
public struct Draws: Sendable {
  /// What the numbers of a variable stand for.
  public enum Kind: Int, Sendable, Comparable {
    /// 0 and 1
    case bool
    case int
    case real
    /// Codes of `Variable.labels`.
    case text

    public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
  }

  /// A scalar, or an array whose elements are consecutive columns in row-major order.
  public struct Variable: Sendable, Equatable {
    public var name: String
    /// Empty for a scalar.
    public var shape: [Int]
    public var kind: Kind
    public var firstColumn: Int
    /// The texts that the codes 0, 1, ... stand for, for `kind == .text`.
    public var labels: [String]

    public init(name: String, shape: [Int], kind: Kind, firstColumn: Int, labels: [String] = []) {
      self.name = name
      self.shape = shape
      self.kind = kind
      self.firstColumn = firstColumn
      self.labels = labels
    }

    /// The number of elements, 1 for a scalar.
    public var count: Int { shape.reduce(1, &*) }
    public var columns: Range<Int> { firstColumn..<firstColumn + count }

    /// `mu`, `theta[3]`, `x[1,2]`: the name of the element at a row-major offset.
    public func elementName(_ offset: Int) -> String {
      guard !shape.isEmpty else { return name }
      return name + indexText(elementIndices(offset))
    }

    /// The indices of the element at a row-major offset.
    public func elementIndices(_ offset: Int) -> [Int] {
      var rest = offset
      var indices: [Int] = []
      for size in shape.reversed() {
        indices.append(rest % max(size, 1))
        rest /= max(size, 1)
      }
      return indices.reversed()
    }

    /// The row-major offset of an element, nil where the indices do not fit the shape.
    public func offset(of indices: [Int]) -> Int? {
      guard indices.count == shape.count else { return nil }
      var offset = 0
      for (index, size) in zip(indices, shape) {
        guard index >= 0, index < size else { return nil }
        offset = offset * size + index
      }
      return offset
    }
  }

  /// A number with its Monte Carlo standard error, nil where the number is exact or the error unknown.
  public struct Estimate: Sendable, Equatable {
    public var value: Double
    public var standardError: Double?
    public init(_ value: Double, standardError: Double? = nil) {
      self.value = value
      self.standardError = standardError
    }
  }

  /// The random variables, in the order in which they first came up.
  public let variables: [Variable]
  /// What the sampler says of each draw, such as `accepted` or `log_density`; columns like those of the variables.
  public let statistics: [Variable]
  /// The number of draws of each chain.
  public let chainLengths: [Int]
  /// Column after column, each of `count` numbers.
  public let storage: [Double]
  /// Unnormalised log weights of all draws, nil where all draws count the same.
  public let logWeights: [Double]?
  /// The log of the normalising constant, where the algorithm estimates it.
  public var logEvidence: Estimate?
  /// True where the draws are all the values there are and the weights their exact probabilities.
  public var isExact: Bool
  /// What the reader should know, such as counts of numerical failures.
  public var notes: [String] = []

  private let indexOfName: [String: Int]

  /// `storage` holds the columns of `variables` and `statistics`; all sizes must agree.
  public init(
    variables: [Variable], statistics: [Variable] = [], chainLengths: [Int], storage: [Double],
    logWeights: [Double]? = nil, logEvidence: Estimate? = nil, isExact: Bool = false
  ) {
    self.variables = variables
    self.statistics = statistics
    self.chainLengths = chainLengths
    self.storage = storage
    self.logWeights = logWeights
    self.logEvidence = logEvidence
    self.isExact = isExact
    indexOfName = Dictionary(
      variables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The number of draws of all chains together.
  public var count: Int { chainLengths.reduce(0, +) }
  public var chainCount: Int { chainLengths.count }

  /// The number of columns, those of the statistics included.
  public var columnCount: Int { (variables + statistics).reduce(0) { $0 + $1.count } }

  /// The draws of one column, all chains.
  public func column(_ index: Int) -> ArraySlice<Double> {
    storage[index * count..<(index + 1) * count]
  }

  /// The positions of a chain's draws within a column.
  public func chainRange(_ chain: Int) -> Range<Int> {
    let start = chainLengths[..<chain].reduce(0, +)
    return start..<start + chainLengths[chain]
  }

  /// The draws of one column in one chain.
  public func column(_ index: Int, chain: Int) -> ArraySlice<Double> {
    let range = chainRange(chain)
    return storage[index * count + range.lowerBound..<index * count + range.upperBound]
  }

  public func variable(_ name: String) -> Variable? { indexOfName[name].map { variables[$0] } }

  public func statistic(_ name: String) -> Variable? { statistics.first { $0.name == name } }

  /// The column of `mu`, `theta[3]` or `x[1,2]`; nil where there is none or the name is that of a whole array.
  public func columnIndex(of element: String) -> Int? {
    if let scalar = variable(element) { return scalar.shape.isEmpty ? scalar.firstColumn : nil }
    guard let (name, indices) = splitElementName(element), let array = variable(name),
      let offset = array.offset(of: indices)
    else { return nil }
    return array.firstColumn + offset
  }

  /// The draws of `mu`, `theta[3]` or `x[1,2]`, all chains.
  public subscript(element: String) -> ArraySlice<Double>? { columnIndex(of: element).map { column($0) } }

  /// All elements of a variable in one draw, row-major; NaN where they do not exist.
  public func elements(of variable: Variable, draw: Int) -> [Double] {
    let stride = count
    return variable.columns.map { storage[$0 * stride + draw] }
  }

  /// The weights of the draws, which sum to 1; nil where all are zero. Equal for unweighted draws.
  public var weights: [Double]? {
    guard let logWeights else { return Array(repeating: 1 / Double(count), count: count) }
    return normalizedWeights(logWeights)
  }

  /// Kish's effective sample size of the weights, (Σw)² / Σw², nil for unweighted draws; 0 where all weights are zero.
  public var weightEffectiveSize: Double? {
    guard let logWeights else { return nil }
    guard let weights = normalizedWeights(logWeights) else { return 0 }
    return 1 / weights.reduce(0) { $0 + $1 * $1 }
  }
}

/// exp(l - max l) divided by its sum; nil where no weight is positive and finite.
func normalizedWeights(_ logWeights: [Double]) -> [Double]? {
  var largest = -Double.infinity
  for logWeight in logWeights where logWeight > largest { largest = logWeight }
  guard largest.isFinite else { return nil }
  let weights = logWeights.map { $0 > -Double.infinity ? exponential($0 - largest) : 0 }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}

/// `[3]`, `[1,2]`
func indexText(_ indices: [Int]) -> String { "[" + indices.map(String.init).joined(separator: ",") + "]" }

/// `x[1,2]` as `x` and 1, 2; blanks around the indices are allowed.
func splitElementName(_ text: String) -> (name: String, indices: [Int])? {
  guard text.last == "]", let bracket = text.lastIndex(of: "[") else { return nil }
  var indices: [Int] = []
  for part in text[text.index(after: bracket)...].dropLast().split(separator: ",", omittingEmptySubsequences: false) {
    guard let index = Int(part.filter { $0 != " " }) else { return nil }
    indices.append(index)
  }
  return (String(text[..<bracket]), indices)
}
