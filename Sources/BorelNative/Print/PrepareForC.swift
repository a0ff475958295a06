// Small changes before printing: dead definitions go, Int data that is only read as Real becomes Real data, loops ascend, first
// additions become stores, and sums into one element become sums into a scalar.

import BorelIR

/// The program as it is printed, with the outputs that it writes completely; others are zero before it starts.
func preparedForC(_ program: LoopProgram) -> (program: LoopProgram, complete: Set<LoopVariable>) {
  var program = program
  readIntsAsReals(&program)
  program.body = ascending(program.body, program)
  let complete = storingFirst(&program)
  tilingProducts(&program)
  program.body = withScalarSums(program.body, &program)
  removeUnreadWrites(&program)
  removeDeadDefinitions(&program)
  return (program, complete)
}

// MARK: Int data read as Real

/// `to_real(y[i])` of an Int input becomes a load from its Real copy: conversions of Ints do not vectorise everywhere.
private func readIntsAsReals(_ program: inout LoopProgram) {
  var loads: [LoopVariable: (array: LoopVariable, indices: [LoopOperand])] = [:]
  let inputs = Dictionary(
    program.inputs.map { ($0.variable, $0) }, uniquingKeysWith: { first, _ in first })
  var copies: [LoopVariable: LoopVariable] = [:]

  func visit(_ statements: [LoopStatement]) -> [LoopStatement] {
    statements.map { statement in
      var statement = statement
      switch statement.kind {
      case .define(let variable, .load(let array, let indices)):
        if let input = inputs[array], !input.isParameter, !input.isOther, program[array].scalar != .real {
          loads[variable] = (array, indices)
        }
      case .define(let variable, .apply(.toReal, let operands)):
        if case .variable(let loaded)? = operands.first, let load = loads[loaded], let input = inputs[load.array] {
          let copy: LoopVariable
          if let known = copies[load.array] {
            copy = known
          } else {
            var info = program[load.array]
            info.scalar = .real
            copy = program.addVariable(info)
            program.inputs.append(LoopInput(variable: copy, source: input.source))
            copies[load.array] = copy
          }
          statement.kind = .define(variable, .load(copy, load.indices))
        }
      case .loop(var loop):
        loop.body = visit(loop.body)
        statement.kind = .loop(loop)
      case .conditional(let condition, let then, let otherwise):
        statement.kind = .conditional(condition, then: visit(then), else: visit(otherwise))
      default: break
      }
      return statement
    }
  }
  program.body = visit(program.body)
}

extension LoopInput {
  /// Computed by another function: there is one copy, of one type.
  fileprivate var isOther: Bool {
    if case .other = source { true } else { false }
  }
}

// MARK: Sums into one element

/// Inside a loop, `x[3] += v` with an index that does not change, where the loop does nothing else with `x`, becomes a sum
/// into a scalar that is added to the element afterwards: such a loop vectorises.
private func withScalarSums(_ statements: [LoopStatement], _ program: inout LoopProgram) -> [LoopStatement] {
  statements.flatMap { statement -> [LoopStatement] in
    var statement = statement
    switch statement.kind {
    case .conditional(let condition, let then, let otherwise):
      statement.kind = .conditional(
        condition, then: withScalarSums(then, &program), else: withScalarSums(otherwise, &program))
      return [statement]
    case .loop(var loop):
      var finder = SumFinder(program, index: loop.index)
      finder.visit(loop.body, isDirect: true)
      var before: [LoopStatement] = []
      var after: [LoopStatement] = []
      var replacements: [SumFinder.Element: LoopVariable] = [:]
      for element in finder.order where finder.isSum(element) {
        let info = program[element.array]
        let sum = program.addVariable(
          LoopVariableInfo(name: info.name.isEmpty ? "sum" : info.name + "_sum", scalar: .real, role: .mutable))
        let total = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
        replacements[element] = sum
        before.append(LoopStatement(.declare(sum, .real(0)), statement.span))
        after.append(LoopStatement(.define(total, .read(sum)), statement.span))
        after.append(LoopStatement(.accumulate(element.array, element.indices, .variable(total)), statement.span))
      }
      loop.body = withScalarSums(replacing(replacements, in: loop.body), &program)
      statement.kind = .loop(loop)
      if after.isEmpty { return [statement] }
      // Where the body never ran, the element need not exist.
      let hasRun = program.addVariable(LoopVariableInfo(name: "", scalar: .bool, role: .immutable))
      before.append(LoopStatement(.define(hasRun, .apply(.less, [loop.lower, loop.upper])), statement.span))
      return before + [
        statement, LoopStatement(.conditional(.variable(hasRun), then: after, else: []), statement.span),
      ]
    default: return [statement]
    }
  }
}

