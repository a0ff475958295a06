// Specialises statements: assignments, branches, loops.

import BorelIR
import BorelSource

extension Specialiser {
  mutating func execute(_ body: ArraySlice<CoreStatement>) throws(NotNative) -> Flow {
    var rest = body
    while let statement = rest.popFirst() {
      statementCount += 1
      guard statementCount < Self.statementLimit else {
        throw NotNative(
          .recursion, "the program unrolls to more than \(Self.statementLimit) statements", at: statement.span)
      }
      builder.span = methodSpan ?? statement.span
      switch statement.kind {
      case .evaluate(let e): _ = try evaluate(e)
      case .setLocal(let local, let e): try assign(local, e, at: statement.span)
      case .setGlobal:
        throw NotNative(.construct, "a global variable is assigned", at: statement.span)
      case .update(let variable, let path, let e): try update(variable, path, e, at: statement.span)
      case .choice(let choice): try choose(choice, at: statement.span)
      case .observe(let value, let distribution): try observe(value, distribution, at: statement.span)
      case .factor(let e):
        let weight = try real(try evaluate(e), "the weight of `factor`", at: e.span)
        builder.append(.target(weight))
      case .conditional(let condition, let then, let otherwise):
        let flow = try conditional(condition, then, otherwise, rest: rest, at: statement.span)
        switch flow {
        case .handledRest(let flow): return flow
        case .flow(.normal): break
        case .flow(let returned): return returned
        }
      case .forRange(let local, let lower, let upper, let closed, let body):
        let first = try int(try evaluate(lower), "the lower end of the range", at: lower.span)
        var last = try int(try evaluate(upper), "the upper end of the range", at: upper.span)
        if closed { last = builder.apply(.add, last, .int(1)) }
        if case .returned(let value) = try loop(local, from: first, to: last, body, at: statement.span) {
          return .returned(value)
        }
      case .forEach(let local, let e, let body):
        if case .returned(let value) = try forEach(local, e, body, at: statement.span) { return .returned(value) }
      case .whileLoop(let condition, let body):
        if case .returned(let value) = try whileLoop(condition, body, at: statement.span) { return .returned(value) }
      case .breakLoop:
        if let flag = frame.breakFlags.last ?? nil { builder.append(.store(flag, [], .bool(false))) }
        return .broke
      case .continueLoop: return .continued
      case .returnValue(let e): return .returned(try evaluate(e))
      }
    }
    return .normal
  }

  // MARK: Assignment

  private mutating func assign(_ local: LocalID, _ e: CoreExpression, at span: Span) throws(NotNative) {
    if case .growing(let list)? = frame.locals[local.index] { return try grow(local, list, by: e, at: span) }
    if case .mutable(let variable)? = frame.locals[local.index], let added = try addend(of: e, to: local) {
      let scalar = builder.program[variable].scalar
      let type = builder.program.scalar(of: added)
      if scalar == .int, type == .real { return try widen(local, at: span) }
      // Counting by small numbers does not overflow in any time.
      if scalar == .int, bits(added) > 31 { requireNoOverflow(.add, builder.read(variable), added) }
      builder.append(.accumulate(variable, [], scalar == .real ? builder.real(added) : added))
      return
    }
    let value = try evaluate(e)
    try set(local, value, at: span)
  }

  /// e in `x = x + e` or `x = x - e`, negated there.
  private mutating func addend(of e: CoreExpression, to local: LocalID) throws(NotNative) -> LoopOperand? {
    guard case .callPrimitive(let id, let operands) = e.kind, operands.count == 2 else { return nil }
    let name = PrimitiveTable[id].name
    guard name == "+" || name == "-", case .local(local) = operands[0].kind, !mentions(operands[1], local) else {
      return nil
    }
    guard case .scalar(let added) = try evaluate(operands[1]) else {
      throw NotNative(.construct, "an array is added to a number that a loop changes", at: e.span)
    }
    return name == "+" ? added : builder.apply(.negate, added)
  }

  mutating func set(_ local: LocalID, _ value: AbstractValue, at span: Span?) throws(NotNative) {
    if case .mutable(let variable)? = frame.locals[local.index] {
      guard case .scalar(let operand) = value else {
        throw NotNative(
          .construct, "`\(name(of: local))` is a number and becomes \(value.kindName) in a loop", at: span)
      }
      let scalar = builder.program[variable].scalar
      let type = builder.program.scalar(of: operand)
      if scalar == .int, type == .real { return try widen(local, at: span) }
      guard scalar == type || scalar == .real && type == .int else {
        throw NotNative(.construct, "`\(name(of: local))` changes its type in a loop", at: span)
      }
      builder.append(.store(variable, [], scalar == .real ? builder.real(operand) : operand))
      return
    }
    if case .scalars(let variables)? = frame.locals[local.index] {
      guard case .array(let array) = value, array.rank == 1, knownCount(array.sizes) == variables.count else {
        try spill(local, at: span)
        return
      }
      var elements: [LoopOperand] = []
      for index in variables.indices { elements.append(try element(array, [.int(index)])) }
      for (variable, element) in zip(variables, elements) { try store(element, in: variable, of: local, at: span) }
      return
    }
    frame.locals[local.index] = .value(try settled(value, local))
  }

  mutating func store(
    _ operand: LoopOperand, in variable: LoopVariable, of local: LocalID, at span: Span?
  ) throws(NotNative) {
    let scalar = builder.program[variable].scalar
    let type = builder.program.scalar(of: operand)
    if scalar == .int, type == .real { return try widen(local, at: span) }
    builder.append(.store(variable, [], scalar == .real ? builder.real(operand) : operand))
  }

  /// The short vector has to lie in memory after all.
  mutating func spill(_ local: LocalID, at span: Span?) throws(NotNative) {
    guard frame.loopDepth > 0, spilled.insert(key(local)).inserted else {
      throw NotNative(.construct, "`\(name(of: local))` changes its length in a branch", at: span)
    }
    needsAnotherPass = true
  }

  /// The elements of a vector that is short and need not be in memory.
  mutating func shortElements(_ array: AbstractArray, of local: LocalID) throws(NotNative) -> [LoopOperand]? {
    guard array.rank == 1, let count = knownCount(array.sizes), count <= Self.shortLength,
      !spilled.contains(key(local))
    else { return nil }
    switch array.source {
    case .variable, .rows: return nil
    case .listed(let parts): return parts
    case .filled(let operand): return Array(repeating: operand, count: count)
    case .elements:
      var parts: [LoopOperand] = []
      for index in 0..<count { parts.append(try element(array, [.int(index)])) }
      return parts
    }
  }

  /// Arrays that are worth computing once are put into memory when they get a name.
  private mutating func settled(_ value: AbstractValue, _ local: LocalID) throws(NotNative) -> AbstractValue {
    guard case .array(var array) = value, case .elements(let isCheap, _) = array.source, !isCheap else { return value }
    if let parts = try shortElements(array, of: local) {
      array.source = .listed(parts)
      return .array(array)
    }
    let variable = try materialise(array, name: name(of: local))
    array.source = .variable(variable)
    return .array(array)
  }

  mutating func widen(_ local: LocalID, at span: Span?) throws(NotNative) {
    guard frame.loopDepth > 0 else {
      throw NotNative(.construct, "`\(name(of: local))` is an Int and becomes a Real in a branch", at: span)
    }
    widened.insert(key(local))
    needsAnotherPass = true
  }

  func name(of local: LocalID) -> String {
    frame.function.locals.indices.contains(local.index) ? frame.function.locals[local.index] : ""
  }
}
