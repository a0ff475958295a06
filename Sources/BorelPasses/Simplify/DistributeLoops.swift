// Cuts a loop that carries state in up to three: what needs no state goes before it, what only uses the state after it.
//
// The first and the last of them can be vectorised.

import BorelIR

/// The program with expensive computations of loops that carry state in loops of their own, where the state allows it.
///
/// Values are handed over in arrays; loads of inputs and Int or Bool values are repeated.
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
    var last = lastStatements(loop.body, of: late, reading: effects.reads)
    var first = Set(loop.body.indices).subtracting(late)
    if !last.contains(where: { isExpensive(loop.body[$0]) }) { last = [] }
    if !first.contains(where: { isExpensive(loop.body[$0]) }) { first = [] }
    if first.isEmpty && last.isEmpty { return nil }
    let middle = Set(loop.body.indices).subtracting(first).subtracting(last)
    return cut(loop, [first, middle, last].filter { !$0.isEmpty }, statement)
  }

  // MARK: Loops from parts

  /// One loop for each part; nil where what one part needs of another cannot be handed over.
  private mutating func cut(_ loop: LoopFor, _ parts: [Set<Int>], _ statement: LoopStatement) -> [LoopStatement]? {
    var definitions: [LoopVariable: LoopOperation] = [:]
    var homes: [LoopVariable: Int] = [:]
    for (position, inner) in loop.body.enumerated() {
      guard case .define(let variable, let operation) = inner.kind else { continue }
      definitions[variable] = operation
      homes[variable] = parts.firstIndex { $0.contains(position) }
    }
    // Views of the later loops cannot be pointed to new variables.
    for info in program.variables {
      guard case .view(_, let offset) = info.role else { continue }
      for case .variable(let part) in info.sizes + [offset] where part == loop.index || definitions[part] != nil {
        return nil
      }
    }

    var before: [LoopStatement] = []
    let size = program.sizeBound(loop.upper, &before, statement)
    var loops: [LoopFor] = []
    var handed: [LoopVariable: LoopVariable] = [:]
    for (number, part) in parts.enumerated() {
      var own = loop
      own.body = []
      var renamed: [LoopVariable: LoopOperand] = [:]
      if number > 0 {
        own.index = program.addVariable(program[loop.index])
        renamed[loop.index] = .variable(own.index)
      }
      for variable in crossing(into: number, part, loop.body, homes) {
        if canRepeat(variable, definitions) {
          repeatDefinition(variable, definitions, &renamed, &own.body, statement)
          continue
        }
        guard program[variable].scalar == .real, let home = homes[variable] else { return nil }
        let array =
          handed[variable] ?? handOver(variable, size, loops[home].index, &loops[home].body, &before, statement)
        handed[variable] = array
        let copy = program.addVariable(program[variable])
        own.body.append(LoopStatement(.define(copy, .load(array, [.variable(own.index)])), statement.span))
        renamed[variable] = .variable(copy)
      }
      for position in loop.body.indices where part.contains(position) {
        own.body.append(renamed.isEmpty ? loop.body[position] : loop.body[position].replacing(renamed))
      }
      loops.append(own)
    }
    return before + loops.map { LoopStatement(.loop($0), statement.span) }
  }

  /// What a part reads of the parts before it.
  private func crossing(
    into number: Int, _ part: Set<Int>, _ body: [LoopStatement], _ homes: [LoopVariable: Int]
  ) -> [LoopVariable] {
    var result: [LoopVariable] = []
    for position in body.indices where part.contains(position) {
      body[position].visitReads { variable in
        if let home = homes[variable], home < number, !result.contains(variable) { result.append(variable) }
      }
    }
    return result
  }

  /// Stores a value of one loop in a new array.
  private mutating func handOver(
    _ variable: LoopVariable, _ size: LoopOperand, _ index: LoopVariable, _ body: inout [LoopStatement],
    _ before: inout [LoopStatement], _ statement: LoopStatement
  ) -> LoopVariable {
    let name = program[variable].name
    let array = program.addVariable(
      LoopVariableInfo(name: name.isEmpty ? "ahead" : name + "_ahead", scalar: .real, sizes: [size], role: .mutable))
    before.append(LoopStatement(.allocate(array, fill: nil), statement.span))
    // What the loop's variable is called there: in the first loop it is the original.
    body.append(LoopStatement(.store(array, [.variable(index)], .variable(variable)), statement.span))
    return array
  }

  // MARK: Parts

  /// Of the late statements, those that only add to what the loop does not read, and what only they need.
  private func lastStatements(
    _ body: [LoopStatement], of late: Set<Int>, reading read: Set<LoopVariable>
  ) -> Set<Int> {
    var last = late
    var needed: Set<LoopVariable> = []
    let local = localPlaces(body)
    let changing = Effects(of: body, in: program).writes.union(local)
    for position in body.indices.reversed() where late.contains(position) {
      let statement = body[position]
      let stays: Bool
      switch statement.kind {
      case .target: stays = false
      case .accumulate(let place, let indices, _):
        stays = !indices.isEmpty || read.contains(place) || local.contains(place) || isStored(place, body)
      case .define(let variable, let operation):
        switch operation {
        case .read: stays = true
        case .load(let array, _): stays = needed.contains(variable) || changing.contains(program.base(of: array))
        case .apply: stays = needed.contains(variable)
        }
      default: stays = true
      }
      guard stays else { continue }
      last.remove(position)
      statement.visitReads { needed.insert($0) }
    }
    return last
  }

  /// Whether a place is written other than by adding to it at the top of the body.
  private func isStored(_ place: LoopVariable, _ body: [LoopStatement]) -> Bool {
    body.contains { statement in
      if case .accumulate(place, _, _) = statement.kind { return false }
      return Effects(of: CollectionOfOne(statement), in: program).writes.contains(place)
    }
  }

  /// The statements that have an effect outside, or depend on what the loop changes outside, or on such statements.
  private func lateStatements(_ body: [LoopStatement], changing outer: Set<LoopVariable>) -> Set<Int> {
    var late: Set<Int> = []
    var places = outer
    var values: Set<LoopVariable> = []
    let parts = body.map { Effects(of: CollectionOfOne($0), in: program) }
    let local = localPlaces(body)
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
        // Whatever touches a local place that a late statement uses stays beside it.
        places.formUnion(parts[index].writes)
        places.formUnion(parts[index].reads.intersection(local))
        switch statement.kind {
        case .define(let variable, _): values.insert(variable)
        case .declare(let place, _), .allocate(let place, _): places.insert(place)
        default: break
        }
      }
    }
    return late
  }

  /// The scalars and arrays that the body makes at its top.
  private func localPlaces(_ body: [LoopStatement]) -> Set<LoopVariable> {
    var places: Set<LoopVariable> = []
    for statement in body {
      switch statement.kind {
      case .declare(let place, _), .allocate(let place, _): places.insert(place)
      default: break
      }
    }
    return places
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
