// Takes what does not depend on the state that a loop carries into a loop before it, which can be vectorised.

import BorelIR

/// The program with expensive computations that need no carried state in a loop before the one that carries it.
///
/// The values that the second loop needs are handed over in arrays; loads of inputs and Int or Bool values are repeated.
public func distributeLoops(_ program: LoopProgram) -> LoopProgram {
  var pass = LoopDistribution(program: program)
  var body: [LoopStatement] = []
  for statement in program.body {
    if case .loop(let loop) = statement.kind, let parts = pass.distribute(loop, statement) {
      body += parts
    } else {
      body.append(statement)
    }
  }
  pass.program.body = body
  return eliminateDeadCode(pass.program)
}

private struct LoopDistribution {
  var program: LoopProgram

  mutating func distribute(_ loop: LoopFor, _ statement: LoopStatement) -> [LoopStatement]? {
    guard case .int(let lower) = loop.lower, lower >= 0 else { return nil }
    let effects = Effects(of: loop.body, in: program)
    guard !effects.writes.isDisjoint(with: effects.reads) else { return nil }
    let late = lateStatements(loop.body, changing: effects.writes)
    let early = loop.body.indices.filter { !late.contains($0) }
    guard early.contains(where: { isExpensive(loop.body[$0]) }) else { return nil }

    var definitions: [LoopVariable: LoopOperation] = [:]
    for index in early {
      if case .define(let variable, let operation) = loop.body[index].kind { definitions[variable] = operation }
    }
    var crossing: [LoopVariable] = []
    for index in loop.body.indices where late.contains(index) {
      loop.body[index].visitReads { variable in
        if definitions[variable] != nil, !crossing.contains(variable) { crossing.append(variable) }
      }
    }
    // Views of the second loop cannot be pointed to new variables.
    for info in program.variables {
      guard case .view(_, let offset) = info.role else { continue }
      for case .variable(let part) in info.sizes + [offset] where part == loop.index || definitions[part] != nil {
        return nil
      }
    }

    var before: [LoopStatement] = []
    let size = program.sizeBound(loop.upper, &before, statement)
    var first = loop
    first.isDescending = false
    first.body = early.map { loop.body[$0] }
    var second = loop
    second.index = program.addVariable(program[loop.index])
    second.body = []
    var renamed: [LoopVariable: LoopOperand] = [loop.index: .variable(second.index)]
    for variable in crossing {
      if canRepeat(variable, definitions) {
        repeatDefinition(variable, definitions, &renamed, &second.body, statement)
      } else if program[variable].scalar == .real {
        let name = program[variable].name
        let array = program.addVariable(
          LoopVariableInfo(
            name: name.isEmpty ? "ahead" : name + "_ahead", scalar: .real, sizes: [size], role: .mutable))
        before.append(LoopStatement(.allocate(array, fill: nil), statement.span))
        first.body.append(
          LoopStatement(.store(array, [.variable(loop.index)], .variable(variable)), statement.span))
        let copy = program.addVariable(program[variable])
        second.body.append(
          LoopStatement(.define(copy, .load(array, [.variable(second.index)])), statement.span))
        renamed[variable] = .variable(copy)
      } else {
        return nil
      }
    }
    second.body += loop.body.indices.filter(late.contains).map { loop.body[$0].replacing(renamed) }
    return before + [LoopStatement(.loop(first), statement.span), LoopStatement(.loop(second), statement.span)]
  }

  /// The statements that have an effect outside, or depend on what the loop changes outside, or on such statements.
  private func lateStatements(_ body: [LoopStatement], changing outer: Set<LoopVariable>) -> Set<Int> {
    var late: Set<Int> = []
    var places = outer
    var values: Set<LoopVariable> = []
    let parts = body.map { Effects(of: CollectionOfOne($0), in: program) }
    var count = -1
    while count != late.count {
      count = late.count
      for (index, statement) in body.enumerated() where !late.contains(index) {
        var isLate = hasEffect(statement)
        isLate = isLate || !parts[index].reads.isDisjoint(with: places)
        isLate = isLate || !parts[index].writes.isDisjoint(with: places)
        statement.visitReads { if values.contains($0) { isLate = true } }
        switch statement.kind {
        case .declare(let place, _), .allocate(let place, _): isLate = isLate || places.contains(place)
        default: break
        }
        guard isLate else { continue }
        late.insert(index)
        // Whatever touches a local place that a late statement writes stays beside it.
        places.formUnion(parts[index].writes)
        switch statement.kind {
        case .define(let variable, _): values.insert(variable)
        case .declare(let place, _), .allocate(let place, _): places.insert(place)
        default: break
        }
      }
    }
    return late
  }

