// Arrays at specialisation time: reading, writing, slices, and the checks of indices.

import BorelIR
import BorelSource

extension Specialiser {
  // MARK: Reading

  mutating func arrayValue(_ variable: LoopVariable) -> AbstractArray {
    let info = builder.program[variable]
    return AbstractArray(scalar: info.scalar, sizes: info.sizes, source: .variable(variable))
  }

  /// The element at indices that lie within the sizes.
  mutating func element(_ array: AbstractArray, _ indices: [LoopOperand]) throws(NotNative) -> LoopOperand {
    switch array.source {
    case .variable(let variable): return builder.load(variable, indices)
    case .rows(let variable, let leading): return builder.load(variable, leading + indices)
    case .filled(let operand): return operand
    case .elements(_, let element): return try element(&self, indices)
    case .listed(let parts):
      guard indices.count == 1 else { throw NotNative(.internalError, "a list of numbers has one dimension", at: nil) }
      if case .int(let index) = indices[0], parts.indices.contains(index) { return parts[index] }
      if parts.count <= 4, let last = parts.last {
        var result = last
        for (index, part) in parts.enumerated().dropLast().reversed() {
          result = builder.apply(.select, builder.apply(.equal, indices[0], .int(index)), part, result)
        }
        return result
      }
      return builder.load(try materialise(array, name: ""), indices)
    }
  }

  /// What is left after the leading indices: an element or an array.
  mutating func part(_ array: AbstractArray, _ indices: [LoopOperand]) throws(NotNative) -> AbstractValue {
    if indices.count == array.rank { return .scalar(try element(array, indices)) }
    let sizes = Array(array.sizes.dropFirst(indices.count))
    switch array.source {
    case .variable(let variable):
      return .array(AbstractArray(scalar: array.scalar, sizes: sizes, source: .rows(variable, indices)))
    case .rows(let variable, let leading):
      return .array(AbstractArray(scalar: array.scalar, sizes: sizes, source: .rows(variable, leading + indices)))
    case .filled(let operand):
      return .array(AbstractArray(scalar: array.scalar, sizes: sizes, source: .filled(operand)))
    case .elements(let isCheap, let element):
      return .array(
        AbstractArray(
          scalar: array.scalar, sizes: sizes,
          source: .elements(isCheap: isCheap) { (this, rest) throws(NotNative) in try element(&this, indices + rest) }))
    case .listed: throw NotNative(.internalError, "a list of numbers has one dimension", at: nil)
    }
  }

  // MARK: Memory

  /// The array in memory, where it is or in a new place.
  mutating func materialise(_ array: AbstractArray, name: String) throws(NotNative) -> LoopVariable {
    switch array.source {
    case .variable(let variable): return variable
    case .rows(let variable, let leading):
      var offset = LoopOperand.int(0)
      for (size, index) in zip(builder.program[variable].sizes, leading) {
        offset = builder.apply(.add, builder.apply(.multiply, offset, size), index)
      }
      for size in array.sizes { offset = builder.apply(.multiply, offset, size) }
      return builder.view(of: variable, offset: offset, sizes: array.sizes, name: name)
    default: return try copied(array, as: array.scalar, name: name)
    }
  }

  /// A new array with the same elements.
  mutating func copied(_ array: AbstractArray, as scalar: LoopScalar, name: String) throws(NotNative) -> LoopVariable {
    if case .filled(let operand) = array.source {
      return builder.allocate(
        scalar, sizes: array.sizes, name: name, fill: scalar == .real ? builder.real(operand) : operand)
    }
    let variable = builder.allocate(scalar, sizes: array.sizes, name: name)
    try copyElements(array, to: variable)
    return variable
  }

  mutating func copyElements(_ array: AbstractArray, to place: LoopVariable) throws(NotNative) {
    let scalar = builder.program[place].scalar
    if case .listed(let parts) = array.source {
      for (index, part) in parts.enumerated() {
        builder.append(.store(place, [.int(index)], scalar == .real ? builder.real(part) : part))
      }
      return
    }
    try forEachElement(array.sizes) { (this, indices) throws(NotNative) in
      let element = try this.element(array, indices)
      this.builder.append(.store(place, indices, scalar == .real ? this.builder.real(element) : element))
    }
  }

