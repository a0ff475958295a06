// Prints one LoopIR program as the body of a C function: pure single uses return into expressions, loops stay loops.

import BorelIR
import BorelSource

/// What one printed function looks like from outside.
struct PrintedFunction {
  var text: String
  /// Parameters between the model and the workspace, in order.
  var inputs: [LoopVariable]
  var outputs: [NativeOutput]
  var hasValue: Bool
  var usesWorkspace: Bool
}

/// Prints the statements of one program.
struct FunctionPrinter {
  let program: LoopProgram
  let uses: LoopUses
  let settled: SettledScalars
  /// The initial values of scalars that an `if` is still to settle.
  var unsettled: [Int: LoopOperand] = [:]
  /// Values of settled scalars that have no name of their own.
  var settledValues: [Int: CExpression] = [:]
  let isPreparation: Bool
  var renderer: CRenderer
  var names = CNames()
  /// What the program's own variables are called.
  private let programNames: Set<String>
  /// The C name of each variable, while in scope.
  var name: [Int: String] = [:]
  /// Expressions that are not printed yet, in the order of their definition.
  var pending: [(variable: Int, expression: CExpression, usesLeft: Int)] = []
  var lines: [String] = []
  var indent = 1
  var blockCount = 0
  var blockPath: [Int] = [0]
  var loopDepth = 0
  /// How often the statement at hand runs; nil where that is often, or not known.
  var times: Int? = 1
  private let outOfLine: OutOfLine
  var declaredViews: Set<Int> = []
  var hoisted: Set<Int> = []
  /// Arrays that are parameters: outputs, and results that the program makes at its outermost level.
  var parameterArrays: Set<Int> = []
  /// Results of a preparation: they outlive the call.
  var lastingArrays: Set<Int> = []
  var usedInputs: Set<Int> = []
  var hasTarget = false
  var hasDeferredChecks = false
  var usesWorkspace = false
  var hasStatus = false
  /// The name of the function in C.
  var functionName = ""

  init(_ program: LoopProgram, isPreparation: Bool, spellings: CSpellings) {
    self.program = program
    self.isPreparation = isPreparation
    uses = LoopUses(program)
    settled = SettledScalars(program)
    renderer = CRenderer(program: program, spellings: spellings)
    outOfLine = OutOfLine(program, spellings)
    programNames = Set(program.variables.map { cIdentifier($0.name) })
    if isPreparation {
      for case (_, .variable(let variable)) in program.results { lastingArrays.insert(uses.root(variable)) }
    }
  }

  // MARK: Lines

  mutating func line(_ text: String) {
    lines.append(contentsOf: wrapped(text, indent: indent))
  }

  mutating func nested<R>(_ body: (inout Self) throws(NativeFailure) -> R) throws(NativeFailure) -> R {
    indent += 1
    defer { indent -= 1 }
    return try body(&self)
  }

  // MARK: Operands

  func variableName(_ variable: LoopVariable) throws(NativeFailure) -> String {
    guard let text = name[variable.index] else {
      throw .internal(stage: "print", "variable \(variable.index) `\(program[variable].name)` has no value here")
    }
    return text
  }

  /// The operand's expression; a pending one is used up.
  mutating func expression(_ operand: LoopOperand) throws(NativeFailure) -> CExpression {
    guard case .variable(let variable) = operand else {
      return renderer.literal(operand) ?? CExpression(text: "0")
    }
    if let place = pending.lastIndex(where: { $0.variable == variable.index }) {
      let expression = pending[place].expression
      pending[place].usesLeft -= 1
      if pending[place].usesLeft == 0 { pending.remove(at: place) }
      return expression
    }
    if program[variable].role == .input { usedInputs.insert(variable.index) }
    return CExpression(text: try variableName(variable))
  }

  mutating func expressions(_ operands: [LoopOperand]) throws(NativeFailure) -> [CExpression] {
    var result: [CExpression] = []
    for operand in operands { result.append(try expression(operand)) }
    return result
  }

  mutating func array(_ variable: LoopVariable) throws(NativeFailure) -> String {
    if program[variable].role == .input { usedInputs.insert(variable.index) }
    return try variableName(variable)
  }

