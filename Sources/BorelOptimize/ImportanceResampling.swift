// Pareto-smoothed importance weights of approximate draws, and draws resampled by them.

import BorelConvergence
import BorelNumerics

/// Smoothed log weights, normalised, and the shape k̂ of the tail that was smoothed.
///
/// A ratio of zero keeps its weight of zero and does not count among the draws that the tail is fitted to. The shape does not depend on the scale: where no
/// ratio exceeds their mean by more than 5 %, as with an approximation that is exact but for rounding, there is no tail worth a shape, and it is
/// -infinity.
func smoothedLogWeights(ofLogRatios ratios: [Double]) -> (logWeights: [Double], shape: Double) {
  let usable = ratios.indices.filter { ratios[$0] > -.infinity && ratios[$0].isFinite }
  let finite = usable.map { ratios[$0] }
  var weights = ratios.map { _ in -Double.infinity }
  guard let largest = finite.max() else { return (weights, .infinity) }
  let sum = logSum(finite)
  let smoothed: (logWeights: [Double], shape: Double)
  if largest - sum + logarithm(Double(finite.count)) <= 0.05 {
    smoothed = (finite.map { $0 - sum }, -.infinity)
  } else {
    let smoothing = ParetoSmoothing(logRatios: finite)
    smoothed = (smoothing.normalizedLogWeights, smoothing.shape)
  }
  for (place, index) in usable.enumerated() { weights[index] = smoothed.logWeights[place] }
  return (weights, smoothed.shape)
}

func paretoShape(ofLogRatios ratios: [Double]) -> Double { smoothedLogWeights(ofLogRatios: ratios).shape }

/// Places drawn with replacement, each with probability proportional to its weight.
func resample(_ count: Int, logWeights: [Double], using random: inout RandomStream) -> [Int] {
  guard let largest = logWeights.max(), largest > -.infinity else { return [] }
  var total = 0.0
  let sums = logWeights.map { weight -> Double in
    total += exponential(weight - largest)
    return total
  }
  return (0..<max(count, 0)).map { _ in
    let u = random.uniform() * total
    var (low, high) = (0, sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > u { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

func logSum(_ x: [Double]) -> Double {
  guard let largest = x.max(), largest.isFinite else { return -.infinity }
  return largest + logarithm(x.reduce(0) { $0 + exponential($1 - largest) })
}
