// Chains of known numbers for the tests of files: every kind, rank and odd double.

import BorelDataIO
import BorelDraws
import Testing

/// A small generator, so that numbers of all sizes come up.
struct Bits {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

let sampleLayout: DrawLayout = {
  var layout = DrawLayout(
    statistics: [
      ("lp__", .real), ("accept_stat__", .real), ("stepsize__", .real), ("treedepth__", .int), ("n_leapfrog__", .int),
      ("divergent__", .bool), ("energy__", .real),
    ],
    variables: [
      ("mu", [], .real), ("theta", [3], .real), ("m", [2, 3], .real), ("k", [2], .int), ("on", [], .bool),
      ("none", [0], .real), ("cube", [2, 1, 2], .real),
    ])
  layout.dimensions = ["theta": ["school"], "m": ["row", "school"]]
  layout.coordinates = ["school": ["A = 1", "Bö", "C"], "row": ["10", "20"]]
  return layout
}()

func sampleConfiguration(warmup: Int = 4, draws: Int = 10, keepsWarmup: Bool = true) -> SamplerConfiguration {
  var configuration = SamplerConfiguration(
    version: "0.1.0", modelName: "schools", model: .init(path: "schools.ppl", digest: sha256(Array("model".utf8))))
  configuration.data = [.init(path: "schools.json", digest: "ab")]
  configuration.chains = 2
  configuration.warmup = warmup
  configuration.draws = draws
  configuration.keepsWarmup = keepsWarmup
  configuration.seed = 18_446_744_073_709_551_615
  configuration.save = ["*"]
  configuration["adapt.delta"] = .real(0.8)
  configuration["adapt.engaged"] = .flag(true)
  configuration["nuts.max_depth"] = .count(10)
  configuration["hmc.stepsize"] = .real(1)
  return configuration
}

/// The rows of a chain: odd numbers first, then random bits; no NaN in `lp__`.
func sampleRows(_ count: Int, chain: Int) -> [[Double]] {
  let odd: [Double] = [
    .nan, .infinity, -.infinity, 0, -0.0, 5e-324, -2.2250738585072011e-308, 1.7976931348623157e308, 0.1, 1e16,
    123456789,
    1e-5, 9_007_199_254_740_993, 1e23, 2.5e-5, -1,
  ]
  var bits = Bits(state: UInt64(chain))
  return (0..<count).map { row in
    func real(_ place: Int) -> Double {
      if row < 3 { return odd[(row * 17 + place) % odd.count] }
      let x = Double(bitPattern: bits.next())
      return x.isNaN ? 1.5 : x
    }
    let lp = -Double(bits.next() >> 11) * 0x1p-50
    var numbers: [Double] = [lp, 0.75, 0.25, Double(bits.next() % 10), 7, Double(bits.next() % 2), lp + 1]
    numbers += (0..<10).map(real)
    numbers += [Double(row), -Double(bits.next() % 1_000_000), Double(row % 2)]
    return numbers + (0..<4).map(real)
  }
}

func append(_ rows: some Sequence<[Double]>, to sink: any ChainSink, isWarmup: Bool = false) throws {
  for row in rows { try row.withUnsafeBufferPointer { try sink.append($0, isWarmup: isWarmup) } }
}

let sampleMetric = InverseMetric.diagonal([0.5, 1e-300, 0.1 + 0.2])

/// The bits of every column of a chain, those of NaN made equal.
func bits(_ draws: Draws, _ layout: DrawLayout, chain: Int) throws -> [[UInt64]] {
  let columns =
    try layout.statistics.flatMap { Array(try #require(draws.statistic($0.name)).columns) }
    + layout.variables.flatMap { Array(try #require(draws.variable($0.name)).columns) }
  return columns.map { draws.column($0, chain: chain).map { $0.isNaN ? 1 : $0.bitPattern } }
}

/// The same of rows.
func bits(_ rows: ArraySlice<[Double]>) -> [[UInt64]] {
  (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].isNaN ? 1 : $0[column].bitPattern } }
}

/// What a failure says, the folder left out.
func sinkFailure(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let failure as SinkFailure {
    return "\(failure.path.split(separator: "/").last ?? ""): \(failure.reason)"
  } catch {
    return "\(error)"
  }
}
