// Specialises arithmetic, comparisons and the elementwise functions.

import BorelIR
import BorelSource

extension Specialiser {
  /// A function of two numbers, elementwise where an operand is an array.
  mutating func arithmetic(
    _ function: LoopFunction, _ a: AbstractValue, _ b: AbstractValue, at span: Span
  ) throws(NotNative) -> AbstractValue {
    switch (a, b) {
    case (.scalar(let x), .scalar(let y)): return .scalar(try combine(function, x, y, at: span))
    case (.array(let x), .array(let y)):
      guard x.rank == y.rank else { throw NotNative(.construct, "arrays of different rank are combined", at: span) }
      for (m, n) in zip(x.sizes, y.sizes) { requireEqual(m, n, .shape) }
      return .array(
        elementwise(sizes: x.sizes, scalar: resultType(function, x.scalar, y.scalar), [x, y]) {
          (this, elements) throws(NotNative) in try this.combine(function, elements[0], elements[1], at: span)
        })
    case (.array(let x), .scalar(let y)):
      return .array(
        elementwise(sizes: x.sizes, scalar: resultType(function, x.scalar, builder.program.scalar(of: y)), [x]) {
          (this, elements) throws(NotNative) in try this.combine(function, elements[0], y, at: span)
        })
    case (.scalar(let x), .array(let y)):
      return .array(
        elementwise(sizes: y.sizes, scalar: resultType(function, builder.program.scalar(of: x), y.scalar), [y]) {
          (this, elements) throws(NotNative) in try this.combine(function, x, elements[0], at: span)
        })
    default:
      throw NotNative(.construct, "arithmetic on \(a.kindName) and \(b.kindName)", at: span)
    }
  }

  private func resultType(_ function: LoopFunction, _ a: LoopScalar, _ b: LoopScalar) -> LoopScalar {
    let type = function.result([a == b ? a : .real, b])
    return function == .divide ? .real : type
  }

  /// An array whose elements are computed from those of others at the same indices.
  func elementwise(
    sizes: [LoopOperand], scalar: LoopScalar, _ arrays: [AbstractArray],
    _ combine: @escaping (inout Specialiser, [LoopOperand]) throws(NotNative) -> LoopOperand
  ) -> AbstractArray {
    AbstractArray(
      scalar: scalar, sizes: sizes,
      source: .elements(isCheap: false) { (this, indices) throws(NotNative) in
        var elements: [LoopOperand] = []
        for array in arrays { elements.append(try this.element(array, indices)) }
        return try combine(&this, elements)
      })
  }

  /// A function of two scalars with the language's rules for Ints and Reals.
  mutating func combine(
    _ function: LoopFunction, _ a: LoopOperand, _ b: LoopOperand, at span: Span
  ) throws(NotNative) -> LoopOperand {
    let types = (builder.program.scalar(of: a), builder.program.scalar(of: b))
    switch function {
    case .equal, .notEqual:
      if types.0 == .bool, types.1 == .bool { return builder.apply(function, a, b) }
    case .divide:
      return builder.apply(.divide, try number(a, at: span), try number(b, at: span))
    case .floorDivide, .remainder:
      if types.0 == .int, types.1 == .int { require(builder.apply(.notEqual, b, .int(0)), .failure) }
    default: break
    }
    if types.0 == .int, types.1 == .int {
      requireNoOverflow(function, a, b)
      return builder.apply(function, a, b)
    }
    return builder.apply(function, try number(a, at: span), try number(b, at: span))
  }

  // MARK: Overflow

  /// Fails the evaluation where a sum, difference or product of Ints leaves their range, as the machine does.
  ///
  /// Whole numbers that are as large as sizes and indices can be are known not to; what is not known is checked in Reals, whose rounding
  /// only matters within 512 of the ends of the range.
  mutating func requireNoOverflow(_ function: LoopFunction, _ a: LoopOperand, _ b: LoopOperand) {
    let bits = (self.bits(a), self.bits(b))
    let needed: Int
    switch function {
    case .add, .subtract: needed = max(bits.0, bits.1) + 1
    case .multiply: needed = bits.0 + bits.1
    default: return
    }
    guard needed > 62 else { return }
    let result = builder.apply(function, builder.real(a), builder.real(b))
    require(
      builder.apply(.less, builder.apply(.absolute, result), .real(9_223_372_036_854_775_808.0)), .failure)
  }

