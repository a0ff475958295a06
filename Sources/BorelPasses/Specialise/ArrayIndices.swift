// Indices and slices of arrays at specialisation time, and the checks that indices lie within sizes.

import BorelIR
import BorelSource

extension Specialiser {
  mutating func index(
    _ base: CoreExpression, _ subscripts: [CoreSubscript], at span: Span
  ) throws(NotNative) -> AbstractValue {
    // A local that is only indexed is not lent to anybody.
    var value: AbstractValue
    if case .local(let local) = base.kind, subscripts.allSatisfy({ if case .index = $0 { true } else { false } }) {
      value = try self.value(of: local, at: base.span)
      if case .array(let array) = value, subscripts.count < array.rank {
        value = try self.value(of: local, at: base.span, lends: true)
      }
    } else {
      value = try evaluate(base)
    }
    switch value {
    case .list(let parts), .tuple(let parts):
      guard subscripts.count == 1, case .index(let e) = subscripts[0] else {
        throw NotNative(.construct, "a slice of a list", at: span)
      }
      let index = try int(try evaluate(e), "an index", at: e.span)
      guard case .int(let n) = index else {
        throw listIndexReason(parts, at: span)
      }
      guard parts.indices.contains(n) else {
        throw NotNative(.construct, "index \(n) of a list of \(parts.count)", at: e.span)
      }
      return parts[n]
    case .record(let fields):
      guard subscripts.count == 1, case .index(let e) = subscripts[0], case .string(let key) = try evaluate(e),
        let field = fields.first(where: { $0.key == key })
      else { throw NotNative(.construct, "a field of a record that is only known at run time", at: span) }
      return field.value
    case .array(let array): return try slice(array, subscripts, at: span)
    default: throw NotNative(.construct, "an index into \(value.kindName)", at: span)
    }
  }

  private func listIndexReason(_ parts: [AbstractValue], at span: Span) -> NotNative {
    switch parts.first {
    case .distribution?, .distributionDefinition?:
      NotNative(.unknownDistribution, "which distribution this is depends on an index known only at run time", at: span)
    case .function?, .closure?, .primitive?:
      NotNative(.unknownFunction, "which function this is depends on an index known only at run time", at: span)
    default: NotNative(.construct, "a list is indexed by a number known only at run time", at: span)
    }
  }

