// Prints the arrays that a program makes: on the stack where they are small, else from the workspace.

import BorelIR

extension FunctionPrinter {
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
  func canHoist(_ variable: LoopVariable) -> Bool {
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
  mutating func take(_ variable: LoopVariable) throws(NativeFailure) {
    usesWorkspace = true
    hoisted.insert(variable.index)
    let info = program[variable]
    let count = try count(of: variable)
    let text = names.declare(info.name.isEmpty ? "x" : info.name)
    name[variable.index] = text
    line("\(info.scalar.c) *restrict \(text) = borel_take(workspace, \(count));")
    line("if (!\(text)) return borel_needs_workspace;")
  }

  mutating func printAllocation(_ variable: LoopVariable, _ fill: LoopOperand?) throws(NativeFailure) {
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

  func constantCount(_ info: LoopVariableInfo) -> Int {
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
