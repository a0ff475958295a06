// Log densities and distribution functions with nodes: the formulas of the combinations once more, on numbers that the tape records.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelValues

extension MachineStorage {
  private var recording: Tape {
    get throws(Failure) {
      guard let tape else {
        throw Failure(.internal, .init(code: "internal-error", "internal error, please report: no tape is recording"))
      }
      return tape
    }
  }

  /// log p(value), -inf outside the support; see `DistributionObject.logDensity`.
  func tracedLogDensity(of value: Value, _ distribution: DistributionObject) throws(Failure) -> Dual {
    var caller = MachineReference(storage: self)
    guard distribution.hasNodes || value.hasNodes || distribution.callsFunctions else {
      return Dual(try distribution.logDensity(of: value, &caller))
    }
    let plain = value.withoutNodes
    guard let definition = distribution.definition else {
      guard let combination = distribution.combination else { throw .missing("logpdf", of: distribution.name) }
      guard let conformed = try combination.conform(plain, { "the value is" }, &caller) else { return Dual(-.infinity) }
      return try logDensity(of: Self.kept(value, conformed), plain: conformed, distribution, combination)
    }
    guard let method = definition.methods.logpdf else { throw .missing("logpdf", of: distribution.name) }
    guard let x = try definition.support.conform(plain, distribution, { "the value is" }, &caller),
      try definition.support.contains(x, distribution, &caller)
    else { return Dual(-.infinity) }
    let result = try callTraced(method, of: distribution, Self.kept(value, x))
    guard let density = result.asDual else {
      throw .user(
        code: "wrong-type", "logpdf of \(distribution.name) must be a number, got \(result.shortText)")
    }
    if density.value.isNaN { throw undefinedDensity(distribution, at: x) }
    return density
  }

  private func undefinedDensity(_ distribution: DistributionObject, at x: Value) -> Failure {
    .numerical(
      code: "undefined-density", "the log density of \(distribution.text) at \(x.shortText) is not a number")
  }

  /// The value with its nodes, unless it has been converted to something that has none.
  private static func kept(_ value: Value, _ conformed: Value) -> Value {
    guard value.isTracedNumber else { return conformed }
    switch conformed {
    case .real: return value
    case .object(let object): return (object as? ArrayObject)?.kind == .real ? value : conformed
    default: return conformed
    }
  }

  private func logDensity(
    of value: Value, plain: Value, _ distribution: DistributionObject, _ combination: any DistributionCombination
  ) throws(Failure) -> Dual {
    let tape = try recording
    switch combination {
    case let product as any ElementwiseCombination: return try logDensity(of: value, distribution, product)
    case let mixture as Mixture:
      var terms: [Dual] = []
      for (k, weight) in try weights(distribution, mixture.weights).enumerated() where weight.value > 0 {
        let density = try tracedLogDensity(of: value, mixture.components[k])
        terms.append(try tape.add(tape.apply("log", weight), density))
      }
      return try tape.logSumExp(terms)
    case let truncation as Truncation:
      guard truncation.contains(plain) else { return Dual(-.infinity) }
      return try tape.subtract(tracedLogDensity(of: value, truncation.base), logMass(truncation, distribution))
    case let censoring as Censoring:
      guard let x = plain.asReal else { return try tracedLogDensity(of: value, censoring.base) }
      if x < censoring.lower || x > censoring.upper { return Dual(-.infinity) }
      if censoring.lower == censoring.upper { return Dual(0) }
      if x == censoring.lower {
        let place = distribution.traced(1)?.asDual ?? Dual(x)
        return try tracedCDF(of: censoring.base, at: place, tail: .logLower)
      }
      if x == censoring.upper {
        let place = censoring.isDiscrete ? Dual(x - 1) : distribution.traced(2)?.asDual ?? Dual(x)
        return try tracedCDF(of: censoring.base, at: place, tail: .logUpper)
      }
      return try tracedLogDensity(of: value, censoring.base)
    case let draws as OrderedDraws: return try logDensity(of: value, plain, draws)
    case let transformation as Transformation:
      let x = try callValue(transformation.inverse, [value])
      if let number = x.asDual, number.value.isNaN { return Dual(-.infinity) }
      let density = try tracedLogDensity(of: x, transformation.base)
      if density.value == -.infinity || transformation.isDiscrete { return density }
      guard let slope = try callValue(transformation.logJacobian, [x]).asDual else {
        throw .user(code: "wrong-type", "`log_jacobian` of transformed must return a number")
      }
      let result = try tape.subtract(density, slope)
      if result.value.isNaN { throw undefinedDensity(distribution, at: plain) }
      return result
    case let finite as FiniteDistribution:
      guard let place = finite.values.firstIndex(where: { ValueKey($0) == ValueKey(plain) }) else {
        return Dual(-.infinity)
      }
      return try tape.apply("log", weight(of: place, finite, distribution))
    default:
      guard !distribution.hasNodes || combination is PointMass else {
        throw .noDerivative("logpdf of \(distribution.name)", argument: 0, at: location.span)
      }
      var caller = MachineReference(storage: self)
      return Dual(try combination.logDensity(of: plain, &caller))
    }
  }

