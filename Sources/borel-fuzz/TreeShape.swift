// Measures of a syntax tree that must hold for every input: its height, and whether it contains error nodes.

import BorelSyntax

/// The number of nodes from the root to the deepest leaf.
func treeHeight(_ tree: SyntaxTree) -> Int {
  var walker = TreeWalker()
  walker.visit(tree.statements)
  return walker.height
}

func containsError(_ tree: SyntaxTree) -> Bool {
  var walker = TreeWalker()
  walker.visit(tree.statements)
  return walker.sawError
}

private struct TreeWalker {
  var depth = 0
  var height = 0
  var sawError = false

  private mutating func enter(_ body: (inout TreeWalker) -> Void) {
    depth += 1
    height = max(height, depth)
    body(&self)
    depth -= 1
  }

  mutating func visit(_ statements: [Statement]) {
    for statement in statements { enter { $0.children(statement) } }
  }

  private mutating func visit(_ block: Block) { enter { $0.visit(block.statements) } }

  private mutating func visit(_ body: FunctionBody) {
    switch body {
    case .block(let block): visit(block)
    case .expression(let value): visit(value)
    }
  }

  private mutating func visit(_ parameters: [Parameter]) {
    for parameter in parameters { if let value = parameter.defaultValue { visit(value) } }
  }

  private mutating func visit(_ expression: Expression) { enter { $0.children(expression) } }

  private mutating func children(_ statement: Statement) {
    switch statement.kind {
    case .expression(let value): visit(value)
    case .binding(let binding): visit(binding.value)
    case .assignment(let target, _, let value):
      visit(target)
      visit(value)
    case .choice(let target, let distribution, let strategy):
      for index in target.indices { visit(index) }
      visit(distribution)
      if let strategy { visit(strategy) }
    case .observe(let value, let distribution):
      visit(value)
      visit(distribution)
    case .forLoop(_, let sequence, let body):
      visit(sequence)
      visit(body)
    case .whileLoop(let condition, let body):
      visit(condition)
      visit(body)
    case .breakLoop, .continueLoop, .importFile: break
    case .returnValue(let value): if let value { visit(value) }
    case .function(let function):
      visit(function.parameters)
      visit(function.body)
    case .model(let model):
      visit(model.parameters)
      visit(model.body)
    case .distribution(let distribution):
      visit(distribution.parameters)
      visit(distribution.support)
      for condition in distribution.conditions { visit(condition) }
      for method in distribution.methods {
        visit(method.parameters)
        visit(method.body)
      }
    case .error: sawError = true
    }
  }

  private mutating func children(_ expression: Expression) {
    switch expression.kind {
    case .null, .bool, .integer, .real, .string, .name: break
    case .array(let elements), .tuple(let elements): for element in elements { visit(element) }
    case .record(let fields): for field in fields { visit(field.value) }
    case .unary(_, let operand): visit(operand)
    case .binary(_, let left, let right, _), .range(let left, let right, _):
      visit(left)
      visit(right)
    case .call(let callee, let arguments):
      visit(callee)
      for argument in arguments { visit(argument.value) }
    case .index(let base, let subscripts):
      visit(base)
      for case .expression(let index) in subscripts { visit(index) }
    case .member(let base, _): visit(base)
    case .lambda(let parameters, let body):
      visit(parameters)
      visit(body)
    case .conditional(let condition, let thenBlock, let elseBlock):
      visit(condition)
      visit(thenBlock)
      if let elseBlock { visit(elseBlock) }
    case .expect(let block): visit(block)
    case .error: sawError = true
    }
  }
}
