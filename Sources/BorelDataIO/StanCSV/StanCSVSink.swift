// Streams one chain to a Stan CSV file, which cmdstanpy, cmdstanr, rstan and ArviZ read.

import BorelDraws

/// Writes the draws of one chain as they are made.
///
/// Comments with the settings, a header (statistics, then variables with indices from 1, the first running fastest), the rows of warm-up
/// where they are kept, what adaptation arrived at, the draws, two closing comments. Numbers have the shortest form that reads back exactly, Int and Bool
/// columns no point. The file tells no times, so that equal runs give equal bytes. It is used by one thread at a time.
public final class StanCSVSink: ChainSink, @unchecked Sendable {
  private let file: AppendedFile
  private let configuration: SamplerConfiguration
  private let header: StanCSVHeader
  private let isWhole: [Bool]
  /// For each column of the file the place of its number in a row.
  private let order: [Int]
  private var rows = 0
  private var drawCount = 0
  private var isFinished = false

  /// Starts a file; what is there under its name is replaced. `id` is the number of the chain, from 1.
  public init(
    path: String, layout: DrawLayout, configuration: SamplerConfiguration, id: Int
  ) throws(SinkFailure) {
    header = StanCSVHeader(layout, configuration, id: id, path: path)
    (order, isWhole) = Self.columns(layout)
    self.configuration = configuration
    file = try AppendedFile(path)
    try file.append(header.bytes)
  }

  /// Goes on with a file behind a mark that `synchronize` gave; what follows there is cut off.
  ///
  /// - Throws: where the file is shorter than the mark, or was written with other settings or variables.
  public init(
    resuming path: String, at mark: SinkMark, layout: DrawLayout, configuration: SamplerConfiguration, id: Int
  ) throws(SinkFailure) {
    header = StanCSVHeader(layout, configuration, id: id, path: path)
    (order, isWhole) = Self.columns(layout)
    self.configuration = configuration
    file = try AppendedFile(path, keeping: mark.bytes)
    rows = mark.rows
    drawCount = max(mark.rows - configuration.warmupRows, 0)
    let found = try file.start(header.bytes.count)
    guard header.matches(found) else {
      throw SinkFailure(
        path: path, reason: "it was written with other settings or variables, and cannot be continued with these")
    }
    // An interrupted run has put its own number of draws there.
    if found != header.bytes { try file.replace(header.bytes, at: 0) }
  }

  private static func columns(_ layout: DrawLayout) -> (order: [Int], isWhole: [Bool]) {
    var order: [Int] = []
    var isWhole: [Bool] = []
    for variable in layout.statistics + layout.variables {
      for offset in columnMajorOffsets(variable.shape) {
        order.append(variable.firstColumn + offset)
        isWhole.append(variable.kind != .real)
      }
    }
    return (order, isWhole)
  }

  public func append(_ row: UnsafeBufferPointer<Double>, isWarmup: Bool) throws(SinkFailure) {
    if isWarmup, !configuration.keepsWarmup { return }
    guard row.count >= order.count, let numbers = row.baseAddress else {
      guard !order.isEmpty else { return }
      throw SinkFailure(path: file.path, reason: "a row has \(row.count) numbers, the header \(order.count)")
    }
    let digits = configuration.significantDigits
    let text = try file.room(order.count * (NumberText.longest + 1))
    var used = 0
    order.withUnsafeBufferPointer { order in
      isWhole.withUnsafeBufferPointer { isWhole in
        for index in 0..<order.count {
          let x = numbers[order[index]]
          used +=
            isWhole[index]
            ? NumberText.writeWhole(x, to: text + used, significantDigits: digits)
            : NumberText.write(x, to: text + used, significantDigits: digits)
          text[used] = UInt8(ascii: ",")
          used += 1
        }
      }
    }
    text[used - 1] = 0x0A
    file.commit(used)
    rows += 1
    if !isWarmup { drawCount += 1 }
  }

  public func endWarmup(stepSize: Double, inverseMetric: InverseMetric) throws(SinkFailure) {
    try file.append(Array(adaptationText(stepSize, inverseMetric).utf8))
  }

  public func synchronize() throws(SinkFailure) -> SinkMark {
    try file.synchronize()
    return SinkMark(rows: rows, bytes: file.count)
  }

  public func finish() throws(SinkFailure) {
    guard !isFinished else { return }
    isFinished = true
    // cmdstanpy counts draws up to a comment that another line follows; rstan looks for these words.
    try file.append(Array("# \n#  Elapsed Time: not in this file\n".utf8))
    if let (bytes, offset) = header.patch(draws: drawCount) { try file.replace(bytes, at: offset) }
    try file.finish()
  }
}

/// The comments with which CmdStan ends warm-up.
private func adaptationText(_ stepSize: Double, _ metric: InverseMetric) -> String {
  func line(_ numbers: some Sequence<Double>) -> String {
    "# " + numbers.map { $0.isFinite ? $0.description : stanNumber($0) }.joined(separator: ", ") + "\n"
  }
  var text = ""
  if case .lowRank(_, _, let values) = metric {
    // Readers of the block below expect nothing else there.
    text += "# The metric has \(values.count) directions beyond this diagonal, which the metric file holds\n"
  }
  text += "# Adaptation terminated\n# Step size = \(stanNumber(stepSize))\n"
  switch metric {
  case .unit: text += "# No free parameters for unit metric\n"
  case .diagonal, .lowRank:
    text += "# Diagonal elements of inverse mass matrix:\n" + line(metric.variances)
  case .dense(let matrix, let n):
    text += "# Elements of inverse mass matrix:\n"
    for row in 0..<n { text += line(matrix[row * n..<(row + 1) * n]) }
  }
  return text
}

private func stanNumber(_ x: Double) -> String {
  x.isNaN ? "NaN" : x.isInfinite ? (x < 0 ? "-inf" : "inf") : x.description
}
