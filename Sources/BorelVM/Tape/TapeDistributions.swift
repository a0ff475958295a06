// Distributions whose arguments have nodes: how they are made, and their primitives.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

extension DistributionObject {
  /// Whether an argument, or one of a part, has nodes.
  var hasNodes: Bool {
    if tracedArguments != nil { return true }
    guard let combination else { return false }
    if let product = combination as? ElementProduct { return product.parts.contains(where: \.hasNodes) }
    return combination.components.contains(where: \.hasNodes)
  }

  /// The arguments with the nodes that there are: of a plain distribution, a product or a combination of others.
  func traced(_ index: Int) -> Value? {
    guard let tracedArguments, index < tracedArguments.count else { return nil }
    return tracedArguments[index]
  }

  /// The elements of an independent product with their nodes.
  func tracedElements(_ product: IndependentProduct, _ arguments: [Value]) -> IndependentElements {
    IndependentElements(
      shape: product.outerShape,
      element: { offset in
        let element = product.element(offset)
        element.tracedArguments = arguments.enumerated().map { index, argument in
          guard product.isElement[index] else { return argument }
          return (argument.asObject as? TracedArray)?.element(offset) ?? element.argument(index)
        }
        return element
      })
  }
}

extension MachineStorage {
  /// Applies a definition to arguments with nodes: checked without them, kept with them.
  func makeTracedDistribution(
    _ id: DistributionID, _ arguments: [Value], operandOffset: Int
  ) throws(Failure) -> Value {
    var caller = MachineReference(storage: self)
    var place = location
    place.operandOffset = operandOffset
    let plain = try program.tables[id].apply(arguments.map(\.withoutNodes), at: place, &caller)
    guard let distribution = plain.asObject as? DistributionObject else { return plain }
    let checked =
      distribution.definition == nil
      ? (distribution.combination as? IndependentProduct)?.arguments ?? [] : distribution.arguments
    distribution.tracedArguments = checked.enumerated().map { index, value in
      index < arguments.count && arguments[index].hasNodes ? arguments[index] : value
    }
    return plain
  }

  /// Combines distributions; arguments that are numbers keep their nodes beside the combination.
  func performCombinator(_ call: TapeCall) throws(Failure) -> Value {
    let result = try call.performWithoutNodes()
    guard let distribution = result.asObject as? DistributionObject,
      call.arguments.contains(where: { !($0.asObject is DistributionObject) && $0.hasNodes })
    else { return result }
    func attach(_ distribution: DistributionObject) {
      if let product = distribution.combination as? ElementProduct {
        product.parts.forEach(attach)
      } else {
        distribution.tracedArguments = call.arguments
      }
    }
    attach(distribution)
    return result
  }

  /// Calls a method of a plain distribution with nodes in its arguments.
  func callTraced(_ method: FunctionID, of distribution: DistributionObject, _ x: Value?) throws(Failure) -> Value {
    var arguments = distribution.tracedArguments ?? distribution.arguments
    if let x { arguments.append(x) }
    return try call(method, arguments)
  }
}

extension TapeRules {
  static let distributions: [(String, TapeRule)] = [
    ("logpdf", .whole { (call) throws(Failure) in Value(try density(&call)) }),
    ("pdf", .whole { (call) throws(Failure) in Value(try call.tape.apply("exp", density(&call))) }),
    ("cdf", .whole { (call) throws(Failure) in try tail(&call, .lower) }),
    ("ccdf", .whole { (call) throws(Failure) in try tail(&call, .upper) }),
    ("logcdf", .whole { (call) throws(Failure) in try tail(&call, .logLower) }),
    ("logccdf", .whole { (call) throws(Failure) in try tail(&call, .logUpper) }),
    ("do", .opaque),
  ]

  private static func distribution(_ call: TapeCall) throws(Failure) -> DistributionObject? {
    call.arguments[0].asObject as? DistributionObject
  }

  private static func density(_ call: inout TapeCall) throws(Failure) -> Dual {
    guard let distribution = try distribution(call) else {
      // The ordinary way says what is wrong.
      return Dual(try call.performWithoutNodes().asReal ?? .nan)
    }
    return try call.machine.tracedLogDensity(of: call.arguments[1], distribution)
  }

  private static func tail(_ call: inout TapeCall, _ tail: CDFTail) throws(Failure) -> Value {
    guard let distribution = try distribution(call), let x = call.arguments[1].asDual else {
      return try call.performWithoutNodes()
    }
    return Value(try call.machine.tracedCDF(of: distribution, at: x, tail: tail))
  }

  /// The mean or variance of a plain distribution.
  static func moment(_ call: inout TapeCall, _ name: String) throws(Failure) -> Value {
    guard let distribution = try distribution(call), let definition = distribution.definition,
      let method = name == "mean" ? definition.methods.mean : definition.methods.variance
    else { throw .noDerivative(name, argument: 0, at: call.machine.location.span) }
    return try call.machine.callTraced(method, of: distribution, nil)
  }

  static func quantileOfDistribution(_ call: inout TapeCall) throws(Failure) -> Value {
    guard let distribution = try distribution(call) else { return try call.performWithoutNodes() }
    guard distribution.hasNodes || call.arguments[1].hasNodes else { return try call.performWithoutNodes() }
    if distribution.isDiscrete { return try call.performWithoutNodes() }
    guard let method = distribution.definition?.methods.quantile, let p = call.arguments[1].asDual else {
      throw call.noDerivative(0)
    }
    return try call.machine.callTraced(method, of: distribution, Value(p))
  }
}
