// Zarr groups of our own: reading back, runs cut short, resuming, failing.

import BorelDataIO
import BorelDraws
import BorelSource
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// All files below a folder with their bytes.
private func contents(_ path: String, _ prefix: String = "") -> [String: [UInt8]] {
  var result: [String: [UInt8]] = [:]
  for name in names(in: path) {
    if let bytes = try? readFile("\(path)/\(name)") {
      result[prefix + name] = bytes
    } else {
      result.merge(contents("\(path)/\(name)", prefix + name + "/")) { first, _ in first }
    }
  }
  return result
}

private let data = [
  NamedArray(name: "y", shape: [3], kind: .real, elements: [28, 8, -3], dimensions: ["school"]),
  NamedArray(name: "n", shape: [], kind: .int, elements: [3]),
]

private func store(
  _ path: String, _ configuration: SamplerConfiguration, resuming: Bool = false
) throws -> ZarrStore {
  try ZarrStore(
    path: path, layout: sampleLayout, configuration: configuration, chains: 2,
    observedData: [data[0]], constantData: [data[1]], resuming: resuming)
}

private func write(_ path: String, _ configuration: SamplerConfiguration, rows: [[[Double]]], warmup: Int) throws {
  let store = try store(path, configuration)
  let sinks = try (0..<2).map { try store.sink(chain: $0) }
  for (sink, rows) in zip(sinks, rows) {
    try append(rows.prefix(warmup), to: sink, isWarmup: true)
    try sink.endWarmup(stepSize: 0.1, inverseMetric: sampleMetric)
    try append(rows.dropFirst(warmup), to: sink)
    try sink.finish()
  }
  try store.finish()
}

