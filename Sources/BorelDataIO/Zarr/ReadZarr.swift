// Reads a Zarr version 2 group of draws, as Borel and xarray write it.

import BorelDraws
import BorelSource
import BorelValues

/// Reads the draws of a Zarr group: `posterior` and `sample_stats`, and their `warmup_` twins where there are any.
///
/// Arrays must have the dimensions chain, draw, ... and not be compressed. Draws at the end of a chain that are missing, because
/// its run was killed, are left out, with a note. Statistics get Stan's names.
/// - Throws: a failure that names file and key where the group or an array is malformed.
public func readZarr(_ path: String, into sources: inout SourceMap) throws(DataFailure) -> SavedFit {
  guard let names = folderNames(path) else {
    // Words for what is not there.
    let bytes = try readFile(path)
    throw DataFailure(
      .malformed, code: "no-zarr", "\(path) is a file of \(bytes.count) bytes, expected the folder of a Zarr group")
  }
  if names.contains("zarr.json") {
    throw DataFailure(
      .malformed, code: "no-zarr", "\(path) is a Zarr group of version 3, which Borel does not read",
      hint: "write version 2: xarray's to_zarr(path, zarr_format=2)")
  }
  guard names.contains(".zgroup") else {
    throw DataFailure(
      .malformed, code: "no-zarr", "\(path) is no Zarr group: it has no .zgroup",
      hint: "borel sample --output fit.zarr writes one")
  }
  guard names.contains("posterior") else {
    throw DataFailure(
      .malformed, code: "no-zarr", "\(path) has no group `posterior`",
      notes: names.filter { !$0.hasPrefix(".") }.isEmpty
        ? [] : ["it has \(names.filter { !$0.hasPrefix(".") }.map { "`\($0)`" }.joined(separator: ", "))"])
  }
  var table = try ZarrTable(path, prefix: "", names, into: &sources)
  let draws = table.draws
  var warmup: Draws?
  if names.contains("warmup_posterior") {
    let kept = try ZarrTable(path, prefix: "warmup_", names, into: &sources)
    if kept.draws.count > 0 { warmup = kept.draws }
    table.dimensions.merge(kept.dimensions) { first, _ in first }
  }
  return SavedFit(
    draws: draws, warmup: warmup, chains: draws.chainLengths.map { _ in SavedChain(path: path) },
    dimensions: table.dimensions, coordinates: table.coordinates)
}

/// The groups `posterior` and `sample_stats` as one table.
private struct ZarrTable {
  var draws = Draws(variables: [], chainLengths: [], storage: [])
  var dimensions: [String: [String]] = [:]
  var coordinates: [String: [String]] = [:]

  init(_ path: String, prefix: String, _ groups: [String], into sources: inout SourceMap) throws(DataFailure) {
    var arrays: [(array: ZarrArray, isStatistic: Bool)] = []
    for (group, isStatistic) in [("sample_stats", true), ("posterior", false)] where groups.contains(prefix + group) {
      let folder = "\(path)/\(prefix)\(group)"
      for name in try Self.order(folder, into: &sources) {
        let array = try readZarrArray("\(folder)/\(name)", into: &sources)
        if array.dimensions == [array.name] {
          addCoordinate(array)
          continue
        }
        guard array.dimensions.count == array.shape.count, array.dimensions.starts(with: ["chain", "draw"]) else {
          throw DataFailure(
            .malformed, code: "bad-zarr",
            "the array \(folder)/\(name) has the dimensions \(array.dimensions), expected chain, draw, ...",
            hint: "transpose(\"chain\", \"draw\", ...) in xarray puts them in front")
        }
        arrays.append((array, isStatistic))
      }
    }
    let chains = arrays.first?.array.shape[0] ?? 0
    let rows = arrays.first?.array.shape[1] ?? 0
    for (array, _) in arrays where array.shape[0] != chains || array.shape[1] != rows {
      throw DataFailure(
        .malformed, code: "bad-zarr",
        "the array \(array.name) of \(path) has \(array.shape[0]) chains of \(array.shape[1]) draws, others have \(chains) of \(rows)"
      )
    }
    let lengths = Self.lengths(arrays.map(\.array), chains: chains, rows: rows)
    let total = lengths.reduce(0, +)
    var variables: [Draws.Variable] = []
    var statistics: [Draws.Variable] = []
    var storage: [Double] = []
    var next = 0
    for (array, isStatistic) in arrays {
      guard let numbers = array.numbers else { continue }
      let shape = Array(array.shape.dropFirst(2))
      let labels = strings(array.attributes?["labels"])
      let kind: Draws.Kind = labels != nil ? .text : array.type == "|b1" ? .bool : array.isReal ? .real : .int
      let given = array.attributes?["borel_name"]?.asString
      let name = given ?? (isStatistic ? stanStatisticName(array.name) : array.name)
      let variable = Draws.Variable(name: name, shape: shape, kind: kind, firstColumn: next, labels: labels ?? [])
      if isStatistic { statistics.append(variable) } else { variables.append(variable) }
      next += variable.count
      let own = Array(array.dimensions.dropFirst(2))
      if !own.isEmpty, own != own.indices.map({ "\(array.name)_dim_\($0)" }) { dimensions[name] = own }
      Self.append(numbers, width: variable.count, rows: rows, lengths, total, to: &storage)
    }
    draws = Draws(variables: variables, statistics: statistics, chainLengths: lengths, storage: storage)
    if lengths.contains(where: { $0 < rows }) {
      let counts = lengths.map(String.init).joined(separator: ", ")
      draws.notes = ["\(path) has \(counts) of \(rows) draws in its chains: its run was not finished"]
    }
  }

