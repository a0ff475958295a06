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

/// Reads the lines of a program; the tokens of one line at a time.
struct LoopParser {
  enum Token: Equatable {
    case word(String)
    case number(String)
    case string(String)
    case sign(String)
  }

  var lines: [(number: Int, tokens: [Token])] = []
  var current = 0
  var position = 0
  var program = LoopProgram(name: "")
  var variables: [String: LoopVariable] = [:]

  init(_ text: String) throws(LoopParseFailure) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let tokens = try Self.tokens(Array(line.utf8), index + 1)
      if !tokens.isEmpty { lines.append((index + 1, tokens)) }
    }
  }

  // MARK: Tokens

  static func tokens(_ bytes: [UInt8], _ number: Int) throws(LoopParseFailure) -> [Token] {
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

  func failure(_ message: String) -> LoopParseFailure {
    LoopParseFailure(line: current < lines.count ? lines[current].number : (lines.last?.number ?? 0), message: message)
  }

  var token: Token? {
    current < lines.count && position < lines[current].tokens.count ? lines[current].tokens[position] : nil
  }

  mutating func endLine() throws(LoopParseFailure) {
    guard token == nil else { throw failure("unexpected rest of the line") }
    current += 1
    position = 0
  }

  mutating func accept(_ sign: String) -> Bool {
    guard token == .sign(sign) || token == .word(sign) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ sign: String) throws(LoopParseFailure) {
    guard accept(sign) else { throw failure("expected \(sign)") }
  }

  mutating func word() throws(LoopParseFailure) -> String {
    guard case .word(let word) = token else { throw failure("expected a name") }
    position += 1
    return word
  }

  mutating func integer() throws(LoopParseFailure) -> Int {
    guard case .number(let text) = token, let value = Int(text) else { throw failure("expected a whole number") }
    position += 1
    return value
  }

  // MARK: Variables and operands

  func known(_ name: String) throws(LoopParseFailure) -> LoopVariable {
    guard let variable = variables[name] else { throw failure("unknown variable \(name)") }
    return variable
  }

  mutating func variable() throws(LoopParseFailure) -> LoopVariable { try known(try word()) }

  mutating func define(
    _ name: String, _ scalar: LoopScalar, _ sizes: [LoopOperand] = [], _ role: LoopVariableInfo.Role
  ) throws(LoopParseFailure) -> LoopVariable {
    guard variables[name] == nil else { throw failure("\(name) is defined twice") }
    let plain = Self.withoutSuffix(name)
    let variable = program.addVariable(LoopVariableInfo(name: plain, scalar: scalar, sizes: sizes, role: role))
    variables[name] = variable
    return variable
  }

  /// `t12` is a number, not a name; `x_2` is the second variable of the name `x`.
  static func withoutSuffix(_ name: String) -> String {
    if name.first == "t", name.count > 1, name.dropFirst().allSatisfy(\.isNumber) { return "" }
    guard let underscore = name.lastIndex(of: "_") else { return name }
    let suffix = name[name.index(after: underscore)...]
    return !suffix.isEmpty && suffix.allSatisfy(\.isNumber) ? String(name[..<underscore]) : name
  }

  mutating func operand() throws(LoopParseFailure) -> LoopOperand {
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

  mutating func operands(until end: String) throws(LoopParseFailure) -> [LoopOperand] {
    var operands: [LoopOperand] = []
    if accept(end) { return operands }
    repeat { operands.append(try operand()) } while accept(",")
    try expect(end)
    return operands
  }

  mutating func indices() throws(LoopParseFailure) -> [LoopOperand] {
    accept("[") ? try operands(until: "]") : []
  }

  mutating func type() throws(LoopParseFailure) -> (LoopScalar, [LoopOperand]) {
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

  var siteArrays: [(Int, String)] = []

  mutating func parseHeader() throws(LoopParseFailure) {
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

  mutating func parseSite() throws(LoopParseFailure) {
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

  mutating func path() throws(LoopParseFailure) -> [String] {
    var path = [try word()]
    while accept(".") { path.append(try word()) }
    return path
  }

  mutating func source() throws(LoopParseFailure) -> LoopInput.Source {
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
}
