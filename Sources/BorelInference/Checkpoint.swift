// The state of a chain as bytes, from which a killed run continues as if it had not been killed.

/// Something that can be written to a checkpoint and put back bit for bit.
public protocol Checkpointed {
  func save(to checkpoint: inout CheckpointWriter)
  mutating func restore(from checkpoint: inout CheckpointReader) throws(CheckpointFailure)
}

/// A checkpoint is cut short, or of another model or version.
public struct CheckpointFailure: Error, Sendable, Equatable {
  public var reason: String
  public init(_ reason: String) { self.reason = reason }
}

/// Collects numbers: little-endian words of eight bytes.
public struct CheckpointWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func write(_ word: UInt64) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }
  public mutating func write(_ number: Int) { write(UInt64(bitPattern: Int64(number))) }
  public mutating func write(_ number: Double) { write(number.bitPattern) }
  public mutating func write(_ flag: Bool) { write(flag ? 1 : 0 as UInt64) }
  /// The count, then the numbers.
  public mutating func write(_ numbers: some Collection<Double>) {
    write(numbers.count)
    for number in numbers { write(number.bitPattern) }
  }
  /// The count, then the bytes, each in a word of its own.
  public mutating func write(_ text: String) {
    write(text.utf8.count)
    for byte in text.utf8 { write(UInt64(byte)) }
  }
}

/// Reads what a `CheckpointWriter` wrote, in the same order.
public struct CheckpointReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var isAtEnd: Bool { position == bytes.count }

  /// The bytes that have not been read.
  public var rest: [UInt8] { Array(bytes[position...]) }

  public mutating func word() throws(CheckpointFailure) -> UInt64 {
    guard position + 8 <= bytes.count else { throw CheckpointFailure("it is cut short") }
    var word: UInt64 = 0
    for offset in (0..<8).reversed() { word = word << 8 | UInt64(bytes[position + offset]) }
    position += 8
    return word
  }
  public mutating func integer() throws(CheckpointFailure) -> Int { Int(Int64(bitPattern: try word())) }
  public mutating func real() throws(CheckpointFailure) -> Double { Double(bitPattern: try word()) }
  public mutating func flag() throws(CheckpointFailure) -> Bool { try word() != 0 }
  public mutating func reals() throws(CheckpointFailure) -> [Double] {
    let count = try count()
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    for _ in 0..<count { numbers.append(try real()) }
    return numbers
  }
  public mutating func text() throws(CheckpointFailure) -> String {
    var utf8: [UInt8] = []
    for _ in 0..<(try count()) { utf8.append(UInt8(truncatingIfNeeded: try word())) }
    return String(decoding: utf8, as: UTF8.self)
  }

  private mutating func count() throws(CheckpointFailure) -> Int {
    let count = try integer()
    guard count >= 0, count <= (bytes.count - position) / 8 else { throw CheckpointFailure("it is damaged") }
    return count
  }
}