  /// `x[i * k + j]` for an array of rows of k.
  mutating func element(_ variable: LoopVariable, _ indices: [LoopOperand]) throws(NativeFailure) -> CExpression {
    let info = program[variable]
    guard indices.count == info.sizes.count else {
      throw .internal(stage: "print", "`\(info.name)` has \(info.sizes.count) dimensions, not \(indices.count)")
    }
    var offset: CExpression?
    for (place, index) in indices.enumerated() {
      let term = try expression(index)
      if let outer = offset {
        let scaled = outer.text == "0" ? outer : CExpression.product(outer, try expression(info.sizes[place]))
        offset = scaled.text == "0" ? term : term.text == "0" ? scaled : .sum(scaled, term)
      } else {
        offset = term
      }
    }
    let root = uses.root(variable)
    var reads = offset?.reads ?? []
    if uses.isWritten[root] { reads.insert(root) }
    return CExpression(text: "\(try array(variable))[\(offset?.text ?? "0")]", reads: reads)
  }

  mutating func place(_ variable: LoopVariable, _ indices: [LoopOperand]) throws(NativeFailure) -> String {
    if program[variable].isArray { return try element(variable, indices).text }
    let text = try variableName(variable)
    return program[variable].role == .output ? "*" + text : text
  }

  // MARK: Pending expressions

  /// Gives a pending expression a variable of its own.
  mutating func print(pending place: Int) {
    let (variable, expression, _) = pending.remove(at: place)
    define(LoopVariable(variable), expression)
  }

  mutating func define(_ variable: LoopVariable, _ expression: CExpression) {
    let info = program[variable]
    let text = names.declare(info.name.isEmpty ? temporaryName(expression, info.scalar) : info.name)
    name[variable.index] = text
    line("const \(info.scalar.c) \(text) = \(expression.implicit.text);")
  }

