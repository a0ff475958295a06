// The depth-first walk over a subtree of executions, with a stack of its own instead of recursion.

import BorelInference
import BorelSemantics
import BorelSource
import BorelValues

/// Where an execution on its way comes next.
enum NextStop {
  case choice(Address)
  case end(ExecutionEnd)
}

/// How an execution ended.
enum ExecutionEnd {
  case value(Value)
  /// An observation or a factor has weight zero.
  case zero
  case failure(Failure)
}

extension Execution {
  /// Runs to the next free choice or to the end, adding the weights of observations and factors.
  mutating func advanceToChoice(_ logWeight: inout Double) -> NextStop {
    while true {
      do throws(Failure) {
        switch advance() {
        case .sample(let address): return .choice(address)
        case .observe(_, let value): logWeight += try score(value)
        case .factor(let increment): logWeight += try score(factor: increment)
        case .finished(let value): return .end(.value(value))
        case .failed(let failure): return .end(.failure(failure))
        }
      } catch {
        return .end(.failure(error))
      }
      if logWeight == -.infinity { return .end(.zero) }
    }
  }

  /// The values of the pending choice with their log densities.
  mutating func weightedValues(_ limits: Enumeration) throws(Failure) -> (values: [Value], logDensities: [Double]) {
    let support = try support()
    guard let values = support.values(limit: limits.maximumValues) else {
      throw notEnumerable(support, at: pendingSpan, limit: limits.maximumValues)
    }
    var logDensities: [Double] = []
    logDensities.reserveCapacity(values.count)
    for value in values { logDensities.append(try score(value)) }
    return (values, logDensities)
  }
}

/// A choice on the way to the current execution, with its values.
private struct Frame {
  let logWeight: Double
  let values: [Value]
  let logDensities: [Double]
  let slot: Int
  /// The value being explored.
  var current = -1
  var mass = LogSum()

  /// Moves on to the next value of positive probability; false where there is none.
  mutating func moveToNext() -> Bool {
    current = following
    return current < values.count
  }

  /// Whether the current value is the last one of positive probability.
  var isLast: Bool { following == values.count }

  private var following: Int {
    var next = current + 1
    while next < values.count, logDensities[next] == -.infinity { next += 1 }
    return next
  }
}

/// The state of a walk: the choices on the way to the current execution, each with the values still to be tried.
///
/// Executions stand in an array of their own, for then the frames are of one type whatever the program is.
struct EnumerationWalk<Run: Execution> {
  let limits: Enumeration
  let budget: ExecutionBudget
  let control: RunControl
  var tables = EnumerationTables()
  private var frames: [Frame] = []
  /// For every frame with values left, the execution stopped at its choice; the last value takes it away.
  private var forks: [Run] = []
  private var prefix: [PathChoice] = []
  private var unspent = 0

  init(limits: Enumeration, budget: ExecutionBudget, control: RunControl) {
    self.limits = limits
    self.budget = budget
    self.control = control
  }

  /// Walks the whole subtree and adds what it finds to the tables.
  mutating func explore(_ subtree: Subtree<Run>) throws(Failure) {
    prefix = subtree.choices
    var slots: [Int] = []
    for (depth, choice) in prefix.enumerated() {
      slots.append(try tables.enter(choice.address, at: choice.span, depth: depth))
    }
    var total = LogSum()
    var run = subtree.run
    var mass = try descend(&run, subtree.logWeight)
    while let last = frames.indices.last {
      if let mass { add(mass, to: last) }
      if frames[last].moveToNext() {
        run = forks[forks.count - 1]
        if frames[last].isLast { forks.removeLast() }
        let position = frames[last].current
        run.resume(with: frames[last].values[position])
        mass = try descend(&run, frames[last].logWeight + frames[last].logDensities[position])
      } else {
        mass = frames[last].mass.value
        tables.leave(frames[last].slot)
        frames.removeLast()
      }
    }
    if let mass { total.add(mass) }
    for (choice, slot) in zip(prefix, slots) {
      tables.add(total.value, to: slot, position: 0, value: choice.value)
      tables.leave(slot)
    }
    try budget.spend(unspent)
  }

  /// Runs to the next choice, which becomes a frame, or to the end, whose log mass is returned.
  private mutating func descend(_ run: inout Run, _ logWeight: Double) throws(Failure) -> Double? {
    var logWeight = logWeight
    switch run.advanceToChoice(&logWeight) {
    case .choice(let address):
      let depth = prefix.count + frames.count
      guard depth < limits.maximumDepth else { throw tooDeep(at: run.pendingSpan) }
      let slot = try tables.enter(address, at: run.pendingSpan, depth: depth)
      let (values, logDensities) = try run.weightedValues(limits)
      frames.append(Frame(logWeight: logWeight, values: values, logDensities: logDensities, slot: slot))
      if logDensities.contains(where: { $0 > -.infinity }) { forks.append(run) }
      return nil
    case .end(let end):
      try finish(end, logWeight)
      if case .value = end { return logWeight }
      return -.infinity
    }
  }

  private mutating func add(_ mass: Double, to index: Int) {
    let position = frames[index].current
    guard position >= 0 else { return }
    frames[index].mass.add(mass)
    tables.add(mass, to: frames[index].slot, position: position, value: frames[index].values[position])
  }

  private mutating func finish(_ end: ExecutionEnd, _ logWeight: Double) throws(Failure) {
    unspent += 1
    if unspent == 1024 {
      try budget.spend(unspent)
      unspent = 0
      if control.isCancelled() { throw Failure(.limit, Diagnostic(code: "cancelled", "the enumeration was cancelled")) }
    }
    tables.executions += 1
    switch end {
    case .zero: break
    case .failure(let failure):
      guard failure.kind == .numerical else { throw failure }
      tables.failures.record(failure)
    case .value(let value):
      tables.add(result: value, logWeight)
      guard tables.hasRoomForRow(prefix.count + frames.count, maximumCells: limits.maximumCells) else { break }
      let own = frames.map {
        PathChoice(address: tables.address(of: $0.slot), value: $0.values[$0.current], span: nil)
      }
      tables.append(.init(choices: prefix + own, value: value, logWeight: logWeight))
    }
  }
}

private func notEnumerable(_ support: Support, at span: Span?, limit: Int) -> Failure {
  let message: String
  let hint: String
  switch support {
  case .reals, .continuous:
    message = "enumeration cannot sum over a continuous choice"
    hint = "use `importance`, `smc` or `mh`; enumeration needs choices with finitely many values"
  case .integers(let lower?, let upper?) where lower <= upper:
    message = "this choice has values \(lower) to \(upper), more than the limit of \(grouped(limit))"
    hint = "use `importance`, `smc` or `mh`"
  case .integers:
    message = "enumeration cannot sum over a choice with infinitely many values"
    hint = "truncate it, for instance `truncate(d, 0, 100)`, or use `importance`, `smc` or `mh`"
  default:
    message = "enumeration cannot list the values of this choice"
    hint = "make each element a choice of its own, or use `importance`, `smc` or `mh`"
  }
  return Failure(.user, Diagnostic(code: "not-enumerable", message, at: span, label: "chosen here", hint: hint))
}

private func tooDeep(at span: Span?) -> Failure {
  Failure(
    .limit,
    Diagnostic(
      code: "too-many-choices", "one execution makes more choices than enumeration follows", at: span,
      label: "chosen here",
      hint: "a loop or recursion that can go on for ever has infinitely many executions: bound it, or sample"))
}