  private mutating func slice(
    _ array: AbstractArray, _ subscripts: [CoreSubscript], at span: Span
  ) throws(NotNative) -> AbstractValue {
    guard subscripts.count <= array.rank else { throw NotNative(.construct, "too many indices", at: span) }
    enum Part {
      case fixed(LoopOperand)
      case from(LoopOperand)
      case gathered(AbstractArray)
    }
    var parts: [Part] = []
    var sizes: [LoopOperand] = []
    var isPlain = true
    for (dimension, part) in subscripts.enumerated() {
      let size = array.sizes[dimension]
      switch part {
      case .index(let e):
        let value = try evaluate(e)
        if case .array(let indices) = value, indices.rank == 1, indices.scalar == .int {
          isPlain = false
          parts.append(.gathered(indices))
          sizes.append(indices.sizes[0])
          continue
        }
        let index = try int(value, "an index", at: e.span)
        try checkIndex(index, size: size, at: e.span)
        parts.append(.fixed(index))
      case .range(let lower, let upper, let closed, let place):
        let first = try int(try evaluate(lower), "an index", at: lower.span)
        var last = try int(try evaluate(upper), "an index", at: upper.span)
        if closed { last = builder.apply(.add, last, .int(1)) }
        isPlain = false
        let isInside = builder.apply(
          .and, builder.apply(.lessOrEqual, .int(0), first),
          builder.apply(.and, builder.apply(.lessOrEqual, first, last), builder.apply(.lessOrEqual, last, size)))
        builder.span = place
        require(isInside, .index)
        parts.append(.from(first))
        sizes.append(builder.apply(.subtract, last, first))
      case .all:
        isPlain = false
        parts.append(.from(.int(0)))
        sizes.append(size)
      }
    }
    sizes += array.sizes.dropFirst(subscripts.count)
    if isPlain {
      return try self.part(
        array, parts.compactMap { if case .fixed(let index) = $0 { index } else { nil } })
    }
    let chosen = parts
    let sizesOfBase = array.sizes
    return .array(
      AbstractArray(
        scalar: array.scalar, sizes: sizes,
        source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
          var rest = indices[...]
          var full: [LoopOperand] = []
          for (dimension, part) in chosen.enumerated() {
            switch part {
            case .fixed(let index): full.append(index)
            case .from(let first): full.append(this.builder.apply(.add, first, rest.popFirst() ?? .int(0)))
            case .gathered(let indices):
              let index = try this.element(indices, [rest.popFirst() ?? .int(0)])
              try this.checkIndex(index, size: sizesOfBase[dimension], at: nil)
              full.append(index)
            }
          }
          return try this.element(array, full + rest)
        }))
  }

  /// Fails the evaluation unless 0 <= index < size; checks of loop variables stand before the loop.
  mutating func checkIndex(_ index: LoopOperand, size: LoopOperand, at span: Span?) throws(NotNative) {
    if case .int(let n) = index, case .int(let count) = size {
      guard 0 <= n, n < count else {
        throw NotNative(.construct, "index \(n) is outside of an array of \(count)", at: span)
      }
      return
    }
    let (base, shift) = shifted(index)
    if case .variable(let variable) = base, let level = loopLevel(of: variable),
      case .loop(_, let lower, let upper) = scopes[level]
    {
      let isBranchBetween = scopes[(level + 1)...].contains { if case .branch = $0 { true } else { false } }
      let isStartSafe = isAtLeastZero(lower, shift)
      let isEndSafe = upper == size && shift <= 0 || isBelow(upper, shift, size)
      if isStartSafe, isEndSafe { return }
      if !isBranchBetween, isDefined(size, outside: level) {
        let levels = scopes.count - level
        let inner = Array(scopes.suffix(levels))
        scopes.removeLast(levels)
        builder.outside(levels: levels) { builder in
          let isEmpty = builder.apply(.lessOrEqual, upper, lower)
          var holds = LoopOperand.bool(true)
          if !isStartSafe {
            holds = builder.apply(.lessOrEqual, .int(0), builder.apply(.add, lower, .int(shift)))
          }
          if !isEndSafe {
            holds = builder.apply(
              .and, holds, builder.apply(.lessOrEqual, builder.apply(.add, upper, .int(shift)), size))
          }
          let condition = builder.apply(.or, isEmpty, holds)
          if condition != .bool(true) { builder.append(.require(condition, .index)) }
        }
        scopes.append(contentsOf: inner)
        return
      }
    }
    require(
      builder.apply(
        .and, builder.apply(.lessOrEqual, .int(0), index), builder.apply(.less, index, size)), .index)
  }

  /// index = base + shift
  private func shifted(_ index: LoopOperand) -> (base: LoopOperand, shift: Int) {
    guard case .variable(let variable) = index,
      case .apply(let function, let operands)? = builder.definitions[variable],
      operands.count == 2
    else { return (index, 0) }
    switch (function, operands[0], operands[1]) {
    case (.add, let base, .int(let shift)), (.add, .int(let shift), let base): return (base, shift)
    case (.subtract, let base, .int(let shift)) where shift != .min: return (base, -shift)
    default: return (index, 0)
    }
  }

  private func loopLevel(of variable: LoopVariable) -> Int? {
    scopes.lastIndex { if case .loop(let index, _, _) = $0 { index == variable } else { false } }
  }

  private func isAtLeastZero(_ lower: LoopOperand, _ shift: Int) -> Bool {
    let (base, more) = shifted(lower)
    if case .int(let n) = base { return n + more + shift >= 0 }
    // A loop inside another starts where that one is, at the least at that one's start.
    if case .variable(let variable) = base, let level = loopLevel(of: variable),
      case .loop(_, let outer, _) = scopes[level]
    {
      return isAtLeastZero(outer, more + shift)
    }
    return false
  }

  /// True where upper + shift <= size is known: upper is the index of an outer loop that stays below the size.
  private func isBelow(_ upper: LoopOperand, _ shift: Int, _ size: LoopOperand) -> Bool {
    let (base, more) = shifted(upper)
    if base == size, more + shift <= 0 { return true }
    if case .int(let n) = base, case .int(let count) = size { return n + more + shift <= count }
    if case .variable(let variable) = base, let level = loopLevel(of: variable),
      case .loop(_, _, let outer) = scopes[level]
    {
      // base <= outer - 1
      return isBelow(outer, more + shift - 1, size)
    }
    return false
  }

  private func isDefined(_ operand: LoopOperand, outside level: Int) -> Bool {
    isOutermost(operand)
  }
}