  /// After the array that the value comes from, else a letter that the program does not use.
  private func temporaryName(_ expression: CExpression, _ scalar: LoopScalar) -> String {
    if let bracket = expression.text.firstIndex(of: "["), expression.text.last == "]" {
      let base = expression.text[..<bracket]
      if base.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) { return base + "_i" }
    }
    let letters = scalar == .real ? ["t", "u", "v", "w", "x"] : scalar == .int ? ["n", "k", "l"] : ["c", "b"]
    return letters.first { !programNames.contains($0) } ?? letters[0]
  }

  /// Prints what reads any of the given variables, before they change.
  mutating func flush(reading written: Set<Int>) {
    var place = 0
    while place < pending.count {
      if pending[place].expression.reads.isDisjoint(with: written) {
        place += 1
      } else {
        print(pending: place)
      }
    }
  }

  // MARK: Statements

  /// The outermost block, whose names stay in scope for the results.
  mutating func printBody() throws(NativeFailure) { try print(program.body, in: 0) }

  mutating func print(_ statements: [LoopStatement], in number: Int) throws(NativeFailure) {
    for statement in statements {
      for view in uses.views(in: statement)
      where uses.home[view.index] == number && !declaredViews.contains(view.index) {
        try declareView(view)
      }
      try print(statement)
    }
  }

  mutating func block(_ statements: [LoopStatement], number: Int) throws(NativeFailure) {
    names.open()
    blockPath.append(number)
    try print(statements, in: number)
    pending.removeAll { uses.home[$0.variable] == number }
    blockPath.removeLast()
    names.close()
  }

  mutating func declareView(_ view: LoopVariable) throws(NativeFailure) {
    guard case .view(let base, let offset) = program[view].role else { return }
    declaredViews.insert(view.index)
    let start = try expression(offset)
    let from = try array(base)
    let text = names.declare(program[view].name.isEmpty ? program[base].name + "_part" : program[view].name)
    name[view.index] = text
    let qualifier = uses.isWritten[uses.root(view)] ? "" : "const "
    let sum = start.text == "0" ? from : CExpression.sum(CExpression(text: from), start).text
    line("\(qualifier)\(program[view].scalar.c) *\(text) = \(sum);")
  }

  mutating func print(_ statement: LoopStatement) throws(NativeFailure) {
    switch statement.kind {
    case .define(let variable, let operation): try printDefinition(variable, operation)
    case .declare(let variable, let initial):
      if settled.scalars.contains(variable.index) {
        unsettled[variable.index] = initial
        return
      }
      let value = try expression(initial)
      let info = program[variable]
      let text = names.declare(info.name.isEmpty ? "sum" : info.name)
      name[variable.index] = text
      line("\(info.scalar.c) \(text) = \(value.implicit.text);")
    case .allocate(let variable, let fill): try printAllocation(variable, fill)
    case .store(let variable, let indices, let value):
      let right = try expression(value)
      let left = try place(variable, indices)
      flush(reading: [uses.root(variable)])
      line("\(left) = \(right.implicit.text);")
    case .accumulate(let variable, let indices, let value):
      let right = try expression(value)
      let left = try place(variable, indices)
      flush(reading: [uses.root(variable)])
      line(Self.addition(left, right))
    case .target(let value):
      hasTarget = true
      line(Self.addition("lp", try expression(value)))
    case .loop(let loop): try printLoop(loop)
    case .conditional(let condition, let then, let otherwise): try printConditional(condition, then, otherwise)
    case .require(let condition, let check): try printCheck(condition, check)
    case .call(let routine, let outputs, let inputs): try printCall(routine, outputs, inputs)
    case .choice, .bind: throw .internal(stage: "print", "an effect is left in the program")
    }
  }

  static func addition(_ left: String, _ right: CExpression) -> String {
    let value = right.implicit
    if let rest = value.withoutMinus { return "\(left) -= \(rest.text);" }
    return "\(left) += \(value.text);"
  }

  private mutating func printDefinition(
    _ variable: LoopVariable, _ operation: LoopOperation
  ) throws(NativeFailure) {
    let index = variable.index
    guard uses.count[index] > 0 || uses.isSize[index] else { return }
    let expression: CExpression
    var isLoad = false
    switch operation {
    case .apply(let function, let operands):
      renderer.isOutOfLine = outOfLine.isWorthwhile && times != nil
      expression = try renderer.apply(function, operands, try expressions(operands))
    case .load(let array, let indices):
      expression = try element(array, indices)
      isLoad = true
    case .read(let mutable) where settledValues[mutable.index] != nil:
      expression = settledValues[mutable.index] ?? .literal(0)
    case .read(let mutable):
      let text = try place(mutable, [])
      expression = CExpression(text: text, reads: [mutable.index])
    }
    // A short load from memory that never changes may stand at each of its uses.
    // So may `t - 1`.
    let isShift = program[variable].scalar == .int && expression.text.utf8.count <= 8
    let isCheap = (isLoad || isShift) && expression.reads.isEmpty && expression.text.utf8.count <= 14
    let isShort = expression.text.utf8.count <= (program[variable].name.isEmpty ? 110 : 40)
    if !uses.isSize[index], uses.staysInLoop[index], isShort, uses.count[index] == 1 || isCheap {
      pending.append((index, expression, uses.count[index]))
    } else {
      define(variable, expression)
    }
  }

  private mutating func printCheck(_ condition: LoopOperand, _ check: LoopCheck) throws(NativeFailure) {
    let test = try expression(condition)
    if test.text == "1" { return }
    if check == .parameter || check == .support, loopDepth > 0 {
      hasDeferredChecks = true
      line("failed |= \(CExpression.not(test).inside(.unary));")
      return
    }
    line("if (\(CExpression.not(test).text)) return \(check.status);")
  }
}

extension LoopScalar {
  /// The C type.
  var c: String {
    switch self {
    case .bool: "_Bool"
    case .int: "long"
    case .real: "double"
    }
  }
}

extension LoopCheck {
  /// The status that a failed check returns.
  var status: String {
    switch self {
    case .parameter, .support: "borel_bad_parameter"
    case .index: "borel_bad_index"
    case .shape: "borel_bad_shape"
    case .routine: "borel_routine_failed"
    case .failure: "borel_failed"
    }
  }
}