  /// An upper bound on the bits of an Int's size: 31 for sizes and indices, all 63 for data.
  func bits(_ operand: LoopOperand) -> Int {
    switch operand {
    case .int(let n): return Int.bitWidth - n.magnitude.leadingZeroBitCount
    case .variable(let variable):
      if scopes.contains(where: { if case .loop(variable, _, _) = $0 { true } else { false } }) { return 31 }
      for input in builder.program.inputs where input.variable == variable {
        switch input.source {
        case .argumentSize, .globalSize, .siteSize, .missingCount: return 31
        default: return 63
        }
      }
      guard case .apply(let function, let operands)? = builder.definitions[variable] else { return 63 }
      let sizes = operands.map { builder.program.scalar(of: $0) == .int ? bits($0) : 63 }
      switch function {
      case .add, .subtract: return min(63, (sizes.max() ?? 63) + 1)
      case .multiply: return min(63, sizes.reduce(0, +))
      case .minimum, .maximum, .negate, .absolute: return sizes.max() ?? 63
      case .remainder: return sizes.count == 2 ? sizes[1] : 63
      case .floorDivide: return sizes.first ?? 63
      case .select: return sizes.dropFirst().max() ?? 63
      case .toInt: return 1
      default: return 63
      }
    default: return 63
    }
  }

  mutating func number(_ operand: LoopOperand, at span: Span) throws(NotNative) -> LoopOperand {
    guard builder.program.scalar(of: operand) != .bool else {
      throw NotNative(.construct, "a Bool stands where a number is needed", at: span)
    }
    return builder.real(operand)
  }

  // MARK: Power

  mutating func power(_ a: AbstractValue, _ b: AbstractValue, at span: Span) throws(NotNative) -> AbstractValue {
    switch (a, b) {
    case (.scalar(let x), .scalar(let y)): return .scalar(try power(x, y, at: span))
    case (.array(let x), .scalar(let y)):
      return .array(
        elementwise(sizes: x.sizes, scalar: .real, [x]) { (this, elements) throws(NotNative) in
          try this.power(elements[0], y, at: span)
        })
    case (.scalar(let x), .array(let y)):
      return .array(
        elementwise(sizes: y.sizes, scalar: .real, [y]) { (this, elements) throws(NotNative) in
          try this.power(x, elements[0], at: span)
        })
    case (.array(let x), .array(let y)):
      guard x.rank == y.rank else { throw NotNative(.construct, "arrays of different rank are combined", at: span) }
      for (m, n) in zip(x.sizes, y.sizes) { requireEqual(m, n, .shape) }
      return .array(
        elementwise(sizes: x.sizes, scalar: .real, [x, y]) { (this, elements) throws(NotNative) in
          try this.power(elements[0], elements[1], at: span)
        })
    default: throw NotNative(.construct, "a power of \(a.kindName)", at: span)
    }
  }

  /// x^y, by multiplication for small whole exponents.
  private mutating func power(_ x: LoopOperand, _ y: LoopOperand, at span: Span) throws(NotNative) -> LoopOperand {
    let isInteger = builder.program.scalar(of: x) == .int && builder.program.scalar(of: y) == .int
    var exponent: Int?
    if case .int(let n) = y { exponent = n }
    if case .real(let r) = y, abs(r) <= 4 { exponent = Int(exactly: r) }
    if let n = exponent, abs(n) <= 4, !isInteger || n >= 0 {
      let base = isInteger ? x : try number(x, at: span)
      if n == 0 { return isInteger ? .int(1) : .real(1) }
      var result = base
      switch abs(n) {
      case 2: result = builder.apply(.multiply, base, base)
      case 3: result = builder.apply(.multiply, builder.apply(.multiply, base, base), base)
      case 4:
        let square = builder.apply(.multiply, base, base)
        result = builder.apply(.multiply, square, square)
      default: break
      }
      if isInteger, n > 1, bits(base) * n > 62 {
        var size = builder.real(base)
        for _ in 1..<n { size = builder.apply(.multiply, size, builder.real(base)) }
        require(builder.apply(.less, builder.apply(.absolute, size), .real(9_223_372_036_854_775_808.0)), .failure)
      }
      return n < 0 ? builder.apply(.divide, .real(1), result) : result
    }
    if isInteger { throw NotNative(.construct, "a power of Ints with an exponent known only at run time", at: span) }
    if case .real(0.5) = y { return try scalarFunction("sqrt", [try number(x, at: span)], at: span) }
    return try scalarFunction("pow", [try number(x, at: span), try number(y, at: span)], at: span)
  }

  mutating func scalarFunction(
    _ name: String, _ operands: [LoopOperand], at span: Span?
  ) throws(NotNative) -> LoopOperand {
    guard let function = LoopFunction.named(name) else {
      throw NotNative(.internalError, "no primitive `\(name)`", at: span)
    }
    return builder.apply(function, operands)
  }

  // MARK: Elementwise primitives

