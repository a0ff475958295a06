// Specialises calls of primitives: by name, else as an elementwise function of Reals.

import BorelIR
import BorelSource
import BorelValues

extension Specialiser {
  mutating func primitive(
    _ id: PrimitiveID, _ arguments: [CoreExpression], at span: Span
  ) throws(NotNative) -> AbstractValue {
    let name = PrimitiveTable[id].name
    // Functions of whole arrays to numbers do not keep their arguments.
    let consumes = Self.consuming.contains(name)
    var values: [AbstractValue] = []
    for argument in arguments {
      if consumes, case .local(let local) = argument.kind {
        values.append(try value(of: local, at: argument.span))
      } else {
        values.append(try evaluate(argument))
      }
    }
    return try primitive(id, values: values, at: span, spans: arguments.map(\.span))
  }

  private static let consuming: Set<String> = [
    "len", "shape", "ndim", "sum", "prod", "mean", "variance", "sd", "dot", "norm", "squared_norm", "trace",
    "log_det_cholesky", "log_det_spd", "log_abs_det", "quad_form", "quad_form_cholesky", "log_sum_exp", "min", "max",
    "any", "all", "count", "cholesky", "solve", "solve_lower", "inverse",
  ]

  mutating func primitive(
    _ id: PrimitiveID, values: [AbstractValue], at span: Span, spans: [Span]
  ) throws(NotNative) -> AbstractValue {
    let row = PrimitiveTable[id]
    builder.span = methodSpan ?? span
    func value(_ index: Int) throws(NotNative) -> AbstractValue {
      guard index < values.count else { throw NotNative(.internalError, "`\(row.name)` lacks an argument", at: span) }
      return values[index]
    }
    switch row.name {
    case "+", "-":
      if case .string = try value(0) { break }
      return try arithmetic(row.name == "+" ? .add : .subtract, try value(0), try value(1), at: span)
    case "*": return try product(try value(0), try value(1), at: span)
    case "/", "./": return try arithmetic(.divide, try value(0), try value(1), at: span)
    case ".*": return try arithmetic(.multiply, try value(0), try value(1), at: span)
    case "^", ".^":
      if case .array(let a) = try value(0), row.name == "^", a.rank == 2 {
        throw NotNative(.construct, "a power of a matrix", at: span)
      }
      return try power(try value(0), try value(1), at: span)
    case "%", "mod": return try arithmetic(.remainder, try value(0), try value(1), at: span)
    case "div": return try arithmetic(.floorDivide, try value(0), try value(1), at: span)
    case "negate":
      return try mapped([try value(0)], at: span, result: nil) { (this, x) throws(NotNative) in
        this.builder.apply(.negate, x[0])
      }
    case "!": return .scalar(builder.apply(.not, try bool(try value(0), "the operand of `!`", at: span)))
    case "<", "<=", ">", ">=", "==", "!=": return try comparison(row.name, try value(0), try value(1), at: span)
    case "abs":
      return try mapped([try value(0)], at: span, result: nil) { (this, x) throws(NotNative) in
        this.builder.apply(.absolute, x[0])
      }
    case "min", "max": return try extreme(row.name, values, at: span)
    case "log_sum_exp":
      if values.count > 1, case .null = values[1] {
      } else if values.count > 1 {
        return try mapped(values, at: span) { (this, x) throws(NotNative) in
          this.builder.apply(.primitive(id), this.builder.real(x[0]), this.builder.real(x[1]))
        }
      }
      return .scalar(try logSumExp(try array(try value(0), "the argument of log_sum_exp", at: span), at: span))
    case "real", "int":
      return try conversion(row.name, try value(0), at: span)
    case "square":
      return try power(try value(0), .scalar(.int(2)), at: span)
    default: break
    }
    if let method = LoopIntegration.Method(rawValue: row.name) { return try integrate(method, values, at: span) }
    if row.effect == .random { return try draw(id, values, at: span) }
    if let result = try linearAlgebra(row.name, values, at: span) { return result }
    if let result = try collection(row.name, values, at: span) { return result }
    if let result = try distributionPrimitive(row.name, values, at: span, spans: spans) { return result }
    guard row.effect == .pure, row.isElementwise else { throw unsupported(row.name, at: span) }
    if case .number = row.result { return try wholeNumber(id, row.name, try value(0), at: span) }
    let result: LoopScalar = row.result == .bool ? .bool : row.result == .int ? .int : .real
    return try mapped(values, at: span, result: result) { (this, operands) throws(NotNative) in
      var reals: [LoopOperand] = []
      for operand in operands { reals.append(try this.number(operand, at: span)) }
      return this.builder.apply(.primitive(id), reals)
    }
  }

