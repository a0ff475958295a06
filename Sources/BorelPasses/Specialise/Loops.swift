// Specialises loops: unrolled where they are short or must be, loops of LoopIR else.

import BorelIR
import BorelSource

extension Specialiser {
  mutating func loop(
    _ local: LocalID, from lower: LoopOperand, to upper: LoopOperand, _ body: [CoreStatement], at span: Span
  ) throws(NotNative) -> Flow {
    if case .int(let first) = lower, case .int(let last) = upper, last <= first { return .normal }
    var isShort = false
    if case .int(let first) = lower, case .int(let last) = upper, last - first <= Self.shortLength {
      isShort = !containsChoice(body)
    }
    if !isShort || containsBreak(body), !mustUnroll(body) {
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
      switch try unrolled(body, since: outer) {
      case .returned(let value): return .returned(value)
      case .broke: return .normal
      case .normal, .continued: break
      }
    }
    return .normal
  }

  /// One pass of a loop that is unrolled.
  private mutating func unrolled(_ body: [CoreStatement], since outer: [Binding?]) throws(NotNative) -> Flow {
    frame.breakFlags.append(nil)
    let flow = try execute(body[...])
    frame.breakFlags.removeLast()
    unbindNew(since: outer)
    return flow
  }

  /// True where the body cannot be one loop of LoopIR: it returns, or changes lists, records or functions.
  private func mustUnroll(_ body: [CoreStatement]) -> Bool {
    if containsReturn(body) { return true }
    return assignedLocals(body).contains { local in
      if growth(of: local, in: body) != nil { return false }
      guard case .value(let value)? = frame.locals.indices.contains(local.index) ? frame.locals[local.index] : nil
      else { return false }
      switch value {
      case .scalar, .array: return false
      default: return true
      }
    }
  }

  mutating func dynamicLoop(
    _ local: LocalID?, _ lower: LoopOperand, _ upper: LoopOperand, _ body: [CoreStatement], at span: Span,
    element: ((inout Specialiser, LoopOperand) throws(NotNative) -> AbstractValue)? = nil
  ) throws(NotNative) -> Flow {
    let snapshot = self
    // A place that an outer loop made is changed by that loop's next pass, not by one of this.
    let outerNeeds = needsAnotherPass || frame.loopDepth > 0 && assignedLocals(body).contains { isOutgrown($0) }
    needsAnotherPass = false
    let growing = try startGrowing(body, from: lower, to: upper)
    let carried = try carry(assignedLocals(body), at: span)
    let flag = containsBreak(body) ? builder.declare(.bool(true), .bool, name: "goes_on") : nil
    let outer = frame.locals
    let written = element == nil ? local.map { name(of: $0) } ?? "" : ""
    let index = builder.scalarVariable(.int, name: written.isEmpty ? "i" : written)
    builder.open()
    scopes.append(.loop(index: index, lower: lower, upper: upper))
    frame.loopDepth += 1
    frame.breakFlags.append(flag)
    let value = try element?(&self, .variable(index)) ?? .scalar(.variable(index))
    if let local { frame.locals[local.index] = .value(value) }
    let flow: Flow
    if let flag {
      _ = try branches(
        builder.read(flag), changing: assignedLocals(body), at: span,
        then: { (this) throws(NotNative) in
          _ = try this.execute(body[...])
          return .null
        }, else: { (_) throws(NotNative) in .null })
      flow = .normal
    } else {
      flow = try execute(body[...])
    }
    frame.breakFlags.removeLast()
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
    try finishGrowing(growing, at: span)
    return .normal
  }

  /// True where the place of a local no longer suits it.
  private func isOutgrown(_ local: LocalID) -> Bool {
    guard frame.locals.indices.contains(local.index) else { return false }
    switch frame.locals[local.index] {
    case .mutable(let variable)?: return widened.contains(key(local)) && builder.program[variable].scalar == .int
    case .scalars?: return spilled.contains(key(local))
    default: return false
    }
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
      case .site, .built, .growing: continue
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
      switch frame.locals[index] {
      case .site?, .built?: continue
      default: frame.locals[index] = nil
      }
    }
  }

  mutating func forEach(
    _ local: LocalID, _ e: CoreExpression, _ body: [CoreStatement], at span: Span
  ) throws(NotNative) -> Flow {
    switch try evaluate(e) {
    case .list(let parts):
      for part in parts {
        let outer = frame.locals
        frame.locals[local.index] = .value(part)
        let flow = try unrolled(body, since: outer)
        if case .returned = flow { return flow }
        if case .broke = flow { return .normal }
      }
      return .normal
    case .array(let array):
      // Short lists stay in scalars.
      let isShort = knownCount([array.sizes[0]]).map { $0 <= Self.shortLength } ?? false
      let grows = assignedLocals(body).contains { growth(of: $0, in: body) != nil }
      if mustUnroll(body) || isShort && grows {
        guard case .int(let count) = array.sizes[0], count <= 4096 else {
          throw NotNative(
            .construct, "this loop changes lists or returns early, and how often it runs is only known at run time",
            at: span)
        }
        for index in 0..<max(0, count) {
          let outer = frame.locals
          frame.locals[local.index] = .value(try part(array, [.int(index)]))
          let flow = try unrolled(body, since: outer)
          if case .returned = flow { return flow }
          if case .broke = flow { return .normal }
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
}
