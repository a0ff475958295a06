// Finds the random variables of a function body before it is lowered, so that loops may read what they choose later.

import BorelSource
import BorelSyntax

extension ChoiceTable {
  init(in block: Block) {
    visit(block)
  }

  init(in expression: Expression) {
    visit(expression)
  }

  /// The loops around the place that the walk has come to.
  private struct Walk {
    var loops: [Span] = []
    var depth = 0
  }

  private mutating func visit(_ block: Block) {
    var walk = Walk()
    visit(block, &walk)
  }

  private mutating func visit(_ expression: Expression) {
    var walk = Walk()
    visit(expression, &walk)
  }

  private mutating func visit(_ block: Block, _ walk: inout Walk) {
    guard walk.depth < Lowerer.maximumNesting else { return }
    walk.depth += 1
    defer { walk.depth -= 1 }
    for statement in block.statements { visit(statement, &walk) }
  }

  private mutating func visit(_ statement: Statement, _ walk: inout Walk) {
    switch statement.kind {
    case .choice(let target, let source, _):
      entries[target.name.text, default: Entry(firstSpan: target.span)].loops.formUnion(walk.loops)
      for index in target.indices { visit(index, &walk) }
      visit(source, &walk)
    case .expression(let expression): visit(expression, &walk)
    case .binding(let binding): visit(binding.value, &walk)
    case .assignment(let target, _, let value):
      visit(target, &walk)
      visit(value, &walk)
    case .observe(let value, let source):
      visit(value, &walk)
      visit(source, &walk)
    case .forLoop(_, let sequence, let block):
      visit(sequence, &walk)
      walk.loops.append(block.span)
      visit(block, &walk)
      walk.loops.removeLast()
    case .whileLoop(let condition, let block):
      walk.loops.append(block.span)
      visit(condition, &walk)
      visit(block, &walk)
      walk.loops.removeLast()
    case .returnValue(let value): if let value { visit(value, &walk) }
    case .breakLoop, .continueLoop, .importFile, .function, .model, .distribution, .error: break
    }
  }

  /// Only blocks inside expressions can hold choices; lambdas have their own tables.
  private mutating func visit(_ expression: Expression, _ walk: inout Walk) {
    guard walk.depth < Lowerer.maximumNesting else { return }
    walk.depth += 1
    defer { walk.depth -= 1 }
    switch expression.kind {
    case .null, .bool, .integer, .real, .string, .name, .lambda, .expect, .error: break
    case .array(let elements), .tuple(let elements): for element in elements { visit(element, &walk) }
    case .record(let fields): for field in fields { visit(field.value, &walk) }
    case .unary(_, let operand): visit(operand, &walk)
    case .binary(_, let left, let right, _), .range(let left, let right, _):
      visit(left, &walk)
      visit(right, &walk)
    case .call(let callee, let arguments):
      visit(callee, &walk)
      for argument in arguments { visit(argument.value, &walk) }
    case .index(let base, let subscripts):
      visit(base, &walk)
      for case .expression(let index) in subscripts { visit(index, &walk) }
    case .member(let base, _): visit(base, &walk)
    case .conditional(let condition, let then, let otherwise):
      visit(condition, &walk)
      visit(then, &walk)
      if let otherwise { visit(otherwise, &walk) }
    }
  }
}
