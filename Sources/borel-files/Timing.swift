// How long files of draws take, and whether a file that an error cut short reads back.

import BorelDataIO
import BorelDraws
import BorelSource

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Reads a file of `Rows(state: 1)` and compares what is there bit for bit.
func check(_ path: String, _ layout: DrawLayout, _ made: Int) throws {
  var sources = SourceMap()
  let fit = path.hasSuffix(".csv") ? try readStanCSV(path, into: &sources) : try readZarr(path, into: &sources)
  let draws = fit.draws
  var source = Rows(state: 1)
  var different = 0
  let columns =
    layout.statistics.flatMap { Array(draws.statistic($0.name)?.columns ?? 0..<0) }
    + layout.variables.flatMap { Array(draws.variable($0.name)?.columns ?? 0..<0) }
  for draw in 0..<draws.count {
    for (column, x) in zip(columns, source.next(layout)) {
      let y = draws.storage[column * draws.count + draw]
      if x.bitPattern != y.bitPattern, !(x.isNaN && y.isNaN) { different += 1 }
    }
  }
  print(
    "{\"file\": \"\(path.split(separator: "/").last ?? "")\", \"made\": \(made), \"read\": \(draws.count), \"different\": \(different)}"
  )
}

/// Milliseconds that the process has computed.
private func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
}

/// 4 x 1000 draws of 100 columns, then 100 MB: milliseconds of the processor, the best of five.
func time(_ folder: String) throws {
  for (rows, columns) in [(4000, 100), (50_000, 100), (500, 10_000)] {
    let layout = DrawLayout(statistics: [("lp__", .real)], variables: [("x", [columns - 1], .real)])
    let plan = configuration(warmup: 0, draws: rows, keepsWarmup: false, chains: 1)
    var source = Rows(state: 1)
    let numbers = (0..<rows * columns).map { _ in Double(Int64(bitPattern: source.bits()) >> 10) * 0x1p-52 }
    func write(_ sink: any ChainSink) throws {
      try numbers.withUnsafeBufferPointer { all in
        for row in 0..<rows {
          try sink.append(.init(rebasing: all[row * columns..<(row + 1) * columns]), isWarmup: false)
        }
      }
      try sink.finish()
    }
    let csv = "\(folder)/time.csv"
    let zarr = "\(folder)/time.zarr"
    func best(_ body: () throws -> Void) rethrows -> Double {
      var best = Double.infinity
      for _ in 0..<5 {
        let start = processorTime()
        try body()
        best = min(best, processorTime() - start)
      }
      return (best * 10).rounded() / 10
    }
    let writeCSV = try best { try write(try StanCSVSink(path: csv, layout: layout, configuration: plan, id: 1)) }
    let writeZarr = try best {
      let store = try ZarrStore(path: zarr, layout: layout, configuration: plan, chains: 1)
      try write(try store.sink(chain: 0))
      try store.finish()
    }
    let readCSV = try best {
      var sources = SourceMap()
      _ = try readStanCSV(csv, into: &sources)
    }
    let readZarrTime = try best {
      var sources = SourceMap()
      _ = try readZarr(zarr, into: &sources)
    }
    let size = try readFile(csv).count / 1_000_000
    print(
      "{\"rows\": \(rows), \"columns\": \(columns), \"csv_megabytes\": \(size), \"write_csv_ms\": \(writeCSV), \"write_zarr_ms\": \(writeZarr), \"read_csv_ms\": \(readCSV), \"read_zarr_ms\": \(readZarrTime)}"
    )
  }
}
