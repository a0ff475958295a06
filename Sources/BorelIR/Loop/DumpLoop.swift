// Prints LoopIR as text, one statement per line; `parseLoop` reads it back.

/// The program as text.
///
/// Views are shown where everything that they rest on is in scope. Variables that nothing mentions are left out.
public func dumpLoop(_ program: LoopProgram) -> String {
  var printer = LoopDumper(program)
  printer.printProgram()
  return printer.text
}

private struct LoopDumper {
  let program: LoopProgram
  var text = ""
  private var names = LoopNames()
  private var depth = 0
  private var shown: Set<LoopVariable> = []
  private var pendingViews: [LoopVariable] = []

  init(_ program: LoopProgram) { self.program = program }

  // MARK: Lines and operands

  private mutating func line(_ content: String) {
    text += String(repeating: "  ", count: depth) + content + "\n"
  }

  private mutating func name(_ variable: LoopVariable) -> String { names.name(variable, in: program) }

  private mutating func show(_ operand: LoopOperand) -> String {
    switch operand {
    case .variable(let variable): name(variable)
    case .bool(let value): value ? "true" : "false"
    case .int(let value): "\(value)"
    case .real(let value): "\(value)"
    }
  }

  private mutating func list(_ operands: [LoopOperand]) -> String {
    var parts: [String] = []
    for operand in operands { parts.append(show(operand)) }
    return parts.joined(separator: ", ")
  }

  private mutating func type(_ variable: LoopVariable) -> String {
    let info = program[variable]
    return info.scalar.rawValue + (info.isArray ? "[" + list(info.sizes) + "]" : "")
  }

  private mutating func element(_ variable: LoopVariable, _ indices: [LoopOperand]) -> String {
    name(variable) + (indices.isEmpty ? "" : "[" + list(indices) + "]")
  }

  // MARK: The program

  mutating func printProgram() {
    line("program \(program.name)")
    pendingViews = mentionedViews()
    for input in program.inputs { register(input.variable) }
    for input in program.inputs {
      line("input \(name(input.variable)): \(type(input.variable)) = \(show(input.source))")
    }
    for (index, info) in program.variables.enumerated() where info.role == .output {
      let variable = LoopVariable(index)
      line("output \(name(variable)): \(type(variable))")
      shown.insert(variable)
    }
    for (index, site) in program.sites.enumerated() {
      let array = site.array.map { name($0) } ?? "none"
      line(
        "site \(index) \"\(site.pattern)\": \(site.scalar.rawValue), \(site.indexRank), \(array), \(site.status.rawValue)"
      )
    }
    for input in program.inputs { define(input.variable) }
    defineReadyViews()
    printBlock(program.body)
    for result in program.results { line("result \(result.name) = \(show(result.value))") }
  }

  /// Gives an input its name before sizes of other inputs mention it.
  private mutating func register(_ variable: LoopVariable) {
    for size in program[variable].sizes {
      if case .variable(let other) = size { _ = name(other) }
    }
    _ = name(variable)
  }

  private func mentionedViews() -> [LoopVariable] {
    var mentioned: Set<LoopVariable> = []
    for statement in program.body { statement.visitVariables { mentioned.insert($0) } }
    for result in program.results {
      if case .variable(let variable) = result.value { mentioned.insert(variable) }
    }
    for site in program.sites { if let array = site.array { mentioned.insert(array) } }
    var views: Set<LoopVariable> = []
    func add(_ variable: LoopVariable) {
      if case .view(let base, _) = program[variable].role, views.insert(variable).inserted { add(base) }
    }
    for variable in mentioned { add(variable) }
    return views.sorted { $0.index < $1.index }
  }

  private mutating func define(_ variable: LoopVariable) {
    shown.insert(variable)
  }

