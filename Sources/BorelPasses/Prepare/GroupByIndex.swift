// Sorts the iterations of a loop by an index that the data give, so that what the index finds is read once for each group.

import BorelIR
import BorelSource

/// The two parts with loops over data that read `a[g[i]]`, g data and a not, as loops over the values of g and, inside, over
/// the iterations that have that value.
///
/// The preparation sorts the iterations and copies what data the loop reads into their order. Inside a group nothing is gathered,
/// and derivatives are summed up before they are added to the array; elements of an array that follow from others by a little
/// arithmetic are computed for the group, so that the array may never exist. Only loops whose iterations do no more than add up are
/// rewritten; sums are taken in another order. Of several indices the one that most elements are found by counts.
public func groupByIndex(_ prepared: PreparedProgram) -> PreparedProgram {
  let pass = Grouping(prepared)
  if !pass.hasGroups { return prepared }
  // What every iteration adds alike is not counted group by group.
  let evaluation = splitTarget(hoistInvariants(prepared.evaluation))
  var grouping = Grouping(PreparedProgram(preparation: prepared.preparation, evaluation: evaluation))
  return grouping.run()
}

private struct Grouping {
  private var program: LoopProgram
  private var preparation: SortingPreparation
  private let dependence: DataDependence
  private let formulas: ElementFormulas

  init(_ prepared: PreparedProgram) {
    program = prepared.evaluation
    formulas = ElementFormulas(prepared.evaluation)
    preparation = SortingPreparation(prepared.preparation)
    dependence = DataDependence(prepared.evaluation)
  }

  var hasGroups: Bool {
    program.body.contains { statement in
      if case .loop(let loop) = statement.kind { key(of: loop) != nil && onlyAdds(loop) } else { false }
    }
  }

  mutating func run() -> PreparedProgram {
    var body: [LoopStatement] = []
    for statement in program.body {
      if case .loop(let loop) = statement.kind, let key = key(of: loop), onlyAdds(loop) {
        body.append(grouped(loop, by: key, statement))
      } else {
        body.append(statement)
      }
    }
    program.body = body
    program = eliminateDeadCode(program)
    program.inputs = usedInputs(program, keepsPosition: true)
    return PreparedProgram(preparation: preparation.finish(), evaluation: program)
  }

  // MARK: What can be grouped

  /// The value of an index array, and the definitions of the loop's body that follow from it and the surroundings.
  private struct Key {
    var array: LoopVariable
    var value: LoopVariable
    var slice: Set<LoopVariable>
    var gathers: Int
  }

  private func isData(_ array: LoopVariable) -> Bool {
    guard case .input = program[array].role else { return false }
    return !dependence.isVarying(array)
  }

  private func key(of loop: LoopFor) -> Key? {
    guard loop.lower == .int(0), isKnownBeforehand(loop.upper) else { return nil }
    let inside = LoopContents(of: loop, in: program)
    let written = Effects(of: loop.body, in: program).writes
    var best: Key?
    for statement in loop.body {
      guard case .define(let value, .load(let array, [.variable(loop.index)])) = statement.kind,
        program[value].scalar == .int, program[array].scalar == .int, isData(array)
      else { continue }
      var key = Key(array: array, value: value, slice: [value], gathers: 0)
      /// The value itself and its sums with constants: as places in an array that is checked, they cannot be far apart.
      var places: Set<LoopVariable> = [value]
      for statement in loop.body {
        guard case .define(let variable, let operation) = statement.kind else { continue }
        let parts = operation.operands.compactMap { operand in
          if case .variable(let part) = operand { part } else { nil }
        }
        guard parts.contains(where: key.slice.contains),
          parts.allSatisfy({ key.slice.contains($0) || inside.isOutside(.variable($0)) })
        else { continue }
        switch operation {
        case .apply(let function, let operands):
          key.slice.insert(variable)
          let isShift =
            (function == .add || function == .subtract)
            && operands.contains { if case .int = $0 { true } else { false } }
          if isShift, let part = parts.first, places.contains(part) { places.insert(variable) }
        case .load(let array, let indices):
          guard !written.contains(program.base(of: array)) else { continue }
          key.slice.insert(variable)
          let isGather = indices.contains {
            if case .variable(let index) = $0 { places.contains(index) } else { false }
          }
          if isGather, !isData(array) { key.gathers += 1 }
        case .read: continue
        }
      }
      if key.gathers > best?.gathers ?? 0 { best = key }
    }
    return best
  }

