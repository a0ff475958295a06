// Finds mutable scalars that one `if` settles: declared, then stored once at the end of either branch, afterwards only read.

import BorelIR

/// Scalars that can be printed as `c ? a : b`, by their index, with the place of the statement that settles them.
struct SettledScalars {
  private(set) var scalars: Set<Int> = []
  /// The variables defined by reading each mutable scalar.
  private var reads: [Int: [LoopVariable]] = [:]

  init(_ program: LoopProgram) {
    var stores: [Int: Int] = [:]
    count(program.body, &stores)
    visit(program.body, stores, program)
  }

  /// Whether its value may stand where it is read: once, in the loop where it is made.
  func isReadOnce(_ variable: LoopVariable, in uses: LoopUses) -> Bool {
    guard let all = reads[variable.index], all.count == 1, let result = all.first else { return false }
    return uses.blocks[uses.home[result.index]].loop == uses.blocks[uses.home[variable.index]].loop
  }

  private mutating func count(_ statements: [LoopStatement], _ stores: inout [Int: Int]) {
    for statement in statements {
      switch statement.kind {
      case .store(let variable, let indices, _) where indices.isEmpty: stores[variable.index, default: 0] += 1
      case .accumulate(let variable, let indices, _) where indices.isEmpty: stores[variable.index] = 1 << 20
      case .define(let result, .read(let variable)): reads[variable.index, default: []].append(result)
      case .loop(let loop): count(loop.body, &stores)
      case .conditional(_, let then, let otherwise):
        count(then, &stores)
        count(otherwise, &stores)
      default: break
      }
    }
  }

  private mutating func visit(_ statements: [LoopStatement], _ stores: [Int: Int], _ program: LoopProgram) {
    for (place, statement) in statements.enumerated() {
      switch statement.kind {
      case .declare(let variable, _) where stores[variable.index] == 2:
        let next = statements[(place + 1)...].first { Self.mentions(variable, $0) }
        if let next, case .conditional(_, let then, let otherwise) = next.kind, Self.ends(then, storing: variable),
          Self.ends(otherwise, storing: variable)
        {
          scalars.insert(variable.index)
        }
      case .loop(let loop): visit(loop.body, stores, program)
      case .conditional(_, let then, let otherwise):
        visit(then, stores, program)
        visit(otherwise, stores, program)
      default: break
      }
    }
  }

  private static func ends(_ statements: [LoopStatement], storing variable: LoopVariable) -> Bool {
    guard let last = statements.last, case .store(variable, _, _) = last.kind else { return false }
    return !statements.dropLast().contains { mentions(variable, $0) }
  }

  private static func mentions(_ variable: LoopVariable, _ statement: LoopStatement) -> Bool {
    var found = false
    statement.visitVariables { if $0 == variable { found = true } }
    return found
  }
}
