// Collects the draws of one chain when it is not known beforehand which variables there will be.

/// Collects one chain: `beginDraw`, then `set` for every variable that the draw has, and so on.
///
/// Variables and elements that come up late, or not in every draw, are NaN where they are absent. `Draws(chains:)` joins the chains.
public struct DrawsRecorder: Sendable {
  /// A variable with the columns of the elements seen so far.
  struct Entry: Sendable {
    let name: String
    var kind: Draws.Kind
    var labels: [String] = []
    var codes: [String: Int] = [:]
    /// Index tuples of the columns, in the order of `columns`.
    var indices: [[Int]] = []
    var columns: [[Double]] = []
    var columnOfIndices: [[Int]: Int] = [:]
    var columnsOfBlock: [Block: [Int]] = [:]
    /// Shapes of arrays without elements, which have no columns.
    var emptyShape: [Int]?
  }

  /// The elements below an index tuple, `theta[j]` being a row.
  struct Block: Hashable, Sendable {
    let prefix: [Int]
    let shape: [Int]
  }

  var variables: [Entry] = []
  var statistics: [Entry] = []
  private var variableIDs: [String: Int] = [:]
  private var statisticIDs: [String: Int] = [:]
  public private(set) var count = 0
  public private(set) var logWeights: [Double] = []

  /// Columns so far, one for each number of a draw.
  public var columnCount: Int { (variables + statistics).reduce(0) { $0 + $1.columns.count } }

  public init() {}

  /// Starts the next draw. Either all draws of a run have a log weight or none has.
  public mutating func beginDraw(logWeight: Double? = nil) {
    count += 1
    if let logWeight { logWeights.append(logWeight) }
  }

  /// Sets `name` or, with indices, `name[i, ...]` in the current draw.
  public mutating func set(_ name: String, at indices: [Int] = [], _ value: Double, kind: Draws.Kind) {
    set(name, at: indices, shape: [], elements: CollectionOfOne(value), kind: kind)
  }

  /// Sets an array `name`, or the row `name[i, ...]` of one; `elements` are row-major and as many as `shape` says.
  public mutating func set(
    _ name: String, at indices: [Int] = [], shape: [Int], elements: some Collection<Double>, kind: Draws.Kind
  ) {
    guard count > 0 else { return }
    let id = identifier(of: name, kind: kind)
    if kind > variables[id].kind, kind != .text { variables[id].kind = kind }
    if variables[id].kind == .text {
      for (element, position) in zip(elements, rowMajorIndices(shape)) {
        set(name, at: indices + position, text: plain(element))
      }
      return
    }
    variables[id].set(Block(prefix: indices, shape: shape), elements, draw: count)
  }

  /// Sets a value that is no number; the column holds codes of the variable's labels.
  public mutating func set(_ name: String, at indices: [Int] = [], text: String) {
    guard count > 0 else { return }
    let id = identifier(of: name, kind: .text)
    if variables[id].kind != .text { variables[id].becomeText() }
    let code = variables[id].code(of: text)
    variables[id].set(Block(prefix: indices, shape: []), CollectionOfOne(Double(code)), draw: count)
  }

  /// Sets what the sampler says of the current draw.
  public mutating func setStatistic(_ name: String, _ value: Double, kind: Draws.Kind = .real) {
    guard count > 0 else { return }
    let id: Int
    if let known = statisticIDs[name] {
      id = known
    } else {
      id = statistics.count
      statistics.append(Entry(name: name, kind: kind))
      statisticIDs[name] = id
    }
    statistics[id].set(Block(prefix: [], shape: []), CollectionOfOne(value), draw: count)
  }

  private mutating func identifier(of name: String, kind: Draws.Kind) -> Int {
    if let id = variableIDs[name] { return id }
    variables.append(Entry(name: name, kind: kind))
    variableIDs[name] = variables.count - 1
    return variables.count - 1
  }
}

extension DrawsRecorder.Entry {
  mutating func set(_ block: DrawsRecorder.Block, _ elements: some Collection<Double>, draw: Int) {
    if columnsOfBlock[block] == nil { addBlock(block) }
    guard let targets = columnsOfBlock[block] else { return }
    for (column, element) in zip(targets, elements) { store(element, column: column, draw: draw) }
  }

  /// Pads with NaN the draws in which the element did not exist; a second value in one draw replaces the first.
  private mutating func store(_ element: Double, column: Int, draw: Int) {
    while columns[column].count < draw - 1 { columns[column].append(.nan) }
    if columns[column].count == draw {
      columns[column][draw - 1] = element
    } else {
      columns[column].append(element)
    }
  }

  private mutating func addBlock(_ block: DrawsRecorder.Block) {
    var targets: [Int] = []
    for position in rowMajorIndices(block.shape) {
      let tuple = block.prefix + position
      if let column = columnOfIndices[tuple] {
        targets.append(column)
      } else {
        columnOfIndices[tuple] = columns.count
        targets.append(columns.count)
        columns.append([])
        indices.append(tuple)
      }
    }
    if targets.isEmpty { emptyShape = block.shape }
    columnsOfBlock[block] = targets
  }

  mutating func code(of text: String) -> Int {
    if let code = codes[text] { return code }
    codes[text] = labels.count
    labels.append(text)
    return labels.count - 1
  }

  /// Turns the numbers so far into labels, for a variable that is a number in some draws and something else in others.
  mutating func becomeText() {
    for column in columns.indices {
      for draw in columns[column].indices where !columns[column][draw].isNaN {
        columns[column][draw] = Double(code(of: plain(columns[column][draw])))
      }
    }
    kind = .text
  }
}

/// All index tuples of a shape in row-major order; one empty tuple for a scalar.
func rowMajorIndices(_ shape: [Int]) -> [[Int]] {
  var tuples: [[Int]] = [[]]
  for size in shape {
    var longer: [[Int]] = []
    longer.reserveCapacity(tuples.count &* max(size, 0))
    for tuple in tuples { for index in 0..<max(size, 0) { longer.append(tuple + [index]) } }
    tuples = longer
  }
  return tuples
}

/// A whole number without its point.
func plain(_ x: Double) -> String {
  if let whole = Int(exactly: x) { return String(whole) }
  return x.description
}
