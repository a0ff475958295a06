// Lowers assignments: to variables, elements and fields, plain and with an operator.

import BorelIR
import BorelSource
import BorelSyntax

extension Lowerer {
  func lowerAssignment(
    _ target: Expression, _ operation: AssignmentOperator, _ value: Expression, _ span: Span,
    into body: inout [CoreStatement]
  ) {
    var path: [CoreAccess] = []
    guard let root = lowerPath(target, into: &path, &body) else {
      _ = lowerExpression(value)
      return
    }
    let right = lowerExpression(value)
    guard let variable = assignable(root, hasPath: !path.isEmpty, operation, value, at: target.span) else { return }
    let result: CoreExpression
    if let name = Lowerer.operators[operation] {
      let current = read(variable, path, root.span, target.span)
      result = CoreExpression(.callPrimitive(primitive(name), [current, right]), span)
    } else {
      result = right
    }
    if !path.isEmpty {
      body.append(CoreStatement(.update(variable, path: path, result), span))
      return
    }
    switch variable {
    case .local(let id): body.append(CoreStatement(.setLocal(id, result), span))
    case .global(let id): body.append(CoreStatement(.setGlobal(id, result), span))
    }
  }

  private static let operators: [AssignmentOperator: String] = [
    .add: "+", .subtract: "-", .multiply: "*", .divide: "/",
  ]

  /// The name at the root of a target, and the steps from there.
  private func lowerPath(_ target: Expression, into path: inout [CoreAccess], _ body: inout [CoreStatement]) -> Name? {
    switch target.kind {
    case .name(let name): return Name(name, target.span)
    case .member(let base, let field):
      guard let root = descend(at: target.span, otherwise: nil, { lowerPath(base, into: &path, &body) }) else {
        return nil
      }
      path.append(.field(field.text, field.span))
      return root
    case .index(let base, let subscripts):
      guard let root = descend(at: target.span, otherwise: nil, { lowerPath(base, into: &path, &body) }) else {
        return nil
      }
      path.append(.index(subscripts.map { hold(lowerSubscript($0), &body) }, target.span))
      return root
    case .error: return nil
    default:
      error(
        "not-assignable", "this cannot be assigned to", at: target.span,
        hint: "the left side of `=` is a variable, an element `x[i]` or a field `r.a`")
      return nil
    }
  }

  /// Keeps an index in a temporary where evaluating it twice could give two results.
  private func hold(_ part: CoreSubscript, _ body: inout [CoreStatement]) -> CoreSubscript {
    func held(_ index: CoreExpression) -> CoreExpression {
      switch index.kind {
      case .constant, .local, .capture, .global: return index
      default:
        let temporary = context.newLocal()
        body.append(CoreStatement(.setLocal(temporary, index), index.span))
        return CoreExpression(.local(temporary), index.span)
      }
    }
    switch part {
    case .index(let index): return .index(held(index))
    case .range(let lower, let upper, let closed, let span):
      return .range(lower: held(lower), upper: held(upper), closed: closed, span)
    case .all: return part
    }
  }

  private func read(_ variable: CoreVariable, _ path: [CoreAccess], _ rootSpan: Span, _ span: Span)
    -> CoreExpression
  {
    var value: CoreExpression
    switch variable {
    case .local(let id): value = CoreExpression(.local(id), rootSpan)
    case .global(let id): value = CoreExpression(.global(id), rootSpan)
    }
    for step in path {
      switch step {
      case .index(let subscripts, let stepSpan): value = CoreExpression(.index(value, subscripts), stepSpan)
      case .field(let name, let stepSpan):
        value = CoreExpression(.field(value, name), rootSpan.union(stepSpan))
      }
    }
    return value
  }

  // MARK: What can be assigned

