// Splits a program into what data alone determine, computed once, and what is computed at every position.

import BorelIR
import BorelSource

/// A program in two parts.
public struct PreparedProgram: Sendable {
  /// Computes from data what the evaluation reads as inputs `.other("prepared_…")`; its results have these names.
  public var preparation: LoopProgram
  public var evaluation: LoopProgram
}

/// Moves everything that depends on data alone into a preparation.
///
/// Scalars become inputs of the evaluation; values of loops over data become arrays that the loops read; what data add to the
/// target becomes one constant; checks of data are made once. Arithmetic that costs no more than a load stays where it is.
public func prepare(_ program: LoopProgram) -> PreparedProgram {
  let program = multiplyByDataReciprocals(program)
  var demoted: Set<LoopVariable> = []
  while true {
    var splitter = PreparationSplitter(program, demoted: demoted)
    splitter.run()
    if splitter.refused.isEmpty { return splitter.result() }
    demoted.formUnion(splitter.refused)
  }
}

struct PreparationSplitter {
  struct Loop {
    var index: LoopVariable
    var lower: LoopOperand
    var upper: LoopOperand
  }

  let source: LoopProgram
  let dependence: DataDependence
  let unsettled: UnsettledReads
  var preparation: LoopProgram
  var evaluation: LoopProgram
  /// Variables that must be computed at every position after all.
  var refused: Set<LoopVariable> = []
  /// Read by statements that depend on the position.
  var needed: Set<LoopVariable> = []
  /// Data-only values that cost more than a load.
  var costly: Set<LoopVariable> = []
  /// Scalars that the outermost block defines, inputs included.
  private var outermost: Set<LoopVariable> = []
  var definitions: [LoopVariable: LoopOperation] = [:]
  private var saved: Set<LoopVariable> = []
  /// The values of an array are handed over whole.
  private var handedOver: Set<LoopVariable> = []
  private var constant: LoopVariable
  private var hasConstant = false
  private var count = 0
  /// Branches that are open while statements are split.
  private var branchDepth = 0

  init(_ program: LoopProgram, demoted: Set<LoopVariable>) {
    source = program
    dependence = DataDependence(program, demoted: demoted)
    unsettled = UnsettledReads(in: program)
    preparation = program
    preparation.body = []
    preparation.results = []
    preparation.sites = []
    evaluation = program
    evaluation.body = []
    constant = preparation.addVariable(LoopVariableInfo(name: "constant", scalar: .real, role: .mutable))
    evaluation.variables = preparation.variables
  }

  mutating func run() {
    for input in source.inputs where !source[input.variable].isArray { outermost.insert(input.variable) }
    for statement in source.body {
      if case .define(let variable, _) = statement.kind { outermost.insert(variable) }
    }
    collectCosts(source.body)
    collectNeeds(source.body, isData: true)
    for result in source.results {
      if case .variable(let variable) = result.value { need(variable) }
    }
    let (first, second) = split(source.body, loops: [], isData: true)
    preparation.body += first
    evaluation.body = second
  }

  // MARK: Splitting

  private mutating func split(
    _ body: [LoopStatement], loops: [Loop], isData: Bool
  ) -> (preparation: [LoopStatement], evaluation: [LoopStatement]) {
    var first: [LoopStatement] = []
    var second: [LoopStatement] = []
    for statement in body {
      switch statement.kind {
      case .loop(let loop):
        let isDataLoop = isData && !dependence.isVarying(loop.index)
        let (inner, outer) = split(
          loop.body, loops: loops + [Loop(index: loop.index, lower: loop.lower, upper: loop.upper)], isData: isDataLoop)
        if !inner.isEmpty {
          var copy = loop
          copy.body = inner
          first.append(LoopStatement(.loop(copy), statement.span))
        }
        if outer.contains(where: hasEffect) {
          var copy = loop
          copy.body = outer
          second.append(LoopStatement(.loop(copy), statement.span))
        }
      case .conditional(let test, let then, let otherwise):
        let isDataBranch = isData && !dependence.isVarying(test)
        branchDepth += 1
        defer { branchDepth -= 1 }
        let a = split(then, loops: loops, isData: isDataBranch)
        let b = split(otherwise, loops: loops, isData: isDataBranch)
        if !a.preparation.isEmpty || !b.preparation.isEmpty {
          first.append(
            LoopStatement(.conditional(test, then: a.preparation, else: b.preparation), statement.span))
        }
        if (a.evaluation + b.evaluation).contains(where: hasEffect) {
          second.append(LoopStatement(.conditional(test, then: a.evaluation, else: b.evaluation), statement.span))
        }
      default:
        if isVarying(statement) || !isData {
          second.append(statement)
        } else {
          splitData(statement, loops, &first, &second)
        }
      }
    }
    return (first, second)
  }