private func replacing(
  _ sums: [SumFinder.Element: LoopVariable], in statements: [LoopStatement]
) -> [LoopStatement] {
  if sums.isEmpty { return statements }
  return statements.map { statement in
    var statement = statement
    switch statement.kind {
    case .accumulate(let array, let indices, let value):
      if let sum = sums[SumFinder.Element(array: array, indices: indices)] {
        statement.kind = .accumulate(sum, [], value)
      }
    case .loop(var loop):
      loop.body = replacing(sums, in: loop.body)
      statement.kind = .loop(loop)
    case .conditional(let condition, let then, let otherwise):
      statement.kind = .conditional(condition, then: replacing(sums, in: then), else: replacing(sums, in: otherwise))
    default: break
    }
    return statement
  }
}

/// Finds the elements of arrays that a loop's body only adds to.
private struct SumFinder {
  struct Element: Hashable {
    var array: LoopVariable
    var indices: [LoopOperand]
  }
  private let program: LoopProgram
  private(set) var order: [Element] = []
  /// Elements that are added to whenever the body runs: others may lie outside the array.
  private var direct: Set<Element> = []
  private var inside: Set<LoopVariable> = []
  private var otherwiseUsed: Set<LoopVariable> = []

  init(_ program: LoopProgram, index: LoopVariable) {
    self.program = program
    inside = [index]
  }

  func isSum(_ element: Element) -> Bool {
    direct.contains(element) && !otherwiseUsed.contains(root(element.array)) && !inside.contains(element.array)
      && element.indices.allSatisfy { index in
        if case .variable(let variable) = index { !inside.contains(variable) } else { true }
      }
  }

  private func root(_ variable: LoopVariable) -> LoopVariable {
    var variable = variable
    while case .view(let base, _) = program[variable].role { variable = base }
    return variable
  }

  mutating func visit(_ statements: [LoopStatement], isDirect: Bool) {
    for statement in statements {
      switch statement.kind {
      case .define(let variable, let operation):
        inside.insert(variable)
        if case .load(let array, _) = operation { otherwiseUsed.insert(root(array)) }
      case .declare(let variable, _), .allocate(let variable, _): inside.insert(variable)
      case .store(let variable, _, _): otherwiseUsed.insert(root(variable))
      case .accumulate(let array, let indices, _):
        guard program[array].isArray, program[array].scalar == .real else { break }
        if case .view = program[array].role {
          otherwiseUsed.insert(root(array))
          break
        }
        let element = Element(array: array, indices: indices)
        if !order.contains(element) { order.append(element) }
        if isDirect { direct.insert(element) }
      case .call(_, let outputs, let inputs):
        for variable in outputs + inputs { otherwiseUsed.insert(root(variable)) }
      case .loop(let loop):
        inside.insert(loop.index)
        visit(loop.body, isDirect: false)
      case .conditional(_, let then, let otherwise):
        visit(then, isDirect: false)
        visit(otherwise, isDirect: false)
      default: break
      }
    }
  }
}

// MARK: Dead writes and definitions

