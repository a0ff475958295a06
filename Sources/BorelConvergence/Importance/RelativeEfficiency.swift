// How much dependence between draws costs an importance sampling estimate.

import BorelDraws

/// ess / draws of the mean of these values, chain after chain of equal length; of a constant, 1/2.
///
/// Geyer's sequence over whole chains, as R's package loo has it for likelihoods (Vehtari, Gelman & Gabry 2017).
public func relativeEfficiency(_ values: [Double], chainCount: Int) -> Double {
  guard chainCount > 0, values.count >= 2 * chainCount else { return .nan }
  let length = values.count / chainCount
  let covariance = RealAutocovariance(chainCount: chainCount, length: length)
  var means: [Double] = []
  values.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return }
    for chain in 0..<chainCount {
      let x = start + chain * length
      // An exactly constant chain is centred at itself, whatever its sum rounds to.
      let isConstant = (1..<length).allSatisfy { x[$0] == x[0] }
      let mean = isConstant ? x[0] : pairwiseSum(x, count: length) / Double(length)
      means.append(mean)
      for index in 0..<length { covariance.centred[chain * length + index] = x[index] - mean }
    }
  }
  let centre = means.reduce(0, +) / Double(chainCount)
  let spread = means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
  let size = geyerEffectiveSize(
    chainCount: chainCount, length: length, varianceOfMeans: chainCount > 1 ? spread / Double(chainCount - 1) : nil,
    rule: .likelihood, autocovariance: covariance)
  return size / Double(chainCount * length)
}
