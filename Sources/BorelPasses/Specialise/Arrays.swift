// Arrays at specialisation time: reading, memory, loops over elements, literals.

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
}
