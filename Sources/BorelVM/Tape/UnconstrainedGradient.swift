// The gradient over unconstrained space: what samplers that move all continuous choices at once need.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

extension TapeEvaluator {
  /// The position of given choices in unconstrained space.
  public func position(of given: GivenChoices) throws(Failure) -> UnconstrainedPosition {
    var position = UnconstrainedPosition()
    var trace = Trace()
    _ = try run(&trace) { (run, address, distribution) throws(Failure) in
      guard let found = given.value(for: address) else { throw missingChoice(address, at: run.span, unused: []) }
      let value = try run.converted(found.value)
      guard !distribution.isDiscrete, let operand = TapeOperand(value) else {
        position.discrete[address] = value
        return value
      }
      let support = try run.support()
      guard support.shape == operand.shape else { throw run.unexpected(support.shape, value) }
      let numbers = try support.unconstrained(operand.elements[...], on: tape)
      position.coordinates.append((address, numbers.map(\.value)))
      return value
    }
    return position
  }

  /// The log density at a position with its derivatives; with `includesJacobian`, the density over unconstrained space.
  ///
  /// Every continuous choice that the execution reaches needs its numbers, and every discrete one its value.
  public func logDensityGradient(
    at position: UnconstrainedPosition, includesJacobian: Bool = true
  ) throws(Failure) -> UnconstrainedGradient {
    var trace = Trace()
    var places: [Address: Int] = [:]
    for (place, coordinate) in position.coordinates.enumerated() { places[coordinate.address] = place }
    var inputs: [(place: Int, nodes: [Int])] = []
    var logJacobian = Dual(0)
    let target = try run(&trace) { (run, address, distribution) throws(Failure) in
      if distribution.isDiscrete {
        guard let found = position.discrete.value(for: address) else {
          throw missingChoice(address, at: run.span, unused: [])
        }
        return try run.converted(found.value)
      }
      guard let place = places[address] else { throw missingChoice(address, at: run.span, unused: []) }
      let support = try run.support()
      let numbers = position.coordinates[place].values
      guard numbers.count == support.dimension else { throw run.unexpected(support.dimension, numbers.count) }
      var y: [Dual] = []
      for number in numbers { y.append(Dual(number, node: try tape.input())) }
      inputs.append((place, y.map(\.node)))
      let (x, slope) = try support.constrained(y[...], on: tape)
      logJacobian = try tape.add(logJacobian, slope)
      return Value(x, shape: support.shape)
    }
    let total = includesJacobian ? try tape.add(target, logJacobian) : target
    let adjoints = try tape.adjoints(of: total.value > -.infinity ? total.node : 0)
    var derivatives = position.coordinates.map { coordinate in
      (address: coordinate.address, values: [Double](repeating: 0, count: coordinate.values.count))
    }
    for input in inputs {
      derivatives[input.place].values = input.nodes.map { total.value > -.infinity ? adjoints[$0] : .nan }
    }
    return UnconstrainedGradient(
      trace: trace, logDensity: total.value, logJacobian: logJacobian.value, derivatives: derivatives)
  }
}

extension TapeRun {
  func support() throws(Failure) -> TapeSupport {
    try placed { (pending) throws(Failure) in try storage.tracedSupport(of: pending.distribution) }
  }

  fileprivate func unexpected(_ dimension: Int, _ count: Int) -> Failure {
    failure("\(dimension) unconstrained numbers are needed for this choice, got \(count)")
  }

  fileprivate func unexpected(_ shape: [Int], _ value: Value) -> Failure {
    failure("the support has values of \(Value.shapeText(shape)), got \(value.kindDescription)")
  }

  private func failure(_ message: String) -> Failure {
    Failure(.user, Diagnostic(code: "value-mismatch", message, at: span))
  }
}

extension Value {
  /// A number, or an array, from numbers with nodes.
  init(_ numbers: [Dual], shape: [Int]) {
    if shape.isEmpty, let number = numbers.first {
      self.init(number)
      return
    }
    self = .joined(
      .array(numbers.map(\.value), shape: shape),
      .object(ArrayObject(numbers.map(\.node), shape: shape)))
  }
}
