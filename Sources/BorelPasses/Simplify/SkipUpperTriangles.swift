// Computes only the lower triangle of a matrix where nothing reads more of it.

import BorelIR

/// The program whose loops over the rows of a matrix S end at the diagonal, where only `cholesky` reads S, its lower triangle.
///
/// Only loops that do nothing but write S[i, j], i the index of a loop around them, are cut short.
public func skipUpperTriangles(_ program: LoopProgram) -> LoopProgram {
  var pass = TriangleSkipping(program)
  let body = pass.block(program.body, outer: [])
  pass.program.body = body
  return pass.program
}

private struct TriangleSkipping {
  var program: LoopProgram
  /// Matrices of which nothing above the diagonal is read.
  private var triangles: Set<LoopVariable> = []

  init(_ program: LoopProgram) {
    self.program = program
    var factored: Set<LoopVariable> = []
    var others: Set<LoopVariable> = []
    for statement in program.body {
      statement.visit { statement in
        switch statement.kind {
        case .call(.cholesky, let outputs, let inputs):
          factored.formUnion(inputs)
          others.formUnion(outputs.map(program.base))
        case .call(_, let outputs, let inputs): others.formUnion((outputs + inputs).map(program.base))
        case .define(_, .load(let array, let indices)):
          if Set(indices).count > 1 { others.insert(program.base(of: array)) }
        default: break
        }
      }
    }
    for case (_, .variable(let variable)) in program.results { others.insert(program.base(of: variable)) }
    for site in program.sites { if let array = site.array { others.insert(program.base(of: array)) } }
    for info in program.variables { if case .view(let base, _) = info.role { others.insert(program.base(of: base)) } }
    triangles = factored.subtracting(others).filter { program[$0].role == .mutable && program[$0].sizes.count == 2 }
  }

  mutating func block(_ block: [LoopStatement], outer: [LoopFor]) -> [LoopStatement] {
    if triangles.isEmpty { return block }
    var result: [LoopStatement] = []
    for var statement in block {
      switch statement.kind {
      case .loop(var loop):
        if let row = rowLoop(loop, outer) {
          // Inside the rows' loop, so that the diagonal is not beyond the end where both loops have the same.
          let end = define(.add, [.variable(row.index), .int(1)], &result, statement)
          loop.upper = loop.upper == row.upper ? end : define(.minimum, [end, loop.upper], &result, statement)
        } else {
          loop.body = self.block(loop.body, outer: outer + [loop])
        }
        statement.kind = .loop(loop)
      case .conditional(let condition, let then, let otherwise):
        statement.kind = .conditional(
          condition, then: self.block(then, outer: outer), else: self.block(otherwise, outer: outer))
      default: break
      }
      result.append(statement)
    }
    return result
  }

  private mutating func define(
    _ function: LoopFunction, _ operands: [LoopOperand], _ block: inout [LoopStatement], _ statement: LoopStatement
  ) -> LoopOperand {
    let variable = program.addVariable(LoopVariableInfo(name: "", scalar: .int, role: .immutable))
    block.append(LoopStatement(.define(variable, .apply(function, operands)), statement.span))
    return .variable(variable)
  }

  /// The loop over the rows, where the loop does nothing but write the elements of a row in the order of its index.
  private func rowLoop(_ loop: LoopFor, _ outer: [LoopFor]) -> LoopFor? {
    var row: LoopFor?
    var fits = true
    let inside = LoopContents(of: loop, in: program)
    for statement in loop.body {
      statement.visit { statement in
        switch statement.kind {
        case .store(let place, let indices, _), .accumulate(let place, let indices, _):
          if !inside.isOutside(.variable(place)) { break }
          guard triangles.contains(place), indices.count == 2, indices[1] == .variable(loop.index),
            let found = outer.first(where: { indices[0] == .variable($0.index) }),
            row.map({ $0.index == found.index }) ?? true
          else {
            fits = false
            break
          }
          row = found
        case .define, .declare, .allocate, .conditional, .loop: break
        case .call, .require, .target, .choice, .bind: fits = false
        }
      }
    }
    let effects = Effects(of: loop.body, in: program)
    return fits && effects.reads.isDisjoint(with: effects.writes) ? row : nil
  }
}
