// Values that one side of a conditional needs and nothing else: their adjoints are zero where the other side is chosen.

import BorelIR

/// Immutable scalars all of whose uses, directly or through other such scalars of their block, lie in one branch of one conditional
/// of their block.
struct SidesOfUse {
  struct Side: Hashable {
    var condition: LoopOperand
    var isFirst: Bool
  }

  private(set) var sides: [LoopVariable: Side] = [:]
  private let results: Set<LoopVariable>

  init(of program: LoopProgram) {
    var results: Set<LoopVariable> = []
    for result in program.results { if case .variable(let variable) = result.value { results.insert(variable) } }
    self.results = results
    walk(program.body)
  }

  private mutating func walk(_ block: [LoopStatement]) {
    for statement in block { for inner in statement.blocks { walk(inner) } }
    var uses = Uses(elsewhere: results)
    // Backwards: what uses a variable is known before what it is computed from.
    for statement in block.reversed() {
      switch statement.kind {
      case .define(let variable, let operation):
        let side = uses.side(of: variable)
        if let side { sides[variable] = side }
        for case .variable(let operand) in operation.operands { uses.add(operand, side) }
      case .conditional(let condition, let then, let otherwise):
        if case .variable(let variable) = condition { uses.add(variable, nil) }
        for variable in Self.reads(then) { uses.add(variable, Side(condition: condition, isFirst: true)) }
        for variable in Self.reads(otherwise) { uses.add(variable, Side(condition: condition, isFirst: false)) }
      default: for variable in Self.reads([statement]) { uses.add(variable, nil) }
      }
    }
  }

  private static func reads(_ statements: [LoopStatement]) -> Set<LoopVariable> {
    var read: Set<LoopVariable> = []
    for statement in statements { statement.visitReads { read.insert($0) } }
    return read
  }

  /// Where the variables of a block are used.
  private struct Uses {
    var sides: [LoopVariable: Side] = [:]
    var elsewhere: Set<LoopVariable>

    func side(of variable: LoopVariable) -> Side? { elsewhere.contains(variable) ? nil : sides[variable] }

    /// Nil for a use on no side.
    mutating func add(_ variable: LoopVariable, _ side: Side?) {
      guard let side, sides[variable] == nil || sides[variable] == side else {
        elsewhere.insert(variable)
        return
      }
      sides[variable] = side
    }
  }
}
