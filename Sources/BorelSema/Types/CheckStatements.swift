// Follows types through statements: assignments, branches, loops to a fixed point, choices.

import BorelIR
import BorelSource

extension TypeChecker {
  func run(_ statements: [CoreStatement]) {
    guard depth < Lowerer.maximumNesting else {
      frame.results.append(.unknown)
      frame.isDead = true
      return
    }
    depth += 1
    defer { depth -= 1 }
    for statement in statements {
      if frame.isDead { return }
      run(statement)
    }
  }

  private func set(_ local: LocalID, _ type: ShapeType) {
    guard frame.locals.indices.contains(local.index) else { return }
    frame.set(local.index, frame.frozen.contains(local.index) ? .unknown : type)
  }

  private func run(_ statement: CoreStatement) {
    switch statement.kind {
    case .evaluate(let value): _ = type(of: value)
    case .setLocal(let local, let value): set(local, boundType(value))
    case .setGlobal(let id, let value):
      let type = boundType(value)
      // Functions may run at any time and see any value of a variable, but a constant has only one.
      globals[id] = program.globals[id.index].isMutable ? .unknown : type
    case .update(let variable, let path, let value): runUpdate(variable, path, value)
    case .choice(let choice): runChoice(choice)
    case .observe(let value, let source):
      let observed = type(of: value)
      checkObserved(observed, value.span, source)
    case .factor(let weight):
      let type = type(of: weight)
      if type.isNeverNumeric || type.shape != nil {
        report("type-mismatch", "a log weight must be a number, got \(type.text)", at: weight.span)
      }
    case .conditional(let condition, let then, let otherwise): runConditional(condition, then, otherwise)
    case .forRange(let local, let lower, let upper, _, let body):
      checkBound(lower)
      checkBound(upper)
      runLoop(body) { self.set(local, .int(nil)) }
    case .forEach(let local, let sequence, let body):
      let element = elementType(type(of: sequence), sequence.span)
      runLoop(body) { self.set(local, element) }
    case .whileLoop(let condition, let body):
      runLoop(body) { self.checkCondition(condition) }
    case .breakLoop, .continueLoop: frame.isDead = true
    case .returnValue(let value):
      frame.results.append(type(of: value))
      frame.isDead = true
    }
  }

  /// The type of a `let` or `var`, checked against the one that is written there.
  private func boundType(_ value: CoreExpression) -> ShapeType {
    let type = type(of: value)
    guard let declaration = bindingTypes[value.span] else { return type }
    var sizes: [String: (Int, Span)] = [:]
    if let expected = mismatch(type, declaration, sizes: &sizes, at: value.span) {
      report("type-mismatch", "this must be \(expected), got \(type.text)", at: value.span)
      return declared(declaration)
    }
    return type.isUnknown ? declared(declaration) : type
  }

  // MARK: Branches

  private func runConditional(_ condition: CoreExpression, _ then: [CoreStatement], _ otherwise: [CoreStatement]) {
    checkCondition(condition)
    branch {
      run(then)
    } or: {
      run(otherwise)
    }
  }

  /// Follows two ways of which one is gone, and joins what they leave behind.
  func branch(_ first: () -> Void, or second: () -> Void) {
    let mark = frame.changes.count
    first()
    let afterFirst = frame.isDead ? nil : frame.values(since: mark)
    frame.undo(to: mark)
    frame.isDead = false
    second()
    guard let afterFirst else { return }
    if frame.isDead {
      frame.undo(to: mark)
      frame.isDead = false
      for (index, type) in afterFirst { frame.set(index, type) }
      return
    }
    let afterSecond = frame.values(since: mark)
    frame.undo(to: mark)
    for (index, type) in afterFirst { frame.set(index, type.joined(afterSecond[index] ?? frame.locals[index])) }
    for (index, type) in afterSecond where afterFirst[index] == nil {
      frame.set(index, type.joined(frame.locals[index]))
    }
  }

  func checkCondition(_ condition: CoreExpression) {
    let type = type(of: condition)
    guard type.isNeverBool else { return }
    var hint: String?
    switch type {
    case .int, .number, .real: hint = "compare it: `... != 0`"
    case .array: hint = "use `all(...)` or `any(...)` to make one Bool of many"
    default: break
    }
    report("type-mismatch", "a condition must be a Bool, got \(type.text)", at: condition.span, hint: hint)
  }

  // MARK: Loops

  /// Below this depth of nesting loops are followed to a fixed point; deeper ones forget what they assign.
  private static let followedLoops = 2

  private func runLoop(_ body: [CoreStatement], head: () -> Void) {
    frame.loopDepth += 1
    defer {
      frame.loopDepth -= 1
      frame.isDead = false
    }
    if frame.loopDepth > TypeChecker.followedLoops {
      let outer = frame.frozen
      // Only the outermost of the loops that are not followed needs to look for assignments.
      if outer.isEmpty { frame.frozen = assigned(body) }
      for index in frame.frozen where frame.locals.indices.contains(index) { frame.set(index, .unknown) }
      _ = pass(body, head)
      frame.frozen = outer
      return
    }
    var isStable = false
    for _ in 0..<3 where !isStable {
      silence += 1
      let changed = pass(body, head)
      silence -= 1
      isStable = changed.allSatisfy { frame.locals[$0.key] == $0.value }
      for (index, type) in changed { frame.set(index, type) }
    }
    if !isStable {
      for index in assigned(body) where frame.locals.indices.contains(index) { frame.set(index, .unknown) }
    }
    for (index, type) in pass(body, head) { frame.set(index, type) }
  }

