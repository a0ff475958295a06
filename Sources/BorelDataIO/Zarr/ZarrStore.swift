// A Zarr version 2 group of a run's draws, which xarray and ArviZ open; every chain writes chunks of its own.

import BorelDraws
import BorelValues

/// The folder of a run: groups `posterior`, `sample_stats`, their `warmup_` twins where warm-up is kept, `observed_data`, `constant_data`.
///
/// Arrays have the dimensions `chain`, `draw` and those of the variable, each with a coordinate variable. Chunks are raw little-endian
/// numbers; draws that were not made read as NaN, and as 0 in arrays of integers and truth values. The metadata stand from the start, so that the files of a
/// run that was killed can be read. Nothing in them tells the time.
public final class ZarrStore: @unchecked Sendable {
  public let path: String
  let plan: ZarrPlan
  private let configuration: SamplerConfiguration
  private let chains: Int
  private var sinks: [ZarrSink] = []

  /// Makes the folder and all metadata. A Zarr group that is there already is replaced, unless `resuming`.
  ///
  /// - Parameter placements: groups and names for variables that belong elsewhere than in `posterior`, such as
  ///   `["log_lik": ("log_likelihood", "y")]`.
  /// - Throws: where the folder cannot be written, or is there and no Zarr group.
  public init(
    path: String, layout: DrawLayout, configuration: SamplerConfiguration, chains: Int,
    placements: [String: (group: String, name: String)] = [:], observedData: [NamedArray] = [],
    constantData: [NamedArray] = [], resuming: Bool = false
  ) throws(SinkFailure) {
    self.path = path
    self.configuration = configuration
    self.chains = chains
    plan = ZarrPlan(
      layout, configuration, chains: chains, placements: placements, observed: observedData, constant: constantData)
    if !resuming {
      let contents = folderNames(path)
      if let contents, !contents.isEmpty {
        guard contents.contains(".zgroup") else {
          throw SinkFailure(path: path, reason: "there is a folder of this name that is no Zarr group")
        }
        try removeFolder(path)
      }
      try makeFolder(path)
    }
    for group in plan.groups { try makeFolder("\(path)/\(group.name)") }
    for column in plan.columns { try makeFolder("\(path)/\(column.info.path)") }
    for (info, bytes) in plan.fixed {
      try makeFolder("\(path)/\(info.path)")
      guard !bytes.isEmpty else { continue }
      let chunk = Array(repeating: "0", count: max(info.shape.count, 1)).joined(separator: ".")
      try writeWhole(bytes, to: "\(path)/\(info.path)/\(chunk)")
    }
    try writeMetadata(draws: configuration.draws, warmup: configuration.warmupRows)
  }

  /// The sink of a chain, which counts from 0. With a mark it goes on behind the rows that the mark tells of.
  public func sink(chain: Int, resumingAt mark: SinkMark? = nil) throws(SinkFailure) -> ZarrSink {
    let sink = try ZarrSink(self, chain: chain, configuration, resumingAt: mark)
    sinks.append(sink)
    return sink
  }

  /// Called when all chains have finished: where they have made fewer draws than planned, the arrays end with the last draw that every
  /// chain has. Chains without any draw do not count; they read as missing.
  public func finish() throws(SinkFailure) {
    let draws = sinks.map(\.savedRows.draws).filter { $0 > 0 }.min() ?? 0
    let warmup = sinks.map(\.savedRows.warmup).filter { $0 > 0 }.min() ?? 0
    guard draws != configuration.draws || warmup != configuration.warmupRows else { return }
    try writeMetadata(draws: draws, warmup: warmup)
  }

  /// All metadata, once in their folders and once in `.zmetadata`.
  private func writeMetadata(draws: Int, warmup: Int) throws(SinkFailure) {
    let group = "{\"zarr_format\": 2}"
    var entries: [(path: String, text: String)] = [
      (".zattrs", compactJSON(.record([("name", .string(configuration.modelName))]))), (".zgroup", group),
    ]
    for (name, attributes) in plan.groups {
      entries += [("\(name)/.zattrs", compactJSON(.record(attributes))), ("\(name)/.zgroup", group)]
    }
    var arrays = plan.columns.map { column in
      var info = column.info
      info.shape[1] = column.isWarmup ? warmup : draws
      return info
    }
    for (info, _) in plan.fixed {
      var info = info
      if info.dimensions == ["draw"], info.path.hasSuffix("/draw") {
        info.shape = [info.path.hasPrefix("warmup_") ? warmup : draws]
        try extendDraws(info)
      }
      arrays.append(info)
    }
    // zarr-python 3 expects the arrays of a group one behind the other.
    for (name, _) in plan.groups {
      for info in arrays where info.path.hasPrefix(name + "/") {
        entries += [("\(info.path)/.zarray", info.metadata), ("\(info.path)/.zattrs", info.attributeText)]
      }
    }
    for (name, text) in entries { try writeWhole(Array((text + "\n").utf8), to: "\(path)/\(name)") }
    let lines = entries.map { entry in
      var text = ByteText()
      text.appendQuoted(entry.path)
      return "  " + String(decoding: text.bytes, as: UTF8.self) + ": " + entry.text
    }
    let consolidated = "{\"zarr_consolidated_format\": 1, \"metadata\": {\n" + lines.joined(separator: ",\n") + "\n}}\n"
    try writeWhole(Array(consolidated.utf8), to: "\(path)/.zmetadata")
  }

  /// The numbers of draws beyond those planned.
  private func extendDraws(_ info: ZarrArrayInfo) throws(SinkFailure) {
    let size = info.chunks[0]
    for chunk in stride(from: size, to: info.shape[0], by: size) {
      var bytes: [UInt8] = []
      for draw in chunk..<chunk + size { bytes += (0..<8).map { UInt8(truncatingIfNeeded: draw >> (8 * $0)) } }
      try writeWhole(bytes, to: "\(path)/\(info.path)/\(chunk / size)")
    }
  }
}
