// Writes random statements: assignments, loops, branches, conditions in place.

extension ProgramGenerator {
  mutating func statement() {
    switch random.below(20) {
    case 0...2:
      let text = real(3, allowsRandom: true)
      line("let \(add("v", .real(.real), isRandom: true)) = \(random.chance(1, in: 3) ? bounded(text) : text)")
    case 3:
      let text = real(2, .positive, allowsRandom: true)
      line("let \(add("v", .real(.positive), isRandom: true)) = \(text)")
    case 4:
      let text = random.chance(1, in: 3) ? "\(random.below(3))" : real(2, allowsRandom: true)
      line("var \(add("m", .real(.real), isRandom: true, isMutable: true)) = \(text)")
    case 5, 6: assignment()
    case 7, 8:
      let size = anySize()
      let text = vector(size, .vector, 2, allowsRandom: true)
      line("let \(add("w", .vector(size, .vector), isRandom: true)) = \(text)")
    case 9: fillVector()
    case 10: fillMatrix()
    case 11, 12: branch()
    case 13, 14, 15: loop()
    case 16: elementLoop()
    case 17: countingLoop()
    case 18: destructuring()
    default:
      switch random.below(4) {
      case 0: line("factor(\(bounded(real(2, allowsRandom: true))))")
      case 1:
        line(
          "observe \(real(1, allowsRandom: false)) ~ normal(\(real(2, allowsRandom: true)), \(real(1, .positive, allowsRandom: true)))"
        )
      case 2: line("observe \(random.below(5)) ~ poisson(\(real(1, .positive, allowsRandom: true)))")
      default:
        let text = condition(allowsRandom: true)
        line("let \(add("c", .bool, isRandom: true)) = \(text)")
      }
    }
  }

  private mutating func block(_ head: String, _ body: (inout ProgramGenerator) -> Void) {
    line(head + " {")
    let outer = scope
    depth += 1
    body(&self)
    depth -= 1
    scope = outer
    line("}")
  }

  private mutating func assignment() {
    let mutable = scope.filter(\.isMutable)
    guard let chosen = mutable.randomElement(using: &random) else {
      return line("factor(\(bounded(real(1, allowsRandom: true))))")
    }
    switch chosen.type {
    case .real:
      let value = real(2, allowsRandom: true)
      switch random.below(4) {
      case 0: line("\(chosen.name) += \(bounded(value))")
      case 1: line("\(chosen.name) = \(bounded("\(chosen.name) + \(value)"))")
      case 2: line("\(chosen.name) *= \(bounded(value))")
      default: line("\(chosen.name) = \(value)")
      }
    case .vector(let size, _):
      let place = index(below: size)
      switch random.below(4) {
      case 0: line("\(chosen.name)[\(place)] += \(bounded(real(2, allowsRandom: true)))")
      case 1: line("\(chosen.name) = \(vector(size, .vector, 2, allowsRandom: true))")
      default: line("\(chosen.name)[\(place)] = \(bounded(real(2, allowsRandom: true)))")
      }
    case .matrix(let rows, let columns, _):
      switch random.below(4) {
      case 0: line("\(chosen.name)[\(index(below: rows))] = \(vector(columns, .vector, 1, allowsRandom: true))")
      default:
        line(
          "\(chosen.name)[\(index(below: rows)), \(index(below: columns))] \(random.pick(["=", "+="])) \(bounded(real(1, allowsRandom: true)))"
        )
      }
    default: break
    }
  }

  private mutating func fillVector() {
    let size = anySize()
    let name = fresh("w")
    line(
      "var \(name) = \(random.pick(["zeros(\(size.text))", "full(0.5, \(size.text))", vector(size, .vector, 1, allowsRandom: true)]))"
    )
    let variable = GeneratedVariable(name: name, type: .vector(size, .vector), isRandom: true, isMutable: true)
    guard loopDepth < 3, random.chance(3, in: 4) else { return scope.append(variable) }
    let i = fresh("i")
    let isRecurrence = random.chance(1, in: 3)
    block("for \(i) in \(isRecurrence ? 1 : 0)..<\(size.text)") { this in
      this.scope.append(variable)
      this.scope.append(
        GeneratedVariable(name: i, type: .int(low: isRecurrence ? 1 : 0, below: size), isRandom: false))
      this.loopDepth += 1
      if this.random.chance(1, in: 3) { this.statement() }
      let value = this.real(2, allowsRandom: true)
      this.line("\(name)[\(i)] = \(this.bounded(isRecurrence ? "\(name)[\(i) - 1] + \(value)" : value))")
      this.loopDepth -= 1
    }
    scope.append(variable)
  }

