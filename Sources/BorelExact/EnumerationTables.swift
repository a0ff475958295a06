// What an enumeration adds up: the mass of every result, of every value at every address, and the rows of the joint table.

import BorelInference
import BorelSemantics
import BorelSource
import BorelValues

/// Log masses by result and by address and value, unnormalised.
struct EnumerationTables: Sendable {
  /// The masses of the values at one address.
  struct Slot: Sendable {
    let address: Address
    var values: [Value] = []
    var masses: [LogSum] = []
    var positions: [ValueKey: Int] = [:]
    /// The place of the choice while the current execution has one here.
    var isOnPath = false
    var span: Span?

    /// The position of a value; `guess` is where it usually is.
    mutating func position(of value: Value, guess: Int) -> Int {
      if guess < values.count, isSameScalar(values[guess], value) { return guess }
      let key = ValueKey(value)
      if let position = positions[key] { return position }
      positions[key] = values.count
      values.append(value)
      masses.append(LogSum())
      return values.count - 1
    }
  }

  struct Row: Sendable {
    let choices: [PathChoice]
    let value: Value
    let logWeight: Double
  }

  private(set) var slots: [Slot] = []
  private var slotOfAddress: [Address: Int] = [:]
  /// The slot last entered at each depth: executions mostly make the same choices in the same order.
  private var slotOfDepth: [Int] = []
  private(set) var results: [Value] = []
  private(set) var resultMasses: [LogSum] = []
  private var resultPositions: [ValueKey: Int] = [:]
  private var lastResult = 0
  private(set) var total = LogSum()
  /// nil where there are more than are kept.
  private(set) var rows: [Row]? = []
  /// The number of choices and values in the rows.
  private var cells = 0
  var executions = 0
  var failures = NumericalFailureLog()

  func address(of slot: Int) -> Address { slots[slot].address }

  /// The slot of a choice that the current execution makes; an error where it has made one at this address before.
  mutating func enter(_ address: Address, at span: Span?, depth: Int) throws(Failure) -> Int {
    let slot = slot(of: address, depth: depth)
    if slots[slot].isOnPath { throw duplicateAddress(address, first: slots[slot].span, second: span) }
    slots[slot].isOnPath = true
    slots[slot].span = span
    return slot
  }

  mutating func leave(_ slot: Int) { slots[slot].isOnPath = false }

  private mutating func slot(of address: Address, depth: Int) -> Int {
    if depth < slotOfDepth.count, slots[slotOfDepth[depth]].address == address { return slotOfDepth[depth] }
    let slot = slotOfAddress[address] ?? slots.count
    if slot == slots.count {
      slots.append(Slot(address: address))
      slotOfAddress[address] = slot
    }
    if depth < slotOfDepth.count {
      slotOfDepth[depth] = slot
    } else if depth == slotOfDepth.count {
      slotOfDepth.append(slot)
    }
    return slot
  }

  mutating func add(_ mass: Double, to slot: Int, position: Int, value: Value) {
    guard mass > -.infinity else { return }
    let position = slots[slot].position(of: value, guess: position)
    slots[slot].masses[position].add(mass)
  }

  mutating func add(result: Value, _ mass: Double) {
    total.add(mass)
    if lastResult >= results.count || !isSameScalar(results[lastResult], result) {
      let key = ValueKey(result)
      if let position = resultPositions[key] {
        lastResult = position
      } else {
        lastResult = results.count
        resultPositions[key] = lastResult
        results.append(result)
        resultMasses.append(LogSum())
      }
    }
    resultMasses[lastResult].add(mass)
  }

  /// Whether a row with this many choices is kept; once one is not, all are dropped.
  mutating func hasRoomForRow(_ choices: Int, maximumCells: Int) -> Bool {
    if cells + choices + 1 > maximumCells { rows = nil }
    return rows != nil
  }

  mutating func append(_ row: Row) {
    cells += row.choices.count + 1
    rows?.append(row)
  }

  /// Adds the tables of a later subtree.
  mutating func merge(_ other: EnumerationTables, maximumCells: Int) {
    for part in other.slots {
      let slot = slot(of: part.address, depth: .max)
      for (value, mass) in zip(part.values, part.masses) { add(mass.value, to: slot, position: 0, value: value) }
    }
    for (value, mass) in zip(other.results, other.resultMasses) { add(result: value, mass.value) }
    if let mine = rows, let theirs = other.rows, cells + other.cells <= maximumCells {
      rows = mine + theirs
      cells += other.cells
    } else {
      rows = nil
    }
    executions += other.executions
    failures.merge(other.failures)
  }
}

/// Whether two values are the same Bool, Int or null; false for all others.
private func isSameScalar(_ a: Value, _ b: Value) -> Bool {
  switch (a, b) {
  case (.int(let x), .int(let y)): x == y
  case (.bool(let x), .bool(let y)): x == y
  case (.null, .null): true
  default: false
  }
}
