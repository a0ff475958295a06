// Which arrays a Zarr group of draws has, and where their numbers stand in a row.

import BorelDraws
import BorelValues

/// The groups and arrays of a store.
struct ZarrPlan {
  /// An array with a chunk for every chain and every `chunkRows` draws.
  struct Column {
    var info: ZarrArrayInfo
    var firstColumn: Int
    var count: Int
    var isWarmup: Bool
  }

  var groups: [(name: String, attributes: [(String, Value)])] = []
  var columns: [Column] = []
  /// Arrays that are known from the start, with their elements.
  var fixed: [(info: ZarrArrayInfo, bytes: [UInt8])] = []
  var chunkRows: Int
  var warmupChunkRows: Int
  var columnCount: Int

  /// Memory for the rows of one chain, in numbers.
  private static let bufferLimit = 1 << 20

  init(
    _ layout: DrawLayout, _ configuration: SamplerConfiguration, chains: Int,
    placements: [String: (group: String, name: String)], observed: [NamedArray], constant: [NamedArray]
  ) {
    columnCount = layout.columnCount
    let limit = max(Self.bufferLimit / max(columnCount, 1), 1)
    chunkRows = max(min(configuration.draws, limit), 1)
    warmupChunkRows = max(min(configuration.warmupRows, limit), 1)
    var members: [(group: String, variables: [(name: String, variable: Draws.Variable)])] = [("posterior", [])]
    for variable in layout.variables {
      let (group, name) = placements[variable.name] ?? ("posterior", variable.name)
      let place = members.firstIndex { $0.group == group } ?? members.count
      if place == members.count { members.append((group, [])) }
      members[place].variables.append((name, variable))
    }
    members.append(("sample_stats", layout.statistics.map { (arvizName($0.name), $0) }))
    for isWarmup in configuration.keepsWarmup ? [false, true] : [false] {
      for (group, variables) in members {
        addDraws(
          isWarmup ? "warmup_" + group : group, variables, layout, configuration, chains: chains, isWarmup: isWarmup)
      }
    }
    addData("observed_data", observed, layout, configuration)
    addData("constant_data", constant, layout, configuration)
  }

  private mutating func addDraws(
    _ group: String, _ variables: [(name: String, variable: Draws.Variable)], _ layout: DrawLayout,
    _ configuration: SamplerConfiguration, chains: Int, isWarmup: Bool
  ) {
    addGroup(group, configuration, isSampled: true)
    var names = ZarrNames(variables: variables.map(\.name), coordinates: layout.coordinates)
    let rows = isWarmup ? configuration.warmupRows : configuration.draws
    for (name, variable) in variables {
      let folder = names.folder(name)
      var attributes: [(String, Value)] = []
      if folder != variable.name, !variable.name.hasSuffix("__") {
        attributes.append(("borel_name", .string(variable.name)))
      }
      if variable.kind == .text { attributes.append(("labels", .list(variable.labels.map { .string($0) }))) }
      let dimensions = names.dimensions(folder, variable.shape, layout.dimensions[variable.name] ?? [])
      columns.append(
        Column(
          info: ZarrArrayInfo(
            path: "\(group)/\(folder)", shape: [chains, rows] + variable.shape,
            chunks: [1, isWarmup ? warmupChunkRows : chunkRows] + variable.shape.map { max($0, 1) },
            element: .init(variable.kind), dimensions: ["chain", "draw"] + dimensions, attributes: attributes),
          firstColumn: variable.firstColumn, count: variable.count, isWarmup: isWarmup))
    }
    addCoordinate(group, "chain", Array(0..<chains))
    addCoordinate(group, "draw", Array(0..<rows))
    addCoordinates(group, names, layout)
  }

