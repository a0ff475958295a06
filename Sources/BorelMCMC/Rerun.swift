// Runs a program again from one changed choice on, keeping the values of the choices that are still there.

import BorelSemantics
import BorelSource
import BorelValues

/// The part of a proposed trace from the changed choice on, with the terms of its acceptance ratio.
struct Rerun<Run: Execution> {
  var entries: [TraceEntry] = []
  var checkpoints: [Checkpoint<Run>] = []
  var value: Value = .null
  var logJoint: Double
  var logFresh = 0.0
  /// Which entries of the old trace, from the changed one on, were kept.
  private var isKept: [Bool]
  private let first: Int
  /// The old entry that is expected next, for traces mostly keep their order.
  private var expected: Int
  private var freshAddresses: Set<Address> = []
  private let spacing: Int
  private let keepsValues: Bool

  /// Starts at the choice with index `first` of a trace; unless `keepsValues` all later choices are drawn afresh.
  init(of state: TraceState<Run>, from first: Int, spacing: Int, keepsValues: Bool) {
    self.first = first
    self.spacing = spacing
    self.keepsValues = keepsValues
    expected = first + 1
    logJoint = state.entries[first].logJointBefore
    isKept = Array(repeating: false, count: state.entries.count - first)
    isKept[0] = true
  }

  /// Goes on from the changed choice, at which `run` is stopped, to the end. False as soon as the trace has density zero.
  mutating func complete<Source: RandomSource>(
    _ run: consuming Run, value: Value, logDensity: Double, of state: inout TraceState<Run>, using random: inout Source
  ) throws(Failure) -> Bool {
    var run = run
    let old = state.entries[first]
    guard append(old.address, value, logDensity, old.support, old.span) else { return false }
    run.resume(with: value)
    while true {
      switch run.advance() {
      case .sample(let address):
        guard let value = try choose(address, &run, &state, &random) else { return false }
        run.resume(with: value)
      case .observe(_, let value):
        logJoint += try run.score(value)
      case .factor(let logWeight):
        logJoint += try run.score(factor: logWeight)
      case .finished(let value):
        self.value = value
        return logJoint > -.infinity
      case .failed(let failure):
        throw failure
      }
      if logJoint == -.infinity { return false }
    }
  }

  /// Σ of the log densities of old choices that were not kept.
  func logStale(in state: TraceState<Run>) -> Double {
    var sum = 0.0
    for offset in isKept.indices where !isKept[offset] { sum += state.entries[first + offset].logDensity }
    return sum
  }

  /// The value of a choice after the changed one: the old one where the supports match, else a fresh draw; nil for density zero.
  private mutating func choose<Source: RandomSource>(
    _ address: Address, _ run: inout Run, _ state: inout TraceState<Run>, _ random: inout Source
  ) throws(Failure) -> Value? {
    let support = try run.support()
    let span = run.pendingSpan
    if (first + entries.count) % spacing == 0 {
      checkpoints.append(Checkpoint(index: first + entries.count, run: run))
    }
    let index = try oldIndex(of: address, at: span, in: &state)
    if keepsValues, let index, supportsMatch(state.entries[index].support, support),
      let logDensity = try scoreKept(state.entries[index].value, support, &run)
    {
      isKept[index - first] = true
      let value = state.entries[index].value
      return append(address, value, logDensity, support, span) ? value : nil
    }
    guard freshAddresses.insert(address).inserted else {
      throw duplicateAddress(address, first: entries.first { $0.address == address }?.span, second: span)
    }
    let value: Value
    do throws(Failure) {
      value = try random.drawValue(from: &run)
    } catch {
      // Drawing everything afresh is no move for a program with an improper choice.
      if !keepsValues, error.isUndefinedDraw { return nil }
      throw error
    }
    let logDensity = try run.score(value)
    logFresh += logDensity
    return append(address, value, logDensity, support, span) ? value : nil
  }

  /// The log density of an old value; nil where the value has not the type or shape of the new choice.
  ///
  /// Only supports that are not listed can match and yet differ in shape; then neither value fits the other choice.
  private func scoreKept(_ value: Value, _ support: Support, _ run: inout Run) throws(Failure) -> Double? {
    guard case .discrete = support else { return try run.score(value) }
    do throws(Failure) {
      return try run.score(value)
    } catch {
      guard error.kind == .user else { throw error }
      return nil
    }
  }

  /// The index of an old choice at this address; an error where this execution has made a choice there before.
  private mutating func oldIndex(
    of address: Address, at span: Span?, in state: inout TraceState<Run>
  ) throws(Failure) -> Int? {
    var found: Int?
    if expected < state.entries.count, state.entries[expected].address == address {
      found = expected
    } else {
      found = state.index(of: address)
    }
    guard let found else { return nil }
    if found < first || isKept[found - first] || freshAddresses.contains(address) {
      throw duplicateAddress(address, first: state.entries[found].span, second: span)
    }
    expected = found + 1
    return found
  }

  private mutating func append(
    _ address: Address, _ value: Value, _ logDensity: Double, _ support: Support, _ span: Span?
  ) -> Bool {
    entries.append(
      TraceEntry(
        address: address, value: value, logDensity: logDensity, support: support, span: span, logJointBefore: logJoint))
    logJoint += logDensity
    return logDensity > -.infinity
  }
}
