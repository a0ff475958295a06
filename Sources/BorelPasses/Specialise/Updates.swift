// Specialises updates of elements and fields.

import BorelIR
import BorelSource

extension Specialiser {
  mutating func update(
    _ variable: CoreVariable, _ path: [CoreAccess], _ e: CoreExpression, at span: Span
  ) throws(NotNative) {
    guard case .local(let local) = variable else {
      throw NotNative(.construct, "a global variable is assigned", at: span)
    }
    guard let binding = frame.locals[local.index] else {
      throw NotNative(.internalError, "`\(name(of: local))` has no value", at: span)
    }
    switch binding {
    case .site, .built:
      throw NotNative(.construct, "an element of the random array `\(name(of: local))` is assigned", at: span)
    default: break
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
}
