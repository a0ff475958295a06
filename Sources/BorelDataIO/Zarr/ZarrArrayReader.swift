// Reads one array of a Zarr version 2 group: uncompressed chunks of numbers or texts.

import BorelSource
import BorelValues

/// An array with all its elements, row-major.
struct ZarrArray {
  enum Elements {
    case numbers([Double])
    case texts([String])
  }

  var name: String
  var shape: [Int]
  /// Empty where the array does not name its dimensions.
  var dimensions: [String]
  var attributes: RecordObject?
  /// `<f8`, `|b1`, ...
  var type: String
  var elements: Elements

  /// Of numbers with a point, which can be NaN.
  var isReal: Bool { type.contains("f") }
  var numbers: [Double]? { if case .numbers(let numbers) = elements { numbers } else { nil } }
  var texts: [String]? { if case .texts(let texts) = elements { texts } else { nil } }
}

/// Reads the array in a folder.
func readZarrArray(_ folder: String, into sources: inout SourceMap) throws(DataFailure) -> ZarrArray {
  let metadata = try readJSON("\(folder)/.zarray", into: &sources)
  func bad(_ key: String, _ expected: String, hint: String? = nil) -> DataFailure {
    let found = metadata.record?[key]
    let text = found.map { $0.asString.map { "`\($0)`" } ?? describe($0) } ?? "missing"
    return DataFailure(
      .malformed, code: "bad-zarr", "`\(key)` of the array \(folder) is \(text), expected \(expected)",
      at: metadata.keySpans[key], hint: hint)
  }
  func sizes(_ key: String) throws(DataFailure) -> [Int] {
    guard let array = metadata.record?[key]?.asArray else { throw bad(key, "a list of sizes") }
    let sizes = (0..<array.count).compactMap { array.element($0).asInt }
    guard sizes.count == array.count, ArrayObject.elementCount(of: sizes) != nil else {
      throw bad(key, "a list of sizes")
    }
    return sizes
  }
  guard metadata.record?["zarr_format"]?.asInt == 2 else { throw bad("zarr_format", "2") }
  let shape = try sizes("shape")
  let chunks = try sizes("chunks")
  guard chunks.count == shape.count, chunks.allSatisfy({ $0 > 0 }) else {
    throw bad("chunks", "\(shape.count) sizes, each at least 1")
  }
  let rewrite = "rewrite it without: encoding={name: {\"compressor\": None}} in xarray's to_zarr(zarr_format=2)"
  for key in ["compressor", "filters"] {
    guard let value = metadata.record?[key], case .null = value else {
      if metadata.record?[key]?.asArray?.count == 0 { continue }
      throw bad(key, "null: Borel reads arrays that are not compressed", hint: rewrite)
    }
  }
  let order = metadata.record?["order"]?.asString
  guard order == "C" else { throw bad("order", "C") }
  guard let type = metadata.record?["dtype"]?.asString else { throw bad("dtype", "a type such as <f8") }
  var array = ZarrArray(
    name: String(folder.split(separator: "/").last ?? ""), shape: shape, dimensions: [], attributes: nil, type: type,
    elements: .numbers([]))
  if (try? readFile("\(folder)/.zattrs")) != nil {
    array.attributes = try readJSON("\(folder)/.zattrs", into: &sources).record
    array.dimensions = strings(array.attributes?["_ARRAY_DIMENSIONS"]) ?? []
  }
  let layout = ZarrChunks(folder: folder, shape: shape, chunks: chunks)
  let fill = metadata.record?["fill_value"]?.asReal ?? 0
  if type.hasPrefix("<U"), let length = Int(type.dropFirst(2)), length > 0, length < 1 << 20 {
    array.elements = .texts(try layout.read(size: 4 * length, missing: "") { text(bytes: $0, length) })
  } else if let decode = decoders[type] {
    array.elements = .numbers(try layout.read(size: decode.size, missing: fill, decode.read))
  } else {
    throw bad("dtype", "one of \(decoders.keys.sorted().joined(separator: ", ")), <U...")
  }
  return array
}