/// Drops writes to variables that nothing reads and their declarations, and what is empty then.
private func removeUnreadWrites(_ program: inout LoopProgram) {
  func root(_ variable: LoopVariable) -> LoopVariable {
    var variable = variable
    while case .view(let base, _) = program[variable].role { variable = base }
    return variable
  }
  while true {
    var read: Set<LoopVariable> = []
    for statement in program.body { statement.visitReads { read.insert(root($0)) } }
    for case (_, .variable(let variable)) in program.results { read.insert(root(variable)) }
    for (index, info) in program.variables.enumerated() where info.role == .output { read.insert(LoopVariable(index)) }
    _ = LoopPrograms.contains(program.body) { kind in
      if case .call(_, let outputs, _) = kind { for output in outputs { read.insert(root(output)) } }
      return false
    }
    var hasChanged = false
    func kept(_ statements: [LoopStatement]) -> [LoopStatement] {
      statements.compactMap { statement in
        var statement = statement
        switch statement.kind {
        case .store(let variable, _, _), .accumulate(let variable, _, _), .declare(let variable, _),
          .allocate(let variable, _):
          if read.contains(root(variable)) { return statement }
          hasChanged = true
          return nil
        case .loop(var loop):
          loop.body = kept(loop.body)
          statement.kind = .loop(loop)
          if loop.body.isEmpty { hasChanged = true }
          return loop.body.isEmpty ? nil : statement
        case .conditional(let condition, let then, let otherwise):
          let (first, second) = (kept(then), kept(otherwise))
          statement.kind = .conditional(condition, then: first, else: second)
          return first.isEmpty && second.isEmpty ? nil : statement
        default: return statement
        }
      }
    }
    program.body = kept(program.body)
    removeDeadDefinitions(&program)
    if !hasChanged { return }
  }
}

private func removeDeadDefinitions(_ program: inout LoopProgram) {
  var used: Set<LoopVariable> = []
  let sizes = neededSizes(of: program)
  func use(_ operand: LoopOperand) {
    if case .variable(let variable) = operand { use(variable) }
  }
  func use(_ variable: LoopVariable) {
    guard used.insert(variable).inserted else { return }
    let info = program[variable]
    for case .variable(let size) in info.sizes where sizes.contains(size) { use(size) }
    if case .view(let base, let offset) = info.role {
      use(base)
      use(offset)
    }
  }
  for (_, value) in program.results { use(value) }
  for (index, info) in program.variables.enumerated() where info.role == .output { use(LoopVariable(index)) }

  func live(_ statements: [LoopStatement]) -> [LoopStatement] {
    var kept: [LoopStatement] = []
    for var statement in statements.reversed() {
      switch statement.kind {
      case .define(let variable, let operation):
        guard used.contains(variable) else { continue }
        switch operation {
        case .apply(_, let operands): operands.forEach(use)
        case .load(let array, let indices):
          use(array)
          indices.forEach(use)
        case .read(let variable): use(variable)
        }
      case .declare(let variable, let initial):
        use(variable)
        use(initial)
      case .allocate(let variable, let fill):
        use(variable)
        fill.map(use)
      case .store(let variable, let indices, let value), .accumulate(let variable, let indices, let value):
        use(variable)
        indices.forEach(use)
        use(value)
      case .loop(var loop):
        loop.body = live(loop.body)
        if loop.body.isEmpty { continue }
        use(loop.lower)
        use(loop.upper)
        statement.kind = .loop(loop)
      case .conditional(let condition, let then, let otherwise):
        let (first, second) = (live(then), live(otherwise))
        if first.isEmpty && second.isEmpty { continue }
        statement.kind = .conditional(condition, then: first, else: second)
        use(condition)
      case .call(_, let outputs, let inputs): (outputs + inputs).forEach(use)
      case .require(let condition, _): use(condition)
      case .target(let value): use(value)
      case .choice, .bind: break
      }
      kept.append(statement)
    }
    return kept.reversed()
  }
  program.body = live(program.body)
}
