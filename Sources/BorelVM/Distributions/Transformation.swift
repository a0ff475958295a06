// transformed(d, forward, inverse, log_jacobian): the distribution of a function of a draw.

import BorelSemantics
import BorelValues

/// Y = f(X) for a one-to-one f: log p(y) = log p_X(g(y)) - log |f'(g(y))| with g the inverse of f.
///
/// The three functions are given by the user: `forward` f, `inverse` g, and `log_jacobian`, the log of |f'| (of the determinant, for arrays) as a
/// function of x. A discrete d needs no `log_jacobian`.
struct Transformation: DistributionCombination {
  let base: DistributionObject
  let forward, inverse, logJacobian: Value

  var components: [DistributionObject] { [base] }

  init(_ base: DistributionObject, forward: Value, inverse: Value, logJacobian: Value) throws(Failure) {
    for (value, parameter) in [(forward, "forward"), (inverse, "inverse"), (logJacobian, "log_jacobian")] {
      if value.tag == .function { continue }
      if parameter == "log_jacobian", case .null = value {
        if base.isDiscrete { continue }
        throw .user(
          code: "missing-argument", "transformed needs `log_jacobian` for the continuous distribution \(base.name)",
          hint: "the log of the absolute derivative of `forward`, as a function of x")
      }
      throw .user(
        code: "wrong-type", "`\(parameter)` of transformed must be a function, got \(value.kindDescription)")
    }
    self.base = base
    self.forward = forward
    self.inverse = inverse
    self.logJacobian = logJacobian
  }

  var name: String { "transformed" }
  var text: String { "transformed(\(base.text), ...)" }
  var isDiscrete: Bool { base.isDiscrete }

  func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    try caller.callValue(forward, [try base.draw(&caller)])
  }

  func logDensity<Caller: MethodCaller>(of value: Value, _ caller: inout Caller) throws(Failure) -> Double {
    let x = try caller.callValue(inverse, [value])
    // A y outside the range of f has no inverse.
    if case .real(let number) = x, number.isNaN { return -.infinity }
    let density = try base.logDensity(of: x, &caller)
    if density == -.infinity || isDiscrete { return density }
    guard let slope = try caller.callValue(logJacobian, [x]).asReal else {
      throw .user(code: "wrong-type", "`log_jacobian` of transformed must return a number")
    }
    let result = density - slope
    if result.isNaN {
      throw .numerical(
        code: "undefined-density", "the log density of \(text) at \(value.shortText) is not a number")
    }
    return result
  }

  func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    switch value {
    case .int(let n): return isDiscrete ? value : .real(Double(n))
    case .real, .bool: return value
    case .object(let object):
      guard let array = object as? ArrayObject else { return value }
      return array.kind == .int && !isDiscrete ? .object(array.widened()) : value
    case .null: throw SupportPlan.mismatch(value, DistributionObject(self), shape: [], subject)
    }
  }

  func shape<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Int] { try base.shape(&caller) }

  /// Discrete values are mapped; of a continuous range nothing is known.
  func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support {
    switch try base.support(&caller) {
    case .reals: return .reals(lower: -.infinity, upper: .infinity)
    case .continuous(let shape, _): return .continuous(shape: shape, unconstrained: false)
    case let discrete:
      guard let values = discrete.values(limit: 4096) else { return .discrete }
      var images: [Value] = []
      for value in values { images.append(try caller.callValue(forward, [value])) }
      return .finite(images)
    }
  }
}
