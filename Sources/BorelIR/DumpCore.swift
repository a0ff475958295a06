// Prints Core as text, for `--dump core`, tests and people.

import BorelValues

/// The text of the functions, models and distributions of a program from `first` on.
public func dumpCore(_ program: CoreProgram, from first: FunctionID = FunctionID(0)) -> String {
  var dump = CoreDump(program: program)
  for (index, model) in program.models.enumerated() where model.function.index >= first.index {
    let sites = model.sites.map { dump.text(program[$0]) }
    dump.line("model \(model.name) = function #\(model.function.index), model #\(index)")
    if !sites.isEmpty { dump.line("  sites \(sites.joined(separator: ", "))") }
  }
  for distribution in program.distributions { dump.add(distribution, from: first) }
  for (index, function) in program.functions.enumerated() where index >= first.index {
    dump.add(function, FunctionID(index))
  }
  return dump.text
}

private struct CoreDump {
  let program: CoreProgram
  var text = ""
  private var indent = ""
  private var function: CoreFunction?

  init(program: CoreProgram) { self.program = program }

  mutating func line(_ content: String) { text += indent + content + "\n" }

  func text(_ site: CoreSite) -> String {
    var text = site.name
    if site.rank > 0 { text += "[" + Array(repeating: "_", count: site.rank).joined(separator: ", ") + "]" }
    return site.isConditional ? text + "?" : text
  }

  mutating func add(_ distribution: CoreDistribution, from first: FunctionID) {
    guard distribution.methods.values.contains(where: { $0.index >= first.index }) else { return }
    let parameters = distribution.parameters.map(parameter).joined(separator: ", ")
    line("distribution \(distribution.name)(\(parameters)) on \(distribution.support.kind.rawValue)")
    for condition in distribution.conditions {
      line("  where \(condition.text) = function #\(condition.function.index)")
    }
    for (name, method) in distribution.methods.sorted(by: { $0.key < $1.key }) {
      line("  \(name) = function #\(method.index)")
    }
  }

  private func parameter(_ parameter: CoreParameter) -> String {
    var text = parameter.name
    if let type = parameter.type {
      text += ": \(type.name)"
      let sizes = type.sizes.map { size in
        switch size {
        case .named(let name): name
        case .fixed(let count): "\(count)"
        case .any: "_"
        }
      }
      if !sizes.isEmpty { text += "[\(sizes.joined(separator: ", "))]" }
    }
    if let value = parameter.defaultValue { text += " = #\(value.index)()" }
    return text
  }

  mutating func add(_ function: CoreFunction, _ id: FunctionID) {
    self.function = function
    var head = "\(function.kind.rawValue) #\(id.index) \(function.name)("
    head += function.parameters.map(parameter).joined(separator: ", ") + ")"
    if !function.captures.isEmpty { head += " captures \(function.captures.joined(separator: ", "))" }
    if function.isStochastic { head += " stochastic" }
    line(head)
    block(function.body)
  }

  private mutating func block(_ statements: [CoreStatement]) {
    indent += "  "
    for statement in statements { add(statement) }
    indent.removeLast(2)
  }

  private func name(_ id: LocalID) -> String {
    guard let names = function?.locals, names.indices.contains(id.index), !names[id.index].isEmpty else {
      return "%\(id.index)"
    }
    return names.lastIndex(of: names[id.index]) == names.firstIndex(of: names[id.index])
      ? names[id.index] : "\(names[id.index])%\(id.index)"
  }

  // MARK: Statements

  private mutating func add(_ statement: CoreStatement) {
    switch statement.kind {
    case .evaluate(let value): line(text(value))
    case .setLocal(let id, let value): line("\(name(id)) = \(text(value))")
    case .setGlobal(let id, let value): line("@\(program.globals[id.index].name) = \(text(value))")
    case .update(let variable, let path, let value):
      line("\(text(variable))\(path.map(text).joined()) = \(text(value))")
    case .choice(let choice):
      let indices = choice.indices.isEmpty ? "" : "[\(list(choice.indices))]"
      let strategy = choice.strategy.map { " via \(text($0))" } ?? ""
      line("\(name(choice.local))\(indices) ~ \(text(choice.source))\(strategy)")
    case .observe(let value, let source): line("observe \(text(value)) ~ \(text(source))")
    case .factor(let weight): line("factor \(text(weight))")
    case .conditional(let condition, let then, let otherwise):
      line("if \(text(condition))")
      block(then)
      if !otherwise.isEmpty {
        line("else")
        block(otherwise)
      }
    case .forRange(let id, let lower, let upper, let closed, let body):
      line("for \(name(id)) in \(range(lower, upper, closed))")
      block(body)
    case .forEach(let id, let sequence, let body):
      line("for \(name(id)) in \(text(sequence))")
      block(body)
    case .whileLoop(let condition, let body):
      line("while \(text(condition))")
      block(body)
    case .breakLoop: line("break")
    case .continueLoop: line("continue")
    case .returnValue(let value): line("return \(text(value))")
    }
  }

