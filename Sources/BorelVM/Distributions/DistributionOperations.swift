// What every distribution value answers: draw, log density, support, cdf, quantile, moments.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension DistributionObject {
  /// The name of the definition or of the combination.
  public var name: String { definition?.name ?? combination?.name ?? "distribution" }

  /// The distribution as it could be written: `normal(0, 5)`.
  public var text: String { text(depth: 0) }

  func text(depth: Int) -> String {
    guard let definition else { return combination?.text ?? name }
    let arguments = self.arguments.map { $0.shortText(limit: 6, depth: depth + 1) }
    return "\(definition.name)(\(arguments.joined(separator: ", ")))"
  }

  /// True for masses, false for densities.
  public var isDiscrete: Bool { definition?.isDiscrete ?? combination?.isDiscrete ?? false }

  /// The parts of an independent product, nil for anything else.
  public var elements: IndependentElements? {
    if let tracedArguments, let product = combination as? IndependentProduct {
      return tracedElements(product, tracedArguments)
    }
    return combination?.elements
  }

  // MARK: Draws and densities

  /// A draw from the caller's random stream, in the type of the support: Real, Int, Bool or an array of these.
  public func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    guard let definition else {
      guard let combination else { throw .missing("sample", of: name) }
      return try combination.draw(&caller)
    }
    guard let method = definition.methods.sample else { throw .missing("sample", of: name) }
    let value = try caller.call(method, of: self, nil)
    if case .real(let x) = value, !definition.support.kind.isDiscrete, !x.isNaN { return value }
    if case .some(let conformed) = try definition.support.conform(value, self, { "a draw is" }, &caller) {
      if case .real(let x) = conformed, x.isNaN { throw undefined("draw") }
      return conformed
    }
    throw undefined("draw \(value.shortText)")
  }

  /// log p(value): -inf outside the support; a value of the wrong type or shape is an error of the user's.
  ///
  /// With respect to Lebesgue measure for continuous distributions and counting measure for discrete ones.
  public func logDensity<Caller: MethodCaller>(
    of value: Value, _ caller: inout Caller
  ) throws(Failure) -> Double {
    guard let definition else {
      guard let combination else { throw .missing("logpdf", of: name) }
      guard let value = try combination.conform(value, { "the value is" }, &caller) else { return -.infinity }
      return try combination.logDensity(of: value, &caller)
    }
    guard let method = definition.methods.logpdf else { throw .missing("logpdf", of: name) }
    guard let x = try definition.support.conform(value, self, { "the value is" }, &caller),
      try definition.support.contains(x, self, &caller)
    else { return -.infinity }
    let result = try caller.call(method, of: self, x)
    switch result {
    case .real(let density):
      if density.isNaN { throw undefinedDensity(of: x) }
      return density
    case .int(let density): return Double(density)
    default:
      throw .user(code: "wrong-type", "logpdf of \(name) must be a number, got \(result.shortText)")
    }
  }

  private func undefinedDensity(of x: Value) -> Failure {
    .numerical(code: "undefined-density", "the log density of \(text) at \(x.shortText) is not a number")
  }

  private func undefined(_ what: String) -> Failure {
    .numerical(code: "undefined-draw", "\(text) gave an undefined \(what)")
  }

  /// The value in the type of a draw: nil where its structure is right but no draw can equal it.
  ///
  /// `subject` names the value in messages: "`y` is conditioned on".
  func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    if let definition { return try definition.support.conform(value, self, subject, &caller) }
    return try combination?.conform(value, subject, &caller)
  }

  /// A given value in the type of a draw: Int to Real, 0 and 1 to Bool. One that cannot be drawn stays as it is and has density zero.
  ///
  /// A value of another type or shape is an error: "`y` is conditioned on an array of 7 elements, but normal gives 8 elements".
  public func converted<Caller: MethodCaller>(
    _ value: Value, at address: Address?, _ verb: String, _ caller: inout Caller
  ) throws(Failure) -> Value {
    if case .real = value, definition?.support.kind == .real { return value }
    let subject = { address.map { "`\($0)` is \(verb)" } ?? "the value is" }
    return try conform(value, subject, &caller) ?? value
  }

  /// A scalar in the type of a plain distribution's draws, unchanged where that takes more than a look at its kind.
  func convertedScalar(_ value: Value) -> Value {
    guard let definition, case .fits(let converted) = SupportPlan.scalar(value, definition.support.kind) else {
      return value
    }
    return converted
  }

  public func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support {
    if let definition { return try definition.support.evaluated(self, &caller) }
    guard let combination else { throw .missing("support", of: name) }
    return try combination.support(&caller)
  }

  /// The shape of a draw; empty for scalars.
  public func shape<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Int] {
    if let definition { return try definition.support.shape(of: self, &caller) }
    return try combination?.shape(&caller) ?? []
  }

  // MARK: Cumulative distribution

  /// P(X <= x) or P(X > x), or its log.
  ///
  /// A plain distribution uses the method that answers directly; a missing one is derived from another where that loses nothing
  /// but tail accuracy. Bounds of the support count whether or not the methods know them.
  public func cdf<Caller: MethodCaller>(
    at x: Double, tail: CDFTail, _ caller: inout Caller
  ) throws(Failure) -> Double {
    guard let definition else {
      guard let combination else { throw .missing(tail.rawValue, of: name) }
      return try combination.cdf(at: x, tail: tail, &caller)
    }
    if x.isNaN { return .nan }
    switch try definition.support.evaluated(self, &caller) {
    case .reals(let lower, let upper):
      if x <= lower && x < upper { return tail.limit(atStart: true) }
      if x >= upper { return tail.limit(atStart: false) }
    case .integers(let lower, let upper):
      if let lower, x < Double(lower) { return tail.limit(atStart: true) }
      if let upper, x >= Double(upper) { return tail.limit(atStart: false) }
    case .booleans:
      if x < 0 { return tail.limit(atStart: true) }
      if x >= 1 { return tail.limit(atStart: false) }
    default: throw .missing(tail.rawValue, of: name)
    }
    if x == .infinity { return tail.limit(atStart: false) }
    if x == -.infinity { return tail.limit(atStart: true) }
    let methods = definition.methods
    let routes: [(FunctionID?, (Double) -> Double)] =
      switch tail {
      case .lower:
        [(methods.cdf, { $0 }), (methods.logcdf, exp), (methods.ccdf, { 1 - $0 }), (methods.logccdf, { -expm1($0) })]
      case .upper:
        [(methods.ccdf, { $0 }), (methods.logccdf, exp), (methods.cdf, { 1 - $0 }), (methods.logcdf, { -expm1($0) })]
      case .logLower:
        [(methods.logcdf, { $0 }), (methods.cdf, log), (methods.logccdf, log1mExp), (methods.ccdf, { log1p(-$0) })]
      case .logUpper:
        [(methods.logccdf, { $0 }), (methods.ccdf, log), (methods.logcdf, log1mExp), (methods.cdf, { log1p(-$0) })]
      }
    for case (let method?, let finish) in routes {
      return finish(try number(try caller.call(method, of: self, variate(x)), tail.rawValue))
    }
    throw .missing(tail.rawValue, of: name)
  }

  /// A number as the argument of a method: whole numbers as Int for discrete distributions.
  private func variate(_ x: Double) -> Value {
    isDiscrete ? .int(Int(clamping: x.rounded(.down))) : .real(x)
  }

  private func number(_ value: Value, _ method: String) throws(Failure) -> Double {
    guard let x = value.asReal else {
      throw .user(code: "wrong-type", "\(method) of \(name) must be a number, got \(value.shortText)")
    }
    return x
  }

  var hasCDF: Bool {
    guard let methods = definition?.methods else { return combination.map { !($0.elements != nil) } ?? false }
    return methods.cdf != nil || methods.logcdf != nil || methods.ccdf != nil || methods.logccdf != nil
  }

  var hasQuantile: Bool { definition.map { $0.methods.quantile != nil } ?? hasCDF }

  /// The smallest x with P(X <= x) >= p.
  ///
  /// From the definition's `quantile`, else by search in the cdf.
  public func quantile<Caller: MethodCaller>(_ p: Double, _ caller: inout Caller) throws(Failure) -> Double {
    guard p >= 0, p <= 1 else { return .nan }
    guard let definition else {
      guard let combination else { throw .missing("quantile", of: name) }
      return try combination.quantile(p, &caller)
    }
    if let method = definition.methods.quantile {
      return try number(try caller.call(method, of: self, .real(p)), "quantile")
    }
    guard hasCDF else { throw .missing("quantile", of: name) }
    return try QuantileSearch(self).quantile(p, &caller)
  }

  // MARK: Moments

  public func mean<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    guard let definition else {
      guard let combination else { throw .missing("mean", of: name) }
      return try combination.mean(&caller)
    }
    guard let method = definition.methods.mean else { throw .missing("mean", of: name) }
    return try caller.call(method, of: self, nil)
  }

  public func variance<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    guard let definition else {
      guard let combination else { throw .missing("variance", of: name) }
      return try combination.variance(&caller)
    }
    guard let method = definition.methods.variance else { throw .missing("variance", of: name) }
    return try caller.call(method, of: self, nil)
  }
}

extension CDFTail {
  /// The value before all mass or behind it.
  func limit(atStart: Bool) -> Double {
    let mass = atStart == isUpper ? 1.0 : 0.0
    return isLog ? (mass == 1 ? 0 : -.infinity) : mass
  }
}
