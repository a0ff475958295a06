// Lists that grow by one element in every pass of a loop become arrays: `map`, comprehensions by hand.

import BorelIR
import BorelSource

extension Specialiser {
  /// A list that a loop appends to.
  struct GrowingList {
    /// What it held before the loop.
    var before: AbstractValue
    var countBefore: LoopOperand
    var size: LoopOperand
    var depth: Int
    /// Where the elements go, once their kind is known.
    var place: LoopVariable?
  }

  /// The element that a loop's body appends to a local in every pass; nil where it does anything else with it.
  func growth(of local: LocalID, in body: [CoreStatement]) -> CoreExpression? {
    if containsExit(body) { return nil }
    var found: CoreExpression?
    for statement in body {
      if case .setLocal(local, let e) = statement.kind {
        guard found == nil, case .callPrimitive(let id, let operands) = e.kind, PrimitiveTable[id].name == "append",
          operands.count == 2, case .local(local) = operands[0].kind, !mentions(operands[1], local)
        else { return nil }
        found = operands[1]
      } else if mentions([statement], local) {
        return nil
      }
    }
    return found
  }

  /// Makes lists of the locals that the body appends to.
  mutating func startGrowing(
    _ body: [CoreStatement], from lower: LoopOperand, to upper: LoopOperand
  ) throws(NotNative) -> [LocalID] {
    var result: [LocalID] = []
    for local in assignedLocals(body) {
      guard frame.locals.indices.contains(local.index), frame.locals[local.index] != nil,
        growth(of: local, in: body) != nil
      else { continue }
      let before = try value(of: local, at: nil)
      let count: LoopOperand
      switch before {
      case .list(let parts) where parts.isEmpty: count = .int(0)
      case .array(let array): count = array.sizes[0]
      default: continue
      }
      let passes = builder.apply(.maximum, builder.apply(.subtract, upper, lower), .int(0))
      // The loop's index is not there yet; its block is the next.
      let list = GrowingList(
        before: before, countBefore: count, size: builder.apply(.add, passes, count),
        depth: builder.depth + 1)
      frame.locals[local.index] = .growing(list)
      result.append(local)
    }
    return result
  }

  /// Appends in a pass of the loop.
  mutating func grow(_ local: LocalID, _ list: GrowingList, by e: CoreExpression, at span: Span) throws(NotNative) {
    guard case .callPrimitive(_, let operands) = e.kind, operands.count == 2, builder.depth == list.depth,
      case .loop(let index, let lower, _)? = scopes.last
    else { throw NotNative(.construct, "`\(name(of: local))` grows in some passes of a loop only", at: span) }
    let value = try evaluate(operands[1])
    var list = list
    let position = builder.apply(
      .add, list.countBefore, builder.apply(.subtract, .variable(index), lower))
    var scalar: LoopScalar
    var inner: [LoopOperand] = []
    switch value {
    case .scalar(let operand): scalar = builder.program.scalar(of: operand)
    case .array(let array):
      scalar = array.scalar
      inner = array.sizes
      guard inner.allSatisfy({ isOutermost($0) }) else {
        throw NotNative(
          .construct, "`\(name(of: local))` grows by arrays whose length is only known in the loop", at: span)
      }
    default:
      throw NotNative(
        .construct, "`\(name(of: local))` grows by \(value.kindName) in a loop whose length is only known at run time",
        at: span)
    }
    if case .array(let before) = list.before {
      guard before.rank == inner.count + 1 else {
        throw NotNative(.construct, "elements of another kind are appended to `\(name(of: local))`", at: span)
      }
      if before.scalar != scalar {
        guard before.scalar != .bool, scalar != .bool else {
          throw NotNative(.construct, "numbers and Bools are in one list", at: span)
        }
        scalar = .real
      }
    }
    let name = name(of: local)
    let size = list.size
    let place = builder.outside(levels: 1) { builder in
      builder.allocate(scalar, sizes: [size] + inner, name: name)
    }
    list.place = place
    frame.locals[local.index] = .growing(list)
    func converted(_ operand: LoopOperand, _ this: inout Specialiser) -> LoopOperand {
      scalar == .real ? this.builder.real(operand) : operand
    }
    switch value {
    case .scalar(let operand): builder.append(.store(place, [position], converted(operand, &self)))
    case .array(let array):
      try forEachElement(array.sizes) { (this, indices) throws(NotNative) in
        let element = converted(try this.element(array, indices), &this)
        this.builder.append(.store(place, [position] + indices, element))
      }
    default: break
    }
  }

  /// Behind the loop, lists that grew are arrays.
  mutating func finishGrowing(_ locals: [LocalID], at span: Span) throws(NotNative) {
    for local in locals {
      guard case .growing(let list)? = frame.locals[local.index] else { continue }
      guard let place = list.place else {
        frame.locals[local.index] = .value(list.before)
        continue
      }
      if case .array(let before) = list.before {
        let isReal = builder.program[place].scalar == .real
        try forEachElement(before.sizes) { (this, indices) throws(NotNative) in
          let element = try this.element(before, indices)
          this.builder.append(.store(place, indices, isReal ? this.builder.real(element) : element))
        }
      }
      frame.locals[local.index] = .array(place, isLent: false)
    }
  }
}