  /// Follows one pass of a loop; returns, for every local that it changed, all that it ever was.
  ///
  /// Passes may end at any `break` or `continue`, so each value on the way counts.
  private func pass(_ body: [CoreStatement], _ head: () -> Void) -> [Int: ShapeType] {
    let mark = frame.changes.count
    head()
    run(body)
    frame.isDead = false
    let changed = frame.everyValue(since: mark)
    frame.undo(to: mark)
    return changed
  }

  /// The locals that a body may change.
  private func assigned(_ statements: [CoreStatement]) -> Set<Int> {
    var result: Set<Int> = []
    func visit(_ statements: [CoreStatement]) {
      for statement in statements {
        switch statement.kind {
        case .setLocal(let local, let value):
          result.insert(local.index)
          visit(value)
        case .update(.local(let local), _, let value):
          result.insert(local.index)
          visit(value)
        case .choice(let choice):
          result.insert(choice.local.index)
          visit(choice.source)
        case .conditional(_, let then, let otherwise):
          visit(then)
          visit(otherwise)
        case .forRange(let local, _, _, _, let body), .forEach(let local, _, let body):
          result.insert(local.index)
          visit(body)
        case .whileLoop(_, let body): visit(body)
        case .evaluate(let value), .returnValue(let value), .setGlobal(_, let value), .factor(let value),
          .update(.global, _, let value):
          visit(value)
        case .observe, .breakLoop, .continueLoop: break
        }
      }
    }
    // Assignments inside expressions stand in the blocks of conditional values.
    func visit(_ expression: CoreExpression) {
      switch expression.kind {
      case .block(let statements, let value):
        visit(statements)
        visit(value)
      case .conditional(_, let then, let otherwise):
        visit(then)
        visit(otherwise)
      case .callPrimitive(_, let arguments), .array(let arguments), .tuple(let arguments):
        for argument in arguments { visit(argument) }
      case .callFunction(_, let arguments), .applyDistribution(_, let arguments), .applyModel(_, let arguments):
        for case .some(let argument) in arguments { visit(argument) }
      case .callValue(_, let arguments): for argument in arguments { visit(argument.value) }
      case .record(let fields): for field in fields { visit(field.value) }
      case .field(let base, _), .index(let base, _), .sample(_, let base): visit(base)
      case .and(_, let right), .or(_, let right): visit(right)
      case .condition(let model, let record):
        visit(model)
        visit(record)
      default: break
      }
    }
    visit(statements)
    return result
  }

  // MARK: Updates

  private func runUpdate(_ variable: CoreVariable, _ path: [CoreAccess], _ value: CoreExpression) {
    let new = type(of: value)
    switch variable {
    case .local(let id):
      guard frame.locals.indices.contains(id.index) else { return }
      set(id, updated(frame.locals[id.index], path[...], new, value.span))
    case .global: _ = updated(.unknown, path[...], new, value.span)
    }
  }

  /// The type of a value after something inside it has been replaced.
  private func updated(_ base: ShapeType, _ path: ArraySlice<CoreAccess>, _ new: ShapeType, _ span: Span) -> ShapeType {
    guard let step = path.first else { return new }
    switch step {
    case .field(let name, let fieldSpan):
      guard case .record(var fields) = base else {
        if !base.isUnknown, !path.isEmpty { checkField(base, name, fieldSpan) }
        return .unknown
      }
      let inner = fields[name] ?? .unknown
      // Records stay small; one that does not is not worth following.
      guard fields.count < 100 else { return .unknown }
      fields[name] = updated(inner, path.dropFirst(), new, span)
      return .record(fields)
    case .index(let subscripts, let indexSpan):
      let element = indexed(base, subscripts, indexSpan)
      _ = updated(element, path.dropFirst(), new, span)
      guard case .array(let elements, let shape) = base else {
        if case .list = base { return base }
        return .unknown
      }
      let kind = path.count == 1 ? new.elementKind : elements.kind
      let combined = elements.kind.combined(kind) ?? .unknown
      return combined == .unknown ? .unknown : .numbers(combined, shape)
    }
  }

  // MARK: Choices

  private func runChoice(_ choice: CoreChoice) {
    for index in choice.indices { checkIndex(type(of: index), index.span, bound: nil) }
    if let strategy = choice.strategy { _ = type(of: strategy) }
    let event = eventType(choice.source, what: "the right side of `~`")
    guard !choice.indices.isEmpty else {
      set(choice.local, event)
      return
    }
    guard event.rank != nil, event.elementKind != .unknown else {
      set(choice.local, .unknown)
      return
    }
    let shape = [Int?](repeating: nil, count: choice.indices.count) + (event.shape ?? [])
    set(choice.local, .numbers(event.elementKind, shape))
  }
}