  private func assignable(
    _ root: Name, hasPath: Bool, _ operation: AssignmentOperator, _ value: Expression, at span: Span
  ) -> CoreVariable? {
    let name = root.text
    if let entry = context.localEntry(name) {
      if operation != .assign || hasPath { context.markUsed(entry.id) }
      if entry.isMutable { return .local(entry.id) }
      reportConstant(name, entry, at: root.span)
      return nil
    }
    if let choice = context.choices.entries[name] {
      error(
        "assign-to-constant", "`\(name)` is a random variable and cannot be assigned", at: root.span,
        secondary: [.init(choice.firstSite ?? choice.firstSpan, "chosen here")],
        hint: "to condition on a value write `m | {\(name): ...}`; to compute with it use another variable")
      return nil
    }
    if context.selfName == name || captured(name) {
      error(
        "assign-to-captured", "`\(name)` belongs to the function around this one and cannot be assigned here",
        at: root.span, hint: "closures hold copies of values; return the new value instead")
      return nil
    }
    guard let entry = topLevel(name) else {
      reportUnassignable(root, operation, hasPath: hasPath)
      return nil
    }
    return assignableTopLevel(root, entry, at: span)
  }

  private func captured(_ name: String) -> Bool {
    var outer = context.parent
    while let function = outer {
      if function.localEntry(name) != nil || function.choices.entries[name] != nil { return true }
      outer = function.parent
    }
    return false
  }

  private func reportConstant(_ name: String, _ entry: LocalEntry, at span: Span) {
    switch entry.kind {
    case .parameter:
      error(
        "assign-to-constant", "`\(name)` is a parameter and cannot be assigned", at: span,
        secondary: [.init(entry.span, "declared here")],
        hint: "copy it into a variable of another name: `var y = \(name)`")
    case .loopVariable:
      error(
        "assign-to-constant", "`\(name)` is set by the loop and cannot be assigned", at: span,
        secondary: [.init(entry.span, "declared here")], hint: "use `while` to count in another way")
    case .function:
      error(
        "assign-to-constant", "`\(name)` is a function and cannot be assigned", at: span,
        secondary: [.init(entry.span, "defined here")])
    default:
      error(
        "assign-to-constant", "`\(name)` is a constant and cannot be assigned", at: span,
        secondary: [.init(entry.span, "declared with `let` here")], hint: "declare it with `var`")
    }
  }

  private func assignableTopLevel(_ root: Name, _ entry: TopLevelEntry, at span: Span) -> CoreVariable? {
    let name = root.text
    guard case .variable(let id) = entry.symbol else {
      error(
        "assign-to-constant", "`\(name)` is a definition and cannot be assigned", at: root.span,
        secondary: [.init(entry.span, "defined here")], hint: "use another name")
      return nil
    }
    if context.kind != .script {
      error(
        "assign-to-global", "`\(name)` is a top-level variable and cannot be assigned inside a function",
        at: root.span, secondary: [.init(entry.span, "declared here")],
        hint: "return the new value and assign it where the function is called")
      return nil
    }
    if !entry.isMutable {
      error(
        "assign-to-constant", "`\(name)` is a constant and cannot be assigned", at: root.span,
        secondary: [.init(entry.span, "declared with `let` here")], hint: "declare it with `var`")
      return nil
    }
    if !entry.isSet {
      error(
        "used-before-definition", "`\(name)` is assigned before it is defined", at: root.span,
        secondary: [.init(entry.span, "defined here")], hint: "move its definition up")
      return nil
    }
    return .global(id)
  }

  private func reportUnassignable(_ root: Name, _ operation: AssignmentOperator, hasPath: Bool) {
    let name = root.text
    guard reportedNames.insert(name).inserted else { return }
    // The parser has explained what to write instead of Stan's `target += ...`.
    if name == "target", operation == .add { return }
    var near = closestMatch(to: name, among: context.scopes.reversed().flatMap { $0.entries.keys.sorted() })
    near = near ?? closestMatch(to: name, among: state.user.keys.sorted())
    let declare = hasPath ? "declare it first with `var \(name) = ...`" : "declare it with `let` or `var`"
    error(
      "unknown-name", "`\(name)` is not defined", at: root.span,
      hint: near.map { "did you mean `\($0)`? Otherwise \(declare)" } ?? declare)
  }
}
