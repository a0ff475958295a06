// The tape of one run: entries in memory that the C loop writes to, whole-array operations, and the way back.

import BorelSemantics
import BorelSource
import CBorelVM

/// What has been computed from inputs, in order. Its memory is kept from run to run.
final class Tape: @unchecked Sendable {
  /// An operation on whole arrays; its results have entries without operands behind `position`.
  private struct Block {
    var position: Int
    /// From the adjoints of its results to those of its operands.
    var reverse: (UnsafeMutablePointer<Double>) -> Void
  }

  let raw: UnsafeMutablePointer<borel_tape>
  private var blocks: [Block] = []
  private var adjoints: UnsafeMutablePointer<Double>
  private var adjointCapacity = 1024
  /// Bytes that entries and adjoints may take.
  let memoryLimit: Int

  init(memoryLimit: Int) {
    self.memoryLimit = memoryLimit
    raw = .allocate(capacity: 1)
    raw.initialize(to: borel_tape(entries: .allocate(capacity: 1024), count: 1, capacity: 1024))
    raw.pointee.entries[0] = borel_tape_entry()
    adjoints = .allocate(capacity: adjointCapacity)
  }

  deinit {
    raw.pointee.entries.deallocate()
    raw.deallocate()
    adjoints.deallocate()
  }

  /// The number of entries, that of the constants included.
  var count: Int { Int(raw.pointee.count) }

  /// Forgets everything.
  func clear() {
    raw.pointee.count = 1
    blocks.removeAll(keepingCapacity: true)
  }

  /// Makes room for this many more entries.
  func reserve(_ more: Int) throws(Failure) {
    let needed = count + more
    guard needed > Int(raw.pointee.capacity) else { return }
    let perEntry = MemoryLayout<borel_tape_entry>.stride + MemoryLayout<Double>.stride
    guard needed < Int(UInt32.max), needed <= memoryLimit / perEntry else {
      throw Failure(
        .limit,
        Diagnostic(
          code: "memory-limit",
          "out of memory: the gradient needs \(needed) intermediate values, more than the limit allows",
          hint: "the limit is set with `--max-memory`"))
    }
    let capacity = min(max(needed, 2 * Int(raw.pointee.capacity)), memoryLimit / perEntry, Int(UInt32.max))
    let moved = UnsafeMutablePointer<borel_tape_entry>.allocate(capacity: capacity)
    moved.update(from: raw.pointee.entries, count: count)
    raw.pointee.entries.deallocate()
    raw.pointee.entries = moved
    raw.pointee.capacity = UInt32(capacity)
  }

  // MARK: Recording

  /// A node without operands: an input, or an element of a block's result.
  func input() throws(Failure) -> Int {
    try reserve(1)
    let node = count
    raw.pointee.entries[node] = borel_tape_entry()
    raw.pointee.count += 1
    return node
  }

  /// A value computed from two.
  func record(_ value: Double, _ a: Dual, _ da: Double, _ b: Dual = Dual(0), _ db: Double = 0) throws(Failure) -> Dual {
    guard a.node != 0 || b.node != 0 else { return Dual(value) }
    try reserve(1)
    let node = count
    raw.pointee.entries[node] = borel_tape_entry(
      left: UInt32(a.node), right: UInt32(b.node), left_partial: da, right_partial: db)
    raw.pointee.count += 1
    return Dual(value, node: node)
  }

  /// An operation on whole arrays with `results` elements: the first of their nodes, which follow one another.
  ///
  /// `reverse` gets the adjoints of all nodes, reads those of the results and adds to those of the operands.
  func block(
    results: Int, _ reverse: @escaping (_ adjoints: UnsafeMutablePointer<Double>, _ first: Int) -> Void
  ) throws(Failure) -> Int {
    try reserve(results)
    let first = count
    (raw.pointee.entries + first).update(repeating: borel_tape_entry(), count: results)
    raw.pointee.count += UInt32(results)
    blocks.append(Block(position: first) { reverse($0, first) })
    return first
  }

  // MARK: The way back

  /// The derivatives of a node with respect to all nodes, valid until the tape changes.
  func adjoints(of node: Int) throws(Failure) -> UnsafePointer<Double> {
    if adjointCapacity < count {
      adjoints.deallocate()
      adjointCapacity = max(count, 2 * adjointCapacity)
      adjoints = .allocate(capacity: adjointCapacity)
    }
    adjoints.update(repeating: 0, count: count)
    guard node != 0 else { return UnsafePointer(adjoints) }
    adjoints[node] = 1
    var end = node + 1
    for block in blocks.reversed() where block.position < end {
      borel_tape_sweep(raw, UInt32(block.position), UInt32(end), adjoints)
      block.reverse(adjoints)
      end = block.position
    }
    borel_tape_sweep(raw, 1, UInt32(end), adjoints)
    return UnsafePointer(adjoints)
  }
}

// MARK: Arithmetic

extension Tape {
  func add(_ a: Dual, _ b: Dual) throws(Failure) -> Dual {
    if a.node == 0 { return Dual(a.value + b.value, node: b.node) }
    if b.node == 0 { return Dual(a.value + b.value, node: a.node) }
    return try record(a.value + b.value, a, 1, b, 1)
  }

  func subtract(_ a: Dual, _ b: Dual) throws(Failure) -> Dual {
    if b.node == 0 { return Dual(a.value - b.value, node: a.node) }
    return try record(a.value - b.value, a, 1, b, -1)
  }

  func multiply(_ a: Dual, _ b: Dual) throws(Failure) -> Dual {
    try record(a.value * b.value, a, b.value, b, a.value)
  }

  func divide(_ a: Dual, _ b: Dual) throws(Failure) -> Dual {
    let quotient = a.value / b.value
    return try record(quotient, a, 1 / b.value, b, -(quotient / b.value))
  }

  func negate(_ a: Dual) throws(Failure) -> Dual { try record(-a.value, a, -1) }

  func sum(_ terms: [Dual]) throws(Failure) -> Dual {
    var total = Dual(0)
    for term in terms { total = try add(total, term) }
    return total
  }
}