  private mutating func addCoordinate(_ array: ZarrArray) {
    guard array.name != "chain", array.name != "draw" else { return }
    if let texts = array.texts {
      coordinates[array.name] = texts
    } else if let numbers = array.numbers, !array.name.contains("_dim_") {
      coordinates[array.name] = numbers.map { x in Int(exactly: x).map { String($0) } ?? x.description }
    }
  }

  /// Arrays in the order of the consolidated metadata, which is that of the model; without them by name.
  private static func order(_ folder: String, into sources: inout SourceMap) throws(DataFailure) -> [String] {
    let names = (folderNames(folder) ?? []).filter { name in
      !name.hasPrefix(".") && folderNames("\(folder)/\(name)")?.contains(".zarray") == true
    }
    let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
    let root = parts.dropLast().joined(separator: "/")
    guard (folderNames(root) ?? []).contains(".zmetadata"), let group = parts.last,
      let entries = try readJSON("\(root)/.zmetadata", into: &sources).record?["metadata"]?.asRecord
    else { return names }
    let start = "\(group)/"
    let order = entries.keys.filter { $0.hasPrefix(start) && $0.hasSuffix("/.zarray") }
      .map { String($0.dropFirst(start.count).dropLast("/.zarray".count)) }
    let known = Set(order)
    return order.filter { names.contains($0) } + names.filter { !known.contains($0) }
  }

  /// The draws of each chain up to the last of which an array of reals has a number.
  private static func lengths(_ arrays: [ZarrArray], chains: Int, rows: Int) -> [Int] {
    let reals = arrays.filter { $0.isReal && $0.numbers?.isEmpty == false }
    guard !reals.isEmpty else { return Array(repeating: rows, count: chains) }
    return (0..<chains).map { chain in
      var length = 0
      for array in reals {
        guard let numbers = array.numbers else { continue }
        let width = numbers.count / max(chains * rows, 1)
        var row = rows
        while row > length {
          let start = (chain * rows + row - 1) * width
          if numbers[start..<start + width].contains(where: { !$0.isNaN }) { break }
          row -= 1
        }
        length = max(length, row)
      }
      return length
    }
  }

  /// Turns [chain, draw, element] into columns.
  private static func append(
    _ numbers: [Double], width: Int, rows: Int, _ lengths: [Int], _ total: Int, to storage: inout [Double]
  ) {
    let first = storage.count
    storage.append(contentsOf: repeatElement(0, count: width * total))
    storage.withUnsafeMutableBufferPointer { target in
      numbers.withUnsafeBufferPointer { source in
        var start = 0
        for (chain, length) in lengths.enumerated() {
          for draw in 0..<length {
            let from = (chain * rows + draw) * width
            for element in 0..<width { target[first + element * total + start + draw] = source[from + element] }
          }
          start += length
        }
      }
    }
  }
}
