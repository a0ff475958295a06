// Takes factors that do not change out of the sums that loops compute, and computes equal sums once.

import BorelIR

/// The program with `s += c f v` in a loop, c constant and f unchanging, as a sum of v there and `s += c f sum` after the loop.
///
/// Sums of the same v become one: the squares of residuals serve the density and the derivative in the scale. What is added to
/// the target or to a mutable scalar that the loop does not read is taken apart down to its varying factors, through products,
/// quotients and signs. Rounding errors change; where factors are beyond 1e150, so may overflow and underflow.
public func factorSums(_ program: LoopProgram) -> LoopProgram {
  var pass = SumFactoring(program: program)
  let body = pass.block(program.body)
  pass.program.body = body
  return eliminateDeadCode(pass.program)
}

private struct SumFactoring {
  var program: LoopProgram

  mutating func block(_ block: [LoopStatement]) -> [LoopStatement] {
    var result: [LoopStatement] = []
    for var statement in block {
      switch statement.kind {
      case .loop(let loop):
        var sums = LoopSums(loop, statement, program)
        var loop = sums.rewritten()
        program = sums.program
        loop.body = self.block(loop.body)
        result += sums.before
        result.append(LoopStatement(.loop(loop), statement.span))
        result += sums.after
      case .conditional(let condition, let then, let otherwise):
        statement.kind = .conditional(condition, then: self.block(then), else: self.block(otherwise))
        result.append(statement)
      default: result.append(statement)
      }
    }
    return result
  }
}

/// The sums of one loop, inner loops included, into places outside of it.
private struct LoopSums {
  var program: LoopProgram
  private(set) var before: [LoopStatement] = []
  private(set) var after: [LoopStatement] = []
  private let loop: LoopFor
  private let statement: LoopStatement
  private let inside: LoopContents
  private var definitions: [LoopVariable: LoopOperation] = [:]
  /// Places whose values the loop uses.
  private var used: Set<LoopVariable> = []
  private var products = ProductTable()
  /// Sums of several addends, by what becomes of them.
  private var common: [Purpose: LoopVariable] = [:]
  private var uses: [(sum: LoopVariable, purpose: Purpose)] = []

  private struct Purpose: Hashable {
    /// Nil for the target.
    var place: LoopVariable?
    var coefficient: Double
    var factors: [LoopVariable]
  }

  private struct Addend {
    var position: Int
    var purpose: Purpose
    var varying: ProductTable.Node
    var isPlain: Bool { abs(purpose.coefficient) == 1 && purpose.factors.isEmpty }
  }

  init(_ loop: LoopFor, _ statement: LoopStatement, _ program: LoopProgram) {
    self.loop = loop
    self.statement = statement
    self.program = program
    inside = LoopContents(of: loop, in: program)
    for inner in loop.body {
      inner.visit { inner in
        switch inner.kind {
        case .define(let variable, let operation):
          definitions[variable] = operation
          if case .read(let place) = operation { used.insert(place) }
        case .store(let place, let indices, _): if indices.isEmpty { used.insert(place) }
        default: break
        }
      }
    }
  }

  mutating func rewritten() -> LoopFor {
    var result = loop
    result.body = block(loop.body, outer: [])
    finish()
    return result
  }

  // MARK: Products

  /// Finds constant, unchanging and varying factors of an operand.
  private mutating func product(_ operand: LoopOperand) -> FactoredProduct {
    switch operand {
    case .real(let constant) where constant.isFinite: return FactoredProduct(coefficient: constant)
    case .variable(let variable) where program[variable].scalar == .real:
      if inside.isOutside(operand) { return FactoredProduct(factors: [variable]) }
      if let known = products.known[variable] { return known }
      let result = product(of: variable)
      products.known[variable] = result
      return result
    default: return FactoredProduct(varying: products.leaf(operand))
    }
  }

