// Lowers statements and blocks, and follows what is certain about control flow.

import BorelIR
import BorelSource
import BorelSyntax

extension Lowerer {
  // MARK: Blocks

  /// Lowers a block whose value is not used.
  func lowerBlock(_ block: Block, into body: inout [CoreStatement]) {
    let lowered: [CoreStatement] = descend(at: block.span, otherwise: []) {
      inScope(block.statements) {
        var inner: [CoreStatement] = []
        for statement in block.statements { lowerStatement(statement, into: &inner) }
        return inner
      }
    }
    body += lowered
  }

  /// Lowers a function's body or a branch in tail position: its last expression is the function's value.
  func lowerTailBlock(_ block: Block, into body: inout [CoreStatement]) {
    let lowered: [CoreStatement] = descend(at: block.span, otherwise: []) {
      inScope(block.statements) {
        var inner: [CoreStatement] = []
        for (index, statement) in block.statements.enumerated() {
          if index == block.statements.count - 1, case .expression(let expression) = statement.kind {
            checkReachable(statement)
            lowerTail(expression, statement.span, into: &inner)
          } else {
            lowerStatement(statement, into: &inner)
          }
        }
        return inner
      }
    }
    body += lowered
  }

  func lowerTail(_ expression: Expression, _ span: Span, into body: inout [CoreStatement]) {
    if case .conditional(let condition, let then, let otherwise) = expression.kind {
      lowerConditional(condition, then, otherwise, span, isTail: true, into: &body)
      return
    }
    if lowerEffectCall(expression, span, into: &body) { return }
    body.append(CoreStatement(.returnValue(lowerExpression(expression)), span))
    context.flow.isReachable = false
  }

  func lowerConditional(
    _ condition: Expression, _ then: Block, _ otherwise: Block?, _ span: Span, isTail: Bool,
    into body: inout [CoreStatement]
  ) {
    let test = lowerExpression(condition)
    context.conditionDepth += 1
    let wasReachable = context.flow.isReachable
    var outcomes: [Flow.Outcome] = []
    func branch(_ block: Block?) -> [CoreStatement] {
      let mark = context.flow.mark
      var statements: [CoreStatement] = []
      if let block {
        if isTail { lowerTailBlock(block, into: &statements) } else { lowerBlock(block, into: &statements) }
      }
      outcomes.append(context.flow.leaveBranch(since: mark, wasReachable: wasReachable))
      return statements
    }
    let first = branch(then)
    let second = branch(otherwise)
    context.conditionDepth -= 1
    if wasReachable { context.flow.join(outcomes) }
    body.append(CoreStatement(.conditional(test, then: first, else: second), span))
  }

  /// Warns once per block of a statement that nothing can reach.
  private func checkReachable(_ statement: Statement) {
    guard !context.flow.isReachable else { return }
    switch statement.kind {
    case .function, .model, .distribution, .error: return
    default: break
    }
    warning(
      "unreachable-code", "this is never reached", at: statement.span,
      hint: "the statement before it always leaves; remove one of the two")
    context.flow.isReachable = true
  }

  // MARK: Statements

  func lowerStatement(_ statement: Statement, into body: inout [CoreStatement]) {
    checkReachable(statement)
    let span = statement.span
    switch statement.kind {
    case .expression(let expression): lowerExpressionStatement(expression, span, into: &body)
    case .binding(let binding): lowerBinding(binding, span, into: &body)
    case .assignment(let target, let operation, let value):
      lowerAssignment(target, operation, value, span, into: &body)
    case .choice(let target, let source, let strategy):
      lowerChoice(target, source, strategy, span, into: &body)
    case .observe(let value, let source): lowerObserve(value, source, span, into: &body)
    case .forLoop(let pattern, let sequence, let block): lowerFor(pattern, sequence, block, span, into: &body)
    case .whileLoop(let condition, let block):
      // The condition of a `while` runs again and again, so it belongs to the loop.
      context.whileDepth += 1
      let loop = lowerLoop(block, atMostOnce: false) { lowerExpression(condition) }
      context.whileDepth -= 1
      body.append(CoreStatement(.whileLoop(loop.head, loop.body), span))
    case .breakLoop, .continueLoop: lowerLeave(statement, into: &body)
    case .returnValue(let value): lowerReturn(value, span, into: &body)
    case .importFile(_, let pathSpan):
      error(
        "misplaced-import", "an import cannot stand inside a definition or a block", at: pathSpan,
        hint: "move it to the top level of the file")
    case .function(let declaration): lowerNestedFunction(declaration, span, into: &body)
    case .model(let declaration): misplaced("model", declaration.name)
    case .distribution(let declaration): misplaced("distribution", declaration.name)
    case .error: sawSyntaxError = true
    }
  }

