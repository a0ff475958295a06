// The machine's entries for the rows of BorelIR/Primitives/Random.swift and the samplers of GSLDistributions.swift.

import BorelNumerics
import BorelSemantics
import BorelValues

let randomImplementations: [(name: String, implementation: PrimitiveImplementation)] =
  (FunctionTable.draws + FunctionTable.gslSamplers).map { ($0.name, PrimitiveImplementation($0.draw)) } + [
    ("categorical_draw", .general(categoricalDraw)),
    ("categorical_logit_draw", .general(categoricalLogitDraw)),
  ]

private func categoricalDraw(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let weights = try call.realArray(0, rank: 1)
  guard let stream = call.stream else { throw call.failure("a draw is possible in a `sample` method only") }
  let index = stream.pointee.categorical(weights: UnsafeBufferPointer(start: weights.reals, count: weights.count))
  guard let index else {
    throw call.numericalFailure(
      "the weights of `categorical_draw` must be finite, not negative, and not all zero", argument: 0)
  }
  return .int(index)
}

private func categoricalLogitDraw(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let logits = try call.realArray(0, rank: 1)
  guard let stream = call.stream else { throw call.failure("a draw is possible in a `sample` method only") }
  let index = stream.pointee.categorical(logits: UnsafeBufferPointer(start: logits.reals, count: logits.count))
  guard let index else {
    throw call.numericalFailure("`categorical_logit_draw` needs a finite largest logit", argument: 0)
  }
  return .int(index)
}