  private func text(_ variable: CoreVariable) -> String {
    switch variable {
    case .local(let id): name(id)
    case .global(let id): "@\(program.globals[id.index].name)"
    }
  }

  private func text(_ access: CoreAccess) -> String {
    switch access {
    case .index(let subscripts, _): "[\(subscripts.map(text).joined(separator: ", "))]"
    case .field(let name, _): ".\(name)"
    }
  }

  private func text(_ part: CoreSubscript) -> String {
    switch part {
    case .index(let index): text(index)
    case .range(let lower, let upper, let closed, _): range(lower, upper, closed)
    case .all: ":"
    }
  }

  // MARK: Expressions

  private func list(_ values: [CoreExpression]) -> String { values.map(text).joined(separator: ", ") }

  private func list(_ values: [CoreExpression?]) -> String {
    values.map { $0.map(text) ?? "_" }.joined(separator: ", ")
  }

  private func range(_ lower: CoreExpression, _ upper: CoreExpression, _ closed: Bool) -> String {
    "\(text(lower))\(closed ? "..." : "..<")\(text(upper))"
  }

  private func text(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let bit): "\(bit)"
    case .int(let number): "\(number)"
    case .real(let number): "\(number)"
    case .object: value.asString.map { "\"\($0)\"" } ?? "<\(value.tag)>"
    }
  }

  private func text(_ expression: CoreExpression) -> String {
    switch expression.kind {
    case .constant(let value): return text(value)
    case .local(let id): return name(id)
    case .capture(let index):
      let names = function?.captures ?? []
      return "^" + (names.indices.contains(index) ? names[index] : "\(index)")
    case .global(let id): return "@\(program.globals[id.index].name)"
    case .function(let id): return "\(program[id].name)#\(id.index)"
    case .model(let id): return "\(program[id].name)"
    case .distribution(let id): return "\(program[id].name)"
    case .primitive(let id): return "'\(PrimitiveTable[id].name)"
    case .closure(let id, let captured): return "closure #\(id.index)[\(list(captured))]"
    case .currentClosure: return "self"
    case .callFunction(let id, let arguments): return "\(program[id].name)#\(id.index)(\(list(arguments)))"
    case .callPrimitive(let id, let arguments): return "'\(PrimitiveTable[id].name)(\(list(arguments)))"
    case .applyModel(let id, let arguments): return "\(program[id].name)(\(list(arguments)))"
    case .applyDistribution(let id, let arguments): return "\(program[id].name)(\(list(arguments)))"
    case .callValue(let callee, let arguments):
      let list = arguments.map { ($0.label.map { "\($0): " } ?? "") + text($0.value) }
      return "call \(text(callee))(\(list.joined(separator: ", ")))"
    case .array(let elements): return "[\(list(elements))]"
    case .tuple(let elements): return "(\(list(elements)))"
    case .record(let fields):
      return "{\(fields.map { "\($0.key): \(text($0.value))" }.joined(separator: ", "))}"
    case .range(let lower, let upper, let closed): return "(\(range(lower, upper, closed)))"
    case .index(let base, let subscripts):
      return "\(text(base))[\(subscripts.map(text).joined(separator: ", "))]"
    case .field(let base, let name): return "\(text(base)).\(name)"
    case .tupleElement(let base, let index, let count): return "\(text(base)).\(index)of\(count)"
    case .and(let left, let right): return "(\(text(left)) && \(text(right)))"
    case .or(let left, let right): return "(\(text(left)) || \(text(right)))"
    case .conditional(let condition, let then, let otherwise):
      return "(if \(text(condition)) then \(text(then)) else \(text(otherwise)))"
    case .block(let statements, let value):
      var inner = CoreDump(program: program)
      inner.function = function
      for statement in statements { inner.add(statement) }
      let lines = inner.text.split(separator: "\n").joined(separator: "; ")
      return "{\(lines); \(text(value))}"
    case .condition(let model, let record): return "(\(text(model)) | \(text(record)))"
    case .sample(let id, let source): return "\(program[id].name) ~ \(text(source))"
    }
  }
}
