// Reads of arrays that are written again afterwards: what such a read has found cannot be read again at the end.

import BorelIR

/// The reads of arrays that see contents which later statements, or later iterations, may replace.
struct UnsettledReads {
  /// What loads of such contents define.
  private(set) var loads: Set<LoopVariable> = []
  /// Arrays, by their base, that calls read in such a state.
  private(set) var arraysOfCalls: Set<LoopVariable> = []

  private let program: LoopProgram
  private var position = 0
  private var loopCount = 0
  private var lastWrites: [LoopVariable: Int] = [:]
  /// Loops, by number, in which an array is written.
  private var loopsOfWrites: [LoopVariable: Set<Int>] = [:]

  init(in program: LoopProgram) {
    self.program = program
    walk(program.body, []) { (pass, statement, loops) in pass.noteWrites(statement, loops) }
    position = 0
    loopCount = 0
    walk(program.body, []) { (pass, statement, loops) in pass.noteReads(statement, loops) }
  }

  private mutating func walk(
    _ body: [LoopStatement], _ loops: [Int], _ note: (inout Self, LoopStatement, [Int]) -> Void
  ) {
    for statement in body {
      position += 1
      note(&self, statement, loops)
      switch statement.kind {
      case .loop(let loop):
        loopCount += 1
        walk(loop.body, loops + [loopCount], note)
      case .conditional(_, let then, let otherwise):
        walk(then, loops, note)
        walk(otherwise, loops, note)
      case .choice(let choice): walk(choice.score, loops, note)
      default: break
      }
    }
  }

  private mutating func noteWrites(_ statement: LoopStatement, _ loops: [Int]) {
    let written: [LoopVariable]
    switch statement.kind {
    case .store(let target, _, _), .accumulate(let target, _, _): written = [target]
    case .call(_, let outputs, _): written = outputs
    default: return
    }
    for target in written {
      let base = program.base(of: target)
      lastWrites[base] = position
      loopsOfWrites[base, default: []].formUnion(loops)
    }
  }

  private mutating func noteReads(_ statement: LoopStatement, _ loops: [Int]) {
    switch statement.kind {
    case .define(let variable, .load(let array, _)):
      if isUnsettled(program.base(of: array), loops) { loads.insert(variable) }
    case .call(_, _, let inputs):
      for input in inputs where isUnsettled(program.base(of: input), loops) {
        arraysOfCalls.insert(program.base(of: input))
      }
    default: break
    }
  }

  private func isUnsettled(_ base: LoopVariable, _ loops: [Int]) -> Bool {
    guard let last = lastWrites[base] else { return false }
    return last > position || loops.contains { loopsOfWrites[base]?.contains($0) ?? false }
  }
}
