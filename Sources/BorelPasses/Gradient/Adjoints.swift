// Adjoints of single statements: what each adds to the adjoints of its operands.

import BorelIR

extension ReverseMode {
  /// Adds to the adjoints of the operands of a statement that has been run in this block.
  mutating func reverse(_ statement: LoopStatement, _ builder: inout LoopBuilder) throws(GradientFailure) {
    switch statement.kind {
    case .define(let variable, let operation):
      guard var adjoint = takeAdjoint(variable, &builder) else { return }
      // Where the side that needs the value is not chosen the value may have no derivative.
      if mayBeSingular(operation), let side = sidesOfUse.sides[variable] {
        let condition = value(side.condition)
        adjoint = builder.selection(condition, side.isFirst ? adjoint : .real(0), side.isFirst ? .real(0) : adjoint)
      }
      try propagate(adjoint, variable, operation, &builder)
    case .declare(let variable, let initial):
      guard activity.isActive(initial), let place = adjointPlaces[variable] else { return }
      add(builder.read(place), to: initial, &builder)
    case .allocate(let variable, let fill):
      guard let fill, activity.isActive(fill), let place = adjointPlaces[variable] else { return }
      var pass = self
      builder.elements(of: place) { (builder, indices) in
        pass.add(builder.load(place, indices), to: fill, &builder)
      }
      self = pass
    case .store(let variable, let indices, let value): reverseStore(variable, indices, value, &builder)
    case .accumulate(let variable, let indices, let value):
      guard activity.isActive(value), let place = adjointPlace(variable, &builder) else { return }
      add(read(place, values(indices), &builder), to: value, &builder)
    case .target(let value): add(.real(1), to: value, &builder)
    default: break
    }
  }

  private mutating func reverseStore(
    _ variable: LoopVariable, _ indices: [LoopOperand], _ operand: LoopOperand, _ builder: inout LoopBuilder
  ) {
    guard let place = adjointPlace(variable, &builder) else { return }
    let indices = values(indices)
    let isKept = singleStores.contains(variable)
    guard activity.isActive(operand) else {
      if !isKept { builder.append(.store(place, indices, .real(0))) }
      return
    }
    let adjoint = read(place, indices, &builder)
    if !isKept { builder.append(.store(place, indices, .real(0))) }
    add(adjoint, to: operand, &builder)
  }

  private func mayBeSingular(_ operation: LoopOperation) -> Bool {
    switch operation {
    case .apply(.divide, _), .apply(.primitive, _): true
    default: false
    }
  }

  private func read(
    _ place: LoopVariable, _ indices: [LoopOperand], _ builder: inout LoopBuilder
  ) -> LoopOperand {
    indices.isEmpty ? builder.read(place) : builder.load(place, indices)
  }

  // MARK: Sums

  /// The adjoint of an immutable scalar, complete now; nil where nothing has been added.
  private mutating func takeAdjoint(_ variable: LoopVariable, _ builder: inout LoopBuilder) -> LoopOperand? {
    defer { adjoints[variable] = nil }
    switch adjoints[variable] {
    case nil: return nil
    case .value(let value): return value
    case .sum(let place): return builder.read(place)
    }
  }

  /// Adds to the adjoint of an operand of the source.
  mutating func add(_ amount: LoopOperand, to operand: LoopOperand, _ builder: inout LoopBuilder) {
    guard amount != .real(0), case .variable(let variable) = operand, activity.active.contains(variable) else { return }
    switch adjoints[variable] {
    case nil: adjoints[variable] = .value(amount)
    case .value(let value): adjoints[variable] = .value(builder.signedSum(value, amount))
    case .sum(let place): builder.append(.accumulate(place, [], amount))
    }
  }

  // MARK: Operations