  private func isShown(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return true }
    return shown.contains(variable)
  }

  private mutating func defineReadyViews() {
    var changed = true
    while changed {
      changed = false
      for (position, view) in pendingViews.enumerated() {
        guard case .view(let base, let offset) = program[view].role, shown.contains(base), isShown(offset),
          program[view].sizes.allSatisfy(isShown)
        else { continue }
        pendingViews.remove(at: position)
        line("view \(name(view)): \(type(view)) = \(name(base)) from \(show(offset))")
        shown.insert(view)
        changed = true
        break
      }
    }
  }

  private func show(_ source: LoopInput.Source) -> String {
    switch source {
    case .argument(let path): "argument(\(path.joined(separator: ".")))"
    case .argumentSize(let path, let dimension): "argument_size(\(path.joined(separator: ".")), \(dimension))"
    case .global(let path): "global(\(path.joined(separator: ".")))"
    case .globalSize(let path, let dimension): "global_size(\(path.joined(separator: ".")), \(dimension))"
    case .observed(let site): "observed(\(site))"
    case .isMissing(let site): "is_missing(\(site))"
    case .missingRank(let site): "missing_rank(\(site))"
    case .siteSize(let site, let dimension): "site_size(\(site), \(dimension))"
    case .missingCount(let site): "missing_count(\(site))"
    case .choice(let site): "choice(\(site))"
    case .position: "position()"
    case .other(let name): "other(\(name))"
    }
  }

  // MARK: Statements

  private mutating func printBlock(_ statements: [LoopStatement]) {
    for statement in statements { printStatement(statement.kind) }
  }

  private mutating func nested(_ statements: [LoopStatement]) {
    depth += 1
    let before = (shown, pendingViews)
    defineReadyViews()
    printBlock(statements)
    shown = before.0
    pendingViews = before.1
    depth -= 1
  }

  private mutating func printStatement(_ kind: LoopStatement.Kind) {
    switch kind {
    case .define(let variable, let operation):
      line("let \(name(variable)) = \(show(operation))")
      define(variable)
      defineReadyViews()
    case .declare(let variable, let value):
      line("var \(name(variable)): \(type(variable)) = \(show(value))")
    case .allocate(let variable, let fill):
      line("array \(name(variable)): \(type(variable)) = \(fill.map { show($0) } ?? "none")")
      define(variable)
      defineReadyViews()
    case .store(let variable, let indices, let value):
      line("\(element(variable, indices)) = \(show(value))")
    case .accumulate(let variable, let indices, let value):
      line("\(element(variable, indices)) += \(show(value))")
    case .loop(let loop):
      let order = loop.isDescending ? " descending" : ""
      line("for \(name(loop.index)) in \(show(loop.lower)) ..< \(show(loop.upper))\(order) {")
      shown.insert(loop.index)
      nested(loop.body)
      line("}")
    case .conditional(let condition, let then, let otherwise):
      line("if \(show(condition)) {")
      nested(then)
      if !otherwise.isEmpty {
        line("} else {")
        nested(otherwise)
      }
      line("}")
    case .call(let routine, let outputs, let inputs):
      line(
        "call \(routine.name)(\(list(inputs.map(LoopOperand.variable)))) -> \(list(outputs.map(LoopOperand.variable)))")
    case .require(let condition, let check): line("require \(show(condition)), \(check.rawValue)")
    case .target(let value): line("target += \(show(value))")
    case .choice(let choice): printChoice(choice)
    case .bind(let binding):
      line(
        "bind \(name(binding.value)): \(type(binding.value)) = \(place(binding.site, binding.indices)) on "
          + show(binding.support))
      define(binding.value)
      defineReadyViews()
    }
  }

  private mutating func printChoice(_ choice: LoopChoice) {
    line(
      "choice \(name(choice.value)): \(type(choice.value)) = \(place(choice.site, choice.indices)) on "
        + "\(show(choice.support)) {")
    define(choice.value)
    nested(choice.score)
    line("} score \(show(choice.logDensity))")
    defineReadyViews()
  }

  private mutating func place(_ site: Int, _ indices: [LoopOperand]) -> String {
    "site \(site)" + (indices.isEmpty ? "" : "[" + list(indices) + "]")
  }

  private mutating func show(_ support: LoopSupport) -> String {
    support.kind.rawValue + "(" + list(support.arguments) + ")"
  }

  private mutating func show(_ operation: LoopOperation) -> String {
    switch operation {
    case .apply(let function, let operands):
      if operands.count == 2, let sign = function.infix {
        return "\(show(operands[0])) \(sign) \(show(operands[1]))"
      }
      return "\(function.name)(\(list(operands)))"
    case .load(let array, let indices): return element(array, indices)
    case .read(let variable): return name(variable)
    }
  }
}

extension LoopFunction {
  /// The sign between two operands in dumps, or nil for the form of a call.
  var infix: String? {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .less: "<"
    case .lessOrEqual: "<="
    case .equal: "=="
    case .notEqual: "!="
    case .and: "and"
    case .or: "or"
    default: nil
    }
  }

  /// The functions that are not rows of the primitive table.
  static let operators: [LoopFunction] = [
    .add, .subtract, .multiply, .negate, .minimum, .maximum, .absolute, .divide, .floorDivide, .remainder, .less,
    .lessOrEqual, .equal, .notEqual, .and, .or, .not, .select, .detach, .toReal, .toInt,
  ]
}
