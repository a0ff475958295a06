// Loops and conditionals: which of them are differentiated on the spot, and how the others are run again from saved values.

import BorelIR

/// What has to be at hand when a loop or conditional is run again in the backward sweep.
struct Replay {
  /// How a place that the statement reads gets its value back.
  enum Source {
    /// The values at the start of each iteration, in an array with the iteration as its first dimension.
    case tape(LoopVariable)
    /// Its value before the statement.
    case snapshot(LoopOperand)
    case copy(LoopVariable)
    /// Written before it is read.
    case scratch
  }
  enum Need {
    case eachIteration
    case once
    case scratch
  }
  var needs: [(place: LoopVariable, need: Need)] = []
  var sources: [(place: LoopVariable, source: Source)] = []
  /// Outer places whose writes are left out when the statement runs again.
  var frozen: Set<LoopVariable> = []
}

extension ReverseMode {
  // MARK: Decisions

  /// Whether the statement may be reversed where it stands: it changes no active place of the outside, so that all its adjoints
  /// come from the target, and no later statement of the block changes what it reads, so that adjoints of what it reads are
  /// still those of the values it has read.
  func isFused(_ statement: LoopStatement, before rest: ArraySlice<LoopStatement>) -> Bool {
    let own = Effects(of: CollectionOfOne(statement), in: source)
    if own.writes.contains(where: activity.active.contains) { return false }
    let read = own.reads.filter(activity.active.contains)
    if read.isEmpty { return true }
    return Effects(of: rest, in: source).writes.isDisjoint(with: read)
  }

  /// What the statement needs to run again after the rest of its block.
  func plan(_ statement: LoopStatement, before rest: ArraySlice<LoopStatement>) -> Replay {
    let own = Effects(of: CollectionOfOne(statement), in: source)
    let later = Effects(of: rest, in: source).writes
    let body: [LoopStatement]
    let isLoop: Bool
    if case .loop(let loop) = statement.kind {
      body = loop.body
      isLoop = true
    } else {
      body = [statement]
      isLoop = false
    }
    var replay = Replay()
    replay.frozen = own.writes.filter { !own.reads.contains($0) || singleStores.contains($0) }
    for place in own.reads.sorted(by: { $0.index < $1.index }) where !singleStores.contains(place) {
      let isChanged = own.writes.contains(place)
      guard isChanged || later.contains(place) else { continue }
      if isChanged, !source[place].isArray, !isExposed(place, in: body) {
        replay.needs.append((place, .scratch))
      } else {
        replay.needs.append((place, isChanged && isLoop ? .eachIteration : .once))
      }
    }
    return replay
  }

  // MARK: On the spot

  mutating func fuse(_ loop: LoopFor, _ builder: inout LoopBuilder) throws(GradientFailure) {
    try emit(loop, descending: loop.isDescending, &builder) { (pass, builder, _) throws(GradientFailure) in
      try pass.differentiate(loop.body, &builder)
    }
  }

  mutating func fuse(
    _ condition: LoopOperand, _ then: [LoopStatement], _ otherwise: [LoopStatement],
    _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    try emit(condition, then, otherwise, &builder) { (pass, branch, builder) throws(GradientFailure) in
      try pass.differentiate(branch, &builder)
    }
  }

  // MARK: Saving

  /// Takes copies of what is needed as it was before the statement.
  mutating func save(_ plan: Replay, _ builder: inout LoopBuilder) throws(GradientFailure) -> Replay {
    var plan = plan
    for (place, need) in plan.needs {
      guard let current = places[place] else { continue }
      switch need {
      case .scratch: plan.sources.append((place, .scratch))
      case .eachIteration: break
      case .once:
        if source[place].isArray {
          plan.sources.append((place, .copy(copy(current, &builder))))
        } else {
          plan.sources.append((place, .snapshot(builder.read(current))))
        }
      }
    }
    return plan
  }

  /// Runs a loop forward, saving on tapes what each iteration starts from.
  mutating func record(
    _ loop: LoopFor, _ plan: Replay, _ builder: inout LoopBuilder
  ) throws(GradientFailure) -> Replay {
    var replay = try save(plan, &builder)
    var taped: [(place: LoopVariable, tape: LoopVariable)] = []
    let count = iterations(of: loop, &builder)
    for (place, need) in plan.needs where need == .eachIteration {
      guard let current = places[place] else { continue }
      let info = source[place]
      let tape = builder.allocate(
        info.scalar, sizes: [count] + builder.program[current].sizes,
        name: info.name.isEmpty ? "" : info.name + "_tape")
      taped.append((place, tape))
      replay.sources.append((place, .tape(tape)))
    }
    let lower = value(loop.lower)
    try emit(loop, descending: loop.isDescending, &builder) { (pass, builder, index) throws(GradientFailure) in
      for (place, tape) in taped {
        guard let current = pass.places[place] else { continue }
        let row = builder.subtract(index, lower)
        if pass.source[place].isArray {
          builder.elements(of: current) { (builder, indices) in
            builder.append(.store(tape, [row] + indices, builder.load(current, indices)))
          }
        } else {
          builder.append(.store(tape, [row], builder.read(current)))
        }
      }
      for statement in loop.body { try pass.run(statement, &builder) }
    }
    return replay
  }

