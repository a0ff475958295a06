// Reads the CSV files of CmdStan and of Borel: one file a chain, with settings and adaptation in comments.

import BorelDraws
import BorelSource

/// Reads Stan CSV files, one chain each; `-` is standard input.
///
/// `theta.1, theta.2` become an array theta of shape [2] and `m.2.1` the element [1, 0] of a matrix; names that end in `__` become
/// statistics. The rows of warm-up, where they were saved, stand apart. Chains may differ in length. A column without a decimal point
/// in any row holds integers, unless a line of Borel's tells its kind. Where a file ends within a row the row is left out, with a note.
///
/// - Throws: a failure that names file, line and column where a file is malformed or the files differ in their columns.
public func readStanCSV(_ paths: [String], into sources: inout SourceMap) throws(DataFailure) -> SavedFit {
  guard !paths.isEmpty else {
    throw DataFailure(.missing, code: "file-missing", "no files of draws are given")
  }
  var tables: [StanCSVTable] = []
  for path in paths {
    let table = try StanCSVTable(path, into: &sources)
    if let first = tables.first, first.names != table.names { throw differentColumns(first, table) }
    tables.append(table)
  }
  let layout = agreedLayout(tables)
  let columns = tableColumns(tables, layout)
  let warmupCounts = tables.map(warmupCount)
  var draws = joined(
    tables, columns, zip(tables, warmupCounts).map { table, count in count..<table.rowCount })
  draws.notes = tables.compactMap { table in
    table.unfinishedLine.map {
      "\(table.path) ends within line \($0), as when a run is killed or still writes; that row is left out"
    }
  }
  let hasWarmup = warmupCounts.contains { $0 > 0 }
  return SavedFit(
    draws: draws, warmup: hasWarmup ? joined(tables, columns, warmupCounts.map { 0..<$0 }) : nil,
    chains: tables.map(\.comments.chain), dimensions: layout?.dimensions ?? [:],
    coordinates: layout?.coordinates ?? [:])
}

/// Reads one Stan CSV file.
public func readStanCSV(_ path: String, into sources: inout SourceMap) throws(DataFailure) -> SavedFit {
  try readStanCSV([path], into: &sources)
}

private func differentColumns(_ first: StanCSVTable, _ other: StanCSVTable) -> DataFailure {
  let hint =
    "the files of one run have the same columns: are these different models, or different choices of variables?"
  if let place = zip(first.names, other.names).first(where: { $0 != $1 }) {
    return DataFailure(
      .mismatch, code: "different-columns",
      "\(shown(other.path)) has the column `\(place.1)` where \(shown(first.path)) has `\(place.0)`", hint: hint)
  }
  return DataFailure(
    .mismatch, code: "different-columns",
    "\(shown(other.path)) has \(other.names.count) columns, \(shown(first.path)) has \(first.names.count)", hint: hint)
}

/// The layout that all files tell alike.
private func agreedLayout(_ tables: [StanCSVTable]) -> StanLayout? {
  guard let layout = tables.first?.comments.layout, tables.allSatisfy({ $0.comments.layout == layout }) else {
    return nil
  }
  return layout
}

/// By the line that ends adaptation, or else by the settings.
private func warmupCount(_ table: StanCSVTable) -> Int {
  if let adaptedAt = table.adaptedAt { return adaptedAt }
  let chain = table.comments.chain
  guard chain.flag("save_warmup") == true, let warmup = chain.count("num_warmup"), warmup > 0 else { return 0 }
  let thin = max(chain.count("thin") ?? 1, 1)
  return min((warmup - 1) / thin + 1, table.rowCount)
}

/// The columns of the files as variables: as our layout has them, or else as the names tell.
private func tableColumns(_ tables: [StanCSVTable], _ layout: StanLayout?) -> StanColumns {
  let names = tables[0].names
  let parts = names.map { StanColumnName($0) }
  if let layout {
    let statistics = names.indices.filter { parts[$0].isStatistic }
    let others = names.indices.filter { !parts[$0].isStatistic }
    if let placed = layout.placed(from: statistics.count, header: others.map { ($0, names[$0]) }) {
      var columns = StanColumns(statistics.map { StanColumnName(base: names[$0], indices: []) })
      columns.target = Array(repeating: 0, count: names.count)
      for (position, column) in statistics.enumerated() { columns.target[column] = position }
      for (position, column) in placed.columns.enumerated() { columns.target[column] = statistics.count + position }
      columns.variables = placed.variables
      return columns
    }
  }
  var columns = StanColumns(parts)
  // Stan writes whole numbers without a point, but also a real 1.0 or 0.0: an array is whole only where all of it is.
  var isReal = Array(repeating: false, count: names.count)
  for (column, target) in columns.target.enumerated() {
    isReal[target] = tables.contains { $0.isReal[column] || $0.rowCount == 0 }
  }
  for index in columns.variables.indices where !columns.variables[index].columns.contains(where: { isReal[$0] }) {
    columns.variables[index].kind = .int
  }
  return columns
}

/// The given rows of each table, chain after chain in every column.
private func joined(_ tables: [StanCSVTable], _ columns: StanColumns, _ rows: [Range<Int>]) -> Draws {
  let total = rows.reduce(0) { $0 + $1.count }
  let count = total * columns.target.count
  let storage = [Double](unsafeUninitializedCapacity: count) { target, initialized in
    initialized = count
    guard let base = target.baseAddress else { return }
    var start = 0
    for (table, rows) in zip(tables, rows) {
      table.storage.withUnsafeBufferPointer { source in
        guard let origin = source.baseAddress, !rows.isEmpty else { return }
        for (column, place) in columns.target.enumerated() {
          (base + place * total + start).initialize(
            from: origin + column * table.capacity + rows.lowerBound, count: rows.count)
        }
      }
      start += rows.count
    }
  }
  return Draws(
    variables: columns.variables, statistics: columns.statistics, chainLengths: rows.map(\.count), storage: storage)
}
