// The tape of one run: entries in memory that the C loop writes to, whole-array operations, and the way back.

import BorelSemantics
import BorelSource
import CBorelVM

/// What has been computed from inputs, in order. Its memory is kept from run to run.
final class Tape: @unchecked Sendable {
  /// An operation on whole arrays; its results have entries without operands behind `position`.
  private struct Block {
    var position: Int
    /// The nodes of its operands.
    var operands: () -> [Int]
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
    results: Int, operands: @escaping () -> [Int],
    _ reverse: @escaping (_ adjoints: UnsafeMutablePointer<Double>, _ first: Int) -> Void
  ) throws(Failure) -> Int {
    try reserve(results)
    let first = count
    (raw.pointee.entries + first).update(repeating: borel_tape_entry(), count: results)
    raw.pointee.count += UInt32(results)
    blocks.append(Block(position: first, operands: operands, reverse: { reverse($0, first) }))
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
    sweep(from: node, to: 1, adjoints)
    return UnsafePointer(adjoints)
  }

  /// Reads the entries backwards from `node` down to `first`.
  private func sweep(from node: Int, to first: Int, _ adjoints: UnsafeMutablePointer<Double>) {
    var end = node + 1
    for block in blocks.reversed() where block.position < end {
      if block.position < first { break }
      borel_tape_sweep(raw, UInt32(block.position), UInt32(end), adjoints)
      block.reverse(adjoints)
      end = block.position
    }
    borel_tape_sweep(raw, UInt32(first), UInt32(end), adjoints)
  }

  // MARK: Parts

  /// Forgets what has been recorded from `mark` on.
  func truncate(to mark: Int) {
    raw.pointee.count = UInt32(mark)
    while let last = blocks.last, last.position >= mark { blocks.removeLast() }
  }

  /// Visits the nodes before `mark` that entries behind it refer to.
  func visitOperands(ofEntriesFrom mark: Int, _ visit: (Int) -> Void) {
    for index in mark..<max(count, mark) {
      let entry = raw.pointee.entries[index]
      if entry.left < mark { visit(Int(entry.left)) }
      if entry.right < mark { visit(Int(entry.right)) }
    }
    for block in blocks.reversed() {
      if block.position < mark { break }
      for node in block.operands() where node < mark { visit(node) }
    }
  }

  /// The derivatives of a node with respect to those of the part behind `mark` and to `earlier` ones, which must be all that the part
  /// refers to; `work` has a zero for each entry of the tape, and gets them back.
  func withAdjoints(
    of node: Int, from mark: Int, earlier: [Int], in work: inout [Double], _ body: (UnsafePointer<Double>) -> Void
  ) {
    work.withUnsafeMutableBufferPointer { buffer in
      guard let adjoints = buffer.baseAddress else { return }
      if node != 0 { adjoints[node] = 1 }
      if node >= mark { sweep(from: node, to: mark, adjoints) }
      body(adjoints)
      for index in mark..<max(count, mark) { adjoints[index] = 0 }
      for node in earlier { adjoints[node] = 0 }
      adjoints[0] = 0
    }
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