  private func logDensity(
    of value: Value, _ distribution: DistributionObject, _ product: any ElementwiseCombination
  ) throws(Failure) -> Dual {
    let tape = try recording
    let traced = value.asObject as? TracedArray
    guard let array = traced?.values ?? value.asArray, let elements = distribution.elements else {
      return Dual(-.infinity)
    }
    let inner = Array(array.shape.dropFirst(product.outerShape.count))
    var total = Dual(0)
    for offset in 0..<product.count {
      let part: Value
      if inner.isEmpty {
        part = traced?.element(offset) ?? array.element(offset)
      } else if let traced {
        part = .joined(traced.values.part(offset, shape: inner), traced.nodes.part(offset, shape: inner))
      } else {
        part = array.part(offset, shape: inner)
      }
      total = try tape.add(total, tracedLogDensity(of: part, elements.element(offset)))
      if total.value == -.infinity { return Dual(-.infinity) }
    }
    return total
  }

  private func logDensity(of value: Value, _ plain: Value, _ draws: OrderedDraws) throws(Failure) -> Dual {
    let tape = try recording
    guard let array = plain.asArray else { return Dual(-.infinity) }
    let traced = value.asObject as? TracedArray
    var total = Dual(Special.lgamma(Double(draws.count) + 1))
    var run = 1.0
    for offset in 0..<draws.count {
      if offset > 0 {
        let (before, here) = (array.real(offset - 1), array.real(offset))
        if here < before { return Dual(-.infinity) }
        run = here == before ? run + 1 : 1
        if draws.isDiscrete { total.value -= Special.log(run) }
      }
      let element = traced?.element(offset) ?? array.element(offset)
      total = try tape.add(total, tracedLogDensity(of: element, draws.base))
      if total.value == -.infinity { return Dual(-.infinity) }
    }
    return total
  }

  // MARK: Weights

  /// Weights that sum to 1, with the nodes of those that were given.
  private func weights(_ distribution: DistributionObject, _ plain: [Double]) throws(Failure) -> [Dual] {
    guard let argument = distribution.tracedArguments?.first(where: { $0.asObject is TracedArray }),
      let given = TapeOperand(argument)
    else { return plain.map { Dual($0) } }
    let tape = try recording
    let total = try tape.sum(given.elements)
    var result: [Dual] = []
    for weight in given.elements { result.append(try tape.divide(weight, total)) }
    return result
  }

  /// The weight of one of the distinct values: the sum of those of equal values.
  private func weight(
    of place: Int, _ finite: FiniteDistribution, _ distribution: DistributionObject
  ) throws(Failure) -> Dual {
    guard distribution.traced(1)?.asObject is TracedArray else { return Dual(finite.weights[place]) }
    let all: [Value]
    switch distribution.traced(0)?.withoutNodes.asObject {
    case let array as ArrayObject: all = (0..<array.shape[0]).map(array.row)
    case let list as ListObject: all = list.elements
    case let tuple as TupleObject: all = tuple.elements
    default: all = finite.values
    }
    let tape = try recording
    let key = ValueKey(finite.values[place])
    var sum = Dual(0)
    for (value, weight) in zip(all, try weights(distribution, finite.weights)) where ValueKey(value) == key {
      sum = try tape.add(sum, weight)
    }
    return sum
  }

