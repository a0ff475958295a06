// Specialises the primitives on arrays and lists: sizes, construction, folds.

import BorelIR
import BorelSource

extension Specialiser {
  /// The collection primitives by name; nil for any other.
  mutating func collection(
    _ name: String, _ values: [AbstractValue], at span: Span
  ) throws(NotNative) -> AbstractValue? {
    func first() throws(NotNative) -> AbstractArray {
      guard let value = values.first else { throw NotNative(.internalError, "`\(name)` lacks an argument", at: span) }
      return try array(value, "the argument of `\(name)`", at: span)
    }
    switch name {
    case "len":
      switch values.first {
      case .array(let array)?: return .scalar(array.sizes[0])
      case .list(let parts)?, .tuple(let parts)?: return .scalar(.int(parts.count))
      case .record(let fields)?: return .scalar(.int(fields.count))
      case .string(let text)?: return .scalar(.int(text.count))
      default: return nil
      }
    case "ndim": return .scalar(.int(try first().rank))
    case "shape":
      return .array(
        AbstractArray(scalar: .int, sizes: [.int(try first().rank)], source: .listed(try first().sizes)))
    case "zeros", "ones":
      return .array(
        AbstractArray(
          scalar: .real, sizes: try sizes(values[...], name, at: span), source: .filled(.real(name == "ones" ? 1 : 0))))
    case "full":
      guard case .scalar(let operand)? = values.first else { return nil }
      return .array(
        AbstractArray(
          scalar: builder.program.scalar(of: operand), sizes: try sizes(values.dropFirst(), name, at: span),
          source: .filled(operand)))
    case "rep":
      guard values.count == 2 else { return nil }
      let n = try int(values[1], "the count of `rep`", at: span)
      if case .array(let array) = values[0], array.rank == 1 {
        require(builder.apply(.lessOrEqual, .int(0), n), .failure)
        let length = array.sizes[0]
        return .array(
          AbstractArray(
            scalar: array.scalar, sizes: [builder.apply(.multiply, n, length)],
            source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
              try this.element(array, [this.builder.apply(.remainder, indices[0], length)])
            }))
      }
      guard case .scalar(let operand) = values[0] else { return nil }
      return .array(
        AbstractArray(scalar: builder.program.scalar(of: operand), sizes: [n], source: .filled(operand)))
    case "linspace":
      guard values.count == 3 else { return nil }
      let start = try real(values[0], "the start", at: span)
      let stop = try real(values[1], "the end", at: span)
      let n = try int(values[2], "the number of points", at: span)
      let steps = builder.real(builder.apply(.subtract, n, .int(1)))
      let step = builder.apply(.divide, builder.apply(.subtract, stop, start), steps)
      return .array(
        AbstractArray(
          scalar: .real, sizes: [n],
          source: .elements(isCheap: false) { (this, indices) throws(NotNative) in
            let position = this.builder.real(indices[0])
            return this.builder.apply(.add, start, this.builder.apply(.multiply, position, step))
          }))
    case "sum":
      let array = try first()
      if array.scalar == .real {
        return .scalar(
          try sum(over: array.sizes) { (this, indices) throws(NotNative) in try this.element(array, indices) })
      }
      return .scalar(try integerSum(array))
    case "mean":
      if case .distribution? = values.first { return nil }
      let array = try first()
      let total = try realSum(array)
      return .scalar(builder.apply(.divide, total, builder.real(count(array.sizes))))
    case "variance", "sd":
      if case .distribution? = values.first { return nil }
      let array = try first()
      let n = count(array.sizes)
      let mean = builder.apply(.divide, try realSum(array), builder.real(n))
      let squares = try sum(over: array.sizes) { (this, indices) throws(NotNative) in
        let centred = this.builder.apply(.subtract, this.builder.real(try this.element(array, indices)), mean)
        return this.builder.apply(.multiply, centred, centred)
      }
      let variance = builder.apply(.divide, squares, builder.real(builder.apply(.subtract, n, .int(1))))
      return .scalar(name == "sd" ? try rootOfSquares(variance, at: span) : variance)
    case "prod":
      let array = try first()
      let total = builder.declare(
        array.scalar == .int ? .int(1) : .real(1), array.scalar == .int ? .int : .real, name: "product")
      try forEachElement(array.sizes) { (this, indices) throws(NotNative) in
        let element = try this.element(array, indices)
        let before = this.builder.read(total)
        if array.scalar == .int { this.requireNoOverflow(.multiply, before, element) }
        this.builder.append(.store(total, [], this.builder.apply(.multiply, before, element)))
      }
      return .scalar(builder.read(total))
    case "cumsum":
      let array = try first()
      let result = builder.allocate(array.scalar, sizes: array.sizes, name: "cumulative")
      let total = builder.declare(array.scalar == .int ? .int(0) : .real(0), array.scalar, name: "total")
      try forLoop(.int(0), array.sizes[0]) { (this, index) throws(NotNative) in
        let next = this.builder.apply(.add, this.builder.read(total), try this.element(array, [index]))
        this.builder.append(.store(total, [], next))
        this.builder.append(.store(result, [index], next))
      }
      return .array(arrayValue(result))
    case "diff":
      let array = try first()
      let size = builder.apply(.maximum, builder.apply(.subtract, array.sizes[0], .int(1)), .int(0))
      return .array(
        AbstractArray(
          scalar: array.scalar, sizes: [size],
          source: .elements(isCheap: false) { (this, indices) throws(NotNative) in
            let next = try this.element(array, [this.builder.apply(.add, indices[0], .int(1))])
            return this.builder.apply(.subtract, next, try this.element(array, indices))
          }))
    case "head", "tail":
      guard values.count == 2, case .array(let array) = values[0] else { return nil }
      let n = try int(values[1], "the number of elements", at: span)
      require(
        builder.apply(.and, builder.apply(.lessOrEqual, .int(0), n), builder.apply(.lessOrEqual, n, array.sizes[0])),
        .failure)
      let start = name == "head" ? LoopOperand.int(0) : builder.apply(.subtract, array.sizes[0], n)
      return .array(
        AbstractArray(
          scalar: array.scalar, sizes: [n] + array.sizes.dropFirst(),
          source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
            try this.element(array, [this.builder.apply(.add, start, indices[0])] + indices.dropFirst())
          }))
    case "reverse":
      guard case .array(let array)? = values.first else { return nil }
      let last = builder.apply(.subtract, array.sizes[0], .int(1))
      return .array(
        AbstractArray(
          scalar: array.scalar, sizes: array.sizes,
          source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
            try this.element(array, [this.builder.apply(.subtract, last, indices[0])] + indices.dropFirst())
          }))
    case "append":
      guard values.count == 2 else { return nil }
      switch values[0] {
      case .list(let parts):
        return try arrayLiteral(parts + [values[1]], at: span)
      case .array(let array):
        if case .listed(let parts) = array.source, case .scalar(let operand) = values[1] {
          return try arrayLiteral((parts + [operand]).map(AbstractValue.scalar), at: span)
        }
        return try concatenation([.array(array), try asRow(values[1], at: span)], at: span)
      default: return nil
      }
    case "concat": return try concatenation(values, at: span)
    case "to_array":
      if case .list(let parts)? = values.first { return try arrayLiteral(parts, at: span) }
      return values.first
    case "to_list":
      if case .array(let array)? = values.first, case .listed(let parts) = array.source {
        return .list(parts.map(AbstractValue.scalar))
      }
      return nil
    case "softmax", "log_softmax":
      let array = arrayValue(try realVariable(try first(), name: "logits"))
      let normaliser = try logSumExp(array, at: span)
      return .array(
        AbstractArray(
          scalar: .real, sizes: array.sizes,
          source: .elements(isCheap: false) { (this, indices) throws(NotNative) in
            let shifted = this.builder.apply(.subtract, try this.element(array, indices), normaliser)
            return name == "softmax" ? try this.scalarFunction("exp", [shifted], at: span) : shifted
          }))
    case "any", "all", "count":
      let array = try first()
      guard array.scalar == .bool else { return nil }
      let start: LoopOperand = name == "count" ? .int(0) : .bool(name == "all")
      let result = builder.declare(start, name == "count" ? .int : .bool, name: name)
      try forEachElement(array.sizes) { (this, indices) throws(NotNative) in
        let element = try this.element(array, indices)
        if name == "count" {
          this.builder.append(.accumulate(result, [], this.builder.apply(.toInt, element)))
        } else {
          let both = this.builder.apply(name == "all" ? .and : .or, this.builder.read(result), element)
          this.builder.append(.store(result, [], both))
        }
      }
      return .scalar(builder.read(result))
    case "assert":
      if case .scalar(let condition)? = values.first { require(condition, .failure) }
      return .null
    case "reshape":
      guard case .array(let array)? = values.first else { return nil }
      return .array(try reshaped(array, try sizes(values.dropFirst(), name, at: span)))
    case "flatten":
      guard case .array(let array)? = values.first else { return nil }
      return .array(try reshaped(array, [count(array.sizes)]))
    case "keys":
      guard case .record(let fields)? = values.first else { return nil }
      return .list(fields.map { .string($0.key) })
    case "values":
      guard case .record(let fields)? = values.first else { return nil }
      return try arrayLiteral(fields.map(\.value), at: span)
    case "has":
      guard case .record(let fields)? = values.first, values.count == 2, case .string(let key) = values[1] else {
        return nil
      }
      return .scalar(.bool(fields.contains { $0.key == key }))
    case "merge":
      guard values.count == 2, case .record(var fields) = values[0], case .record(let others) = values[1] else {
        return nil
      }
      for other in others {
        if let index = fields.firstIndex(where: { $0.key == other.key }) {
          fields[index] = other
        } else {
          fields.append(other)
        }
      }
      return .record(fields)
    case "print": return .null
    default: return try ordering(name, values, at: span)
    }
  }

  private mutating func realSum(_ array: AbstractArray) throws(NotNative) -> LoopOperand {
    try sum(over: array.sizes) { (this, indices) throws(NotNative) in
      this.builder.real(try this.element(array, indices))
    }
  }

  private mutating func integerSum(_ array: AbstractArray) throws(NotNative) -> LoopOperand {
    let total = builder.declare(.int(0), .int, name: "total")
    try forEachElement(array.sizes) { (this, indices) throws(NotNative) in
      let element = this.builder.apply(.toInt, try this.element(array, indices))
      if this.bits(element) > 31 { this.requireNoOverflow(.add, this.builder.read(total), element) }
      this.builder.append(.accumulate(total, [], element))
    }
    return builder.read(total)
  }

  /// Sizes given one by one or as one array.
  mutating func sizes(
    _ values: ArraySlice<AbstractValue>, _ name: String, at span: Span
  ) throws(NotNative) -> [LoopOperand] {
    var result: [LoopOperand] = []
    for value in values {
      switch value {
      case .scalar: result.append(try int(value, "a size of `\(name)`", at: span))
      case .array(let array):
        guard case .listed(let parts) = array.source else {
          throw NotNative(.construct, "the number of dimensions of `\(name)` is only known at run time", at: span)
        }
        result += parts
      case .list(let parts): result += try sizes(parts[...], name, at: span)
      default: throw NotNative(.construct, "a size of `\(name)` is \(value.kindName)", at: span)
      }
    }
    for size in result { require(builder.apply(.lessOrEqual, .int(0), size), .failure) }
    return result
  }

  private mutating func asRow(_ value: AbstractValue, at span: Span) throws(NotNative) -> AbstractValue {
    switch value {
    case .scalar(let operand):
      return .array(
        AbstractArray(scalar: builder.program.scalar(of: operand), sizes: [.int(1)], source: .listed([operand])))
    case .array(let row):
      return .array(
        AbstractArray(
          scalar: row.scalar, sizes: [.int(1)] + row.sizes,
          source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
            try this.element(row, Array(indices.dropFirst()))
          }))
    default: throw NotNative(.construct, "\(value.kindName) is appended to an array", at: span)
    }
  }

  private mutating func concatenation(
    _ values: [AbstractValue], at span: Span
  ) throws(NotNative) -> AbstractValue? {
    var arrays: [AbstractArray] = []
    for value in values {
      switch value {
      case .array(let array): arrays.append(array)
      case .list(let parts) where parts.isEmpty: continue
      default: return nil
      }
    }
    guard let first = arrays.first, arrays.allSatisfy({ $0.rank == first.rank }) else { return nil }
    var total = LoopOperand.int(0)
    var starts: [LoopOperand] = []
    for array in arrays {
      starts.append(total)
      total = builder.apply(.add, total, array.sizes[0])
      for (a, b) in zip(array.sizes.dropFirst(), first.sizes.dropFirst()) { requireEqual(a, b, .shape) }
    }
    let scalar: LoopScalar = arrays.contains { $0.scalar == .real } ? .real : first.scalar
    let place = builder.allocate(scalar, sizes: [total] + first.sizes.dropFirst(), name: "joined")
    for (array, start) in zip(arrays, starts) {
      try forEachElement(array.sizes) { (this, indices) throws(NotNative) in
        let element = try this.element(array, indices)
        this.builder.append(
          .store(
            place, [this.builder.apply(.add, start, indices[0])] + indices.dropFirst(),
            scalar == .real ? this.builder.real(element) : element))
      }
    }
    return .array(arrayValue(place))
  }

  /// The same elements in memory in another shape.
  private mutating func reshaped(_ array: AbstractArray, _ sizes: [LoopOperand]) throws(NotNative) -> AbstractArray {
    requireEqual(count(array.sizes), count(sizes), .shape)
    let variable = try materialise(array, name: "")
    return arrayValue(builder.view(of: variable, offset: .int(0), sizes: sizes))
  }
}
