// The combinators of the language: distributions made from distributions.

import BorelSemantics
import BorelSource
import BorelValues

/// Makes combined distributions; each function checks its arguments as the primitive of the same name does.
public enum Combinators {
  /// Combinations inside one another that are allowed: each level of a density or a draw is a call.
  private static let maximumNesting = 100

  private static func checkNesting(_ parts: DistributionObject...) throws(Failure) { try checkNesting(parts) }

  private static func checkNesting(_ parts: [DistributionObject]) throws(Failure) {
    guard parts.contains(where: { $0.nesting >= maximumNesting }) else { return }
    throw Failure(
      .limit,
      Diagnostic(
        code: "nested-too-deeply",
        "distributions are combined more than \(maximumNesting) levels deep",
        hint: "a loop or a recursion may wrap a distribution again and again: start from the plain one"))
  }

  /// Independent draws: `size` is an Int or an array of sizes.
  public static func iid(_ base: DistributionObject, size: Value) throws(Failure) -> DistributionObject {
    try checkNesting(base)
    return DistributionObject(try Repetition(base, size: size))
  }

  /// `components` are distributions, or one list of them.
  public static func mixture(weights: Value, _ components: [Value]) throws(Failure) -> DistributionObject {
    var values = components
    if values.count == 1, let list = values[0].asObject as? ListObject { values = list.elements }
    if values.count == 1, values[0].asArray?.count == 0 { values = [] }
    var distributions: [DistributionObject] = []
    for value in values {
      guard let distribution = value.asObject as? DistributionObject else {
        throw .user(
          code: "wrong-type", "the components of mixture must be distributions, got \(value.kindDescription)")
      }
      distributions.append(distribution)
    }
    try checkNesting(distributions)
    return DistributionObject(try Mixture(weights: weights, components: distributions))
  }

  /// Restricts to [lower, upper]; null for no bound. A product is truncated element by element.
  public static func truncate<Caller: MethodCaller>(
    _ base: DistributionObject, lower: Value, upper: Value, _ caller: inout Caller
  ) throws(Failure) -> DistributionObject {
    try checkNesting(base)
    return try ElementProduct.map(base, name: "truncate") { (part) throws(Failure) in
      try Truncation(part, lower: lower, upper: upper, &caller)
    }
  }

  /// Clamps draws to [lower, upper]; null for no bound. A product is censored element by element.
  public static func censor<Caller: MethodCaller>(
    _ base: DistributionObject, lower: Value, upper: Value, _ caller: inout Caller
  ) throws(Failure) -> DistributionObject {
    try checkNesting(base)
    return try ElementProduct.map(base, name: "censor") { (part) throws(Failure) in
      try Censoring(part, lower: lower, upper: upper, &caller)
    }
  }

  /// n draws in ascending order.
  public static func ordered<Caller: MethodCaller>(
    _ base: DistributionObject, size: Value, _ caller: inout Caller
  ) throws(Failure) -> DistributionObject {
    try checkNesting(base)
    return DistributionObject(try OrderedDraws(base, size: size, &caller))
  }

  /// The distribution of `forward(x)`; see `Transformation`.
  public static func transformed(
    _ base: DistributionObject, forward: Value, inverse: Value, logJacobian: Value
  ) throws(Failure) -> DistributionObject {
    try checkNesting(base)
    return DistributionObject(
      try Transformation(base, forward: forward, inverse: inverse, logJacobian: logJacobian))
  }

  /// All mass at one value.
  public static func delta(_ value: Value) -> DistributionObject { DistributionObject(PointMass(value: value)) }

  /// One of the values (a list, array or tuple) with given probabilities.
  public static func finite(_ values: Value, weights: Value) throws(Failure) -> DistributionObject {
    let elements: [Value]
    switch values.asObject {
    case let array as ArrayObject: elements = (0..<array.shape[0]).map(array.row)
    case let list as ListObject: elements = list.elements
    case let tuple as TupleObject: elements = tuple.elements
    default:
      throw .user(code: "wrong-type", "the values of finite must be a list or an array, got \(values.kindDescription)")
    }
    return DistributionObject(try FiniteDistribution(elements, weights: weights))
  }
}