  private func unsupported(_ name: String, at span: Span) -> NotNative {
    switch name {
    case "mem": NotNative(.memoised, "`mem` makes choices when a function is first called with an argument", at: span)
    default: NotNative(.construct, "`\(name)` runs on the virtual machine only", at: span)
    }
  }

  /// sign, floor, ceil, round, trunc: Ints stay what they are, but for their sign.
  private mutating func wholeNumber(
    _ id: PrimitiveID, _ name: String, _ value: AbstractValue, at span: Span
  ) throws(NotNative) -> AbstractValue {
    try mapped([value], at: span, result: nil) { (this, x) throws(NotNative) in
      guard this.builder.program.scalar(of: x[0]) == .int else { return this.builder.apply(.primitive(id), x[0]) }
      guard name == "sign" else { return x[0] }
      return this.builder.apply(.maximum, .int(-1), this.builder.apply(.minimum, .int(1), x[0]))
    }
  }

  private mutating func conversion(
    _ name: String, _ value: AbstractValue, at span: Span
  ) throws(NotNative) -> AbstractValue {
    try mapped([value], at: span, result: name == "real" ? .real : .int) { (this, x) throws(NotNative) in
      if name == "real" { return this.builder.real(x[0]) }
      guard this.builder.program.scalar(of: x[0]) != .real else {
        throw NotNative(.construct, "a Real becomes an Int", at: span)
      }
      return this.builder.apply(.toInt, x[0])
    }
  }

  // MARK: Folds

  private mutating func extreme(
    _ name: String, _ values: [AbstractValue], at span: Span
  ) throws(NotNative) -> AbstractValue {
    let function: LoopFunction = name == "min" ? .minimum : .maximum
    if values.count > 1, case .null = values[1] {
    } else if values.count > 1 {
      return try arithmetic(function, values[0], values[1], at: span)
    }
    let array = try array(values[0], "the argument of `\(name)`", at: span)
    require(builder.apply(.less, .int(0), count(array.sizes)), .failure)
    if case .listed(let parts) = array.source, let first = parts.first {
      var result = first
      for part in parts.dropFirst() { result = builder.apply(function, result, part) }
      return .scalar(result)
    }
    guard array.rank == 1 else { throw NotNative(.construct, "`\(name)` of a matrix", at: span) }
    let result = builder.declare(try element(array, [.int(0)]), array.scalar, name: name)
    try forLoop(.int(1), array.sizes[0]) { (this, index) throws(NotNative) in
      let element = try this.element(array, [index])
      this.builder.append(.store(result, [], this.builder.apply(function, this.builder.read(result), element)))
    }
    return .scalar(builder.read(result))
  }

  /// log Σ e^x with the greatest element taken out; its choice has no influence on the value, so none on derivatives.
  mutating func logSumExp(_ given: AbstractArray, at span: Span) throws(NotNative) -> LoopOperand {
    if case .listed(let parts) = given.source, parts.count == 2 {
      return try scalarFunction("log_sum_exp", parts, at: span)
    }
    var array = given
    if case .elements(false, _) = given.source { array = arrayValue(try realVariable(given, name: "terms")) }
    let greatest = builder.declare(.real(-.infinity), .real, name: "greatest")
    try forEachElement(array.sizes) { (this, indices) throws(NotNative) in
      let element = this.builder.real(try this.element(array, indices))
      let detached = this.builder.apply(.detach, element)
      this.builder.append(
        .store(greatest, [], this.builder.apply(.maximum, this.builder.read(greatest), detached)))
    }
    let top = builder.read(greatest)
    // Without any finite element the value is that of the greatest one.
    let isFinite = builder.apply(.less, builder.apply(.absolute, top), .real(.infinity))
    let shift = builder.apply(.select, isFinite, top, .real(0))
    let total = try sum(over: array.sizes) { (this, indices) throws(NotNative) in
      let element = this.builder.real(try this.element(array, indices))
      return try this.scalarFunction("exp", [this.builder.apply(.subtract, element, shift)], at: span)
    }
    return builder.apply(.add, shift, try scalarFunction("log", [total], at: span))
  }
}