  private func hasEffect(_ statement: LoopStatement) -> Bool {
    var found = false
    statement.visit { inner in
      switch inner.kind {
      case .target, .require, .choice, .bind, .call: found = true
      default: break
      }
    }
    return found
  }

  private func isExpensive(_ statement: LoopStatement) -> Bool {
    var found = false
    statement.visit { inner in
      if case .define(_, .apply(.primitive(let id), _)) = inner.kind, PrimitiveTable[id].result == .real {
        found = true
      }
    }
    return found
  }

  /// Whether a definition may be computed again instead of handed over.
  private func canRepeat(_ variable: LoopVariable, _ definitions: [LoopVariable: LoopOperation]) -> Bool {
    guard let operation = definitions[variable] else { return true }
    switch operation {
    case .load(let array, let indices):
      return program[array].role == .input && indices.allSatisfy { canRepeat($0, definitions) }
    case .apply(_, let operands):
      return program[variable].scalar != .real && operands.allSatisfy { canRepeat($0, definitions) }
    case .read: return false
    }
  }

  private func canRepeat(_ operand: LoopOperand, _ definitions: [LoopVariable: LoopOperation]) -> Bool {
    guard case .variable(let variable) = operand else { return true }
    return canRepeat(variable, definitions)
  }

  private mutating func repeatDefinition(
    _ variable: LoopVariable, _ definitions: [LoopVariable: LoopOperation],
    _ renamed: inout [LoopVariable: LoopOperand], _ body: inout [LoopStatement], _ statement: LoopStatement
  ) {
    guard renamed[variable] == nil, let operation = definitions[variable] else { return }
    for case .variable(let part) in operation.operands {
      repeatDefinition(part, definitions, &renamed, &body, statement)
    }
    let copy = program.addVariable(program[variable])
    body.append(LoopStatement(.define(copy, operation.replacing(renamed)), statement.span))
    renamed[variable] = .variable(copy)
  }
}

extension LoopOperation {
  /// The operation on other operands.
  func replacing(_ renamed: [LoopVariable: LoopOperand]) -> LoopOperation {
    switch self {
    case .apply(let function, let operands): .apply(function, operands.map { $0.replacing(renamed) })
    case .load(let array, let indices): .load(array, indices.map { $0.replacing(renamed) })
    case .read: self
    }
  }
}

extension LoopOperand {
  func replacing(_ renamed: [LoopVariable: LoopOperand]) -> LoopOperand {
    guard case .variable(let variable) = self else { return self }
    return renamed[variable] ?? self
  }
}

extension LoopStatement {
  /// The statement with immutable scalars replaced in it and in its blocks; choices stay as they are.
  func replacing(_ renamed: [LoopVariable: LoopOperand]) -> LoopStatement {
    func value(_ operand: LoopOperand) -> LoopOperand { operand.replacing(renamed) }
    func block(_ statements: [LoopStatement]) -> [LoopStatement] { statements.map { $0.replacing(renamed) } }
    let kind: Kind
    switch self.kind {
    case .define(let variable, let operation): kind = .define(variable, operation.replacing(renamed))
    case .declare(let variable, let initial): kind = .declare(variable, value(initial))
    case .allocate(let variable, let fill): kind = .allocate(variable, fill: fill.map(value))
    case .store(let variable, let indices, let operand):
      kind = .store(variable, indices.map(value), value(operand))
    case .accumulate(let variable, let indices, let operand):
      kind = .accumulate(variable, indices.map(value), value(operand))
    case .loop(var loop):
      loop.lower = value(loop.lower)
      loop.upper = value(loop.upper)
      loop.body = block(loop.body)
      kind = .loop(loop)
    case .conditional(let condition, let then, let otherwise):
      kind = .conditional(value(condition), then: block(then), else: block(otherwise))
    case .require(let condition, let check): kind = .require(value(condition), check)
    case .target(let operand): kind = .target(value(operand))
    case .call, .choice, .bind: return self
    }
    return LoopStatement(kind, span)
  }
}
