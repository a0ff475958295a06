// The draws of one chain in memory, row by row, and the table of all chains made from them.

import BorelDraws

/// Rows of one chain.
final class DrawStore: @unchecked Sendable {
  let columnCount: Int
  /// Row after row; those of warm-up are not kept.
  private(set) var rows: [Double] = []

  init(columnCount: Int, reserving count: Int) {
    self.columnCount = columnCount
    rows.reserveCapacity(columnCount * count)
  }

  var count: Int { columnCount == 0 ? 0 : rows.count / columnCount }

  func append(_ row: UnsafeBufferPointer<Double>) { rows.append(contentsOf: row) }

  /// The draws of a chain that another process has made, one column after the other.
  func load(_ draws: Draws, chain: Int) {
    rows.removeAll()
    let range = draws.chainRange(chain)
    for draw in range { for column in 0..<columnCount { rows.append(draws.storage[column * draws.count + draw]) } }
  }
}

extension Draws {
  /// The table of chains that were recorded row by row.
  init(_ stores: [DrawStore], layout: DrawLayout) {
    let lengths = stores.map(\.count)
    let total = lengths.reduce(0, +)
    let columns = layout.columnCount
    // Rows become columns in blocks that fit the cache.
    let storage = [Double](unsafeUninitializedCapacity: total * columns) { buffer, initialized in
      var start = 0
      for store in stores {
        store.rows.withUnsafeBufferPointer { rows in
          let block = 16
          for first in stride(from: 0, to: columns, by: block) {
            for draw in 0..<store.count {
              for column in first..<min(first + block, columns) {
                buffer[column * total + start + draw] = rows[draw * columns + column]
              }
            }
          }
        }
        start += store.count
      }
      initialized = total * columns
    }
    self.init(
      variables: layout.variables, statistics: layout.statistics, chainLengths: lengths, storage: storage)
  }
}