  private mutating func propagate(
    _ adjoint: LoopOperand, _ variable: LoopVariable, _ operation: LoopOperation, _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    switch operation {
    case .read(let scalar):
      guard let place = adjointPlaces[scalar] else { return }
      builder.append(.accumulate(place, [], adjoint))
    case .load(let array, let indices):
      guard activity.active.contains(source.base(of: array)), let place = adjointPlace(array, &builder)
      else { return }
      builder.append(.accumulate(place, values(indices), adjoint))
    case .apply(let function, let operands):
      try propagate(adjoint, variable, function, operands, &builder)
    }
  }

  private mutating func propagate(
    _ adjoint: LoopOperand, _ variable: LoopVariable, _ function: LoopFunction, _ operands: [LoopOperand],
    _ builder: inout LoopBuilder
  ) throws(GradientFailure) {
    let rule = DerivativeRule(arguments: values(operands), result: value(.variable(variable)))
    if case .multiply = function, operands[0] == operands[1] {
      let twice = DerivativeExpression.apply(.multiply, [.constant(2), .argument(0)])
      if let amount = rule.times(twice, adjoint, &builder) { add(amount, to: operands[0], &builder) }
      return
    }
    let partials = DerivativeTable.partials(of: function)
    for (index, operand) in operands.enumerated() where activity.isActive(operand) {
      guard let partials, index < partials.count, let partial = partials[index] else {
        throw GradientFailure(.noDerivative(function: function.name, argument: index), builder.span)
      }
      if let amount = rule.times(partial, adjoint, &builder) { add(amount, to: operand, &builder) }
    }
  }
}

/// Puts the operands of one application into derivative rules.
struct DerivativeRule {
  var arguments: [LoopOperand]
  var result: LoopOperand

  /// The product of a partial derivative and a factor; nil where it is zero everywhere.
  ///
  /// A derivative that exists on one side of a condition only is multiplied on that side only, and so is a factor that is zero on
  /// the other side: what was not chosen may have no derivative, and 0 times that would be NaN.
  func times(
    _ partial: DerivativeExpression, _ factor: LoopOperand, _ builder: inout LoopBuilder
  ) -> LoopOperand? {
    guard let side = builder.oneSide(of: factor) else { return product(partial, factor, &builder) }
    guard let amount = times(partial, side.value, &builder) else { return nil }
    return builder.selection(side.condition, side.isFirst ? amount : .real(0), side.isFirst ? .real(0) : amount)
  }

  private func product(
    _ partial: DerivativeExpression, _ factor: LoopOperand, _ builder: inout LoopBuilder
  ) -> LoopOperand? {
    switch partial {
    case .constant(let constant):
      if constant == 0 { return nil }
      return builder.scale(factor, by: constant)
    case .apply(.negate, let parts):
      return times(parts[0], factor, &builder).map { builder.negated($0) }
    case .apply(.multiply, let parts):
      if case .constant(let constant) = parts[0] {
        return times(parts[1], builder.scale(factor, by: constant), &builder)
      }
      return times(parts[0], factor, &builder).map { builder.signedProduct($0, value(parts[1], &builder)) }
    case .apply(.divide, let parts):
      return times(parts[0], factor, &builder).map { builder.divide($0, value(parts[1], &builder)) }
    case .apply(.select, let parts):
      let condition = value(parts[0], &builder)
      let first = times(parts[1], factor, &builder) ?? .real(0)
      let second = times(parts[2], factor, &builder) ?? .real(0)
      return builder.selection(condition, first, second)
    case .argument, .result, .apply: return builder.signedProduct(factor, value(partial, &builder))
    }
  }

  /// The value of an expression.
  func value(_ expression: DerivativeExpression, _ builder: inout LoopBuilder) -> LoopOperand {
    switch expression {
    case .argument(let index): return arguments[index]
    case .result: return result
    case .constant(let constant): return .real(constant)
    case .apply(let function, let parts):
      var operands: [LoopOperand] = []
      for part in parts { operands.append(value(part, &builder)) }
      return builder.apply(function, operands)
    }
  }
}