  private mutating func product(of variable: LoopVariable) -> FactoredProduct {
    let leaf = FactoredProduct(varying: products.leaf(.variable(variable)))
    guard case .apply(let function, let operands)? = definitions[variable] else { return leaf }
    switch function {
    case .negate:
      var result = product(operands[0])
      result.coefficient.negate()
      return result
    case .multiply:
      let (a, b) = (product(operands[0]), product(operands[1]))
      var result = FactoredProduct(
        coefficient: a.coefficient * b.coefficient, factors: (a.factors + b.factors).sorted { $0.index < $1.index })
      guard result.coefficient.isFinite else { return leaf }
      guard let left = a.varying, let right = b.varying else {
        result.varying = a.varying ?? b.varying
        return result
      }
      let isNew = a.isScaled || b.isScaled
      result.varying = products.node(.multiply, left, right, existing: isNew ? nil : variable)
      return result
    case .divide:
      var result = product(operands[0])
      guard result.isScaled, let numerator = result.varying, !inside.isOutside(operands[1]) else { return leaf }
      result.varying = products.node(.divide, numerator, products.leaf(operands[1]), existing: nil)
      return result
    default: return leaf
    }
  }

  // MARK: Statements

  /// `outer` are the scalars that blocks around this one have defined before it.
  private mutating func block(_ block: [LoopStatement], outer: Set<LoopVariable>) -> [LoopStatement] {
    var addends: [Addend] = []
    products.written = [:]
    products.inScope = outer
    for (position, inner) in block.enumerated() {
      if case .define(let variable, _) = inner.kind { products.inScope.insert(variable) }
      if let addend = addend(inner, position) { addends.append(addend) }
    }
    var counts: [ProductTable.Node: Int] = [:]
    for addend in addends { counts[addend.varying, default: 0] += 1 }
    var shared: [ProductTable.Node: LoopVariable] = [:]
    var replaced: Set<Int> = []
    var end: [LoopStatement] = []
    for addend in addends {
      if counts[addend.varying] ?? 0 > 1 {
        replaced.insert(addend.position)
        if let sum = shared[addend.varying] {
          uses.append((sum, addend.purpose))
        } else {
          let sum = declareSum()
          shared[addend.varying] = sum
          uses.append((sum, addend.purpose))
          add(products.value(addend.varying, &program, &end, statement), to: sum, &end)
        }
      } else if !addend.isPlain {
        replaced.insert(addend.position)
        let value = products.value(addend.varying, &program, &end, statement)
        var opposite = addend.purpose
        opposite.coefficient.negate()
        if let sum = common[addend.purpose] {
          add(value, to: sum, &end)
        } else if let sum = common[opposite] {
          add(define(.negate, [value], &end), to: sum, &end)
        } else {
          let sum = declareSum()
          common[addend.purpose] = sum
          uses.append((sum, addend.purpose))
          add(value, to: sum, &end)
        }
      }
    }
    var result: [LoopStatement] = []
    var known = outer
    for (position, var inner) in block.enumerated() where !replaced.contains(position) {
      switch inner.kind {
      case .define(let variable, _): known.insert(variable)
      case .loop(var nested):
        nested.body = self.block(nested.body, outer: known)
        inner.kind = .loop(nested)
      case .conditional(let condition, let then, let otherwise):
        inner.kind = .conditional(
          condition, then: self.block(then, outer: known), else: self.block(otherwise, outer: known))
      default: break
      }
      result.append(inner)
    }
    return result + end
  }

  /// What a statement adds to a place that the loop does nothing else with; nil where it is not a sum of varying values.
  private mutating func addend(_ inner: LoopStatement, _ position: Int) -> Addend? {
    let place: LoopVariable?
    let value: LoopOperand
    switch inner.kind {
    case .target(let operand): (place, value) = (nil, operand)
    case .accumulate(let variable, let indices, let operand):
      guard indices.isEmpty, program[variable].scalar == .real, !used.contains(variable),
        inside.isOutside(.variable(variable))
      else { return nil }
      (place, value) = (variable, operand)
    default: return nil
    }
    let product = product(value)
    guard let varying = product.varying else { return nil }
    return Addend(
      position: position,
      purpose: Purpose(place: place, coefficient: product.coefficient, factors: product.factors), varying: varying)
  }

