// Prints loops and conditionals.

import BorelIR

extension FunctionPrinter {
  mutating func printLoop(_ loop: LoopFor) throws(NativeFailure) {
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
    let outer = times
    times = OutOfLine.times(times, of: loop)
    let hasOwnMemory = uses.allocations(in: loop.body).contains { !hoisted.contains($0.index) && !isLocal($0) }
    try braced(header, loop.body, number: blockCount, scopedMemory: hasOwnMemory)
    times = outer
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

  mutating func printConditional(
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
    if isEmpty { lines.removeSubrange(start...) }
    let middle = lines.count
    line(isEmpty ? "if (\(CExpression.not(test).text)) {" : "} else {")
    if try branch(otherwise, number: blockCount) {
      lines.removeSubrange(middle...)
      if isEmpty { return }
    }
    line("}")
  }

  /// Prints an `if` that does no more than settle a scalar as `c ? a : b`. Where its branches need statements of their own, the
  /// scalar is declared, and the answer is false.
  mutating func settle(
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
  mutating func value(of branch: [LoopStatement]) throws(NativeFailure) -> CExpression? {
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
  mutating func branch(_ statements: [LoopStatement], number: Int) throws(NativeFailure) -> Bool {
    let before = lines.count
    try nested { (printer) throws(NativeFailure) in try printer.block(statements, number: number) }
    return lines.count == before
  }
}