@Suite struct ZarrTests {
  @Test func everyDoubleReadsBack() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.zarr"
      let rows = (0..<2).map { sampleRows(14, chain: $0) }
      try write(path, sampleConfiguration(), rows: rows, warmup: 4)
      var sources = SourceMap()
      let fit = try readZarr(path, into: &sources)
      let warmup = try #require(fit.warmup)
      for chain in 0..<2 {
        #expect(try bits(warmup, sampleLayout, chain: chain) == bits(rows[chain][..<4]))
        #expect(try bits(fit.draws, sampleLayout, chain: chain) == bits(rows[chain][4...]))
      }
      for (ours, theirs) in [
        (sampleLayout.variables, fit.draws.variables), (sampleLayout.statistics, fit.draws.statistics),
      ] {
        #expect(ours.map { "\($0.name) \($0.shape) \($0.kind)" } == theirs.map { "\($0.name) \($0.shape) \($0.kind)" })
      }
      #expect(fit.dimensions == sampleLayout.dimensions)
      #expect(fit.coordinates == sampleLayout.coordinates)
      #expect(fit.draws.notes.isEmpty)
      // Again over what is there.
      let before = contents(path)
      try write(path, sampleConfiguration(), rows: rows, warmup: 4)
      #expect(contents(path) == before)
    }
  }

  @Test func metadataAreWhatReadersExpect() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.zarr"
      try write(path, sampleConfiguration(), rows: (0..<2).map { sampleRows(14, chain: $0) }, warmup: 4)
      let files = contents(path).mapValues { String(decoding: $0, as: UTF8.self) }
      #expect(
        files["posterior/m/.zarray"] == """
          {"chunks": [1, 10, 2, 3], "compressor": null, "dtype": "<f8", "fill_value": "NaN", "filters": null, "order": "C", "shape": [2, 10, 2, 3], "zarr_format": 2}

          """)
      #expect(files["posterior/m/.zattrs"] == "{ \"_ARRAY_DIMENSIONS\": [\"chain\", \"draw\", \"row\", \"school\"] }\n")
      #expect(files["sample_stats/diverging/.zarray"]?.contains("\"dtype\": \"|b1\", \"fill_value\": null") == true)
      #expect(files["sample_stats/n_steps/.zarray"]?.contains("\"dtype\": \"<i8\", \"fill_value\": null") == true)
      #expect(files["posterior/school/.zarray"]?.contains("\"dtype\": \"<U5\"") == true)
      #expect(files["posterior/row/.zarray"]?.contains("\"dtype\": \"<i8\"") == true)
      #expect(files["posterior/cube/.zattrs"]?.contains("\"cube_dim_0\", \"cube_dim_1\", \"cube_dim_2\"") == true)
      #expect(files["observed_data/y/.zattrs"] == "{ \"_ARRAY_DIMENSIONS\": [\"school\"] }\n")
      #expect(files["warmup_sample_stats/lp/.zarray"]?.contains("\"shape\": [2, 4]") == true)
      #expect(files.keys.filter { $0.hasPrefix("sample_stats/") && $0.hasSuffix(".zarray") }.count == 9)
      #expect(files.keys.allSatisfy { !$0.hasSuffix(".part") })
      var sources = SourceMap()
      let consolidated = try readJSON("\(path)/.zmetadata", into: &sources).record?["metadata"]?.asRecord
      let own = files.keys.filter { $0.split(separator: "/").last?.hasPrefix(".") == true && $0 != ".zmetadata" }
      #expect(try Set(#require(consolidated).keys) == Set(own))
    }
  }

  @Test func aRunCutShortIsReadAsFarAsItCame() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.zarr"
      let rows = (0..<2).map { sampleRows(14, chain: $0) }
      let configuration = sampleConfiguration(keepsWarmup: false)
      do {
        let store = try store(path, configuration)
        let sinks = try (0..<2).map { try store.sink(chain: $0) }
        try append(rows[0].prefix(7), to: sinks[0])
        try append(rows[1].prefix(5), to: sinks[1])
        for sink in sinks { _ = try sink.synchronize() }
        // The death of the process: no finish.
        var sources = SourceMap()
        let killed = try readZarr(path, into: &sources).draws
        #expect(killed.chainLengths == [7, 5])
        #expect(killed.notes == ["\(path) has 7, 5 of 10 draws in its chains: its run was not finished"])
        #expect(try bits(killed, sampleLayout, chain: 1) == bits(rows[1][..<5]))
        for sink in sinks { try sink.finish() }
        try store.finish()
      }
      var sources = SourceMap()
      let finished = try readZarr(path, into: &sources).draws
      #expect(finished.chainLengths == [5, 5])
      #expect(try bits(finished, sampleLayout, chain: 0) == bits(rows[0][..<5]))
    }
  }

  @Test func aResumedRunGivesTheSameFiles() throws {
    try withDirectory { directory in
      let rows = (0..<2).map { sampleRows(14, chain: $0) }
      try write("\(directory)/whole.zarr", sampleConfiguration(), rows: rows, warmup: 4)
      let whole = contents("\(directory)/whole.zarr")
      for stop in [0, 2, 4, 5, 13, 14] {
        let path = "\(directory)/fit.zarr"
        var marks: [SinkMark] = []
        do {
          let store = try store(path, sampleConfiguration())
          for chain in 0..<2 {
            let sink = try store.sink(chain: chain)
            try append(rows[chain].prefix(min(stop, 4)), to: sink, isWarmup: true)
            if stop > 4 { try append(rows[chain][4..<stop], to: sink) }
            marks.append(try sink.synchronize())
            // Lost, as if the process had died behind it; in one case it was interrupted and finished.
            if stop == 2 { try append(rows[1 - chain][2...3], to: sink, isWarmup: true) }
            if stop == 5 {
              try append(rows[1 - chain][5...7], to: sink)
              try sink.finish()
            }
          }
          if stop == 5 { try store.finish() }
        }
        #expect(marks.map(\.rows) == [stop, stop])
        let store = try store(path, sampleConfiguration(), resuming: true)
        for chain in 0..<2 {
          let sink = try store.sink(chain: chain, resumingAt: marks[chain])
          if stop < 4 { try append(rows[chain][stop..<4], to: sink, isWarmup: true) }
          try append(rows[chain][max(stop, 4)...], to: sink)
          try sink.finish()
        }
        try store.finish()
        #expect(contents(path) == whole, "stopped at \(stop)")
      }
    }
  }

  @Test func wideRowsComeInChunks() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.zarr"
      let layout = DrawLayout(statistics: [("lp__", .real)], variables: [("x", [400_000], .real)])
      let store = try ZarrStore(
        path: path, layout: layout, configuration: sampleConfiguration(warmup: 0, draws: 5), chains: 1)
      let sink = try store.sink(chain: 0)
      for draw in 0..<7 {
        try append([(0...400_000).map { Double($0 * 10 + draw) }], to: sink)
        if draw == 2 { #expect(try sink.synchronize().rows == 3) }
      }
      try sink.finish()
      try store.finish()
      #expect(names(in: "\(path)/posterior/x").filter { $0.hasSuffix(".0") } == ["0.0.0", "0.1.0", "0.2.0", "0.3.0"])
      #expect(names(in: "\(path)/posterior/draw").filter { !$0.hasPrefix(".") } == ["0", "1"])
      var sources = SourceMap()
      let draws = try readZarr(path, into: &sources).draws
      #expect(draws.count == 7)
      #expect(try Array(#require(draws["x[399999]"])) == (0..<7).map { Double(4_000_000 + $0) })
    }
  }

  @Test func namesDoNotClash() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.zarr"
      var layout = DrawLayout(
        statistics: [("lp__", .real)],
        variables: [
          ("school", [2], .real), ("leaf/x", [], .real), ("cov", [2, 2], .real), ("draw", [], .real), ("y", [3], .real),
        ])
      layout.dimensions = ["school": ["school"], "cov": ["item", "item"], "y": ["item"]]
      layout.coordinates = ["item": ["a", "b"]]
      let store = try ZarrStore(
        path: path, layout: layout, configuration: sampleConfiguration(warmup: 0, draws: 1), chains: 1,
        placements: ["y": ("log_likelihood", "y")])
      let sink = try store.sink(chain: 0)
      try append([(0..<12).map(Double.init)], to: sink)
      try sink.finish()
      try store.finish()
      var sources = SourceMap()
      let fit = try readZarr(path, into: &sources)
      #expect(fit.draws.variables.map(\.name) == ["school", "leaf/x", "cov", "draw"])
      #expect(fit.dimensions == ["cov": ["item", "cov_dim_1"]])
      #expect(fit.coordinates["item"] == ["a", "b"])
      #expect(try fit.draws.elements(of: #require(fit.draws.variable("cov")), draw: 0) == [4, 5, 6, 7])
      #expect(names(in: "\(path)/log_likelihood").contains("y"))
    }
  }

  @Test func badGroupsAreExplained() throws {
    try withDirectory { directory in
      func failure(_ path: String) -> String? {
        var sources = SourceMap()
        do {
          _ = try readZarr(path, into: &sources)
          return nil
        } catch {
          return error.diagnostic.message.split(separator: " ", omittingEmptySubsequences: false)
            .map { $0.split(separator: "/").last.map(String.init) ?? "" }.joined(separator: " ")
        }
      }
      #expect(failure("\(directory)/no.zarr") == "there is no file no.zarr")
      mkdir("\(directory)/a.zarr", 0o777)
      #expect(failure("\(directory)/a.zarr") == "a.zarr is no Zarr group: it has no .zgroup")
      let path = "\(directory)/fit.zarr"
      let rows = (0..<2).map { sampleRows(10, chain: $0) }
      func rewrite(_ file: String, _ old: String, _ new: String) throws {
        try write(path, sampleConfiguration(keepsWarmup: false), rows: rows, warmup: 0)
        let text = String(decoding: try readFile("\(path)/\(file)"), as: UTF8.self)
        try writeFile(Array(text.replacing(old, with: new).utf8), to: .file("\(path)/\(file)"))
      }
      try rewrite("posterior/mu/.zarray", "\"compressor\": null", "\"compressor\": {\"id\": \"zlib\"}")
      #expect(
        failure(path)
          == "`compressor` of the array mu is an object, expected null: Borel reads arrays that are not compressed")
      try rewrite("posterior/mu/.zarray", "<f8", ">f8")
      #expect(failure(path)?.hasPrefix("`dtype` of the array mu is `>f8`, expected one of") == true)
      try rewrite("posterior/mu/.zattrs", "\"chain\", \"draw\"", "\"draw\", \"chain\"")
      #expect(failure(path) == "the array mu has the dimensions [\"draw\", \"chain\"], expected chain, draw, ...")
      try rewrite("posterior/mu/.zarray", "\"shape\": [2, 10]", "\"shape\": [2, 9]")
      #expect(failure(path)?.contains("has 2 chains of 9 draws, others have 2 of 10") == true)
      try rewrite("posterior/mu/.zarray", "\"chunks\": [1, 10]", "\"chunks\": [1, 0]")
      #expect(
        failure(path)?.hasPrefix("`chunks` of the array mu is an Int[2], expected 2 sizes, each at least 1") == true)
      try write(path, sampleConfiguration(keepsWarmup: false), rows: rows, warmup: 0)
      try writeFile([1, 2, 3], to: .file("\(path)/posterior/mu/1.0"))
      #expect(failure(path) == "1.0 has 3 bytes, expected 10 elements of 8")
      #expect(
        sinkFailure { _ = try store("\(directory)/a.zarr/../", sampleConfiguration()) }?.hasSuffix(
          "there is a folder of this name that is no Zarr group") == true)
      #expect(
        sinkFailure { _ = try store("\(directory)/no/fit.zarr", sampleConfiguration()) }
          == "fit.zarr: its directory does not exist")
    }
  }
}