  private mutating func addData(
    _ group: String, _ arrays: [NamedArray], _ layout: DrawLayout, _ configuration: SamplerConfiguration
  ) {
    guard !arrays.isEmpty else { return }
    addGroup(group, configuration, isSampled: false)
    var names = ZarrNames(variables: arrays.map(\.name), coordinates: layout.coordinates)
    for array in arrays where array.elements.count == array.shape.reduce(1, &*) {
      let folder = names.folder(array.name)
      let info = ZarrArrayInfo(
        path: "\(group)/\(folder)", shape: array.shape, chunks: array.shape.map { max($0, 1) },
        element: .init(array.kind), dimensions: names.dimensions(folder, array.shape, array.dimensions))
      fixed.append((info, elementBytes(array.elements, info.element)))
    }
    addCoordinates(group, names, layout)
  }

  /// Nothing here tells the time, so that equal runs give equal files.
  private mutating func addGroup(_ name: String, _ configuration: SamplerConfiguration, isSampled: Bool) {
    var attributes: [(String, Value)] = [
      ("creation_library", .string("borel")), ("creation_library_version", .string(configuration.version)),
      ("creation_library_language", .string("Swift")), ("inference_library", .string("borel")),
      ("inference_library_version", .string(configuration.version)), ("name", .string(configuration.modelName)),
    ]
    if isSampled {
      attributes += [
        ("sample_dims", .list([.string("chain"), .string("draw")])), ("tuning_steps", .int(configuration.warmup)),
        ("thinning", .int(configuration.thin)),
      ]
    }
    groups.append((name, attributes))
  }

  private mutating func addCoordinates(_ group: String, _ names: ZarrNames, _ layout: DrawLayout) {
    for (name, size) in names.sizes.sorted(by: { $0.key < $1.key }) {
      guard let labels = layout.coordinates[name], labels.count == size else {
        addCoordinate(group, name, Array(0..<size))
        continue
      }
      let numbers = labels.compactMap { Int($0) }
      if numbers.count == labels.count, numbers.map({ String($0) }) == labels {
        addCoordinate(group, name, numbers)
      } else {
        let length = max(labels.map(\.unicodeScalars.count).max() ?? 1, 1)
        let info = ZarrArrayInfo(
          path: "\(group)/\(name)", shape: [size], chunks: [max(size, 1)], element: .text(length), dimensions: [name])
        fixed.append((info, textBytes(labels, length)))
      }
    }
  }

  private mutating func addCoordinate(_ group: String, _ name: String, _ numbers: [Int]) {
    let info = ZarrArrayInfo(
      path: "\(group)/\(name)", shape: [numbers.count], chunks: [max(numbers.count, 1)], element: .int,
      dimensions: [name])
    fixed.append((info, numbers.flatMap { littleEndian(UInt64(bitPattern: Int64($0))) }))
  }
}

private func littleEndian(_ bits: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
}

/// Numbers as an array stores them.
private func elementBytes(_ numbers: [Double], _ element: ZarrArrayInfo.Element) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: numbers.count * element.size)
  bytes.withUnsafeMutableBytes { target in
    numbers.withUnsafeBufferPointer { source in
      guard let to = target.baseAddress, let from = source.baseAddress else { return }
      encode(from, source.count, element, to)
    }
  }
  return bytes
}

/// Little-endian, whatever the machine.
func encode(
  _ numbers: UnsafePointer<Double>, _ count: Int, _ element: ZarrArrayInfo.Element, _ target: UnsafeMutableRawPointer
) {
  switch element {
  case .real:
    for index in 0..<count {
      target.storeBytes(of: numbers[index].bitPattern.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
    }
  case .int:
    for index in 0..<count {
      let whole = Int64(exactly: numbers[index].rounded()) ?? 0
      target.storeBytes(of: whole.littleEndian, toByteOffset: 8 * index, as: Int64.self)
    }
  case .bool:
    for index in 0..<count {
      target.storeBytes(of: numbers[index] == 0 || numbers[index].isNaN ? 0 : 1, toByteOffset: index, as: UInt8.self)
    }
  case .text: break
  }
}

private func textBytes(_ labels: [String], _ length: Int) -> [UInt8] {
  labels.flatMap { label -> [UInt8] in
    var bytes: [UInt8] = []
    for scalar in label.unicodeScalars {
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: scalar.value >> UInt32(8 * $0)) }
    }
    return bytes + Array(repeating: 0, count: 4 * length - bytes.count)
  }
}