  // MARK: Truncation

  /// log P(lower <= X <= upper).
  private func logMass(_ truncation: Truncation, _ distribution: DistributionObject) throws(Failure) -> Dual {
    let (start, end) = ends(truncation, distribution)
    guard truncation.base.hasNodes || start.node != 0 || end.node != 0 else { return Dual(truncation.logMass) }
    return try logBetween(start, end, truncation.base)
  }

  /// The places whose tails are cut off, with the nodes of the bounds.
  private func ends(_ truncation: Truncation, _ distribution: DistributionObject) -> (start: Dual, end: Dual) {
    let (low, high) = (truncation.lower, truncation.upper)
    if truncation.isDiscrete { return (Dual(low.rounded(.up) - 1), Dual(high.rounded(.down))) }
    return (
      Dual(low, node: distribution.traced(1)?.asDual?.node ?? 0),
      Dual(high, node: distribution.traced(2)?.asDual?.node ?? 0)
    )
  }

  /// log P(start < X <= end), on the side where the tails keep their digits.
  private func logBetween(_ start: Dual, _ end: Dual, _ base: DistributionObject) throws(Failure) -> Dual {
    let tape = try recording
    let before = try tailMass(.logLower, base, start)
    let behind = try tailMass(.logUpper, base, end)
    let half = -0.6931471805599453
    if before.value > half { return try tape.logDiffExp(tailMass(.logUpper, base, start), behind) }
    if behind.value > half { return try tape.logDiffExp(tailMass(.logLower, base, end), before) }
    let outside = try tape.add(tape.apply("exp", before), tape.apply("exp", behind))
    return try tape.apply("log1p", tape.negate(outside))
  }

  /// The log of a tail's mass, which bounds at infinity leave alone.
  private func tailMass(_ tail: CDFTail, _ base: DistributionObject, _ place: Dual) throws(Failure) -> Dual {
    if place.value.isInfinite { return Dual(tail.limit(atStart: place.value < 0)) }
    return try tracedCDF(of: base, at: place, tail: tail)
  }

  /// A tail of a truncated distribution between its bounds; see `Truncation.cdf`.
  private func tracedCDF(
    of truncation: Truncation, _ distribution: DistributionObject, at x: Dual, tail: CDFTail
  ) throws(Failure) -> Dual {
    let tape = try recording
    let base = truncation.base
    let place = truncation.isDiscrete ? Dual(x.value.rounded(.down)) : x
    let (start, end) = ends(truncation, distribution)
    let part: Dual
    switch (truncation.isUpperHalf, tail.isUpper) {
    case (_, true): part = try logBetween(place, end, base)
    case (true, false):
      part = try tape.logDiffExp(tailMass(.logUpper, base, start), tailMass(.logUpper, base, place))
    case (false, false):
      part = try tape.logDiffExp(tailMass(.logLower, base, place), tailMass(.logLower, base, start))
    }
    let result = try tape.subtract(part, logMass(truncation, distribution))
    return tail.isLog ? result : try tape.apply("exp", result)
  }

  // MARK: Distribution functions