  private mutating func declareSum() -> LoopVariable {
    let sum = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .mutable))
    before.append(LoopStatement(.declare(sum, .real(0)), statement.span))
    return sum
  }

  private func add(_ value: LoopOperand, to sum: LoopVariable, _ block: inout [LoopStatement]) {
    block.append(LoopStatement(.accumulate(sum, [], value), statement.span))
  }

  private mutating func define(
    _ function: LoopFunction, _ operands: [LoopOperand], _ block: inout [LoopStatement]
  ) -> LoopOperand {
    if let folded = foldLoopOperation(function, operands, in: program) { return folded }
    let scalar: LoopScalar = function == .less ? .bool : .real
    let variable = program.addVariable(LoopVariableInfo(name: "", scalar: scalar, role: .immutable))
    block.append(LoopStatement(.define(variable, .apply(function, operands)), statement.span))
    return .variable(variable)
  }

  // MARK: After the loop

  /// Adds the sums, with their factors, to where they belong. A loop without iterations adds nothing, whatever the factors are.
  private mutating func finish() {
    var plain: [LoopStatement] = []
    var scaled: [LoopStatement] = []
    for (sum, purpose) in uses {
      var block: [LoopStatement] = []
      let total = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
      block.append(LoopStatement(.define(total, .read(sum)), statement.span))
      var factor: LoopOperand?
      for next in purpose.factors {
        factor = factor.map { define(.multiply, [$0, .variable(next)], &block) } ?? .variable(next)
      }
      var value = LoopOperand.variable(total)
      if let factor { value = define(.multiply, [factor, value], &block) }
      value =
        purpose.coefficient == -1
        ? define(.negate, [value], &block) : define(.multiply, [.real(purpose.coefficient), value], &block)
      let kind = purpose.place.map { LoopStatement.Kind.accumulate($0, [], value) } ?? .target(value)
      block.append(LoopStatement(kind, statement.span))
      if purpose.factors.isEmpty { plain += block } else { scaled += block }
    }
    after = plain
    if scaled.isEmpty { return }
    var block = after
    let hasRun = define(.less, [loop.lower, loop.upper], &block)
    after = block
    if hasRun == .bool(true) {
      after += scaled
    } else {
      after.append(LoopStatement(.conditional(hasRun, then: scaled, else: []), statement.span))
    }
  }
}

/// A product: a constant, unchanging factors, and what varies, nil for 1.
private struct FactoredProduct {
  var coefficient = 1.0
  var factors: [LoopVariable] = []
  var varying: ProductTable.Node?
  /// Whether the varying part is not the whole.
  var isScaled: Bool { coefficient != 1 || !factors.isEmpty }
}

/// Products and quotients of varying values, numbered so that equal ones are one.
private struct ProductTable {
  typealias Node = Int

  private enum Content: Hashable {
    case leaf(LoopOperand)
    case apply(LoopFunction, Node, Node)
  }

  var known: [LoopVariable: FactoredProduct] = [:]
  /// What the present block has computed for the sums.
  var written: [Node: LoopOperand] = [:]
  private var numbers: [Content: Node] = [:]
  private var contents: [Content] = []
  private var existing: [Node: [LoopVariable]] = [:]
  /// The scalars that are defined where the present block ends.
  var inScope: Set<LoopVariable> = []

  private mutating func number(_ content: Content) -> Node {
    if let known = numbers[content] { return known }
    contents.append(content)
    numbers[content] = contents.count - 1
    return contents.count - 1
  }

  mutating func leaf(_ operand: LoopOperand) -> Node { number(.leaf(operand)) }

  /// `existing` is a variable that holds the result already.
  mutating func node(_ function: LoopFunction, _ a: Node, _ b: Node, existing variable: LoopVariable?) -> Node {
    let isOrdered = function == .divide || a <= b
    let node = number(isOrdered ? .apply(function, a, b) : .apply(function, b, a))
    if let variable { existing[node, default: []].append(variable) }
    return node
  }

  /// The value of a node, computed in the block where it does not exist.
  mutating func value(
    _ node: Node, _ program: inout LoopProgram, _ block: inout [LoopStatement], _ statement: LoopStatement
  ) -> LoopOperand {
    if let value = written[node] { return value }
    let result: LoopOperand
    switch contents[node] {
    case .leaf(let operand): result = operand
    case .apply(let function, let a, let b):
      if let variable = existing[node]?.first(where: inScope.contains) {
        result = .variable(variable)
      } else {
        let operands = [value(a, &program, &block, statement), value(b, &program, &block, statement)]
        let variable = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
        block.append(LoopStatement(.define(variable, .apply(function, operands)), statement.span))
        result = .variable(variable)
      }
    }
    written[node] = result
    return result
  }
}
