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

  init(_ program: LoopProgram, isPreparation: Bool, spellings: CSpellings) {
    self.program = program
    self.isPreparation = isPreparation
    uses = LoopUses(program)
    settled = SettledScalars(program)
    renderer = CRenderer(program: program, spellings: spellings)
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

  private mutating func print(_ statements: [LoopStatement], in number: Int) throws(NativeFailure) {
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

  private mutating func printLoop(_ loop: LoopFor) throws(NativeFailure) {
    var lower = try expression(loop.lower)
    var upper = try expression(loop.upper)
    let written = uses.writes(in: loop.body)
    let hoistable = uses.allocations(in: loop.body).filter { canHoist($0) }
    let marked = !hoistable.isEmpty && loopDepth > 0
    let mark = marked ? markWorkspace() : ""
    for variable in hoistable { try take(variable) }
    flush(reading: written)
    // A bound is computed once.
    func fixed(_ bound: CExpression, _ name: String) -> CExpression {
      if bound.isAtom || bound.text.hasPrefix("-") && bound.text.dropFirst().allSatisfy(\.isNumber) { return bound }
      let simple = bound.text.allSatisfy { !"([%/".contains($0) } && bound.reads.isDisjoint(with: written)
      if simple, bound.text.utf8.count < 16 { return bound }
      let text = names.declare(name)
      line("const long \(text) = \(bound.text);")
      return CExpression(text: text)
    }
    lower = fixed(lower, "first")
    upper = fixed(upper, "end")
    names.open()
    let index = names.declare(program[loop.index].name.isEmpty ? "i" : program[loop.index].name)
    name[loop.index.index] = index
    let header: String
    if loop.isDescending {
      let last = CExpression.difference(upper, .literal(1))
      header = "for (long \(index) = \(last.text); \(index) >= \(lower.text); \(index)--)"
    } else {
      header = "for (long \(index) = \(lower.text); \(index) < \(upper.text); \(index)++)"
    }
    blockCount += 1
    loopDepth += 1
    let hasOwnMemory = uses.allocations(in: loop.body).contains { !hoisted.contains($0.index) && !isLocal($0) }
    try braced(header, loop.body, number: blockCount, scopedMemory: hasOwnMemory)
    loopDepth -= 1
    names.close()
    if marked { line("workspace->next = \(mark);") }
  }

  /// A header and its block, in braces unless the block is one plain line.
  mutating func braced(
    _ header: String, _ body: [LoopStatement], number: Int, scopedMemory: Bool = false
  ) throws(NativeFailure) {
    let start = lines.count
    line(header + " {")
    let first = lines.count
    try nested { (printer) throws(NativeFailure) in
      printer.names.open()
      let mark = scopedMemory ? printer.markWorkspace() : ""
      try printer.block(body, number: number)
      if scopedMemory { printer.line("workspace->next = \(mark);") }
      printer.names.close()
    }
    let written = lines[first...]
    let text = written.first.map { $0.drop(while: { $0 == " " }) } ?? ""
    if written.count == 1, text.hasSuffix(";"), !text.hasPrefix("if"), !text.hasPrefix("const "),
      !text.hasPrefix("for"), first - start == 1
    {
      lines[start].removeLast(2)
    } else {
      line("}")
    }
  }

  private mutating func printConditional(
    _ condition: LoopOperand, _ then: [LoopStatement], _ otherwise: [LoopStatement]
  ) throws(NativeFailure) {
    let test = try expression(condition)
    if try settle(test, then, otherwise) { return }
    flush(reading: uses.writes(in: then).union(uses.writes(in: otherwise)))
    blockCount += 1
    let first = blockCount
    let start = lines.count
    line("if (\(test.text)) {")
    let isEmpty = try branch(then, number: first)
    blockCount += 1
    if otherwise.isEmpty {
      if isEmpty { lines.removeSubrange(start...) } else { line("}") }
      return
    }
    if isEmpty {
      lines.removeSubrange(start...)
      line("if (\(CExpression.not(test).text)) {")
    } else {
      line("} else {")
    }
    if try branch(otherwise, number: blockCount) {
      lines.removeLast()
      if isEmpty { return }
    }
    line("}")
  }

  /// Prints an `if` that does no more than settle a scalar as `c ? a : b`. Where its branches need statements of their own, the
  /// scalar is declared, and the answer is false.
  private mutating func settle(
    _ test: CExpression, _ then: [LoopStatement], _ otherwise: [LoopStatement]
  ) throws(NativeFailure) -> Bool {
    guard case .store(let variable, _, _)? = then.last?.kind, let initial = unsettled[variable.index] else {
      return false
    }
    unsettled[variable.index] = nil
    var trial = self
    if let first = try trial.value(of: then), let second = try trial.value(of: otherwise) {
      let value = CExpression.select(test, first, second)
      if value.text.utf8.count <= 200 {
        self = trial
        if value.reads.isEmpty, value.text.utf8.count <= 60, settled.isReadOnce(variable, in: uses) {
          settledValues[variable.index] = value
        } else {
          define(variable, value)
        }
        return true
      }
    }
    let value = try expression(initial)
    let text = names.declare(program[variable].name.isEmpty ? "t" : program[variable].name)
    name[variable.index] = text
    line("\(program[variable].scalar.c) \(text) = \(value.implicit.text);")
    return false
  }

  /// What a branch stores at its end, if it comes to one expression without statements.
  private mutating func value(of branch: [LoopStatement]) throws(NativeFailure) -> CExpression? {
    guard case .store(_, _, let stored)? = branch.last?.kind else { return nil }
    let before = lines.count
    blockCount += 1
    blockPath.append(blockCount)
    defer { blockPath.removeLast() }
    let number = blockCount
    for statement in branch.dropLast() {
      switch statement.kind {
      case .define, .declare, .conditional: try print(statement)
      default: return nil
      }
    }
    let value = try expression(stored).implicit
    pending.removeAll { uses.home[$0.variable] == number }
    return lines.count == before ? value : nil
  }

  /// Prints a branch; true where nothing came of it.
  private mutating func branch(_ statements: [LoopStatement], number: Int) throws(NativeFailure) -> Bool {
    let before = lines.count
    try nested { (printer) throws(NativeFailure) in try printer.block(statements, number: number) }
    return lines.count == before
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

  // MARK: Arrays

  /// Small arrays of constant size live on the stack.
  func isLocal(_ variable: LoopVariable) -> Bool {
    guard !parameterArrays.contains(variable.index), !lastingArrays.contains(variable.index) else { return false }
    var count = 1
    for size in program[variable].sizes {
      guard case .int(let n) = size, n >= 0, n <= 64 else { return false }
      count *= max(n, 1)
      if count > 64 { return false }
    }
    return true
  }

  /// Whether the sizes of an array that an inner block makes are known here already.
  private func canHoist(_ variable: LoopVariable) -> Bool {
    if isLocal(variable) || hoisted.contains(variable.index) || parameterArrays.contains(variable.index) {
      return false
    }
    return program[variable].sizes.allSatisfy { size in
      guard case .variable(let n) = size else { return true }
      return name[n.index] != nil && blockPath.contains(uses.home[n.index])
    }
  }

  mutating func markWorkspace() -> String {
    let mark = names.declare("start")
    line("char *const \(mark) = workspace->next;")
    return mark
  }

  mutating func count(of variable: LoopVariable) throws(NativeFailure) -> String {
    var count: CExpression?
    for size in program[variable].sizes {
      let factor = try expression(size)
      count = count.map { .product($0, factor) } ?? factor
    }
    return count?.text ?? "1"
  }

  /// Declares an array and takes its memory.
  private mutating func take(_ variable: LoopVariable) throws(NativeFailure) {
    usesWorkspace = true
    hoisted.insert(variable.index)
    let info = program[variable]
    let count = try count(of: variable)
    let text = names.declare(info.name.isEmpty ? "x" : info.name)
    name[variable.index] = text
    line("\(info.scalar.c) *restrict \(text) = borel_take(workspace, \(count));")
    line("if (!\(text)) return borel_needs_workspace;")
  }

  private mutating func printAllocation(_ variable: LoopVariable, _ fill: LoopOperand?) throws(NativeFailure) {
    let info = program[variable]
    var filling: CExpression?
    if let fill { filling = try expression(fill).implicit }
    if isLocal(variable) {
      let text = names.declare(info.name.isEmpty ? "x" : info.name)
      name[variable.index] = text
      let isZero = filling.map { ["0", "0.0"].contains($0.text) } ?? false
      line("\(info.scalar.c) \(text)[\(max(constantCount(info), 1))]\(isZero ? " = {0}" : "");")
      if isZero { return }
    } else if !hoisted.contains(variable.index), !parameterArrays.contains(variable.index) {
      try take(variable)
    }
    guard let filling else { return }
    flush(reading: [variable.index])
    try fillArray(variable, filling)
  }

  private func constantCount(_ info: LoopVariableInfo) -> Int {
    info.sizes.reduce(1) { product, size in
      if case .int(let n) = size { return product * n }
      return product
    }
  }

  mutating func fillArray(_ variable: LoopVariable, _ value: CExpression) throws(NativeFailure) {
    let count = try count(of: variable)
    names.open()
    let index = names.declare("i")
    line("for (long \(index) = 0; \(index) < \(count); \(index)++)")
    indent += 1
    line("\(try variableName(variable))[\(index)] = \(value.text);")
    indent -= 1
    names.close()
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