  /// A scalar function of Reals, mapped over arrays of equal shape with scalars repeated.
  mutating func mapped(
    _ arguments: [AbstractValue], at span: Span, result: LoopScalar? = .real,
    _ function: @escaping (inout Specialiser, [LoopOperand]) throws(NotNative) -> LoopOperand
  ) throws(NotNative) -> AbstractValue {
    var sizes: [LoopOperand]?
    for argument in arguments {
      guard case .array(let array) = argument else { continue }
      if let sizes {
        guard sizes.count == array.rank else {
          throw NotNative(.construct, "arrays of different rank are combined", at: span)
        }
        for (m, n) in zip(sizes, array.sizes) { requireEqual(m, n, .shape) }
      } else {
        sizes = array.sizes
      }
    }
    var type: LoopScalar?
    for argument in arguments {
      switch argument {
      case .scalar(let operand): type = type ?? builder.program.scalar(of: operand)
      case .array(let array): type = type ?? array.scalar
      default: throw NotNative(.construct, "a function of numbers of \(argument.kindName)", at: span)
      }
    }
    guard let sizes else {
      var operands: [LoopOperand] = []
      for case .scalar(let operand) in arguments { operands.append(operand) }
      return .scalar(try function(&self, operands))
    }
    return .array(
      AbstractArray(
        scalar: result ?? type ?? .real, sizes: sizes,
        source: .elements(isCheap: false) { (this, indices) throws(NotNative) in
          var operands: [LoopOperand] = []
          for argument in arguments {
            switch argument {
            case .scalar(let operand): operands.append(operand)
            case .array(let array): operands.append(try this.element(array, indices))
            default: break
            }
          }
          return try function(&this, operands)
        }))
  }

  // MARK: Comparisons

  mutating func comparison(
    _ name: String, _ a: AbstractValue, _ b: AbstractValue, at span: Span
  ) throws(NotNative) -> AbstractValue {
    switch (a, b) {
    case (.scalar(let x), .scalar(let y)): return .scalar(try compare(name, x, y, at: span))
    case (.string(let x), .string(let y)) where name == "==" || name == "!=":
      return .scalar(.bool((x == y) == (name == "==")))
    case (.null, .null): return .scalar(.bool(name == "=="))
    case (.null, _), (_, .null):
      if name == "==" || name == "!=" { return .scalar(.bool(name == "!=")) }
    case (.array, _), (_, .array):
      // Conditions of distributions hold for arrays where they hold for every element.
      let holds = builder.declare(.bool(true), .bool, name: "holds")
      let compared = try mapped([a, b], at: span, result: .bool) { (this, elements) throws(NotNative) in
        try this.compare(name, elements[0], elements[1], at: span)
      }
      guard case .array(let array) = compared else { break }
      try forEachElement(array.sizes) { (this, indices) throws(NotNative) in
        let element = try this.element(array, indices)
        let both = this.builder.apply(.and, this.builder.read(holds), element)
        this.builder.append(.store(holds, [], both))
      }
      return .scalar(builder.read(holds))
    default: break
    }
    throw NotNative(.construct, "a comparison of \(a.kindName) and \(b.kindName)", at: span)
  }

  private mutating func compare(
    _ name: String, _ a: LoopOperand, _ b: LoopOperand, at span: Span
  ) throws(NotNative) -> LoopOperand {
    switch name {
    case "<": try combine(.less, a, b, at: span)
    case "<=": try combine(.lessOrEqual, a, b, at: span)
    case ">": try combine(.less, b, a, at: span)
    case ">=": try combine(.lessOrEqual, b, a, at: span)
    case "==": try combine(.equal, a, b, at: span)
    default: try combine(.notEqual, a, b, at: span)
    }
  }

  // MARK: The product of linear algebra

  mutating func product(_ a: AbstractValue, _ b: AbstractValue, at span: Span) throws(NotNative) -> AbstractValue {
    guard case .array(let x) = a, case .array(let y) = b else { return try arithmetic(.multiply, a, b, at: span) }
    switch (x.rank, y.rank) {
    case (1, 1): return .scalar(try dot(x, y))
    case (2, 1):
      requireEqual(x.sizes[1], y.sizes[0], .shape)
      return .array(try matrixVector(x, y, transposed: false))
    case (1, 2):
      requireEqual(x.sizes[0], y.sizes[0], .shape)
      return .array(try matrixVector(y, x, transposed: true))
    case (2, 2):
      requireEqual(x.sizes[1], y.sizes[0], .shape)
      return .array(try matrixMatrix(x, y))
    default: throw NotNative(.construct, "a product of arrays of rank \(x.rank) and \(y.rank)", at: span)
    }
  }
}