  private func misplaced(_ what: String, _ name: Name) {
    reportedNames.insert(name.text)
    error(
      "misplaced-\(what)", "a \(what) cannot be defined inside another definition or a block", at: name.span,
      hint: "move \(what) \(name.text) to the top level and pass it what it needs as arguments")
  }

  private func lowerExpressionStatement(
    _ expression: Expression, _ span: Span, into body: inout [CoreStatement]
  ) {
    if case .conditional(let condition, let then, let otherwise) = expression.kind {
      lowerConditional(condition, then, otherwise, span, isTail: false, into: &body)
      return
    }
    if lowerEffectCall(expression, span, into: &body) { return }
    if case .binary(let operation, let left, _, let operatorSpan) = expression.kind,
      operation != .condition
    {
      if operation == .equal, case .name(let name) = left.kind {
        error(
          "unused-comparison", "this compares `\(name)` and drops the result", at: operatorSpan,
          hint: "to assign write `\(name) = ...`")
      } else {
        warning("unused-value", "this value is not used", at: span, hint: "remove it, or store it with `let`")
      }
    }
    body.append(CoreStatement(.evaluate(lowerExpression(expression)), span))
  }

  /// `factor(w)` where its value is not used.
  private func lowerEffectCall(_ expression: Expression, _ span: Span, into body: inout [CoreStatement]) -> Bool {
    guard case .call(let callee, let arguments) = expression.kind, case .name("factor") = callee.kind,
      !isDefined("factor")
    else { return false }
    if let weight = lowerEffectArgument("factor", "log weight", arguments, callee.span, expression.span) {
      body.append(CoreStatement(.factor(weight), span))
    }
    return true
  }

  // MARK: Bindings

  /// `let f = mem(g)`: the choices of its calls live under the variable's name, `f(3)/...`.
  private func named(_ value: CoreExpression, after pattern: Pattern) -> CoreExpression {
    guard case .name(let name) = pattern, case .callPrimitive(let id, var arguments) = value.kind,
      PrimitiveTable[id].name == "mem", arguments.count == 2, case .constant(.null) = arguments[1].kind
    else { return value }
    arguments[1] = CoreExpression(.constant(.string(name.text)), arguments[1].span)
    return CoreExpression(.callPrimitive(id, arguments), value.span)
  }

  private func lowerBinding(_ binding: Binding, _ span: Span, into body: inout [CoreStatement]) {
    let value = named(lowerExpression(binding.value), after: binding.pattern)
    if let type = binding.type { bindingTypes[value.span] = lowerType(type) }
    bind(binding.pattern, to: value, isMutable: binding.isMutable, span, into: &body)
  }

  /// Destructures a value into new variables; at a script's top level these are globals.
  func bind(
    _ pattern: Pattern, to value: CoreExpression, kind: LocalEntry.Kind = .binding, isMutable: Bool = false,
    _ span: Span, into body: inout [CoreStatement]
  ) {
    switch pattern {
    case .wildcard: body.append(CoreStatement(.evaluate(value), span))
    case .name(let name):
      if context.scopes.isEmpty {
        setTopLevel(name, value, span, into: &body)
      } else {
        let local = declare(name, kind, isMutable: isMutable)
        body.append(CoreStatement(.setLocal(local, value), span))
      }
    case .tuple(let patterns, let patternSpan):
      let temporary = context.newLocal()
      body.append(CoreStatement(.setLocal(temporary, value), span))
      for (index, element) in patterns.enumerated() {
        if case .wildcard = element { continue }
        let base = CoreExpression(.local(temporary), value.span)
        let part = CoreExpression(.tupleElement(base, index: index, count: patterns.count), patternSpan)
        bind(element, to: part, kind: kind, isMutable: isMutable, span, into: &body)
      }
    }
  }

  private func setTopLevel(
    _ name: Name, _ value: CoreExpression, _ span: Span, into body: inout [CoreStatement]
  ) {
    guard let entry = topLevel(name.text), entry.span == name.span, case .variable(let id) = entry.symbol else {
      // A duplicate, reported when it was declared.
      body.append(CoreStatement(.evaluate(value), span))
      return
    }
    if isLibrary { state.library[name.text]?.isSet = true } else { state.user[name.text]?.isSet = true }
    body.append(CoreStatement(.setGlobal(id, value), span))
  }