private let decoders: [String: (size: Int, read: @Sendable (UnsafeRawPointer) -> Double)] = [
  "<f8": (8, { Double(bitPattern: UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) }),
  "<f4": (4, { Double(Float(bitPattern: UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)))) }),
  "<i8": (8, { Double(Int64(littleEndian: $0.loadUnaligned(as: Int64.self))) }),
  "<i4": (4, { Double(Int32(littleEndian: $0.loadUnaligned(as: Int32.self))) }),
  "<i2": (2, { Double(Int16(littleEndian: $0.loadUnaligned(as: Int16.self))) }),
  "|i1": (1, { Double($0.load(as: Int8.self)) }),
  "|u1": (1, { Double($0.load(as: UInt8.self)) }),
  "|b1": (1, { $0.load(as: UInt8.self) == 0 ? 0 : 1 }),
]

/// Scalars up to the padding.
private func text(bytes: UnsafeRawPointer, _ length: Int) -> String {
  var text = String.UnicodeScalarView()
  for index in 0..<length {
    let code = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    guard code != 0 else { break }
    text.append(Unicode.Scalar(code) ?? "\u{FFFD}")
  }
  return String(text)
}

/// The grid of an array's chunks.
private struct ZarrChunks {
  let folder: String
  let shape: [Int]
  let chunks: [Int]

  /// All elements, row-major; those of chunks without a file are `missing`.
  func read<Element>(
    size: Int, missing: Element, _ decode: (UnsafeRawPointer) -> Element
  ) throws(DataFailure) -> [Element] {
    var elements = [Element](repeating: missing, count: shape.reduce(1, *))
    guard !elements.isEmpty else { return elements }
    let chunkCount = chunks.reduce(1) { product, size in
      let (result, overflow) = product.multipliedReportingOverflow(by: size)
      return overflow ? Int.max / 16 : min(result, Int.max / 16)
    }
    let grid = zip(shape, chunks).map { ($0 + $1 - 1) / $1 }
    var place = [Int](repeating: 0, count: shape.count)
    repeat {
      let name = place.isEmpty ? "0" : place.map(String.init).joined(separator: ".")
      let path = "\(folder)/\(name)"
      let bytes: [UInt8]
      do throws(DataFailure) {
        bytes = try readFile(path, sizeLimit: .max)
      } catch {
        if case .missing = error.reason { continue }
        throw error
      }
      guard bytes.count / size == chunkCount, bytes.count % size == 0 else {
        throw DataFailure(
          .malformed, code: "bad-zarr", "\(path) has \(bytes.count) bytes, expected \(chunkCount) elements of \(size)")
      }
      bytes.withUnsafeBytes { source in
        guard let base = source.baseAddress else { return }
        copy(base, size, place, &elements, decode)
      }
    } while next(&place, below: grid)
    return elements
  }

  /// One chunk to where it belongs, as far as it lies in the array.
  private func copy<Element>(
    _ source: UnsafeRawPointer, _ size: Int, _ place: [Int], _ elements: inout [Element],
    _ decode: (UnsafeRawPointer) -> Element
  ) {
    guard let last = shape.indices.last else {
      elements[0] = decode(source)
      return
    }
    let starts = zip(place, chunks).map { $0 * $1 }
    let inside = zip(zip(starts, shape), chunks).map { min($0.1 - $0.0, $1) }
    var position = [Int](repeating: 0, count: last)
    repeat {
      var from = 0
      var to = 0
      for dimension in 0..<last {
        from = (from + position[dimension]) * chunks[dimension + 1]
        to = (to + starts[dimension] + position[dimension]) * shape[dimension + 1]
      }
      to += starts[last]
      for offset in 0..<inside[last] { elements[to + offset] = decode(source + (from + offset) * size) }
    } while next(&position, below: Array(inside.dropLast()))
  }

  /// Counts up, the last place first; false behind the end.
  private func next(_ place: inout [Int], below sizes: [Int]) -> Bool {
    for dimension in place.indices.reversed() {
      place[dimension] += 1
      if place[dimension] < sizes[dimension] { return true }
      place[dimension] = 0
    }
    return false
  }
}
