// Reads LoopIR from the text that `dumpLoop` prints, for tests of passes.

import BorelSource

/// Why a text is no LoopIR: a line and what was expected there.
public struct LoopParseFailure: Error, CustomStringConvertible {
  public var line: Int
  public var message: String
  public var description: String { "line \(line): \(message)" }
}

/// The program of a text as `dumpLoop` prints it. Empty lines and lines that begin with `#` are skipped.
public func parseLoop(_ text: String) throws(LoopParseFailure) -> LoopProgram {
  var parser = try LoopParser(text)
  return try parser.parseProgram()
}

private struct LoopParser {
  enum Token: Equatable {
    case word(String)
    case number(String)
    case string(String)
    case sign(String)
  }

  private var lines: [(number: Int, tokens: [Token])] = []
  private var current = 0
  private var position = 0
  private var program = LoopProgram(name: "")
  private var variables: [String: LoopVariable] = [:]

  init(_ text: String) throws(LoopParseFailure) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let tokens = try Self.tokens(Array(line.utf8), index + 1)
      if !tokens.isEmpty { lines.append((index + 1, tokens)) }
    }
  }

  // MARK: Tokens

  private static func tokens(_ bytes: [UInt8], _ number: Int) throws(LoopParseFailure) -> [Token] {
    func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte == 0x5F }
    func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    var tokens: [Token] = []
    var at = 0
    while at < bytes.count {
      let byte = bytes[at]
      let start = at
      let expectsValue: Bool
      switch tokens.last {
      case .word(let word): expectsValue = ["in", "from", "if", "require", "score"].contains(word)
      case .number, .string: expectsValue = false
      case .sign(let sign): expectsValue = sign != ")" && sign != "]"
      case nil: expectsValue = true
      }
      let signed = byte == 0x2D && expectsValue
      if byte == 0x20 {
        at += 1
        continue
      }
      if byte == 0x23 { break }
      if isLetter(byte) {
        while at < bytes.count, isLetter(bytes[at]) || isDigit(bytes[at]) { at += 1 }
        tokens.append(.word(text(start..<at)))
      } else if isDigit(byte) || signed && at + 1 < bytes.count && (isDigit(bytes[at + 1]) || bytes[at + 1] == 0x69) {
        at += 1
        while at < bytes.count {
          let exponentSign = (bytes[at] == 0x2D || bytes[at] == 0x2B) && bytes[at - 1] | 0x20 == 0x65
          let decimalPoint = bytes[at] == 0x2E && at + 1 < bytes.count && isDigit(bytes[at + 1])
          guard isDigit(bytes[at]) || isLetter(bytes[at]) || decimalPoint || exponentSign else { break }
          at += 1
        }
        tokens.append(.number(text(start..<at)))
      } else if byte == 0x22 {
        at += 1
        while at < bytes.count, bytes[at] != 0x22 { at += 1 }
        guard at < bytes.count else { throw LoopParseFailure(line: number, message: "string without end") }
        tokens.append(.string(text(start + 1..<at)))
        at += 1
      } else {
        let long = ["..<", "+=", "->", "<=", "==", "!="].first { sign in
          start + sign.utf8.count <= bytes.count && text(start..<start + sign.utf8.count) == sign
        }
        let sign = long ?? text(start..<start + 1)
        at += sign.utf8.count
        tokens.append(.sign(sign))
      }
    }
    return tokens
  }

  private func failure(_ message: String) -> LoopParseFailure {
    LoopParseFailure(line: current < lines.count ? lines[current].number : (lines.last?.number ?? 0), message: message)
  }

  private var token: Token? {
    current < lines.count && position < lines[current].tokens.count ? lines[current].tokens[position] : nil
  }

  private mutating func endLine() throws(LoopParseFailure) {
    guard token == nil else { throw failure("unexpected rest of the line") }
    current += 1
    position = 0
  }

  private mutating func accept(_ sign: String) -> Bool {
    guard token == .sign(sign) || token == .word(sign) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ sign: String) throws(LoopParseFailure) {
    guard accept(sign) else { throw failure("expected \(sign)") }
  }

  private mutating func word() throws(LoopParseFailure) -> String {
    guard case .word(let word) = token else { throw failure("expected a name") }
    position += 1
    return word
  }

  private mutating func integer() throws(LoopParseFailure) -> Int {
    guard case .number(let text) = token, let value = Int(text) else { throw failure("expected a whole number") }
    position += 1
    return value
  }

  // MARK: Variables and operands

  private func known(_ name: String) throws(LoopParseFailure) -> LoopVariable {
    guard let variable = variables[name] else { throw failure("unknown variable \(name)") }
    return variable
  }

  private mutating func variable() throws(LoopParseFailure) -> LoopVariable { try known(try word()) }

  private mutating func define(
    _ name: String, _ scalar: LoopScalar, _ sizes: [LoopOperand] = [], _ role: LoopVariableInfo.Role
  ) throws(LoopParseFailure) -> LoopVariable {
    guard variables[name] == nil else { throw failure("\(name) is defined twice") }
    let plain = Self.withoutSuffix(name)
    let variable = program.addVariable(LoopVariableInfo(name: plain, scalar: scalar, sizes: sizes, role: role))
    variables[name] = variable
    return variable
  }

  /// `t12` is a number, not a name; `x_2` is the second variable of the name `x`.
  private static func withoutSuffix(_ name: String) -> String {
    if name.first == "t", name.count > 1, name.dropFirst().allSatisfy(\.isNumber) { return "" }
    guard let underscore = name.lastIndex(of: "_") else { return name }
    let suffix = name[name.index(after: underscore)...]
    return !suffix.isEmpty && suffix.allSatisfy(\.isNumber) ? String(name[..<underscore]) : name
  }

  private mutating func operand() throws(LoopParseFailure) -> LoopOperand {
    switch token {
    case .word("true"):
      position += 1
      return .bool(true)
    case .word("false"):
      position += 1
      return .bool(false)
    case .word("inf"):
      position += 1
      return .real(.infinity)
    case .word("nan"):
      position += 1
      return .real(.nan)
    case .word: return .variable(try variable())
    case .number(let text):
      position += 1
      if let value = Int(text) { return .int(value) }
      guard let value = Double(text) else { throw failure("no number: \(text)") }
      return .real(value)
    default: throw failure("expected an operand")
    }
  }

  private mutating func operands(until end: String) throws(LoopParseFailure) -> [LoopOperand] {
    var operands: [LoopOperand] = []
    if accept(end) { return operands }
    repeat { operands.append(try operand()) } while accept(",")
    try expect(end)
    return operands
  }

  private mutating func indices() throws(LoopParseFailure) -> [LoopOperand] {
    accept("[") ? try operands(until: "]") : []
  }

  private mutating func type() throws(LoopParseFailure) -> (LoopScalar, [LoopOperand]) {
    guard let scalar = LoopScalar(rawValue: try word()) else { throw failure("expected Bool, Int or Real") }
    return (scalar, try indices())
  }

  // MARK: The program

  mutating func parseProgram() throws(LoopParseFailure) -> LoopProgram {
    try expect("program")
    program.name = try word()
    try endLine()
    try parseHeader()
    program.body = try parseBlock()
    while accept("result") {
      let name = try word()
      try expect("=")
      program.results.append((name, try operand()))
      try endLine()
    }
    guard current == lines.count else { throw failure("unexpected line") }
    for (site, name) in siteArrays { program.sites[site].array = try known(name) }
    return program
  }

  private var siteArrays: [(Int, String)] = []

  private mutating func parseHeader() throws(LoopParseFailure) {
    // Sizes of inputs may be inputs that follow: their names are known first.
    let start = current
    while token == .word("input") {
      position += 1
      let variable = try define(try word(), .int, [], .input)
      program.inputs.append(LoopInput(variable: variable, source: .position))
      current += 1
      position = 0
    }
    current = start
    var index = 0
    while accept("input") {
      position += 1
      try expect(":")
      let variable = program.inputs[index].variable
      (program[variable].scalar, program[variable].sizes) = try type()
      try expect("=")
      program.inputs[index].source = try source()
      try endLine()
      index += 1
    }
    while accept("output") {
      let name = try word()
      try expect(":")
      let (scalar, sizes) = try type()
      _ = try define(name, scalar, sizes, .output)
      try endLine()
    }
    while accept("site") { try parseSite() }
  }

  private mutating func parseSite() throws(LoopParseFailure) {
    _ = try integer()
    guard case .string(let pattern) = token else { throw failure("expected the pattern of an address") }
    position += 1
    try expect(":")
    guard let scalar = LoopScalar(rawValue: try word()) else { throw failure("expected Bool, Int or Real") }
    try expect(",")
    let rank = try integer()
    try expect(",")
    let array = try word()
    try expect(",")
    guard let status = LoopSite.Status(rawValue: try word()) else { throw failure("expected a status") }
    if array != "none" { siteArrays.append((program.sites.count, array)) }
    program.sites.append(
      LoopSite(
        pattern: pattern, scalar: scalar, indexRank: rank, array: nil, status: status,
        span: Span(file: FileID(index: 0), start: 0, end: 0)))
    try endLine()
  }

  private mutating func path() throws(LoopParseFailure) -> [String] {
    var path = [try word()]
    while accept(".") { path.append(try word()) }
    return path
  }

  private mutating func source() throws(LoopParseFailure) -> LoopInput.Source {
    let kind = try word()
    try expect("(")
    let source: LoopInput.Source
    switch kind {
    case "argument": source = .argument(try path())
    case "global": source = .global(try path())
    case "argument_size", "global_size":
      let path = try path()
      try expect(",")
      let dimension = try integer()
      source =
        kind == "argument_size"
        ? .argumentSize(path, dimension: dimension) : .globalSize(path, dimension: dimension)
    case "observed": source = .observed(site: try integer())
    case "is_missing": source = .isMissing(site: try integer())
    case "missing_rank": source = .missingRank(site: try integer())
    case "missing_count": source = .missingCount(site: try integer())
    case "choice": source = .choice(site: try integer())
    case "site_size":
      let site = try integer()
      try expect(",")
      source = .siteSize(site: site, dimension: try integer())
    case "position": source = .position
    case "other": source = .other(try word())
    default: throw failure("unknown source of an input: \(kind)")
    }
    try expect(")")
    return source
  }

  // MARK: Statements

  private mutating func parseBlock() throws(LoopParseFailure) -> [LoopStatement] {
    var statements: [LoopStatement] = []
    while let token, token != .sign("}"), token != .word("result") {
      if let kind = try parseStatement() { statements.append(LoopStatement(kind)) }
    }
    return statements
  }

  private mutating func nested() throws(LoopParseFailure) -> [LoopStatement] {
    try expect("{")
    try endLine()
    let body = try parseBlock()
    try expect("}")
    return body
  }

  private mutating func parseStatement() throws(LoopParseFailure) -> LoopStatement.Kind? {
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

  private mutating func parseView() throws(LoopParseFailure) {
    let name = try word()
    try expect(":")
    let (scalar, sizes) = try type()
    try expect("=")
    let base = try variable()
    try expect("from")
    _ = try define(name, scalar, sizes, .view(of: base, offset: try operand()))
  }

  private mutating func parseLoopStatement() throws(LoopParseFailure) -> LoopStatement.Kind {
    let index = try define(try word(), .int, [], .immutable)
    try expect("in")
    let lower = try operand()
    try expect("..<")
    let upper = try operand()
    let descending = accept("descending")
    return .loop(
      LoopFor(index: index, lower: lower, upper: upper, isDescending: descending, body: try nested()))
  }

  private mutating func parseCall() throws(LoopParseFailure) -> LoopStatement.Kind {
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

  private mutating func parsePlace(
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

  private mutating func parseChoice() throws(LoopParseFailure) -> LoopStatement.Kind {
    let (value, site, indices, support) = try parsePlace(.immutable)
    let score = try nested()
    try expect("score")
    return .choice(
      LoopChoice(
        site: site, indices: indices, value: value, support: support, score: score, logDensity: try operand()))
  }

  // MARK: Operations

  private mutating func operation() throws(LoopParseFailure) -> LoopOperation {
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

  private func scalar(of operation: LoopOperation) -> LoopScalar {
    switch operation {
    case .apply(let function, let operands): function.result(operands.map(program.scalar(of:)))
    case .load(let variable, _), .read(let variable): program[variable].scalar
    }
  }
}
