// Streams one chain to the chunks of a Zarr group.

import BorelDraws

/// Writes the draws of one chain; `ZarrStore.sink` makes it. It is used by one thread at a time, and several need no lock: no two
/// write the same file.
public final class ZarrSink: ChainSink, @unchecked Sendable {
  private let store: ZarrStore
  private let chain: Int
  private let keepsWarmup: Bool
  private let warmupRows: Int
  /// Rows of the current chunk, each of all columns.
  private var buffer: [Double]
  private var isWarmup: Bool
  private var chunk = 0
  /// Rows of the current chunk, and those of them that its file has.
  private var filled = 0
  private var saved = 0
  /// Rows of warm-up that were kept.
  private var warmupCount = 0
  private var drawCount = 0
  /// Files that were written since the last mark.
  private var changed: Set<String> = []

  init(
    _ store: ZarrStore, chain: Int, _ configuration: SamplerConfiguration, resumingAt mark: SinkMark?
  ) throws(SinkFailure) {
    self.store = store
    self.chain = chain
    keepsWarmup = configuration.keepsWarmup
    warmupRows = configuration.warmupRows
    isWarmup = warmupRows > 0
    let plan = store.plan
    let rows = max(plan.chunkRows, keepsWarmup ? plan.warmupChunkRows : 0)
    buffer = Array(repeating: .nan, count: rows * plan.columnCount)
    if let mark { try resume(at: mark.rows) }
  }

  /// Rows of warm-up and draws that the files have.
  var savedRows: (warmup: Int, draws: Int) {
    let current = chunk * chunkRows + saved
    return isWarmup ? (current, 0) : (warmupCount, current)
  }

  private var chunkRows: Int { isWarmup ? store.plan.warmupChunkRows : store.plan.chunkRows }

  private func path(_ column: ZarrPlan.Column, chunk: Int) -> String {
    let rest = String(repeating: ".0", count: column.info.shape.count - 2)
    return "\(store.path)/\(column.info.path)/\(chain).\(chunk)\(rest)"
  }

  /// Everything behind these rows goes, so that a resumed run leaves the same files as one that was not interrupted.
  private func resume(at rows: Int) throws(SinkFailure) {
    warmupCount = min(rows, warmupRows)
    drawCount = rows - warmupCount
    isWarmup = rows < warmupRows
    let inPhase = isWarmup ? warmupCount : drawCount
    chunk = inPhase / chunkRows
    filled = inPhase % chunkRows
    saved = filled
    for column in store.plan.columns where column.count > 0 {
      let isCurrent = column.isWarmup == isWarmup
      // Warm-up is complete where draws have begun.
      if column.isWarmup, !isWarmup { continue }
      if isCurrent, filled > 0 {
        let rowBytes = column.count * column.info.element.size
        try overwrite(
          path(column, chunk: chunk), bytes(column, filled..<chunkRows, padding: true), at: filled * rowBytes,
          size: column.info.chunkBytes)
      }
      var next = isCurrent ? chunk + (filled > 0 ? 1 : 0) : 0
      while try removeFile(path(column, chunk: next)) { next += 1 }
    }
  }

  public func append(_ row: UnsafeBufferPointer<Double>, isWarmup isWarmupRow: Bool) throws(SinkFailure) {
    if isWarmupRow, !keepsWarmup { return }
    if isWarmup, !isWarmupRow {
      try save()
      isWarmup = false
      (chunk, filled, saved) = (0, 0, 0)
    }
    let width = store.plan.columnCount
    guard row.count >= width else {
      throw SinkFailure(path: store.path, reason: "a row has \(row.count) numbers, expected \(width)")
    }
    let start = filled * width
    for column in 0..<width { buffer[start + column] = row[column] }
    filled += 1
    if isWarmupRow { warmupCount += 1 } else { drawCount += 1 }
    guard filled == chunkRows else { return }
    try save()
    chunk += 1
    (filled, saved) = (0, 0)
  }

  public func endWarmup(stepSize: Double, inverseMetric: InverseMetric) throws(SinkFailure) {}

  /// Writes the rows that the files do not have yet.
  private func save() throws(SinkFailure) {
    guard filled > saved else { return }
    for column in store.plan.columns where column.isWarmup == isWarmup && column.count > 0 {
      let path = path(column, chunk: chunk)
      if saved == 0 {
        // The rest of the chunk is there, too, and reads as missing.
        let rest = filled < chunkRows ? bytes(column, filled..<chunkRows, padding: true) : []
        try writeWhole(bytes(column, 0..<filled) + rest, to: path)
      } else {
        let rowBytes = column.count * column.info.element.size
        try overwrite(path, bytes(column, saved..<filled), at: saved * rowBytes, size: column.info.chunkBytes)
      }
      changed.insert(path)
    }
    saved = filled
  }

  /// Rows of the buffer as an array stores them; `padding` stands for draws that are missing.
  private func bytes(_ column: ZarrPlan.Column, _ rows: Range<Int>, padding: Bool = false) -> [UInt8] {
    let size = column.info.element.size * column.count
    let width = store.plan.columnCount
    return [UInt8](unsafeUninitializedCapacity: rows.count * size) { target, initialized in
      initialized = rows.count * size
      guard let base = target.baseAddress.map({ UnsafeMutableRawPointer($0) }) else { return }
      if padding {
        let missing = column.info.element == .real ? Double.nan : 0
        for index in 0..<rows.count * column.count {
          withUnsafePointer(to: missing) {
            encode($0, 1, column.info.element, base + index * column.info.element.size)
          }
        }
        return
      }
      buffer.withUnsafeBufferPointer { source in
        guard let numbers = source.baseAddress else { return }
        for (place, row) in rows.enumerated() {
          encode(numbers + row * width + column.firstColumn, column.count, column.info.element, base + place * size)
        }
      }
    }
  }

  public func synchronize() throws(SinkFailure) -> SinkMark {
    try save()
    for path in changed { try flushFile(path) }
    changed = []
    return SinkMark(rows: warmupCount + drawCount)
  }

  public func finish() throws(SinkFailure) { try save() }
}