  private func isKnownBeforehand(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return true }
    return program.inputs.contains { $0.variable == variable } && !dependence.isVarying(variable)
  }

  /// Whether the iterations do nothing but add to places that they do not read, by data in the order of the loop.
  private func onlyAdds(_ loop: LoopFor) -> Bool {
    let effects = Effects(of: loop.body, in: program)
    guard effects.writes.isDisjoint(with: effects.reads) else { return false }
    // Views cannot be pointed to another index.
    for info in program.variables {
      guard case .view(_, let offset) = info.role else { continue }
      if (info.sizes + [offset]).contains(.variable(loop.index)) { return false }
    }
    var answer = true
    for statement in loop.body {
      statement.visit { statement in
        switch statement.kind {
        case .define(_, .load(let array, let indices)):
          if indices.contains(.variable(loop.index)), !isData(array) { answer = false }
        case .store(let place, _, _): if effects.writes.contains(program.base(of: place)) { answer = false }
        case .allocate, .call, .choice, .bind: answer = false
        case .accumulate(_, let indices, _): if indices.contains(.variable(loop.index)) { answer = false }
        case .define, .declare, .loop, .conditional, .require, .target: break
        }
      }
    }
    return answer
  }

  // MARK: The evaluation

  private mutating func grouped(_ loop: LoopFor, by key: Key, _ statement: LoopStatement) -> LoopStatement {
    let order = preparation.sort(loop, by: key.array, &program)
    func made(_ kind: LoopStatement.Kind) -> LoopStatement { LoopStatement(kind, statement.span) }
    func scalar(_ name: String) -> LoopVariable {
      program.addVariable(LoopVariableInfo(name: name, scalar: .int, role: .immutable))
    }
    let (group, first, end, index) = (scalar("group"), scalar("first"), scalar("end"), scalar(program[loop.index].name))
    let place = [LoopOperand.variable(group)]

    var outer = [made(.define(key.value, .load(order.values, place)))]
    var inner: [LoopStatement] = []
    for statement in loop.body {
      if case .define(let variable, _) = statement.kind, key.slice.contains(variable) {
        if variable != key.value { outer += formulas.computing(statement, &program) }
      } else {
        inner.append(sorted(statement, loop, index))
      }
    }
    if inner.contains(where: { reads($0, loop.index) }) {
      let iterations = preparation.handOver(order.iterations, sizes: [loop.upper], &program)
      inner.insert(made(.define(loop.index, .load(iterations, [.variable(index)]))), at: 0)
    }
    outer.append(made(.define(first, .load(order.starts, place))))
    outer.append(made(.define(end, .load(order.ends, place))))
    outer.append(made(.loop(LoopFor(index: index, lower: .variable(first), upper: .variable(end), body: inner))))
    return made(.loop(LoopFor(index: group, lower: .int(0), upper: .variable(order.count), body: outer)))
  }

  /// The statement with loads of data at the loop's index from copies in the order of the groups.
  private mutating func sorted(_ statement: LoopStatement, _ loop: LoopFor, _ index: LoopVariable) -> LoopStatement {
    var statement = statement
    switch statement.kind {
    case .define(let variable, .load(let array, let indices)) where indices.first == .variable(loop.index):
      guard !indices.dropFirst().contains(.variable(loop.index)),
        let copy = preparation.sortedCopy(of: array, loop, &program)
      else { break }
      statement.kind = .define(variable, .load(copy, [.variable(index)] + indices.dropFirst()))
    case .loop(var inner):
      inner.body = inner.body.map { sorted($0, loop, index) }
      statement.kind = .loop(inner)
    case .conditional(let condition, let then, let otherwise):
      statement.kind = .conditional(
        condition, then: then.map { sorted($0, loop, index) }, else: otherwise.map { sorted($0, loop, index) })
    default: break
    }
    return statement
  }

  private func reads(_ statement: LoopStatement, _ variable: LoopVariable) -> Bool {
    var answer = false
    statement.visitReads { if $0 == variable { answer = true } }
    return answer
  }
}