  /// Definitions alone have no effect.
  private func hasEffect(_ statement: LoopStatement) -> Bool {
    switch statement.kind {
    case .define: false
    case .loop(let loop): loop.body.contains(where: hasEffect)
    case .conditional(_, let then, let otherwise): (then + otherwise).contains(where: hasEffect)
    default: true
    }
  }

  private mutating func splitData(
    _ statement: LoopStatement, _ loops: [Loop], _ first: inout [LoopStatement], _ second: inout [LoopStatement]
  ) {
    switch statement.kind {
    case .define(let variable, _):
      first.append(statement)
      guard needed.contains(variable) else { return }
      if costly.contains(variable) {
        save(variable, loops, &first, &second, statement)
      } else {
        // Cheap: computed again; an array that it reads is handed over.
        second.append(statement)
        if case .define(_, .load(let array, _)) = statement.kind { handOver(array) }
      }
    case .target(let operand):
      hasConstant = true
      first.append(LoopStatement(.accumulate(constant, [], operand), statement.span))
    case .allocate(let variable, _):
      first.append(statement)
      if needed.contains(variable) {
        if loops.isEmpty, branchDepth == 0 { handOver(variable) } else { refused.insert(variable) }
      }
    case .declare(let variable, _):
      first.append(statement)
      if needed.contains(variable) { refused.insert(variable) }
    default: first.append(statement)
    }
  }

  /// An array that the preparation writes becomes an input of the evaluation.
  private mutating func handOver(_ array: LoopVariable) {
    let base = source.base(of: array)
    guard source[base].role == .mutable, handedOver.insert(base).inserted else { return }
    // The sizes of an input are constants or inputs themselves.
    let hasGivenSizes = source[base].sizes.allSatisfy { size in
      if case .variable(let variable) = size { source[variable].role == .input } else { true }
    }
    guard hasGivenSizes else {
      refused.insert(base)
      return
    }
    let name = nextName()
    preparation.results.append((name, .variable(base)))
    evaluation[base].role = .input
    evaluation.inputs.append(LoopInput(variable: base, source: .other(name)))
  }

  private mutating func nextName() -> String {
    count += 1
    return "prepared_\(count)"
  }

  /// Hands a value over: a scalar of the outermost block, or one for each iteration of loops with known bounds.
  private mutating func save(
    _ variable: LoopVariable, _ loops: [Loop], _ first: inout [LoopStatement], _ second: inout [LoopStatement],
    _ statement: LoopStatement
  ) {
    guard saved.insert(variable).inserted else { return }
    let info = source[variable]
    if loops.isEmpty, outermost.contains(variable) {
      let name = nextName()
      preparation.results.append((name, .variable(variable)))
      evaluation[variable].role = .input
      evaluation.inputs.append(LoopInput(variable: variable, source: .other(name)))
      return
    }
    var sizes: [LoopOperand] = []
    for loop in loops {
      // A value that cannot be handed over is computed at every position.
      guard isSimpleSize(loop.upper) else {
        refused.insert(variable)
        return
      }
      sizes.append(loop.upper)
    }
    guard !sizes.isEmpty else {
      refused.insert(variable)
      return
    }
    let name = nextName()
    let hint = info.name.isEmpty ? functionName(statement) : info.name
    let array = preparation.addVariable(
      LoopVariableInfo(name: hint, scalar: info.scalar, sizes: sizes, role: .mutable))
    let input = evaluation.addVariable(
      LoopVariableInfo(name: hint, scalar: info.scalar, sizes: sizes, role: .input))
    // Elements that the loops leave out are never read.
    allocations.append(
      LoopStatement(
        .allocate(array, fill: info.scalar == .real ? .real(0) : info.scalar == .int ? .int(0) : .bool(false)))
    )
    let indices = loops.map { LoopOperand.variable($0.index) }
    first.append(LoopStatement(.store(array, indices, .variable(variable)), statement.span))
    preparation.results.append((name, .variable(array)))
    evaluation.inputs.append(LoopInput(variable: input, source: .other(name)))
    second.append(LoopStatement(.define(variable, .load(input, indices)), statement.span))
  }

  private var allocations: [LoopStatement] = []

