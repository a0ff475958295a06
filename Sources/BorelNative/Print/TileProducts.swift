// Reads a large matrix once: p = A x, a loop over the rows, and x̄ += A' p̄ are done for some rows at a time.

import BorelIR

/// The number of rows of one turn, whole panels: with fifty columns they fit into the first-level cache.
private let rowsOfTile = 64

/// The outermost statements with every product by a matrix, the loop over its rows and the product by its transpose in tiles.
///
/// The sums are taken in the same order, tile after tile; the rows are independent of each other.
func tilingProducts(_ program: inout LoopProgram) {
  var statements = program.body
  var place = 0
  while place < statements.count {
    if let tiled = tile(statements, from: place, &program) { statements = tiled }
    place += 1
  }
  program.body = statements
}

private func tile(
  _ statements: [LoopStatement], from start: Int, _ program: inout LoopProgram
) -> [LoopStatement]? {
  guard case .call(let routine, let products, let operands) = statements[start].kind,
    let transposedRoutine = transposedProduct(of: routine),
    let p = products.first, operands.count == 2, program[operands[0]].sizes.count == 2,
    let rows = program[operands[0]].sizes.first
  else { return nil }
  let (a, x) = (operands[0], operands[1])
  let columns = program[a].sizes[1]
  guard let middle = statements[(start + 1)...].firstIndex(where: { isLoop($0, over: rows, reading: p) }),
    case .loop(var loop) = statements[middle].kind, !loop.body.contains(where: { hasCalls($0) }),
    let last = statements[(middle + 1)...].firstIndex(where: { statement in
      if case .call(transposedRoutine, _, let inputs) = statement.kind { inputs.first == a } else { false }
    }), case .call(_, let sums, let others) = statements[last].kind, let sum = sums.first, others.count == 2
  else { return nil }
  let pBar = others[1]
  let roots = Set([p, x, sum, pBar, a].map(program.root))
  guard roots.count == 5, case .input = program[program.root(a)].role else { return nil }

  // In the loop the products are found by its index, and the other two vectors do not occur.
  let isRow: ([LoopOperand]) -> Bool = { $0 == [.variable(loop.index)] }
  var fits = true
  for statement in loop.body {
    statement.visit { inner in
      switch inner.kind {
      case .define(_, .load(let array, let indices)):
        if array == p || array == pBar { fits = fits && isRow(indices) } else { fits = fits && !touches(array) }
      case .store(let array, let indices, _), .accumulate(let array, let indices, _):
        if array == pBar {
          fits = fits && isRow(indices)
        } else {
          fits = fits && !touches(array) && program.root(array) != program.root(x)
        }
      default: break
      }
    }
  }
  func touches(_ array: LoopVariable) -> Bool {
    let root = program.root(array)
    return root == program.root(sum) || root == program.root(p) || root == program.root(pBar)
  }
  guard fits else { return nil }
  // What stands between the three must not mind that they move together.
  for place in (start + 1)..<last where place != middle {
    let isBefore = place < middle
    var mentioned: Set<LoopVariable> = []
    statements[place].visitVariables { mentioned.insert(program.root($0)) }
    // Before the loop: the product moves down past it. After: the other product moves up past it, together with the loop.
    let isFree =
      isBefore
      ? mentioned.isDisjoint(with: [program.root(p)]) && !writes(statements[place], program.root(x), program)
      : mentioned.isDisjoint(with: [program.root(sum), program.root(pBar)])
    guard isFree else { return nil }
  }
  // All arrays must be there before the loop.
  for case .allocate(let made, _) in statements[middle...last].map(\.kind) where roots.contains(made) { return nil }

  var builder = LoopBuilder(program)
  let tiles = builder.apply(.floorDivide, builder.apply(.add, rows, .int(rowsOfTile - 1)), .int(rowsOfTile))
  builder.loop(to: tiles, name: "tile") { builder, tile in
    let first = builder.apply(.multiply, tile, .int(rowsOfTile), name: "first")
    let count = builder.apply(.minimum, .int(rowsOfTile), builder.apply(.subtract, rows, first), name: "count")
    let end = builder.apply(.add, first, count, name: "end")
    let offset = builder.apply(.multiply, first, columns)
    func named(_ variable: LoopVariable) -> String { builder.program[variable].name + "_tile" }
    let aTile = builder.view(of: a, offset: offset, sizes: [count, columns], name: named(a))
    let pTile = builder.view(of: p, offset: first, sizes: [count], name: named(p))
    let pBarTile = builder.view(of: pBar, offset: first, sizes: [count], name: named(pBar))
    builder.append(.call(routine, outputs: [pTile], inputs: [aTile, x]))
    loop.lower = first
    loop.upper = end
    builder.append(.loop(loop))
    builder.append(.call(transposedRoutine, outputs: [sum], inputs: [aTile, pBarTile]))
  }
  program = {
    var program = builder.program
    program.body = []
    return program
  }()
  return Array(statements[..<start]) + statements[(start + 1)..<middle] + builder.statements
    + statements[(middle + 1)..<last] + statements[(last + 1)...]
}

/// For p = A x, x̄ += A' p̄.
private func transposedProduct(of routine: LoopRoutine) -> LoopRoutine? {
  switch routine {
  case .matrixVector(false, false): .matrixVector(transposed: true, adds: true)
  case .packedVector(false, false): .packedVector(transposed: true, adds: true)
  default: nil
  }
}

/// Whether the statement is a loop over all rows that reads the products.
private func isLoop(_ statement: LoopStatement, over rows: LoopOperand, reading p: LoopVariable) -> Bool {
  guard case .loop(let loop) = statement.kind, loop.lower == .int(0), loop.upper == rows, !loop.isDescending else {
    return false
  }
  return loop.body.contains { inner in
    if case .define(_, .load(p, _)) = inner.kind { true } else { false }
  }
}

private func hasCalls(_ statement: LoopStatement) -> Bool {
  var found = false
  statement.visit { inner in
    if case .call = inner.kind { found = true }
  }
  return found
}

private func writes(_ statement: LoopStatement, _ root: LoopVariable, _ program: LoopProgram) -> Bool {
  var found = false
  statement.visit { inner in
    switch inner.kind {
    case .store(let array, _, _), .accumulate(let array, _, _): if program.root(array) == root { found = true }
    case .call(_, let outputs, _): if outputs.contains(where: { program.root($0) == root }) { found = true }
    default: break
    }
  }
  return found
}
