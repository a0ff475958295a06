// Joins recorded chains into one table: the union of their variables, dense shapes where the elements fill them.

extension Draws {
  /// The table of all chains. Weights are kept where every draw has one.
  public init(
    chains: [DrawsRecorder], logEvidence: Estimate? = nil, isExact: Bool = false
  ) {
    let lengths = chains.map(\.count)
    var builder = TableBuilder(chainLengths: lengths)
    let variables = builder.join(chains.map(\.variables))
    let statistics = builder.join(chains.map(\.statistics))
    let weights = chains.flatMap(\.logWeights)
    let count = lengths.reduce(0, +)
    self.init(
      variables: variables, statistics: statistics, chainLengths: lengths, storage: builder.storage,
      logWeights: weights.count == count && count > 0 ? weights : nil, logEvidence: logEvidence, isExact: isExact)
  }
}

private struct TableBuilder {
  let chainLengths: [Int]
  let starts: [Int]
  let drawCount: Int
  var storage: [Double] = []
  var columnCount = 0

  init(chainLengths: [Int]) {
    self.chainLengths = chainLengths
    var starts: [Int] = []
    var total = 0
    for length in chainLengths {
      starts.append(total)
      total += length
    }
    self.starts = starts
    drawCount = total
  }

  mutating func join(_ chains: [[DrawsRecorder.Entry]]) -> [Draws.Variable] {
    var names: [String] = []
    var parts: [String: [(chain: Int, entry: DrawsRecorder.Entry)]] = [:]
    for (chain, entries) in chains.enumerated() {
      for entry in entries {
        if parts[entry.name] == nil { names.append(entry.name) }
        parts[entry.name, default: []].append((chain, entry))
      }
    }
    return names.flatMap { name in join(name, parts[name] ?? []) }
  }

  private mutating func join(_ name: String, _ parts: [(chain: Int, entry: DrawsRecorder.Entry)]) -> [Draws.Variable] {
    let (entries, labels, kind) = unified(parts.map(\.entry))
    var tuples: [[Int]] = []
    var positions: [[Int]: Int] = [:]
    for entry in entries {
      for tuple in entry.indices where positions[tuple] == nil {
        positions[tuple] = tuples.count
        tuples.append(tuple)
      }
    }
    func column(_ tuple: [Int]) -> Int { addColumn(zip(parts, entries).map { ($0.chain, $1) }, tuple) }

    if tuples.isEmpty {
      let shape = entries.compactMap(\.emptyShape).first ?? [0]
      return [.init(name: name, shape: shape, kind: kind, firstColumn: columnCount, labels: labels)]
    }
    if let shape = denseShape(tuples) {
      let first = columnCount
      for tuple in rowMajorIndices(shape) { _ = column(tuple) }
      return [.init(name: name, shape: shape, kind: kind, firstColumn: first, labels: labels)]
    }
    return tuples.map { tuple in
      let elementName = tuple.isEmpty ? name : name + indexText(tuple)
      return .init(name: elementName, shape: [], kind: kind, firstColumn: column(tuple), labels: labels)
    }
  }

  private mutating func addColumn(_ parts: [(chain: Int, entry: DrawsRecorder.Entry)], _ tuple: [Int]) -> Int {
    let base = storage.count
    storage.append(contentsOf: repeatElement(.nan, count: drawCount))
    for (chain, entry) in parts {
      guard let position = entry.columnOfIndices[tuple] else { continue }
      let start = base + starts[chain]
      for (draw, value) in entry.columns[position].enumerated() { storage[start + draw] = value }
    }
    columnCount += 1
    return columnCount - 1
  }

  /// The entries of one variable with one kind and one list of labels.
  private func unified(
    _ entries: [DrawsRecorder.Entry]
  ) -> (entries: [DrawsRecorder.Entry], labels: [String], kind: Draws.Kind) {
    let kind = entries.map(\.kind).max() ?? .real
    guard kind == .text else { return (entries, [], kind) }
    var all = DrawsRecorder.Entry(name: "", kind: .text)
    let recoded = entries.map { entry in
      var entry = entry
      if entry.kind != .text { entry.becomeText() }
      let codes = entry.labels.map { Double(all.code(of: $0)) }
      for column in entry.columns.indices {
        entry.columns[column] = entry.columns[column].map { $0.isNaN ? .nan : codes[Int($0)] }
      }
      return entry
    }
    return (recoded, all.labels, kind)
  }

  /// The shape that the index tuples fill at least to a half; nil where they have different ranks or are scattered.
  private func denseShape(_ tuples: [[Int]]) -> [Int]? {
    let rank = tuples[0].count
    var shape = Array(repeating: 0, count: rank)
    for tuple in tuples {
      guard tuple.count == rank else { return nil }
      for (dimension, index) in tuple.enumerated() {
        guard index >= 0, index < Int.max else { return nil }
        shape[dimension] = max(shape[dimension], index + 1)
      }
    }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      count = product
    }
    return count <= max(2 * tuples.count, 16) ? shape : nil
  }
}