  /// P(X <= x) or P(X > x), or its log; see `DistributionObject.cdf`.
  func tracedCDF(of distribution: DistributionObject, at x: Dual, tail: CDFTail) throws(Failure) -> Dual {
    var caller = MachineReference(storage: self)
    let plain = try distribution.cdf(at: x.value, tail: tail, &caller)
    guard distribution.hasNodes || x.node != 0 && !distribution.isDiscrete else { return Dual(plain) }
    let tape = try recording
    guard let definition = distribution.definition else {
      switch distribution.combination {
      case let mixture as Mixture:
        var terms: [Dual] = []
        for (k, weight) in try weights(distribution, mixture.weights).enumerated() where weight.value > 0 {
          let mass = try tracedCDF(of: mixture.components[k], at: x, tail: tail)
          terms.append(
            tail.isLog ? try tape.add(tape.apply("log", weight), mass) : try tape.multiply(weight, mass))
        }
        return tail.isLog ? try tape.logSumExp(terms) : try tape.sum(terms)
      case let censoring as Censoring where x.value >= censoring.lower && x.value < censoring.upper:
        return try tracedCDF(of: censoring.base, at: x, tail: tail)
      case let truncation as Truncation
      where (truncation.isDiscrete ? x.value >= truncation.lower : x.value > truncation.lower)
        && x.value < truncation.upper:
        return Dual(plain, node: try tracedCDF(of: truncation, distribution, at: x, tail: tail).node)
      case is Censoring, is Truncation, is PointMass: return Dual(plain)
      default: throw .noDerivative("\(tail.rawValue) of \(distribution.name)", argument: 0, at: location.span)
      }
    }
    let isOutside =
      switch try definition.support.evaluated(distribution, &caller) {
      case .reals(let lower, let upper): x.value <= lower && x.value < upper || x.value >= upper
      case .integers(let lower, let upper):
        lower.map { x.value < Double($0) } ?? false || upper.map { x.value >= Double($0) } ?? false
      case .booleans: x.value < 0 || x.value >= 1
      default: true
      }
    if isOutside || x.value.isInfinite || x.value.isNaN { return Dual(plain) }
    let methods = definition.methods
    func finish(_ value: Dual, _ names: [String]) throws(Failure) -> Dual {
      var value = value
      for name in names {
        value = name == "1-" ? try tape.subtract(Dual(1), value) : try tape.apply(name, value)
      }
      return value
    }
    // The same order of preference as without nodes.
    let routes: [(FunctionID?, [String])] =
      switch tail {
      case .lower:
        [(methods.cdf, []), (methods.logcdf, ["exp"]), (methods.ccdf, ["1-"]), (methods.logccdf, ["exp", "1-"])]
      case .upper:
        [(methods.ccdf, []), (methods.logccdf, ["exp"]), (methods.cdf, ["1-"]), (methods.logcdf, ["exp", "1-"])]
      case .logLower:
        [
          (methods.logcdf, []), (methods.cdf, ["log"]), (methods.logccdf, ["log1m_exp"]),
          (methods.ccdf, ["1-", "log"]),
        ]
      case .logUpper:
        [
          (methods.logccdf, []), (methods.ccdf, ["log"]), (methods.logcdf, ["log1m_exp"]),
          (methods.cdf, ["1-", "log"]),
        ]
      }
    let variate: Value = distribution.isDiscrete ? .int(Int(clamping: x.value.rounded(.down))) : Value(x)
    for case (let method?, let names) in routes {
      guard let value = try callTraced(method, of: distribution, variate).asDual else { break }
      return Dual(plain, node: try finish(value, names).node)
    }
    throw .missing(tail.rawValue, of: distribution.name)
  }
}

extension DistributionObject {
  /// Whether the density calls functions of the user's, which may have captured values with nodes.
  fileprivate var callsFunctions: Bool {
    guard let combination else { return false }
    return combination is Transformation || combination.components.contains(where: \.callsFunctions)
  }
}

extension Tape {
  /// log(Σ e^x); -inf for no terms.
  func logSumExp(_ terms: [Dual]) throws(Failure) -> Dual {
    let value = BorelVM.logSumExp(terms.map(\.value))
    return try linear(value, terms.map { ($0.node, $0.value == -.infinity ? 0 : Special.exp($0.value - value)) })
  }

  /// log(e^a - e^b), b perhaps -inf.
  func logDiffExp(_ a: Dual, _ b: Dual) throws(Failure) -> Dual {
    if b.value == -.infinity { return a }
    let difference = try apply("log_diff_exp", a, b)
    return Dual(BorelVM.logDiffExp(a.value, b.value), node: difference.node)
  }
}
