// Files with numbers of all kinds, and the same numbers as raw bytes beside them.

import BorelDataIO
import BorelDraws

let sampleLayout: DrawLayout = {
  var layout = DrawLayout(
    statistics: [
      ("lp__", .real), ("accept_stat__", .real), ("stepsize__", .real), ("treedepth__", .int), ("n_leapfrog__", .int),
      ("divergent__", .bool), ("energy__", .real),
    ],
    variables: [
      ("mu", [], .real), ("theta", [3], .real), ("m", [2, 3], .real), ("k", [2], .int), ("on", [], .bool),
      ("cube", [2, 1, 2], .real),
    ])
  layout.dimensions = ["theta": ["school"], "m": ["row", "school"]]
  layout.coordinates = ["school": ["A = 1", "Bö", "C"], "row": ["10", "20"]]
  return layout
}()

func configuration(warmup: Int, draws: Int, keepsWarmup: Bool, chains: Int) -> SamplerConfiguration {
  var configuration = SamplerConfiguration(
    version: "0.1.0", modelName: "schools", model: .init(path: "schools.ppl", digest: sha256([])))
  configuration.data = [.init(path: "schools.json", digest: sha256([]))]
  configuration.chains = chains
  configuration.warmup = warmup
  configuration.draws = draws
  configuration.keepsWarmup = keepsWarmup
  configuration.seed = 1
  configuration["adapt.engaged"] = .flag(true)
  configuration["adapt.delta"] = .real(0.8)
  configuration["nuts.max_depth"] = .count(10)
  configuration["hmc.stepsize"] = .real(1)
  return configuration
}

/// Splitmix: doubles of any size, the ends of their range among them; no NaN in the first column.
struct Rows {
  var state: UInt64

  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func real() -> Double {
    switch bits() % 16 {
    case 0: return Double(bitPattern: bits() % (1 << 52))
    case 1: return bits() % 2 == 0 ? .infinity : -.infinity
    case 2: return .nan
    case 3: return Double(Int64(bitPattern: bits()) >> 40)
    case 4...8:
      let x = Double(bitPattern: bits())
      return x.isFinite ? x : -0.0
    default: return Double(Int64(bitPattern: bits()) >> 10) * 0x1p-53
    }
  }

  mutating func next(_ layout: DrawLayout) -> [Double] {
    var row: [Double] = []
    for variable in layout.statistics + layout.variables {
      for _ in 0..<variable.count {
        switch variable.kind {
        case .bool: row.append(Double(bits() % 2))
        case .int, .text: row.append(variable.name == "treedepth__" ? Double(bits() % 10) : Double(bits() % 1000) - 500)
        case .real: row.append(row.isEmpty ? -Double(bits() >> 11) * 0x1p-48 : real())
        }
      }
    }
    return row
  }
}

func bytes(_ rows: [[Double]]) -> [UInt8] {
  rows.flatMap { row in
    row.flatMap { x in (0..<8).map { UInt8(truncatingIfNeeded: x.bitPattern >> UInt64(8 * $0)) } }
  }
}

/// `plain_1.csv ...`, `warmup_1.csv ...` (with saved warm-up), `cut_1.csv ...` (fewer draws than planned), the same as `.zarr`, metric files, and `NAME_K.bin` with
/// all rows as doubles.
func writeSamples(_ folder: String) throws {
  let chains = 2
  let metrics: [(String, InverseMetric)] = [
    ("plain", .diagonal([0.5, 1.0 / 3, 5e-324])), ("warmup", .dense([2, 0.1, 0.1, 1], 2)),
    ("cut", .lowRank(scale: [1, 2], vectors: [0.6, 0.8], values: [3])),
  ]
  for (name, metric) in metrics {
    var plan = configuration(warmup: 20, draws: 100, keepsWarmup: name == "warmup", chains: chains)
    switch metric {
    case .dense: plan.metric = "dense_e"
    case .lowRank: plan.metric = "low_rank"
    default: break
    }
    let draws = name == "cut" ? 37 : 100
    let store = try ZarrStore(
      path: "\(folder)/\(name).zarr", layout: sampleLayout, configuration: plan, chains: chains,
      observedData: [.init(name: "y", shape: [3], kind: .real, elements: [28, 8, -3], dimensions: ["school"])],
      constantData: [.init(name: "n", shape: [], kind: .int, elements: [3])])
    for chain in 0..<chains {
      var source = Rows(state: UInt64(chain + 7))
      let csv = try StanCSVSink(
        path: "\(folder)/\(name)_\(chain + 1).csv", layout: sampleLayout, configuration: plan, id: chain + 1)
      let zarr = try store.sink(chain: chain)
      var kept: [[Double]] = []
      for iteration in 0..<(plan.warmup + draws) {
        let row = source.next(sampleLayout)
        let isWarmup = iteration < plan.warmup
        for sink in [csv, zarr] as [any ChainSink] {
          if iteration == plan.warmup { try sink.endWarmup(stepSize: 0.1 + 0.2, inverseMetric: metric) }
          try row.withUnsafeBufferPointer { try sink.append($0, isWarmup: isWarmup) }
        }
        if !isWarmup || plan.keepsWarmup { kept.append(row) }
      }
      try csv.finish()
      try zarr.finish()
      try writeFile(bytes(kept), to: .file("\(folder)/\(name)_\(chain + 1).bin"))
      try writeFile(
        metricText(.init(stepSize: 0.1 + 0.2, inverseMetric: metric)),
        to: .file("\(folder)/\(name)_metric_\(chain + 1).json"))
    }
    try store.finish()
  }
}

/// Writes until an error, which it reports, and then reads what is there. Rows of the Zarr group are so wide that it has many chunks.
func fill(_ folder: String, _ name: String) throws {
  let isZarr = name.hasSuffix(".zarr")
  var layout = sampleLayout
  if isZarr { layout = DrawLayout(statistics: [("lp__", .real)], variables: [("x", [20_000], .real)]) }
  let plan = configuration(warmup: 0, draws: 100_000, keepsWarmup: false, chains: 1)
  let path = "\(folder)/\(name)"
  var made = 0
  report {
    let store = isZarr ? try ZarrStore(path: path, layout: layout, configuration: plan, chains: 1) : nil
    let sink: any ChainSink =
      try store?.sink(chain: 0) ?? StanCSVSink(path: path, layout: layout, configuration: plan, id: 1)
    var source = Rows(state: 1)
    while made < plan.draws {
      let row = source.next(layout)
      try row.withUnsafeBufferPointer { try sink.append($0, isWarmup: false) }
      made += 1
      if made % 1000 == 0 { _ = try sink.synchronize() }
    }
    try sink.finish()
    try store?.finish()
  }
  try check(path, layout, made)
}
