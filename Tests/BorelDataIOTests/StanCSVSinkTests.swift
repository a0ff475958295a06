// Stan CSV files of our own: the bytes, reading back, resuming, failing.

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

private func write(
  _ path: String, _ configuration: SamplerConfiguration = sampleConfiguration(), rows: [[Double]], warmup: Int = 4
) throws {
  let sink = try StanCSVSink(path: path, layout: sampleLayout, configuration: configuration, id: 1)
  try append(rows.prefix(warmup), to: sink, isWarmup: true)
  try sink.endWarmup(stepSize: 0.1, inverseMetric: sampleMetric)
  try append(rows.dropFirst(warmup), to: sink)
  try sink.finish()
}

private func text(_ path: String) throws -> String { String(decoding: try readFile(path), as: UTF8.self) }

@Suite struct StanCSVSinkTests {
  @Test func theFileIsAsStanWritesIt() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit_1.csv"
      let layout = DrawLayout(
        statistics: [("lp__", .real), ("treedepth__", .int), ("divergent__", .bool)],
        variables: [("mu", [], .real), ("m", [2, 2], .real)])
      var configuration = sampleConfiguration(warmup: 4, draws: 12)
      configuration.thin = 2
      let sink = try StanCSVSink(path: path, layout: layout, configuration: configuration, id: 3)
      try append([[-1.5, 2, 0, .nan, 11, 12, 21, 22]], to: sink, isWarmup: true)
      try sink.endWarmup(stepSize: 0.125, inverseMetric: .dense([2, 0.5, 0.5, 1], 2))
      try append([[-2, 3, 1, .infinity, 0.1, 1e-5, -1e300, -0.0]], to: sink)
      try sink.finish()
      let elapsed = "# \n#  Elapsed Time: not in this file\n"
      #expect(
        try text(path) == """
          # borel_version = 0.1.0
          # model = schools
          # method = sample
          #   sample
          #     num_samples = 2\("  ".dropLast())
          #     num_warmup = 4
          #     save_warmup = 1
          #     thin = 2
          #     adapt
          #       delta = 0.8
          #       engaged = 1
          #     algorithm = hmc
          #       hmc
          #         engine = nuts
          #           nuts
          #             max_depth = 10
          #         metric = diag_e
          #         stepsize = 1
          # id = 3
          # data
          #   file = schools.json
          # init = 2
          # random
          #   seed = 18446744073709551615
          # output
          #   file = fit_1.csv
          # layout: {"variables": {"mu": {"kind": "real"}, "m": {"kind": "real", "shape": [2, 2]}}}
          lp__,treedepth__,divergent__,mu,m.1.1,m.2.1,m.1.2,m.2.2
          -1.5,2,0,NaN,11.0,21.0,12.0,22.0
          # Adaptation terminated
          # Step size = 0.125
          # Elements of inverse mass matrix:
          # 2.0, 0.5
          # 0.5, 1.0
          -2.0,3,1,inf,0.1,-1e+300,1e-05,-0.0
          \(elapsed)
          """)
    }
  }

  @Test func everyDoubleReadsBack() throws {
    try withDirectory { directory in
      let rows = (0..<2).map { sampleRows(14, chain: $0) }
      var paths: [String] = []
      for chain in 0..<2 {
        paths.append("\(directory)/fit_\(chain + 1).csv")
        try write(paths[chain], rows: rows[chain])
      }
      var sources = SourceMap()
      let fit = try readStanCSV(paths, into: &sources)
      let warmup = try #require(fit.warmup)
      #expect(fit.draws.chainLengths == [10, 10])
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
      #expect(fit.chains[0].inverseMetric == sampleMetric)
      #expect(fit.chains[0].stepSize == 0.1)
      #expect(fit.chains[0].setting("random.seed") == "18446744073709551615")
      #expect(try readMetric(paths[0], into: &sources) == AdaptedMetric(stepSize: 0.1, inverseMetric: sampleMetric))
    }
  }

  @Test func aResumedRunGivesTheSameBytes() throws {
    try withDirectory { directory in
      let rows = sampleRows(14, chain: 0)
      let whole = "\(directory)/whole.csv"
      try write(whole, rows: rows)
      for stop in [0, 2, 4, 5, 13, 14] {
        let path = "\(directory)/whole.csv.d/whole.csv"
        mkdir("\(directory)/whole.csv.d", 0o777)
        var mark = SinkMark(rows: 0)
        do {
          let sink = try StanCSVSink(path: path, layout: sampleLayout, configuration: sampleConfiguration(), id: 1)
          try append(rows.prefix(min(stop, 4)), to: sink, isWarmup: true)
          if stop > 4 {
            try sink.endWarmup(stepSize: 0.1, inverseMetric: sampleMetric)
            try append(rows[4..<stop], to: sink)
          }
          mark = try sink.synchronize()
          #expect(mark.rows == stop)
          // What follows the mark is lost, whether the run was killed or interrupted.
          if stop == 2 { try append(rows[2...3], to: sink, isWarmup: true) }
          if stop == 5 {
            try append(rows[5...7], to: sink)
            try sink.finish()
          }
        }
        let sink = try StanCSVSink(
          resuming: path, at: mark, layout: sampleLayout, configuration: sampleConfiguration(), id: 1)
        if stop < 4 { try append(rows[stop..<4], to: sink, isWarmup: true) }
        if stop <= 4 { try sink.endWarmup(stepSize: 0.1, inverseMetric: sampleMetric) }
        try append(rows[max(stop, 4)...], to: sink)
        try sink.finish()
        #expect(try readFile(path) == readFile(whole), "stopped at \(stop)")
      }
    }
  }

  @Test func resumingNeedsTheSameFile() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.csv"
      try write(path, rows: sampleRows(14, chain: 0))
      func resume(bytes: Int, _ configuration: SamplerConfiguration = sampleConfiguration(), id: Int = 1) -> String? {
        sinkFailure {
          _ = try StanCSVSink(
            resuming: path, at: SinkMark(rows: 5, bytes: bytes), layout: sampleLayout, configuration: configuration,
            id: id)
        }
      }
      let size = try readFile(path).count
      #expect(
        resume(bytes: size + 1)
          == "fit.csv: it holds \(size) bytes, fewer than the \(size + 1) of the checkpoint: it was changed since")
      #expect(resume(bytes: size) == nil)
      #expect(
        resume(bytes: size, id: 2)
          == "fit.csv: it was written with other settings or variables, and cannot be continued with these")
      #expect(
        resume(bytes: 10)
          == "fit.csv: it was written with other settings or variables, and cannot be continued with these")
    }
  }

  @Test func interruptedRunsTellTheirDraws() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.csv"
      try write(path, rows: Array(sampleRows(14, chain: 0).prefix(7)))
      var sources = SourceMap()
      let fit = try readStanCSV(path, into: &sources)
      #expect(fit.chains[0].count("num_samples") == 3)
      #expect(fit.draws.count == 3)
    }
  }

  @Test func warmupIsKeptOnRequestOnly() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.csv"
      try write(path, sampleConfiguration(keepsWarmup: false), rows: sampleRows(14, chain: 0))
      var sources = SourceMap()
      let fit = try readStanCSV(path, into: &sources)
      #expect(fit.warmup == nil)
      #expect(fit.draws.count == 10)
      #expect(fit.chains[0].flag("save_warmup") == false)
    }
  }

  @Test func lowRankMetricsAreTheirDiagonalToOthers() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.csv"
      let metric = InverseMetric.lowRank(scale: [2, 1], vectors: [0.6, 0.8], values: [3])
      var configuration = sampleConfiguration()
      configuration.metric = "low_rank"
      let sink = try StanCSVSink(path: path, layout: sampleLayout, configuration: configuration, id: 1)
      try sink.endWarmup(stepSize: 1, inverseMetric: metric)
      try sink.finish()
      var sources = SourceMap()
      let chain = try readStanCSV(path, into: &sources).chains[0]
      #expect(chain.setting("metric") == "diag_e")
      #expect(chain.inverseMetric == .diagonal(metric.variances))
    }
  }

  @Test func significantDigits() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit.csv"
      var configuration = sampleConfiguration()
      configuration.significantDigits = 3
      let layout = DrawLayout(
        statistics: [("lp__", .real)], variables: [("x", [6], .real), ("n", [], .int)])
      let sink = try StanCSVSink(path: path, layout: layout, configuration: configuration, id: 1)
      try append([[-1.0 / 3, 0.1, 12345.678, 9.9996e-7, 0.125, 0.0625, 999.5, 123456789]], to: sink)
      try sink.finish()
      #expect(try text(path).contains("\n-0.333,0.1,12300.0,1e-06,0.125,0.0625,1000.0,123456789\n"))
    }
  }

  @Test func errorsNameFileAndReason() throws {
    let layout = sampleLayout
    try withDirectory { directory in
      func open(_ path: String) -> String? {
        sinkFailure {
          let sink = try StanCSVSink(path: path, layout: layout, configuration: sampleConfiguration(), id: 1)
          try append(sampleRows(14, chain: 0), to: sink)
          _ = try sink.synchronize()
        }
      }
      #expect(open("\(directory)/no/fit.csv") == "fit.csv: its directory does not exist")
      #expect(open(directory)?.hasSuffix(": it is a directory") == true)
      if access("/dev/full", F_OK) == 0 { #expect(open("/dev/full") == "full: the disk is full") }
      if geteuid() != 0 {
        let path = "\(directory)/locked.csv"
        try writeFile([], to: .file(path))
        chmod(path, 0o400)
        #expect(open(path) == "locked.csv: no permission")
      }
    }
  }
}
