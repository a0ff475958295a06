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
      case .breakLoop: throw NotNative(.construct, "`break` leaves a loop early", at: statement.span)
      case .continueLoop: throw NotNative(.construct, "`continue` leaves an iteration early", at: statement.span)
      case .returnValue(let e): return .returned(try evaluate(e))
      }
    }
    return .normal
  }

  // MARK: Assignment

  private mutating func assign(_ local: LocalID, _ e: CoreExpression, at span: Span) throws(NotNative) {
    if case .mutable(let variable)? = frame.locals[local.index], let added = try addend(of: e, to: local) {
      let scalar = builder.program[variable].scalar
      let type = builder.program.scalar(of: added)
      if scalar == .int, type == .real { return try widen(local, at: span) }
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

  private mutating func store(
    _ operand: LoopOperand, in variable: LoopVariable, of local: LocalID, at span: Span?
  ) throws(NotNative) {
    let scalar = builder.program[variable].scalar
    let type = builder.program.scalar(of: operand)
    if scalar == .int, type == .real { return try widen(local, at: span) }
    builder.append(.store(variable, [], scalar == .real ? builder.real(operand) : operand))
  }

  /// The short vector has to lie in memory after all.
  private mutating func spill(_ local: LocalID, at span: Span?) throws(NotNative) {
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

  private mutating func widen(_ local: LocalID, at span: Span?) throws(NotNative) {
    guard frame.loopDepth > 0 else {
      throw NotNative(.construct, "`\(name(of: local))` is an Int and becomes a Real in a branch", at: span)
    }
    widened.insert(key(local))
    needsAnotherPass = true
  }

  func name(of local: LocalID) -> String {
    frame.function.locals.indices.contains(local.index) ? frame.function.locals[local.index] : ""
  }

  // MARK: Updates

  private mutating func update(
    _ variable: CoreVariable, _ path: [CoreAccess], _ e: CoreExpression, at span: Span
  ) throws(NotNative) {
    guard case .local(let local) = variable else {
      throw NotNative(.construct, "a global variable is assigned", at: span)
    }
    guard let binding = frame.locals[local.index] else {
      throw NotNative(.internalError, "`\(name(of: local))` has no value", at: span)
    }
    if case .site = binding {
      throw NotNative(.construct, "an element of the random array `\(name(of: local))` is assigned", at: span)
    }
    if path.count == 1, case .index(let subscripts, let place) = path[0] {
      switch binding {
      case .value(.array), .array, .scalars:
        if try updateShort(local, subscripts, e, at: place) { return }
        return try updateElements(local, subscripts, e, at: place)
      default: break
      }
    }
    let old = try value(of: local, at: span)
    let new = try evaluate(e)
    try set(local, try replaced(old, path[...], new, at: span), at: span)
  }

  /// Updates an element of a short vector that lies in scalars; false where it has to lie in memory.
  private mutating func updateShort(
    _ local: LocalID, _ subscripts: [CoreSubscript], _ e: CoreExpression, at span: Span
  ) throws(NotNative) -> Bool {
    var parts: [LoopOperand] = []
    var variables: [LoopVariable]?
    switch frame.locals[local.index] {
    case .scalars(let scalars)?: variables = scalars
    case .value(.array(let array))?:
      guard let short = try shortElements(array, of: local) else { return false }
      parts = short
    default: return false
    }
    guard subscripts.count == 1, case .index(let position) = subscripts[0],
      case .scalar(.int(let index)) = try evaluate(position)
    else {
      guard variables != nil, frame.loopDepth > 0 else { return false }
      try spill(local, at: span)
      return true
    }
    guard index >= 0, index < variables?.count ?? parts.count else {
      throw NotNative(.construct, "index \(index) is outside of the array", at: span)
    }
    if let variable = variables?[index], let added = try addedElement(local, subscripts, e) {
      let scalar = builder.program[variable].scalar
      if scalar == .int, builder.program.scalar(of: added) == .real {
        try widen(local, at: span)
      } else {
        builder.append(.accumulate(variable, [], scalar == .real ? builder.real(added) : added))
      }
      return true
    }
    guard case .scalar(let value) = try evaluate(e) else {
      throw NotNative(.construct, "an element becomes an array", at: span)
    }
    if let variables {
      try store(value, in: variables[index], of: local, at: span)
      return true
    }
    parts[index] = value
    guard case .array(let array) = try arrayLiteral(parts.map(AbstractValue.scalar), at: span) else { return false }
    frame.locals[local.index] = .value(.array(array))
    return true
  }

  private mutating func updateElements(
    _ local: LocalID, _ subscripts: [CoreSubscript], _ e: CoreExpression, at span: Span
  ) throws(NotNative) {
    // Evaluated first, as the machine does; it may read the array.
    let added = try addedElement(local, subscripts, e)
    let value = added == nil ? try evaluate(e) : nil
    let scalar = added.map { builder.program.scalar(of: $0) } ?? elementType(value)
    let array = try owned(local, holding: scalar, at: span)
    let sizes = builder.program[array].sizes
    let type = builder.program[array].scalar
    var indices: [LoopOperand] = []
    for (dimension, part) in subscripts.enumerated() {
      guard case .index(let e) = part else {
        throw NotNative(.construct, "a slice is assigned", at: span)
      }
      let index = try int(try evaluate(e), "an index", at: e.span)
      guard dimension < sizes.count else { throw NotNative(.construct, "too many indices", at: span) }
      try checkIndex(index, size: sizes[dimension], at: e.span)
      indices.append(index)
    }
    if let added {
      guard indices.count == sizes.count else { throw NotNative(.construct, "a row is added to", at: span) }
      builder.append(.accumulate(array, indices, type == .real ? builder.real(added) : added))
      return
    }
    switch value {
    case .scalar(let operand)? where indices.count == sizes.count:
      builder.append(.store(array, indices, type == .real ? builder.real(operand) : operand))
    case .array(let row)? where indices.count + row.rank == sizes.count:
      for (size, expected) in zip(row.sizes, sizes.dropFirst(indices.count)) { requireEqual(size, expected, .shape) }
      try forEachElement(row.sizes) { (this, inner) throws(NotNative) in
        let element = try this.element(row, inner)
        this.builder.append(.store(array, indices + inner, type == .real ? this.builder.real(element) : element))
      }
    default: throw NotNative(.construct, "an element becomes \(value?.kindName ?? "something else")", at: span)
    }
  }

  /// e in `x[i] = x[i] + e`.
  private mutating func addedElement(
    _ local: LocalID, _ subscripts: [CoreSubscript], _ e: CoreExpression
  ) throws(NotNative) -> LoopOperand? {
    guard case .callPrimitive(let id, let operands) = e.kind, operands.count == 2,
      PrimitiveTable[id].name == "+" || PrimitiveTable[id].name == "-",
      case .index(let base, let others) = operands[0].kind, case .local(local) = base.kind,
      !mentions(operands[1], local), areSame(subscripts, others)
    else { return nil }
    guard case .scalar(let added) = try evaluate(operands[1]) else { return nil }
    return PrimitiveTable[id].name == "+" ? added : builder.apply(.negate, added)
  }

  private func areSame(_ a: [CoreSubscript], _ b: [CoreSubscript]) -> Bool {
    guard a.count == b.count else { return false }
    return zip(a, b).allSatisfy { pair in
      guard case .index(let x) = pair.0, case .index(let y) = pair.1 else { return false }
      switch (x.kind, y.kind) {
      case (.local(let p), .local(let q)): return p == q
      case (.constant(.int(let m)), .constant(.int(let n))): return m == n
      default: return false
      }
    }
  }

  private func elementType(_ value: AbstractValue?) -> LoopScalar {
    switch value {
    case .scalar(let operand)?: builder.program.scalar(of: operand)
    case .array(let array)?: array.scalar
    default: .real
    }
  }

  /// An array of the local's own that nobody else sees, copied where needed; Int arrays become Real ones for a Real.
  mutating func owned(_ local: LocalID, holding scalar: LoopScalar, at span: Span?) throws(NotNative) -> LoopVariable {
    if case .array(let variable, isLent: false)? = frame.locals[local.index],
      builder.program[variable].scalar == scalar || builder.program[variable].scalar == .real
    {
      return variable
    }
    guard case .array(let array) = try value(of: local, at: span) else {
      throw NotNative(.construct, "`\(name(of: local))` is not an array", at: span)
    }
    if array.scalar == .int, scalar == .real, frame.loopDepth > 0 { try widen(local, at: span) }
    let copy = try copied(
      array, as: array.scalar == .int && scalar == .real ? .real : array.scalar, name: name(of: local))
    frame.locals[local.index] = .array(copy, isLent: false)
    return copy
  }

  /// A record, list or tuple with one part replaced.
  private mutating func replaced(
    _ old: AbstractValue, _ path: ArraySlice<CoreAccess>, _ new: AbstractValue, at span: Span
  ) throws(NotNative) -> AbstractValue {
    guard let first = path.first else { return new }
    switch (first, old) {
    case (.field(let key, _), .record(var fields)):
      if let index = fields.firstIndex(where: { $0.key == key }) {
        fields[index].value = try replaced(fields[index].value, path.dropFirst(), new, at: span)
      } else if path.count == 1 {
        fields.append((key, new))
      }
      return .record(fields)
    case (.index(let subscripts, _), .list(var parts)):
      if subscripts.count == 1, case .index(let e) = subscripts[0],
        case .scalar(.int(let index)) = try evaluate(e), parts.indices.contains(index)
      {
        parts[index] = try replaced(parts[index], path.dropFirst(), new, at: span)
        return .list(parts)
      }
      throw NotNative(.construct, "an element of a list is assigned at an index known only at run time", at: span)
    default:
      throw NotNative(.construct, "a part of \(old.kindName) is assigned", at: span)
    }
  }

  // MARK: Loops

  mutating func loop(
    _ local: LocalID, from lower: LoopOperand, to upper: LoopOperand, _ body: [CoreStatement], at span: Span
  ) throws(NotNative) -> Flow {
    if case .int(let first) = lower, case .int(let last) = upper, last <= first { return .normal }
    var isShort = false
    if case .int(let first) = lower, case .int(let last) = upper, last - first <= Self.shortLength {
      isShort = !containsChoice(body)
    }
    if !isShort, !mustUnroll(body) {
      return try dynamicLoop(local, lower, upper, body, at: span)
    }
    guard case .int(let first) = lower, case .int(let last) = upper, last - first <= 4096 else {
      throw NotNative(
        .construct, "this loop changes lists or returns early, and how often it runs is only known at run time",
        at: span)
    }
    for index in first..<last {
      let outer = frame.locals
      frame.locals[local.index] = .value(.scalar(.int(index)))
      let flow = try execute(body[...])
      unbindNew(since: outer)
      if case .returned = flow { return flow }
    }
    return .normal
  }

  /// True where the body cannot be one loop of LoopIR: it returns, or changes lists, records or functions.
  private func mustUnroll(_ body: [CoreStatement]) -> Bool {
    if containsReturn(body) { return true }
    return assignedLocals(body).contains { local in
      guard case .value(let value)?? = frame.locals.indices.contains(local.index) ? frame.locals[local.index] : nil
      else { return false }
      switch value {
      case .scalar, .array: return false
      default: return true
      }
    }
  }

  private mutating func dynamicLoop(
    _ local: LocalID, _ lower: LoopOperand, _ upper: LoopOperand, _ body: [CoreStatement], at span: Span,
    element: ((inout Specialiser, LoopOperand) throws(NotNative) -> AbstractValue)? = nil
  ) throws(NotNative) -> Flow {
    let snapshot = self
    let outerNeeds = needsAnotherPass
    needsAnotherPass = false
    let carried = try carry(assignedLocals(body), at: span)
    let outer = frame.locals
    let index = builder.scalarVariable(.int, name: name(of: local).isEmpty || element != nil ? "i" : name(of: local))
    builder.open()
    scopes.append(.loop(index: index, lower: lower, upper: upper))
    frame.loopDepth += 1
    let value = try element?(&self, .variable(index)) ?? .scalar(.variable(index))
    frame.locals[local.index] = .value(value)
    let flow = try execute(body[...])
    try settle(carried, at: span)
    frame.loopDepth -= 1
    scopes.removeLast()
    let statements = builder.close()
    if case .returned = flow { throw NotNative(.construct, "`return` leaves a loop early", at: span) }
    if needsAnotherPass {
      let (widened, spilled) = (widened, spilled)
      self = snapshot
      (self.widened, self.spilled) = (widened, spilled)
      return try dynamicLoop(local, lower, upper, body, at: span, element: element)
    }
    needsAnotherPass = outerNeeds
    builder.span = span
    builder.append(.loop(LoopFor(index: index, lower: lower, upper: upper, body: statements)))
    unbindNew(since: outer)
    for (local, variable) in carried {
      if builder.program[variable].isArray { frame.locals[local.index] = .array(variable, isLent: false) }
    }
    return .normal
  }

  /// Gives every local that the body changes a place of its own that survives from one iteration to the next.
  private mutating func carry(_ locals: [LocalID], at span: Span) throws(NotNative) -> [(LocalID, LoopVariable)] {
    var carried: [(LocalID, LoopVariable)] = []
    for local in locals {
      guard frame.locals.indices.contains(local.index), let binding = frame.locals[local.index] else { continue }
      switch binding {
      case .mutable(let variable):
        guard widened.contains(key(local)), builder.program[variable].scalar == .int else { continue }
        let place = builder.declare(builder.real(builder.read(variable)), .real, name: name(of: local))
        frame.locals[local.index] = .mutable(place)
        carried.append((local, place))
      case .site: continue
      case .array(let variable, let isLent):
        let place =
          isLent
          ? try copied(arrayValue(variable), as: builder.program[variable].scalar, name: name(of: local)) : variable
        frame.locals[local.index] = .array(place, isLent: false)
        carried.append((local, place))
      case .value(.scalar(let operand)):
        let type = builder.program.scalar(of: operand)
        let scalar: LoopScalar = type == .int && widened.contains(key(local)) ? .real : type
        let variable = builder.declare(scalar == .real ? builder.real(operand) : operand, scalar, name: name(of: local))
        frame.locals[local.index] = .mutable(variable)
        carried.append((local, variable))
      case .scalars(let variables):
        guard spilled.contains(key(local)) else { continue }
        let scalar = variables.first.map { builder.program[$0].scalar } ?? .real
        let listed = AbstractArray(
          scalar: scalar, sizes: [.int(variables.count)], source: .listed(variables.map { builder.read($0) }))
        let place = try copied(listed, as: scalar, name: name(of: local))
        frame.locals[local.index] = .array(place, isLent: false)
        carried.append((local, place))
      case .value(.array(let array)):
        if let parts = try shortElements(array, of: local) {
          let isReal = array.scalar == .real || widened.contains(key(local))
          let variables = parts.enumerated().map { index, part in
            builder.declare(
              isReal ? builder.real(part) : part, isReal ? .real : array.scalar, name: "\(name(of: local))_\(index)")
          }
          frame.locals[local.index] = .scalars(variables)
          continue
        }
        let scalar: LoopScalar = array.scalar == .int && widened.contains(key(local)) ? .real : array.scalar
        let variable = try copied(array, as: scalar, name: name(of: local))
        frame.locals[local.index] = .array(variable, isLent: false)
        carried.append((local, variable))
      case .value(let value):
        throw NotNative(.construct, "`\(name(of: local))` is \(value.kindName) and changes in a loop", at: span)
      }
    }
    return carried
  }

  /// At the end of an iteration, arrays that were replaced are copied back to their place.
  private mutating func settle(_ carried: [(LocalID, LoopVariable)], at span: Span) throws(NotNative) {
    for (local, place) in carried where builder.program[place].isArray {
      switch frame.locals[local.index] {
      case .array(let variable, _)? where variable == place: continue
      default: break
      }
      guard case .array(let array) = try value(of: local, at: span), array.rank == builder.program[place].sizes.count
      else { throw NotNative(.construct, "`\(name(of: local))` changes its kind in a loop", at: span) }
      if array.scalar == .real, builder.program[place].scalar == .int {
        try widen(local, at: span)
        continue
      }
      for (size, expected) in zip(array.sizes, builder.program[place].sizes) where size != expected {
        if case .value(.array) = frame.locals[local.index] ?? .value(.null), isOutermostSize(size) {
          requireEqual(size, expected, .shape)
        } else {
          throw NotNative(.stochasticStructure, "`\(name(of: local))` may change its length in this loop", at: span)
        }
      }
      // The new elements may be computed from the old ones.
      let source = try isVariable(array) ? array : arrayValue(materialise(array, name: name(of: local)))
      try copyElements(source, to: place)
      frame.locals[local.index] = .array(place, isLent: false)
    }
  }

  private func isVariable(_ array: AbstractArray) -> Bool {
    if case .variable = array.source { return true }
    return false
  }

  /// True for sizes that do not change while the loop runs.
  private func isOutermostSize(_ size: LoopOperand) -> Bool {
    guard case .variable(let variable) = size else { return true }
    if case .input = builder.program[variable].role { return true }
    return false
  }

  /// Locals that the block made are out of scope behind it; arrays of sites stay.
  mutating func unbindNew(since outer: [Binding?]) {
    for index in frame.locals.indices where index < outer.count && outer[index] == nil {
      if case .site? = frame.locals[index] { continue }
      frame.locals[index] = nil
    }
  }

  private mutating func forEach(
    _ local: LocalID, _ e: CoreExpression, _ body: [CoreStatement], at span: Span
  ) throws(NotNative) -> Flow {
    switch try evaluate(e) {
    case .list(let parts):
      for part in parts {
        let outer = frame.locals
        frame.locals[local.index] = .value(part)
        let flow = try execute(body[...])
        unbindNew(since: outer)
        if case .returned = flow { return flow }
      }
      return .normal
    case .array(let array):
      if mustUnroll(body) {
        guard case .int(let count) = array.sizes[0], count <= 4096 else {
          throw NotNative(
            .construct, "this loop changes lists or returns early, and how often it runs is only known at run time",
            at: span)
        }
        for index in 0..<max(0, count) {
          let outer = frame.locals
          frame.locals[local.index] = .value(try part(array, [.int(index)]))
          let flow = try execute(body[...])
          unbindNew(since: outer)
          if case .returned = flow { return flow }
        }
        return .normal
      }
      return try dynamicLoop(local, .int(0), array.sizes[0], body, at: span) { (this, index) throws(NotNative) in
        try this.part(array, [index])
      }
    case let value:
      throw NotNative(.construct, "a loop over \(value.kindName)", at: e.span)
    }
  }

  private mutating func whileLoop(
    _ condition: CoreExpression, _ body: [CoreStatement], at span: Span
  ) throws(NotNative) -> Flow {
    // Only loops whose course is known now.
    for _ in 0..<4096 {
      guard case .scalar(.bool(let goesOn)) = try evaluate(condition) else {
        throw NotNative(.construct, "how often this `while` runs is only known at run time", at: span)
      }
      guard goesOn else { return .normal }
      let outer = frame.locals
      let flow = try execute(body[...])
      unbindNew(since: outer)
      if case .returned = flow { return flow }
    }
    throw NotNative(.construct, "this `while` runs more than 4096 times", at: span)
  }
}