  // MARK: Loops

  /// Lowers a loop's head and body; choices made in it at one address are errors.
  private func lowerLoop<Head>(
    _ block: Block, atMostOnce: Bool, declaring: (inout [CoreStatement]) -> Void = { _ in }, head: () -> Head
  ) -> (head: Head, body: [CoreStatement]) {
    let wasReachable = context.flow.isReachable
    let mayHaveLeft = context.flow.mayHaveLeft
    let mark = context.flow.mark
    context.loops.append(block.span)
    let head = head()
    var body: [CoreStatement] = []
    context.scopes.append(Scope())
    declaring(&body)
    lowerBlock(block, into: &body)
    context.scopes.removeLast()
    context.loops.removeLast()
    let outcome = context.flow.leaveBranch(since: mark, wasReachable: wasReachable)
    context.flow.mayHaveLeft = mayHaveLeft || context.flow.hasReturned
    if outcome.isReachable, !atMostOnce {
      for (address, span) in outcome.added { reportRepeated(address, at: span) }
    }
    return (head, body)
  }

  private func lowerFor(
    _ pattern: Pattern, _ sequence: Expression, _ block: Block, _ span: Span, into body: inout [CoreStatement]
  ) {
    if case .range(let lower, let upper, let closed) = sequence.kind {
      let first = lowerExpression(lower)
      let last = lowerExpression(upper)
      if case .tuple(_, let patternSpan) = pattern {
        error(
          "type-mismatch", "a range counts through integers; there is nothing to unpack", at: patternSpan,
          hint: "write one name: `for i in ...`")
      }
      let local = context.newLocal(pattern.name?.text ?? "")
      let loop = lowerLoop(block, atMostOnce: countsAtMostOnce(first, last, closed: closed)) { _ in
        if let name = pattern.name { self.enterLoopVariable(name, local) }
      } head: {
      }
      body.append(
        CoreStatement(.forRange(local, lower: first, upper: last, closed: closed, loop.body), span))
      return
    }
    let elements = lowerExpression(sequence)
    let local = context.newLocal(pattern.name?.text ?? "")
    let loop = lowerLoop(block, atMostOnce: false) { statements in
      switch pattern {
      case .name(let name): self.enterLoopVariable(name, local)
      case .wildcard: break
      case .tuple:
        let element = CoreExpression(.local(local), pattern.span)
        self.bind(pattern, to: element, kind: .loopVariable, pattern.span, into: &statements)
      }
    } head: {
    }
    body.append(CoreStatement(.forEach(local, elements, loop.body), span))
  }

  private func enterLoopVariable(_ name: Name, _ local: LocalID) {
    context.scopes[context.scopes.count - 1].entries[name.text] = LocalEntry(
      id: local, kind: .loopVariable, isMutable: false, span: name.span)
  }

  private func countsAtMostOnce(_ lower: CoreExpression, _ upper: CoreExpression, closed: Bool) -> Bool {
    guard case .constant(.int(let first)) = lower.kind, case .constant(.int(let last)) = upper.kind else {
      return false
    }
    let (count, overflow) = last.subtractingReportingOverflow(first)
    return !overflow && count <= (closed ? 0 : 1)
  }

  private func lowerLeave(_ statement: Statement, into body: inout [CoreStatement]) {
    var word = "continue"
    var kind = CoreStatement.Kind.continueLoop
    if case .breakLoop = statement.kind { (word, kind) = ("break", .breakLoop) }
    guard !context.loops.isEmpty else {
      error(
        "outside-loop", "`\(word)` stands outside of a loop", at: statement.span,
        hint: "it belongs inside `for` or `while`; to leave a function use `return`")
      return
    }
    body.append(CoreStatement(kind, statement.span))
    context.flow.mayHaveLeft = true
    context.flow.isReachable = false
  }

  private func lowerReturn(_ value: Expression?, _ span: Span, into body: inout [CoreStatement]) {
    let result = value.map { lowerExpression($0) } ?? null(span)
    guard context.kind != .script else {
      error(
        "return-outside-function", "`return` stands outside of a function", at: span,
        hint: "a script's last expression is its value; to show a value use `print(...)`")
      return
    }
    body.append(CoreStatement(.returnValue(result), span))
    context.flow.mayHaveLeft = true
    context.flow.hasReturned = true
    context.flow.isReachable = false
  }
}

extension Pattern {
  /// The name where the pattern is one.
  var name: Name? {
    if case .name(let name) = self { name } else { nil }
  }
}