  private mutating func fillMatrix() {
    let (rows, columns) = (anySize(), anySize())
    let name = fresh("A")
    line("var \(name) = zeros(\(rows.text), \(columns.text))")
    let variable = GeneratedVariable(name: name, type: .matrix(rows, columns, .matrix), isRandom: true, isMutable: true)
    guard loopDepth < 2 else { return scope.append(variable) }
    let (i, j) = (fresh("i"), fresh("j"))
    block("for \(i) in 0..<\(rows.text)") { this in
      this.scope.append(GeneratedVariable(name: i, type: .int(low: 0, below: rows), isRandom: false))
      this.loopDepth += 2
      this.block("for \(j) in 0..<\(columns.text)") { this in
        this.scope.append(GeneratedVariable(name: j, type: .int(low: 0, below: columns), isRandom: false))
        this.line("\(name)[\(i), \(j)] = \(this.bounded(this.real(2, allowsRandom: true)))")
      }
      this.loopDepth -= 2
    }
    scope.append(variable)
  }

  private mutating func branch() {
    guard branchDepth < 2 else { return assignment() }
    branchDepth += 1
    block("if \(condition(allowsRandom: true))") { this in
      for _ in 0..<(1 + this.random.below(3)) { this.statement() }
    }
    if random.chance(2, in: 3) {
      lines[lines.count - 1] += " else {"
      let outer = scope
      depth += 1
      for _ in 0..<(1 + random.below(2)) { statement() }
      depth -= 1
      scope = outer
      line("}")
    }
    branchDepth -= 1
  }

  private mutating func loop() {
    guard loopDepth < 2 else { return assignment() }
    loopDepth += 1
    let i = fresh("i")
    let size = random.pick([Size.rows, .rows, .columns, .fixed(3), .fixed(12)])
    let low = random.below(2)
    let type = GeneratedType.int(low: low, below: size)
    let head =
      low == 0 && random.chance(1, in: 5) ? "for \(i) in 0...\(size.text) - 1" : "for \(i) in \(low)..<\(size.text)"
    block(head) { this in
      this.scope.append(GeneratedVariable(name: i, type: type, isRandom: false))
      if this.random.chance(1, in: 8) {
        this.line("if \(this.condition(allowsRandom: false)) { \(this.random.pick(["continue", "break"])) }")
      }
      for _ in 0..<(1 + this.random.below(4)) { this.statement() }
    }
    loopDepth -= 1
  }

  /// `for v in xs`
  private mutating func elementLoop() {
    guard loopDepth < 2 else { return assignment() }
    loopDepth += 1
    let v = fresh("e")
    let size = anySize()
    let source = vector(size, .vector, 1, allowsRandom: true)
    block("for \(v) in \(source)") { this in
      this.scope.append(GeneratedVariable(name: v, type: .real(.real), isRandom: true))
      for _ in 0..<(1 + this.random.below(3)) { this.statement() }
    }
    loopDepth -= 1
  }

  private mutating func countingLoop() {
    guard loopDepth < 2 else { return assignment() }
    loopDepth += 1
    let name = fresh("d")
    let start = real(1, allowsRandom: true)
    let m = add("m", .real(.real), isRandom: true, isMutable: true)
    line("var \(m) = \(start)")
    line("var \(name) = 0")
    let end = random.pick(["3", "3", "5"] + (isPure ? [] : ["n", "k"]))
    block("while \(name) < \(end)") { this in
      this.line("\(m) = \(this.bounded("\(m) + \(this.real(1, allowsRandom: true))"))")
      this.line("\(name) += 1")
    }
    loopDepth -= 1
  }

  private mutating func destructuring() {
    let (a, b) = (real(1, allowsRandom: true), real(1, .positive, allowsRandom: true))
    if random.chance(1, in: 2) {
      let first = fresh("v")
      let second = fresh("v")
      line("let (\(first), \(second)) = (\(a), \(b))")
      scope.append(GeneratedVariable(name: first, type: .real(.real), isRandom: true))
      scope.append(GeneratedVariable(name: second, type: .real(.positive), isRandom: true))
    } else {
      let name = fresh("rec")
      line("let \(name) = {scale: \(b), shift: \(a), slopes: \(vector(.fixed(3), .vector, 1, allowsRandom: true))}")
      line("let \(add("v", .real(.real), isRandom: true)) = \(name).shift + \(name).slopes[1] / \(name).scale")
    }
  }
}