extension LoopBuilder {
  /// What a negation negates.
  private func negatedOperand(_ operand: LoopOperand) -> LoopOperand? {
    guard case .variable(let variable) = operand, case .apply(.negate, let parts)? = definitions[variable] else {
      return nil
    }
    return parts[0]
  }

  mutating func negated(_ operand: LoopOperand) -> LoopOperand { negatedOperand(operand) ?? negate(operand) }

  mutating func scale(_ operand: LoopOperand, by constant: Double) -> LoopOperand {
    if constant == -1 { return negated(operand) }
    return multiply(operand, .real(constant))
  }

  /// a + b, as a difference where one of them is a negation.
  mutating func signedSum(_ a: LoopOperand, _ b: LoopOperand) -> LoopOperand {
    if let sum = sumOfSelections(a, b) { return sum }
    if let b = negatedOperand(b) { return subtract(a, b) }
    if let a = negatedOperand(a) { return subtract(b, a) }
    return add(a, b)
  }

  /// The sum of two values that are each zero on a side of one condition: a selection.
  private mutating func sumOfSelections(_ a: LoopOperand, _ b: LoopOperand) -> LoopOperand? {
    guard let (first, isFirstNegated) = selection(a), let (second, isSecondNegated) = selection(b),
      first[0] == second[0]
    else { return nil }
    func signed(_ operand: LoopOperand, _ isNegated: Bool) -> LoopOperand { isNegated ? negated(operand) : operand }
    switch (first[1], first[2], second[1], second[2]) {
    case (let x, .real(0), .real(0), let y):
      return apply(.select, first[0], signed(x, isFirstNegated), signed(y, isSecondNegated))
    case (.real(0), let x, let y, .real(0)):
      return apply(.select, first[0], signed(y, isSecondNegated), signed(x, isFirstNegated))
    case (let x, .real(0), let y, .real(0)):
      return apply(.select, first[0], signedSum(signed(x, isFirstNegated), signed(y, isSecondNegated)), .real(0))
    case (.real(0), let x, .real(0), let y):
      return apply(.select, first[0], .real(0), signedSum(signed(x, isFirstNegated), signed(y, isSecondNegated)))
    default: return nil
    }
  }

  /// condition ? first : second, where sides that are selections by the same condition have chosen already.
  fileprivate mutating func selection(
    _ condition: LoopOperand, _ first: LoopOperand, _ second: LoopOperand
  ) -> LoopOperand {
    func side(_ operand: LoopOperand, _ number: Int) -> LoopOperand {
      guard case .variable(let variable) = operand, case .apply(.select, let parts)? = definitions[variable],
        parts[0] == condition
      else { return operand }
      return parts[number]
    }
    return apply(.select, condition, side(first, 1), side(second, 2))
  }

  /// The value of an operand that is zero on one side of a condition, and the side where it is not.
  fileprivate mutating func oneSide(
    of operand: LoopOperand
  ) -> (condition: LoopOperand, value: LoopOperand, isFirst: Bool)? {
    guard let (parts, isNegated) = selection(operand) else { return nil }
    switch (parts[1], parts[2]) {
    case (let value, .real(0)): return (parts[0], isNegated ? negated(value) : value, true)
    case (.real(0), let value): return (parts[0], isNegated ? negated(value) : value, false)
    default: return nil
    }
  }

  /// The operands of a selection or of a negated one.
  private func selection(_ operand: LoopOperand) -> (operands: [LoopOperand], isNegated: Bool)? {
    let inner = negatedOperand(operand)
    guard case .variable(let variable) = inner ?? operand, case .apply(.select, let parts)? = definitions[variable]
    else { return nil }
    return (parts, inner != nil)
  }

  /// a b, with signs pulled out and products with -1 written as negations.
  mutating func signedProduct(_ a: LoopOperand, _ b: LoopOperand) -> LoopOperand {
    if case .real(-1) = a { return negated(b) }
    if case .real(-1) = b { return negated(a) }
    if let a = negatedOperand(a) { return negated(signedProduct(a, b)) }
    return multiply(a, b)
  }
}
