// Finds arrays whose elements are stored once and never change: their values can be read again at any later time.

import BorelIR

/// Arrays without initial values of which no element is written twice.
struct SingleStores {
  private(set) var arrays: Set<LoopVariable> = []
  private let program: LoopProgram
  private var allocations: [LoopVariable: [Frame]] = [:]
  private var writes: [LoopVariable: [Write]] = [:]
  private var excluded: Set<LoopVariable> = []
  private var definitions: [LoopVariable: LoopOperation] = [:]

  private enum Frame: Equatable {
    case loop(LoopVariable, lower: LoopOperand)
    /// The number of a conditional and of its branch.
    case branch(Int, Int)
  }

  private struct Write {
    /// Nil for a routine, which writes the whole array.
    var indices: [LoopOperand]?
    /// The loops and branches between the allocation and the write.
    var frames: [Frame]
  }

  init(in program: LoopProgram) {
    self.program = program
    var conditionals = 0
    walk(program.body, [], &conditionals)
    for (array, writes) in writes where !excluded.contains(array) && allocations[array] != nil {
      if isSingle(writes) { arrays.insert(array) }
    }
  }

  private mutating func walk(_ block: [LoopStatement], _ frames: [Frame], _ conditionals: inout Int) {
    for statement in block {
      switch statement.kind {
      case .define(let variable, let operation): definitions[variable] = operation
      case .allocate(let variable, let fill):
        allocations[variable] = frames
        if fill != nil { excluded.insert(variable) }
      case .store(let variable, let indices, _): write(variable, indices, frames)
      case .accumulate(let variable, _, _): excluded.insert(program.base(of: variable))
      case .call(let routine, let outputs, _):
        for output in outputs {
          if routine.adds { excluded.insert(program.base(of: output)) } else { write(output, nil, frames) }
        }
      case .loop(let loop): walk(loop.body, frames + [.loop(loop.index, lower: loop.lower)], &conditionals)
      case .conditional(_, let then, let otherwise):
        conditionals += 1
        let number = conditionals
        walk(then, frames + [.branch(number, 0)], &conditionals)
        walk(otherwise, frames + [.branch(number, 1)], &conditionals)
      default: break
      }
    }
  }

  private mutating func write(_ variable: LoopVariable, _ indices: [LoopOperand]?, _ frames: [Frame]) {
    guard let outer = allocations[variable] else {
      excluded.insert(program.base(of: variable))
      return
    }
    writes[variable, default: []].append(Write(indices: indices, frames: Array(frames.dropFirst(outer.count))))
  }

  private func isSingle(_ writes: [Write]) -> Bool {
    guard writes.allSatisfy(isInjective) else { return false }
    for (position, first) in writes.enumerated() {
      for second in writes.dropFirst(position + 1) where !areDisjoint(first, second) { return false }
    }
    return true
  }

  /// Each iteration of the loops around the write reaches another element.
  private func isInjective(_ write: Write) -> Bool {
    var used: Set<Int> = []
    for case .loop(let index, _) in write.frames {
      guard let indices = write.indices,
        let dimension = indices.indices.first(where: { !used.contains($0) && position(indices[$0])?.index == index })
      else { return false }
      used.insert(dimension)
    }
    return true
  }

  private func areDisjoint(_ first: Write, _ second: Write) -> Bool {
    for case .branch(let number, let branch) in first.frames
    where second.frames.contains(.branch(number, 1 - branch)) {
      // In another iteration of a loop around the conditional both can be reached, at other elements.
      return first.indices == second.indices
        || !first.frames.contains { if case .loop = $0 { true } else { false } }
    }
    guard let a = first.indices, let b = second.indices else { return false }
    for (i, j) in zip(a, b) where areDisjoint(position(i), first, position(j), second) { return true }
    return false
  }

  private typealias Position = (index: LoopVariable?, offset: Int)

  private func areDisjoint(_ a: Position?, _ first: Write, _ b: Position?, _ second: Write) -> Bool {
    guard let a, let b else { return false }
    switch (a.index, b.index) {
    case (nil, nil): return a.offset != b.offset
    case (nil, let index?): return start(index, second).map { a.offset < $0 + b.offset } ?? false
    case (let index?, nil): return start(index, first).map { b.offset < $0 + a.offset } ?? false
    default: return false
    }
  }

  private func start(_ index: LoopVariable, _ write: Write) -> Int? {
    for case .loop(index, lower: .int(let lower)) in write.frames { return lower }
    return nil
  }

  /// An index as loop variable plus constant, or as constant.
  private func position(_ operand: LoopOperand) -> Position? {
    switch operand {
    case .int(let value): return (nil, value)
    case .variable(let variable):
      switch definitions[variable] {
      case nil: return (variable, 0)
      case .apply(.add, let parts)?:
        if case .variable(let index) = parts[0], case .int(let offset) = parts[1] { return (index, offset) }
        if case .variable(let index) = parts[1], case .int(let offset) = parts[0] { return (index, offset) }
        return nil
      case .apply(.subtract, let parts)?:
        if case .variable(let index) = parts[0], case .int(let offset) = parts[1], offset != .min {
          return (index, -offset)
        }
        return nil
      default: return nil
      }
    default: return nil
    }
  }
}
