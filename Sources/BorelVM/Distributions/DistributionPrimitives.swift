// The primitives of distributions and models: combinators, densities and cdfs, `do` and `mem`.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

let distributionImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("iid", .general(iid)),
  ("mixture", .general(mixture)),
  ("truncate", .general(truncate)),
  ("censor", .general(censor)),
  ("ordered", .general(ordered)),
  ("transformed", .general(transformed)),
  ("delta", .general(delta)),
  ("finite", .general(finite)),
  ("logpdf", .general(logpdf)),
  ("pdf", .general(pdf)),
  ("cdf", .general(cdf)),
  ("ccdf", .general(ccdf)),
  ("logcdf", .general(logcdf)),
  ("logccdf", .general(logccdf)),
  ("do", .general(intervene)),
  ("mem", .general(memoise)),
]

extension PrimitiveCall {
  /// An argument that must be a distribution.
  func distribution(_ i: Int) throws(Failure) -> DistributionObject {
    guard let distribution = self[i].asObject as? DistributionObject else {
      var isName = false
      if case .distribution? = (self[i].asObject as? FunctionObject)?.target { isName = true }
      throw failure(
        "`\(name)` needs a distribution, got \(isName ? "one without its parameters" : self[i].kindDescription)",
        code: "wrong-type", argument: i, hint: isName ? "apply it to its parameters first" : nil)
    }
    return distribution
  }

  /// The machine, for calls of methods.
  var caller: MachineReference { MachineReference(storage: machine) }
}

private func iid(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .object(try Combinators.iid(call.distribution(0), size: call[1]))
}

private func mixture(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .object(try Combinators.mixture(weights: call[0], Array(call.arguments.dropFirst())))
}

private func truncate(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  var caller = call.caller
  return .object(try Combinators.truncate(call.distribution(0), lower: call[1], upper: call[2], &caller))
}

private func censor(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  var caller = call.caller
  return .object(try Combinators.censor(call.distribution(0), lower: call[1], upper: call[2], &caller))
}

private func ordered(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  var caller = call.caller
  return .object(try Combinators.ordered(call.distribution(0), size: call[1], &caller))
}

private func transformed(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .object(
    try Combinators.transformed(call.distribution(0), forward: call[1], inverse: call[2], logJacobian: call[3]))
}

private func delta(_ call: inout PrimitiveCall) throws(Failure) -> Value { .object(Combinators.delta(call[0])) }

private func finite(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .object(try Combinators.finite(call[0], weights: call[1]))
}

private func logpdf(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  var caller = call.caller
  return .real(try call.distribution(0).logDensity(of: call[1], &caller))
}

private func pdf(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  var caller = call.caller
  return .real(Special.exp(try call.distribution(0).logDensity(of: call[1], &caller)))
}

private func cdf(_ call: inout PrimitiveCall) throws(Failure) -> Value { try tail(.lower, &call) }
private func ccdf(_ call: inout PrimitiveCall) throws(Failure) -> Value { try tail(.upper, &call) }
private func logcdf(_ call: inout PrimitiveCall) throws(Failure) -> Value { try tail(.logLower, &call) }
private func logccdf(_ call: inout PrimitiveCall) throws(Failure) -> Value { try tail(.logUpper, &call) }

private func tail(_ tail: CDFTail, _ call: inout PrimitiveCall) throws(Failure) -> Value {
  var caller = call.caller
  return .real(try call.distribution(0).cdf(at: call.real(1), tail: tail, &caller))
}

private func intervene(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  try ModelObject.intervene(call[0], call[1], in: call.machine.program.tables, at: call.location)
}

private func memoise(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  guard call[0].tag == .function else { throw call.mismatch(0, expected: "a function") }
  let memo = call.machine.models.memoise(call[0], name: call[1].asString)
  return .object(FunctionObject(.memoised(memo)))
}

// MARK: Moments and quantiles, rows shared with samples

extension PrimitiveCall {
  private var distributionArgument: DistributionObject? { self[0].asObject as? DistributionObject }

  /// The mean where the argument is a distribution.
  func distributionMean() throws(Failure) -> Value? {
    guard let distribution = distributionArgument else { return nil }
    var caller = self.caller
    return try distribution.mean(&caller)
  }

  func distributionVariance() throws(Failure) -> Value? {
    guard let distribution = distributionArgument else { return nil }
    var caller = self.caller
    return try distribution.variance(&caller)
  }

  /// Square roots of the variance, elementwise.
  func distributionDeviation() throws(Failure) -> Value? {
    guard let variance = try distributionVariance() else { return nil }
    if let x = variance.asReal { return .real(x.squareRoot()) }
    guard let array = variance.asArray else { return variance }
    return .array(array.realElements.map { $0.squareRoot() }, shape: array.shape)
  }

  /// Quantiles where the first argument is a distribution; of several probabilities an array.
  func distributionQuantile() throws(Failure) -> Value? {
    guard let distribution = distributionArgument else { return nil }
    var caller = self.caller
    let probabilities: [Double]
    if let p = slots[1].asReal { probabilities = [p] } else { probabilities = try array(1).realElements }
    var result: [Double] = []
    for p in probabilities {
      guard p >= 0, p <= 1 else {
        throw failure("`\(name)` needs probabilities between 0 and 1, got \(Value.shortText(of: p))", argument: 1)
      }
      result.append(try distribution.quantile(p, &caller))
    }
    let isWhole = distribution.isDiscrete && result.allSatisfy { $0.isFinite }
    if slots[1].asReal != nil { return isWhole ? .int(Int(clamping: result[0])) : .real(result[0]) }
    return isWhole ? .array(result.map { Int(clamping: $0) }) : .array(result)
  }
}
