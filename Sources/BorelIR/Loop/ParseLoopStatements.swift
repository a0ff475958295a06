// Reads the statements and operations of LoopIR's text.

import BorelSource

extension LoopParser {
  mutating func parseBlock() throws(LoopParseFailure) -> [LoopStatement] {
    var statements: [LoopStatement] = []
    while let token, token != .sign("}"), token != .word("result") {
      if let kind = try parseStatement() { statements.append(LoopStatement(kind)) }
    }
    return statements
  }

  mutating func nested() throws(LoopParseFailure) -> [LoopStatement] {
    try expect("{")
    try endLine()
    let body = try parseBlock()
    try expect("}")
    return body
  }

  mutating func parseStatement() throws(LoopParseFailure) -> LoopStatement.Kind? {
    var kind: LoopStatement.Kind?
    if accept("view") {
      try parseView()
    } else if accept("let") {
      let name = try word()
      try expect("=")
      let operation = try operation()
      kind = .define(try define(name, scalar(of: operation), [], .immutable), operation)
    } else if accept("var") {
      let name = try word()
      try expect(":")
      let (scalar, _) = try type()
      try expect("=")
      let value = try operand()
      kind = .declare(try define(name, scalar, [], .mutable), value)
    } else if accept("array") {
      let name = try word()
      try expect(":")
      let (scalar, sizes) = try type()
      try expect("=")
      let fill = accept("none") ? nil : try operand()
      kind = .allocate(try define(name, scalar, sizes, .mutable), fill: fill)
    } else if accept("for") {
      kind = try parseLoopStatement()
    } else if accept("if") {
      let condition = try operand()
      let then = try nested()
      kind = .conditional(condition, then: then, else: accept("else") ? try nested() : [])
    } else if accept("call") {
      kind = try parseCall()
    } else if accept("require") {
      let condition = try operand()
      try expect(",")
      guard let check = LoopCheck(rawValue: try word()) else { throw failure("unknown check") }
      kind = .require(condition, check)
    } else if accept("target") {
      try expect("+=")
      kind = .target(try operand())
    } else if accept("choice") {
      kind = try parseChoice()
    } else if accept("bind") {
      let (value, site, indices, support) = try parsePlace(.immutable)
      kind = .bind(LoopBinding(site: site, indices: indices, value: value, support: support))
    } else {
      let variable = try variable()
      let indices = try indices()
      if accept("+=") {
        kind = .accumulate(variable, indices, try operand())
      } else {
        try expect("=")
        kind = .store(variable, indices, try operand())
      }
    }
    try endLine()
    return kind
  }

  mutating func parseView() throws(LoopParseFailure) {
    let name = try word()
    try expect(":")
    let (scalar, sizes) = try type()
    try expect("=")
    let base = try variable()
    try expect("from")
    _ = try define(name, scalar, sizes, .view(of: base, offset: try operand()))
  }

  mutating func parseLoopStatement() throws(LoopParseFailure) -> LoopStatement.Kind {
    let index = try define(try word(), .int, [], .immutable)
    try expect("in")
    let lower = try operand()
    try expect("..<")
    let upper = try operand()
    let descending = accept("descending")
    return .loop(
      LoopFor(index: index, lower: lower, upper: upper, isDescending: descending, body: try nested()))
  }

  mutating func parseCall() throws(LoopParseFailure) -> LoopStatement.Kind {
    var name = try word()
    if accept("[") {
      var options: [String] = []
      repeat { options.append(try word()) } while accept(",")
      try expect("]")
      name += "[" + options.joined(separator: ", ") + "]"
    }
    guard let routine = LoopRoutine.named(name) else { throw failure("unknown routine \(name)") }
    try expect("(")
    var inputs: [LoopVariable] = []
    repeat { inputs.append(try variable()) } while accept(",")
    try expect(")")
    try expect("->")
    var outputs: [LoopVariable] = []
    repeat { outputs.append(try variable()) } while accept(",")
    return .call(routine, outputs: outputs, inputs: inputs)
  }

  mutating func parsePlace(
    _ role: LoopVariableInfo.Role
  ) throws(LoopParseFailure) -> (LoopVariable, Int, [LoopOperand], LoopSupport) {
    let name = try word()
    try expect(":")
    let (scalar, sizes) = try type()
    try expect("=")
    try expect("site")
    let site = try integer()
    let indices = try indices()
    try expect("on")
    guard let kind = SupportKind(rawValue: try word()) else { throw failure("unknown support") }
    try expect("(")
    let arguments = try operands(until: ")")
    let value = try define(name, scalar, sizes, sizes.isEmpty ? role : .mutable)
    return (value, site, indices, LoopSupport(kind, arguments))
  }

  mutating func parseChoice() throws(LoopParseFailure) -> LoopStatement.Kind {
    let (value, site, indices, support) = try parsePlace(.immutable)
    let score = try nested()
    try expect("score")
    return .choice(
      LoopChoice(
        site: site, indices: indices, value: value, support: support, score: score, logDensity: try operand()))
  }

  // MARK: Operations

  mutating func operation() throws(LoopParseFailure) -> LoopOperation {
    if case .word(let name) = token, position + 1 < lines[current].tokens.count,
      lines[current].tokens[position + 1] == .sign("(")
    {
      let operators = LoopFunction.operators.first { $0.name == name }
      guard let function = operators ?? LoopFunction.named(name) else { throw failure("unknown function \(name)") }
      position += 2
      return .apply(function, try operands(until: ")"))
    }
    if case .word(let name) = token, let variable = variables[name], position + 1 < lines[current].tokens.count,
      lines[current].tokens[position + 1] == .sign("[")
    {
      position += 1
      return .load(variable, try indices())
    }
    let first = try operand()
    guard let token else {
      guard case .variable(let variable) = first else { throw failure("a constant needs no definition") }
      return .read(variable)
    }
    let sign: String
    switch token {
    case .sign(let text), .word(let text): sign = text
    default: throw failure("expected an operator")
    }
    guard let function = LoopFunction.operators.first(where: { $0.infix == sign }) else {
      throw failure("unknown operator \(sign)")
    }
    position += 1
    return .apply(function, [first, try operand()])
  }

  func scalar(of operation: LoopOperation) -> LoopScalar {
    switch operation {
    case .apply(let function, let operands): function.result(operands.map(program.scalar(of:)))
    case .load(let variable, _), .read(let variable): program[variable].scalar
    }
  }
}
