// Walks the statements and expressions of Core bodies, closures included where the caller follows them.

import BorelIR

/// Calls functions for every statement and expression of a body, outside in, in textual order.
struct CoreVisitor {
  var statement: (CoreStatement) -> Void = { _ in }
  var expression: (CoreExpression) -> Void = { _ in }

  func visit(_ statements: [CoreStatement]) {
    for statement in statements { visit(statement) }
  }

  func visit(_ node: CoreStatement) {
    statement(node)
    switch node.kind {
    case .evaluate(let e), .setLocal(_, let e), .setGlobal(_, let e), .factor(let e), .returnValue(let e): visit(e)
    case .update(_, let path, let e):
      for access in path {
        if case .index(let subscripts, _) = access { visit(subscripts) }
      }
      visit(e)
    case .choice(let choice):
      for index in choice.indices { visit(index) }
      visit(choice.source)
      if let strategy = choice.strategy { visit(strategy) }
    case .observe(let value, let distribution):
      visit(value)
      visit(distribution)
    case .conditional(let e, let then, let otherwise):
      visit(e)
      visit(then)
      visit(otherwise)
    case .forRange(_, let lower, let upper, _, let body):
      visit(lower)
      visit(upper)
      visit(body)
    case .forEach(_, let e, let body), .whileLoop(let e, let body):
      visit(e)
      visit(body)
    case .breakLoop, .continueLoop: break
    }
  }

  private func visit(_ subscripts: [CoreSubscript]) {
    for part in subscripts {
      switch part {
      case .index(let e): visit(e)
      case .range(let lower, let upper, _, _):
        visit(lower)
        visit(upper)
      case .all: break
      }
    }
  }

  func visit(_ node: CoreExpression) {
    expression(node)
    switch node.kind {
    case .constant, .local, .capture, .global, .function, .model, .distribution, .primitive, .currentClosure: break
    case .closure(_, let parts), .array(let parts), .tuple(let parts), .callPrimitive(_, let parts):
      for part in parts { visit(part) }
    case .callFunction(_, let parts), .applyModel(_, let parts), .applyDistribution(_, let parts):
      for case let part? in parts { visit(part) }
    case .callValue(let callee, let arguments):
      visit(callee)
      for argument in arguments { visit(argument.value) }
    case .record(let fields): for field in fields { visit(field.value) }
    case .range(let a, let b, _), .and(let a, let b), .or(let a, let b), .condition(let a, let b):
      visit(a)
      visit(b)
    case .index(let base, let subscripts):
      visit(base)
      visit(subscripts)
    case .field(let e, _), .tupleElement(let e, _, _), .sample(_, let e): visit(e)
    case .conditional(let a, let b, let c):
      visit(a)
      visit(b)
      visit(c)
    case .block(let statements, let e):
      visit(statements)
      visit(e)
    }
  }
}