  private mutating func iterations(of loop: LoopFor, _ builder: inout LoopBuilder) -> LoopOperand {
    let upper = value(loop.upper)
    if case .int(0) = value(loop.lower) {
      if case .int(let count) = upper { return .int(max(count, 0)) }
      if builder.program.isSize(upper) { return upper }
    }
    return builder.apply(.maximum, builder.subtract(upper, value(loop.lower)), .int(0))
  }

  /// A new array with the present elements.
  mutating func copy(_ array: LoopVariable, _ builder: inout LoopBuilder) -> LoopVariable {
    let info = builder.program[array]
    let copy = builder.allocate(info.scalar, sizes: info.sizes, name: info.name)
    builder.elements(of: array) { (builder, indices) in
      builder.append(.store(copy, indices, builder.load(array, indices)))
    }
    return copy
  }

  /// Places that hold what a routine has read and written, when its adjoint is due after the rest of the block.
  mutating func keep(
    _ variables: [LoopVariable], before rest: ArraySlice<LoopStatement>, _ builder: inout LoopBuilder
  ) -> [LoopVariable: LoopVariable] {
    let later = Effects(of: rest, in: source).writes
    var values: [LoopVariable: LoopVariable] = [:]
    for variable in variables {
      guard let current = place(variable, &builder) else { continue }
      let base = source.base(of: variable)
      let changes = later.contains(base) && !singleStores.contains(base)
      values[variable] = changes ? copy(current, &builder) : current
    }
    return values
  }

  // MARK: Running again

  mutating func reverse(
    _ loop: LoopFor, _ replay: Replay, _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    let lower = value(loop.lower)
    try emit(loop, descending: !loop.isDescending, &builder) { (pass, builder, index) throws(GradientFailure) in
      try pass.again(replay, &builder, row: builder.subtract(index, lower)) {
        (pass, builder) throws(GradientFailure) in try pass.differentiate(loop.body, &builder)
      }
    }
  }

  mutating func reverse(
    _ condition: LoopOperand, _ then: [LoopStatement], _ otherwise: [LoopStatement], _ replay: Replay,
    _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    try emit(condition, then, otherwise, &builder) { (pass, branch, builder) throws(GradientFailure) in
      try pass.again(replay, &builder, row: .int(0)) { (pass, builder) throws(GradientFailure) in
        try pass.differentiate(branch, &builder)
      }
    }
  }

  /// Puts the saved values into places of their own while `body` is written.
  private mutating func again(
    _ replay: Replay, _ builder: inout LoopBuilder, row: LoopOperand,
    _ body: (inout ReverseMode, inout LoopBuilder) throws(GradientFailure) -> Void
  ) throws(GradientFailure) {
    let before = (places, frozen, isRerun)
    for (place, saved) in replay.sources { restore(place, from: saved, row, &builder) }
    frozen.formUnion(replay.frozen)
    isRerun = true
    try body(&self, &builder)
    (places, frozen, isRerun) = before
  }

  private mutating func restore(
    _ place: LoopVariable, from saved: Replay.Source, _ row: LoopOperand, _ builder: inout LoopBuilder
  ) {
    let info = source[place]
    guard let current = places[place] else { return }
    let sizes = builder.program[current].sizes
    switch saved {
    case .tape(let tape):
      if info.isArray {
        let array = builder.allocate(info.scalar, sizes: sizes, name: info.name)
        builder.elements(of: array) { (builder, indices) in
          builder.append(.store(array, indices, builder.load(tape, [row] + indices)))
        }
        places[place] = array
      } else {
        places[place] = builder.declare(builder.load(tape, [row]), info.scalar, name: info.name)
      }
    case .snapshot(let value): places[place] = builder.declare(value, info.scalar, name: info.name)
    case .copy(let array): places[place] = array
    case .scratch: places[place] = builder.declare(zero(of: info.scalar), info.scalar, name: info.name)
    }
    frozen.remove(place)
  }

  private func zero(of scalar: LoopScalar) -> LoopOperand {
    switch scalar {
    case .bool: .bool(false)
    case .int: .int(0)
    case .real: .real(0)
    }
  }
}

extension LoopProgram {
  /// Whether an operand is the size of an array, which is never negative.
  func isSize(_ operand: LoopOperand) -> Bool {
    switch operand {
    case .int(let size): return size >= 0
    case .variable(let variable):
      guard let input = inputs.first(where: { $0.variable == variable }) else { return false }
      switch input.source {
      case .argumentSize, .globalSize, .siteSize, .missingCount: return true
      default: return false
      }
    default: return false
    }
  }
}

extension LoopBuilder {
  /// Loops over all elements of an array.
  mutating func elements(
    of array: LoopVariable, _ write: (inout LoopBuilder, [LoopOperand]) -> Void
  ) {
    elements(program[array].sizes[...], [], write)
  }

  private mutating func elements(
    _ sizes: ArraySlice<LoopOperand>, _ indices: [LoopOperand],
    _ write: (inout LoopBuilder, [LoopOperand]) -> Void
  ) {
    guard let size = sizes.first else {
      write(&self, indices)
      return
    }
    loop(to: size, name: "k") { (builder, index) in
      builder.elements(sizes.dropFirst(), indices + [index], write)
    }
  }
}