  private func functionName(_ statement: LoopStatement) -> String {
    if case .define(_, .apply(let function, let operands)) = statement.kind {
      if function == .divide { return operands[0] == .real(1) ? "reciprocal" : "quotient" }
      return function.name
    }
    return "prepared"
  }

  /// True for a number that follows from sizes and other inputs by arithmetic.
  private func isSimpleSize(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return true }
    if case .input = source[variable].role { return !dependence.isVarying(variable) }
    guard outermost.contains(variable), case .apply(_, let operands)? = definitions[variable] else { return false }
    return operands.allSatisfy { isSimpleSize($0) }
  }

  // MARK: Result

  mutating func result() -> PreparedProgram {
    var preparation = preparation
    var evaluation = evaluation
    let (front, moved) = sized(allocations, in: preparation)
    preparation.body.removeAll { statement in
      if case .define(let variable, _) = statement.kind { moved.contains(variable) } else { false }
    }
    preparation.body = front + preparation.body
    if hasConstant {
      let name = nextName()
      let total = preparation.addVariable(LoopVariableInfo(name: "constant", scalar: .real, role: .immutable))
      preparation.body.insert(LoopStatement(.declare(constant, .real(0))), at: 0)
      preparation.body.append(LoopStatement(.define(total, .read(constant))))
      preparation.results.append((name, .variable(total)))
      let input = evaluation.addVariable(LoopVariableInfo(name: "constant", scalar: .real, role: .input))
      evaluation.inputs.append(LoopInput(variable: input, source: .other(name)))
      evaluation.body.append(LoopStatement(.target(.variable(input))))
    }
    handOverSizes(&preparation, &evaluation)
    preparation = eliminateDeadCode(preparation)
    preparation.inputs = usedInputs(preparation)
    evaluation = eliminateDeadCode(evaluation)
    evaluation.inputs = usedInputs(evaluation, keepsPosition: true)
    return PreparedProgram(preparation: preparation, evaluation: evaluation)
  }

  /// Sizes of the evaluation's inputs that are computed from data become inputs as well.
  private mutating func handOverSizes(_ preparation: inout LoopProgram, _ evaluation: inout LoopProgram) {
    var known: [LoopVariable: LoopVariable] = [:]
    for input in evaluation.inputs where evaluation[input.variable].isArray {
      for (dimension, size) in evaluation[input.variable].sizes.enumerated() {
        guard case .variable(let variable) = size, evaluation[variable].role != .input else { continue }
        if known[variable] == nil {
          let name = nextName()
          preparation.results.append((name, size))
          let place = evaluation.addVariable(LoopVariableInfo(name: "size", scalar: .int, role: .input))
          evaluation.inputs.append(LoopInput(variable: place, source: .other(name)))
          known[variable] = place
        }
        if let place = known[variable] { evaluation[input.variable].sizes[dimension] = .variable(place) }
      }
    }
  }

  /// Arrays are made as soon as their sizes are known: in front, behind the definitions that the sizes need.
  private func sized(
    _ allocations: [LoopStatement], in program: LoopProgram
  ) -> (statements: [LoopStatement], defined: Set<LoopVariable>) {
    var result: [LoopStatement] = []
    var defined: Set<LoopVariable> = []
    func define(_ operand: LoopOperand) {
      guard case .variable(let variable) = operand, source[variable].role != .input, defined.insert(variable).inserted
      else { return }
      for statement in source.body {
        guard case .define(variable, let operation) = statement.kind else { continue }
        for operand in operation.operands { define(operand) }
        result.append(statement)
      }
    }
    for allocation in allocations {
      guard case .allocate(let array, _) = allocation.kind else { continue }
      for size in program[array].sizes { define(size) }
      result.append(allocation)
    }
    return (result, defined)
  }
}

/// The inputs that a program reads, or that its arrays' sizes need.
func usedInputs(_ program: LoopProgram, keepsPosition: Bool = false) -> [LoopInput] {
  var used: Set<LoopVariable> = []
  func use(_ variable: LoopVariable) {
    guard used.insert(variable).inserted else { return }
    for case .variable(let size) in program[variable].sizes { use(size) }
    if case .view(let base, let offset) = program[variable].role {
      use(base)
      if case .variable(let offset) = offset { use(offset) }
    }
  }
  for input in program.inputs where keepsPosition && input.source == .position { use(input.variable) }
  for statement in program.body { statement.visitVariables { use($0) } }
  for result in program.results { if case .variable(let variable) = result.value { use(variable) } }
  return program.inputs.filter { used.contains($0.variable) }
}