  /// Runs `body` for all indices in row-major order: loops, or one after the other where there are few that are known.
  mutating func forEachElement(
    _ sizes: [LoopOperand], before: [LoopOperand] = [],
    _ body: (inout Specialiser, [LoopOperand]) throws(NotNative) -> Void
  ) throws(NotNative) {
    guard let size = sizes.first else { return try body(&self, before) }
    if case .int(let count) = size, count <= Self.shortLength {
      for index in 0..<max(0, count) {
        try forEachElement(Array(sizes.dropFirst()), before: before + [.int(index)], body)
      }
      return
    }
    try forLoop(.int(0), size) { (this, index) throws(NotNative) in
      try this.forEachElement(Array(sizes.dropFirst()), before: before + [index], body)
    }
  }

  mutating func forLoop(
    _ lower: LoopOperand, _ upper: LoopOperand, _ body: (inout Specialiser, LoopOperand) throws(NotNative) -> Void
  ) throws(NotNative) {
    let names = ["i", "j", "k"]
    let depth = scopes.count { if case .loop = $0 { true } else { false } }
    let index = builder.scalarVariable(.int, name: depth < names.count ? names[depth] : "i\(depth)")
    let span = builder.span
    builder.open()
    scopes.append(.loop(index: index, lower: lower, upper: upper))
    try body(&self, .variable(index))
    scopes.removeLast()
    let statements = builder.close()
    builder.span = span
    builder.append(.loop(LoopFor(index: index, lower: lower, upper: upper, body: statements)))
  }

  /// The sum of a Real for all indices.
  mutating func sum(
    over sizes: [LoopOperand], _ term: (inout Specialiser, [LoopOperand]) throws(NotNative) -> LoopOperand
  ) throws(NotNative) -> LoopOperand {
    if let count = knownCount(sizes), count <= Self.shortLength {
      var total: LoopOperand?
      try forEachElement(sizes) { (this, indices) throws(NotNative) in
        let next = try term(&this, indices)
        total = total.map { this.builder.apply(.add, $0, next) } ?? next
      }
      return total ?? .real(0)
    }
    let total = builder.declare(.real(0), .real, name: "total")
    try forEachElement(sizes) { (this, indices) throws(NotNative) in
      let next = try term(&this, indices)
      this.builder.append(.accumulate(total, [], next))
    }
    return builder.read(total)
  }

  mutating func knownCount(_ sizes: [LoopOperand]) -> Int? {
    var count = 1
    for size in sizes {
      guard case .int(let n) = size, n <= 4096 else { return nil }
      count = min(count * max(0, n), 4097)
    }
    return count
  }

  /// The product of the sizes.
  mutating func count(_ sizes: [LoopOperand]) -> LoopOperand {
    sizes.reduce(.int(1)) { builder.apply(.multiply, $0, $1) }
  }

  /// True for an operand that the outermost block knows.
  func isOutermost(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return true }
    if case .input = builder.program[variable].role { return true }
    return builder.outermost.contains(variable)
  }

  // MARK: Literals

  mutating func arrayLiteral(_ parts: [AbstractValue], at span: Span) throws(NotNative) -> AbstractValue {
    guard let first = parts.first else { return .list([]) }
    switch first {
    case .scalar:
      var operands: [LoopOperand] = []
      for part in parts {
        guard case .scalar(let operand) = part else { return .list(parts) }
        operands.append(operand)
      }
      let types = Set(operands.map { builder.program.scalar(of: $0) })
      if types.contains(.bool), types.count > 1 { return .list(parts) }
      let scalar: LoopScalar = types.contains(.real) ? .real : types.contains(.int) ? .int : .bool
      if scalar == .real { operands = operands.map { builder.real($0) } }
      let listed = AbstractArray(scalar: scalar, sizes: [.int(operands.count)], source: .listed(operands))
      if operands.count <= Self.shortLength { return .array(listed) }
      return .array(arrayValue(try copied(listed, as: scalar, name: "values")))
    case .array(let model):
      var arrays: [AbstractArray] = []
      for part in parts {
        guard case .array(let array) = part, array.rank == model.rank else { return .list(parts) }
        for (a, b) in zip(array.sizes, model.sizes) where a != b {
          // Lists of arrays of different lengths stay lists.
          return .list(parts)
        }
        arrays.append(array)
      }
      let scalar: LoopScalar = arrays.contains { $0.scalar == .real } ? .real : model.scalar
      let sizes = [LoopOperand.int(arrays.count)] + model.sizes
      let place = builder.allocate(scalar, sizes: sizes, name: "rows")
      for (row, array) in arrays.enumerated() {
        try forEachElement(array.sizes) { (this, indices) throws(NotNative) in
          let element = try this.element(array, indices)
          this.builder.append(
            .store(place, [.int(row)] + indices, scalar == .real ? this.builder.real(element) : element))
        }
      }
      return .array(arrayValue(place))
    default: return .list(parts)
    }
  }

  // MARK: Indices

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
