// The log densities of the single elements of an observation, where its distribution is an independent product.

import BorelSemantics
import BorelValues

extension ModelRun {
  /// log p of each element of an observed value, with the indices of each; one entry without indices where the pending distribution
  /// does not factor into elements.
  public mutating func elementLogDensities(
    of value: Value
  ) throws(Failure) -> [(indices: [Int], logDensity: Double)] {
    try withPending { (distribution, caller) throws(Failure) in
      var result: [(indices: [Int], logDensity: Double)] = []
      try Self.collect(distribution, value, at: [], &caller, into: &result)
      return result
    }
  }

  private static func collect(
    _ distribution: DistributionObject, _ value: Value, at indices: [Int], _ machine: inout Machine,
    into result: inout [(indices: [Int], logDensity: Double)]
  ) throws(Failure) {
    guard let elements = distribution.elements, let array = value.asArray, array.shape.starts(with: elements.shape)
    else {
      result.append((indices, try distribution.logDensity(of: value, &machine)))
      return
    }
    let inner = Array(array.shape.dropFirst(elements.shape.count))
    for offset in 0..<elements.shape.reduce(1, &*) {
      let part = inner.isEmpty ? array.element(offset) : array.part(offset, shape: inner)
      try collect(
        elements.element(offset), part,
        at: indices + IndependentProduct.indices(ofOffset: offset, in: elements.shape), &machine, into: &result)
    }
  }
}
