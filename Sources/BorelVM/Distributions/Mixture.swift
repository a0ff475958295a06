// mixture(weights, components): one of several distributions, chosen with given probabilities.

import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// p(x) = Σ w[k] p_k(x), with the choice summed out: log p(x) is a log-sum-exp.
///
/// Components are all discrete or all continuous; point masses (`delta`) are discrete, so zero-inflated counts are mixtures.
struct Mixture: DistributionCombination {
  let weights: [Double]
  let components: [DistributionObject]

  init(weights: Value, components: [DistributionObject]) throws(Failure) {
    self.weights = try Self.probabilities(weights, count: components.count, of: "mixture", each: "component")
    if let first = components.first, let other = components.first(where: { $0.isDiscrete != first.isDiscrete }) {
      let (discrete, continuous) = first.isDiscrete ? (first, other) : (other, first)
      throw .user(
        code: "mixed-mixture",
        "a mixture of discrete \(discrete.name) and continuous \(continuous.name) has no density",
        hint: "components must be all discrete or all continuous")
    }
    self.components = components
  }

  /// Weights that are not negative and sum to 1, as violated conditions where they are not.
  static func probabilities(
    _ value: Value, count: Int, of name: String, each: String
  ) throws(Failure) -> [Double] {
    guard let array = value.asArray, array.rank == 1, array.kind != .bool else {
      throw .user(
        code: "wrong-type", "the weights of \(name) must be an array of numbers, got \(value.kindDescription)")
    }
    guard count > 0 else { throw .user(code: "invalid-argument", "\(name) needs at least one \(each)") }
    guard array.count == count else {
      throw .user(
        code: "shape-mismatch", "\(name) has \(array.count) weights but \(count) \(each)\(count == 1 ? "" : "s")")
    }
    let weights = array.realElements
    if let k = weights.firstIndex(where: { !($0 >= 0) }) {
      throw .numerical(
        code: "invalid-parameter", "`weights[\(k)]` of \(name) must be >= 0, got \(Value.shortText(of: weights[k]))")
    }
    let sum = weights.reduce(0, +)
    guard abs(sum - 1) <= 1e-6 else {
      throw .numerical(
        code: "invalid-parameter", "the weights of \(name) must sum to 1, got \(Value.shortText(of: sum))")
    }
    return weights.map { $0 / sum }
  }

  var name: String { "mixture" }
  var text: String {
    "mixture(\(Value.array(weights).shortText), \(components.map(\.text).joined(separator: ", ")))"
  }
  var isDiscrete: Bool { components.first?.isDiscrete ?? false }

  func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    try components[Self.pick(weights, caller.random.uniform())].draw(&caller)
  }

  /// The index at which the cumulative sum of the weights passes u; never one of weight zero.
  static func pick(_ weights: [Double], _ u: Double) -> Int {
    var left = u
    var last = 0
    for (k, weight) in weights.enumerated() where weight > 0 {
      last = k
      left -= weight
      if left < 0 { return k }
    }
    return last
  }

  func logDensity<Caller: MethodCaller>(of value: Value, _ caller: inout Caller) throws(Failure) -> Double {
    var terms: [Double] = []
    terms.reserveCapacity(weights.count)
    for (weight, component) in zip(weights, components) where weight > 0 {
      terms.append(log(weight) + (try component.logDensity(of: value, &caller)))
    }
    return logSumExp(terms)
  }

  func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    for component in components {
      if let conformed = try component.conform(value, subject, &caller) { return conformed }
    }
    return nil
  }

  func shape<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Int] {
    try components.first?.shape(&caller) ?? []
  }

  func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support {
    var union: Support?
    for (weight, component) in zip(weights, components) where weight > 0 {
      let support = try component.support(&caller)
      union = union.map { Self.union($0, support) } ?? support
    }
    return union ?? .discrete
  }

  private static func union(_ a: Support, _ b: Support) -> Support {
    switch (a, b) {
    case (.reals(let l1, let u1), .reals(let l2, let u2)): return .reals(lower: min(l1, l2), upper: max(u1, u2))
    case (.booleans, .booleans): return .booleans
    case (.continuous(let shape, let free1), .continuous(let other, let free2)) where shape == other:
      return .continuous(shape: shape, unconstrained: free1 && free2)
    default: break
    }
    if let x = range(a), let y = range(b) {
      // A point outside the integers' range widens it: harmless, as the density is zero between.
      let lower = x.lower.flatMap { l in y.lower.map { min(l, $0) } }
      let upper = x.upper.flatMap { u in y.upper.map { max(u, $0) } }
      return .integers(lower: lower, upper: upper)
    }
    guard a.isDiscrete, b.isDiscrete, let x = a.values(limit: 4096), let y = b.values(limit: 4096) else {
      return a.isDiscrete ? .discrete : .continuous(shape: [], unconstrained: false)
    }
    var seen = Set(x.map { ValueKey($0) })
    return .finite(x + y.filter { seen.insert(ValueKey($0)).inserted })
  }

  private static func range(_ support: Support) -> (lower: Int?, upper: Int?)? {
    switch support {
    case .integers(let lower, let upper): return (lower, upper)
    case .finite(let values):
      let numbers = values.compactMap(\.asInt)
      guard numbers.count == values.count, let low = numbers.min(), let high = numbers.max() else { return nil }
      return (low, high)
    default: return nil
    }
  }

  func cdf<Caller: MethodCaller>(
    at x: Double, tail: CDFTail, _ caller: inout Caller
  ) throws(Failure) -> Double {
    var terms: [Double] = []
    for (weight, component) in zip(weights, components) where weight > 0 {
      let mass = try component.cdf(at: x, tail: tail, &caller)
      terms.append(tail.isLog ? log(weight) + mass : weight * mass)
    }
    return tail.isLog ? min(0, logSumExp(terms)) : min(1, terms.reduce(0, +))
  }

  func quantile<Caller: MethodCaller>(_ p: Double, _ caller: inout Caller) throws(Failure) -> Double {
    try QuantileSearch(DistributionObject(self)).quantile(p, &caller)
  }

  func mean<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    try .real(moments(&caller).mean)
  }

  func variance<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    let moments = try moments(&caller)
    var variance = 0.0
    for (index, (weight, component)) in zip(weights, components).enumerated() where weight > 0 {
      guard let within = try component.variance(&caller).asReal else { throw .missing("variance", of: name) }
      let distance = moments.means[index] - moments.mean
      variance += weight * (within + distance * distance)
    }
    return .real(variance)
  }

  private func moments<Caller: MethodCaller>(
    _ caller: inout Caller
  ) throws(Failure) -> (mean: Double, means: [Double]) {
    var means: [Double] = []
    for (weight, component) in zip(weights, components) {
      guard weight > 0 else {
        means.append(0)
        continue
      }
      guard let mean = try component.mean(&caller).asReal else { throw .missing("mean of arrays", of: name) }
      means.append(mean)
    }
    return (zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 }, means)
  }
}
